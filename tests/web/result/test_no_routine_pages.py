"""Above routine_review no exercise is named: not on the page, not in the JSON, not in any rule's own words."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from recommender.models.levels import Level
from recommender.presentation.recommendation import present
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake, full_sheet
from tests.support.visitor import Visitor

LEVELS = {
    "emergency_now": {"rf_nerve": ["saddle"]},
    "urgent_same_day": {"rf_bone_nerve": ["foot_weak"]},
    "urgent_48h": {"rf_illness": ["weight_loss"]},
    "see_before_start": {
        "told_no_exercise": "yes", "coping": "struggling", "sit_hours": "gt_8", "sit_where": "desk", "limits": ["wrist"]
    },
}  # fmt: skip


def catalogue_names(recommender: Recommender) -> re.Pattern[str]:
    """Match every name, alias and id of the catalogue. Single everyday words, such as Walking, only as a name."""
    words: set[str] = set()
    for exercise in recommender.content.catalogue.exercises:
        names = {exercise.name, exercise.id, *exercise.aliases}
        words |= {name for name in names if " " in name or "_" in name or "-" in name}
        words |= {exercise.name.capitalize()} if " " not in exercise.name else set()
    many = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"\b(?:{many})\b")


def own_words_removed(text: str, recommender: Recommender) -> str:
    """Leave out what the person ticked and was asked: it may speak of walking."""
    for question in recommender.content.questionnaire.intake_questions:
        for words in (question.text, *(option.text for option in question.options)):
            text = text.replace(words, "")
    return text


@pytest.mark.parametrize(("level", "given"), LEVELS.items())
def test_no_routine_pages_name_no_exercise(
    visitor: Visitor, recommender: Recommender, level: str, given: dict[str, Any]
) -> None:
    page = visitor.result_of(given)
    text = html.unescape(re.sub(r"<[^>]+>", " ", page.text))
    text = own_words_removed(re.sub(r"\s+", " ", text), recommender)
    # Titles of sources may name a movement; they are references, not advice.
    for source in recommender.content.catalogue.sources.values():
        text = text.replace(source.title, "")
    assert not catalogue_names(recommender).findall(text)
    assert "app-act--" in page.text


@pytest.mark.parametrize("address", ["/result", "/result/summary"])
@pytest.mark.parametrize("given", LEVELS.values(), ids=LEVELS)
def test_no_routine_pages_lead_to_no_exercise(visitor: Visitor, given: dict[str, Any], address: str) -> None:
    visitor.fill_in(given)
    page = visitor.see(address)
    assert page.status_code == 200
    assert "/exercises" not in page.text
    assert "app-move" not in page.text


@pytest.mark.parametrize("given", LEVELS.values(), ids=LEVELS)
def test_the_summary_tells_the_outcome_the_rule_and_every_answer_that_was_asked(
    visitor: Visitor, recommender: Recommender, given: dict[str, Any]
) -> None:
    visitor.fill_in(given)
    text = html.unescape(visitor.see("/result/summary").text)
    recommendation = recommender.recommend(full_intake(recommender, given))
    assert recommendation.disposition.title in text
    counting = recommendation.decision.outcomes[0]
    assert f"Rule {counting.rule_id}" in text
    asked = {one.id for step in recommender.flow.walk(recommendation.intake.answers).steps for one in step.questions}
    assert len(asked & set(given)) >= 1
    for question, answer in given.items():
        for option in [answer] if isinstance(answer, str) else answer:
            assert (
                recommender.content.questionnaire.questions[question].option(option).text in text
                or question not in asked
            )


def test_whoever_is_seen_first_and_was_not_asked_finds_where_to_call_when_not_coping(visitor: Visitor) -> None:
    assert visitor.fill_in({"told_no_exercise": "yes"}) == "/result"
    assert "/questions/make-it-fit" not in visitor.seen
    page = visitor.see("/result").text
    assert page.index("Feeling low, or not coping?") < page.index('href="tel:116123"')


@pytest.mark.parametrize(("level", "given"), LEVELS.items())
def test_no_routine_json_names_no_exercise(
    visitor: Visitor, recommender: Recommender, level: str, given: dict[str, Any]
) -> None:
    response = visitor.client.post("/api/v1/recommendations", json={"answers": full_sheet(recommender, given)})
    shown = response.get_json()
    assert shown["disposition"]["level"] == level
    assert shown["routine"] is shown["review"] is None
    text = own_words_removed(json.dumps(shown, ensure_ascii=False), recommender)
    assert not catalogue_names(recommender).findall(text)


@pytest.mark.deep
def test_no_random_sheet_above_routine_review_names_an_exercise(recommender: Recommender) -> None:
    import random

    names, chance, seen = catalogue_names(recommender), random.Random(7), set()
    for number in range(300):
        rate = (0.01, 0.05, 0.3)[number % 3]
        answers = random_sheet(recommender.content.questionnaire, recommender.flow, chance, sign_rate=rate)
        recommendation = recommender.recommend(recommender.sheet.read(raw_answers(answers)))
        if not recommendation.level.shows_routine:
            seen.add(recommendation.level)
            shown = json.dumps(present(recommendation, recommender.content, None), ensure_ascii=False)
            assert not names.findall(own_words_removed(shown, recommender))
    assert seen == {level for level in Level if not level.shows_routine}
