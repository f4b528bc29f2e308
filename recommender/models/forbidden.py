"""Movements that must never appear for some people, whatever the rules of a clinic say: a table of the package itself.

It says again, by itself, what the evidence brief leaves out for whom, and shares nothing with the rules that decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from recommender.models.catalogue import DoseType
from recommender.models.needed_answers import Pair, RowsByAnswer

if TYPE_CHECKING:
    from recommender.models.catalogue import Exercise, Form
    from recommender.models.levels import Level, Stage
    from recommender.models.questionnaire import Intake
    from recommender.models.routine import Dose, Item

# Options by question: of each question, any of them.
Named = Mapping[str, frozenset[str]]
# What is worked out and not asked: the place that was named as the main one, or the only one that was ticked.
MAIN_PLACE, MAIN, PLACES = "main_place", "pain_main", "pain_location"


class Occasion(StrEnum):
    """Where a movement is offered."""

    ROUTINE = "routine"
    BREAKS = "breaks"


@dataclass(frozen=True)
class Given:
    """Some answers together: of each question one of the options, no option of ``but_not``, and numbers of a range.

    ``patterns`` are names of patterns that must hold as well.
    """

    answers: Named = field(default_factory=dict)
    but_not: Named = field(default_factory=dict)
    numbers: Mapping[str, range] = field(default_factory=dict)
    patterns: frozenset[str] = frozenset()

    @cached_property
    def one_of_each(self) -> tuple[frozenset[Pair], ...]:
        """For each question the answers of which one must be given."""
        return tuple(frozenset((name, option) for option in options) for name, options in self.answers.items())

    @cached_property
    def none_of(self) -> frozenset[Pair]:
        """The answers of which none may be given."""
        return frozenset((name, option) for name, options in self.but_not.items() for option in options)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Answers that several rows speak of by name: at least so many of these are given."""

    id: str
    of: tuple[Given, ...]
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class CombinedFloor:
    """The least level of people who give answers together; ``brief`` is where the evidence brief says so."""

    brief: str
    level: Level
    when: tuple[Given, ...]
    unless: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class StageCeiling:
    """The highest stage of a routine for people who give answers together; ``brief`` is where the evidence brief says so."""

    brief: str
    at_most: Stage
    when: tuple[Given, ...]
    unless: tuple[Given, ...] = ()


@dataclass(frozen=True)
class CombinedFloors:
    """All of them, the ceilings of stages, and the patterns that both name."""

    patterns: Mapping[str, Pattern]
    floors: tuple[CombinedFloor, ...]
    stages: tuple[StageCeiling, ...]


class Movement(Protocol):
    """An exercise in one of its forms."""

    @property
    def exercise(self) -> Exercise: ...

    @property
    def form(self) -> Form: ...


@dataclass(frozen=True)
class Moves:
    """Movements by the tag or position of a form, by exercise or kind, or by form (``exercise_id/form_id``).

    ``other_forms_of`` are forms that are allowed, and every other form of their exercises is meant.
    """

    tags: frozenset[str] = frozenset()
    positions: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    exercises: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    other_forms_of: frozenset[str] = frozenset()

    def include(self, item: Movement) -> bool:
        """Return whether the movement is one of these."""
        form, exercise = item.form, item.exercise
        return (
            not self.tags.isdisjoint(form.tags)
            or form.position in self.positions
            or exercise.kind in self.kinds
            or exercise.id in self.exercises
            or form.key in self.forms
            or (exercise.id in self._bound and form.key not in self.other_forms_of)
        )

    @cached_property
    def _bound(self) -> frozenset[str]:
        """The exercises of which only some forms are allowed."""
        return frozenset(key.partition("/")[0] for key in self.other_forms_of)


@dataclass(frozen=True, slots=True)
class ForbiddenMoves:
    """One row: for whom, and what must then not appear; ``brief`` is where the evidence brief says so.

    A row that ``asks`` is stricter than the text of the brief: a clinician must say whether it stays.
    ``but`` are spared. With ``longest_hold`` or ``longest_work``, in seconds, only longer ones are forbidden.
    ``stand_ins`` are forms and exercises that the brief names in their place.
    """

    id: str
    brief: str
    why: str
    when: tuple[Given, ...]
    never: Moves
    but: Moves = Moves()
    unless: tuple[Given, ...] = ()
    occasions: frozenset[Occasion] = frozenset(Occasion)
    longest_hold: int | None = None
    longest_work: int | None = None
    stand_ins: frozenset[str] = frozenset()
    asks: bool = False

    def speaks_of(self, item: Movement) -> bool:
        """Return whether the row is about this movement, whatever its dose."""
        return self.never.include(item) and not self.but.include(item)


@dataclass(frozen=True)
class ForbiddenTable:
    """All rows, and the patterns that they name."""

    patterns: Mapping[str, Pattern]
    rows: tuple[ForbiddenMoves, ...]
    seconds_per_rep: int
    seconds_per_hold_change: int

    def rows_for(self, intake: Intake) -> tuple[ForbiddenMoves, ...]:
        """Return the rows that speak of somebody who answers so."""
        sheet = _Sheet(intake, self.patterns)
        may_speak = self._by_answer.that_may_speak(sheet.answers)
        return tuple(
            row for row in may_speak if any(map(sheet.gives, row.when)) and not any(map(sheet.gives, row.unless))
        )

    @cached_property
    def _by_answer(self) -> RowsByAnswer:
        return RowsByAnswer(self.rows, self.patterns)

    def forbidden(
        self, rows: Iterable[ForbiddenMoves], items: Iterable[Item], occasion: Occasion
    ) -> Iterator[tuple[ForbiddenMoves, Item]]:
        """Yield every item that one of the rows forbids on such an occasion, with that row."""
        shown = tuple(items)
        for row in rows:
            if occasion in row.occasions:
                yield from ((row, item) for item in shown if self._forbids(row, item))

    def _forbids(self, row: ForbiddenMoves, item: Item) -> bool:
        """Return whether the row forbids this item, in this form and dose."""
        is_meant = row.speaks_of(item)
        if row.longest_hold is not None:
            return is_meant and (item.dose.hold_seconds or 0) > row.longest_hold
        return is_meant and (row.longest_work is None or self.work_seconds(item.dose) > row.longest_work)

    def work_seconds(self, dose: Dose) -> int:
        """Return the seconds of a dose by the brief's own figures: sides, sets, repeats, holds and rests, no setting up."""
        sides = 1 + dose.per_side
        if dose.seconds is not None:
            return sides * dose.seconds
        change = self.seconds_per_hold_change if dose.type is DoseType.HOLD else self.seconds_per_rep
        each = change + (dose.hold_seconds or 0)
        return sides * dose.sets * (dose.reps or 0) * each + (dose.sets - 1) * dose.rest_seconds

    @cached_property
    def every_given(self) -> tuple[Given, ...]:
        """Every set of answers that a pattern or a row speaks of."""
        of_patterns = tuple(given for pattern in self.patterns.values() for given in pattern.of)
        return of_patterns + tuple(given for row in self.rows for given in (*row.when, *row.unless))

    @cached_property
    def named(self) -> frozenset[tuple[str, str]]:
        """Every question and option that the table speaks of."""
        return frozenset(
            (question, option)
            for given in self.every_given
            for named in (given.answers, given.but_not)
            for question, options in named.items()
            for option in options
        )

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Every question whose number the table reads."""
        return frozenset(name for given in self.every_given for name in given.numbers)


class _Sheet:
    """What somebody answered, with what is worked out from it."""

    def __init__(self, intake: Intake, patterns: Mapping[str, Pattern]) -> None:
        self._intake = intake
        self._patterns = patterns
        self._known: dict[str, bool] = {}
        places = intake.chosen(PLACES)
        main = intake.chosen(MAIN) or (places if len(places) == 1 else ())
        chosen = [(question, option) for question in intake.answers for option in intake.chosen(question)]
        self.answers = frozenset((*chosen, *((MAIN_PLACE, place) for place in main)))

    def gives(self, given: Given) -> bool:
        for asked in given.one_of_each:  # loops, for there are many entries and most fail at once
            if asked.isdisjoint(self.answers):
                return False
        for name in given.patterns:
            if not self._is(name):
                return False
        for name, wanted in given.numbers.items():
            if self._intake.number(name) not in wanted:
                return False
        return given.none_of.isdisjoint(self.answers)

    def _is(self, name: str) -> bool:
        if name not in self._known:
            pattern = self._patterns[name]
            self._known[name] = sum(map(self.gives, pattern.of)) >= pattern.at_least
        return self._known[name]
