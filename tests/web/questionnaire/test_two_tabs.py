"""Two tabs: what was sent from a page that is out of date is not used, and the newer answers are shown and said to be."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from recommender.web.plan.stop_guard import OPEN_ROOMS
from tests.support.planner import Planner, heading, kept_cookies, moves_on, opened, sealed
from tests.support.visitor import FIRST, FROM_HERE, Visitor, form

SAID = "This was changed in another tab or window"
NOT_USED = "This site was renewed while your page was open, so we did not use what you sent."


def seen_on(page: TestResponse) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page.text)
    assert found
    return found[1]


def place_of_pain(visitor: Visitor) -> str:
    """Return the address of the page that asks where it hurts."""
    pages = visitor.recommender.content.questionnaire.intake_pages
    return next(f"/questions/{page.slug}" for page in pages if any(one.id == "pain_location" for one in page.questions))


def send(visitor: Visitor, address: str, raw: dict[str, Any], page: TestResponse) -> TestResponse:
    return visitor.client.post(address, data={**form(raw), "seen": seen_on(page)}, headers=FROM_HERE)


def arrive(visitor: Visitor, sent: TestResponse) -> TestResponse:
    assert sent.status_code == 303
    return visitor.see(sent.headers["Location"])


def test_answers_that_were_checked_and_then_changed_elsewhere_are_shown_again(visitor: Visitor) -> None:
    visitor.fill_in({})
    first = visitor.see("/check-answers")
    assert "Lower back" in first.text
    visitor.fill_in({"pain_location": ["no_pain"]}, place_of_pain(visitor) + "?from=check")
    page = arrive(visitor, send(visitor, "/check-answers", {}, first))
    assert heading(page) == "Check your answers"
    assert SAID in page.text
    assert "Lower back" not in page.text
    assert send(visitor, "/check-answers", {}, page).headers["Location"] == "/result"


def test_a_page_of_questions_that_is_out_of_date_is_not_used(visitor: Visitor) -> None:
    visitor.fill_in({})
    address = place_of_pain(visitor)
    first = visitor.see(address)
    age = {"age_band": "45_49"}
    send(visitor, address, {**age, "pain_location": ["neck"]}, first)
    page = arrive(visitor, send(visitor, address, {**age, "pain_location": ["low_back", "neck"]}, first))
    assert SAID in page.text
    assert re.findall(r'name="pain_location" type="checkbox" value="(\w+)" checked', page.text) == ["neck"]
    page = arrive(visitor, send(visitor, address, {**age, "pain_location": ["low_back", "neck"]}, page))
    assert SAID not in page.text


def test_a_page_that_the_newer_answers_do_not_ask_says_so(visitor: Visitor) -> None:
    visitor.fill_in({})
    address = "/questions/your-pain"
    first = visitor.see(address)
    visitor.see(place_of_pain(visitor))
    visitor.send(place_of_pain(visitor), {"age_band": "45_49", "pain_location": ["no_pain"]})
    page = arrive(visitor, send(visitor, address, {"duration": "2_6w"}, first))
    assert SAID in page.text


RENEWED = "This site was renewed while your page was open."


def test_a_page_that_was_open_across_an_upgrade_is_asked_again_with_what_was_chosen(visitor: Visitor) -> None:
    """Its form has no fingerprint, so that nobody knows what stood above what was chosen."""
    visitor.fill_in({})
    address, raw = place_of_pain(visitor), {"age_band": "45_49", "pain_location": ["neck"]}
    sent = visitor.client.post(address, data=form(raw), headers=FROM_HERE)
    page = arrive(visitor, sent)
    assert RENEWED in page.text
    assert re.findall(r'name="pain_location" type="checkbox" value="(\w+)" checked', page.text) == ["neck"]
    assert "Lower back" in visitor.see("/check-answers").text, "nothing is taken before it was looked at"
    page = arrive(visitor, send(visitor, address, raw, page))
    assert RENEWED not in page.text
    page = visitor.see(address)
    assert re.findall(r'name="pain_location" type="checkbox" value="(\w+)" checked', page.text) == ["neck"]


def test_a_page_without_a_fingerprint_is_taken_where_it_replaces_nothing(visitor: Visitor) -> None:
    sent = visitor.client.post(FIRST, data=form({"age_band": "45_49", "pain_location": ["neck"]}), headers=FROM_HERE)
    assert RENEWED not in arrive(visitor, sent).text
    again = visitor.client.post(FIRST, data=form({"age_band": "45_49", "pain_location": ["neck"]}), headers=FROM_HERE)
    assert again.headers["Location"] == sent.headers["Location"]


def test_an_emergency_is_told_at_once_whatever_page_it_was_sent_from(visitor: Visitor) -> None:
    visitor.fill_in({})
    pages = visitor.recommender.content.questionnaire.intake_pages
    slug = next(page.slug for page in pages if any(one.id == "rf_emergency" for one in page.questions))
    raw = {"rf_nerve": ["none"], "rf_emergency": ["chest_pain"]}
    sent = visitor.client.post(f"/questions/{slug}", data=form(raw), headers=FROM_HERE)
    assert sent.headers["Location"] == "/result"


def test_two_clicks_are_not_two_tabs(visitor: Visitor) -> None:
    raw = {"age_band": "45_49", "pain_location": ["low_back"]}
    first = visitor.see(FIRST)
    sent = [send(visitor, FIRST, raw, first) for _ in range(2)]
    assert sent[0].headers["Location"] == sent[1].headers["Location"]
    assert "changed" not in sent[1].headers["Location"]


def test_a_change_to_a_routine_that_was_changed_elsewhere_is_not_made(visitor: Visitor) -> None:
    first = visitor.result_of({})
    moves = re.findall(r'action="/result/remove">\s*<input type="hidden" name="move" value="(\w+)"', first.text)
    send(visitor, "/result/remove", {"move": moves[0]}, first)
    now = moves_on(visitor.see("/result"))
    page = arrive(visitor, send(visitor, "/result/remove", {"move": moves[1]}, first))
    assert SAID in page.text
    assert moves_on(page) == now
    page = arrive(visitor, send(visitor, "/result/put-all-back", {}, first))
    assert moves_on(page) == now
    assert moves_on(arrive(visitor, send(visitor, "/result/put-all-back", {}, page))) == moves_on(first)


def test_a_plan_is_kept_of_the_routine_that_was_shown_only(planner: Planner) -> None:
    first = planner.visitor.result_of({})
    planner.visitor.fill_in({"pain_location": ["neck"], "pain_main": None}, place_of_pain(planner.visitor))
    page = arrive(planner.visitor, send(planner.visitor, "/plan/remember", {}, first))
    assert SAID in page.text
    assert planner.client.get_cookie("plan") is None
    assert arrive(planner.visitor, send(planner.visitor, "/plan/remember", {}, page)).request.path == "/plan"


@pytest.mark.parametrize("kind", ["session", "check"])
def test_a_session_or_check_begins_from_the_plan_that_was_shown_only(kept: Planner, kind: str) -> None:
    first = kept.on_day(2).plan()
    kept.remember({"minutes": "15"})
    kept.on_day(3)
    page = arrive(kept.visitor, send(kept.visitor, f"/plan/{kind}", {}, first))
    assert (heading(page), SAID in page.text) == ("Your plan", True)
    sent = send(kept.visitor, f"/plan/{kind}", {}, page)
    assert sent.headers["Location"].startswith(f"/plan/{kind}/")


def test_a_check_is_finished_with_the_answers_that_were_shown_only(kept: Planner) -> None:
    kept.on_day(7).answer("check", {"fu_change": "better"})
    first = kept.visitor.see("/plan/check/check-answers")
    raw = {"fu_change": "worse", "fu_pain": 7, "fu_done": "3_4", "fu_after": "same", "fu_hard": "right"}
    address = "/plan/check/follow-up?from=check"
    send(kept.visitor, address, raw, kept.visitor.see(address))
    page = arrive(kept.visitor, send(kept.visitor, "/plan/check/finish", {}, first))
    assert (heading(page), SAID in page.text) == ("Check your answers", True)
    assert opened(kept).last is None
    assert "Worse" in html.unescape(page.text)
    arrive(kept.visitor, send(kept.visitor, "/plan/check/finish", {}, page))
    assert opened(kept).last is not None


# What a page of questions says is looked at once more; a form that names the stop says which one was told; these two
# say themselves what they do, whatever there is.
_QUESTIONS = {"questions.take", "check_ins.take"}
_OF_A_STOP = {"stops.answer_again", "stops.answer"}
# These name the move that hurt, or say only that the session of today is done.
_IN_A_SESSION = {"hurts.take", "plan_hurts.take", "plan.done"}
_FORGETTING = {"questions.start_again", "plan.forget"}
# The address of a link names all that its page shows but the question, which the form answers; the last one only stops.
_OF_A_LINK = {"link.answer", "link.answer_again", "link.hurts", "offline.stop"}
BUTTONS = {
    "questions.confirm": "/check-answers",
    "changes.swap": "/result/swap",
    "changes.remove": "/result/remove",
    "changes.put_back": "/result/put-back",
    "changes.put_all_back": "/result/put-all-back",
    "plan.remember": "/plan/remember",
    "plan.start_again": "/plan/start-again",
    "check_ins.begin": "/plan/session",
    "check_ins.finish": "/plan/check/finish",
}


def test_every_form_of_a_person_is_of_a_kind_that_knows_two_tabs(kept: Planner) -> None:
    forms = {rule.endpoint for rule in kept.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    of_people = {endpoint for endpoint in forms if endpoint.partition(".")[0] not in OPEN_ROOMS}
    assert of_people == {
        *BUTTONS,
        *_QUESTIONS,
        *_OF_A_STOP,
        *_FORGETTING,
        *_OF_A_LINK,
        *_IN_A_SESSION,
    }


@pytest.mark.parametrize("seen, said", [({}, "again"), ({"seen": "0123456789abcdef"}, "changed")])
@pytest.mark.parametrize("address", BUTTONS.values(), ids=BUTTONS)
def test_a_button_of_a_page_that_showed_something_else_does_nothing(
    kept: Planner, address: str, seen: dict[str, str], said: str
) -> None:
    shown = kept.visitor.see("/result").text
    moves = re.findall(r'action="/result/remove">\s*<input type="hidden" name="move" value="(\w+)"', shown)
    kept.visitor.press("/result/remove", {"move": moves[0]})
    kept.on_day(7).answer("check", {"fu_change": "better"})
    before = kept_cookies(kept)
    sent = kept.client.post(address, data={"move": moves[1], **seen}, headers=FROM_HERE)
    assert sent.headers["Location"].endswith(f"?{said}=yes")
    assert kept_cookies(kept) == before
    page = arrive(kept.visitor, sent)
    assert (SAID in page.text, NOT_USED in page.text) == (said == "changed", said == "again")


def test_a_page_of_other_rules_says_that_the_site_was_renewed(visitor: Visitor) -> None:
    """The answers and changes are the same, and the routine need not be."""
    page = visitor.result_of({})
    own, _, rules = seen_on(page).partition("_")
    assert visitor.recommender.content.hash.startswith(rules) and rules
    sent = visitor.client.post("/plan/remember", data={"seen": f"{own}_{'0' * len(rules)}"}, headers=FROM_HERE)
    assert NOT_USED in arrive(visitor, sent).text
    assert visitor.client.get_cookie("plan") is None


def test_whoever_starts_anew_loses_no_plan_that_was_made_in_another_tab(kept: Planner) -> None:
    """One tab shows a plan on hold. In another the questions were answered again, and another plan was kept."""
    fits = opened(kept)
    sealed(kept, replace(fits, answers={**fits.answers, "told_no_exercise": "yes"}))
    first = kept.plan()
    assert heading(first) == "Your plan is on hold"
    kept.remember({})
    page = arrive(kept.visitor, send(kept.visitor, "/plan/start-again", {}, first))
    assert (heading(page), SAID in page.text) == ("Your plan", True)


def test_every_form_on_these_pages_says_what_its_page_showed(kept: Planner) -> None:
    for address in (FIRST, "/check-answers", "/result", "/plan"):
        text = kept.on_day(1).client.get(address).text
        forms = re.findall(r'<form(?! method="get")[^>]* action="([^"]+)"[^>]*>(.*?)</form>', text, re.DOTALL)
        leaving = ("/plan/forget", "/start-again")
        bare = [where for where, inside in forms if where not in leaving and 'name="seen"' not in inside]
        assert forms
        assert bare == [], address
