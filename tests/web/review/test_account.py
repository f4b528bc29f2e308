"""The own account: another password, and a second factor with codes that work once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from recommender.review import audit
from recommender.review.keys import audit_key
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.core.state import current_state
from recommender.web.review import visit
from recommender.web.review.sign_in import seal, unseal
from tests.support.reviewers import Reviewer, account, open_database, password_of, review_room, signed_in

PAGE = "/review/account"
NEW = "a quite different sentence"


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    with review_room(recommender, tmp_path) as made:
        yield made


@pytest.fixture
def ana(app: Flask) -> Reviewer:
    return signed_in(app, "ana")


@pytest.fixture
def secret(ana: Reviewer) -> str:
    """Ana has turned her second factor on; the secret that her app has."""
    return turned_on(ana)[0]


def turned_on(ana: Reviewer) -> tuple[str, list[str]]:
    assert ana.send(f"{PAGE}/second-factor/begin", {}, page=PAGE).status_code == 303
    found = re.search(r'this key: <code class="app-hash">([A-Z2-7]{32})<', ana.see(PAGE).text)
    assert found
    done = ana.send(f"{PAGE}/second-factor/on", {"current": password_of("ana"), "code": code(found[1])}, page=PAGE)
    assert done.status_code == 200
    return found[1], recovery_codes(done)


def recovery_codes(page: TestResponse) -> list[str]:
    return re.findall(r'<code class="app-hash">([a-z0-9-]{19})</code>', page.text)


def code(secret: str, steps_later: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps_later)


def settings_of(app: Flask) -> Settings:
    with app.app_context():
        return current_state().settings


def changed(ana: Reviewer, **fields: str) -> TestResponse:
    given = {"current": password_of("ana"), "new": NEW, "again": NEW, **fields}
    return ana.send(f"{PAGE}/password", given, page=PAGE)


def test_a_clinician_changes_the_password_and_sessions_elsewhere_end(app: Flask, ana: Reviewer) -> None:
    elsewhere = Reviewer(app, "ana")
    elsewhere.sign_in()
    assert changed(ana).headers["Location"] == f"{PAGE}?done=password"
    assert ana.see("/review").status_code == 200
    assert elsewhere.see("/review").status_code == 303
    assert elsewhere.sign_in().status_code == 422
    assert elsewhere.sign_in(NEW).status_code == 303
    with open_database(app) as session:
        assert audit.verify(session, audit_key(settings_of(app))).faults == ()
        last = audit.entries(session)[-1]
        assert (last.action, last.actor, last.registration) == ("change_password", "ana@example.org", "PH-ana")


@pytest.mark.parametrize(
    "fields, why",
    [
        ({"current": "not the password"}, "The current password is not right"),
        ({"again": "something else entirely"}, "The two new passwords differ"),
        ({"new": "password1234", "again": "password1234"}, "too easy to guess"),
        ({"new": "short", "again": "short"}, "at least 12 characters"),
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(ana: Reviewer, fields: dict[str, str], why: str) -> None:
    refused = changed(ana, **fields)
    assert refused.status_code == 422
    assert why in refused.text
    assert not [value for value in fields.values() if value in refused.text]
    assert ana.see("/review").status_code == 200
    ana.send("/sign-out", {}, page="/review")
    assert ana.sign_in().status_code == 303


def test_who_sits_at_an_open_session_cannot_try_passwords_for_long(ana: Reviewer) -> None:
    told = [changed(ana, current="not the password").status_code for _ in range(7)]
    assert told == [422] * 6 + [429]


def test_after_the_password_the_second_factor_is_asked_for(app: Flask, ana: Reviewer, secret: str) -> None:
    other = Reviewer(app, "ana")
    assert other.sign_in().headers["Location"] == "/sign-in/code"
    assert other.see("/review").status_code == 303, "the password alone opens nothing"
    assert other.send("/sign-in/code", {"code": "000000"}).status_code == 422
    assert other.send("/sign-in/code", {"code": code(secret, 1)}).headers["Location"] == "/review"
    assert other.see("/review").status_code == 200


def test_a_code_works_once_and_only_in_its_time(app: Flask, ana: Reviewer, secret: str) -> None:
    first, second = Reviewer(app, "ana"), Reviewer(app, "ana")
    for somebody in (first, second):
        somebody.sign_in()
    used = code(secret, 1)
    assert first.send("/sign-in/code", {"code": used[:3] + " " + used[3:]}).status_code == 303
    for wrong in (
        used,
        code(secret, 3),
        code(secret, -3),
        "",
        "12345",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "x" * 5000,
    ):
        assert second.send("/sign-in/code", {"code": wrong}).status_code in (422, 429)
    assert second.see("/review").status_code == 303


def test_a_recovery_code_works_once_and_is_in_the_record(app: Flask, ana: Reviewer) -> None:
    _, codes = turned_on(ana)
    assert len(set(codes)) == 10
    other = Reviewer(app, "ana")
    other.sign_in()
    assert other.send("/sign-in/code", {"code": codes[3].upper()}).status_code == 303
    assert "9 recovery codes are left" in other.see(PAGE).text
    again = Reviewer(app, "ana")
    again.sign_in()
    assert again.send("/sign-in/code", {"code": codes[3]}).status_code == 422
    with open_database(app) as session:
        assert audit.verify(session, audit_key(settings_of(app))).faults == ()
        assert [entry.action for entry in audit.entries(session)][-2:] == ["turn_on_second_factor", "use_recovery_code"]
        kept = account(session, "ana").recovery_codes or []
        assert len(kept) == 9
        assert not [one for one in codes if one in str(kept) or one.replace("-", "") in str(kept)]
    assert not [one for one in codes if one in other.see(PAGE).text], "they are shown once"


def test_codes_cannot_be_tried_for_long(app: Flask, ana: Reviewer, secret: str) -> None:
    other = Reviewer(app, "ana")
    other.sign_in()
    assert [other.send("/sign-in/code", {"code": "000000"}).status_code for _ in range(7)] == [422] * 6 + [429]


def test_the_password_is_not_remembered_for_long(
    app: Flask, ana: Reviewer, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Reviewer(app, "ana")
    other.sign_in()
    token = other.token("/sign-in/code")
    monkeypatch.setattr(visit, "SECOND_FACTOR_SECONDS", -1)
    late = other.client.post(
        "/sign-in/code", data={"csrf_token": token, "code": code(secret, 1)}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert late.headers["Location"] == "/sign-in"
    assert Reviewer(app, "ben").see("/sign-in/code").headers["Location"] == "/sign-in"


@pytest.mark.parametrize("fields", [{"current": "not the password"}, {"code": "000000"}, {"code": ""}])
def test_it_is_turned_on_only_with_the_password_and_a_right_code(ana: Reviewer, fields: dict[str, str]) -> None:
    ana.send(f"{PAGE}/second-factor/begin", {}, page=PAGE)
    found = re.search(r"this key: <code[^>]*>([A-Z2-7]{32})<", ana.see(PAGE).text)
    assert found
    given = {"current": password_of("ana"), "code": code(found[1]), **fields}
    assert ana.send(f"{PAGE}/second-factor/on", given, page=PAGE).status_code == 422
    ana.send("/sign-out", {}, page="/review")
    assert ana.sign_in().headers["Location"] == "/review"


def test_it_is_turned_off_only_with_the_password(ana: Reviewer, secret: str) -> None:
    assert ana.send(f"{PAGE}/second-factor/off", {"current": "no"}, page=PAGE).status_code == 422
    assert "It is on" in ana.see(PAGE).text
    assert ana.send(f"{PAGE}/second-factor/off", {"current": password_of("ana")}, page=PAGE).status_code == 303
    assert "The second factor is off" in ana.see(f"{PAGE}?done=off").text
    ana.send("/sign-out", {}, page="/review")
    assert ana.sign_in().headers["Location"] == "/review"


def test_new_recovery_codes_take_the_place_of_the_old_ones(app: Flask, ana: Reviewer) -> None:
    _, old = turned_on(ana)
    new = recovery_codes(ana.send(f"{PAGE}/second-factor/codes", {"current": password_of("ana")}, page=PAGE))
    assert len(new) == 10
    assert not set(old) & set(new)
    other = Reviewer(app, "ana")
    other.sign_in()
    assert other.send("/sign-in/code", {"code": old[0]}).status_code == 422
    assert other.send("/sign-in/code", {"code": new[0]}).status_code == 303


def test_a_second_factor_that_was_taken_off_in_the_database_is_found(app: Flask, ana: Reviewer, secret: str) -> None:
    with open_database(app) as session:
        assert secret not in str(account(session, "ana").totp_secret), "it is sealed"
        account(session, "ana").totp_secret = None
    with open_database(app) as session:
        assert "Account 1 is not what entry" in str(audit.verify(session, audit_key(settings_of(app))).faults)


def test_a_secret_is_sealed_with_the_key_of_the_record() -> None:
    sealed = seal(b"k" * 40, "SECRET")
    assert unseal(b"k" * 40, sealed) == "SECRET"
    assert unseal(b"l" * 40, sealed) is None
    assert unseal(b"k" * 40, "no such thing \u00e9") is None


def test_readers_have_an_account_too(app: Flask) -> None:
    rea = Reviewer(app, "rea")
    rea.sign_in()
    assert "Change your password" in rea.see(PAGE).text
