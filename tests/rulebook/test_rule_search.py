"""Rules are found by the words that clinicians use, by the moves that they touch, and by their id before all."""

from __future__ import annotations

import pytest

from recommender.loaders.clinical_words import clinical_words
from recommender.rulebook.book import RuleBook
from recommender.rulebook.rule_search import TITLE, Search, SearchText


def rank(text: SearchText, wanted: str) -> int | None:
    return Search.of(wanted).rank(text)


def found(book: RuleBook, search: str) -> list[str]:
    wanted = Search.of(search)
    ranked = {rule: wanted.rank(entry.text) for rule, entry in book.entries.items()}
    return sorted((rule for rule, worth in ranked.items() if worth), key=lambda rule: -(ranked[rule] or 0))


def test_every_rule_is_found_by_its_title_and_by_what_it_says(book: RuleBook) -> None:
    for entry in book.entries.values():
        assert rank(entry.text, entry.rule.title), entry.rule.id
        assert all(rank(entry.text, branch.say) for branch in entry.rule.branches if branch.say)
        assert rank(entry.text, f"{entry.rule.title} zebra") is None


def test_an_id_comes_before_everything_else_and_the_beginning_of_one_too(book: RuleBook) -> None:
    for rule in book.entries:
        assert found(book, rule.casefold())[0] == rule
    begun = [rule for rule in book.entries if rule.startswith("RF-U")]
    assert set(found(book, "rf-u")[: len(begun)]) == set(begun)


@pytest.mark.parametrize(
    ("search", "first"),
    [
        ("anticoagulant", {"CI-A18"}),
        ("flexion", {"CI-A05"}),
        ("incontinence", {"RF-E01"}),
        ("CES", {"RF-E01"}),
        ("trauma", {"RF-U23"}),
        ("weight loss", {"RF-U05"}),
        ("cobra pregnancy", {"CI-A04"}),
    ],
)
def test_clinical_words_lead_to_the_rule_that_a_clinician_means(book: RuleBook, search: str, first: set[str]) -> None:
    assert first <= set(found(book, search)[:6]), found(book, search)[:12]


def test_a_word_finds_what_has_another_of_its_line_and_the_word_itself_comes_first() -> None:
    plain, clinical = (
        SearchText.of(name, {TITLE: [title]}) for name, title in (("A-1", "Losing weight"), ("A-2", "Weight loss"))
    )
    assert (rank(clinical, "weight loss") or 0) > (rank(plain, "weight loss") or 0) > 0
    assert rank(plain, "gain") is None


def test_words_in_a_row_are_one_term_where_they_stand_in_a_line_together() -> None:
    assert [ways[0] for ways in Search.of("Weight loss in cobra").terms] == [("weight", "los"), ("in",), ("cobra",)]


def test_every_line_of_clinical_words_finds_some_rule(book: RuleBook) -> None:
    silent = [words for words in clinical_words() if not found(book, words[0])]
    assert silent == []
