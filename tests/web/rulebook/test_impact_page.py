"""The pages of what a change does to people: worst first, in words, before and after, and never from a file that nobody signed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from recommender.review.impact_record import impact_folder, impact_name, write_impact
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from tests.support.impacts import NEW, OLD, told_of
from tests.support.signing import KEY


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    settings = replace(read_settings({"DATA_DIR": str(tmp_path)}), audit_key=KEY.decode())
    told = told_of(recommender)
    write_impact(impact_folder(settings) / impact_name(OLD, NEW), KEY, told)
    yield create_app(settings, recommender)


def page_of(app: Flask, address: str) -> str:
    reply = app.test_client().get(address)
    assert reply.status_code == 200, address
    return unescape(reply.text)


def address_of(app: Flask) -> str:
    (found,) = re.findall(r'href="(/rules/impact/impact-[^"]+)"', page_of(app, "/rules/impact"))
    return found


def test_the_page_tells_who_is_less_safe_first_then_who_is_turned_away_then_words(app: Flask) -> None:
    text = page_of(app, address_of(app))
    parts = [
        "Told something less urgent",
        "Gets a move that a rule left out before: 12 people",
        "Gets no routine any more: 3 people",
        "urgent same day becomes routine: less safe",
        "Who gets something else, and is not less safe",
        "When 60 or over.",
        "FACT-01: When, and 1 place more",
        "journeys/z.yaml: Cay: age",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "<del>50</del>" in text and "<ins>60</ins>" in text
    assert "1500 vignettes and a crowd of 20000" in text
    assert "12345" in text and "Shares of sheets are not shares of people" in text


def test_a_person_is_shown_under_both_rule_sets_and_opens_in_the_lab(app: Flask) -> None:
    text = page_of(app, f"{address_of(app)}/1")
    assert "Age? 50 to 59" in text and "urgent same day" in text and "Cat-cow, on hands and knees" in text
    assert text.index("<dt>Before</dt>") < text.index("<dt>After</dt>")
    (case,) = re.findall(r'name="case" value="([^>]*)">', text)
    client = app.test_client()
    shown = client.post("/lab/case", data={"case": case}, headers={"Sec-Fetch-Site": "same-origin"})
    assert shown.status_code == 200
    assert "Left out by a rule before." in page_of(app, f"{address_of(app)}/2")
    both = page_of(app, f"{address_of(app)}/2")
    assert "1 move in or out, or for another reason" in both and "Left out by a rule, by" in both
    assert re.search(r"Findings</h3>.*?age50.*?None\.", both, re.DOTALL)
    for number in ("0", "5"):
        assert client.get(f"{address_of(app)}/{number}").status_code == 404


def test_who_shows_a_change_over_every_sheet_opens_in_the_lab_if_it_is_on_a_first_visit(app: Flask) -> None:
    exact = page_of(app, address_of(app)).partition('id="exact"')[2].partition("</section>")[0]
    assert "at a check: progress becomes keep" in exact
    (case,) = re.findall(r'name="case" value="([^>]*)">', exact)
    same_site = {"Sec-Fetch-Site": "same-origin"}
    assert app.test_client().post("/lab/case", data={"case": case}, headers=same_site).status_code == 200


def test_rules_that_do_not_run_are_said_to_be_others(recommender: Recommender, app: Flask, tmp_path: Path) -> None:
    told = told_of(recommender)
    told["new"]["hash"] = "b" * 64
    write_impact(tmp_path / "impact" / impact_name(OLD, "b" * 64), KEY, told)
    assert page_of(app, "/rules/impact").count("not the rules that run") == 1
    name = impact_name(OLD, "b" * 64).removesuffix(".json")
    assert "are not those that run here" in page_of(app, f"/rules/impact/{name}")


def test_a_file_that_was_altered_is_not_shown(recommender: Recommender, app: Flask, tmp_path: Path) -> None:
    address = address_of(app)
    (path,) = (tmp_path / "impact").glob("*.json")
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**told, "affected": []}), encoding="utf-8")
    assert "Nothing is kept here yet" in page_of(app, "/rules/impact")
    assert app.test_client().get(address).status_code == 404


def test_without_a_record_the_page_says_how_to_make_one(recommender: Recommender, tmp_path: Path) -> None:
    app = create_app(read_settings({"DATA_DIR": str(tmp_path)}), recommender)
    assert "recommender diff OLD NEW --crowd 20000 --record" in page_of(app, "/rules/impact")
