"""A crowd drawn from published frequencies (tools/crowd): what it gets keeps to the figures that are our goals.

``pytest -rP tests/content/test_plausible_crowd.py`` prints every figure; ``make crowd`` keeps those of 5,000 people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tests.support.crowds import BANDS
from tools.crowd.measures import Person, measured, met
from tools.crowd.outcomes import outcomes
from tools.crowd.people import plausible_people
from tools.crowd.report import page
from tools.crowd.stories import as_data

MANY, FEW, SEED = 1000, 60, 1
# The least and the most that a figure may be.
GOALS: Mapping[str, tuple[float, float]] = {
    "no move for the main place though one may be done": (0, 0),
    "no move for the main place": (0, 0.02),
}


def crowd(recommender: Recommender, count: int) -> list[Person]:
    return [met(recommender, intake) for intake in plausible_people(recommender, count, SEED)]


def figures(recommender: Recommender, people: list[Person]) -> dict[str, Any]:
    return {**measured(recommender, people), **outcomes(recommender, people)}


@pytest.mark.deep
def test_what_a_thousand_people_get_keeps_to_the_goals(recommender: Recommender) -> None:
    people = crowd(recommender, MANY)
    found = figures(recommender, people)
    print(*(f"{name}: {value}" for name, value in found.items()), sep="\n")
    assert found["refused by the last check"] == []
    assert {name: found[name] for name, (low, high) in GOALS.items() if not low <= found[name] <= high} == {}
    bands = Counter(one.intake.chosen("age_band")[0] for one in people)
    assert set(bands) == set(BANDS)
    # Most people who come to such a page are well enough for a routine: a crowd of the ill would say nothing.
    assert sum(one.decision.level.shows_routine for one in people) >= 0.75 * len(people)
    assert {one.decision.level for one in people} == set(Level)


@pytest.mark.deep
def test_each_story_goes_on_for_twelve_weeks_or_says_where_to_get_help(recommender: Recommender) -> None:
    for story in as_data(recommender).values():
        last = story["moments"][-1]
        assert last["day"] == 84 or last["action"] == "refer"


def test_the_report_says_what_it_is_and_what_each_weight_comes_from(recommender: Recommender) -> None:
    weights = {"sources": {"survey": "half of them"}, "minutes": {"from": "survey", "one": {"5": 1, "10": 3}}}
    moments = {"day": 0, "action": "begin", "level": "routine", "stage": "build", "minutes": 9, "moves": 5, "held": 1}
    moments |= {"strength": 1, "sets": 5, "repeats": 20, "hold_seconds": 30}
    told = page(
        figures(recommender, crowd(recommender, FEW)), weights, {"steady": {"who": "Ana", "moments": [moments]}}
    )
    assert "Made by a program" in told and "**no patient and no clinician has been asked yet**" in told
    assert "| survey | half of them |" in told
    assert "| minutes | survey | 5 1, 10 3 |" in told
    assert "### steady: Ana" in told and "| 0 | begin | routine | build | 9 | 5 | 1 | 1 | 5 | 20 | 30 |" in told


def test_the_same_seed_draws_the_same_people(recommender: Recommender) -> None:
    first, again = ([*plausible_people(recommender, FEW, SEED)] for _ in range(2))
    assert [one.answers for one in first] == [one.answers for one in again]
    assert [one.answers for one in plausible_people(recommender, FEW, SEED + 1)] != [one.answers for one in first]
