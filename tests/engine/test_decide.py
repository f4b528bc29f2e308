"""How fired rules become a decision."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.engine.decide import decide, merge_order, raise_level
from recommender.errors import DecisionError
from recommender.models.actions import Order
from recommender.models.rules import Branch
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake


def test_the_worst_disposition_wins_and_lists_every_reason(recommender: Recommender) -> None:
    intake = full_intake(
        recommender, {"rf_nerve": ["saddle", "sexual"], "rf_illness": ["fever"], "told_no_exercise": "yes"}
    )
    decision = recommender.recommend(intake).decision
    assert decision.level == "emergency_now"
    assert {"RF-E01", "RF-U01", "RF-U03", "RF-P01"} <= {branch.rule_id for branch in decision.outcomes}
    ranks = [branch.then.disposition.level.rank for branch in decision.outcomes if branch.then.disposition]
    assert ranks == sorted(ranks, reverse=True)


@given(st.data())
def test_the_order_of_firing_changes_nothing(recommender: Recommender, data: st.DataObject) -> None:
    fired = sorted(recommender.engine.fire(full_intake(recommender, {"conditions": ["osteoporosis", "glaucoma"]})))
    expected = decide(recommender.content.rule_set, fired)
    assert decide(recommender.content.rule_set, data.draw(st.permutations(fired))) == expected


def test_silence_is_not_safety(recommender: Recommender) -> None:
    with pytest.raises(DecisionError, match=r"^no rule gave an outcome level$"):
        decide(recommender.content.rule_set, [])


def outcomes_by_level(recommender: Recommender) -> dict[str, Branch]:
    """Return one case of the real rules for each outcome level, the mildest level first."""
    given = [branch for branch in recommender.content.rule_set.branches if branch.then.disposition]
    given.sort(key=lambda branch: branch.then.disposition.level.rank if branch.then.disposition else 0)
    return {str(branch.then.disposition.level): branch for branch in given if branch.then.disposition}


def test_of_any_two_outcomes_the_worse_is_the_level_and_stands_first(recommender: Recommender) -> None:
    levels = list(outcomes_by_level(recommender).items())
    for place, (_, mild) in enumerate(levels):
        for worse_level, worse in levels[place + 1 :]:
            decision = decide(recommender.content.rule_set, [mild.id, worse.id])
            assert (decision.level, decision.outcomes) == (worse_level, (worse, mild))


def test_what_fires_after_assembly_can_raise_the_level_and_never_lower_it(recommender: Recommender) -> None:
    levels = list(outcomes_by_level(recommender).items())
    (mild_level, mild), (worse_level, worse) = levels[0], levels[-1]
    rule_set = recommender.content.rule_set
    silent = next(branch for branch in rule_set.branches if branch.then.advise and not branch.then.disposition)
    raised = raise_level(decide(rule_set, [mild.id]), [worse, silent])
    assert (raised.level, raised.outcomes, raised.fired) == (worse_level, (worse, mild), (mild, worse, silent))
    kept = raise_level(decide(rule_set, [worse.id]), iter([mild]))
    assert (kept.level, kept.outcomes, kept.fired) == (worse_level, (worse, mild), (worse, mild))
    same = raise_level(decide(rule_set, [mild.id]), [])
    assert (same.level, same.outcomes, same.fired) == (mild_level, (mild,), (mild,))


def test_a_decision_without_a_time_plan_says_so(recommender: Recommender) -> None:
    emergency = outcomes_by_level(recommender)["emergency_now"]
    decision = decide(recommender.content.rule_set, [emergency.id])
    assert decision.plan is None
    assert decision.check_in_schedule == recommender.content.rule_set.check_in_schedule is not None


def test_settings_of_order_that_different_rules_give_stand_together() -> None:
    first, second = Order(warm_up_first=True, floor_trips_at_most=1), Order(floor_tag="floor_transfer")
    merged = Order(warm_up_first=True, floor_trips_at_most=1, floor_tag="floor_transfer")
    assert merge_order([first, second]) == merge_order([second, first]) == merged


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
