"""What a clinician must settle before a release: the points of the catalogue, and every marked rule that none speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recommender.models.content import Content


@dataclass(frozen=True, slots=True)
class Point:
    """``id`` is the number of the point, or the id of the rule. ``evidence`` are ids of sources, those of its rules too."""

    id: str
    text: str
    rules: tuple[str, ...]
    options: tuple[str, ...]
    evidence: tuple[str, ...]

    @property
    def parts(self) -> dict[str, Any]:
        """Return what a decision on it is bound to."""
        return {
            "text": self.text,
            "options": list(self.options),
            "rules": list(self.rules),
            "evidence": list(self.evidence),
        }


def points(content: Content) -> Iterator[Point]:
    """Yield every point, those of the catalogue first."""
    rules, listed = content.rule_set.by_id, content.catalogue.review_points
    for one in listed:
        named = tuple(rule for rule in one.rules if rule in rules)
        sources = dict.fromkeys([*one.evidence, *(source for rule in named for source in rules[rule].sources)])
        yield Point(str(one.number), one.text, one.rules, one.options, tuple(sources))
    spoken_of = {rule for one in listed for rule in one.rules}
    for rule in rules.values():
        if rule.needs_clinical_decision and rule.id not in spoken_of:
            yield Point(rule.id, f"{rule.title}. {rule.why}", (rule.id,), (), rule.sources)
