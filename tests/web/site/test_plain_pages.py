"""The pages that everybody may read: what they promise, what they count, and that search engines may find them."""

from __future__ import annotations

import html
import logging
import re
from copy import copy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest
from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.site import about as about_view
from tests.content.test_wording import CLAIMS, FEAR
from tests.support.planner import Planner
from tests.support.sheets import full_intake
from tests.support.visitor import FIRST, FROM_HERE, Visitor, form

HEADINGS = {
    "/": "A routine for a sore or stiff back",
    "/how-it-works": "How it works",
    "/who-it-is-for": "Who it is for",
    "/evidence": "What the evidence says",
    "/privacy": "Privacy",
    "/accessibility": "Accessibility",
    "/licences": "Licences",
}
PROSE_WORDS_AT_MOST = 800
WITHOUT_CONTENT = ("/privacy", "/accessibility", "/licences", "/robots.txt")


def main_text(client: FlaskClient, address: str) -> str:
    """Return what stands in the main part of a page, without what is folded away."""
    found = re.search(r"<main.*?</main>", client.get(address).text, re.DOTALL)
    assert found
    return words_of(re.sub(r"<details.*?</details>", "", found[0], flags=re.DOTALL))


def words_of(page: str) -> str:
    """Return the text of a page, or of a part of it, what is folded away too."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize(("address", "heading"), HEADINGS.items())
def test_every_plain_page_answers_with_its_heading_and_title(client: FlaskClient, address: str, heading: str) -> None:
    page = client.get(address)
    assert page.status_code == 200
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page.text) == [heading]
    assert page.text.count(f"<title>{heading} ") == 1


@pytest.mark.parametrize("address", HEADINGS)
def test_search_engines_may_read_every_plain_page(client: FlaskClient, address: str) -> None:
    text = client.get(address).text
    assert "noindex" not in text
    (description,) = re.findall(r'<meta name="description" content="([^"]+)">', text)
    assert 50 <= len(html.unescape(description)) <= 160


def test_descriptions_and_headings_differ(client: FlaskClient) -> None:
    found = [re.findall(r'name="description" content="([^"]+)"', client.get(address).text)[0] for address in HEADINGS]
    assert len(set(found)) == len(set(HEADINGS.values())) == len(HEADINGS)


@pytest.mark.parametrize("address", HEADINGS)
def test_headings_never_skip_a_level(client: FlaskClient, address: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", client.get(address).text)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("address", HEADINGS)
def test_every_link_of_a_plain_page_leads_somewhere(
    client: FlaskClient, recommender: Recommender, address: str
) -> None:
    sources = {source.url for source in recommender.content.catalogue.sources.values()}
    links = set(re.findall(r'<a [^>]*href="([^"]+)"', client.get(address).text))
    assert {page for page in HEADINGS if page != "/"} <= links
    for link in links:
        if link.startswith("/"):
            assert client.get(link).status_code == 200, link
        elif html.unescape(link) not in sources:
            assert re.match(r"#main-content$|\?lang=|tel:\d+$|https://(doi\.org/10\.|www\.apache\.org/)", link), link


def test_plain_pages_ask_no_other_host_and_hold_nothing_inline(client: FlaskClient) -> None:
    for address in HEADINGS:
        text = client.get(address).text
        assert not re.search(r"<style|<script(?! type=\"module\" src=\"/static/)| style=| on\w+=", text), address
        assert not re.search(r'(?:src|action)="(?:https?:)?//|<link[^>]+href="(?:https?:)?//', text), address


@pytest.mark.parametrize("address", HEADINGS)
def test_plain_pages_are_short_and_promise_and_frighten_nobody(client: FlaskClient, address: str) -> None:
    text = main_text(client, address)
    if address == "/licences":
        text = text.partition("The MIT License")[0]
    assert len(text.split()) <= PROSE_WORDS_AT_MOST
    for pattern in (CLAIMS["en"], FEAR["en"], r"!|\u2014"):
        assert not re.findall(pattern, text, re.IGNORECASE)


def test_the_figures_are_those_of_the_content(client: FlaskClient, recommender: Recommender) -> None:
    content = recommender.content
    works, evidence = main_text(client, "/how-it-works"), main_text(client, "/evidence")
    assert f"There are {len(content.questionnaire.intake_questions)} questions in all." in works
    assert f"There are {len(content.rule_set.rules)} rules." in works
    assert f"There are {len(content.catalogue.exercises)} moves in all." in works
    assert f"There are {len(content.catalogue.sources)} sources." in evidence
    assert f"We wrote down {len(content.catalogue.decisions)} points" in evidence
    articles = [source for source in content.catalogue.sources.values() if source.seed_file]
    assert f"The work began with {len(articles)} articles" in evidence
    assert f"{len(content.catalogue.review_points)} points are on the list" in evidence
    guided = [rule for rule in content.rule_set.rules if "guideline" in rule.strength]
    assert f"{len(guided)} rules rest on a guideline." in evidence


def test_the_figures_follow_the_content(recommender: Recommender) -> None:
    content = recommender.content
    fewer = replace(content, rule_set=replace(content.rule_set, rules=content.rule_set.rules[:10]))
    counted = about_view.figures(fewer)
    assert counted.rules == 10
    assert sum(counted.strengths.values()) >= 10
    assert counted.safety_rules <= counted.rules


def test_every_source_is_listed_once_in_a_group_with_its_count(client: FlaskClient, recommender: Recommender) -> None:
    text = html.unescape(client.get("/evidence").text)
    counts = [int(count) for count in re.findall(r"details__summary-text\">[^<]+\((\d+)\)<", text)]
    assert sum(counts) == len(recommender.content.catalogue.sources)
    for source in recommender.content.catalogue.sources.values():
        assert text.count(f"<li>{source.title}. {source.organisation}") == 1, source.id
        assert not source.doi or f'href="https://doi.org/{source.doi}"' in text


def test_a_source_of_an_unknown_kind_is_still_listed(recommender: Recommender) -> None:
    content = recommender.content
    source = replace(next(iter(content.catalogue.sources.values())), kind="podcast")
    other = replace(content, catalogue=replace(content.catalogue, sources={source.id: source}))
    assert [(group.id, group.sources) for group in about_view.source_groups(other)] == [("other", (source,))]


def test_every_kind_of_source_and_ground_has_a_name_on_the_page(client: FlaskClient, recommender: Recommender) -> None:
    titles = re.findall(r"details__summary-text\">([^<]*)\(\d+\)<", client.get("/evidence").text)
    assert titles and all(title.strip() for title in titles)
    grounds = {label.partition("_")[0] for rule in recommender.content.rule_set.rules for label in rule.strength}
    assert grounds == {"guideline", "consensus", "trials", "observational", "practice", "design"}


def test_no_page_hides_that_nobody_has_approved_or_studied_this(client: FlaskClient, recommender: Recommender) -> None:
    for address in ("/", "/how-it-works", "/evidence"):
        assert recommender.content.catalogue.words.not_approved in main_text(client, address)
    assert "Nobody has studied it yet." in main_text(client, "/evidence")


@pytest.mark.parametrize(
    ("given", "has_routine"),
    [
        ({"age_band": "under_18"}, False),
        ({"rf_emergency": ["major_injury"]}, False),
        ({"pain_location": ["neck"], "rf_neck": ["neck_injury"]}, False),
        ({"rf_bone_nerve": ["fall_knock"]}, True),
        ({"rf_bone_nerve": ["fall_knock"], "age_band": "70_plus"}, False),
        ({"pain_location": ["no_pain"]}, True),
        ({"pain_location": ["neck"]}, True),
        ({"pain_location": ["leg"]}, False),
        ({"told_no_exercise": "yes"}, False),
        ({"function": "cannot"}, False),
        ({"rf_illness": ["cancer_now"]}, False),
        ({"conditions": ["blood_clot"]}, False),
        ({"conditions": ["neuro_condition"]}, False),
        ({"conditions": ["heart"], "heart_detail": "symptoms"}, False),
        ({"conditions": ["other_surgery"], "surgery_when": "6_12w", "surgery_rules": ["none"]}, False),
        ({"conditions": ["spine_surgery"], "surgery_when": "gt_12m", "surgery_rules": ["fusion"]}, False),
        ({"conditions": ["spine_surgery"], "surgery_when": "3_12m", "surgery_rules": ["cleared"]}, True),
        ({"conditions": ["postnatal"], "postnatal_detail": "lt_6w", "postnatal_issue": ["none"]}, False),
        ({"conditions": ["postnatal"], "postnatal_detail": "6_12w", "postnatal_issue": ["caesarean"]}, False),
        ({"conditions": ["postnatal"], "postnatal_detail": "6_12w", "postnatal_issue": ["none"]}, True),
        ({"limits": ["wheelchair"], "place": "chair_only"}, True),
        ({"limits": ["floor"], "place": "bed"}, True),
        ({"limits": ["floor"], "place": "chair_only"}, True),
        ({"limits": ["floor"], "place": "standing_desk"}, True),
    ],
)
def test_the_rules_do_what_the_page_on_who_it_is_for_says(
    recommender: Recommender, given: dict[str, str | list[str]], has_routine: bool
) -> None:
    level = recommender.recommend(full_intake(recommender, given)).disposition.level
    assert level.shows_routine is has_routine


@pytest.mark.parametrize(
    ("weeks", "cleared", "has_routine"),
    [("lt_16", "uncomplicated", True), ("28_plus", "ok", True), ("lt_16", "complication", False)],
)
def test_pregnancy_has_the_limits_that_the_page_names(
    recommender: Recommender, weeks: str, cleared: str, has_routine: bool
) -> None:
    pregnant = {
        "conditions": ["pregnant"],
        "preg_weeks": weeks,
        "preg_flags": ["none"],
        "preg_cleared": cleared,
        "preg_pgp": "no",
    }
    result = recommender.recommend(full_intake(recommender, {**pregnant, "history": "same_before"}))
    assert result.disposition.level.shows_routine is has_routine
    left_out = {"prone"} if weeks == "lt_16" else {"prone", "supine"}
    positions = {item.form.position for item in result.assembly.routine.items} if result.assembly else set()
    assert not positions & left_out


def test_who_it_is_for_gives_the_numbers_of_the_country_or_of_all(
    client: FlaskClient, recommender: Recommender, settings: Settings
) -> None:
    assert 'href="tel:999"' in client.get("/who-it-is-for").text
    anywhere = create_app(replace(settings, region=None), recommender).test_client().get("/who-it-is-for").text
    for region in recommender.content.catalogue.regions.values():
        for contact in region.emergency:
            assert f'href="tel:{contact.number}"' in anywhere


def test_privacy_names_every_cookie_that_the_site_sets(
    client: FlaskClient, recommender: Recommender, settings: Settings
) -> None:
    text = words_of(client.get("/privacy").text)
    set_here = [client.get("/?lang=en"), Visitor(client, recommender).send(FIRST, {})]
    visitor = Visitor(client, recommender)
    visitor.fill_in({})
    result = client.get("/result").text
    moves = re.findall(r'action="/result/remove">\s*<input type="hidden" name="move" value="(\w+)"', result)
    (link,) = set(re.findall(r'href="(/routine/[^"/]+)"', result))
    set_here.append(client.post(link, data={"pre_session": "no"}, headers=FROM_HERE))
    set_here.append(client.post("/country", data={"country": "IE"}, headers=FROM_HERE))
    set_here.append(visitor.press("/result/remove", {"move": moves[0]}))
    set_here += [visitor.press("/plan/remember"), begun := visitor.press("/plan/session")]
    client.post(begun.headers["Location"], data={"pre_session": "yes"})
    set_here.append(client.post("/plan/session/emergency-check", data=form({"rf_nerve": ["saddle"]})))
    names = {cookie.partition("=")[0] for page in set_here for cookie in page.headers.getlist("Set-Cookie")}
    assert names == {"answers", "changes", "check", "country", "language", "plan", "session", "stop"}
    # The script of the pages sets one more, with the time zone.
    assert names | {"zone"} == set(re.findall(r"“(\w+)”:", text))
    assert f"After {settings.answer_hours} hours your browser deletes it" in text


def test_privacy_speaks_of_the_settings_of_this_copy(recommender: Recommender, settings: Settings) -> None:
    copy = create_app(replace(settings, answer_hours=7, secure_cookies=True), recommender).test_client()
    assert "7 hours after your last answer" in main_text(copy, "/privacy")
    assert "encrypted connection only" in main_text(copy, "/privacy")
    assert "7 hours after your last answer" in main_text(copy, "/accessibility")
    plain = create_app(settings, recommender).test_client()
    assert "encrypted connection only" not in main_text(plain, "/privacy")


def test_the_log_holds_what_the_privacy_page_says(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """And the time and number of the request, which every line has. Who changes this changes the page too."""
    with caplog.at_level(logging.INFO, "recommender.requests"):
        client.get("/privacy")
    (line,) = (record.msg for record in caplog.records if record.name == "recommender.requests")
    assert isinstance(line, dict)
    assert set(line) == {"event", "method", "route", "status", "ms", "outcome", "rule_set"}


def test_the_part_that_privacy_names_is_where_the_answers_cookie_is_made(client: FlaskClient) -> None:
    root = Path(about_view.__file__).parents[3]
    (named,) = re.findall(r"recommender/web/[\w/]+\.py", main_text(client, "/privacy"))
    assert "set_cookie" in (root / named).read_text(encoding="utf-8")


def test_licences_lists_what_the_installed_program_needs(client: FlaskClient) -> None:
    listed = {package.name.lower().replace("_", "-"): package for package in about_view.packages()}
    assert {"cryptography", "durable-rules", "flask", "gunicorn", "jinja2", "marshmallow", "pyyaml"} <= set(listed)
    assert not {"pytest", "mypy", "ruff"} & set(listed)
    text = main_text(client, "/licences")
    for package in listed.values():
        assert package.licence, f"{package.name} names no licence"
        assert f"{package.name} {package.version}: {package.licence}" in text
    assert "Apache License, version 2.0" in text


def test_licences_shows_the_whole_notice_of_what_is_copied_in(client: FlaskClient) -> None:
    vendored = client.get("/static/VENDORED.md", buffered=True).text
    assert [notice.name for notice in about_view.notices()] == re.findall(
        r"^## Licence of (.+)$", vendored, re.MULTILINE
    )
    text, whole = main_text(client, "/licences"), " ".join(vendored.split())
    for notice in about_view.notices():
        assert len(notice.paragraphs) >= 3
        for paragraph in notice.paragraphs:
            assert paragraph in text
            assert paragraph in whole


def test_robots_may_read_the_plain_pages_only(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert response.mimetype == "text/plain"
    robots = RobotFileParser()
    robots.parse(response.text.splitlines())
    for address in (*HEADINGS, "/exercises"):
        assert robots.can_fetch("*", address), address
    for address in (FIRST, "/check-answers", "/result", "/api/v1/rules"):
        assert not robots.can_fetch("*", address), address


@pytest.mark.parametrize("address", [*HEADINGS, "/robots.txt"])
def test_broken_content_leaves_only_the_pages_that_need_none(settings: Settings, address: str) -> None:
    broken = create_app(replace(settings, rules_dir=Path("there-is-no-such-folder"))).test_client()
    assert broken.get(address).status_code == (200 if address in WITHOUT_CONTENT else 503)


def test_the_start_page_shows_an_example_and_says_that_it_is_one(visitor: Visitor, recommender: Recommender) -> None:
    catalogue = recommender.content.catalogue
    example = catalogue.example
    assert example and len(example.moves) == 3
    page = html.unescape(visitor.client.get("/").text)
    shown = page.partition("An example")[2].partition("</ol>")[0]
    assert "Yours follows from your answers." in shown
    for key in example.moves:
        exercise, form = key.split("/")
        assert catalogue.by_id[exercise].name in shown and f"/{exercise}.{form}." in shown
    assert page.index('class="app-picture"') < page.index("Start now") < page.index("An example")


def test_whoever_needs_help_first_is_shown_no_moves_on_the_start_page(kept: Planner) -> None:
    assert "An example" in kept.client.get("/").text
    kept.on_day(3).session({"pre_session": "yes", "rf_nerve": ["saddle"]})
    page = kept.client.get("/").text
    assert "An example" not in page and "app-picture" not in page


def test_a_catalogue_need_not_have_an_example(settings: Settings, recommender: Recommender) -> None:
    catalogue = replace(recommender.content.catalogue, example=None)
    plain = copy(recommender)
    plain.content = replace(recommender.content, catalogue=catalogue)
    assert "An example" not in create_app(settings, plain).test_client().get("/").text
