"""The summary for a health professional: what was said comes first, every answer is there, and it has one side."""

from __future__ import annotations

import html
import re

import pytest

from recommender.models.questionnaire import NOT_SURE, QuestionKind
from recommender.service.recommend import Recommender
from recommender.web.questionnaire.question_form import as_shown
from recommender.web.result.summary_parts import summary_parts
from tests.support.people import ASKED_EVERYTHING, AT_A_DESK, OF_EVERY_KIND, STRUGGLING
from tests.support.sheets import full_sheet
from tests.support.visitor import Visitor


def asked(recommender: Recommender, given: dict[str, object]) -> list[object]:
    sheet = recommender.sheet.read(full_sheet(recommender, given))
    steps = recommender.flow.walk(sheet.answers).steps
    return [as_shown(one, sheet.answers.get(one.id), sheet.answers) for step in steps for one in step.questions]


@pytest.mark.parametrize("given", OF_EVERY_KIND.values(), ids=OF_EVERY_KIND)
def test_every_answer_is_in_the_summary_and_none_is_told_as_its_contrary(
    recommender: Recommender, given: dict[str, object]
) -> None:
    fields = asked(recommender, given)
    every = recommender.content.questionnaire.intake_questions
    parts = summary_parts(fields, every)
    told = {option for denied in parts.denied for option in denied.options}
    for one in fields:
        listed = one in (*parts.unsure, *parts.pain, *parts.time, *parts.medicines, *parts.others)
        for option in one.options:
            is_sign = not option.exclusive and option.id != NOT_SURE
            if option.id in one.chosen and is_sign:
                assert listed or option.text in parts.signs, option.text
        if not one.chosen and not one.task:
            assert one in parts.others or one in parts.pain or one in parts.time
        if one.question.safety and one.question.kind is QuestionKind.MANY and one.chosen:
            ticked = [option for option in one.options if option.id in one.chosen]
            assert not {text for option in ticked for text in (option.text, option.short)} & told, one.question.id
            if NOT_SURE not in one.chosen:
                left = [option for option in one.options if not option.exclusive and option.id != NOT_SURE]
                assert all({option.text, option.short} & told for option in left if option not in ticked)


def test_a_list_that_was_not_answered_is_not_told_as_denied(recommender: Recommender) -> None:
    question = recommender.content.questionnaire.questions["rf_illness"]
    parts = summary_parts([as_shown(question, None, {})], [question])
    assert (parts.denied, parts.signs) == ([], [])
    assert [one.question.id for one in parts.others] == ["rf_illness"]


def test_not_sure_denies_nothing(recommender: Recommender) -> None:
    question = recommender.content.questionnaire.questions["rf_illness"]
    parts = summary_parts([as_shown(question, (NOT_SURE,), {})], [question])
    assert (parts.denied, [one.question.id for one in parts.unsure]) == ([], ["rf_illness"])


def test_signs_and_pain_come_first_then_what_was_denied_the_time_medicines_and_what_was_advised(
    visitor: Visitor,
) -> None:
    visitor.fill_in({**ASKED_EVERYTHING, **STRUGGLING, "medicines": ["steroids"]})
    page = html.unescape(visitor.see("/result/summary").text)
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    assert headings == [
        "Signs and conditions that they have",
        "Pain",
        "Asked about, and not ticked",
        "When, and how it goes",
        "Medicines",
        "What was advised",
        "Other answers",
    ]
    assert page.index("osteoporosis") < page.index("Steroid tablets") < page.index("The routine:")


def test_what_was_denied_is_one_paragraph(visitor: Visitor) -> None:
    visitor.fill_in(AT_A_DESK)
    page = html.unescape(visitor.see("/result/summary").text)
    part = page.partition("Asked about, and not ticked")[2].partition("</section>")[0]
    assert part.count("<p") == 1
    assert "<strong>None:</strong>" in part
    assert "None of those asked about." in page


def test_a_short_line_denies_only_where_all_that_it_stands_for_was_asked_and_not_ticked(
    recommender: Recommender,
) -> None:
    every = recommender.content.questionnaire.intake_questions
    question = recommender.content.questionnaire.questions["rf_illness"]
    line = question.option("fever").short
    assert line == question.option("weight_loss").short

    def denied(*ticked: str) -> set[str]:
        parts = summary_parts([as_shown(question, ticked, {})], every)
        return {text for each in parts.denied for text in each.options}

    assert line in denied("none")
    assert line not in denied("fever")
    assert question.option("weight_loss").text in denied("fever")
    assert question.option("fever").text not in denied("fever")


def test_a_sign_with_a_short_line_of_its_own_is_denied_in_the_words_that_were_asked(recommender: Recommender) -> None:
    every = recommender.content.questionnaire.intake_questions
    question = recommender.content.questionnaire.questions["rf_emergency"]
    parts = summary_parts([as_shown(question, ("none",), {})], every)
    told = {text for each in parts.denied for text in each.options}
    assert {option.text for option in question.options if not option.exclusive and option.id != NOT_SURE} == told
    assert not any("last time" in text for text in told)
