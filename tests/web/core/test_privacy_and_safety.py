"""The cookie, the headers, forms from elsewhere, and what happens when the engine cannot be trusted."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommender.errors import DecisionError
from recommender.models.questionnaire import Answer, QuestionKind, Task
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.core.security import HEADERS
from recommender.web.core.static_files import FOLDER
from recommender.web.questionnaire.answer_store import answer_store
from recommender.web.questionnaire.draft import Draft
from tests.support.sheets import full_sheet
from tests.support.visitor import FIRST, Visitor, form

PAGES = ("/", "/privacy", FIRST, "/check-answers", "/result", "/nowhere", "/healthz", "/readyz", "/api/v1/sources")


def test_answers_are_kept_in_one_encrypted_cookie_that_scripts_cannot_read(visitor: Visitor) -> None:
    visitor.see(FIRST)
    sent = visitor.send(FIRST, {"age_band": "60_64", "pain_location": ["low_back"]})
    (cookie,) = sent.headers.getlist("Set-Cookie")
    assert cookie.startswith("answers=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=86400"):
        assert part in cookie
    assert "Secure" not in cookie
    assert "60_64" not in cookie
    assert "low_back" not in cookie


def test_the_cookie_is_secure_where_the_setting_says_so(recommender: Recommender, settings: Settings) -> None:
    client = create_app(replace(settings, secure_cookies=True), recommender).test_client()
    assert "; Secure" in Visitor(client, recommender).send(FIRST, {"age_band": "60_64"}).headers["Set-Cookie"]


@pytest.mark.parametrize("address", ["/questions/your-plan", "/check-answers", "/result"])
@pytest.mark.parametrize("token", ["rubbish", "é", "gAAAAABn" + "A" * 120])
def test_a_cookie_that_cannot_be_read_leads_to_a_friendly_page_and_is_left_alone(
    client: FlaskClient, address: str, token: str
) -> None:
    client.set_cookie("answers", token)
    page = client.get(address)
    assert page.status_code == 200
    assert "Please start again" in page.text
    assert "Set-Cookie" not in page.headers


def test_whoever_has_a_cookie_that_cannot_be_read_can_begin(visitor: Visitor) -> None:
    visitor.client.set_cookie("answers", "rubbish")
    assert visitor.fill_in({}) == "/check-answers"


def test_answers_of_another_key_cannot_be_read(visitor: Visitor, recommender: Recommender, settings: Settings) -> None:
    visitor.fill_in({})
    cookie = visitor.client.get_cookie("answers")
    assert cookie
    other = create_app(settings, recommender).test_client()
    other.set_cookie("answers", cookie.value)
    assert "Please start again" in other.get("/result").text


def test_a_shared_secret_lets_another_process_read_the_answers(recommender: Recommender, settings: Settings) -> None:
    shared = replace(settings, secret_key="a secret that is long enough for this")
    first, second = (create_app(shared, recommender).test_client() for _ in range(2))
    Visitor(first, recommender).fill_in({})
    cookie = first.get_cookie("answers")
    assert cookie
    second.set_cookie("answers", cookie.value)
    assert second.get("/result").status_code == 200


def test_answers_expire(recommender: Recommender, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    client = create_app(settings, recommender).test_client()
    Visitor(client, recommender).fill_in({})
    now = __import__("time").time()
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: now + settings.answer_hours * 3600 + 605)
    assert "Please start again" in client.get("/check-answers").text


def test_a_sheet_with_every_box_ticked_fits_in_a_cookie(
    recommender: Recommender, settings: Settings, app: Flask
) -> None:
    answers: dict[str, Answer] = {}
    for question in recommender.content.questionnaire.intake_questions:
        match question.kind:
            case QuestionKind.MANY:
                answers[question.id] = tuple(option.id for option in question.options)
            case QuestionKind.ONE:
                answers[question.id] = max((option.id for option in question.options), key=len)
            case QuestionKind.NUMBER:
                answers[question.id] = question.maximum
            case QuestionKind.TASK:
                answers[question.id] = Task("漢字é" * 30, 10)
    response = app.response_class()
    slugs = frozenset(page.slug for page in recommender.content.questionnaire.intake_pages)
    with app.app_context():
        answer_store().write(response, Draft(answers, slugs))
    assert len(response.headers["Set-Cookie"]) < 4000


def test_pages_that_depend_on_answers_are_not_stored(visitor: Visitor) -> None:
    visitor.fill_in({})
    for address in (FIRST, "/check-answers", "/result", "/questions/soon-check"):
        assert visitor.see(address).headers["Cache-Control"] == "no-store"


# What the OWASP Secure Headers Project has every response say, but for Strict-Transport-Security, which is a setting, and
# Clear-Site-Data, which would take the plans of a whole host along.
OWASP = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
OF_EVERY_KIND = (
    *PAGES,
    "/docs",
    "/problems",
    "/rules/changes",
    "/sign-in",
    "/healthz",
    "/api/v1/nowhere",
    "/robots.txt",
)


@pytest.mark.parametrize("address", OF_EVERY_KIND)
def test_every_response_has_the_security_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy and "base-uri 'none'" in policy
    assert {name: headers.get(name) for name in OWASP} == OWASP
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(headers["Permissions-Policy"].split(", "))
    assert "Server" not in headers and "X-Powered-By" not in headers
    assert headers["Cache-Control"]


def test_pages_hold_nothing_inline_and_ask_no_other_host(visitor: Visitor) -> None:
    visitor.fill_in({})
    for address in ("/", FIRST, "/questions/your-pain", "/check-answers", "/result"):
        text = visitor.see(address).text
        assert not re.search(r"<style|<script(?! type=\"module\" src=\"/static/)| style=| on\w+=", text), address
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text), address


def test_pages_are_light(visitor: Visitor) -> None:
    visitor.fill_in({"pain_location": ["low_back", "neck"], "pain_main": "neck", "minutes": "20"})
    packed = {"Accept-Encoding": "gzip"}
    for address in ("/", FIRST, "/questions/your-health", "/check-answers", "/result"):
        page = visitor.client.get(address, headers=packed)
        text = visitor.client.get(address).text
        files = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text))
        size = len(page.data) + sum(len(visitor.client.get(file, headers=packed, buffered=True).data) for file in files)
        assert len(files) == 3
        assert size < 60_000, f"{address}: {size}"


def test_static_files_are_kept_for_a_year_and_packed(client: FlaskClient) -> None:
    found = re.search(r'href="(/static/app-\w+\.css)"', client.get("/").text)
    assert found
    plain = client.get(found[1], buffered=True)
    packed = client.get(found[1], headers={"Accept-Encoding": "gzip"}, buffered=True)
    for response in (plain, packed):
        assert "immutable" in response.headers["Cache-Control"]
        assert "max-age=31536000" in response.headers["Cache-Control"]
        assert response.mimetype == "text/css"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 4


@pytest.mark.parametrize("name", ["../app.py", "%2e%2e/app.py", "manifest.json", "app.css", "", "."])
def test_nothing_but_the_built_files_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_no_packed_sibling_has_an_address_of_its_own(client: FlaskClient) -> None:
    for name in (path.name for path in FOLDER.glob("*.gz")):
        assert client.get(f"/static/{name}").status_code == 404
        assert client.get(f"/static/{name.removesuffix('.gz')}", buffered=True).status_code == 200


def test_static_files_come_with_our_headers_and_no_cookie(client: FlaskClient) -> None:
    name = next(path.name for path in FOLDER.glob("app-*.js"))
    response = client.get(f"/static/{name}?lang=es", buffered=True)
    assert {header: response.headers.get(header) for header in HEADERS} == HEADERS
    assert "Set-Cookie" not in response.headers
    assert "Access-Control-Allow-Origin" not in response.headers
    assert (response.mimetype, response.headers["Vary"]) == ("text/javascript", "Accept-Encoding")
    assert client.get(f"/static/{name}", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert client.get("/static/VENDORED.md", buffered=True).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "null", "Referer": "http://localhost/questions/about-you"}, 303),
        ({"Referer": "http://localhost/questions/about-you"}, 303),
        ({"Referer": "http://localhost.elsewhere.example/questions/about-you"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_forms_from_other_sites_are_refused(visitor: Visitor, headers: dict[str, str], status: int) -> None:
    visitor.see(FIRST)
    data = form({"age_band": "45_49", "pain_location": ["low_back"]})
    assert visitor.client.post(FIRST, data=data, headers=headers).status_code == status


@pytest.mark.parametrize("headers", [{"Origin": "null"}, {}])
def test_a_cookie_of_ours_vouches_for_a_browser_that_says_nothing(visitor: Visitor, headers: dict[str, str]) -> None:
    data = {"age_band": "45_49", "pain_location": ["low_back"]}
    visitor.send(FIRST, data)
    assert visitor.client.post(FIRST, data=form(data), headers=headers).status_code == 303


def test_a_form_without_an_origin_and_without_our_cookie_is_refused(client: FlaskClient) -> None:
    page = client.post("/start-again", headers={"Origin": "null"})
    assert page.status_code == 403
    assert "We could not take that form" in page.text


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("get", "/nowhere", 404), ("get", "/questions/nowhere", 404), ("get", "/start-again", 405)],
)
def test_html_errors_are_friendly_pages(client: FlaskClient, method: str, address: str, status: int) -> None:
    page = getattr(client, method)(address)
    assert page.status_code == status
    assert "<h1" in page.text
    assert "Traceback" not in page.text


def test_a_form_that_is_too_large_is_refused(visitor: Visitor) -> None:
    visitor.see(FIRST)
    page = visitor.send(FIRST, {"age_band": "x" * 70_000})
    assert page.status_code == 413
    assert "too much to send" in page.text


def raising(*_: Any) -> Any:
    raise DecisionError("made to fail")


def crashing(*_: Any) -> Any:
    raise KeyError("saddle")


@pytest.mark.parametrize("failure", [raising, crashing])
def test_a_failing_engine_gives_a_page_with_advice_and_no_routine(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Any
) -> None:
    visitor.fill_in({})
    monkeypatch.setattr(visitor.recommender.engine, "fire", failure)
    with caplog.at_level(logging.DEBUG):
        page = visitor.see("/result")
    assert page.status_code == 503
    assert "We could not check your answers safely" in page.text
    assert "tel:999" in page.text
    assert "Your moves" not in page.text
    assert "saddle" not in caplog.text
    assert "made to fail" not in page.text


@pytest.mark.parametrize("failure", [raising, crashing])
def test_a_failing_engine_gives_programs_a_problem_and_no_routine(
    client: FlaskClient, recommender: Recommender, monkeypatch: pytest.MonkeyPatch, failure: Any
) -> None:
    monkeypatch.setattr(recommender.engine, "fire", failure)
    response = client.post("/api/v1/recommendations", json={"answers": full_sheet(recommender, {})})
    assert response.status_code == 503
    assert response.mimetype == "application/problem+json"
    assert "routine" not in json.loads(response.data)


def test_a_dropped_firing_gives_no_routine(
    visitor: Visitor, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.fill_in({})
    whole = recommender.engine.fire
    monkeypatch.setattr(recommender.engine, "fire", lambda intake: frozenset(sorted(whole(intake))[1:]))
    assert visitor.see("/result").status_code == 503


def test_answers_stay_out_of_the_log_and_the_address(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        visitor.fill_in({"rf_illness": ["night_constant"]})
        visitor.see("/result")
    assert "night_constant" not in caplog.text
    assert all("night" not in address for address in visitor.seen)


def test_broken_content_is_told_and_nothing_is_served(settings: Settings, tmp_path: Any) -> None:
    client = create_app(replace(settings, rules_dir=tmp_path)).test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert any("rule-set.yaml" in reason for reason in ready.get_json()["reasons"])
    assert str(tmp_path) not in ready.text, "where it is looked for is nobody's business"
    page = client.get("/")
    assert page.status_code == 503
    assert "We could not check your answers safely" in page.text
    assert client.get("/api/v1/questionnaire").status_code == 503


def test_a_failed_self_test_serves_no_routine(settings: Settings, recommender: Recommender) -> None:
    broken = Recommender(recommender.content)
    broken.__dict__["faults"] = ("canary 3: the engine lost a rule",)
    client = create_app(settings, broken).test_client()
    assert client.get("/readyz").status_code == 503
    answers = {"answers": full_sheet(recommender, {})}
    assert client.post("/api/v1/recommendations", json=answers).status_code == 503


def test_a_healthy_service_is_ready(client: FlaskClient) -> None:
    assert client.get("/readyz").get_json()["status"] == "ready"
