"""Reads the package's lists of words that mean the same to whoever looks for a rule."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from recommender.errors import ContentError, Fault
from recommender.loaders.yaml_source import read_document

_FILE = Path(__file__).resolve().parents[1] / "rulebook" / "clinical_words.yaml"


@cache
def clinical_words() -> tuple[tuple[str, ...], ...]:
    """Return groups of words, each of two or more that find the same rules.

    Raises:
        ContentError: the file is not a list of such lists.
    """
    data = read_document(_FILE, f"{_FILE.parent.name}/{_FILE.name}").data
    is_whole = isinstance(data, list) and all(
        isinstance(group, list) and len(group) > 1 and all(isinstance(words, str) for words in group) for group in data
    )
    if not is_whole:
        raise ContentError([Fault(_FILE.name, 1, "must be a list of lists of words, two or more in each.")])
    return tuple(tuple(group) for group in data)
