"""The words that brief 0.4 mends, section 6, line by line. What other tests hold is named beside the line.

Search box: tests/web/site/test_exercises.py. Common questions: tests/web/site/test_plain_pages.py. Words for somebody who has
started: tests/check_in/test_words_mid_plan.py.
"""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.models.levels import Level
from recommender.models.translatable import texts
from recommender.presentation.recommendation import present
from recommender.service.recommend import Recommender
from tests.support.planner import Planner, heading
from tests.support.sheets import full_intake
from tests.support.visitor import Visitor

# The move, and the words that must stand in every form of it.
IN_EVERY_FORM: tuple[tuple[str, str], ...] = (
    ("shoulder_rolls", "one way, then as many the other way"),
    ("hip_circles", "one way, then as many the other way"),
    ("arm_circles", "one way, then as many the other way"),
    ("sphinx", "Look at the floor a little ahead of you"),
    ("prone_lying", "Come up if your neck strains or you feel dizzy"),
    ("thoracic_extension_chair", "Put a rolled towel there"),
    ("wall_plank", "one foot-length from the wall"),
    ("standing_hip_flexor", "a short step back"),
    ("heel_slides", "Gently brace your tummy"),
    ("walking", "stop, or sit if that eases it"),
)


@pytest.mark.parametrize(("move", "words"), IN_EVERY_FORM, ids=[move for move, _ in IN_EVERY_FORM])
def test_the_words_stand_in_every_form(recommender: Recommender, move: str, words: str) -> None:
    for form in recommender.content.catalogue.by_id[move].forms:
        assert words in " ".join((*form.steps, *form.cautions)), form.key


def test_the_seated_lean_goes_no_lower_than_the_chest(recommender: Recommender) -> None:
    lean = recommender.content.catalogue.by_id["seated_forward_lean"].forms[0]
    assert any("no lower than your chest" in step for step in lean.steps)


def test_breaks_tell_both_ways_too(recommender: Recommender) -> None:
    given = {"sit_hours": "gt_8", "sit_where": "desk"}
    shown = present(recommender.recommend(full_intake(recommender, given)), recommender.content, "GB")
    rolls = [item for short in shown["breaks"] for item in short["items"] if item["exercise"] == "shoulder_rolls"]
    assert rolls and all("as many the other way" in " ".join(item["steps"]) for item in rolls)


def main_text(page: str) -> str:
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert main
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main[0])))


def test_one_traffic_light_and_it_is_open(visitor: Visitor) -> None:
    page = visitor.result_of({}).text
    assert len(re.findall(r"Green, 0 to 3 out of 10", page)) == 1
    light = page[: page.index("Green, 0 to 3 out of 10")].rpartition("<details")[2]
    assert re.search(r"^[^>]* open", light), "it is folded away"


@pytest.mark.parametrize("question", ["rf_emergency", "rf_nerve"])
def test_options_of_an_emergency_are_two_sentences_at_most(recommender: Recommender, question: str) -> None:
    for option in recommender.content.questionnaire.questions[question].options:
        assert len(re.findall(r"[.?](?: |$)", option.text)) <= 2, option.text


def test_the_emergency_page_says_what_to_do_alone_and_to_unlock_the_door(visitor: Visitor) -> None:
    text = main_text(visitor.result_of({"rf_nerve": ["saddle"]}).text)
    assert "Unlock your door" in text and "If you are alone" in text


def test_support_says_where_to_turn_if_home_is_not_safe(visitor: Visitor) -> None:
    assert "If someone at home hurts or scares you" in main_text(visitor.result_of({"coping": "struggling"}).text)


def test_whoever_is_afraid_reads_a_kind_word_before_all_else(visitor: Visitor) -> None:
    text = main_text(visitor.result_of({"confidence": "afraid"}).text)
    kind = text.index("Most back pain is not dangerous")
    assert kind < text.index("moves") and kind < text.index("Start")
    assert "Most back pain is not dangerous" not in main_text(visitor.result_of({}).text).partition("Start")[0]


def test_whoever_cannot_cope_reads_where_to_turn_before_the_kind_word(visitor: Visitor) -> None:
    text = main_text(visitor.result_of({"coping": "struggling", "confidence": "afraid"}).text)
    assert text.index("Where to find support") < text.index("Most back pain is not dangerous")


def test_nobody_who_has_started_is_told_before_you_start(planner: Planner) -> None:
    planner.remember({})
    page = planner.on_day(7).check({"fu_change": "much_worse", "fu_pain": 8})
    assert "before you go on" in heading(page) and "before you start" not in main_text(page.text)


def test_what_to_expect_is_honest_and_hopeful(recommender: Recommender) -> None:
    said = " ".join(texts(recommender.content))
    assert "many people a little" not in said
    assert "Exercise helps many people." in said


def test_the_open_catalogue_never_speaks_as_if_somebody_had_answered(
    client: FlaskClient, recommender: Recommender
) -> None:
    """Reasons of rules are told as quotations, after a line that says when they hold."""
    for exercise in recommender.content.catalogue.exercises:
        page = client.get(f"/exercises/{exercise.id}").text
        assert "You told us" not in re.sub(r"<q>.*?</q>", "", page, flags=re.DOTALL), exercise.id
    assert "You told us" not in client.get("/exercises").text


@pytest.mark.parametrize("address", ["/exercises", "/exercises/crunch", "/how-it-works", "/"])
def test_no_page_for_people_says_that_a_program_never_chooses_a_move(client: FlaskClient, address: str) -> None:
    page = main_text(client.get(address, follow_redirects=True).text)
    assert not re.search(r"[Nn]ever chosen|never automatic|default routine", page)


def not_approved(recommender: Recommender, page: str) -> int:
    plain = " ".join(html.unescape(page).split())
    return plain.count(" ".join(recommender.content.catalogue.words.not_approved.split()))


PLACES: tuple[dict[str, Any], ...] = (
    {},
    {"rf_nerve": ["saddle"]},
    {"told_no_exercise": "yes"},
    {"irritability": "always"},
)


@pytest.mark.parametrize("given", PLACES, ids=str)
def test_not_approved_stands_once_on_a_result(
    visitor: Visitor, recommender: Recommender, given: dict[str, Any]
) -> None:
    assert not_approved(recommender, visitor.result_of(given).text) == 1


@pytest.mark.parametrize("address", ["/", "/how-it-works", "/exercises", "/evidence", "/result/play"])
def test_not_approved_stands_once_on_every_page(visitor: Visitor, recommender: Recommender, address: str) -> None:
    visitor.result_of({})
    page = visitor.client.get(address, follow_redirects=True)
    assert page.status_code == 200 and not_approved(recommender, page.text) == 1, address


def test_not_approved_does_not_stand_in_the_way_of_the_questions(visitor: Visitor, recommender: Recommender) -> None:
    assert not_approved(recommender, visitor.see("/questions/about-you").text) == 0


def test_the_banner_of_a_translation_does_not_send_people_to_english(client: FlaskClient) -> None:
    page = html.unescape(client.get("/?lang=es", follow_redirects=True).text)
    banner = re.search(r'app-unchecked">(.*?)</p>', page, re.DOTALL)
    assert banner and "profesional" in banner[1]
    assert not re.search(r"ingl[eé]s|English", banner[1])


def test_the_outcome_of_a_routine_hopes_without_promising(recommender: Recommender) -> None:
    words = recommender.content.catalogue.dispositions
    for level in (Level.ROUTINE, Level.ROUTINE_REVIEW):
        assert "help" in words[level].message
