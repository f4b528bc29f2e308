"""Stand-ins that a rule promises and that can never come: the sentence a clinician signs must be what runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from recommender.analysis.satisfiability import can_hold
from recommender.assembly.matching import allows_others_only, matches
from recommender.engine.staging import stage_rules
from recommender.errors import Fault
from recommender.models.catalogue import Catalogue, DefaultRoutine, Exercise, Form
from recommender.models.conditions import All, AnyOf, Condition, Not
from recommender.models.facts import SuppliedFact
from recommender.models.questionnaire import Questionnaire
from recommender.models.rules import Branch, RuleSet


def stand_in_faults(questionnaire: Questionnaire, rule_set: RuleSet, catalogue: Catalogue) -> list[Fault]:
    """Return a fault for each stand-in that can never come, and for stand-ins that have nothing to stand in for."""
    return list(_StandIns(questionnaire, rule_set, catalogue).faults())


class _StandIns:
    def __init__(self, questionnaire: Questionnaire, rule_set: RuleSet, catalogue: Catalogue) -> None:
        self._questionnaire = questionnaire
        self._rule_set = rule_set
        self._catalogue = catalogue
        self._supplied: Mapping[str, SuppliedFact] = {fact.id: fact for fact in rule_set.supplied}

    @cached_property
    def _derivations(self) -> Mapping[str, tuple[Branch, ...]]:
        return stage_rules(self._rule_set).derivations

    @cached_property
    def _preferred(self) -> frozenset[str]:
        """The exercises that some rule prefers."""
        wanted = [preference for branch in self._rule_set.branches for preference in branch.then.prefer]
        named = {exercise for preference in wanted for exercise in preference.exercises}
        labels = frozenset(label for preference in wanted for label in preference.good_for)
        return frozenset(named | {one.id for one in self._catalogue.exercises if labels & one.good_for})

    def faults(self) -> Iterator[Fault]:
        for branch in self._rule_set.branches:
            promised = (*branch.then.swap_in, *branch.then.swap_in_if_preferred)
            if promised and not self._leaves_something_out(branch):
                yield self._fault(branch, "has stand-ins, but leaves nothing out that could be chosen. Delete them.")
                continue
            for name in promised:
                if message := self._never_comes(branch, self._catalogue.by_id[name]):
                    yield self._fault(branch, f"promises '{name}' as a stand-in, which can never come: {message}")

    def _fault(self, branch: Branch, message: str) -> Fault:
        return Fault(self._rule_set.by_id[branch.rule_id].path, branch.line, f"'{branch.id}' {message}")

    def _leaves_something_out(self, branch: Branch) -> bool:
        return any(
            _leaves_out(branch, exercise, form, surely=False)
            for exercise in self._catalogue.exercises
            if exercise.default_routine is not DefaultRoutine.NO
            for form in exercise.forms
        )

    def _never_comes(self, branch: Branch, exercise: Exercise) -> str | None:
        """Return why a stand-in can never come, and what to do; None if it can. Those never chosen are told elsewhere."""
        if exercise.default_routine is DefaultRoutine.NO:
            return None
        usual = exercise.default_routine is DefaultRoutine.YES
        if exercise.id in branch.then.swap_in and not usual:
            return "it is chosen only where a rule prefers it. Name it under swap_in_if_preferred, or name another."
        if exercise.id in branch.then.swap_in_if_preferred and usual:
            return "it is a usual move. Name it under swap_in."
        if exercise.id in branch.then.swap_in_if_preferred and exercise.id not in self._preferred:
            return "no rule prefers it. Name another."
        if not self._may_be_allowed(branch, exercise):
            return "whenever this fires, every form of it is left out. Name another."
        return None

    def _may_be_allowed(self, branch: Branch, exercise: Exercise) -> bool:
        """Return whether some answers fire the branch and leave a form of the exercise in."""
        against = [
            tuple(other for other in self._rule_set.branches if _leaves_out(other, exercise, form, surely=True))
            for form in exercise.forms
        ]
        if not all(against):
            return True
        left_in: tuple[Condition, ...] = tuple(
            All(tuple(Not(other.when) for other in others)) for others in against if branch not in others
        )
        return bool(left_in) and can_hold(
            All((branch.when, AnyOf(left_in))), self._questionnaire, self._derivations, self._supplied
        )


def _leaves_out(branch: Branch, exercise: Exercise, form: Form, *, surely: bool) -> bool:
    """Return whether the branch leaves the form out, or may: only for as long as its dose takes too long."""
    if any(allows_others_only(change, exercise, form) for change in branch.then.modify):
        return True
    return any(
        matches(part.scope, exercise, form)
        and not matches(part.spared, exercise, form)
        and not (surely and part.longer_than_seconds is not None)
        for part in branch.then.exclude
    )
