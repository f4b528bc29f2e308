"""Hold a reply of the API against what must come of a sheet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from recommender.conformance.kit import Expected
from recommender.models.routine import BARRED

_MOST_NAMED = 8


def expected_of(reply: Mapping[str, Any]) -> Expected:
    """Return what a reply of ``POST /api/v1/recommendations`` says of what the kit compares.

    Raises:
        KeyError, TypeError: it has not the shape of such a reply.
    """
    routine, review = reply["routine"], reply["review"]
    allowed = None
    if routine is not None:
        others = (left["exercise"] for left in reply["left_out"] if left["because"] not in BARRED)
        allowed = tuple(sorted({*(item["exercise"] for item in routine["items"]), *others}))
    kind = None if review is None else review["kind"]
    return Expected(reply["disposition"]["level"], kind, allowed, tuple(reply["cases"]))


def differences(expected: Expected, found: Expected) -> Iterator[str]:
    """Yield a line for each thing that is not as it must be."""
    if found.level != expected.level:
        yield f"level is {found.level}, not {expected.level}"
    if found.kind != expected.kind:
        yield f"kind is {found.kind}, not {expected.kind}"
    if (found.allowed is None) != (expected.allowed is None):
        yield "there is no routine" if found.allowed is None else "there is a routine"
    elif found.allowed is not None and expected.allowed is not None:
        yield from _of_sets("allowed", expected.allowed, found.allowed)
    yield from _of_sets("fired", expected.cases, found.cases)


def _of_sets(what: str, expected: Collection[str], found: Collection[str]) -> Iterator[str]:
    for told, names in (("not", set(expected) - set(found)), ("too", set(found) - set(expected))):
        if names:
            more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            yield f"{what} {told}: {', '.join(sorted(names)[:_MOST_NAMED])}{more}"
