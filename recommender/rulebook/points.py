"""What a clinician must settle before a release: the points of the catalogue, every marked rule that none speaks of, and
each red flag of which nobody has opened a source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recommender.models.content import Content
from recommender.models.rules import Rule
from recommender.rulebook.readings import rests_on_nothing_opened, sources_of

_RED_FLAGS = "red_flags"


@dataclass(frozen=True, slots=True)
class Point:
    """``id`` is the number of the point, or says which rule it is about. ``evidence`` are ids of sources, those of its rules too.

    ``unread`` says how far each source was read, where the point is about that.
    """

    id: str
    text: str
    rules: tuple[str, ...]
    options: tuple[str, ...]
    evidence: tuple[str, ...]
    unread: tuple[str, ...] = ()

    @property
    def parts(self) -> dict[str, Any]:
        """Return what a decision on it is bound to."""
        return {
            "text": self.text,
            "options": list(self.options),
            "rules": list(self.rules),
            "evidence": list(self.evidence),
            **({"unread": list(self.unread)} if self.unread else {}),
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
    for rule in rules.values():
        if rule.kind == _RED_FLAGS and rests_on_nothing_opened(rule, content.catalogue):
            yield _of_unread(rule, content)


def _of_unread(rule: Rule, content: Content) -> Point:
    """Return the point that somebody must sign why a red flag may stand on what nobody has opened."""
    known = sources_of(rule, content.catalogue)
    named = "; ".join(f"{source.title} ({source.organisation})" for source in known)
    text = (
        f"{rule.title}. Nobody has opened what this red flag rests on: {named}. Say why it may be released all the same, or "
        "put it off until somebody has read it."
    )
    unread = tuple(f"{source.id}: {source.read.value}" for source in known)
    return Point(f"{rule.id}-sources", text, (rule.id,), (), rule.sources, unread)
