"""Who has a routine already is spoken to as such: a bad check does not tell them what to do before they start."""

from __future__ import annotations

from recommender.models.follow_up import Action
from recommender.models.levels import Level
from recommender.presentation.check_in import present_check_in
from recommender.service.recommend import Recommender
from tests.support.check_ins import returning


def test_see_someone_never_says_before_you_start_to_somebody_who_has_started(recommender: Recommender) -> None:
    result = returning(recommender).check(7, fu_change="much_worse", fu_pain=7)
    assert (result.action, result.recommendation.level) == (Action.REFER, Level.SEE_BEFORE_START)
    shown = present_check_in(result, recommender.content, "GB")["recommendation"]
    words = {name: part for name, part in shown["disposition"].items() if name != "reasons"}
    assert "before you start" not in str(words) and "not made a routine" not in str(words)
    assert shown["disposition"]["heading"] == "See a physiotherapist or doctor before you go on"


def test_a_referral_names_no_movement(recommender: Recommender) -> None:
    result = returning(recommender).check(7, fu_change="much_worse", fu_pain=7)
    shown = present_check_in(result, recommender.content, "GB")["recommendation"]
    told = str({name: part for name, part in shown.items() if name != "rule_set"})
    assert shown["routine"] is None and shown["left_out"] == [] and shown["breaks"] == []
    assert [exercise.name for exercise in recommender.content.catalogue.exercises if f" {exercise.name} " in told] == []


def test_the_first_answers_still_say_it_before_the_start(recommender: Recommender) -> None:
    words = recommender.content.catalogue.dispositions[Level.SEE_BEFORE_START]
    assert "before you start" in words.heading and words.for_mid_plan().heading != words.heading
    assert recommender.content.catalogue.dispositions[Level.ROUTINE].for_mid_plan().mid_plan is None
