"""Sweeps over single answers and pairs: what must hold for everybody."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import pytest

from recommender.models.levels import Level
from recommender.models.questionnaire import QuestionKind
from recommender.models.recommendation import Recommendation
from recommender.models.routine import ExclusionReason
from recommender.models.slots import END_SLOTS
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.recommend import Recommender
from tests.support.sample import place_in_hundred, small_and_whole
from tests.support.sheets import full_intake, full_sheet

RED_FLAGS = ("rf_nerve", "rf_emergency", "rf_illness", "rf_bone_nerve")
NOT_FLAGS = ("none", "not_sure")


def options(recommender: Recommender, question: str) -> list[str]:
    return [option.id for option in recommender.content.questionnaire.questions[question].options]


def flags(recommender: Recommender) -> list[tuple[str, str]]:
    return [
        (question, option)
        for question in RED_FLAGS
        for option in options(recommender, question)
        if option not in NOT_FLAGS
    ]


def level(recommender: Recommender, given: dict[str, Any]) -> Level:
    return recommender.recommend(full_intake(recommender, given)).level


def ticked(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for question, option in pairs:
        given.setdefault(question, []).append(option)
    return given


def test_every_red_flag_alone_stops_the_routine_or_asks_for_a_review(recommender: Recommender) -> None:
    mild = {pair for pair in flags(recommender) if level(recommender, ticked([pair])).shows_routine}
    assert mild == {("rf_bone_nerve", "fall_knock"), ("rf_bone_nerve", "lift_cough")}


@pytest.mark.parametrize("is_fast", [True, pytest.param(False, marks=pytest.mark.deep)], ids=["a share", "the rest"])
def test_adding_a_red_flag_never_lowers_the_disposition(recommender: Recommender, is_fast: bool) -> None:
    single = {pair: level(recommender, ticked([pair])) for pair in flags(recommender)}
    pairs = [pair for pair in combinations(flags(recommender), 2) if (place_in_hundred(str(pair)) < 10) == is_fast]
    assert len(pairs) > 30
    for first, second in pairs:
        both = level(recommender, ticked([first, second]))
        assert both.rank >= max(single[first].rank, single[second].rank), (first, second)


@pytest.fixture(scope="module", params=small_and_whole(60, 500))
def sample(request: pytest.FixtureRequest, recommender: Recommender) -> list[Recommendation]:
    """Whole people: half without any sign, half with a few."""
    chance = random.Random(f"sweeps of {request.param}")
    people = []
    for number in range(request.param):
        answers = random_sheet(
            recommender.content.questionnaire, recommender.flow, chance, sign_rate=0.02 * (number % 2)
        )
        people.append(recommender.recommend(recommender.sheet.read(raw_answers(answers))))
    return people


def test_the_sample_holds_both_routines_and_refusals(sample: list[Recommendation]) -> None:
    with_routine = [recommendation for recommendation in sample if recommendation.assembly]
    assert len(with_routine) > 0.05 * len(sample)
    assert len(with_routine) < len(sample)


def test_not_sure_is_never_read_as_no(recommender: Recommender) -> None:
    baseline = full_sheet(recommender, {})
    for question in recommender.content.questionnaire.intake_questions:
        if not question.safety or question.id not in baseline or "not_sure" not in options(recommender, question.id):
            continue
        answer: Any = ["not_sure"] if question.kind is QuestionKind.MANY else "not_sure"
        before = recommender.recommend(full_intake(recommender, {}))
        unsure = recommender.recommend(full_intake(recommender, {question.id: answer}))
        more = set(unsure.decision.fired_ids) - set(before.decision.fired_ids)
        assert unsure.level.rank > before.level.rank or more, question.id


@pytest.mark.parametrize(
    "limit",
    [
        "floor",
        "kneel",
        "knee_bend",
        "wrist",
        "shoulder_up",
        "shoulder_across",
        "hip_bend",
        "neck_move",
        "lie_back",
        "lie_front",
        "balance",
        "stand_long",
        "stand",
        "wheelchair",
    ],
)
def test_adding_a_limitation_never_adds_what_it_forbids(
    recommender: Recommender, sample: list[Recommendation], limit: str
) -> None:
    for recommendation in sample[:60]:
        if not recommendation.assembly:
            continue
        answers = dict(recommendation.intake.answers)
        before = answers["limits"]
        assert isinstance(before, tuple)
        raw = raw_answers(answers)
        raw["limits"] = sorted({*before, limit} - {"none"})
        limited = recommender.recommend(recommender.sheet.read(raw))
        assert limited.level.rank >= recommendation.level.rank
        forbidden = {
            tag
            for branch in limited.fired
            for rule in branch.then.exclude
            if not rule.spared.tags
            and not rule.spared.forms
            and not rule.spared.exercises
            and rule.longer_than_seconds is None
            for tag in rule.scope.tags
        }
        if limited.assembly:
            assert not any(item.form.tags & forbidden for item in limited.assembly.routine.items)


def test_offered_and_left_out_are_the_whole_catalogue_once(
    recommender: Recommender, sample: list[Recommendation]
) -> None:
    catalogue = sorted(exercise.id for exercise in recommender.content.catalogue.exercises)
    for recommendation in sample:
        if recommendation.assembly:
            offered = [item.exercise.id for item in recommendation.assembly.routine.items]
            left_out = [left.exercise.id for left in recommendation.assembly.left_out]
            assert sorted(offered + left_out) == catalogue


def test_everything_left_out_by_a_rule_names_the_rule(sample: list[Recommendation]) -> None:
    for recommendation in sample:
        for left in recommendation.assembly.left_out if recommendation.assembly else ():
            assert left.reasons or left.because is not ExclusionReason.CONTRAINDICATED, left.exercise.id


def test_every_item_has_a_reason(sample: list[Recommendation]) -> None:
    for recommendation in sample:
        for item in recommendation.assembly.routine.items if recommendation.assembly else ():
            assert item.reasons, item.exercise.id


def test_above_routine_review_there_is_no_routine(sample: list[Recommendation]) -> None:
    for recommendation in sample:
        assert (recommendation.assembly is not None) == recommendation.level.shows_routine


@pytest.mark.parametrize("minutes", ["3", "5", "10", "15", "20"])
def test_a_routine_fits_its_minutes(recommender: Recommender, sample: list[Recommendation], minutes: str) -> None:
    for recommendation in sample[:120]:
        if not recommendation.assembly:
            continue
        raw = raw_answers(recommendation.intake.answers)
        timed = recommender.recommend(recommender.sheet.read({**raw, "minutes": minutes}))
        assert timed.assembly is not None
        routine = timed.assembly.routine
        assert routine.minutes_budget <= int(minutes)
        assert 0 < routine.seconds <= routine.minutes_budget * 60
        ends = (routine.items[0].slot == "warm_up", routine.items[-1].slot == "closing")
        # In three minutes there is time for one of the two; else one gives way only for a move for the sore place.
        moves = [item for item in routine.items if item.slot not in END_SLOTS]
        is_for_main_place = all(item.exercise.regions & timed.decision.targets for item in moves)
        assert all(ends) or (any(ends) and (minutes == "3" or is_for_main_place)), [
            item.form.key for item in routine.items
        ]


def test_the_same_answers_always_give_the_same_routine(recommender: Recommender, sample: list[Recommendation]) -> None:
    for recommendation in sample[:40]:
        again = recommender.recommend(recommendation.intake)
        assert again.assembly == recommendation.assembly
