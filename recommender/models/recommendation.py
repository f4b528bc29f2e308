"""The answer to one intake: an outcome with its reasons, and a routine where one may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recommender.models.edits import NO_EDITS, RoutineEdits

if TYPE_CHECKING:
    from recommender.models.catalogue import Disposition
    from recommender.models.decision import Decision
    from recommender.models.levels import Level
    from recommender.models.questionnaire import Intake
    from recommender.models.routine import Assembly
    from recommender.models.rules import Branch


@dataclass(frozen=True, slots=True)
class Supporting:
    """One answer behind a reason. ``option`` is an option id, or None for a number; ``text`` is what was chosen."""

    question: str
    option: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """``assembly`` is None above the levels that show a routine.

    ``behind`` holds the person's own answers behind each fired branch, by branch id.
    """

    intake: Intake
    decision: Decision
    disposition: Disposition
    assembly: Assembly | None
    behind: Mapping[str, tuple[Supporting, ...]]
    version: str
    hash: str
    approved: bool
    edits: RoutineEdits = NO_EDITS

    @property
    def level(self) -> Level:
        return self.decision.level

    @property
    def fired(self) -> tuple[Branch, ...]:
        return self.decision.fired
