"""An early stop never says less than the whole sheet would: every sign of pages B and C, with every later answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from recommender.errors import IntakeError
from recommender.models.levels import Level
from recommender.models.questionnaire import Answer, Intake, Question, QuestionKind
from recommender.service.recommend import Recommender
from tests.support.sheets import TESTS, full_sheet

EXCEPTIONS: list[dict[str, Any]] = yaml.safe_load(
    (TESTS / "content" / "early_stop_exceptions.yaml").read_text(encoding="utf-8")
)
EXCEPTED = {(sign, entry["later"]) for entry in EXCEPTIONS for sign in entry["signs"]}
SCREENS, LATER = {"B", "C"}, {"D", "D2", "E", "F"}
# People in whom a stop may hide different things.
PEOPLE: dict[str, dict[str, Any]] = {
    "low back": {},
    "neck, first time": {"pain_location": ["neck"], "history": "first_time"},
    "neck, back and hip at 70, examined": {
        "age_band": "70_plus",
        "pain_location": ["neck", "mid_back", "low_back", "hip_groin"],
        "pain_main": "low_back",
        "assessed": "yes",
    },
    "no pain": {"pain_location": ["no_pain"]},
}
# A condition that opens each detail that not everybody is asked.
OPENERS = {
    "bone_detail": "spinal_fracture",
    "preg_weeks": "pregnant",
    "preg_flags": "pregnant",
    "preg_cleared": "pregnant",
    "preg_pgp": "pregnant",
    "postnatal_detail": "postnatal",
    "postnatal_issue": "postnatal",
    "surgery_when": "spine_surgery",
    "surgery_rules": "spine_surgery",
    "heart_detail": "heart",
    "bp_detail": "high_bp",
    "dizzy_detail": "vertigo",
    "spa_detail": "axial_spa",
    "hyper_detail": "hypermobile",
    "pem_detail": "me_cfs",
}


def options(recommender: Recommender, pages: set[str]) -> Iterator[tuple[Question, str]]:
    for page in recommender.content.questionnaire.intake_pages:
        for question in page.questions if page.id in pages else ():
            yield from ((question, option.id) for option in question.options if not option.exclusive)


def value(question: Question, option: str) -> Any:
    return [option] if question.kind is QuestionKind.MANY else option


def whole(recommender: Recommender, given: dict[str, Any]) -> dict[str, Answer] | None:
    """Return every answer that the pages ask for; None where they do not ask for what is given."""
    try:
        raw = full_sheet(recommender, given)
        answers, _ = recommender.sheet.read_some(raw, recommender.sheet.fields)
    except (AssertionError, IntakeError):
        return None
    shown = recommender.flow.walk_to_the_end(answers).shown
    return (
        {question: answer for question, answer in answers.items() if question in shown} if shown >= set(given) else None
    )


def asked_before_the_stop(
    recommender: Recommender, answers: dict[str, Answer]
) -> tuple[dict[str, Answer], Level | None]:
    """Return the answers as far as the form asks them, screen by screen, and the level that ends it early."""
    given: dict[str, Answer] = {}
    while True:
        walk = recommender.flow.walk(given)
        step = walk.first_incomplete
        if step is None:
            return given, walk.stop
        new = {question.id: answers[question.id] for question in step.questions if question.id in answers}
        missing = {
            name: recommender.sheet.fields[name].deserialize(DEFAULTS[name]) for name in step.missing if name not in new
        }
        given |= new | missing


# Extra questions that the whole sheet was not asked.
DEFAULTS: dict[str, Any] = {
    "history": "same_before",
    "assessed": "no",
    "trend": "same",
    "leg_symptoms": ["none"],
    "arm_symptoms": "none",
}


def level_of(recommender: Recommender, answers: dict[str, Answer]) -> Level:
    branches = recommender.content.rule_set.branch_by_id
    fired = recommender.oracle.fire(Intake(answers, recommender.supplied))
    actions = (branches[branch].then.disposition for branch in fired)
    return max((action.level for action in actions if action), key=lambda level: level.rank)


def lower_stops(recommender: Recommender, person: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the sign and the later answer wherever the form stops below the level of the whole sheet."""
    later = list(options(recommender, LATER))
    for question, sign in options(recommender, SCREENS):
        given = {**person, question.id: value(question, sign)}
        alone = whole(recommender, given)
        if alone is None or asked_before_the_stop(recommender, alone)[1] is not Level.URGENT_SAME_DAY:
            continue
        for second, option in later:
            both = {**given, second.id: value(second, option)}
            if second.id in OPENERS:
                both["conditions"] = [OPENERS[second.id]]
            answers = whole(recommender, both)
            if answers is None:
                continue
            _, stop = asked_before_the_stop(recommender, answers)
            if stop is not None and stop.rank < level_of(recommender, answers).rank:
                yield f"{question.id}.{sign}", f"{second.id}.{option}"


@pytest.fixture(scope="module")
def found(recommender: Recommender) -> Callable[[str], set[tuple[str, str]]]:
    return cache(lambda person: set(lower_stops(recommender, PEOPLE[person])))


@pytest.mark.parametrize(
    "person", [pytest.param(person, marks=() if person == "no pain" else pytest.mark.deep) for person in PEOPLE]
)
def test_an_early_stop_is_never_below_the_whole_sheet(
    found: Callable[[str], set[tuple[str, str]]], person: str
) -> None:
    assert sorted(found(person) - EXCEPTED) == []


@pytest.mark.deep
def test_each_exception_is_one_and_says_why(found: Callable[[str], set[tuple[str, str]]]) -> None:
    assert sorted(EXCEPTED - set().union(*map(found, PEOPLE))) == []
    assert all(len(entry["why"].split()) > 10 for entry in EXCEPTIONS)
