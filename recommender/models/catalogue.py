"""The catalogue: exercises and their forms, sources, places to get help, and words for the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from recommender.models.levels import Level
    from recommender.models.slots import Slot


class DoseType(StrEnum):
    HOLD = "hold"
    REPS = "reps"
    TIME = "time"
    NONE = "none"


class DefaultRoutine(StrEnum):
    """May the exercise be chosen: by default, only when a rule asks for it, or never by the program."""

    YES = "yes"
    CONDITIONAL = "conditional"
    NO = "no"


@dataclass(frozen=True, slots=True)
class DoseRange:
    """How much of an exercise is usual: [least, most] for each figure, and the figure of the first week."""

    type: DoseType
    reps: tuple[int, int] | None = None
    start_reps: int | None = None
    hold_seconds: tuple[int, int] | None = None
    start_hold_seconds: int | None = None
    sets: tuple[int, int] = (1, 1)
    per_side: bool = False
    seconds: tuple[int, int] | None = None
    start_seconds: int | None = None
    tempo: str | None = None
    frequency: str | None = None
    note: str | None = None
    sources: tuple[str, ...] = ()


class Needs(NamedTuple):
    """What a form can only be done with: its position, one of the places, all of the equipment, one thing of each group."""

    position: str
    place: frozenset[str]
    equipment: frozenset[str]
    equipment_any: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One way of doing an exercise. ``key`` is ``exercise_id/form_id``."""

    key: str
    id: str
    exercise: str
    name: str
    position: str
    place: frozenset[str]
    tags: frozenset[str]
    equipment: frozenset[str]
    equipment_any: tuple[frozenset[str], ...]
    steps: tuple[str, ...]
    cautions: tuple[str, ...]

    @property
    def needs(self) -> Needs:
        return Needs(self.position, self.place, self.equipment, self.equipment_any)


@dataclass(frozen=True, slots=True)
class SeedNote:
    """What one of the lay articles says of an exercise."""

    seed: str
    says: str


@dataclass(frozen=True, slots=True)
class Breath:
    """A pace to breathe at: so many seconds in, so many out."""

    in_seconds: int
    out_seconds: int


@dataclass(frozen=True, slots=True)
class Exercise:
    id: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    slot: Slot
    regions: frozenset[str]
    good_for: frozenset[str]
    default_routine: DefaultRoutine
    default_reason: str
    purpose: str
    dose: DoseRange
    breathing: str
    feel_it: str
    not_here: str
    common_mistakes: tuple[str, ...]
    easier: tuple[str, ...]
    harder: tuple[str, ...]
    chair_or_standing: tuple[str, ...]
    forms: tuple[Form, ...]
    figure_hint: str
    seeds: tuple[SeedNote, ...]
    seed_notes: tuple[str, ...]
    decisions: tuple[str, ...]
    breath: Breath | None = None


class Reading(StrEnum):
    """How far a program read a source itself, most first. A quotation elsewhere, or memory, is no reading of it."""

    IN_FULL = "in_full"
    IN_PART = "in_part"
    ABSTRACT = "abstract"
    SECOND_HAND = "second_hand"
    NOT_OPENED = "not_opened"

    @property
    def is_opened(self) -> bool:
        """Return whether any of the source itself was read."""
        return self not in (Reading.SECOND_HAND, Reading.NOT_OPENED)


@dataclass(frozen=True, slots=True)
class Source:
    """``read_on`` is the day, in ISO 8601, on which the reading was written down; None where there was none.

    ``section`` is the part that its rules rest on. ``url`` is its address, None where it has a DOI or none is known.
    """

    id: str
    title: str
    organisation: str
    kind: str
    read: Reading
    year: int | None = None
    document: str | None = None
    doi: str | None = None
    supports: str | None = None
    note: str | None = None
    seed_file: str | None = None
    read_on: str | None = None
    section: str | None = None
    url: str | None = None

    @property
    def address(self) -> str | None:
        """Return where it can be found on the web, if that is known."""
        return self.url or (f"https://doi.org/{self.doi}" if self.doi else None)


@dataclass(frozen=True, slots=True)
class Tag:
    """What a form asks of the body. With ``on_cards`` False it is about the dose, and no card lists it."""

    id: str
    meaning: str
    say: str
    on_cards: bool = True


@dataclass(frozen=True, slots=True)
class Term:
    """An id of a closed list and its plain name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class MidPlanWords:
    """The words of an outcome level for somebody who has a routine already, in place of those for a start."""

    title: str
    heading: str
    message: str
    act: str
    steps: tuple[str, ...]
    tell_staff: str
    do_not: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disposition:
    """The words of one outcome level. ``within`` is an ISO 8601 duration.

    ``mid_plan`` are other words for somebody who has started; None where the same suit them.
    """

    level: Level
    title: str
    heading: str
    message: str
    act: str
    within: str | None
    steps: tuple[str, ...]
    tell_staff: str | None
    do_not: tuple[str, ...]
    meanwhile: tuple[str, ...]
    worse: tuple[str, ...]
    tone: str
    mid_plan: MidPlanWords | None = None

    def for_mid_plan(self) -> Disposition:
        """Return the words for somebody who has started."""
        words = self.mid_plan
        if words is None:
            return self
        return replace(
            self,
            title=words.title,
            heading=words.heading,
            message=words.message,
            act=words.act,
            steps=words.steps,
            tell_staff=words.tell_staff,
            do_not=words.do_not,
        )


@dataclass(frozen=True, slots=True)
class Topic:
    id: str
    title: str
    order: int


@dataclass(frozen=True, slots=True)
class CommonQuestion:
    """A question that people bring, with its short answer and what it rests on."""

    id: str
    question: str
    answer: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """A service. ``by_text`` says that its number takes text messages, not calls."""

    name: str
    number: str | None
    note: str | None = None
    by_text: bool = False


@dataclass(frozen=True, slots=True)
class NumberPhrases:
    """The phrases that stand for a country's numbers in a sentence."""

    emergency_number_text: str
    urgent_line_text: str
    crisis_line_text: str


@dataclass(frozen=True, slots=True)
class Region:
    """A country's numbers. ``territories`` are the codes of ISO 3166 for which it stands besides its own id."""

    id: str
    name: str
    phrases: NumberPhrases
    emergency: tuple[Contact, ...]
    urgent: tuple[Contact, ...]
    crisis: tuple[Contact, ...]
    checked: str
    territories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedDecision:
    """A point on which the lay articles conflict or err, and what we decided."""

    id: str
    group: str
    conflict: str
    decision: str
    touches: tuple[str, ...]
    confidence: str


@dataclass(frozen=True, slots=True)
class ReviewPoint:
    """A point that a clinician must settle before release. ``options`` are ways to settle it; other words do too."""

    number: int
    text: str
    rules: tuple[str, ...]
    options: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FixedWords:
    """Texts that belong to no rule: not yet approved, not available, standing in for something left out, and left out.

    ``for_another_place`` has {regions} and {place} in it.
    """

    not_approved: str
    stand_in: str
    for_another_place: str
    not_called_for: str
    unavailable_title: str
    unavailable_message: str
    unavailable_act: str


@dataclass(frozen=True, slots=True)
class Example:
    """What the start page shows of a routine, each by the key of its form. Nobody is told to do it."""

    picture: str
    moves: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    exercises: tuple[Exercise, ...]
    sources: Mapping[str, Source]
    tags: Mapping[str, Tag]
    good_for: Mapping[str, str]
    vocabulary: Mapping[str, Mapping[str, Term]]
    dispositions: Mapping[Level, Disposition]
    topics: Mapping[str, Topic]
    words: FixedWords
    regions: Mapping[str, Region]
    unknown_region: NumberPhrases
    elsewhere: Region
    decisions: Mapping[str, SeedDecision]
    open_questions: tuple[str, ...]
    review_points: tuple[ReviewPoint, ...]
    common_questions: tuple[CommonQuestion, ...] = ()
    example: Example | None = None

    @cached_property
    def every_region(self) -> Mapping[str, Region]:
        """Return every country that can be chosen by id, last the general words for one whose numbers are not known."""
        return MappingProxyType({**self.regions, self.elsewhere.id: self.elsewhere})

    @cached_property
    def by_id(self) -> Mapping[str, Exercise]:
        return MappingProxyType({exercise.id: exercise for exercise in self.exercises})

    @cached_property
    def reach(self) -> dict[Hashable, frozenset[str]]:
        """Ids of what a part of a rule speaks of, by that part: noted here once worked out (assembly/matching.py)."""
        return {}

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        return MappingProxyType({form.key: form for exercise in self.exercises for form in exercise.forms})

    @cached_property
    def forms_by_needs(self) -> Mapping[Needs, frozenset[str]]:
        """The keys of the forms that need the same."""
        alike: defaultdict[Needs, set[str]] = defaultdict(set)
        for form in self.forms.values():
            alike[form.needs].add(form.key)
        return MappingProxyType({needs: frozenset(keys) for needs, keys in alike.items()})
