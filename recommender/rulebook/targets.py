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
    """``parts`` is the plain data that was hashed; ``sha256`` is over its canonical JSON."""

    target: Target
    sha256: str
    parts: Mapping[str, Any]


RELEASE = Target(TargetKind.RELEASE, "release")
