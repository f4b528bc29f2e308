"""What each exercise may be for this person: in which forms, for which reasons, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from recommender.assembly.exclusion import allows_others_only, excludes
from recommender.assembly.scope import matches
from recommender.models.catalogue import Catalogue, DefaultRoutine, Exercise, Form
from recommender.models.decision import Decision
from recommender.models.questionnaire import Intake
from recommender.models.routine import Because
from recommender.models.rules import Branch, Preference

PLACE = "place"
POSITION = "position"
EQUIPMENT = "equipment"


@dataclass(frozen=True, slots=True)
class Points:
    """What a candidate's score is made of: (branch, points) for each preference, and the weights that apply."""

    asked: tuple[tuple[Branch, int], ...]
    swap: int = 0
    main_place: int = 0
    by_default: int = 0

    @property
    def total(self) -> int:
        return sum(points for _, points in self.asked) + self.swap + self.main_place + self.by_default


@dataclass(frozen=True, slots=True)
class Candidate:
    """An exercise that may be used. ``forms`` are the allowed forms, the one to use first.

    ``reasons`` are the branches that prefer it, weightiest first; without one, those for which it stands in.
    ``score``, the total of ``points``, ranks it; ``asked_for`` says that some rule prefers it, not only as a stand-in; ``is_direction`` that it
    is the direction item.
    """

    exercise: Exercise
    forms: tuple[Form, ...]
    score: int
    reasons: tuple[Branch, ...]
    asked_for: bool
    is_direction: bool
    helps_main_place: bool
    points: Points

    @property
    def wanted(self) -> bool:
        """Return whether it may enter a routine: asked for by a rule, or usual for the main place."""
        if self.exercise.default_routine is DefaultRoutine.YES:
            return bool(self.reasons) or self.helps_main_place
        return self.asked_for


@dataclass(frozen=True, slots=True)
class Refusal:
    exercise: Exercise
    because: Because
    reasons: tuple[Branch, ...]


class Screen:
    """Holds every form of the catalogue against one decision and one intake."""

    def __init__(self, catalogue: Catalogue, decision: Decision, intake: Intake) -> None:
        self._catalogue = catalogue
        self._decision = decision
        self._places = set(intake.chosen(PLACE))
        self._positions = {position for branch in decision.fired for position in branch.then.positions}
        self._only_forms = [(branch, change) for branch, change in decision.modifications if change.only_forms]

    @cached_property
    def results(self) -> tuple[Candidate | Refusal, ...]:
        """One result for each exercise of the catalogue, in catalogue order."""
        screened = [(exercise, self._screened(exercise)) for exercise in self._catalogue.exercises]
        refusals = [result for _, result in screened if isinstance(result, Refusal)]
        swaps = self._swaps(refusal for refusal in refusals if refusal.because is Because.CONTRAINDICATED)
        return tuple(
            result if isinstance(result, Refusal) else self._candidate(exercise, result, swaps.get(exercise.id, ()))
            for exercise, result in screened
        )

    def forms_passing_exclusions(self, exercise: Exercise) -> tuple[Form, ...]:
        """Return the forms that no rule leaves out, wherever and with whatever they are done, the one to use first."""
        if exercise.default_routine is DefaultRoutine.NO:
            return ()
        return self._best_first(tuple(form for form in exercise.forms if not self.excluded_by(exercise, form)))

    def _screened(self, exercise: Exercise) -> Refusal | tuple[Form, ...]:
        if exercise.default_routine is DefaultRoutine.NO:
            return Refusal(exercise, Because.NEVER_AUTOMATIC, self._branches_against(exercise, exercise.forms))
        possible = [form for form in exercise.forms if self._is_possible(form)]
        allowed = tuple(form for form in possible if not self.excluded_by(exercise, form))
        if allowed:
            return allowed
        excluded_everywhere = all(self.excluded_by(exercise, form) for form in exercise.forms)
        if possible or excluded_everywhere:
            return Refusal(
                exercise, Because.CONTRAINDICATED, self._branches_against(exercise, possible or exercise.forms)
            )
        possible_reasons = tuple(branch for branch in self._decision.fired if branch.then.positions)
        return Refusal(exercise, Because.NO_EQUIPMENT_OR_PLACE, possible_reasons)

    def lacking(self, form: Form) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield what stands in the way of doing the form here: (position, place or equipment; what would do)."""
        if form.position not in self._positions:
            yield POSITION, frozenset([form.position])
        if not self._places & form.place:
            yield PLACE, form.place
        for group in (*(frozenset([item]) for item in form.equipment), *form.equipment_any):
            if not any(self._is_provided(item, form) for item in group):
                yield EQUIPMENT, group

    def _is_possible(self, form: Form) -> bool:
        """Return whether the person has the place and the things that the form needs."""
        return next(self.lacking(form), None) is None

    def _is_provided(self, item: str, form: Form) -> bool:
        provisions = (branch.then.provide for branch in self._decision.fired)
        exercise = self._catalogue.by_id[form.exercise]
        return any(
            given and item in given.equipment and not matches(given.spared, exercise, form) for given in provisions
        )

    def excluded_by(self, exercise: Exercise, form: Form) -> list[Branch]:
        """Return the branches that leave the form out; [] if none does."""
        against = [
            branch for branch, part in self._decision.exclusions if excludes(part, exercise, form, self._decision)
        ]
        return against + [branch for branch, part in self._only_forms if allows_others_only(part, exercise, form)]

    def _branches_against(self, exercise: Exercise, forms: Iterable[Form]) -> tuple[Branch, ...]:
        against = {branch.id for form in forms for branch in self.excluded_by(exercise, form)}
        return tuple(branch for branch in self._decision.fired if branch.id in against)

    def _swaps(self, refusals: Iterable[Refusal]) -> dict[str, tuple[Branch, ...]]:
        """Return the branches that offer each exercise in place of one they left out for this person."""
        leaving_out = {branch.id for refusal in refusals for branch in refusal.reasons}
        swaps: dict[str, tuple[Branch, ...]] = {}
        for branch in self._decision.fired:
            if branch.id in leaving_out:
                for exercise in branch.then.swap_in:
                    swaps[exercise] = (*swaps.get(exercise, ()), branch)
        return swaps

    def _candidate(self, exercise: Exercise, forms: tuple[Form, ...], swaps: tuple[Branch, ...]) -> Candidate:
        weights = self._decision.order.weights
        preferred = [
            (branch, preference, rank(preference, exercise)) for branch, preference in self._decision.preferences
        ]
        asking = [(branch, preference, given) for branch, preference, given in preferred if given]
        helps = bool(exercise.regions & self._decision.targets)
        points = Points(
            asked=tuple((branch, given) for branch, _, given in asking),
            swap=weights.swap * bool(swaps) if weights else 0,
            main_place=weights.main_place * helps if weights else 0,
            by_default=weights.by_default * (exercise.default_routine is DefaultRoutine.YES) if weights else 0,
        )
        reasons = [branch for branch, _, _ in sorted(asking, key=lambda entry: -entry[2])] or swaps
        return Candidate(
            exercise=exercise,
            forms=self._best_first(forms),
            score=points.total,
            reasons=tuple(dict.fromkeys(reasons)),
            asked_for=bool(asking),
            is_direction=any(preference.slot == "direction" for _, preference, _ in asking),
            helps_main_place=helps,
            points=points,
        )

    def _best_first(self, forms: tuple[Form, ...]) -> tuple[Form, ...]:
        """Order allowed forms: those a rule names, then those in a preferred position, then as written."""
        named, positions = self._preferred_forms
        return tuple(sorted(forms, key=lambda form: (form.key not in named, form.position not in positions)))

    @cached_property
    def _preferred_forms(self) -> tuple[set[str], set[str]]:
        """The keys of forms that a rule names, and the positions that one prefers."""
        given = [preference for _, preference in self._decision.preferences]
        return (
            {key for preference in given for key in preference.forms},
            {position for preference in given for position in preference.positions},
        )


def rank(preference: Preference, exercise: Exercise) -> int:
    """Return how many points a preference gives an exercise: its weight, and more the earlier it is named."""
    named = preference.exercises
    if exercise.id in named:
        return preference.weight + len(named) - named.index(exercise.id)
    return preference.weight if preference.good_for & exercise.good_for else 0
