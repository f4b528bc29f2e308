"""What can be reviewed and signed: whatever a person can be shown or kept from, and the whole release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class TargetKind(StrEnum):
    """``PAGE`` is a page of questions, ``WORDS`` a list of the catalogue or the facts and times that rules share.

    ``INTERFACE`` are the words of the program in one room of the site, ``SAFETY`` one table of the safety net, and
    ``LANGUAGE`` a whole translation: it is signed for itself, and no release waits for it. ``POINT`` is a point that a
    clinician must settle: it is decided, not approved.
    """

    RULE = "rule"
    EXERCISE = "exercise"
    DISPOSITION = "disposition"
    PAGE = "page"
    REGION = "region"
    WORDS = "words"
    INTERFACE = "interface"
    SAFETY = "safety"
    LANGUAGE = "language"
    POINT = "point"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be reviewed."""

    kind: TargetKind
    id: str


@dataclass(frozen=True, slots=True)
class Digest:
    """``parts`` is the plain data that was hashed; ``sha256`` is over its canonical JSON.

    ``authors`` are the ``names_in_files``. They are no part of what was hashed: who wrote it changes no word of it, and
    only says whose approval counts.
    """

    target: Target
    sha256: str
    parts: Mapping[str, Any]
    authors: frozenset[str] = frozenset()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that a point names; of anything else none."""
        return tuple(self.parts.get("rules", ())) if self.target.kind is TargetKind.POINT else ()


RELEASE = Target(TargetKind.RELEASE, "release")
# What it is for and for whom, what is done when harm was done; its hazards are signed one by one.
SAFETY_CASE = Target(TargetKind.SAFETY, "safety_case")


def hazard_target(hazard: str) -> Target:
    """Return the target of one hazard of the log, by the hazard's id."""
    return Target(TargetKind.SAFETY, f"{SAFETY_CASE.id}.{hazard}")


def is_of_safety_case(target: Target) -> bool:
    """Return whether it is the safety case, or one of its hazards: then a safety officer must be among those who sign."""
    return target.kind is TargetKind.SAFETY and target.id.partition(".")[0] == SAFETY_CASE.id


def is_of_tables(target: Target) -> bool:
    """Return whether it is one of the tables that rules are held against: nobody who wrote a rule may approve it."""
    return target.kind is TargetKind.SAFETY and not is_of_safety_case(target)
