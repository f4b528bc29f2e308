"""How far sources were read, wherever a rule is shown; and a red flag that rests on nothing opened is a point to sign."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.models.catalogue import Reading, Source
from recommender.models.content import Content
from recommender.models.rules import Rule
from recommender.rulebook.points import points
from recommender.rulebook.readings import grounds, reading_words, rests_on_nothing_opened
from recommender.service.recommend import Recommender


@pytest.fixture(scope="module")
def content(recommender: Recommender) -> Content:
    return recommender.content


def with_readings(content: Content, rule: Rule, *readings: Reading, kind: str = "guideline") -> Content:
    """Return the content in which exactly these are the sources of a rule, of one kind and each read so far."""
    made = {f"source_{number}": source(read, kind, f"source_{number}") for number, read in enumerate(readings)}
    rules = tuple(replace(one, sources=tuple(made)) if one is rule else one for one in content.rule_set.rules)
    catalogue = replace(content.catalogue, sources={**content.catalogue.sources, **made})
    return replace(content, catalogue=catalogue, rule_set=replace(content.rule_set, rules=rules))


def source(read: Reading, kind: str = "guideline", name: str = "one") -> Source:
    day = None if read is Reading.NOT_OPENED else "2026-11-21"
    return Source(name, "A title", "Somebody", kind, read, read_on=day)


def of(content: Content, rule: Rule) -> Rule:
    return content.rule_set.by_id[rule.id]


@pytest.mark.parametrize(
    "read, words, is_unread",
    [
        (Reading.IN_FULL, "guideline", False),
        (Reading.IN_PART, "guideline", False),
        (Reading.ABSTRACT, "guideline, abstract read", False),
        (Reading.SECOND_HAND, "guideline, at second hand", True),
        (Reading.NOT_OPENED, "guideline, not opened", True),
    ],
)
def test_a_ground_is_no_stronger_than_what_bears_it_was_read(
    content: Content, read: Reading, words: str, is_unread: bool
) -> None:
    rule = next(rule for rule in content.rule_set.rules if rule.strength == ("guideline",))
    shown = with_readings(content, rule, read, Reading.NOT_OPENED)
    (ground,) = grounds(of(shown, rule), shown.catalogue)
    assert (ground.words, ground.is_unread) == (words, is_unread)


@pytest.mark.parametrize("kind", ["seed", "practice"])
def test_what_is_no_literature_bears_no_guideline(content: Content, kind: str) -> None:
    rule = next(rule for rule in content.rule_set.rules if rule.strength == ("guideline",))
    shown = with_readings(content, rule, Reading.IN_FULL, kind=kind)
    assert grounds(of(shown, rule), shown.catalogue)[0].words == "guideline, not opened"


def test_a_guideline_that_was_read_lends_nothing_to_one_of_another_kind(content: Content) -> None:
    rule = next(rule for rule in content.rule_set.rules if rule.strength == ("consensus",))
    shown = with_readings(content, rule, Reading.NOT_OPENED, kind="consensus framework")
    catalogue = replace(shown.catalogue, sources={**shown.catalogue.sources, "read": source(Reading.IN_FULL)})
    both = replace(of(shown, rule), sources=("source_0", "read"))
    assert grounds(both, catalogue)[0].words == "consensus, not opened"


def test_usual_practice_and_our_own_choice_claim_nothing_that_could_be_read(content: Content) -> None:
    for rule in content.rule_set.rules:
        for label, ground in zip(rule.strength, grounds(rule, content.catalogue), strict=True):
            if label in ("practice", "design"):
                assert (ground.words, ground.is_unread) == (label, False)


@pytest.mark.parametrize(
    "readings, nothing",
    [
        ((Reading.NOT_OPENED, Reading.SECOND_HAND), True),
        ((Reading.NOT_OPENED, Reading.ABSTRACT), False),
        ((Reading.IN_PART,), False),
    ],
)
def test_a_red_flag_on_nothing_opened_is_a_point_to_sign_with_a_reason(
    content: Content, readings: tuple[Reading, ...], nothing: bool
) -> None:
    flag = next(rule for rule in content.rule_set.rules if rule.kind == "red_flags")
    shown = with_readings(content, flag, *readings)
    found = {point.id: point for point in points(shown)}.get(f"{flag.id}-sources")
    assert rests_on_nothing_opened(of(shown, flag), shown.catalogue) is nothing is (found is not None)
    if found is not None:
        assert found.rules == (flag.id,)
        assert found.parts["unread"] == ["source_0: not_opened", "source_1: second_hand"]


def test_no_other_kind_of_rule_is_a_point_for_what_was_not_read(content: Content) -> None:
    flags = {f"{rule.id}-sources" for rule in content.rule_set.rules if rule.kind == "red_flags"}
    unread = [point for point in points(content) if point.unread]
    assert unread and {point.id for point in unread} <= flags


def test_every_reading_is_told_with_its_day_and_its_section() -> None:
    for read in Reading:
        told = reading_words(replace(source(read), section="1.3"))
        assert ("2026-11-21" in told) is (read is not Reading.NOT_OPENED)
        assert "(section 1.3)" in told
        assert ("Not opened" in told) is not read.is_opened


def test_no_source_was_read_by_a_person_and_every_reading_has_its_day(content: Content) -> None:
    for one in content.catalogue.sources.values():
        assert (one.read_on is None) is (one.read is Reading.NOT_OPENED), one.id
        assert one.address is None or one.address.startswith("https://"), one.id
