"""The case lab in the browser: load, run, compare and save a case; nothing is kept, nothing stands in an address."""

from __future__ import annotations

import gzip
import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommender.lab.counterfactual import offered
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.lab.pages import LabWords
from tests.support import shipped
from tests.support.sample import seeds
from tests.support.sheets import full_intake, full_sheet
from tests.support.visitor import form

HERE = {"Sec-Fetch-Site": "same-origin"}
MOST_BYTES = 60_000
_HOSTS = itertools.count(1)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody at an address of their own, as cases are limited by address."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"192.0.2.{next(_HOSTS)}"
    return client


def send(client: FlaskClient, address: str, data: Mapping[str, Any]) -> TestResponse:
    return client.post(address, data=data, headers=HERE)


def choices(client: FlaskClient, address: str = "/lab") -> dict[str, str]:
    """Return the vignettes on offer: name to key."""
    found = re.findall(r'name="vignette" value="(\d+)">(.*?)</button>', client.get(address).text)
    return {unescape(name): key for key, name in found}


def carried(page: TestResponse, name: str = "case") -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page.text)
    assert found, "the page carries no case"
    return unescape(found.group(1))


class Ids(HTMLParser):
    """Gathers the ids of a page, the anchors that lead to them, and the levels of the headings."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.anchors: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a" and str(given.get("href")).startswith("#"):
            self.anchors.append(str(given["href"])[1:])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


def test_a_vignette_is_found_and_run(client: FlaskClient) -> None:
    name, key = next(iter(choices(client).items()))
    page = send(client, "/lab/case", {"vignette": key})
    assert page.status_code == 200
    assert name in unescape(page.text)
    for title in ("Findings", "What one answer would change", "Rules that nearly fired", "Every exercise"):
        assert f">{title}</h2>" in page.text


def test_the_search_finds_by_name_and_by_rule(client: FlaskClient, recommender: Recommender) -> None:
    rule = recommender.content.rule_set.rules[0].id
    vignettes = shipped.vignettes()
    assert set(choices(client, f"/lab?q={rule}")) == {one.name for one in vignettes if one.rule == rule}
    assert "saddle" in " ".join(choices(client, "/lab?q=SADDLE"))
    assert "0 vignettes found" in client.get("/lab?q=no+such+words").text


@pytest.mark.parametrize("part", seeds(0, fast=1, deep=3))
def test_the_page_of_a_journey_is_light_and_in_order(client: FlaskClient, part: int) -> None:
    for name, key in list(choices(client).items())[part * 20 :: 80]:
        page = send(client, "/lab/case", {"vignette": key})
        assert page.status_code == 200, name
        assert len(gzip.compress(page.data)) < MOST_BYTES
        reader = Ids()
        reader.feed(page.text)
        assert len(set(reader.ids)) == len(reader.ids)
        assert set(reader.anchors) <= set(reader.ids)
        steps = [later - earlier for earlier, later in zip(reader.headings, reader.headings[1:], strict=False)]
        assert reader.headings[0] == 1 and max(steps) <= 1, name


def test_the_page_tells_of_every_exercise(client: FlaskClient, recommender: Recommender) -> None:
    page = unescape(send(client, "/lab/case", form(full_sheet(recommender, {}))).text)
    section = page.partition('id="exercises"')[2]
    assert [one.name for one in recommender.content.catalogue.exercises if one.name not in section] == []


def test_filled_in_answers_give_the_result_of_the_service(client: FlaskClient, recommender: Recommender) -> None:
    given = {"pain_location": ["upper_back"], "pain_score": 7}
    result = recommender.recommend(full_intake(recommender, given))
    page = send(client, "/lab/case", {**form(full_sheet(recommender, given)), "name": "Somebody"})
    assert result.disposition.title in unescape(page.text)
    assert json.loads(carried(page))["answers"] == raw_answers(result.intake.answers)
    routine = page.text.partition("The routine</h2>")[2].partition("</ol>")[0]
    names = {recommender.content.catalogue.by_id[exercise].name for exercise in offered(result)}
    assert {unescape(name) for name in re.findall("<li><b>(.*?)</b>", routine)} == names


def test_the_form_comes_filled_in_and_sends_the_same_case_back(client: FlaskClient, recommender: Recommender) -> None:
    sent = carried(send(client, "/lab/case", form(full_sheet(recommender, {"conditions": ["glaucoma"]}))))
    page = send(client, "/lab/answers", {"case": sent})
    assert page.status_code == 200
    assert re.search(r'value="glaucoma" checked', page.text)
    assert re.search(r'<option value="45_49" selected>', page.text)
    assert 'value="putting on my socks"' in page.text


def test_what_is_left_open_can_be_taken_from_the_usual_answers(client: FlaskClient) -> None:
    some = {"age_band": "60_64"}
    assert send(client, "/lab/case", {**some, "fill": "1"}).status_code == 200
    refused = send(client, "/lab/case", some)
    assert refused.status_code == 422
    assert 'href="#pain_location"' in refused.text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"pain_score": "99"}, "whole number from 0 to 10"),
        ({"age_band": "no_such_age"}, "Use one of"),
        ({"rf_nerve": ["none", "saddle"]}, "on its own"),
        (
            {"fact-weeks_since_start": "soon"},
            "Enter a whole number from -999 to 999: whole weeks since the first routine.",
        ),
        ({"main_task-task": "x" * 200, "main_task-score": "3"}, "1 to 120 characters"),
    ],
)
def test_wrong_answers_get_a_message_and_the_form_again(
    client: FlaskClient, recommender: Recommender, wrong: dict[str, Any], message: str
) -> None:
    page = send(client, "/lab/case", {**form(full_sheet(recommender, {})), **wrong, "name": "Kept"})
    assert page.status_code == 422
    assert message in unescape(page.text) and 'value="Kept"' in page.text
    reader = Ids()
    reader.feed(page.text)
    assert set(reader.anchors) <= set(reader.ids)


def test_a_wrong_fact_and_a_wrong_answer_are_told_together(client: FlaskClient, recommender: Recommender) -> None:
    wrong = {"pain_score": "99", "fact-weeks_since_start": "soon"}
    page = send(client, "/lab/case", {**form(full_sheet(recommender, {})), **wrong})
    assert {'href="#pain_score"', 'href="#fact-weeks_since_start"'} <= set(re.findall(r'href="#[^"]+"', page.text))


@pytest.mark.parametrize(
    "data",
    [
        {"case": "{"},
        {"case": "[]"},
        {"case": '{"name": 1, "answers": {}, "facts": {}}'},
        {"case": '{"name": "", "answers": {}, "answers": {}, "facts": {}}'},
        {"case": "[" * 20_000},
    ],
)
def test_a_case_that_is_not_whole_is_refused(client: FlaskClient, data: dict[str, str]) -> None:
    assert send(client, "/lab/case", data).status_code == 400
    assert send(client, "/lab/compare", {**data, "first": "{}"}).status_code == 400
    assert send(client, "/lab/compare", data).status_code == 400


@pytest.mark.parametrize("key", ["999999", "x", "", "-1", "9" * 5000])
def test_a_vignette_that_is_not_there_is_not_found(client: FlaskClient, key: str) -> None:
    page = send(client, "/lab/case", {"vignette": key})
    assert page.status_code == 404
    assert "<h1" in page.text


def test_a_duration_is_told_in_words(client: FlaskClient) -> None:
    told: set[str] = set()
    for key in list(choices(client, "/lab?q=RF-U04").values())[:4]:
        outcomes = send(client, "/lab/case", {"vignette": key}).text.partition('id="outcomes"')[2]
        told |= {words.strip() for words in re.findall(r", within ([^<]+)", outcomes.partition("</section>")[0])}
    assert "24 hours" in told
    assert not [words for words in told if words.startswith("P")]


def test_findings_have_the_names_of_the_rule_book_and_else_show_their_id(recommender: Recommender) -> None:
    words = LabWords(recommender.content)
    assert words.finding("fragile") == "Bone or spine that may break easily"
    assert words.finding("main_place=low_back") == "Main place of pain: low back"
    assert words.finding("neutral_pref") == "<code>neutral_pref</code>"


@pytest.mark.parametrize("answers", [{"no_such": 1}, {"age_band": ["x"]}, {"pain_score": {"a": [1]}}, {"age_band": 7}])
def test_a_case_with_strange_answers_gets_the_form(client: FlaskClient, answers: dict[str, Any]) -> None:
    case = json.dumps({"name": "", "answers": answers, "facts": {}})
    assert send(client, "/lab/case", {"case": case}).status_code == 422
    assert send(client, "/lab/answers", {"case": case}).status_code == 422
    assert send(client, "/lab/vignette", {"case": case}).status_code == 422
    assert send(client, "/lab/compare", {"first": case, "vignette": "0"}).status_code == 422


def test_two_cases_are_compared(client: FlaskClient) -> None:
    keys = list(choices(client).values())
    first = carried(send(client, "/lab/case", {"vignette": keys[3]}))
    chooser = send(client, "/lab", {"first": first, "q": "whiplash"})
    assert json.loads(carried(chooser, "first")) == json.loads(first)
    page = send(client, "/lab/compare", {"first": carried(chooser, "first"), "vignette": keys[7]})
    assert page.status_code == 200
    assert "Answers that differ" in page.text and "Both lead to the same result" not in page.text
    same = send(client, "/lab/compare", {"first": first, "case": first})
    assert "Both lead to the same result" in same.text


@pytest.mark.deep
def test_a_saved_vignette_can_be_loaded_and_run_again(
    client: FlaskClient, recommender: Recommender, settings: Settings, tmp_path: Path
) -> None:
    given = {"pain_location": ["neck"], "limits": ["kneel"], "main_task": {"task": "“x”: #1", "score": 3}}
    case = carried(send(client, "/lab/case", form(full_sheet(recommender, given))))
    saved = send(client, "/lab/vignette", {"case": case, "name": "A neck, no kneeling"})
    assert saved.headers["Content-Disposition"] == 'attachment; filename="a-neck-no-kneeling.yaml"'
    assert saved.mimetype == "application/yaml"
    folder = tmp_path / "vignettes"
    (folder / "journeys").mkdir(parents=True)
    (folder / "journeys" / "saved.yaml").write_bytes(saved.data)
    (folder / "baseline.yaml").write_bytes((settings.vignettes_dir / "baseline.yaml").read_bytes())
    elsewhere = create_app(replace(settings, vignettes_dir=folder), recommender).test_client()
    assert choices(elsewhere) == {"A neck, no kneeling": "0"}
    again = carried(send(elsewhere, "/lab/case", {"vignette": "0"}))
    assert json.loads(again)["answers"] == json.loads(case)["answers"]


def test_without_vignettes_the_lab_still_takes_answers(
    recommender: Recommender, settings: Settings, tmp_path: Path
) -> None:
    client = create_app(replace(settings, vignettes_dir=tmp_path / "none"), recommender).test_client()
    assert client.get("/lab").status_code == 200
    assert client.get("/lab/answers").status_code == 200
    assert send(client, "/lab/case", form(full_sheet(recommender, {}))).status_code == 200


def test_nothing_is_kept_and_nothing_stands_in_an_address(client: FlaskClient, recommender: Recommender) -> None:
    data = {**form(full_sheet(recommender, {})), "main_task-task": "feeding-the-goat"}
    page = send(client, "/lab/case", data)
    assert "Set-Cookie" not in page.headers and page.headers["Cache-Control"] == "no-store"
    assert "feeding-the-goat" in page.text
    for address in re.findall(r'(?:href|action|formaction)="([^"]*)"', page.text):
        assert "goat" not in address and "?" not in address
    assert "feeding-the-goat" not in client.get("/lab").text + client.get("/lab/answers").text
    assert client.get("/lab/case?age_band=45_49").status_code == 405


def test_answers_in_an_address_are_not_read(client: FlaskClient) -> None:
    assert send(client, "/lab/case?fill=1&age_band=70_plus", {}).status_code == 422
    assert 'value="70_plus" selected' not in client.get("/lab/answers?age_band=70_plus").text


def test_another_site_cannot_run_a_case(client: FlaskClient) -> None:
    for address in ("/lab", "/lab/answers", "/lab/case", "/lab/compare", "/lab/vignette"):
        refused = client.post(address, data={"vignette": "0"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert refused.status_code == 403


def test_the_lab_speaks_english_whatever_the_browser_prefers(client: FlaskClient) -> None:
    page = client.get("/lab", headers={"Accept-Language": "es"})
    assert '<html lang="en"' in page.text and page.headers["Content-Language"] == "en"


def test_what_people_typed_is_shown_as_text(client: FlaskClient, recommender: Recommender) -> None:
    data = {**form(full_sheet(recommender, {})), "name": "<script>x</script>", "main_task-task": '"><b>bold'}
    page = send(client, "/lab/case", data)
    assert "<script>x" not in page.text and '"><b>bold' not in page.text
