"""What counts as an answer: folded away beside its option, open where that is chosen, and told to programs too."""

from __future__ import annotations

import re
from html import escape

import pytest

from recommender.models.questionnaire import NOTHING, Option, Question
from recommender.service.recommend import Recommender
from tests.support.visitor import Visitor

# A condition that opens each page: the answers with which somebody meets every question that has details.
EVERYTHING = {
    "pain_location": ["neck", "low_back"],
    "pain_main": "neck",
    "conditions": ["spinal_fracture", "pregnant", "spine_surgery", "vertigo"],
    "onset_age": "under_35",
    "duration": "gt_12w",
}
ROW = re.compile(
    r'<input class="govuk-(?:checkboxes|radios)__input" id="(?P<id>[\w-]+)" name="(?P<name>\w+)" '
    r'type="(?:checkbox|radio)" value="(?P<value>\w+)"'
)


def detailed(recommender: Recommender) -> list[tuple[Question, Option]]:
    questions = recommender.content.questionnaire.intake_questions
    return [(question, option) for question in questions for option in question.options if option.detail]


def what_counts(page: str, question: Question, option: Option) -> str:
    """Return the piece of a page that says what counts as an option: what stands between it and the next one."""
    rows = [*ROW.finditer(page)]
    [at] = [place for place, row in enumerate(rows) if (row["name"], row["value"]) == (question.id, option.id)]
    end = rows[at + 1].start() if at + 1 < len(rows) else len(page)
    piece = page[rows[at].start() : end]
    assert f'data-counts-for="{rows[at]["id"]}"' in piece
    return " ".join(piece.split())


def page_with(visitor: Visitor, question: Question) -> str:
    page = visitor.recommender.content.questionnaire.page_of[question.id]
    return visitor.see(f"/questions/{page.slug}").text


def test_every_detail_stands_beside_its_option_without_script_and_folded_away(visitor: Visitor) -> None:
    visitor.fill_in(EVERYTHING)
    seen = 0
    for question, option in detailed(visitor.recommender):
        if f'name="{question.id}"' not in page_with(visitor, question):
            continue
        if question.options_from or option.id in EVERYTHING.get(question.id, ()):
            continue
        piece = what_counts(page_with(visitor, question), question, option)
        assert re.search(r"<details class=\"govuk-details app-counts\"(?! open)[^>]*>", piece)
        assert " open>" not in piece
        assert f"What counts: {escape(option.text, quote=False)}" in piece.replace("&#39;", "'").replace("&#34;", '"')
        assert escape(str(option.detail), quote=False) in piece.replace("&#39;", "'").replace("&#34;", '"')
        seen += 1
    assert seen > 50


def test_what_counts_is_open_where_its_option_is_chosen(visitor: Visitor) -> None:
    visitor.fill_in(EVERYTHING)
    questions = visitor.recommender.content.questionnaire.questions
    conditions = questions["conditions"]
    page = page_with(visitor, conditions)
    chosen = what_counts(page, conditions, conditions.option("spinal_fracture"))
    other = what_counts(page, conditions, conditions.option("scoliosis"))
    assert " open>" in chosen and " open>" not in other
    assert "Is this yours?" in chosen


def test_programs_are_told_what_counts(visitor: Visitor) -> None:
    told = visitor.client.get("/api/v1/questionnaire").json
    assert told
    published = {
        (question["id"], option["id"]): option["detail"]
        for page in told["pages"]
        for question in page["questions"]
        for option in question["options"]
    }
    for question, option in detailed(visitor.recommender):
        assert published[question.id, option.id] == option.detail
    assert published["rf_nerve", NOTHING] is None


def test_an_option_that_names_several_signs_has_a_line_for_each(visitor: Visitor) -> None:
    visitor.fill_in({})
    question = visitor.recommender.content.questionnaire.questions["rf_emergency"]
    first, second = question.option("aneurysm").text.split("; ")
    shown = rf'<span class="app-lines">{re.escape(first)};\n\s*{re.escape(second)}</span>'
    assert re.search(shown, page_with(visitor, question))


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("rf_nerve", None),
        ("rf_emergency", {"major_injury"}),
    ],
)
def test_the_short_screen_has_the_emergency_signs_word_for_word(
    recommender: Recommender, question: str, same: set[str] | None
) -> None:
    """All but the accident, which is asked about since the last time and not in six weeks."""
    options = recommender.content.questionnaire.questions[question].options
    differ = {option.id for option in options if option.short and option.short != option.text}
    assert differ == (same or set())


@pytest.mark.parametrize(
    "sign",
    [
        ("rf_illness", "night_constant"),
        ("rf_illness", "flank_urine"),
        ("rf_illness", "rash_band"),
        ("rf_illness", "calf_swollen"),
        ("rf_illness", "bleed_bloat"),
        ("rf_illness", "infection_ever"),
        ("rf_bone_nerve", "shape_change"),
        ("rf_bone_nerve", "walk_unsteady"),
        ("rf_bone_nerve", "electric"),
    ],
)
def test_signs_that_have_a_line_of_their_own_are_named_there_word_for_word(
    recommender: Recommender, sign: tuple[str, str]
) -> None:
    option = recommender.content.questionnaire.questions[sign[0]].option(sign[1])
    assert option.short == option.text
