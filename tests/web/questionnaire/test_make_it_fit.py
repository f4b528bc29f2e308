"""What is asked behind the result: offered with what it changes, kept with the other answers, and never needed."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from recommender.models.questionnaire import Question
from recommender.service.recommend import Recommender
from tests.support.sheets import BASELINE, full_sheet
from tests.support.visitor import FIT, Visitor

DESK = {"sit_hours": "gt_8", "sit_where": "desk"}
HURTS_A_LOT: dict[str, dict[str, Any]] = {
    "it stops them a lot": {"function": "lot"},
    "pain of 7": {"pain_score": 7},
    "over 12 weeks": {"duration": "gt_12w"},
}


def behind(recommender: Recommender) -> list[Question]:
    return [one for one in recommender.content.questionnaire.intake_questions if one.after_result is not None]


def answered_to_the_result(visitor: Visitor, given: dict[str, Any]) -> str:
    """Answer the pages alone, nothing behind the result, and return the result."""
    raw = full_sheet(visitor.recommender, given)
    assert visitor.go_on("/questions/about-you", raw, "/questions/") == "/check-answers"
    return visitor.see("/result").text


def asked_on(page: str) -> set[str]:
    return {name.partition("-")[0] for name in re.findall(r'<input[^>]* name="(\w[\w-]*)"', page)} - {"seen"}


def moves_on(page: str) -> list[str]:
    return re.findall(r'action="/result/remove">\s*<input type="hidden" name="move" value="(\w+)"', page)


def test_none_of_these_questions_is_asked_before_there_is_a_routine(visitor: Visitor) -> None:
    answered_to_the_result(visitor, DESK)
    late = {question.id for question in behind(visitor.recommender)}
    assert late and not late & {name for page in visitor.shown[:-1] for name in asked_on(page)}


def test_the_result_says_what_each_would_change(visitor: Visitor) -> None:
    page = html.unescape(answered_to_the_result(visitor, DESK))
    for question in behind(visitor.recommender):
        assert question.changes and question.changes in page
        assert re.search(rf'href="{FIT}\?from=result#{question.id}', page)


def test_what_an_answer_changes_is_said_below_its_question_and_read_out_with_it(visitor: Visitor) -> None:
    answered_to_the_result(visitor, DESK)
    page = html.unescape(visitor.see(f"{FIT}?from=result").text)
    for question in behind(visitor.recommender):
        assert question.changes
        before, _, after = page.partition(question.changes)
        legend = before.rpartition("</legend>")[0].rpartition("<legend")[2]
        assert question.text in legend and f'name="{question.id}' in after
        assert re.search(rf'aria-describedby="[^"]*{question.id}(-score)?-hint', page), question.id


def test_what_the_ends_of_a_scale_mean_takes_the_place_of_its_hint(visitor: Visitor) -> None:
    pain = visitor.recommender.content.questionnaire.questions["pain_score"]
    answered_to_the_result(visitor, DESK)
    page = html.unescape(visitor.see("/questions/your-pain").text)
    assert pain.hint and pain.low_label and pain.hint not in page and f"0: {pain.low_label}" in page


def test_the_page_behind_asks_them_all_with_how_somebody_copes_first(visitor: Visitor) -> None:
    answered_to_the_result(visitor, DESK)
    page = visitor.see(f"{FIT}?from=result").text
    assert asked_on(page) == {question.id for question in behind(visitor.recommender)}
    assert page.index('name="confidence"') < page.index('name="coping"') < page.index('name="goal"')
    assert "Page " not in page[page.index('class="app-progress"') :][:200]


def test_desk_tips_are_offered_to_whoever_sits_at_a_desk_only(visitor: Visitor) -> None:
    answered_to_the_result(visitor, {"sit_hours": "gt_8", "sit_where": "driving"})
    assert "desk_setup" not in asked_on(visitor.see(FIT).text)


def test_an_answer_is_kept_leads_back_and_makes_the_routine_anew(visitor: Visitor) -> None:
    before = answered_to_the_result(visitor, {})
    sent = visitor.send(f"{FIT}?from=result", {"goal": "get_stronger"})
    assert sent.headers["Location"] == "/result"
    after = visitor.see("/result").text
    assert moves_on(before) != moves_on(after)
    check = visitor.see("/check-answers").text
    assert "Get stronger" in check and f"{FIT}?from=check#goal" in html.unescape(check)
    assert "Get stronger" in visitor.see("/result/summary").text
    assert re.search(r'value="get_stronger" checked', visitor.see(FIT).text)


def test_a_blank_page_changes_nothing(visitor: Visitor) -> None:
    before = answered_to_the_result(visitor, {})
    visitor.send(f"{FIT}?from=result", {})
    assert moves_on(visitor.see("/result").text) == moves_on(before) != []


@pytest.mark.parametrize("given", HURTS_A_LOT.values(), ids=HURTS_A_LOT)
def test_whom_pain_stops_is_asked_how_they_cope_before_there_is_a_routine(
    visitor: Visitor, given: dict[str, Any]
) -> None:
    raw = full_sheet(visitor.recommender, given)
    visitor.go_on("/questions/about-you", raw, "/questions/")
    assert {"confidence", "coping"} <= asked_on(visitor.shown[visitor.seen.index("/questions/your-body")])
    assert not {"confidence", "coping"} & asked_on(visitor.see(FIT).text)


@pytest.mark.parametrize("given", [{"function": "bit", "pain_score": 6}, {"pain_location": ["no_pain"]}], ids=str)
def test_others_are_not_asked_and_read_where_help_is(visitor: Visitor, given: dict[str, Any]) -> None:
    page = html.unescape(answered_to_the_result(visitor, given))
    assert "coping" not in {name for shown in visitor.shown[:-1] for name in asked_on(shown)}
    line = page.index("Feeling low, or not coping? Get help.")
    assert page.index('href="tel:116123"', line) - line < 200


def test_told_behind_the_result_it_counts_as_if_told_at_once(visitor: Visitor) -> None:
    answered_to_the_result(visitor, {})
    visitor.send(f"{FIT}?from=result", {"coping": "struggling"})
    page = html.unescape(visitor.see("/result").text)
    assert "to be seen within 4 weeks" in page
    assert "Feeling low, or not coping? Get help." not in page
    assert page.index('href="tel:116123"') < page.index('id="moves"')


def test_an_answer_given_behind_the_result_is_kept_when_it_comes_to_be_asked_before(visitor: Visitor) -> None:
    answered_to_the_result(visitor, {})
    visitor.send(f"{FIT}?from=result", {"coping": "low"})
    raw = {**BASELINE, "function": "lot"}
    visitor.send("/questions/how-it-behaves?from=result", raw)
    assert re.search(r'name="coping"[^>]* value="low" checked', visitor.see("/questions/your-body").text)


def test_without_a_routine_there_is_nothing_to_fit(visitor: Visitor) -> None:
    assert visitor.fill_in({"told_no_exercise": "yes"}) == "/result"
    assert FIT not in visitor.see("/result").text
    assert visitor.client.get(FIT).headers["Location"] == "/result"


def test_before_the_last_page_it_leads_to_where_the_answers_stand(visitor: Visitor) -> None:
    visitor.see("/questions/about-you")
    visitor.send("/questions/about-you", {"age_band": "45_49", "pain_location": ["low_back"]})
    assert visitor.client.get(FIT).headers["Location"] == "/questions/emergency-check"


def test_over_the_api_every_one_is_read_on_any_sheet(recommender: Recommender) -> None:
    raw = full_sheet(recommender, DESK)
    assert {question.id for question in behind(recommender)} <= set(recommender.sheet.read(raw).answers)
