"""A crowd drawn from published frequencies (tools/crowd): what it gets keeps to the figures that are our goals.

``pytest -rP tests/content/test_plausible_crowd.py`` prints every figure; ``make crowd`` keeps those of 5,000 people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from statistics import mean
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

MANY, FEW, SEED = 2000, 60, 1
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


@pytest.fixture(scope="module")
def many(recommender: Recommender) -> tuple[list[Person], dict[str, Any]]:
    """People enough for shares that chance moves by a point or two, and what they get."""
    people = crowd(recommender, MANY)
    return people, figures(recommender, people)


@pytest.mark.deep
def test_what_two_thousand_people_get_keeps_to_the_goals(many: tuple[list[Person], dict[str, Any]]) -> None:
    people, found = many
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
def test_every_move_that_nobody_of_the_crowd_gets_has_its_people_elsewhere(
    recommender: Recommender, many: tuple[list[Person], dict[str, Any]]
) -> None:
    unused = many[1]["unused"]
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


@pytest.fixture(scope="module")
def drawn(recommender: Recommender) -> list[Mapping[str, Any]]:
    return [one.answers for one in plausible_people(recommender, 1500, SEED)]


def share(group: list[Mapping[str, Any]], question: str, *options: str) -> float:
    return sum(bool({*options} & ticked(one, question)) for one in group) / len(group)


def ticked(answers: Mapping[str, Any], question: str) -> set[str]:
    answer = answers.get(question, ())
    return {answer} if isinstance(answer, str) else set(answer)


def test_what_was_drawn_before_decides_the_weights_row_by_row(drawn: list[Mapping[str, Any]]) -> None:
    people = [one for one in drawn if "function" in one]

    def seen(*function: str, long: bool) -> float:
        group = [one for one in people if one["function"] in function]
        return share([one for one in group if (one["duration"] == "gt_12w") is long], "assessed", "yes")

    hindered, others = ("lot", "cannot"), ("not", "bit")
    assert seen(*others, long=False) < 0.35 < seen(*others, long=True) < 0.65 < seen(*hindered, long=False)
    assert seen(*hindered, long=True) > 0.8
    # In all, as surveys of Europe find (beyera_2019).
    assert 0.43 < share(people, "assessed", "yes") < 0.53


def test_what_goes_together_in_surveys_goes_together_in_the_crowd(drawn: list[Mapping[str, Any]]) -> None:
    low = [one for one in drawn if "leg_symptoms" in one]
    nerve = [one for one in low if ticked(one, "leg_symptoms") & {"below_knee", "tingling"}]
    apart = [one for one in low if one not in nerve]
    # Half a point of pain, and nearly three times the odds of having been seen (konstantinou_2015, leg_pain_care_2011).
    assert 0.2 < mean(one["pain_score"] for one in nerve) - mean(one["pain_score"] for one in apart) < 1.2
    assert share(nerve, "assessed", "yes") > share(apart, "assessed", "yes") + 0.1
    much, little = ([one for one in drawn if one.get("function") == option] for option in ("lot", "not"))
    assert share(much, "confidence", "afraid") > 3 * share(little, "confidence", "afraid")
    assert share(much, "coping", "low", "struggling") > 3 * share(little, "coping", "low", "struggling")
    early, late = ([one for one in drawn if one.get("duration") == option] for option in ("lt_2w", "gt_12w"))
    assert share(early, "trend", "better") > 0.35 > 0.2 > share(late, "trend", "better")


# What no real person would answer, by what is wrong with it.
NO_SUCH_PERSON: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "is younger than when it began": lambda one: (
        (one["age_band"] == "18_24" and one.get("onset_age", "under_35") != "under_35")
        or (one["age_band"] == "25_44" and one.get("onset_age") == "45_plus")
    ),
    "is pregnant, or has a baby, past 50": lambda one: (
        one["age_band"] not in ("18_24", "25_44", "45_49") and ticked(one, "conditions") & {"pregnant", "postnatal"}
    ),
    "has pain in a leg, and nothing in the legs": lambda one: (
        "leg" in one["pain_location"] and "none" in ticked(one, "leg_symptoms")
    ),
    "has pain in an arm, and nothing in the arms": lambda one: (
        "arm" in one["pain_location"] and "none" in ticked(one, "arm_symptoms")
    ),
    "finds standing and walking both worse and better": lambda one: (
        "standing_walking" in ticked(one, "worse_with") & ticked(one, "better_with")
    ),
    "finds arching both worse and better": lambda one: (
        "arching_back" in ticked(one, "worse_with") & ticked(one, "better_with")
    ),
    "cannot stand, and does it standing": lambda one: (
        one["place"] == "standing_desk" and ticked(one, "limits") & {"stand", "wheelchair"}
    ),
    "cannot walk across a room, and trains hard": lambda one: (
        one.get("function") == "cannot" and one["activity"] == "sport"
    ),
    "has only a chair to do it on, and no chair": lambda one: (
        one["place"] == "chair_only" and "chair" not in ticked({"equipment": "chair", **one}, "equipment")
    ),
    "has no pain, and wants it eased": lambda one: (
        one["pain_location"] == ("no_pain",) and one.get("goal") == "ease_pain"
    ),
    "sits in a wheelchair, and does not use one": lambda one: (
        one.get("sit_where") == "wheelchair" and "wheelchair" not in one["limits"]
    ),
    "has stopped on walks for months, with pain of weeks": lambda one: (
        one.get("duration") in ("lt_2w", "2_6w") and "walk_both" in ticked(one, "leg_symptoms")
    ),
}


@pytest.mark.parametrize("what", NO_SUCH_PERSON)
def test_nobody_of_the_crowd(drawn: list[Mapping[str, Any]], what: str) -> None:
    assert [one for one in drawn if NO_SUCH_PERSON[what](one)] == []


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
    more = {"conditions": ["disc"], "times": {"yes": 4}}
    weights = {"sources": {}, "assessed": {"from": "survey", "by": [row], "one": {"yes": 1, "no": 1}, "times": [more]}}
    told = page({}, weights, {})
    by = (
        "function lot or cannot, pain_score 0 to 4: yes 9, no 1; otherwise: yes 1, no 1; times (conditions disc: yes 4)"
    )
    assert f"| assessed | survey | {by} |" in told
    assert "## Why nearly half are asked to be seen or to check again" in told


def test_the_same_seed_draws_the_same_people(recommender: Recommender) -> None:
    first, again = ([*plausible_people(recommender, FEW, SEED)] for _ in range(2))
    assert [one.answers for one in first] == [one.answers for one in again]
    assert [one.answers for one in plausible_people(recommender, FEW, SEED + 1)] != [one.answers for one in first]
