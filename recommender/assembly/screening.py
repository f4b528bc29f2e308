"""What each exercise may be for this person: in which forms, for which reasons, or why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import product
from typing import NamedTuple

from recommender.assembly.dose import Dosing
from recommender.assembly.matching import exercises_for, forms_barred, forms_in
from recommender.models.actions import Preference, Weights
from recommender.models.catalogue import Catalogue, DefaultRoutine, Exercise, Form, Needs
from recommender.models.decision import Decision
from recommender.models.questionnaire import PLACE, Intake
from recommender.models.routine import ExclusionReason, Item
from recommender.models.rules import Branch
from recommender.models.slots import MOVE_SLOTS, Slot

POSITION = "position"
EQUIPMENT = "equipment"
_NO_WEIGHTS = Weights(swap=0, main_place=0, by_default=0)


# Named tuples and not data classes: one of each is made for every exercise and request, and these are quicker to make.


class Points(NamedTuple):
    """What a candidate's score is made of: (branch, points) for each preference, and the weights that apply."""

    asked: tuple[tuple[Branch, int], ...]
    swap: int = 0
    main_place: int = 0
    by_default: int = 0

    @property
    def total(self) -> int:
        return sum([points for _, points in self.asked]) + self.swap + self.main_place + self.by_default


class Candidate(NamedTuple):
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

    @property
    def usable(self) -> bool:
        """Return whether it may open or close a routine: a usual exercise, or one that a rule asks for."""
        return self.asked_for or self.exercise.default_routine is DefaultRoutine.YES


class Excluded(NamedTuple):
    exercise: Exercise
    because: ExclusionReason
    reasons: tuple[Branch, ...]


class ExerciseScreening:
    """Holds every form of the catalogue against one decision and one intake, and keeps the doses of that decision."""

    def __init__(self, catalogue: Catalogue, decision: Decision, intake: Intake) -> None:
        self._catalogue = catalogue
        self._decision = decision
        self._places = set(intake.chosen(PLACE))
        self._possible_reasons = tuple(branch for branch in decision.fired if branch.then.positions)
        self._positions = {position for branch in self._possible_reasons for position in branch.then.positions}
        # Equipment that is there, and the forms for which it is not.
        self._provisions = [
            (given.equipment, forms_in(given.spared, catalogue))
            for branch in decision.fired
            if (given := branch.then.equipment_available)
        ]
        self._spared = frozenset[str]().union(*(spared for _, spared in self._provisions))
        self._equipment = frozenset[str]().union(*(equipment for equipment, _ in self._provisions))
        self.dosing = Dosing(decision)
        self._at_first_dose: dict[str, Item] = {}

    @cached_property
    def candidates(self) -> Mapping[str, Candidate]:
        """The exercises that may be used, by id."""
        return {result.exercise.id: result for result in self.results if isinstance(result, Candidate)}

    @cached_property
    def moves(self) -> tuple[Candidate, ...]:
        """The candidates that may be moves of the routine, best first."""
        moves = (one for one in self.candidates.values() if one.exercise.slot in MOVE_SLOTS and one.wanted)
        return tuple(sorted(moves, key=lambda candidate: (-candidate.score, candidate.exercise.id)))

    @cached_property
    def others(self) -> tuple[Candidate, ...]:
        """The usual moves for other places, which no rule asks for: they may fill up what time is left, best first."""
        usual = DefaultRoutine.YES
        left = (one for one in self.candidates.values() if one.exercise.default_routine is usual and not one.wanted)
        moves = (one for one in left if one.exercise.slot in MOVE_SLOTS)
        return tuple(sorted(moves, key=lambda candidate: (-candidate.score, candidate.exercise.id)))

    @cached_property
    def results(self) -> tuple[Candidate | Excluded, ...]:
        """One result for each exercise of the catalogue, in catalogue order."""
        screened = [(exercise, self._screened(exercise)) for exercise in self._catalogue.exercises]
        refusals = [result for _, result in screened if isinstance(result, Excluded)]
        swaps = self._swaps(refusal for refusal in refusals if refusal.because is ExclusionReason.CONTRAINDICATED)
        return tuple(
            result if isinstance(result, Excluded) else self._candidate(exercise, result, swaps.get(exercise.id, ()))
            for exercise, result in screened
        )

    def at_first_dose(self, candidate: Candidate, form: Form) -> Item:
        """Return a candidate as it may be done in the place of another move: the same item each time."""
        item = self._at_first_dose.get(form.key)
        if item is None:
            exercise, dose = candidate.exercise, self.dosing.start(candidate.exercise, form)
            seconds, notes = self.dosing.work_seconds(dose), self.dosing.notes(exercise, form)
            item = Item(exercise, form, exercise.slot, dose, seconds, candidate.reasons, notes)
            self._at_first_dose[form.key] = item
        return item

    def forms_passing_exclusions(self, exercise: Exercise) -> tuple[Form, ...]:
        """Return the forms that no rule leaves out, wherever and with whatever they are done, the one to use first."""
        if exercise.default_routine is DefaultRoutine.NO:
            return ()
        return self._best_first(tuple(form for form in exercise.forms if not self.excluded_by(form)))

    def _screened(self, exercise: Exercise) -> Excluded | tuple[Form, ...]:
        if exercise.default_routine is DefaultRoutine.NO:
            return Excluded(exercise, ExclusionReason.NEVER_AUTOMATIC, self._branches_against(exercise.forms))
        allowed = [form for form in exercise.forms if form.key in self._allowed]
        if allowed:
            return tuple(allowed)
        possible = [form for form in exercise.forms if form.key in self._possible]
        excluded_everywhere = all(self.excluded_by(form) for form in exercise.forms)
        if possible or excluded_everywhere:
            reasons = self._branches_against(possible or exercise.forms)
            return Excluded(exercise, ExclusionReason.CONTRAINDICATED, reasons)
        return Excluded(exercise, ExclusionReason.NO_EQUIPMENT_OR_PLACE, self._possible_reasons)

    def lacking(self, form: Form) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield what stands in the way of doing the form here: (position, place or equipment; what would do)."""
        if form.position not in self._positions:
            yield POSITION, frozenset([form.position])
        if self._places.isdisjoint(form.place):
            yield PLACE, form.place
        there = self._equipment_for(form)
        for item in form.equipment:
            if item not in there:
                yield EQUIPMENT, frozenset([item])
        for group in form.equipment_any:
            if group.isdisjoint(there):
                yield EQUIPMENT, group

    @cached_property
    def _allowed(self) -> frozenset[str]:
        """The keys of the forms that are possible, and that no rule leaves out."""
        return self._possible - self._excluding.keys()

    @cached_property
    def _possible(self) -> frozenset[str]:
        """The keys of the forms that are ``lacking`` nothing, worked out once for all that need the same."""
        forms = self._catalogue.forms
        alike = [keys for needs, keys in self._catalogue.forms_by_needs.items() if self._is_met(needs, self._equipment)]
        spared = [key for key in self._spared if not self._is_met(forms[key].needs, self._equipment_for(forms[key]))]
        return frozenset[str]().union(*alike).difference(spared)

    def _is_met(self, needs: Needs, there: frozenset[str]) -> bool:
        """Return whether this position, place and equipment are there."""
        if needs.position not in self._positions or self._places.isdisjoint(needs.place):
            return False
        return needs.equipment <= there and not any(map(there.isdisjoint, needs.equipment_any))

    def _equipment_for(self, form: Form) -> frozenset[str]:
        """Return the equipment that is there for the form; only a rule that spares it makes that less than all there is."""
        if form.key not in self._spared:
            return self._equipment
        return frozenset[str]().union(*(given for given, spared in self._provisions if form.key not in spared))

    def excluded_by(self, form: Form) -> list[Branch]:
        """Return the branches that leave the form out; [] if none does."""
        return self._excluding.get(form.key, [])

    @cached_property
    def _excluding(self) -> Mapping[str, list[Branch]]:
        """The branches that leave each form out, by its key: those that exclude it, then those that allow others only."""
        against: defaultdict[str, list[Branch]] = defaultdict(list)
        for branch, exclusion in self._decision.exclusions:
            for key in forms_in(exclusion.scope, self._catalogue) - forms_in(exclusion.spared, self._catalogue):
                form = self._catalogue.forms[key]
                if self.dosing.is_too_long(exclusion, self._catalogue.by_id[form.exercise], form):
                    against[key].append(branch)
        for branch, change in self._decision.modifications:
            if change.only_forms:
                for key in forms_barred(change, self._catalogue):
                    against[key].append(branch)
        return dict(against)

    def _branches_against(self, forms: Iterable[Form]) -> tuple[Branch, ...]:
        against = {branch.id for form in forms for branch in self.excluded_by(form)}
        return tuple([branch for branch in self._leaving_out if branch.id in against])

    @cached_property
    def _leaving_out(self) -> list[Branch]:
        """The branches that leave any form out, in their order."""
        ids = {branch.id for against in self._excluding.values() for branch in against}
        return [branch for branch in self._decision.fired if branch.id in ids]

    def _swaps(self, refusals: Iterable[Excluded]) -> dict[str, tuple[Branch, ...]]:
        """Return the branches that offer each exercise in place of one they left out for this person."""
        leaving_out = {branch.id for refusal in refusals for branch in refusal.reasons}
        swaps: dict[str, tuple[Branch, ...]] = {}
        for branch in self._decision.fired:
            if branch.id in leaving_out:
                for exercise in {*branch.then.swap_in, *branch.then.swap_in_if_preferred}:
                    swaps[exercise] = (*swaps.get(exercise, ()), branch)
        return swaps

    def _candidate(self, exercise: Exercise, forms: tuple[Form, ...], swaps: tuple[Branch, ...]) -> Candidate:
        helps = not exercise.regions.isdisjoint(self._decision.targets)
        points = self._points[bool(swaps), helps, exercise.default_routine is DefaultRoutine.YES]
        forms = self._best_first(forms)
        asking = self._asking.get(exercise.id)
        if asking is None:
            return Candidate(exercise, forms, points.total, swaps, False, False, helps, points)
        points = points._replace(asked=tuple([(branch, given) for branch, _, given in asking]))
        is_direction = any(preference.slot == Slot.DIRECTION for _, preference, _ in asking)
        reasons = _weightiest_first(points.asked)
        return Candidate(exercise, forms, points.total, reasons, True, is_direction, helps, points)

    @cached_property
    def _points(self) -> Mapping[tuple[bool, bool, bool], Points]:
        """What counts beside preferences: for a stand-in or not, for the main place or not, by default or not."""
        weights = self._decision.order.weights or _NO_WEIGHTS
        return {
            (swap, main, usual): Points((), weights.swap * swap, weights.main_place * main, weights.by_default * usual)
            for swap, main, usual in product((False, True), repeat=3)
        }

    @cached_property
    def _asking(self) -> Mapping[str, list[tuple[Branch, Preference, int]]]:
        """What prefers each exercise, by its id: the branches in their order, each with its preference and its points."""
        asking: defaultdict[str, list[tuple[Branch, Preference, int]]] = defaultdict(list)
        for branch, preference in self._decision.preferences:
            good = exercises_for(preference.good_for, self._catalogue)
            for exercise in good.union(preference.exercises):
                given = rank(preference, self._catalogue.by_id[exercise])
                if given:
                    asking[exercise].append((branch, preference, given))
        return asking

    def _best_first(self, forms: tuple[Form, ...]) -> tuple[Form, ...]:
        """Order allowed forms: those a rule names, then those in a preferred position, then as written."""
        if len(forms) < 2:
            return forms
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


def _weightiest_first(asked: tuple[tuple[Branch, int], ...]) -> tuple[Branch, ...]:
    """Return the branches, each once, the one that gives the most points first."""
    if len(asked) > 1:
        asked = tuple(sorted(asked, key=lambda entry: -entry[1]))
    return tuple({branch.id: branch for branch, _ in asked}.values())


def rank(preference: Preference, exercise: Exercise) -> int:
    """Return how many points a preference gives an exercise: its weight, and more the earlier it is named."""
    named = preference.exercises
    if exercise.id in named:
        return preference.weight + len(named) - named.index(exercise.id)
    return preference.weight if preference.good_for & exercise.good_for else 0
