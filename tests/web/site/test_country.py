"""The country is chosen by the person: offered by what the browser says, never taken, and kept apart from the answers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from tests.support.sheets import full_sheet
from tests.support.visitor import FROM_HERE, Visitor

EMERGENCY = {"rf_nerve": ["saddle"]}


@pytest.fixture
def client(recommender: Recommender, settings: Settings) -> FlaskClient:
    """Return a client of a site that was set to no country."""
    return create_app(replace(settings, region=None), recommender).test_client()


@pytest.fixture
def visitor(client: FlaskClient, recommender: Recommender) -> Visitor:
    return Visitor(client, recommender)


def choose(client: FlaskClient, country: str, back: str = "/result") -> Any:
    return client.post("/country", data={"country": country, "back": back}, headers=FROM_HERE)


def numbers_on(page: str) -> list[str]:
    """Return the numbers to dial in the box at the head of a page about an emergency."""
    box = page[page.index('class="app-act__body"') : page.index('class="app-steps"')]
    return re.findall(r'href="tel:([^"]+)"', box)


def test_where_nothing_is_known_every_country_is_listed(visitor: Visitor) -> None:
    found = numbers_on(visitor.result_of(EMERGENCY).text)
    assert {"999", "112", "911", "000", "111"} == set(found) and len(found) == 7


@pytest.mark.parametrize(
    ("country", "number"), [("GB", "999"), ("IE", "112"), ("EU", "112"), ("US", "911"), ("NZ", "111")]
)
def test_a_country_that_was_chosen_has_its_one_number_big(visitor: Visitor, country: str, number: str) -> None:
    visitor.result_of(EMERGENCY)
    assert choose(visitor.client, country).headers["Location"] == "/result"
    page = visitor.see("/result").text
    assert numbers_on(page) == [number]
    assert f'class="govuk-button" href="tel:{number}"' in page


def test_a_country_whose_numbers_are_not_known_has_general_words_and_no_number(visitor: Visitor) -> None:
    visitor.result_of(EMERGENCY)
    choose(visitor.client, "other")
    page = visitor.see("/result").text
    assert numbers_on(page) == []
    assert "The emergency number of your country" in page
    assert "None" not in re.sub(r"<[^>]*>", " ", page[page.index("<main") : page.index("</main>")])
    assert "Call your emergency number." in visitor.see("/questions/emergency-check").text


def test_the_choice_can_be_taken_back(visitor: Visitor) -> None:
    visitor.result_of(EMERGENCY)
    choose(visitor.client, "GB")
    choose(visitor.client, "")
    assert len(numbers_on(visitor.see("/result").text)) == 7


def test_what_the_browser_says_is_offered_first_and_never_taken(visitor: Visitor) -> None:
    visitor.result_of(EMERGENCY)
    for said, first in (("en-AU,en;q=0.9", "AU"), ("es-ES", "EU"), ("es-MX", "other"), ("en, fr-CA;q=0.5", "CA")):
        page = visitor.client.get("/country", headers={"Accept-Language": said}).text
        assert re.findall(r'name="country" type="radio" value="(\w+)"', page)[0] == first
        checked = re.findall(r'name="country" type="radio" value="(\w*)"[^>]* checked', page)
        assert checked == [""], said
        result = visitor.client.get("/result", headers={"Accept-Language": said}).text
        assert len(numbers_on(result)) == 7


def test_a_setting_is_the_default_and_the_person_may_choose_another(
    recommender: Recommender, settings: Settings
) -> None:
    client = create_app(replace(settings, region="US"), recommender).test_client()
    visitor = Visitor(client, recommender)
    assert numbers_on(visitor.result_of(EMERGENCY).text) == ["911"]
    choose(client, "AU")
    assert numbers_on(visitor.see("/result").text) == ["000"]


@pytest.mark.parametrize("country", ["XX", "gb", "é"])
def test_what_is_no_country_is_refused_or_not_read(visitor: Visitor, country: str) -> None:
    assert choose(visitor.client, country).status_code == 400
    visitor.client.set_cookie("country", country)
    assert len(numbers_on(visitor.result_of(EMERGENCY).text)) == 7


def test_a_form_of_another_site_cannot_choose(client: FlaskClient) -> None:
    sent = client.post("/country", data={"country": "GB"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403 and "Set-Cookie" not in sent.headers


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "result", ""]
)
def test_nobody_is_led_to_another_site(client: FlaskClient, back: str) -> None:
    assert choose(client, "GB", back).headers["Location"] == "/"
    assert f'value="{back}"' not in client.get("/country", query_string={"back": back}).text or back == ""


def test_the_cookie_holds_the_country_alone_and_is_none_of_state(
    recommender: Recommender, settings: Settings, client: FlaskClient
) -> None:
    kept = choose(client, "GB").headers["Set-Cookie"]
    assert kept.startswith("country=GB;") and "HttpOnly" in kept and "SameSite=Lax" in kept and "Path=/" in kept
    secure = create_app(replace(settings, secure_cookies=True), recommender).test_client()
    assert choose(secure, "GB").headers["Set-Cookie"].startswith("__Host-country=GB;")


def test_the_privacy_page_names_the_cookie(client: FlaskClient) -> None:
    assert "“country”: the country you chose" in client.get("/privacy").text


def test_starting_again_keeps_the_country(visitor: Visitor) -> None:
    visitor.fill_in({})
    choose(visitor.client, "GB")
    visitor.client.post("/start-again", headers=FROM_HERE)
    assert "Country: United Kingdom" in visitor.see("/").text


def recommended(client: FlaskClient, recommender: Recommender, **members: Any) -> Any:
    body = {"answers": full_sheet(recommender, EMERGENCY), **members}
    return client.post("/api/v1/recommendations", json=body)


@pytest.mark.parametrize(
    ("members", "countries"),
    [
        ({}, ["GB", "IE", "EU", "US", "CA", "AU", "NZ"]),
        ({"region": None}, ["GB", "IE", "EU", "US", "CA", "AU", "NZ"]),
        ({"region": "NZ"}, ["NZ"]),
        ({"region": "other"}, ["other"]),
    ],
)
def test_a_call_says_whose_numbers_it_wants(
    client: FlaskClient, recommender: Recommender, members: dict[str, Any], countries: list[str]
) -> None:
    choose(client, "GB")  # a cookie counts for pages alone
    reply = recommended(client, recommender, **members).get_json()
    assert [one["region"] for one in reply["contacts"]] == countries


@pytest.mark.parametrize(("region", "code"), [("XX", "unknown_option"), (7, "wrong_type"), (["GB"], "wrong_type")])
def test_a_country_that_there_is_not_is_told_by_name(
    client: FlaskClient, recommender: Recommender, region: Any, code: str
) -> None:
    reply = recommended(client, recommender, region=region)
    assert reply.status_code == 422
    [problem] = reply.get_json()["problems"]
    assert (problem["pointer"], problem["code"]) == ("/region", code)


def test_a_check_may_say_whose_numbers_it_wants(client: FlaskClient, recommender: Recommender) -> None:
    told = client.post("/api/v1/check-ins", json={"region": "XX"}).get_json()
    assert [problem["pointer"] for problem in told["problems"]] == ["/region"]
    told = client.post("/api/v1/check-ins", json={"region": "AU"}).get_json()
    assert "/region" not in [problem["pointer"] for problem in told["problems"]]
