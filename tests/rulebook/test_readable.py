"""The rule book can be read: short sentences, long lists below them, nothing said in each rule that goes with all of them."""

from __future__ import annotations

import re

import pytest

from recommender.rulebook.book import RuleBook
from recommender.rulebook.condition_sentences import in_line
from recommender.rulebook.sentence_parts import PartKind, Parts, listed, plain, text
from recommender.rulebook.sentence_parts import brief as in_brief

WORDS = 60


def words(said: str) -> int:
    return len(said.split())


def things(count: int) -> list[Parts]:
    return [text(f"thing {number}") for number in range(1, count + 1)]


def test_of_95_in_100_rules_no_sentence_has_more_than_60_words(book: RuleBook) -> None:
    longest = {rule: max(words(one.brief) for one in entry.sentences) for rule, entry in book.entries.items()}
    long = {rule: count for rule, count in longest.items() if count > WORDS}
    assert len(long) <= 0.05 * len(longest), sorted(long.items(), key=lambda pair: -pair[1])


def test_what_a_brief_sentence_counts_stands_in_full_below_it(book: RuleBook) -> None:
    for entry in book.entries.values():
        for one in entry.sentences:
            assert one.is_short == (lists_in(one.parts) == 0)
            assert words(one.brief) <= words(one.text)


def lists_in(parts: Parts) -> int:
    return sum(part.kind is PartKind.LIST for part in parts)


def test_what_all_cases_of_a_rule_ask_for_is_said_once_and_no_case_loses_a_condition(book: RuleBook) -> None:
    with_shared = 0
    for rule in book.content.rule_set.rules:
        told = book.sentences.told(rule)
        assert len(told.cases) == max(1, len(rule.branches))
        if told.shared is None:
            assert told.cases == book.sentences.of[rule.id]
            continue
        with_shared += 1
        above = plain(in_line(told.shared))
        for branch, case, whole in zip(rule.branches, told.cases, book.sentences.of[rule.id], strict=True):
            assert case.then == whole.then
            for phrase in re.findall("“[^”]*”", plain(in_line(whole.when))) if whole.when else ():
                assert phrase in above + case.text, (branch.id, phrase)
            assert words(case.text) < words(whole.text)
        read = words(above) + sum(words(case.text) for case in told.cases)
        assert read < sum(words(one.text) for one in book.sentences.of[rule.id]), rule.id
    assert with_shared > 30


@pytest.mark.parametrize(
    ("last", "count", "said", "whole"),
    [
        ("or", 2, "thing 1 or thing 2", "thing 1 or thing 2"),
        ("or", 3, "any of 3", "thing 1, thing 2 or thing 3"),
        ("and", 4, "these 4", "thing 1, thing 2, thing 3 and thing 4"),
    ],
)
def test_more_than_two_things_are_counted_and_listed(last: str, count: int, said: str, whole: str) -> None:
    parts = listed(things(count), last)
    assert (in_brief(parts), plain(parts)) == (said, whole)
    assert [plain(item) for part in parts for item in part.items] in ([], [f"thing {n + 1}" for n in range(count)])


def test_which_rule_decides_at_a_check_is_said_once_with_each_rule_of_checks_and_with_no_other(book: RuleBook) -> None:
    sentences = book.sentences
    of_checks = {
        rule.id
        for rule in book.content.rule_set.rules
        if any(branch.then.follow_up is not None for branch in rule.branches)
    }
    assert of_checks
    for rule in book.content.rule_set.rules:
        told = [plain(phrase) for phrase in sentences.at_every_check(rule)]
        assert bool(told) == (rule.id in of_checks)
        assert not any("where several fit" in one.text for one in sentences.of[rule.id])
    schedule = book.content.rule_set.check_in_schedule
    assert schedule is not None
    decides, days = told_of(book, sorted(of_checks)[0])
    assert all(rule in decides for rule in schedule.first_to_decide)
    assert all(str(day) in days for day in schedule.on_days)


def told_of(book: RuleBook, rule_id: str) -> list[str]:
    return [plain(phrase) for phrase in book.sentences.at_every_check(book.content.rule_set.by_id[rule_id])]
