"""Signing in to the review room: neutral, limited, and over when it should be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from reviewers import HERE, Reviewer, account, open_database, password_of, review_room
from visitor import FIRST

from recommender.review.accounts import disable, reset_password
from recommender.service import Recommender
from recommender.web import sign_in
from recommender.web.review_visit import IDLE_SECONDS, LONGEST_SECONDS
from recommender.web.sign_in import (
    TRIES_FOR_ONE_ACCOUNT,
    TRIES_FOR_ONE_ACCOUNT_FROM_ONE_ADDRESS,
    TRIES_FROM_ONE_ADDRESS,
)

WRONG = "The email or the password is not right"


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    with review_room(recommender, tmp_path) as made:
        yield made


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
    (cookie,) = ana.sign_in().headers.getlist("Set-Cookie")
    assert cookie.startswith("review=")
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


def test_passwords_cannot_be_tried_for_long(ana: Reviewer) -> None:
    for _ in range(int(TRIES_FOR_ONE_ACCOUNT_FROM_ONE_ADDRESS.split()[0])):
        assert ana.sign_in("wrong password").status_code == 422
    refused = ana.sign_in()
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "600"
    assert "Wait 10 minutes" in refused.text
    assert ana.see("/review").status_code == 303


def test_who_fails_on_purpose_does_not_keep_the_clinician_out(app: Flask, ana: Reviewer) -> None:
    stranger = _from_address(app, "192.0.2.66")
    for _ in range(int(TRIES_FOR_ONE_ACCOUNT_FROM_ONE_ADDRESS.split()[0])):
        assert stranger.sign_in("wrong password").status_code == 422
    assert stranger.sign_in("wrong password").status_code == 429
    assert ana.sign_in().status_code == 303


def test_one_account_cannot_be_tried_from_ever_more_addresses(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "authenticate", lambda *_: None)
    most, each = (int(limit.split()[0]) for limit in (TRIES_FOR_ONE_ACCOUNT, TRIES_FOR_ONE_ACCOUNT_FROM_ONE_ADDRESS))
    for number in range(most // each):
        stranger = _from_address(app, f"192.0.2.{number}")
        assert {stranger.sign_in("wrong password").status_code for _ in range(each)} == {422}
    assert _from_address(app, "192.0.2.99").sign_in("wrong password").status_code == 429


def test_one_address_cannot_try_many_accounts(app: Flask) -> None:
    for number in range(int(TRIES_FROM_ONE_ADDRESS.split()[0])):
        assert Reviewer(app, f"person{number}").sign_in("wrong password").status_code == 422
    assert Reviewer(app, "ana").sign_in().status_code == 429


def test_signing_in_rightly_is_not_counted(ana: Reviewer) -> None:
    for _ in range(int(TRIES_FROM_ONE_ADDRESS.split()[0]) + 1):
        assert ana.sign_in().status_code == 303


def test_tries_are_counted_while_redis_is_away(recommender: Recommender, tmp_path: Path) -> None:
    with review_room(recommender, tmp_path, redis_url="redis://127.0.0.1:1") as app:
        ana = Reviewer(app, "ana")
        told = {ana.sign_in("wrong password").status_code for _ in range(25)}
    assert told == {422, 429}


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
