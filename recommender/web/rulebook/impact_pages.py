"""What a change of the rules does to people, as `recommender diff --record` kept it, for the pages that show it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import abort

from recommender.errors import RecommenderError
from recommender.review.impact_record import impacts
from recommender.review.keys import audit_key
from recommender.web.core.state import current_state

Told = Mapping[str, Any]
_TURNED_AWAY = "turned_away"


def kept_impacts() -> Iterator[tuple[str, Told]]:
    """Yield what was kept and can be read, by name; nothing where there is no key of a record yet."""
    settings = current_state().settings
    try:
        yield from impacts(settings, audit_key(settings))
    except (RecommenderError, OSError):
        return


def impact_named(name: str) -> Told:
    """Return what was kept under a name; 404 if there is none that can be read."""
    found = next((told for kept, told in kept_impacts() if kept == name), None)
    return found if found is not None else abort(404)


def in_groups(told: Told) -> Mapping[str, Sequence[tuple[int, Told]]]:
    """Return who is affected, each with a number from 1: who is less safe, who is turned away, and who gets something else."""
    groups: dict[str, list[tuple[int, Told]]] = {"less_safe": [], _TURNED_AWAY: [], "otherwise": []}
    for number, one in enumerate(told["affected"], start=1):
        milder = _TURNED_AWAY if one["effect"] == _TURNED_AWAY else "otherwise"
        groups["less_safe" if one["is_less_safe"] else milder].append((number, one))
    return groups


def affected(told: Told, number: int) -> Told:
    """Return one who is affected, by number; 404 if there is none."""
    if not 0 < number <= len(told["affected"]):
        abort(404)
    one: Told = told["affected"][number - 1]
    return one


def as_sent(one: Told) -> str:
    """Return the case of a person as the forms of the lab carry it."""
    return json.dumps(one["case"], ensure_ascii=False, separators=(",", ":"))
