"""A crowd drawn from published frequencies (tools/crowd): what it gets keeps to the figures that are our goals.

``pytest -rP tests/content/test_plausible_crowd.py`` prints every figure; ``make crowd`` keeps those of 5,000 people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from recommender.loaders.vignettes import Vignette
from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tests.support.crowds import BANDS
from tests.support.shipped import vignettes
from tools.crowd.explained import NOBODY, who_gets
from tools.crowd.measures import Person, measured, met
from tools.crowd.outcomes import outcomes
from tools.crowd.people import plausible_people
from tools.crowd.report import page
from tools.crowd.stories import as_data

MANY, FEW, SEED = 1000, 60, 1
# The least and the most that a figure may be: the goals of brief 0.4, sections 3 and 4.
GOALS: Mapping[str, tuple[float, float]] = {
    "no move for the main place though one may be done": (0, 0),
    "no move for the main place": (0, 0.02),
    "filled to 90 %, of build and strengthen with six moves or more": (0.95, 1),
    "warm-up and closing over 25 % from 10 minutes": (0, 0),
    "under two though two may be done, of those not short on purpose": (0, 0.01),
    "most used beside breathing, share of routines": (0, 0.5),
}
# Goals that are not reached: the bound is what was measured, and a figure beyond it is a step back.
NOT_REACHED: Mapping[str, tuple[float, float]] = {
    # The goal is 25 to 45 %. The rules are those of section 3, line by line, and what was wrong in the crowd was mended whichever
    # way it went; tools/crowd/why.md says what carries it. The weights are not bent to reach the goal.
    "of them asked to be seen or to check again (routine_review)": (0.25, 0.5),
    # The goal is 0. Before the goals had lists of their own it was 1. Those left have 15 or 20 minutes, a chair or only room to
    # stand, and so few moves for the place that every goal takes most of them (tools/crowd/why.md).
    "goals: share of people of whom two goals share over 60 % of the moves": (0, 0.35),
    # The goal is 0. Five moves for who is afraid (IN-12) hold a direction or two strength moves first.
    "under two though two may be done, of those short on purpose": (0, 0.35),
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
    bounds = {**GOALS, **NOT_REACHED}
    assert {name: found[name] for name, (low, high) in bounds.items() if not low <= found[name] <= high} == {}
    bands = Counter(one.intake.chosen("age_band")[0] for one in people)
    assert set(bands) == set(BANDS)
    # Most people who come to such a page are well enough for a routine: a crowd of the ill would say nothing.
    assert sum(one.decision.level.shows_routine for one in people) >= 0.75 * len(people)
    assert {one.decision.level for one in people} == set(Level)


@pytest.mark.deep
def test_every_move_that_nobody_of_the_crowd_gets_has_its_people_elsewhere(recommender: Recommender) -> None:
    unused = figures(recommender, crowd(recommender, MANY))["unused"]
    assert len(unused) < 20
    told = who_gets(recommender.content.catalogue, unused, vignettes())
    assert [name for name, who in told.items() if who == NOBODY] == []


def test_who_gets_a_move_is_told_by_vignette_by_step_or_as_for_breaks(recommender: Recommender) -> None:
    shown = Vignette("an older man", "", None, {}, expect={"offered": ["cobra"]})
    told = who_gets(recommender.content.catalogue, ["cobra", "movement_break", "side_bridge", "crunch"], [shown])
    assert told["cobra"] == "in a vignette: an older man"
    assert "breaks" in told["movement_break"] and told["crunch"] == NOBODY
    assert who_gets(recommender.content.catalogue, ["plank_knees"], [])["plank_knees"].endswith("Wall plank")


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


def test_what_was_drawn_before_decides_the_weights_row_by_row(recommender: Recommender) -> None:
    people = [one for one in plausible_people(recommender, 1500, SEED) if "function" in one.answers]

    def seen(*function: str, long: bool) -> float:
        group = [one for one in people if one.answers["function"] in function]
        group = [one for one in group if (one.answers["duration"] == "gt_12w") is long]
        return sum(one.answers["assessed"] == "yes" for one in group) / len(group)

    hindered, others = ("lot", "cannot"), ("not", "bit")
    assert seen(*others, long=False) < 0.35 < seen(*others, long=True) < 0.65 < seen(*hindered, long=False)
    assert seen(*hindered, long=True) > 0.8
    # In all, as surveys of Europe find (beyera_2019).
    assert 0.43 < sum(one.answers["assessed"] == "yes" for one in people) / len(people) < 0.53


def test_a_rule_that_asks_alone_is_told_apart_from_one_that_asks_with_others(recommender: Recommender) -> None:
    found = outcomes(recommender, people := crowd(recommender, FEW))
    in_pain = found["in pain with a routine"]
    [shares] = (value for name, value in found.items() if name.startswith("rules behind routine_review"))
    number = found["how many rules ask, share of people in pain with a routine"]
    assert shares and all(0 <= alone <= share <= 1 for share, alone in shares.values())
    assert sum(alone for _, alone in shares.values()) == pytest.approx(number[1], abs=0.01)
    asked = found["of them asked to be seen or to check again (routine_review)"]
    assert sum(number.values()) == pytest.approx(asked, abs=0.01)
    assert in_pain <= len(people)


def test_weights_that_go_with_several_answers_are_told_in_the_report(recommender: Recommender) -> None:
    row = {"function": ["lot", "cannot"], "pain_score": [0, 4], "one": {"yes": 9, "no": 1}}
    weights = {"sources": {}, "assessed": {"from": "survey", "by": [row]}}
    told = page({}, weights, {})
    assert "| assessed | survey | function lot or cannot, pain_score 0 to 4: yes 9, no 1 |" in told
    assert "## Why nearly half are asked to be seen or to check again" in told


def test_the_same_seed_draws_the_same_people(recommender: Recommender) -> None:
    first, again = ([*plausible_people(recommender, FEW, SEED)] for _ in range(2))
    assert [one.answers for one in first] == [one.answers for one in again]
    assert [one.answers for one in plausible_people(recommender, FEW, SEED + 1)] != [one.answers for one in first]
