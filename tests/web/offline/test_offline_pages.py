"""What the site gives a browser to keep of a plan, when, and what it takes back."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from tests.support.people import AT_A_DESK
from tests.support.planner import Clock, Planner, heading, kept_cookies, moves_on, opened, sealed, site_at
from tests.support.visitor import FROM_HERE

SADDLE = {"pre_session": "yes", "rf_nerve": ["saddle"]}

KEEPS = r"\sdata-keep[=>]"


def digest(page: str) -> str:
    found = re.search(r'<meta name="app-offline" content="([^"]*)"', page)
    assert found
    return found[1]


def kept_moves(planner: Planner) -> list[str]:
    """Return the names of the moves on the page that is kept, in their order."""
    page = planner.client.get("/plan/offline")
    assert page.status_code == 200
    found = re.findall(r'id="move-\d+" data-name="([^"]*)"', page.text)
    return [html.unescape(name) for name in found]


def test_the_page_that_is_kept_asks_first_and_hides_all_else(kept: Planner) -> None:
    page = kept.client.get("/plan/offline").text
    assert re.findall(r'data-part="(\w+)"( hidden)?', page) == [
        ("ask", ""),
        ("stopped", " hidden"),
        ("gone", " hidden"),
        ("moves", " hidden"),
    ]
    assert re.findall(r'value="(\w+)"[^>]*data-harmless', page) == ["no"]
    assert page.count("<h1") == 1 and "&lt;h" not in page
    assert "999" in page.partition('data-part="stopped"')[2].partition("</section>")[0]


def test_the_page_for_whoever_may_not_do_the_moves_says_where_to_go_on_and_leads_nowhere_itself(kept: Planner) -> None:
    main = kept.client.get("/plan/offline/stopped").text.partition("<main")[2].partition("</main>")[0]
    assert "open your plan: the safety questions are there" in main and "Something has changed" not in main
    assert "999" in main and 'href="/plan"' not in main and "<form" not in main


def test_it_has_the_very_moves_of_today(kept: Planner) -> None:
    before = kept_moves(kept)
    assert before == moves_on(kept.session({}))
    told = {"pre_session": "yes", "conditions": ["vertigo"], "dizzy_detail": "bppv"}
    after = moves_on(kept.on_day(1).session(told))
    assert kept_moves(kept) == after


def test_without_a_plan_or_with_a_stop_there_is_nothing_to_keep(planner: Planner) -> None:
    for address in ("/plan/offline", "/plan/offline/stopped"):
        assert planner.client.get(address).headers["Location"] == "/plan"
    assert digest(planner.client.get("/").text) == ""
    planner.remember(AT_A_DESK)
    assert digest(planner.client.get("/").text)
    planner.on_day(3).session(SADDLE)
    for address in ("/plan/offline", "/plan/offline/stopped"):
        assert planner.client.get(address).headers["Location"] == "/plan"
    for address in ("/", "/plan", "/privacy", "/nowhere"):
        assert digest(planner.client.get(address).text) == "", address


def test_only_the_page_of_the_plan_keeps_it(kept: Planner) -> None:
    assert re.search(KEEPS, kept.plan().text)
    for address in ("/", "/result", "/privacy", "/plan/offline"):
        assert not re.search(KEEPS, kept.client.get(address).text), address


def test_whoever_clears_the_answers_or_answers_anew_keeps_nothing(kept: Planner) -> None:
    assert digest(kept.client.get("/questions/about-you").text) == ""


def test_another_routine_language_country_or_rule_set_is_another_thing_to_keep(
    kept: Planner, recommender: Recommender, settings: Settings
) -> None:
    first = digest(kept.plan().text)
    assert digest(kept.client.get("/").text) == first
    assert digest(kept.client.get("/?lang=es").text) != first
    kept.client.get("/?lang=en")
    plan = opened(kept)
    sealed(kept, replace(plan, routine=plan.routine[:-1]))
    assert digest(kept.client.get("/").text) != first
    for changed in (replace(settings, secret_key="x" * 40, region="US"), replace(settings, secret_key="x" * 40)):
        other = Planner(site_at(Clock(), changed, recommender), recommender, Clock())
        other.remember({"pain_score": 6})
        assert (digest(other.plan().text) == first) == (changed.region == settings.region)


def test_while_routines_wait_for_an_approval_nothing_is_kept(recommender: Recommender, settings: Settings) -> None:
    keyed = replace(settings, secret_key="x" * 40)
    planner = Planner(site_at(Clock(), keyed, recommender), recommender, Clock())
    planner.remember(AT_A_DESK)
    withheld = create_app(replace(keyed, require_approved=True), recommender).test_client()
    for name, value in kept_cookies(planner).items():
        withheld.set_cookie(name, value)
    assert digest(withheld.get("/privacy").text) == ""
    assert withheld.get("/api/v1/rule-set").get_json()["withdrawn"] is True


def test_a_stop_that_was_told_without_a_connection_stands(kept: Planner) -> None:
    sent = kept.client.post("/plan/offline/stop", data={"pre_session": "not_sure"}, headers=FROM_HERE)
    assert sent.status_code == 204
    assert heading(kept.plan()) == "Your plan is on hold"
    assert kept.client.get("/plan/today").headers["Location"] == "/plan"


def test_a_pain_told_without_a_connection_holds_the_plan_until_its_questions_are_answered(kept: Planner) -> None:
    page = kept.client.get("/plan/offline").text
    (move, *_) = re.findall(r'name="hurt_move" value="(\w+)"', page)
    assert set(re.findall(r'data-harmless="([^"]*)"', page)) == {"no,yes no,no no,not_sure yes,yes not_sure,yes"}
    data = {"hurt_move": move, "hurt_sharp": "yes", "hurt_settles": "no"}
    assert kept.client.post("/plan/offline/stop", data=data, headers=FROM_HERE).status_code == 204
    assert heading(kept.plan()) == "Stop for now" and 'action="/plan/answer"' in kept.plan().text
    assert digest(kept.plan().text) == ""


def test_a_pain_told_without_a_connection_stops_a_device_whose_plan_is_gone(kept: Planner) -> None:
    kept.visitor.press("/plan/forget")
    for data in ({"hurt_move": "cat_cow", "hurt_sharp": "yes"}, {"hurt_sharp": "no", "hurt_settles": "yes"}):
        kept.client.delete_cookie("stop")
        assert kept.client.post("/plan/offline/stop", data=data, headers=FROM_HERE).status_code == 204
        assert heading(kept.plan()) == "Stop for now"


def test_whatever_is_sent_there_is_a_stop_for_it_was_no_no(kept: Planner) -> None:
    for data in ({}, {"pre_session": "no"}, {"pre_session": "x" * 5000}):
        assert kept.client.post("/plan/offline/stop", data=data, headers=FROM_HERE).status_code in (204, 303)
        assert heading(kept.plan()) == "Your plan is on hold"


def test_it_does_not_take_the_place_of_a_stop_that_a_check_told(kept: Planner) -> None:
    assert heading(kept.on_day(3).session(SADDLE)) == "Emergency: Call 999 now"
    sent = kept.client.post("/plan/offline/stop", data={"pre_session": "yes"}, headers=FROM_HERE)
    assert sent.status_code == 204
    assert heading(kept.plan()) == "Emergency: Call 999 now"
    assert "/plan/answer-again" not in kept.plan().text


def test_another_site_cannot_stop_anybody(kept: Planner) -> None:
    sent = kept.client.post("/plan/offline/stop", headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403
    assert heading(kept.plan()) == "Your plan"


def test_programs_can_ask_which_rules_are_served(client: FlaskClient, recommender: Recommender) -> None:
    reply = client.get("/api/v1/rule-set")
    content = recommender.content
    assert reply.get_json() == {
        "version": content.rule_set.version,
        "hash": content.hash,
        "approved": False,
        "withdrawn": False,
    }
    assert reply.headers["Cache-Control"] == "no-cache"


def test_the_site_can_be_installed(client: FlaskClient) -> None:
    told = client.get("/manifest.webmanifest")
    assert told.mimetype == "application/manifest+json"
    manifest = told.get_json(force=True)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    with client.get(manifest["icons"][0]["src"]) as icon:
        assert icon.status_code == 200
    page = client.get("/")
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page.text
    assert "manifest-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_worker_is_asked_for_anew_each_time(client: FlaskClient) -> None:
    reply = client.get("/service-worker.js")
    assert (reply.mimetype, reply.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    assert b"addEventListener" in reply.data


def test_the_worker_and_the_manifest_are_there_while_a_stop_stands(kept: Planner) -> None:
    kept.on_day(3).session(SADDLE)
    assert [kept.client.get(one).status_code for one in ("/service-worker.js", "/manifest.webmanifest")] == [200, 200]
