"""The condition tree: the small closed language in which every rule says when it applies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Always:
    """True for everyone."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of these options was chosen; on a question with several answers, at least one of them was ticked."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Only:
    """This option was ticked and nothing else."""

    question: str
    option: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number answered, or supplied with the intake, lies within bounds (both inclusive, None means open)."""

    subject: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A finding was derived. A finding with a value is named ``main_place=neck``."""

    finding: str


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``n`` of the parts hold."""

    n: int
    parts: tuple[Condition, ...]


ALWAYS = Always()

Condition = Always | Chosen | Only | Number | Found | All | AnyOf | Not | AtLeast
Atom = Chosen | Only | Number | Found


def children(condition: Condition) -> tuple[Condition, ...]:
    match condition:
        case All(parts) | AnyOf(parts) | AtLeast(_, parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()


def atoms(condition: Condition) -> Iterator[Atom]:
    """Yield every atom of the tree, left to right, repeats included."""
    if isinstance(condition, Chosen | Only | Number | Found):
        yield condition
    for child in children(condition):
        yield from atoms(child)


def both(first: Condition | None, second: Condition) -> Condition:
    """Return the condition that asks for both; None asks for nothing."""
    if first is None or isinstance(first, Always):
        return second
    if isinstance(second, Always):
        return first
    return All((first, second))
