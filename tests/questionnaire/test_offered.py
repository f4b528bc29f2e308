"""Options that a page offers to some people only: who sees them, and that whoever chose one otherwise is heard."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.assembly.matching import forms_in
from recommender.models.levels import Level
from recommender.models.questionnaire import Intake, Option
from recommender.questionnaire.offered import answered_with_fewer, options_offered
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake, full_sheet

NECK = {"pain_location": ["neck"], "rf_neck": ["none"]}
# Somebody to whom the option is not offered, and somebody next to them to whom it is.
HIDDEN_FROM: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {
    ("rf_emergency", "preg_emergency"): ({"age_band": "60_64"}, {"age_band": "50_59"}),
    ("rf_neck", "temple"): ({**NECK, "age_band": "45_49"}, {**NECK, "age_band": "50_59"}),
    ("worse_with", "effort"): ({"pain_location": ["low_back"]}, {"pain_location": ["low_back", "arm"]}),
    ("conditions", "pregnant"): ({"age_band": "60_64"}, {"age_band": "50_59"}),
    ("conditions", "postnatal"): ({"age_band": "60_64"}, {"age_band": "50_59"}),
    ("limits", "floor"): ({"place": "bed"}, {"place": "floor_mat"}),
    ("limits", "kneel"): ({"place": "chair_only"}, {"place": "standing_desk"}),
    ("limits", "lie_back"): ({"place": "chair_only"}, {"place": "bed"}),
    ("limits", "lie_front"): ({"place": "standing_desk"}, {"place": "bed"}),
}


def option(recommender: Recommender, question: str, name: str) -> Option:
    return recommender.content.questionnaire.questions[question].option(name)


def offered(recommender: Recommender, question: str, given: dict[str, Any]) -> list[str]:
    answers = full_intake(recommender, given).answers
    return [one.id for one in options_offered(recommender.content.questionnaire.questions[question], answers)]


def test_every_option_for_some_people_only_is_tried_here(recommender: Recommender) -> None:
    conditional = {
        (question.id, one.id)
        for question in recommender.content.questionnaire.intake_questions
        for one in question.options
        if one.shown_if is not None
    }
    assert conditional == set(HIDDEN_FROM)


@pytest.mark.parametrize(("question", "name"), HIDDEN_FROM, ids=".".join)
def test_it_is_offered_to_those_it_is_for(recommender: Recommender, question: str, name: str) -> None:
    hidden, shown = HIDDEN_FROM[question, name]
    assert name not in offered(recommender, question, hidden)
    assert name in offered(recommender, question, shown)


@pytest.mark.parametrize(("question", "name"), HIDDEN_FROM, ids=".".join)
def test_ticked_by_anybody_else_it_is_never_refused(recommender: Recommender, question: str, name: str) -> None:
    hidden, _ = HIDDEN_FROM[question, name]
    intake = recommender.sheet.read(full_sheet(recommender, {**hidden, question: [name]}))
    assert intake.chosen(question) == (name,)


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ({"age_band": "70_plus", "rf_emergency": ["preg_emergency"]}, Level.EMERGENCY_NOW),
        ({"age_band": "25_44", "pain_location": ["neck"], "rf_neck": ["temple"]}, Level.URGENT_SAME_DAY),
    ],
)
def test_a_sign_that_was_not_offered_has_the_level_it_always_had(
    recommender: Recommender, given: dict[str, Any], level: Level
) -> None:
    assert recommender.recommend(full_intake(recommender, given)).decision.level is level


@pytest.mark.parametrize("place", ["chair_only", "bed", "standing_desk"])
def test_a_limit_that_a_place_hides_leaves_out_nothing_that_can_be_done_there(
    recommender: Recommender, place: str
) -> None:
    """What is not asked cannot matter. Kneeling is asked standing too: the same knees are bent fully there."""
    free = full_intake(recommender, {"place": place, "limits": ["none"]})
    shown = offered(recommender, "limits", {"place": place})
    hidden = [one.id for one in recommender.content.questionnaire.questions["limits"].options if one.id not in shown]
    assert hidden
    for name in hidden:
        bound = full_intake(recommender, {"place": place, "limits": [name]})
        more = barred(recommender, bound) - barred(recommender, free)
        assert not more & possible(recommender, free, place), name


def barred(recommender: Recommender, intake: Intake) -> frozenset[str]:
    """Return the forms that the rules leave out."""
    catalogue = recommender.content.catalogue
    exclusions = (exclusion for _, exclusion in recommender.decide(intake).exclusions)
    found = (forms_in(one.scope, catalogue) - forms_in(one.spared, catalogue) for one in exclusions)
    return frozenset[str]().union(*found)


def possible(recommender: Recommender, intake: Intake, place: str) -> frozenset[str]:
    """Return the forms whose position and place fit."""
    branches = recommender.decide(intake).fired
    positions = {position for branch in branches for position in branch.then.positions}
    forms = recommender.content.catalogue.forms.values()
    return frozenset(form.key for form in forms if form.position in positions and place in form.place)


def test_none_of_a_shorter_list_is_no_answer_to_the_longer_one(recommender: Recommender) -> None:
    questionnaire = recommender.content.questionnaire
    chair, floor = (full_intake(recommender, {"place": place}).answers for place in ("chair_only", "floor_mat"))
    assert answered_with_fewer(questionnaire, chair, floor) == {"limits"}
    assert answered_with_fewer(questionnaire, floor, chair) == frozenset()
    told = {**floor, "limits": ("floor", "kneel", "lie_back", "lie_front")}
    assert answered_with_fewer(questionnaire, {**chair, "limits": told["limits"]}, told) == frozenset()


def test_whoever_is_under_50_is_not_asked_about_the_temple_in_a_short_screen(recommender: Recommender) -> None:
    screen = recommender.content.questionnaire.questions["screen_soon"]
    line = next(one for one in screen.options if any(sign.option == "temple" for sign in one.stands_for))
    assert line not in options_offered(screen, Intake({"age_band": "45_49"}).answers)
    assert line in options_offered(screen, Intake({"age_band": "50_59"}).answers)
    shared = next(one for one in screen.options if len(one.stands_for) > 1)
    assert shared in options_offered(screen, {})
