"""Looking for a move by words: its names, its forms, where it works, what it is good for. Forgiving of case and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from recommender.models.catalogue import Catalogue, Exercise
from recommender.rulebook.catalogue_filter import Match

LONGEST = 80  # characters of a search that are read
_WORD = re.compile(r"[^\W_]+")


def found_by(words: str, matches: Iterable[Match], catalogues: Sequence[Catalogue]) -> tuple[Match, ...]:
    """Return the moves that have every word somewhere in their text, those named by them first.

    ``catalogues`` are the same catalogue in the languages to look in. Without a word every move is found.
    """
    wanted = folded(words[:LONGEST])
    if not wanted:
        return tuple(matches)
    ranked = [(_rank(wanted, match.exercise.id, catalogues), match) for match in matches]
    found = [(rank, match) for rank, match in ranked if rank is not None]
    return tuple(match for _, match in sorted(found, key=lambda pair: pair[0]))


def folded(text: str) -> tuple[str, ...]:
    """Return the words of a text in small letters, without accents, and without the s of a plural."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in _WORD.findall(bare))


def _rank(wanted: tuple[str, ...], exercise_id: str, catalogues: Sequence[Catalogue]) -> int | None:
    """Return 0 where the names have every word, 1 where the rest of the text is needed, None where a word is missing."""
    names = [word for shown in catalogues for word in _words(_names(shown.by_id[exercise_id]))]
    if _have(names, wanted):
        return 0
    rest = [word for shown in catalogues for word in _words(_about(shown.by_id[exercise_id], shown))]
    return 1 if _have([*names, *rest], wanted) else None


def _have(words: Iterable[str], wanted: Iterable[str]) -> bool:
    """Return whether each wanted word begins one of the words."""
    known = tuple(words)
    return all(any(word.startswith(one) for word in known) for one in wanted)


def _words(texts: Iterable[str]) -> Iterable[str]:
    return (word for text in texts for word in folded(text))


def _names(exercise: Exercise) -> Iterable[str]:
    return (exercise.name, *exercise.aliases)


def _about(exercise: Exercise, shown: Catalogue) -> Iterable[str]:
    """Return where the move works, how it is done and what it is good for, in words."""
    vocabulary = shown.vocabulary
    yield from (vocabulary["regions"][region].name for region in sorted(exercise.regions))
    yield from (vocabulary["positions"][form.position].name for form in exercise.forms)
    yield from (form.name for form in exercise.forms)
    yield from (shown.good_for[label] for label in sorted(exercise.good_for))
    yield vocabulary["kinds"][exercise.kind].name
    yield exercise.purpose
