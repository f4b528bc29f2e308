"""Looking for rules by words, those of clinicians too: by id first, then by how much a rule is about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from recommender.loaders.clinical_words import clinical_words
from recommender.rulebook.catalogue_search import folded

LONGEST = 200  # characters of a search that are read
# Where a word counts for how much. A title says what a rule is about, a note hardly.
TITLE, SENTENCE, MOVE, TEXT, NOTE = 8, 4, 3, 2, 1
_OWN_WORD = 2  # so many parts to each: a word that means the same is worth one part less than the word itself
_BY_ID, _BY_START_OF_ID = 1000, 500

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchText:
    """What a rule is found by: its id, and the words of each part of it, by how much they count."""

    id: str
    parts: Mapping[int, str]

    @classmethod
    def of(cls, rule_id: str, parts: Mapping[int, Iterable[str]]) -> SearchText:
        """Return the texts made ready to be searched."""
        return cls(rule_id, {worth: _in_line(texts) for worth, texts in parts.items()})

    def has(self, phrase: Phrase, worth: int) -> bool:
        """Return whether a part holds the words in a row, the last of them begun at least."""
        return f" {' '.join(phrase)}" in self.parts.get(worth, "")


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for. ``terms`` are its words, each with all that mean the same, its own first."""

    wanted: str
    terms: tuple[tuple[Phrase, ...], ...]

    @classmethod
    def of(cls, wanted: str) -> Search:
        """Return a search for words, of which those that stand in a line of clinical words together are one term."""
        words, longest = folded(wanted[:LONGEST]), max(len(phrase) for group in _groups() for phrase in group)
        terms: list[tuple[Phrase, ...]] = []
        while words:
            length = next((many for many in range(min(longest, len(words)), 1, -1) if _alike(words[:many])), 1)
            terms.append((words[:length], *_alike(words[:length])))
            words = words[length:]
        return cls(wanted.strip().casefold(), tuple(terms))

    def rank(self, text: SearchText) -> int | None:
        """Return how well a rule fits, more for better; None where any of the words is missing."""
        if self.wanted == text.id.casefold():
            return _BY_ID
        if self.wanted and text.id.casefold().startswith(self.wanted):
            return _BY_START_OF_ID
        found = [_best(text, ways) for ways in self.terms]
        return sum(found) if all(found) else None


def _alike(phrase: Phrase) -> list[Phrase]:
    """Return the other words of every group that a word is in."""
    found = (group for group in _groups() if phrase in group)
    return list(dict.fromkeys(other for group in found for other in group if other != phrase))


def _best(text: SearchText, ways: Sequence[Phrase]) -> int:
    """Return what the best place of a term is worth, in every way to say it; 0 where there is none."""
    worths = (
        worth * _OWN_WORD - (number > 0)
        for number, phrase in enumerate(ways)
        for worth in text.parts
        if text.has(phrase, worth)
    )
    return max(worths, default=0)


def _in_line(texts: Iterable[str]) -> str:
    return "".join(f" {word}" for text in texts for word in folded(text))


@cache
def _groups() -> tuple[tuple[Phrase, ...], ...]:
    return tuple(tuple(folded(words) for words in group) for group in clinical_words())
