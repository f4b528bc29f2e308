"""What the browser keeps for us: sealed for this site only, readable for as long as it says, and for every version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask, Response, request

from recommender.errors import RecommenderError
from recommender.presentation.localised import localise
from recommender.service.recommend import Recommender
from recommender.settings import Settings, read_settings
from recommender.web import startup
from recommender.web.app import create_app, create_served_app
from recommender.web.core.cookie_store import CookieStore
from recommender.web.plan import kept_plan
from recommender.web.plan.kept_plan import Plan
from recommender.web.plan.plan_store import plan_store
from recommender.web.questionnaire import draft
from recommender.web.questionnaire.answer_store import answer_store
from recommender.web.result import edit_store
from tests.support.planner import Clock, Planner, heading, moves_on, site_at
from tests.support.visitor import hidden_in

RECORDED = yaml.safe_load((Path(__file__).parent / "recorded_cookies.yaml").read_text(encoding="utf-8"))
SECRET = "x" * 32
WORDS = {"word": "stretch"}


@pytest.fixture
def site_of_then(recommender: Recommender, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The site with the key, on the day and with the version of the questions of the recorded cookies."""
    monkeypatch.setitem(vars(recommender.content.questionnaire), "version", 1)
    # Languages are made once in a process: those of this version must not outlive it.
    monkeypatch.setattr(startup, "localise", localise)
    return site_on_the_day(recommender, settings, monkeypatch)


def site_on_the_day(recommender: Recommender, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: RECORDED["sealed_at"] + 60)
    clock = Clock(date.fromisoformat(RECORDED["today"]))
    return site_at(clock, replace(settings, secret_key=RECORDED["secret_key"]), recommender)


def opened_again(app: Flask, name: str) -> Mapping[str, Any] | None:
    """Return what is in a recorded cookie, read by its store and written as that would write it."""
    rule_set = app.extensions["recommender"].ready.content.rule_set
    readers: dict[str, Callable[[], Mapping[str, Any] | None]] = {
        "answers": lambda: (kept := answer_store().read(request)) and draft.to_data(kept),
        "changes": lambda: (kept := edit_store.edit_store().read(request)) and edit_store.to_data(kept),
        "plan": lambda: (
            kept_plan.to_data(kept)
            if isinstance(
                kept := plan_store().read(request, rule_set, date.fromisoformat(RECORDED["today"])),
                Plan,
            )
            else None
        ),
        "check": lambda: (kept := plan_store().read_check(request)) and kept.data,
    }
    with app.test_request_context(headers={"Cookie": f"{name}={RECORDED['cookies'][name]['sealed']}"}):
        return readers[name]()


@pytest.mark.parametrize("name", list(RECORDED["cookies"]))
def test_a_cookie_of_before_still_opens_and_would_be_written_the_same(site_of_then: Flask, name: str) -> None:
    """The page that asked how the desk is, and how somebody feels, is gone; that it was seen need not be kept."""
    expected = RECORDED["cookies"][name]["data"]
    if "visited" in expected:
        expected = {**expected, "visited": [slug for slug in expected["visited"] if slug != "desk-and-feelings"]}
    assert opened_again(site_of_then, name) == expected


@pytest.mark.parametrize("name", list(RECORDED["cookies"]))
def test_a_cookie_of_before_does_not_open_with_another_key(
    recommender: Recommender, settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: RECORDED["sealed_at"] + 60)
    clock = Clock(date.fromisoformat(RECORDED["today"]))
    assert opened_again(site_at(clock, replace(settings, secret_key=SECRET), recommender), name) is None


def test_somebody_with_cookies_of_before_goes_on_where_they_were(site_of_then: Flask) -> None:
    client = site_of_then.test_client()
    for name, recorded in RECORDED["cookies"].items():
        client.set_cookie(name, recorded["sealed"])
    assert 'action="/result/put-back"' in client.get("/result").text
    assert heading(client.get("/plan")) == "Your plan"
    page = client.get("/plan/check/check-answers", follow_redirects=True)
    assert page.request.path == f"/plan/check/{RECORDED['next_page']}"
    assert moves_on(client.get("/result"))


def test_somebody_whose_cookies_are_of_other_questions_is_asked_again(
    recommender: Recommender, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site_on_the_day(recommender, settings, monkeypatch).test_client()
    for name, recorded in RECORDED["cookies"].items():
        client.set_cookie(name, recorded["sealed"])
    assert heading(client.get("/plan")) == "Your plan no longer fits"
    for address in ("/result", "/plan/today", "/plan/latest", "/plan/check/check-answers"):
        assert not moves_on(client.get(address, follow_redirects=True))


def store(settings: Settings) -> CookieStore[dict[str, Any]]:
    return CookieStore("words", settings, lambda value: value, lambda data: data if "word" in data else None)


def sealed(kept: CookieStore[dict[str, Any]], value: dict[str, Any]) -> str:
    response = Response()
    kept.write(response, value)
    return response.headers["Set-Cookie"].partition(";")[0]


@pytest.fixture
def keyed() -> Settings:
    return replace(read_settings({}), secret_key=SECRET, answer_hours=2)


def read(app: Flask, kept: CookieStore[dict[str, Any]], cookie: str, seconds: int | None = None) -> Any:
    with app.test_request_context(headers={"Cookie": cookie}):
        return kept.read(request, seconds)


def test_what_was_written_is_read(app: Flask, keyed: Settings) -> None:
    assert read(app, store(keyed), sealed(store(keyed), WORDS)) == WORDS


def test_a_value_lasts_as_long_as_it_was_to(app: Flask, keyed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000)
    cookie = sealed(store(keyed), WORDS)
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000 + 2 * 3600 + 600)
    assert read(app, store(keyed), cookie) == WORDS
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000 + 2 * 3600 + 601)
    assert read(app, store(keyed), cookie) is None
    assert read(app, store(keyed), cookie, 3 * 3600) == WORDS


def test_data_of_another_shape_is_no_value(app: Flask, keyed: Settings) -> None:
    assert read(app, store(keyed), sealed(store(keyed), {"other": 1})) is None


def test_a_cookie_is_of_no_use_under_another_name(app: Flask, keyed: Settings) -> None:
    other: CookieStore[dict[str, Any]] = CookieStore("others", keyed, dict, dict)
    token = sealed(store(keyed), WORDS).partition("=")[2]
    assert read(app, other, f"others={token}") is None


def test_what_does_not_fit_in_a_cookie_is_refused(keyed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.web.core.cookie_store.MOST_BYTES", 100)
    with pytest.raises(RecommenderError, match="the words take"):
        sealed(store(keyed), WORDS)


@pytest.mark.parametrize(("behind", "is_read"), [(59, True), (600, True), (601, False)])
def test_a_clock_that_runs_a_little_behind_loses_nothing(
    app: Flask, keyed: Settings, monkeypatch: pytest.MonkeyPatch, behind: int, is_read: bool
) -> None:
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000)
    cookie = sealed(store(keyed), WORDS)
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: 1_000_000 - behind)
    assert (read(app, store(keyed), cookie) == WORDS) is is_read


def test_a_secret_of_before_still_opens_what_it_locked_and_locks_nothing_new(app: Flask, keyed: Settings) -> None:
    old = sealed(store(keyed), WORDS)
    rotated = replace(keyed, secret_key="y" * 32, secret_key_fallbacks=("z" * 32, SECRET))
    assert read(app, store(rotated), old) == WORDS
    assert read(app, store(keyed), sealed(store(rotated), WORDS)) is None
    assert read(app, store(replace(rotated, secret_key_fallbacks=None)), old) is None


def written(app: Flask, kept: CookieStore[dict[str, Any]], cookie: str, clear: bool = False) -> dict[str, str]:
    """Return what a reply to a browser with this cookie sets, by name."""
    with app.test_request_context(headers={"Cookie": cookie}):
        response = Response()
        if clear:
            kept.clear(response)
        else:
            kept.write(response, WORDS)
    parts = (line.partition(";")[0].partition("=") for line in response.headers.getlist("Set-Cookie"))
    return {name: value for name, _, value in parts}


def test_a_name_with_a_prefix_takes_over_what_was_kept_without_one(app: Flask, keyed: Settings) -> None:
    named = store(replace(keyed, cookie_prefix="brr_"))
    old = sealed(store(keyed), WORDS)
    assert read(app, named, old) == WORDS
    assert read(app, named, f"brr_words=rubbish; {old}") is None, "what is newer counts, even where it cannot be read"
    moved = written(app, named, old)
    assert (set(moved), moved["words"]) == ({"brr_words", "words"}, "")
    assert set(written(app, named, old, clear=True)) == {"brr_words", "words"}


def test_two_copies_on_one_host_leave_each_others_cookies_alone(app: Flask, keyed: Settings) -> None:
    production, staging = keyed, replace(keyed, secret_key="s" * 32, cookie_prefix="staging_")
    cookie = sealed(store(production), WORDS)
    assert read(app, store(staging), cookie) is None
    assert store(staging).sent(request_with(app, cookie)) is None
    for clear in (False, True):
        assert set(written(app, store(staging), cookie, clear)) == {"staging_words"}


def request_with(app: Flask, cookie: str) -> Any:
    with app.test_request_context(headers={"Cookie": cookie}):
        return request._get_current_object()  # type: ignore[attr-defined]


def test_cookies_are_sent_to_the_path_that_was_set(keyed: Settings) -> None:
    response = Response()
    store(replace(keyed, cookie_path="/back")).write(response, WORDS)
    assert "; Path=/back" in response.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("secure", "below", "name", "path"),
    [
        (False, "", "words", "/"),
        (True, "", "__Host-words", "/"),
        (True, "/back", "__Secure-words", "/back"),
        (False, "/back", "words", "/back"),
    ],
)
def test_the_name_and_the_path_of_a_cookie_say_where_the_site_is(
    app: Flask, keyed: Settings, secure: bool, below: str, name: str, path: str
) -> None:
    response = Response()
    with app.test_request_context(base_url=f"http://localhost{below}"):
        store(replace(keyed, secure_cookies=secure)).write(response, WORDS)
    (line,) = response.headers.getlist("Set-Cookie")
    assert line.startswith(f"{name}=")
    assert f"; Path={path};" in f"{line};"
    assert ("; Secure" in line) is secure


def test_a_path_that_is_set_counts_more_than_that_of_the_proxy(app: Flask, keyed: Settings) -> None:
    response = Response()
    with app.test_request_context(base_url="http://localhost/back/inner"):
        store(replace(keyed, secure_cookies=True, cookie_path="/back")).write(response, WORDS)
    assert response.headers["Set-Cookie"].startswith("__Secure-words=")
    assert "; Path=/back;" in response.headers["Set-Cookie"]


OLD_NAMES = ["words", "brr_words", "__Host-words", "__Host-brr_words", "__Secure-words", "__Secure-brr_words"]


@pytest.mark.parametrize("below", ["", "/back"])
@pytest.mark.parametrize("name", OLD_NAMES)
def test_what_was_kept_under_any_name_of_before_is_read_and_moves(
    app: Flask, keyed: Settings, name: str, below: str
) -> None:
    kept = store(replace(keyed, secure_cookies=True, cookie_prefix="brr_"))
    now = "__Secure-brr_words" if below else "__Host-brr_words"
    sent = f"{name}={sealed(store(keyed), WORDS).partition('=')[2]}"
    with app.test_request_context(headers={"Cookie": sent}, base_url=f"http://localhost{below}"):
        assert kept.read(request) == WORDS
        response, forgotten = Response(), Response()
        kept.write(response, WORDS)
        kept.clear(forgotten)
    lines = response.headers.getlist("Set-Cookie")
    assert [line.partition("=")[0] for line in lines if "Max-Age=0" not in line] == [now]
    assert {line.partition("=")[0] for line in lines} == {now, name}
    gone = {line.partition("=")[0] for line in forgotten.headers.getlist("Set-Cookie") if "Max-Age=0" in line}
    assert gone == {now, name}


def test_below_a_path_nothing_is_left_at_the_root_that_could_come_to_light_again(app: Flask, keyed: Settings) -> None:
    ours = sealed(store(keyed), WORDS)
    of_others = sealed(store(replace(keyed, secret_key="s" * 32)), WORDS)
    for cookies, places in (
        (ours, {"/back", "/"}),
        (f"{ours}; {ours}", {"/back", "/"}),
        (f"{ours}; {of_others}", {"/back"}),
        (of_others, {"/back"}),
    ):
        response = Response()
        with app.test_request_context(headers={"Cookie": cookies}, base_url="http://localhost/back"):
            store(keyed).clear(response)
        lines = response.headers.getlist("Set-Cookie")
        assert {line.rpartition("Path=")[2].partition(";")[0] for line in lines} == places, cookies


def test_nobody_loses_a_plan_when_the_site_gets_https_or_moves_below_a_path(
    recommender: Recommender, settings: Settings
) -> None:
    clock = Clock(date(2026, 11, 28))
    first = Planner(site_at(clock, replace(settings, secret_key=SECRET), recommender), recommender, clock)
    first.remember({"pain_score": 6})
    plan = first.client.get_cookie("plan")
    assert plan
    moved = replace(settings, secret_key=SECRET, secure_cookies=True, trusted_proxies=1)
    client = site_at(clock, moved, recommender).test_client()
    client.set_cookie("plan", plan.value)
    below = {"X-Forwarded-Prefix": "/back", "X-Forwarded-Proto": "https"}
    page = client.get("/plan", headers=below)
    assert heading(page) == "Your plan"
    fields = hidden_in(page.text, "/back/plan/session")
    reply = client.post("/plan/session", data=fields, headers={**below, "Sec-Fetch-Site": "same-origin"})
    assert reply.headers["Location"].startswith("/back/plan/session/")
    forgotten = client.post("/plan/forget", headers={**below, "Sec-Fetch-Site": "same-origin"})
    gone = [line for line in forgotten.headers.getlist("Set-Cookie") if "Max-Age=0" in line]
    assert {"plan", "__Secure-plan"} <= {line.partition("=")[0] for line in gone}


def test_a_language_that_was_chosen_before_is_still_spoken(recommender: Recommender, settings: Settings) -> None:
    client = create_app(replace(settings, secure_cookies=True), recommender).test_client()
    client.set_cookie("language", "es")
    assert client.get("/").headers["Content-Language"] == "es"
    assert client.get("/?lang=en").headers["Set-Cookie"].startswith("__Host-language=en;")
    assert client.get("/").headers["Content-Language"] == "en"


def test_a_secret_is_made_once_and_serves_every_process_and_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("recommender.web.app.create_app", lambda settings: seen.append(settings.secret_key))
    monkeypatch.setattr("recommender.web.app.is_installed", lambda: True)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    for _ in range(2):
        create_served_app()
    assert seen[0] == seen[1]
    assert len(seen[0]) >= 32
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("SECRET_KEY", SECRET)
    create_served_app()
    assert seen[2] == SECRET


def test_without_a_secret_and_a_place_for_one_the_service_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    (data / "secret.key").mkdir(parents=True)
    monkeypatch.setenv("DATA_DIR", str(data))
    monkeypatch.setattr("recommender.web.app.is_installed", lambda: True)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with pytest.raises(SystemExit) as ended:
        create_served_app()
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "secret.key" in line
    assert "Or set SECRET_KEY." in line
