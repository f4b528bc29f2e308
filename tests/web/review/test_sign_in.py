"""Signing in to the review room: neutral, limited, and over when it should be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from recommender.review.accounts import disable, reset_password
from recommender.review.sign_in_tries import ACCOUNT, ACCOUNT_FROM_ADDRESS, ADDRESS
from recommender.review.tables import now
from recommender.service.recommend import Recommender
from recommender.web.review import sign_in, tries
from recommender.web.review.visit import IDLE_SECONDS, LONGEST_SECONDS
from tests.support.reviewers import HERE, Reviewer, account, open_database, password_of, review_room
from tests.support.visitor import FIRST

WRONG = "The email or the password is not right"


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    with review_room(recommender, tmp_path) as made:
        yield made


class Clock:
    """The time of day, where a test says how it passes."""

    def __init__(self) -> None:
        self._now = now()

    def __call__(self) -> datetime:
        return self._now

    def passes(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still, or the wait after a failure could be over before the next try on a busy machine."""
    made = Clock()
    monkeypatch.setattr(tries, "now", made)
    return made


@pytest.fixture
def ana(app: Flask) -> Reviewer:
    return Reviewer(app, "ana")


def test_a_stranger_is_asked_to_sign_in_and_then_gets_the_page_that_was_wanted(ana: Reviewer) -> None:
    wanted = "/review/group/red_flags?x=1"
    asked = ana.see(wanted)
    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=/review/group/red_flags?x%3D1")
    assert ana.sign_in(next_page=wanted).headers["Location"] == wanted
    assert ana.see(wanted).status_code == 200


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/review", "//evil.example/review", "/\\evil.example", "/review\r\nX: y", "/licences", ""],
)
def test_after_signing_in_nobody_is_sent_elsewhere(ana: Reviewer, wanted: str) -> None:
    assert ana.sign_in(next_page=wanted).headers["Location"] == "/review"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(ana: Reviewer) -> None:
    cookie, browser = sorted(ana.sign_in().headers.getlist("Set-Cookie"), key=len, reverse=True)
    assert cookie.startswith("review=")
    assert browser.startswith("review-browser=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(browser.split("; "))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Expires" not in cookie
    assert "ana@" not in cookie


def test_over_https_the_cookie_belongs_to_this_host_alone(recommender: Recommender, tmp_path: Path) -> None:
    with review_room(recommender, tmp_path, secure_cookies=True) as app:
        (cookie,) = app.test_client().get("/sign-in", base_url="https://localhost").headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-review=")
    assert "; Secure;" in cookie
    assert "Domain" not in cookie


def test_a_wrong_password_an_unknown_account_and_a_closed_one_get_the_same_answer(app: Flask) -> None:
    with open_database(app) as session:
        disable(session, account(session, "rea"))
    pages = []
    for name, password in (("ana", "not the password"), ("nobody", "not the password"), ("rea", password_of("rea"))):
        refused = Reviewer(app, name).sign_in(password)
        assert refused.status_code == 422
        assert WRONG in refused.text
        token = refused.text.split('name="csrf_token" value="')[1].split('"')[0]
        pages.append(refused.text.replace(f"{name}@example.org", "EMAIL").replace(token, "TOKEN"))
    assert pages[0] == pages[1] == pages[2]


def test_a_password_never_comes_back_in_a_page(ana: Reviewer) -> None:
    assert "a secret that is wrong" not in ana.sign_in("a secret that is wrong").text


def test_a_session_planted_before_signing_in_is_worth_nothing_after_it(ana: Reviewer) -> None:
    planted = ana.token("/sign-in")
    with ana.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    ana.sign_in()
    with ana.client.session_transaction() as session:
        assert "planted" not in session
    refused = ana.client.post("/sign-out", data={"csrf_token": planted}, headers=HERE)
    assert refused.status_code == 400
    assert "too old" in refused.text


def test_a_session_ends_when_it_is_not_used(ana: Reviewer) -> None:
    ana.sign_in()
    _age(ana, "seen_at", IDLE_SECONDS - 60)
    assert ana.see("/review").status_code == 200
    with ana.client.session_transaction() as session:
        assert time.time() - session["seen_at"] < 60, "using it starts the time anew"
    _age(ana, "seen_at", IDLE_SECONDS + 1)
    assert ana.see("/review").status_code == 303


@pytest.mark.deep
def test_a_session_ends_after_twelve_hours_however_much_it_is_used(ana: Reviewer) -> None:
    ana.sign_in()
    _age(ana, "begun_at", LONGEST_SECONDS - 60)
    assert ana.see("/review").status_code == 200
    _age(ana, "begun_at", 61)
    assert ana.see("/review").status_code == 303
    assert ana.see("/review").status_code == 303


def test_closing_an_account_ends_its_sessions(app: Flask, ana: Reviewer) -> None:
    ana.sign_in()
    with open_database(app) as session:
        disable(session, account(session, "ana"))
    assert ana.see("/review").status_code == 303


def test_a_new_password_ends_the_sessions_of_the_old_one(app: Flask, ana: Reviewer) -> None:
    ana.sign_in()
    with open_database(app) as session:
        reset_password(session, account(session, "ana"), "another good password")
    assert ana.see("/review").status_code == 303
    assert ana.sign_in().status_code == 422
    assert ana.sign_in("another good password").status_code == 303


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, ana: Reviewer) -> None:
    ana.sign_in()
    cookie = ana.client.get_cookie("review")
    assert cookie
    assert ana.send("/sign-out", {}, page="/review").status_code == 303
    assert ana.see("/review").status_code == 303
    thief = app.test_client()
    thief.set_cookie("review", cookie.value)
    assert thief.get("/review").status_code == 303


def test_a_forged_cookie_is_worth_nothing(app: Flask, ana: Reviewer) -> None:
    ana.sign_in()
    cookie = ana.client.get_cookie("review")
    assert cookie
    for value in (cookie.value[:-4] + "AAAA", "A" + cookie.value[1:], "rubbish"):
        thief = app.test_client()
        thief.set_cookie("review", value)
        assert thief.get("/review").status_code == 303


def test_a_cookie_of_another_key_is_worth_nothing(recommender: Recommender, tmp_path: Path, ana: Reviewer) -> None:
    ana.sign_in()
    cookie = ana.client.get_cookie("review")
    assert cookie
    with review_room(recommender, tmp_path) as other:
        other.secret_key = b"another key"
        thief = other.test_client()
        thief.set_cookie("review", cookie.value)
        assert thief.get("/review").status_code == 303


def test_signing_in_from_another_site_is_refused(ana: Reviewer) -> None:
    fields = {"email": "ana@example.org", "password": password_of("ana")}
    assert ana.send("/sign-in", fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert ana.send("/sign-in", fields, headers={"Origin": "https://evil.example"}).status_code == 403
    assert ana.see("/review").status_code == 303


def test_signing_in_without_the_token_of_the_form_is_refused(ana: Reviewer) -> None:
    fields = {"email": "ana@example.org", "password": password_of("ana"), "csrf_token": ""}
    assert ana.send("/sign-in", fields).status_code == 400
    assert ana.see("/review").status_code == 303


def test_who_fails_waits_ever_longer_and_then_gets_in(app: Flask, ana: Reviewer, clock: Clock) -> None:
    for _ in range(ACCOUNT_FROM_ADDRESS.free + 1):
        assert ana.sign_in("wrong password").status_code == 422
    refused = ana.sign_in()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3")
    assert "Wait 3 seconds" in refused.text
    clock.passes(3)
    assert ana.sign_in("wrong password").status_code == 422
    assert ana.sign_in().headers["Retry-After"] == "5"
    clock.passes(5)
    assert ana.sign_in().status_code == 303


def test_who_fails_on_purpose_keeps_no_clinician_out(app: Flask, ana: Reviewer, clock: Clock) -> None:
    """Ana has signed in in this browser before. The stranger is behind the same address, and goes on all the time."""
    assert ana.sign_in().status_code == 303
    ana.send("/sign-out", {}, page="/review")
    stranger = Reviewer(app, "ana")
    told = []
    for _ in range(30):
        told.append(stranger.sign_in("wrong password").status_code)
        told += [Reviewer(app, f"person{len(told)}").sign_in("wrong password").status_code]
        clock.passes(1)
    assert {422, 429} == set(told)
    assert ana.sign_in("mistyped").status_code == 422
    assert ana.sign_in().status_code == 303


@pytest.mark.parametrize("address", ["192.0.2.66", "2001:db8::1"])
def test_a_clinician_elsewhere_does_not_wait_for_a_stranger(app: Flask, ana: Reviewer, address: str) -> None:
    stranger = _from_address(app, address)
    for _ in range(ACCOUNT_FROM_ADDRESS.free + 1):
        assert stranger.sign_in("wrong password").status_code == 422
    assert stranger.sign_in().status_code == 429
    assert ana.sign_in().status_code == 303


def test_another_address_of_the_same_customer_is_no_way_round(app: Flask) -> None:
    for number in range(ACCOUNT_FROM_ADDRESS.free + 1):
        assert _from_address(app, f"2001:db8::{number}").sign_in("wrong password").status_code == 422
    assert _from_address(app, "2001:db8::ffff").sign_in().status_code == 429
    assert _from_address(app, "2001:db8:0:1::1").sign_in().status_code == 303


def test_one_account_cannot_be_tried_from_ever_more_addresses(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "authenticate", lambda *_: None)
    for number in range(ACCOUNT.free + 1):
        assert _from_address(app, f"192.0.2.{number}").sign_in("wrong password").status_code == 422
    assert _from_address(app, "192.0.2.99").sign_in("wrong password").status_code == 429


def test_one_address_cannot_try_many_accounts(app: Flask, clock: Clock) -> None:
    for number in range(ADDRESS.free + 1):
        assert Reviewer(app, f"person{number}").sign_in("wrong password").status_code == 422
    assert Reviewer(app, "ana").sign_in().status_code == 429
    clock.passes(ADDRESS.longest.total_seconds())
    assert Reviewer(app, "ana").sign_in().status_code == 303, "nobody is shut out for long by somebody else"


def test_a_forged_browser_is_a_browser_like_any_other(app: Flask, ana: Reviewer) -> None:
    ana.sign_in()
    cookie = ana.client.get_cookie("review-browser")
    assert cookie
    assert "ana" not in cookie.value
    ben = Reviewer(app, "ben")
    ben.client.set_cookie("review-browser", cookie.value)
    forger = Reviewer(app, "ana")
    forger.client.set_cookie("review-browser", cookie.value[:-1] + ("a" if cookie.value[-1] != "a" else "b"))
    for somebody in (ben, forger):
        for _ in range(ACCOUNT_FROM_ADDRESS.free + 1):
            assert somebody.sign_in("wrong password").status_code == 422
        assert somebody.sign_in().status_code == 429
    assert ana.sign_in().status_code == 303


@pytest.mark.deep
def test_two_processes_count_together(recommender: Recommender, app: Flask, tmp_path: Path) -> None:
    with review_room(recommender, tmp_path) as other:
        told = [Reviewer(site, "ana").sign_in("wrong password").status_code for site in (app, other) * 4]
    assert told == [422] * 6 + [429] * 2


def test_signing_in_rightly_is_not_counted(ana: Reviewer) -> None:
    for _ in range(ADDRESS.free + 1):
        assert ana.sign_in().status_code == 303


def test_pages_for_people_need_no_session_and_start_none(app: Flask, ana: Reviewer) -> None:
    for client in (app.test_client(), ana.client):
        for address in ("/", "/exercises", FIRST, "/api/v1/rules"):
            page = client.get(address)
            assert not [cookie for cookie in page.headers.getlist("Set-Cookie") if "review" in cookie], address
        ana.sign_in()


def _from_address(app: Flask, address: str) -> Reviewer:
    """Return somebody elsewhere who tries the account of Ana."""
    stranger = Reviewer(app, "ana")
    stranger.client.environ_base["REMOTE_ADDR"] = address
    return stranger


def _age(reviewer: Reviewer, what: str, seconds: int) -> None:
    """Make the session older than it is."""
    with reviewer.client.session_transaction() as session:
        session[what] -= seconds
