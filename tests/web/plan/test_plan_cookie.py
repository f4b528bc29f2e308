"""What a plan is kept in: a sealed cookie, read only when it is whole, of this site, and fits the rules of today."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.plan.kept_plan import Plan, StoredCheck, from_data, to_data
from tests.support.planner import DAY_0, Clock, Planner, cookie, heading, moves_on, opened, sealed, site_at


def test_the_plan_is_kept_in_one_sealed_cookie_until_its_last_day(planner: Planner) -> None:
    sent = planner.remember({"pain_score": 6})
    (made,) = [text for text in sent.headers.getlist("Set-Cookie") if text.startswith("plan=g")]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={(140 + 1) * 24 * 3600}"):
        assert part in made
    assert "low_back" not in made
    sent = planner.on_day(40).client.get("/plan")
    assert "until 10 April 2027" in sent.text
    planner.check({})
    finished = planner.visitor.press("/plan/check/finish")
    (made,) = [text for text in finished.headers.getlist("Set-Cookie") if "plan=" in text]
    assert f"Max-Age={(100 + 1) * 24 * 3600}" in made


def test_a_plan_fits_in_a_cookie_with_room_to_spare_after_every_check(
    planner: Planner, recommender: Recommender
) -> None:
    planner.remember({"main_task": {"task": "漢字é" * 30, "score": 3}, "minutes": "20", "conditions": ["osteoporosis"]})
    for day in range(7, 98, 7):
        hurt = [item["exercise"] for item in opened(planner).routine[1:3]]
        planner.on_day(day).check({"fu_hurt": hurt, "fu_task": 5})
    plan = opened(planner)
    assert len(plan.checks) == 13
    # Two more cookies and the language go with it, and servers refuse a header of more than 8190 bytes.
    assert len(cookie(planner)) < 3000


def test_what_is_kept_survives_being_written_short() -> None:
    items: tuple[dict[str, Any], ...] = ({"exercise": "a", "form": "b", "dose": {"sets": 1, "reps": 8}},)
    held = StoredCheck(DAY_0 + timedelta(days=7), {"fu_pain": 3})
    plan = Plan(
        DAY_0,
        {"pain_score": 6},
        items,
        (held,),
        replace(held, day=held.day + timedelta(days=7)),
        items,
        {"x": "y"},
        held,
    )
    assert from_data(to_data(plan)) == plan


@pytest.mark.parametrize("name", list(to_data(Plan(DAY_0, {}, ()))))
def test_a_plan_of_another_shape_is_not_read(name: str) -> None:
    data = to_data(Plan(DAY_0, {}, ()))
    del data[name]
    assert from_data(data) is None
    assert from_data({**data, name: [["x"]]}) is None


@pytest.mark.parametrize("token", ["rubbish", "é", "gAAAAABn" + "A" * 120, "A" * 4000])
@pytest.mark.parametrize("address", ["/plan", "/plan/latest", "/plan/today", "/", "/privacy", "/plan/check/follow-up"])
def test_a_plan_that_cannot_be_read_is_never_used(planner: Planner, address: str, token: str) -> None:
    planner.client.set_cookie("plan", token)
    planner.client.set_cookie("check", token)
    page = planner.client.get(address, follow_redirects=True)
    assert page.status_code == 200
    assert moves_on(page) == []
    if address.startswith("/plan"):
        assert heading(page) == "We cannot read your plan"
        assert "Set-Cookie" not in page.headers
        assert heading(planner.client.post("/plan/forget", follow_redirects=True)) == "Your plan is forgotten"


def test_a_plan_that_was_changed_on_the_way_is_never_used(kept: Planner) -> None:
    value = cookie(kept)
    kept.client.set_cookie("plan", value[:40] + ("A" if value[40] != "A" else "B") + value[41:])
    assert heading(kept.plan()) == "We cannot read your plan"


def test_the_cookies_of_one_kind_are_not_read_as_another(kept: Planner) -> None:
    kept.client.set_cookie("plan", cookie(kept, "answers"))
    assert heading(kept.plan()) == "We cannot read your plan"


def test_a_plan_of_another_key_cannot_be_read(kept: Planner, recommender: Recommender, settings: Settings) -> None:
    other = Planner(site_at(kept.clock, settings, recommender), recommender, kept.clock)
    other.client.set_cookie("plan", cookie(kept))
    assert heading(other.plan()) == "We cannot read your plan"


def test_a_shared_secret_lets_a_plan_outlive_a_restart(recommender: Recommender, settings: Settings) -> None:
    clock, shared = Clock(), replace(settings, secret_key="a secret that is long enough for this")
    first, second = (Planner(site_at(clock, shared, recommender), recommender, clock) for _ in range(2))
    first.remember({})
    second.client.set_cookie("plan", cookie(first))
    assert heading(second.plan()) == "Your plan"


def test_a_cookie_older_than_a_plan_may_be_is_refused(kept: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: now + (140 + 1) * 24 * 3600 + 605)
    assert heading(kept.plan()) == "We cannot read your plan"


def test_a_plan_with_a_day_that_lies_ahead_is_not_used_and_not_lost(kept: Planner) -> None:
    kept.on_day(7).check({})
    page = kept.on_day(5).plan()
    assert heading(page) == "The dates of your plan lie ahead"
    assert moves_on(kept.client.get("/plan/latest", follow_redirects=True)) == []
    assert heading(kept.on_day(7).plan()) == "Your plan"


def no_such_answer(plan: Plan) -> Plan:
    return replace(plan, answers={**plan.answers, "no_such_question": "yes"})


def no_such_move(plan: Plan) -> Plan:
    return replace(plan, routine=({**plan.routine[0], "exercise": "no_such_move"}, *plan.routine[1:]))


def too_much(plan: Plan) -> Plan:
    first = plan.routine[1]
    return replace(plan, routine=({**first, "dose": dict.fromkeys(first["dose"], 5000)}, *plan.routine[2:]))


def questions_of_before(plan: Plan) -> Plan:
    """Somebody who ticked the wider answers of before: infection_risk and hernia held more than they do now."""
    answers = {**plan.answers, "rf_illness": ["infection_risk"], "conditions": ["hernia"], "assessed": "yes"}
    return replace(plan, answers=answers, questions=1)


@pytest.mark.parametrize("change", [no_such_answer, no_such_move, too_much, questions_of_before])
def test_a_plan_that_no_longer_fits_rules_or_moves_gives_no_routine(
    kept: Planner, change: Callable[[Plan], Plan]
) -> None:
    sealed(kept, change(opened(kept)))
    page = kept.plan()
    assert (page.status_code, heading(page)) == (200, "Your plan no longer fits")
    for kind in ("check", "session"):
        page = kept.on_day(3).client.post(f"/plan/{kind}", follow_redirects=True)
        assert heading(page) == "Your plan no longer fits"
    assert 'action="/plan/forget"' in page.text


def test_a_move_that_the_rules_now_leave_out_is_not_in_the_session(kept: Planner) -> None:
    """The plan holds a move that these answers rule out, as after a change of the rules."""
    plan = opened(kept)
    sealed(kept, replace(plan, answers={**plan.answers, "limits": ["kneel", "wrist"]}))
    before = moves_on(kept.visitor.see("/result"))
    after = moves_on(kept.on_day(1).session({}))
    assert after
    assert set(before) - set(after)


def test_a_plan_whose_answers_now_call_for_care_is_on_hold(kept: Planner) -> None:
    begun = kept.on_day(1).visitor.press("/plan/session").headers["Location"]
    plan = opened(kept)
    sealed(kept, replace(plan, answers={**plan.answers, "told_no_exercise": "yes"}))
    page = kept.plan()
    assert heading(page) == "Your plan is on hold"
    assert "/exercises" not in page.text
    page = kept.visitor.see(kept.visitor.go_on(begun, {"pre_session": "no"}, "/plan/session/"))
    assert heading(page) == "Advice: See a physiotherapist or doctor before you go on"


def test_a_stopped_plan_that_cannot_be_worked_out_any_more_stays_stopped(kept: Planner) -> None:
    kept.on_day(7).check({"fu_change": "much_worse"})
    sealed(kept, no_such_answer(opened(kept)))
    page = kept.on_day(9).plan()
    assert heading(page) == "Your plan is on hold"
    assert 'href="tel:999"' in page.text
    assert kept.client.post("/plan/session").headers["Location"] == "/plan"


def test_a_plan_that_does_not_fit_is_said_and_not_kept(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    planner.visitor.result_of({})
    monkeypatch.setattr("recommender.web.core.cookie_store.MOST_BYTES", 700)
    page = planner.visitor.see(planner.visitor.press("/plan/remember").headers["Location"])
    assert heading(page) == "Your plan is too big to keep"
    assert planner.client.get_cookie("plan") is None


def test_a_check_that_no_longer_fits_is_shown_once_and_the_old_routine_does_not_come_back(
    kept: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.on_day(7).answer("check", {"fu_change": "worse"})
    monkeypatch.setattr("recommender.web.core.cookie_store.MOST_BYTES", 700)
    page = kept.visitor.press("/plan/check/finish")
    assert heading(page) == "Do less for now"
    assert "too big for your browser to keep" in page.text
    assert moves_on(page)
    assert kept.client.get_cookie("plan") is None


def test_a_stop_that_does_not_fit_is_kept_as_a_stop(kept: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.on_day(7).answer("check", {"fu_change": "much_worse"})
    monkeypatch.setattr("recommender.web.core.cookie_store.MOST_BYTES", 700)
    kept.visitor.press("/plan/check/finish")
    assert heading(kept.plan()) == "Your plan is on hold"
    assert kept.client.post("/plan/session").headers["Location"] == "/plan"


def test_a_plan_keeps_the_routine_as_the_person_changed_it(planner: Planner) -> None:
    shown = planner.visitor.result_of({"pain_score": 6}).text
    unwanted, instead = re.findall(
        r'action="/result/swap">\s*<input type="hidden" name="move" value="(\w+)">.*?name="instead" value="(\w+)"',
        shown,
        re.DOTALL,
    )[-1]
    assert planner.visitor.press("/result/swap", {"move": unwanted, "instead": instead}).status_code == 303
    planner.visitor.press("/plan/remember")
    kept_moves = {item["exercise"] for item in opened(planner).routine}
    assert instead in kept_moves
    assert unwanted not in kept_moves
