"""How fired rules become a decision."""

from __future__ import annotations

import random

import pytest
from sheets import full_intake

from recommender.engine.decide import decide
from recommender.errors import DecisionError
from recommender.service import Recommender


def test_the_worst_disposition_wins_and_lists_every_reason(recommender: Recommender) -> None:
    intake = full_intake(
        recommender, {"rf_nerve": ["saddle", "sexual"], "rf_illness": ["fever"], "told_no_exercise": "yes"}
    )
    decision = recommender.recommend(intake).decision
    assert decision.level == "emergency_now"
    assert {"RF-E01", "RF-U01", "RF-U03", "RF-P01"} <= {branch.rule_id for branch in decision.outcomes}
    ranks = [branch.then.disposition.level.rank for branch in decision.outcomes if branch.then.disposition]
    assert ranks == sorted(ranks, reverse=True)


def test_the_order_of_firing_changes_nothing(recommender: Recommender) -> None:
    fired = list(recommender.engine.fire(full_intake(recommender, {"conditions": ["osteoporosis", "glaucoma"]})))
    expected = decide(recommender.content.rule_set, fired)
    for seed in range(5):
        random.Random(seed).shuffle(fired)
        assert decide(recommender.content.rule_set, fired) == expected


def test_silence_is_not_safety(recommender: Recommender) -> None:
    with pytest.raises(DecisionError):
        decide(recommender.content.rule_set, [])


def test_contraindication_beats_indication(recommender: Recommender) -> None:
    extension = {"worse_with": ["sitting"], "better_with": ["arching_back"], "pain_score": 2, "irritability": "minutes"}
    assert "IN-02" in {branch.rule_id for branch in recommender.recommend(full_intake(recommender, extension)).fired}
    recommendation = recommender.recommend(full_intake(recommender, {**extension, "limits": ["lie_front"]}))
    assert recommendation.assembly is not None
    assert all("prone" not in item.form.tags for item in recommendation.assembly.routine.items)


def test_every_stage_cap_lowers_the_stage(recommender: Recommender) -> None:
    strong = {"pain_score": 1, "irritability": "minutes"}
    assert recommender.recommend(full_intake(recommender, strong)).decision.stage == "strengthen"
    for branch in recommender.content.rule_set.branches:
        if branch.then.cap_stage:
            assert branch.then.cap_stage.rank < 2, branch.id
    capped = recommender.recommend(full_intake(recommender, {**strong, "medicines": ["not_sure"]})).decision
    assert (capped.base_stage, capped.stage) == ("strengthen", "settle")
