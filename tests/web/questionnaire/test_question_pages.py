"""Question pages: errors as instructions, and the conventions that help tired people."""

from __future__ import annotations

import re

import pytest

from tests.support.visitor import FIRST, FROM_HERE, Visitor

EMERGENCY, HEALTH = "/questions/emergency-check", "/questions/your-health"


def reach(visitor: Visitor, slug: str) -> None:
    """Fill in everything, so that every page may be opened."""
    visitor.fill_in({})
    assert visitor.see(slug).status_code == 200


def test_an_empty_page_comes_back_with_a_summary_that_links_to_each_question(visitor: Visitor) -> None:
    visitor.see(FIRST)
    page = visitor.refused(FIRST, {})
    assert "<title>Error: About you and your pain" in " ".join(page.text.split())
    assert "There is something to put right" in page.text
    for question, told in (
        ("age_band", "Select an answer: How old are you?"),
        ("pain_location", "Select all that apply"),
    ):
        assert f'href="#{question}"' in page.text
        assert f'id="{question}"' in page.text
        assert told in page.text


def test_what_was_right_on_a_page_with_an_error_is_kept(visitor: Visitor) -> None:
    visitor.see(FIRST)
    assert re.search(r'value="60_64" checked', visitor.refused(FIRST, {"age_band": "60_64"}).text)
    assert re.search(r'value="60_64" checked', visitor.see(FIRST).text)


def test_none_of_these_together_with_a_sign_is_refused_and_shown_again(visitor: Visitor) -> None:
    reach(visitor, "/questions/soon-check")
    raw = {"rf_illness": ["weight_loss", "none"], "rf_bone_nerve": ["none"]}
    page = visitor.refused("/questions/soon-check", raw)
    assert "on its own, or only the others" in page.text
    assert len(re.findall(r'name="rf_illness"[^>]* checked', page.text)) == 2
    assert visitor.client.get("/result").headers["Location"] == "/questions/soon-check"


def test_none_of_these_with_an_emergency_sign_is_not_taken_as_an_answer(visitor: Visitor) -> None:
    visitor.see(FIRST)
    visitor.send(FIRST, {"age_band": "45_49", "pain_location": ["low_back"]})
    page = visitor.refused(EMERGENCY, {"rf_nerve": ["saddle", "none"], "rf_emergency": ["none"]})
    assert 'href="#rf_nerve"' in page.text


@pytest.mark.parametrize("typed", ["11", "-1", "7.5", "seven", "99999999999999999999999", "\u0667\u0667"])
def test_a_number_out_of_range_is_refused(visitor: Visitor, typed: str) -> None:
    reach(visitor, "/questions/your-pain")
    page = visitor.refused("/questions/your-pain", {"pain_score": typed})
    assert 'href="#pain_score"' in page.text


def test_a_task_without_its_number_says_what_to_do(visitor: Visitor) -> None:
    reach(visitor, "/questions/make-it-fit")
    page = visitor.refused("/questions/make-it-fit", {"main_task-task": "Put on socks"})
    assert 'href="#main_task-score"' in page.text
    assert 'value="Put on socks"' in page.text


def test_unknown_options_are_refused(visitor: Visitor) -> None:
    visitor.see(FIRST)
    page = visitor.refused(FIRST, {"age_band": "200", "pain_location": ["low_back", "moon"]})
    assert 'href="#age_band"' in page.text and 'href="#pain_location"' in page.text


def test_a_page_with_an_error_can_be_loaded_again_and_gone_back_to(visitor: Visitor) -> None:
    reach(visitor, "/questions/make-it-fit")
    first = visitor.refused("/questions/make-it-fit", {"main_task-task": "Put on socks"})
    assert visitor.see("/questions/make-it-fit").text == first.text
    visitor.send("/questions/make-it-fit", {"main_task": {"task": "Put on socks", "score": 3}})
    assert "There is something to put right" not in visitor.see("/questions/make-it-fit").text


def test_an_error_of_one_page_is_not_told_on_another_and_goes_with_the_next_form(visitor: Visitor) -> None:
    visitor.fill_in({})
    visitor.refused("/questions/soon-check", {})
    other = visitor.see(EMERGENCY)
    assert "There is something to put right" not in other.text
    visitor.send(EMERGENCY, {"rf_nerve": ["none"], "rf_emergency": ["none"]})
    assert "There is something to put right" not in visitor.see("/questions/soon-check").text


def test_an_error_too_long_to_keep_is_told_at_once(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    reach(visitor, "/questions/make-it-fit")
    whole = visitor.client.get_cookie("answers")
    assert whole
    monkeypatch.setattr("recommender.web.core.cookie_store.MOST_BYTES", len(whole.value))
    page = visitor.send("/questions/make-it-fit", {"main_task-task": "".join(map(chr, range(0x4E00, 0x4E60)))})
    assert page.status_code == 422
    assert 'href="#main_task-score"' in page.text


def test_nothing_is_ticked_in_advance(visitor: Visitor) -> None:
    visitor.see(FIRST)
    visitor.send(FIRST, {"age_band": "45_49", "pain_location": ["low_back"]})
    assert not re.search(r"<input[^>]* checked", visitor.see(EMERGENCY).text)


def test_safety_pages_carry_the_line_with_the_number_of_the_country(visitor: Visitor) -> None:
    reach(visitor, EMERGENCY)
    text = visitor.see(EMERGENCY).text
    assert "Very ill or frightened?" in text
    assert 'href="tel:999"' in text


def test_each_question_is_a_fieldset_with_a_legend_and_says_why_we_ask(visitor: Visitor) -> None:
    reach(visitor, HEALTH)
    text = visitor.see(HEALTH).text
    asked = len(set(re.findall(r'name="(\w+)"', text)) - {"viewport", "robots", "seen"} - {"color", "theme"})
    groups = len(visitor.recommender.content.questionnaire.questions["conditions"].groups)
    assert text.count("<fieldset") - groups == text.count("<legend") - groups == text.count("Why we ask") == asked


def test_progress_is_told_in_words(visitor: Visitor) -> None:
    text = " ".join(visitor.see(FIRST).text.split())
    assert re.search(r'<span class="govuk-visually-hidden">Page 1 of about \d+\. </span>', text)
    assert re.search(r"data-minutes-left>\d+ minutes left</span>", text)


def test_the_minutes_left_are_fewer_once_an_answer_spares_questions(visitor: Visitor) -> None:
    def left(page: str) -> int:
        found = re.search(r"data-minutes-left>(\d+)", visitor.see(page).text)
        assert found
        return int(found[1])

    in_all = left(FIRST)
    visitor.send(FIRST, {"age_band": "45_49", "pain_location": ["low_back"]})
    in_pain = left(EMERGENCY)
    visitor.send(FIRST, {"age_band": "45_49", "pain_location": ["no_pain"]})
    assert left(EMERGENCY) < in_pain <= in_all


def test_forms_ask_browsers_not_to_remember(visitor: Visitor) -> None:
    assert 'autocomplete="off"' in visitor.see(FIRST).text


def test_none_of_these_is_marked_for_the_script(visitor: Visitor) -> None:
    reach(visitor, EMERGENCY)
    assert re.search(r'value="none"[^>]*data-behaviour="exclusive"', visitor.see(EMERGENCY).text)


def test_optional_questions_may_be_left_blank(visitor: Visitor) -> None:
    reach(visitor, "/questions/make-it-fit")
    assert visitor.send("/questions/make-it-fit", {}).headers["Location"] == "/check-answers"
    assert "Make it fit better" not in visitor.see("/check-answers").text
    assert visitor.see("/result").status_code == 200


def test_another_language_keeps_the_way_back_to_check_answers(visitor: Visitor) -> None:
    visitor.fill_in({})
    assert 'href="?from=check&amp;lang=es"' in visitor.see(f"{FIRST}?from=check&stray=1").text
    assert 'href="?lang=es"' in visitor.see(f"{FIRST}?from=elsewhere&stray=1").text


def test_a_long_list_stands_in_groups_with_a_heading_each(visitor: Visitor) -> None:
    """Each is a fieldset inside that of the question; "none of these" and "not sure" come after them all."""
    reach(visitor, HEALTH)
    page = visitor.see(HEALTH).text
    question = visitor.recommender.content.questionnaire.questions["conditions"]
    assert [len(group.options) for group in question.groups] == [10, 7, 8, 5, 5]
    start, end = (
        page.index(question.text),
        page.index(visitor.recommender.content.questionnaire.questions["medicines"].text),
    )
    part = page[start:end]
    headings = re.findall(r'<legend class="[^"]*legend--s">([^<]+)</legend>', part)
    assert headings == [group.heading for group in question.groups]
    for group, piece in zip(question.groups, re.split(r'<legend class="[^"]*legend--s">', part)[1:], strict=True):
        own = piece.partition("</fieldset>")[0]
        assert tuple(re.findall(r'value="(\w+)"', own)) == group.options
    assert re.findall(r'value="(\w+)"', part)[-2:] == ["none", "not_sure"]
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert part.count('data-behaviour="exclusive"') == 1
    wrong = visitor.refused(HEALTH, {"conditions": ["none", "disc"]}).text
    assert 'href="#conditions"' in wrong and 'id="conditions"' in wrong and 'id="conditions-error"' in wrong
    assert len(re.findall(r'value="(?:none|disc)" checked', wrong)) >= 2


def test_an_address_of_before_leads_to_the_page_that_asks_its_questions_now(visitor: Visitor) -> None:
    """Every slug that pages of questions have had in the history of the rules, and have no more."""
    for before, now in {"desk-and-feelings": "make-it-fit"}.items():
        assert visitor.client.get(f"/questions/{before}").headers["Location"] == f"/questions/{now}"
        sent = visitor.client.post(f"/questions/{before}", data={}, headers=FROM_HERE)
        assert (sent.status_code, sent.headers["Location"]) == (303, f"/questions/{now}")
        visitor.fill_in({})
        assert visitor.client.get(f"/questions/{before}", follow_redirects=True).request.path == f"/questions/{now}"
    assert visitor.client.get("/questions/there-was-never-such-a-page").status_code == 404
