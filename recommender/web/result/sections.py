"""A presented recommendation, grouped the way the page reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.models.catalogue import Catalogue, Source, Term, Topic
from recommender.models.content import Content
from recommender.models.recommendation import Recommendation
from recommender.models.routine import ExclusionReason

Reason = Mapping[str, Any]

# The topics of the part about sitting, in order; what a rule says under them is for people who sit.
SITTING = ("driving", "sitting", "desk")


@dataclass(frozen=True, slots=True)
class LeftOutGroup:
    """Exercises left out in the same way: how many, and their names under each reason. No reason comes last."""

    because: str
    count: int
    parts: tuple[tuple[Reason | None, tuple[str, ...]], ...]


def advice_groups(advice: Iterable[Mapping[str, Any]], catalogue: Catalogue) -> list[tuple[Topic, list[str]]]:
    """Return the advice by topic, in the order of the page."""
    groups: dict[str, list[str]] = {}
    for entry in advice:
        groups.setdefault(entry["topic"], []).append(entry["text"])
    topics = sorted((catalogue.topics[topic] for topic in groups), key=lambda topic: topic.order)
    return [(topic, groups[topic.id]) for topic in topics]


def has_sitting_part(shown: Mapping[str, Any]) -> bool:
    """Return whether a presented result speaks of sitting; one without a routine never does."""
    advised = any(entry["topic"] in SITTING for entry in shown["advice"])
    return bool(shown["routine"]) and (advised or bool(shown["breaks"]))


def left_out_groups(left_out: Sequence[Mapping[str, Any]], regions: Mapping[str, Term]) -> list[LeftOutGroup]:
    """Return what was left out, by kind and then by reason, the reason behind most of it first.

    What is mainly for another part of the body says which, in the words of ``regions``. An exercise with several reasons stands under each of them, so that every answer shows all that it leaves out.
    """
    groups = []
    for because in ExclusionReason:
        members = [left for left in left_out if left["because"] == because.value]
        parts: dict[str, tuple[Reason | None, list[str]]] = {}
        for left in members:
            for reason in {reason["text"]: reason for reason in left["why"]}.values() or (None,):
                parts.setdefault(reason["text"] if reason else "", (reason, []))[1].append(_named(left, regions))
        if members:
            ordered = sorted(parts.values(), key=lambda part: (part[0] is None, -len(part[1])))
            groups.append(
                LeftOutGroup(because.value, len(members), tuple((reason, tuple(names)) for reason, names in ordered))
            )
    return groups


def _named(left: Mapping[str, Any], regions: Mapping[str, Term]) -> str:
    places = ", ".join(term.name for term in regions.values() if term.id in left["regions"])
    return f"{left['name']} ({places})" if places else str(left["name"])


def used_sources(recommendation: Recommendation, content: Content) -> list[Source]:
    """Return the sources of every rule that fired, by title."""
    rules = {branch.rule_id for branch in recommendation.fired}
    ids = {source for rule in rules for source in content.rule_set.by_id[rule].sources}
    return sorted((content.catalogue.sources[source] for source in ids), key=lambda source: source.title)
