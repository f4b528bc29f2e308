"""Look for mutants that nothing notices. The vignettes try first, then the checks at load, then what must always hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from recommender.engine.evaluate import View, evaluate
from recommender.engine.lint import lint
from recommender.engine.satisfy import can_hold
from recommender.engine.staging import STAGE_FINDINGS
from recommender.errors import ContentError, RecommenderError
from recommender.lab.cases import complete
from recommender.loaders.vignettes import Vignette
from recommender.models.conditions import All, AnyOf, Condition, Not, Only, atoms
from recommender.models.content import Content
from recommender.models.questionnaire import Intake
from recommender.proof.expectations import unmet
from recommender.proof.mutants import Mutant
from recommender.service import Evaluator, Recommender

OWN, OTHER, CHECK, SURVIVED, SAME = (
    "its own vignettes",
    "other vignettes",
    "recommender check",
    "nothing",
    "the same rule",
)

# Something that must always hold: raises AssertionError where it does not.
Property = Callable[[Recommender], None]


class PlainRecommender(Recommender):
    """The service decided by the plain evaluator alone: quick to make for one changed rule. It never serves a person."""

    def _compiled(self) -> Evaluator:
        return self.oracle

    @cached_property
    def faults(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``caught_by`` is what noticed the mutant: SURVIVED if nothing did, SAME if no sheet of answers can tell them apart.

    ``detail`` says which vignette, fault or property it was.
    """

    mutant: Mutant
    caught_by: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What came of a vignette under the rules as they are; ``view`` holds the stage and the facts of the routine too."""

    vignette: Vignette
    view: View
    fired: frozenset[str]


class Hunt:
    """Tries mutants of one rule set."""

    def __init__(
        self,
        content: Content,
        vignettes: Sequence[Vignette],
        baseline: Mapping[str, Any],
        properties: Mapping[str, Property] | None = None,
    ) -> None:
        """Run every vignette once under the rules as they are.

        Raises:
            RecommenderError: one of them does not hold: mend that first.
        """
        self._content = content
        self._baseline = baseline
        self._properties = properties or {}
        self._plain = PlainRecommender(content)
        self._known = [self._unmutated(vignette) for vignette in vignettes]

    def verdict(self, mutant: Mutant) -> Verdict:
        """Return what notices a mutant first."""
        rule_set = mutant.rule_set(self._content.rule_set)
        try:
            mutated = PlainRecommender(replace(self._content, rule_set=rule_set))
        except ContentError as error:
            return Verdict(mutant, CHECK, str(error))
        for known in self._in_order(mutant):
            if problem := self._problem(mutated, known.vignette):
                own = known.vignette.rule == mutant.rule.id
                return Verdict(mutant, OWN if own else OTHER, f"{known.vignette.name}: {problem}")
        if self._same(mutant):
            return Verdict(mutant, SAME)
        faults = lint(self._content.questionnaire, rule_set, self._content.catalogue)
        if faults:
            return Verdict(mutant, CHECK, str(faults[0]))
        for name, holds in self._properties.items():
            try:
                holds(mutated)
            except (AssertionError, RecommenderError) as error:
                return Verdict(mutant, name, str(error).partition("\n")[0])
        return Verdict(mutant, SURVIVED)

    def _unmutated(self, vignette: Vignette) -> _Known:
        if problem := self._problem(self._plain, vignette):
            raise RecommenderError(f"{vignette.path}: '{vignette.name}' does not hold: {problem}")
        intake = self._intake(self._plain, vignette)
        result = self._plain.recommend(intake)
        facts = result.assembly.facts if result.assembly else {}
        found = dict.fromkeys([*result.decision.findings, STAGE_FINDINGS[result.decision.stage]], True)
        view = View(Intake(intake.answers, {**intake.supplied, **facts}), found)
        return _Known(vignette, view, frozenset(result.decision.fired_ids))

    def _intake(self, recommender: Recommender, vignette: Vignette) -> Intake:
        case = complete(recommender, vignette.name, vignette.answers, baseline=self._baseline, facts=vignette.facts)
        if case.dropped:
            raise RecommenderError(f"not asked: {', '.join(case.dropped)}")
        return case.intake

    def _problem(self, recommender: Recommender, vignette: Vignette) -> str | None:
        """Return the first thing that does not come as the vignette expects, or None."""
        try:
            return next(unmet(recommender.recommend(self._intake(recommender, vignette)), vignette), None)
        except RecommenderError as error:
            return str(error)

    def _in_order(self, mutant: Mutant) -> Iterator[_Known]:
        """Yield the vignettes that could notice, likeliest first: those whose answers tell the two rules apart.

        Among these the rule's own come first, then those that name it. The rest of its own come last.
        """
        apart = [known for known in self._known if self._tells_apart(mutant, known)]
        yield from sorted(apart, key=lambda known: self._distance(mutant, known.vignette))
        seen = {id(known) for known in apart}
        yield from (known for known in self._known if known.vignette.rule == mutant.rule.id and id(known) not in seen)

    def _tells_apart(self, mutant: Mutant, known: _Known) -> bool:
        for branch_id, mutated in mutant.branches.items():
            original = self._content.rule_set.branch_by_id[branch_id]
            if mutated is None or mutated.when == original.when:
                if branch_id in known.fired:
                    return True
            elif bool(evaluate(mutated.when, known.view)) != bool(evaluate(original.when, known.view)):
                return True
        return False

    def _distance(self, mutant: Mutant, vignette: Vignette) -> int:
        if vignette.rule == mutant.rule.id:
            touched = any(branch_id in vignette.does for branch_id in mutant.branches)
            return 0 if touched else 1
        named = {name.partition("/")[0] for name in (*vignette.expected("fires"), *vignette.expected("silent"))}
        return 2 if mutant.rule.id in named else 3

    def _same(self, mutant: Mutant) -> bool:
        """Return whether no sheet of answers can tell a changed condition from the original."""
        for branch_id, mutated in mutant.branches.items():
            original = self._content.rule_set.branch_by_id[branch_id]
            if mutated is None or mutated.then != original.then or self._may_differ(original.when, mutated.when):
                return False
        return True

    def _may_differ(self, first: Condition, second: Condition) -> bool:
        either = AnyOf((All((first, Not(second))), All((second, Not(first)))))
        if any(isinstance(atom, Only) for atom in atoms(either)):
            return True  # the search does not try every set of options, which counts for "only"
        supplied = {fact.id: fact for fact in self._content.rule_set.supplied}
        return can_hold(either, self._content.questionnaire, self._plain.staged.derivations, supplied)
