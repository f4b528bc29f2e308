"""Whole visits, without JavaScript: what is asked, in which order, and where it leads."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

from tests.support.sheets import full_sheet
from tests.support.visitor import FIRST, Visitor, form

EMERGENCY, SOON = "/questions/emergency-check", "/questions/soon-check"


def heading(html: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def test_answering_everything_leads_past_check_answers_to_a_routine(visitor: Visitor) -> None:
    assert visitor.fill_in({}) == "/check-answers"
    assert visitor.seen[:3] == [FIRST, EMERGENCY, SOON]
    check = visitor.see("/check-answers")
    assert heading(check.text) == "Check your answers"
    assert "Show my routine" in check.text
    result = visitor.see("/result")
    assert result.status_code == 200
    assert heading(result.text) == "A routine for you"
    assert "Your moves, in order" in result.text


def test_the_routine_page_says_by_which_day_to_see_someone(visitor: Visitor) -> None:
    day = date.today() + timedelta(weeks=6)
    assert f"By {day.day} {day:%B %Y}" in visitor.result_of({}).text


def test_the_routine_page_has_everything_that_keeps_people_safe(visitor: Visitor) -> None:
    text = visitor.result_of({}).text
    for words in ("When to stop", "When to get help", "When to see someone", "Left out for you", 'href="tel:999"'):
        assert words in text
    assert text.count("have not yet approved the rules") == 1
    assert visitor.recommender.content.hash[:12] in text


def test_an_emergency_stops_the_form_at_once_and_the_next_page_is_never_shown(visitor: Visitor) -> None:
    assert visitor.fill_in({"rf_nerve": ["saddle"]}) == "/result"
    assert SOON not in visitor.seen
    result = visitor.see("/result")
    assert heading(result.text) == "Emergency: Call 999 now"
    assert visitor.client.get(SOON).headers["Location"] == "/result"


def test_an_emergency_does_not_wait_for_the_other_questions_of_its_page(visitor: Visitor) -> None:
    visitor.see(FIRST)
    visitor.send(FIRST, {"age_band": "45_49", "pain_location": ["low_back"]})
    sent = visitor.send(EMERGENCY, {"rf_nerve": ["bladder"]})
    assert sent.headers["Location"] == "/result"
    assert heading(visitor.see("/result").text) == "Emergency: Call 999 now"


def test_the_action_comes_first_on_an_emergency_page(visitor: Visitor) -> None:
    text = visitor.result_of({"rf_nerve": ["saddle"]}).text
    main = text[text.index("<main") :]
    assert main.index("Call 999 now") < main.index('href="tel:999"') < main.index("What to do") < main.index("Answered")


def test_an_urgent_answer_asks_the_extra_questions_and_then_stops(visitor: Visitor) -> None:
    assert visitor.fill_in({"rf_illness": ["fever"]}) == "/result"
    assert visitor.seen[3:] == ["/questions/a-few-more-1"]
    assert heading(visitor.see("/result").text).startswith("Urgent: ")


def test_what_can_wait_48_hours_is_told_after_the_details(visitor: Visitor) -> None:
    assert visitor.fill_in({"rf_illness": ["night_constant"]}) == "/result"
    assert visitor.seen[-1] == "/questions/your-health"
    assert heading(visitor.see("/result").text) == "Urgent: Be seen within 48 hours"


def test_seeing_someone_first_ends_the_form_after_the_details(visitor: Visitor) -> None:
    assert visitor.fill_in({"told_no_exercise": "yes"}) == "/result"
    assert visitor.seen[-1] == "/questions/your-health"
    text = visitor.see("/result").text
    assert heading(text) == "Advice: See a physiotherapist or doctor before you start"
    assert "Your moves" not in text


def test_no_pain_leaves_out_the_page_about_the_pain(visitor: Visitor) -> None:
    assert visitor.fill_in({"pain_location": ["no_pain"]}) == "/check-answers"
    assert "/questions/your-pain" not in visitor.seen


def test_only_the_ticked_places_are_offered_as_the_main_one(visitor: Visitor) -> None:
    visitor.fill_in({"pain_location": ["low_back", "neck"], "pain_main": "neck"})
    text = visitor.see("/questions/your-pain").text
    assert set(re.findall(r'name="pain_main" type="radio" value="(\w+)"', text)) == {"low_back", "neck"}
    refused = visitor.refused("/questions/your-pain", {"pain_main": "buttock"})
    assert "Select an answer: Which bothers you most?" in refused.text


def test_later_pages_lead_back_to_the_first_open_one(visitor: Visitor) -> None:
    visitor.see(FIRST)
    visitor.send(FIRST, {"age_band": "45_49", "pain_location": ["low_back"]})
    for address in ("/questions/your-plan", "/check-answers", "/result"):
        assert visitor.client.get(address).headers["Location"] == EMERGENCY


def test_a_page_of_optional_questions_is_seen_before_check_answers(visitor: Visitor) -> None:
    visitor.fill_in({})
    assert visitor.seen[-1] == "/questions/desk-and-feelings"


def test_changing_one_answer_keeps_the_rest_and_leads_back_to_check_answers(visitor: Visitor) -> None:
    visitor.fill_in({})
    address = f"{FIRST}?from=check"
    assert visitor.client.get(address).status_code == 200
    sent = visitor.send(address, {"age_band": "25_44", "pain_location": ["low_back"]})
    assert sent.headers["Location"] == "/check-answers"
    check = visitor.see("/check-answers").text
    assert visitor.recommender.content.questionnaire.questions["age_band"].option("25_44").text in check
    assert re.search(r"Minutes, most days\?\s*</dt>\s*<dd[^>]*>\s*10\s*</dd>", check)


def test_a_change_that_brings_new_questions_asks_them_and_comes_back(visitor: Visitor) -> None:
    visitor.fill_in({})
    sent = visitor.send(f"{FIRST}?from=check", {"age_band": "45_49", "pain_location": ["neck"]})
    assert sent.headers["Location"] == f"{SOON}?from=check"
    raw = {"rf_illness": ["none"], "rf_bone_nerve": ["none"], "rf_neck": ["none"]}
    sent = visitor.send(f"{SOON}?from=check", raw)
    assert sent.headers["Location"] == "/questions/how-it-behaves?from=check"


def test_a_question_that_is_no_longer_asked_loses_its_answer(visitor: Visitor) -> None:
    visitor.fill_in({"pain_location": ["neck"], "rf_neck": ["none"]})
    assert visitor.recommender.content.questionnaire.questions["rf_neck"].text in visitor.see("/check-answers").text
    visitor.send(f"{FIRST}?from=check", {"age_band": "45_49", "pain_location": ["no_pain"]})
    visitor.send(f"{FIRST}?from=check", {"age_band": "45_49", "pain_location": ["neck"]})
    page = visitor.see(SOON)
    assert page.status_code == 200
    assert not re.search(r'name="rf_neck"[^>]* checked', page.text)
    assert re.search(r'name="rf_illness"[^>]* checked', page.text)


def test_going_back_and_refreshing_lose_nothing(visitor: Visitor) -> None:
    visitor.fill_in({"age_band": "60_64"})
    for _ in range(2):
        assert re.search(r'value="60_64" checked', visitor.see(FIRST).text)


def test_an_answer_given_by_mistake_can_be_changed_from_an_emergency_page(visitor: Visitor) -> None:
    text = visitor.result_of({"rf_nerve": ["saddle"]}).text
    assert 'href="/check-answers"' in text
    check = visitor.see("/check-answers").text
    assert "Not answered" not in check
    sent = visitor.send(f"{EMERGENCY}?from=check", {"rf_nerve": ["none"], "rf_emergency": ["none"]})
    assert sent.headers["Location"] == f"{SOON}?from=check"


def test_starting_again_forgets_every_answer(visitor: Visitor) -> None:
    visitor.fill_in({})
    assert visitor.client.post("/start-again").headers["Location"] == FIRST
    assert not re.search(r"<input[^>]* checked", visitor.see(FIRST).text)


def test_every_text_and_number_answer_survives_the_form(visitor: Visitor) -> None:
    visitor.fill_in({"main_task": {"task": "Put on my <b>socks</b>", "score": 0}, "pain_score": 0})
    text = visitor.see("/check-answers").text
    assert "<bdi>Put on my &lt;b&gt;socks&lt;/b&gt;</bdi>, 0 out of 10" in text
    assert form({"a": {"task": "x", "score": 1}}) == {"a-task": "x", "a-score": "1"}


def test_a_doubt_is_named_on_the_result_and_answered_again_there(visitor: Visitor) -> None:
    """The help of that question is open, every other answer stays, and the way back is the result."""
    assert visitor.fill_in({"rf_illness": ["not_sure"]}) == "/result"
    before = visitor.see("/result").text
    assert "You were not sure of one answer" in before
    found = re.search(r'<li><a class="govuk-link" href="([^"]+)">Any of these\?</a>', before)
    assert found
    link = unescape(found[1])
    assert link == "/questions/soon-check?from=result&help=rf_illness#rf_illness"
    page = visitor.see(link.partition("#")[0]).text
    assert page.count('<details class="govuk-details app-why" open>') == 1
    assert page.index("Any of these?") < page.index('<details class="govuk-details app-why" open>')
    assert '<a href="/result" class="govuk-back-link">' in page
    raw = full_sheet(visitor.recommender, {})
    sent = visitor.send("/questions/soon-check?from=result", raw)
    assert sent.headers["Location"] == "/questions/your-body?from=result"
    assert visitor.go_on(sent.headers["Location"], raw, "/questions/") == "/result"
    after = visitor.see("/result").text
    assert "You were not sure" not in after and "Your moves, in order" in after


def test_a_doubt_beside_a_routine_is_answered_again_without_checking_all_answers(visitor: Visitor) -> None:
    visitor.fill_in({"medicines": ["not_sure"]})
    assert "You were not sure of one answer" in visitor.see("/result").text
    page = "/questions/your-health?from=result"
    visitor.see(page)
    assert visitor.send(page, full_sheet(visitor.recommender, {})).headers["Location"] == "/result"
    assert "You were not sure" not in visitor.see("/result").text
