"""An edit as the discussion shows it: the patch that a request carries, and what was known of its impact, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recommender.review.tables import Review
from recommender.web.proposals.room import blueprint

_UNTOLD = "What it does to people was not worked out."
_ILLEGIBLE = "What was kept of its impact cannot be read."


@dataclass(frozen=True, slots=True)
class Edit:
    """``patch`` as it was sent, ``sha256`` the digest of the version that it makes, ``impact`` a sentence or more."""

    patch: str
    sha256: str
    impact: str


@blueprint.app_template_filter()
def edit_of(review: Review) -> Edit | None:
    """Return the edit that a request carries; None where it carries none, or what stands there is no edit."""
    kept = review.proposal
    if not isinstance(kept, dict) or not isinstance(kept.get("patch"), str):
        return None
    return Edit(kept["patch"], str(kept.get("sha256", "")), impact_words(kept.get("impact")))


@blueprint.app_template_filter()
def impact_words(kept: Mapping[str, Any] | None) -> str:
    """Return how many were looked at and what becomes of them, or that nobody knows."""
    if kept is None:
        return _UNTOLD
    try:
        return " ".join(_told(kept))
    except (KeyError, TypeError, ValueError, AttributeError):
        return _ILLEGIBLE


def _told(kept: Mapping[str, Any]) -> list[str]:
    if "unknown" in kept:
        return ["What it does to people is not known:", str(kept["unknown"])]
    if "refused" in kept:
        return ["The service refuses the rule set with it:", *map(str, kept["refused"])]
    met = kept["met"]
    counts = {group: int(kept["counts"][group]) for group in ("less_safe", "turned_away", "otherwise")}
    told = [
        f"Of {int(met['vignette'])} vignettes and {int(met['crowd'])} people drawn by a seed, "
        f"{_number(counts['less_safe'], 'is', 'are')} less safe, {_number(counts['turned_away'], 'is', 'are')} turned away, "
        f"and {_number(counts['otherwise'], 'gets', 'get')} something else."
    ]
    if kept["not_served"]:
        told += ["The service would not start with it:", *map(str, kept["not_served"])]
    if kept["lost_in_all"]:
        told.append(f"Vignettes that cannot be asked any more: {int(kept['lost_in_all'])}.")
    return told


def _number(number: int, one: str, several: str) -> str:
    return f"{number or 'nobody'} {one if number < 2 else several}"
