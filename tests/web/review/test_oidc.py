"""Single sign-on, against a real OpenID Connect provider that runs beside the tests."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from werkzeug.test import TestResponse

from recommender.review.accounts import disable
from recommender.service.recommend import Recommender
from recommender.web.core.state import current_state, keep_state
from tests.support.reviewers import Reviewer, account, open_database, review_room

PORTS_TRIED = 5
USERS = (
    {"sub": "subject-ana", "email": "ana@example.org", "email_verified": True},
    {"sub": "subject-ben", "email": "ben@example.org", "email_verified": False},
    {"sub": "subject-stranger", "email": "stranger@example.org", "email_verified": True},
)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider_on_a_free_port() as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def provider_on_a_free_port() -> Iterator[int]:
    """Start the provider. Somebody else may take the port between the look for it and the start: then on another."""
    users = [part for user in USERS for part in ("--user-claims", json.dumps(user))]
    for _ in range(PORTS_TRIED):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
        provider = subprocess.Popen(
            [*command, "--host", "127.0.0.1", *users], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            if _answers(provider, port):
                yield port
                return
        finally:
            provider.terminate()
            provider.wait()
    pytest.fail(f"the provider ended {PORTS_TRIED} times before it answered")


@contextmanager
def room(recommender: Recommender, folder: Path, issuer: str) -> Iterator[Flask]:
    changes = {"oidc_issuer": issuer, "oidc_client_id": "recommender", "oidc_client_secret": "secret of the client"}
    changes["site_url"] = "http://localhost"
    with review_room(recommender, folder, **changes) as app:
        yield app


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path, issuer: str) -> Iterator[Flask]:
    with room(recommender, tmp_path, issuer) as made:
        yield made


def go_to_provider(reviewer: Reviewer, subject: str) -> str:
    """Go to the provider, say there who one is, and return the address that it sends the browser back to."""
    sent = reviewer.see("/sign-in/oidc?next=/review/release")
    assert sent.status_code == 302
    asked = parse_qs(urlsplit(sent.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"][0]
    assert asked["state"][0]
    answered = requests.post(sent.headers["Location"], data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answered.status_code == 302
    back = urlsplit(answered.headers["Location"])
    return f"{back.path}?{back.query}"


def sign_in(reviewer: Reviewer, subject: str) -> TestResponse:
    return reviewer.see(go_to_provider(reviewer, subject))


def test_somebody_with_an_account_enters_through_the_provider(app: Flask) -> None:
    ana = Reviewer(app, "ana")
    assert "Single sign-on" in ana.see("/sign-in").text
    entered = sign_in(ana, "subject-ana")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/review/release")
    assert "Ana Adams" in ana.see("/review/release").text
    with ana.client.session_transaction() as session:
        assert not [name for name in session if name.startswith("_state_")]


def test_the_account_belongs_to_the_first_subject_that_used_it(app: Flask, issuer: str) -> None:
    sign_in(Reviewer(app, "ana"), "subject-ana")
    with open_database(app) as session:
        assert account(session, "ana").oidc_subject == f"{issuer} subject-ana"
        account(session, "ana").email = "moved@example.org"
    assert sign_in(Reviewer(app, "ana"), "subject-ana").status_code == 303


@pytest.mark.parametrize("subject", ["subject-stranger", "subject-ben", "somebody-unheard-of"])
def test_who_has_no_account_or_no_verified_email_stays_outside(app: Flask, subject: str) -> None:
    somebody = Reviewer(app, "ben")
    refused = sign_in(somebody, subject)
    assert refused.status_code == 403
    assert "You have no account here" in refused.text
    assert somebody.see("/review").status_code == 303


def test_a_closed_account_stays_closed(app: Flask) -> None:
    with open_database(app) as session:
        disable(session, account(session, "ana"))
    assert sign_in(Reviewer(app, "ana"), "subject-ana").status_code == 403


@pytest.mark.deep
def test_an_answer_made_for_another_browser_is_refused(app: Flask) -> None:
    back = go_to_provider(Reviewer(app, "ana"), "subject-ana")
    victim = Reviewer(app, "ben")
    refused = victim.see(back)
    assert refused.status_code == 403
    assert "could not be used" in refused.text
    assert victim.see("/review").status_code == 303


def test_an_answer_cannot_be_used_twice(app: Flask) -> None:
    ana = Reviewer(app, "ana")
    back = go_to_provider(ana, "subject-ana")
    assert ana.see(back).status_code == 303
    ana.send("/sign-out", {}, page="/review")
    assert ana.see(back).status_code == 403
    assert ana.see("/review").status_code == 303


def test_a_made_up_answer_is_refused(app: Flask) -> None:
    ana = Reviewer(app, "ana")
    assert ana.see("/sign-in/oidc/callback?code=made-up&state=made-up").status_code == 403
    state = parse_qs(urlsplit(ana.see("/sign-in/oidc").headers["Location"]).query)["state"][0]
    assert ana.see(f"/sign-in/oidc/callback?code=made-up&state={state}").status_code == 403
    assert ana.see("/sign-in/oidc/callback?error=access_denied").status_code == 403
    assert ana.see("/review").status_code == 303


def test_the_way_back_is_the_one_of_the_settings_whatever_host_is_named(app: Flask) -> None:
    away = app.test_client().get("/sign-in/oidc", headers={"Host": "evil.example"}).headers["Location"]
    assert parse_qs(urlsplit(away).query)["redirect_uri"] == ["http://localhost/sign-in/oidc/callback"]
    below = app.test_client().get("/sign-in/oidc", environ_overrides={"SCRIPT_NAME": "/back"}).headers["Location"]
    assert parse_qs(urlsplit(below).query)["redirect_uri"] == ["http://localhost/sign-in/oidc/callback"]


def test_a_provider_that_is_away_is_told_and_passwords_still_work(recommender: Recommender, tmp_path: Path) -> None:
    with room(recommender, tmp_path, "http://127.0.0.1:1") as app:
        ana = Reviewer(app, "ana")
        away = ana.see("/sign-in/oidc")
        assert away.status_code == 503
        assert "use your password" in away.text
        assert ana.sign_in().status_code == 303


def test_a_token_of_another_issuer_is_refused(app: Flask) -> None:
    with app.app_context():
        state = current_state()
    keep_state(app.extensions, replace(state, settings=replace(state.settings, oidc_issuer="https://id.example.org")))
    assert sign_in(Reviewer(app, "ana"), "subject-ana").status_code == 403


def test_without_a_provider_there_is_no_such_page(recommender: Recommender, tmp_path: Path) -> None:
    with review_room(recommender, tmp_path) as app:
        client = app.test_client()
        assert client.get("/sign-in/oidc").status_code == 404
        assert client.get("/sign-in/oidc/callback").status_code == 404
        assert "Single sign-on" not in client.get("/sign-in").text


def _answers(provider: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the provider answers, however slow the machine; return False if it has ended instead."""
    while provider.poll() is None:
        try:
            requests.get(f"http://127.0.0.1:{port}/.well-known/openid-configuration", timeout=60).raise_for_status()
            return provider.poll() is None
        except requests.RequestException:
            time.sleep(0.05)
    return False
