"""A result says each thing once: one day, one answer to how often, one scale of pain."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from recommender.service.recommend import Recommender
from tests.support.people import AT_A_DESK, FLARE, OF_EVERY_KIND, STRUGGLING
from tests.support.sheets import full_sheet
from tests.support.visitor import Visitor

PEOPLE: dict[str, dict[str, Any]] = {
    **OF_EVERY_KIND,
    "at a desk": AT_A_DESK,
    "in a flare": FLARE,
    "not coping": STRUGGLING,
    "over 65 and unsteady": {"age_band": "70_plus", "limits": ["balance"], "duration": "gt_12w"},
    "worse after effort": {"conditions": ["me_cfs"], "pem_detail": "team_ok"},
}
HOW_OFTEN = r"most days|every day|days? a week|times a day|when you have the energy"
# What is done on other days than the rest is told apart: strength, balance, walking, and what is done where one sits.
# When a calendar reminds is not how often to do them.
TOLD_APART = (
    r"strength moves|should it remind you|for your balance|\bwalk|active|where you sit|short sessions|session short"
)
SCALE = r"\d+ to \d+ out of 10|\d+ or \d+ out of 10|\d+ or more out of 10"


def sentences(visitor: Visitor, given: dict[str, Any]) -> list[str]:
    """Return what a result page says, sentence by sentence, folded parts included; none where it shows no routine."""
    page = visitor.result_of(given).text
    if "app-moves" not in page:
        return []
    main = page.partition("<main")[2].partition("</main>")[0]
    lines = re.sub(r"<[^>]*>", "\n", html.unescape(main)).splitlines()
    return [one.strip() for line in lines for one in re.split(r"(?<=[.!?]) ", line) if one.strip()]


@pytest.mark.parametrize("person", PEOPLE)
def test_a_result_tells_one_day_one_frequency_and_one_scale(visitor: Visitor, person: str) -> None:
    said = sentences(visitor, PEOPLE[person])
    days = {day for one in said for day in re.findall(r"\d{1,2} \w+ 20\d\d", one)}
    often = [one for one in said if re.search(HOW_OFTEN, one, re.I) and not re.search(TOLD_APART, one, re.I)]
    scale = [step for one in said for step in re.findall(SCALE, one)]
    assert len(days) <= 1
    assert len(often) <= 1, often
    assert len(scale) == len(set(scale)) and len(scale) in (0, 3), scale


def test_somebody_of_those_is_told_each_of_the_three(visitor: Visitor) -> None:
    said = " ".join(sentences(visitor, AT_A_DESK))
    assert re.search(r"By \d+ \w+ 20\d\d", said) and re.search(HOW_OFTEN, said, re.I) and re.search(SCALE, said)


def test_a_routine_that_leaves_a_minute_over_says_so_and_no_other_does(
    visitor: Visitor, recommender: Recommender
) -> None:
    left_over = set()
    for name, given in PEOPLE.items():
        made = recommender.recommend(recommender.sheet.read(full_sheet(recommender, given))).assembly
        said = " ".join(sentences(visitor, given))
        if made is None or not said:
            continue
        is_left_over = made.routine.leaves_a_minute
        assert ("takes less time than you have" in said) == is_left_over, name
        left_over.add(is_left_over)
    assert left_over == {True, False}
