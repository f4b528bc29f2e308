"""The journeys are whole, plausible people, each with words for what is expected and checks that can fail."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.loaders.vignettes import Vignette
from recommender.models.levels import Level
from recommender.rule_mutants.journey_expectations import broken_promises
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake
from tests.support.shipped import journeys

JOURNEYS = journeys()
EXPLAINED = [one for one in JOURNEYS if not one.path.startswith("journeys/worked-examples")]
BANDS = ("under_18", "18_24", "25_44", "45_49", "50_59", "60_64", "65_69", "70_plus")
# The youngest age band in which a back pain can have begun at an age.
BEGAN = {"under_35": "under_18", "35_39": "25_44", "40_44": "25_44", "45_plus": "45_49"}


def test_there_are_journeys_of_every_outcome_and_age() -> None:
    assert len(EXPLAINED) >= 60
    assert len({one.name for one in JOURNEYS}) == len(JOURNEYS)
    assert {one.expect["level"] for one in EXPLAINED} == {level.value for level in Level}
    assert {one.answers.get("age_band", "45_49") for one in EXPLAINED} == set(BANDS)


@pytest.mark.parametrize("journey", EXPLAINED, ids=lambda one: one.name)
def test_a_journey_says_why_and_checks_what_it_says(recommender: Recommender, journey: Vignette) -> None:
    assert len(journey.why.split()) > 1
    assert journey.expected("fires") or journey.expected("one_of") or journey.expected("without_tags")
    if Level(journey.expect["level"]).shows_routine:
        assert set(journey.expect) - {"level", "stage"}
    answers = full_intake(recommender, journey.answers, journey.facts).answers
    if "onset_age" in answers:
        youngest = BEGAN[str(answers["onset_age"])]
        assert BANDS.index(str(answers["age_band"])) >= BANDS.index(youngest), "the pain began after today"


FALSE_PROMISES: dict[str, Any] = {
    "one_of": ["crunch"],
    "without_tags": ["supine"],
    "holds_at_most": 1,
    "moves_at_most": 1,
    "strength_at_most": 0,
    "minutes_at_most": 1,
    "says": ["stand on your head"],
}


@pytest.mark.parametrize("promise", FALSE_PROMISES)
def test_a_promise_that_is_not_kept_is_noticed(recommender: Recommender, promise: str) -> None:
    recommendation = recommender.recommend(full_intake(recommender, {}))
    false = Vignette("somebody", "", None, {}, expect={promise: FALSE_PROMISES[promise]})
    assert [*broken_promises(recommendation, false)]


def test_a_promise_about_a_routine_is_not_kept_by_showing_none(recommender: Recommender) -> None:
    nothing = recommender.recommend(full_intake(recommender, {"told_no_exercise": "yes"}))
    for promise in set(FALSE_PROMISES) - {"says"}:
        wanted = ["ballistic"] if promise == "without_tags" else FALSE_PROMISES[promise]
        assert [*broken_promises(nothing, Vignette("somebody", "", None, {}, expect={promise: wanted}))], promise
