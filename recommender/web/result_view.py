"""A presented recommendation, grouped the way the page reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from recommender.models.catalogue import Catalogue, Source, Topic
from recommender.models.content import Content
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Because
from recommender.presenter import duration_hours

Reason = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LeftOutGroup:
    """Exercises left out in the same way: by kind of reason, then by the very reasons."""

    because: str
    parts: tuple[tuple[tuple[Reason, ...], tuple[str, ...]], ...]

    @property
    def count(self) -> int:
        return sum(len(names) for _, names in self.parts)


def advice_groups(advice: Iterable[Mapping[str, Any]], catalogue: Catalogue) -> list[tuple[Topic, list[str]]]:
    """Return the advice by topic, in the order of the page."""
    groups: dict[str, list[str]] = {}
    for entry in advice:
        groups.setdefault(entry["topic"], []).append(entry["text"])
    topics = sorted((catalogue.topics[topic] for topic in groups), key=lambda topic: topic.order)
    return [(topic, groups[topic.id]) for topic in topics]


def dated_acts(reasons: Iterable[Reason], today: date) -> list[tuple[date | None, list[str]]]:
    """Return what the reasons ask somebody to do, by the day it should be done by; what has no day comes last."""
    days: dict[date | None, list[str]] = {}
    for reason in reasons:
        if reason["act"]:
            within = reason["within"]
            day = today + timedelta(hours=duration_hours(within)) if within else None
            acts = days.setdefault(day, [])
            if reason["act"] not in acts:
                acts.append(reason["act"])
    return sorted(days.items(), key=lambda entry: entry[0] or date.max)


def left_out_groups(left_out: Sequence[Mapping[str, Any]]) -> list[LeftOutGroup]:
    """Return what was left out, by kind of reason and then by reasons, the biggest part of each kind first."""
    groups = []
    for because in Because:
        parts: dict[tuple[str, ...], tuple[tuple[Reason, ...], list[str]]] = {}
        for left in left_out:
            if left["because"] == because.value:
                reasons = {reason["text"]: reason for reason in left["why"]}
                parts.setdefault(tuple(reasons), (tuple(reasons.values()), []))[1].append(left["name"])
        if parts:
            ordered = sorted(parts.values(), key=lambda part: -len(part[1]))
            groups.append(LeftOutGroup(because.value, tuple((why, tuple(names)) for why, names in ordered)))
    return groups


def used_sources(recommendation: Recommendation, content: Content) -> list[Source]:
    """Return the sources of every rule that fired, by title."""
    rules = {branch.rule_id for branch in recommendation.fired}
    ids = {source for rule in rules for source in content.rule_set.by_id[rule].sources}
    return sorted((content.catalogue.sources[source] for source in ids), key=lambda source: source.title)
