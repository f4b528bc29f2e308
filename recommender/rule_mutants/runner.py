"""Look for mutants that nothing notices. The vignettes try first, then the checks at load, then what must always hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from recommender.analysis.lint import lint
from recommender.analysis.satisfiability import TooLong, can_hold
from recommender.assembly.routine import assemble
from recommender.engine.decide import decide, raise_level
from recommender.engine.evaluate import View, evaluate
from recommender.engine.reference import Oracle
from recommender.engine.staging import STAGE_FINDINGS, StagedRules, stage_rules
from recommender.errors import ContentError, DecisionError, RecommenderError
from recommender.lab.cases import at_check, complete
from recommender.loaders.vignettes import Vignette
from recommender.models.conditions import All, AnyOf, Condition, Not, Only, atoms
from recommender.models.content import Content
from recommender.models.questionnaire import Intake
from recommender.models.rules import RuleSet
from recommender.rule_mutants.expectations import expects_of_routine, unmet, unmet_by_decision
from recommender.rule_mutants.mutants import Mutant
from recommender.service.plain import PlainRecommender
from recommender.service.recommend import Recommender

OWN, OTHER, CHECK = "its own vignettes", "other vignettes", "recommender check"
SURVIVED, SAME = "survived", "the same: no answers can tell it from the rule"

# How long to search for answers that tell two conditions apart: some seconds.
_PROOF_STEPS = 100_000

# Something that must always hold: raises AssertionError where it does not.
Property = Callable[[Recommender], None]


@dataclass(frozen=True, slots=True)
class MutantResult:
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
        follow_up: Mapping[str, Any] | None = None,
    ) -> None:
        """Run every vignette once under the rules as they are.

        Raises:
            RecommenderError: one of them does not hold: mend that first.
        """
        self.content = content
        self._baseline = baseline
        self._properties = properties or {}
        self._follow_up = follow_up or {}
        self._plain = PlainRecommender(content)
        self._known = [self._unmutated(vignette) for vignette in vignettes]
        self._by_rule = self._naming()

    def verdict(self, mutant: Mutant) -> MutantResult:
        """Return what notices a mutant first."""
        rule_set = mutant.rule_set(self.content.rule_set)
        try:
            staged = stage_rules(rule_set)
        except ContentError as error:
            return MutantResult(mutant, CHECK, str(error))
        found = self._noticed_by_decision(mutant, rule_set, staged)
        if found is None:
            mutated = PlainRecommender(replace(self.content, rule_set=rule_set))
            found = self._noticed_by_routine(mutant, mutated) or self._noticed_otherwise(mutant, mutated)
        return found

    def _noticed_by_decision(self, mutant: Mutant, rule_set: RuleSet, staged: StagedRules) -> MutantResult | None:
        """Try what the rules decide on the sheets of the vignettes, as they are filled in under the unmutated rules."""
        oracle = Oracle(staged)
        for known in self._in_order(mutant):
            intake = known.view.intake
            try:
                decision = decide(rule_set, oracle.fire(intake))
            except DecisionError as error:
                return self._caught(mutant, known.vignette, str(error))
            late = oracle.fire_after_assembly(intake)
            decision = raise_level(decision, (branch for branch in staged.after_assembly if branch.id in late))
            if problem := next(unmet_by_decision(decision, known.vignette), None):
                return self._caught(mutant, known.vignette, problem)
        return None

    def _noticed_by_routine(self, mutant: Mutant, mutated: Recommender) -> MutantResult | None:
        """Try the whole way from the answers to the routine: the rule's own vignettes, and others that speak of moves."""
        own = [known for known in self._known if known.vignette.rule == mutant.rule.id]
        others = [
            known
            for known in self._known
            if known.vignette.rule != mutant.rule.id
            and expects_of_routine(known.vignette)
            and self._tells_apart(mutant, known)
        ]
        for known in (*own, *others):
            if problem := self._problem(mutated, known.vignette):
                return self._caught(mutant, known.vignette, problem)
        return None

    def _noticed_otherwise(self, mutant: Mutant, mutated: Recommender) -> MutantResult:
        if self._same(mutant):
            return MutantResult(mutant, SAME)
        faults = lint(self.content.questionnaire, mutated.content.rule_set, self.content.catalogue)
        if faults:
            return MutantResult(mutant, CHECK, str(faults[0]))
        for name, holds in self._properties.items():
            try:
                holds(mutated)
            except (AssertionError, RecommenderError) as error:
                return MutantResult(mutant, name, str(error).partition("\n")[0])
        return MutantResult(mutant, SURVIVED)

    @staticmethod
    def _caught(mutant: Mutant, vignette: Vignette, problem: str) -> MutantResult:
        return MutantResult(mutant, OWN if vignette.rule == mutant.rule.id else OTHER, f"{vignette.name}: {problem}")

    def _unmutated(self, vignette: Vignette) -> _Known:
        if problem := self._problem(self._plain, vignette):
            raise RecommenderError(f"{vignette.path}: '{vignette.name}' does not hold: {problem}")
        intake = self._intake(self._plain, vignette)
        decision = decide(self.content.rule_set, self._plain.oracle.fire(intake))
        if decision.level.shows_routine:
            facts = assemble(self.content.catalogue, decision, intake).facts
            intake = Intake(intake.answers, {**intake.supplied, **facts})
        found = dict.fromkeys([*decision.findings, STAGE_FINDINGS[decision.stage]], True)
        late = self._plain.oracle.fire_after_assembly(intake)
        return _Known(vignette, View(intake, found), late.union(decision.fired_ids))

    def _naming(self) -> Mapping[str, tuple[_Known, ...]]:
        """Return the vignettes by the rules they name, those in the rule's own file first."""
        named: defaultdict[str, list[_Known]] = defaultdict(list)
        for known in self._known:
            vignette = known.vignette
            ids = (*vignette.does, *vignette.expected("fires"), *vignette.expected("silent"))
            for rule_id in {name.partition("/")[0] for name in ids} | ({vignette.rule} if vignette.rule else set()):
                named[rule_id].append(known)
        return {
            rule_id: tuple(sorted(group, key=lambda known: known.vignette.rule != rule_id))
            for rule_id, group in named.items()
        }

    def _intake(self, recommender: Recommender, vignette: Vignette) -> Intake:
        case = complete(recommender, vignette.name, vignette.answers, baseline=self._baseline, facts=vignette.facts)
        if case.dropped:
            raise RecommenderError(f"not asked: {', '.join(case.dropped)}")
        if vignette.follow_up is None:
            return case.intake
        given, facts = vignette.follow_up, vignette.facts
        return at_check(recommender, case.intake, given, baseline=self._follow_up, facts=facts)

    def _problem(self, recommender: Recommender, vignette: Vignette) -> str | None:
        """Return the first thing that does not come as the vignette expects, or None."""
        try:
            return next(unmet(recommender.recommend(self._intake(recommender, vignette)), vignette), None)
        except RecommenderError as error:
            return str(error)

    def _in_order(self, mutant: Mutant) -> Iterator[_Known]:
        """Yield the vignettes whose answers tell the mutant from the rule: its own, those that name it, the rest."""
        near, far = self._by_rule.get(mutant.rule.id, ()), self._known
        seen: set[int] = set()
        for known in (*near, *far):
            if id(known) not in seen and self._tells_apart(mutant, known):
                yield known
            seen.add(id(known))

    def _tells_apart(self, mutant: Mutant, known: _Known) -> bool:
        for branch_id, mutated in mutant.branches.items():
            original = self.content.rule_set.branch_by_id[branch_id]
            if mutated is None or mutated.when == original.when:
                if branch_id in known.fired:
                    return True
            elif bool(evaluate(mutated.when, known.view)) != bool(evaluate(original.when, known.view)):
                return True
        return False

    def _same(self, mutant: Mutant) -> bool:
        """Return whether no sheet of answers can tell a changed condition from the original."""
        for branch_id, mutated in mutant.branches.items():
            original = self.content.rule_set.branch_by_id[branch_id]
            if mutated is None or mutated.then != original.then or self._may_differ(original.when, mutated.when):
                return False
        return True

    def _may_differ(self, first: Condition, second: Condition) -> bool:
        either = AnyOf((All((first, Not(second))), All((second, Not(first)))))
        if any(isinstance(atom, Only) and not self._stands_alone(atom) for atom in atoms(either)):
            return True  # the search does not try every set of options, which counts for "only"
        supplied = {fact.id: fact for fact in self.content.rule_set.supplied}
        derivations = self._plain.staged.derivations
        try:
            return can_hold(either, self.content.questionnaire, derivations, supplied, steps_at_most=_PROOF_STEPS)
        except TooLong:
            return True

    def _stands_alone(self, only: Only) -> bool:
        return self.content.questionnaire.questions[only.question].option(only.option).exclusive
