"""What the lay articles that the work began with say of a move, where they err, and what was decided.

All of it is source material in English, for the pages of the catalogue; it is never translated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from recommender.models.catalogue import Catalogue, Exercise, SeedDecision


@dataclass(frozen=True, slots=True)
class Article:
    """One article and what it says of the move. ``number`` is its place among the articles, from 1."""

    number: int
    title: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """One decision in plain names. ``id`` is its anchor in the rule book."""

    id: str
    conflict: str
    decision: str


@dataclass(frozen=True, slots=True)
class Articles:
    """Everything the articles have to do with one move. ``of`` is how many articles there are in all."""

    named_by: tuple[Article, ...]
    of: int
    faults: tuple[str, ...]
    settled: tuple[Settled, ...]


def articles_on(exercise: Exercise, catalogue: Catalogue) -> Articles | None:
    """Return what the articles say of a move, or None if none of them names it."""
    if not exercise.seeds:
        return None
    numbers = article_numbers(catalogue)
    named_by = tuple(
        Article(number, catalogue.sources[seed].title, tuple(said.says for said in exercise.seeds if said.seed == seed))
        for seed, number in numbers.items()
        if any(said.seed == seed for said in exercise.seeds)
    )
    return Articles(
        named_by=named_by,
        of=len(numbers),
        faults=tuple(in_plain_names(note, numbers) for note in exercise.seed_notes),
        settled=tuple(
            Settled(one.id, in_plain_names(one.conflict, numbers), in_plain_names(one.decision, numbers))
            for one in decisions_on(exercise, catalogue.decisions.values())
        ),
    )


def decisions_on(exercise: Exercise, decisions: Iterable[SeedDecision]) -> tuple[SeedDecision, ...]:
    """Return the decisions that the move names, or that name the move."""
    return tuple(one for one in decisions if one.id in exercise.decisions or exercise.id in one.touches)


def article_numbers(catalogue: Catalogue) -> dict[str, int]:
    """Return the number by which people know each article, by the id of its source."""
    seeds = sorted(source.id for source in catalogue.sources.values() if source.seed_file)
    return {seed: number for number, seed in enumerate(seeds, start=1)}


def in_plain_names(text: str, numbers: dict[str, int]) -> str:
    """Return a clinical note with "Article 1" in place of the id of a source, and words in place of other ids."""
    by_digits = {seed.rpartition("_")[2]: number for seed, number in numbers.items()}
    ids = "|".join(map(re.escape, by_digits))
    text = re.sub(
        rf"\b(?:seed[ _])?({ids})\b", lambda found: f"Article {by_digits[found[1]]}", text, flags=re.IGNORECASE
    )
    text = re.sub(r"\bseed(s?)\b", r"article\1", text)
    text = re.sub(r"(?<=[a-z])_(?=[a-z])", " ", text)
    return text[:1].upper() + text[1:]
