"""What must hold whatever the rules of a clinic say: the least level of an answer, and sheets that must reach theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.models.levels import Level
    from recommender.models.questionnaire import Intake

# Options by question: of each question, any of them.
Named = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Floor:
    """The least level of a sheet that gives certain answers. ``brief`` is where the evidence brief says so.

    It holds where one of ``answers``, or one that is not among ``any_but``, is given; and for each question ``beside``
    one of those too; and none of ``unless``.
    """

    level: Level
    brief: str
    answers: Named = field(default_factory=dict)
    any_but: Named = field(default_factory=dict)
    beside: Named = field(default_factory=dict)
    unless: Named = field(default_factory=dict)

    def holds(self, intake: Intake) -> bool:
        """Return whether the sheet gives these answers."""
        if not self._is_given(intake):
            return False
        chosen = {question: frozenset(intake.chosen(question)) for question in (*self.beside, *self.unless)}
        return all(chosen[name] & options for name, options in self.beside.items()) and not any(
            chosen[name] & options for name, options in self.unless.items()
        )

    def _is_given(self, intake: Intake) -> bool:
        for name, options in self.answers.items():  # loops, for there are many floors and most fail here
            if not options.isdisjoint(intake.chosen(name)):
                return True
        for name, options in self.any_but.items():
            if not options.issuperset(intake.chosen(name)):
                return True
        return False

    @property
    def named(self) -> Iterator[tuple[str, str]]:
        """Yield every question and option that the floor speaks of."""
        for part in (self.answers, self.any_but, self.beside, self.unless):
            for question, options in part.items():
                yield from ((question, option) for option in sorted(options))


def floors_above(level: Level, intake: Intake, floors: Iterable[Floor]) -> Iterator[Floor]:
    """Yield the floors that hold for a sheet and are higher than the level that it came to."""
    return (floor for floor in floors if floor.level.rank > level.rank and floor.holds(intake))


@dataclass(frozen=True, slots=True)
class Sentinel:
    """An answer sheet with a sign of danger, and the least level that it must come to.

    ``answers`` are raw, and only what differs from the sheet of somebody with no sign; ``follow_up`` is what was answered
    at a check or before a session. ``case`` is the case of the evidence brief that it stands for.
    """

    case: str
    name: str
    level: Level
    answers: Mapping[str, Any]
    follow_up: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SafetyNet:
    """Everything that the package itself holds against the rules of a clinic.

    ``always_asked`` are questions that everybody must answer, ``asked_where_shown`` those that everybody must answer whom
    they are shown. ``asked_again`` are asked afresh at every check, and before a session where one of the answers
    ``before_session`` is given. ``nobody_in_danger`` are the raw answers of somebody with no sign at all.
    """

    floors: tuple[Floor, ...]
    always_asked: tuple[str, ...]
    asked_where_shown: tuple[str, ...]
    asked_again: tuple[str, ...]
    before_session: Named
    nobody_in_danger: Mapping[str, Any]
    sentinels: tuple[Sentinel, ...]
