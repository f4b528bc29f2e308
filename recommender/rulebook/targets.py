"""What can be reviewed and signed: a rule, an exercise, an outcome, or the whole release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class TargetKind(StrEnum):
    RULE = "rule"
    EXERCISE = "exercise"
    DISPOSITION = "disposition"
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
