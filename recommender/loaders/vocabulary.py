"""The closed lists that content files may refer to, and hints for a word that is nearly right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recommender.models.questionnaire import QuestionKind

_HOMES = {
    "tag": "catalogue/tags.yaml",
    "good_for": "catalogue/good_for.yaml",
    "exercise": "catalogue/exercises/",
    "form": "the forms of catalogue/exercises/",
    "source": "catalogue/sources.yaml",
    "question": "rules/questionnaire/",
    "page": "rules/questionnaire/",
    "rule": "the folders of rules/",
    "topic": "catalogue/advice.yaml",
    "finding": "rules/findings/",
    "rank": "rules/rule-set.yaml",
    "decision": "catalogue/decisions.yaml",
}
_VOCABULARY_HOME = "catalogue/vocabulary.yaml"


@dataclass(slots=True)
class AskedQuestion:
    """What a condition needs to know of a question: its kind and options."""

    kind: str
    options: tuple[str, ...]

    @property
    def takes_many(self) -> bool:
        return self.kind == QuestionKind.MANY


# The least and the greatest that a number can be; None is open.
Range = tuple[int | None, int | None]


@dataclass(slots=True)
class Vocabulary:
    """Words by list name (``tag``, ``exercise``, ``kind`` ...), questions, findings, supplied facts, and their ranges.

    ``counts`` are the conditions that a rule counts by name, as they are written; ``ranks`` the points of each rank.
    """

    words: dict[str, frozenset[str]] = field(default_factory=dict)
    questions: dict[str, AskedQuestion] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    supplied: frozenset[str] = frozenset()
    ranges: Mapping[str, Range] = field(default_factory=dict)
    counts: Mapping[str, list[Any]] = field(default_factory=dict)
    ranks: Mapping[str, int] = field(default_factory=dict)

    def fault(self, of: str, word: str) -> str | None:
        """Return what is wrong with a word of a list, or None if it is known."""
        known = self.words.get(of, frozenset())
        if word in known:
            return None
        home = _HOMES.get(of, _VOCABULARY_HOME)
        return f"{of.replace('_', ' ')} '{word}' is unknown.{did_you_mean(word, known)} They are listed in {home}."


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ' Did you mean ...?' with the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""
