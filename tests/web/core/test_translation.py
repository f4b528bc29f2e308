"""Every word can be translated, Spanish is complete, and a language changes the words only."""

from __future__ import annotations

import copy
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask import Flask
from flask.testing import FlaskClient

from recommender.cli.translations import content_source, interface_source
from recommender.errors import ContentError, DecisionError, IntakeError, NotApprovedError
from recommender.loaders.languages import CONTENT, INTERFACE, Language, load_languages, translated
from recommender.models.catalogue import DefaultRoutine
from recommender.models.levels import Level
from recommender.models.translatable import texts
from recommender.presentation.localised import localise
from recommender.service.recommend import Recommender
from recommender.settings import Settings, read_settings
from recommender.web.app import create_app
from recommender.web.core.language import nearest
from recommender.web.core.state import current_state, keep_state
from tests.support.brackets import BRACKETED, bracketed, has_words, outside_brackets
from tests.support.people import ASKED_EVERYTHING, STRUGGLING, URGENT, example
from tests.support.planner import DAY_0, Clock, Planner, told_stop
from tests.support.routes import FILTERED, NO_MATCH, page_rules
from tests.support.sheets import full_sheet
from tests.support.visitor import FIRST, FROM_HERE, Visitor

TRANSLATED = ("es",)
PEOPLE: dict[str, dict[str, Any]] = {
    **{level.value: example(level) for level in Level},
    "an urgent answer with an extra screen": URGENT,
    "asked everything": {**ASKED_EVERYTHING, **STRUGGLING},
    "told to see somebody first, and struggling": {**STRUGGLING, "told_no_exercise": "yes"},
}
REGIONS = ("GB", None)
NOT_SPOKEN = {"script", "style", "svg", "bdi"}
SPOKEN = {"text", "name", "form_name", "title", "heading", "message", "act", "steps", "tell_staff", "do_not", "worse",
          "meanwhile", "purpose", "breathing", "feel_it", "not_here", "cautions", "common_mistakes", "note",
          "not_approved", "stop_rules", "alt"}  # fmt: skip


@pytest.fixture(scope="module")
def folder(settings: Settings) -> Path:
    return settings.translations_dir


@pytest.mark.parametrize("code", TRANSLATED)
@pytest.mark.parametrize("name", [INTERFACE, CONTENT])
def test_every_text_has_its_translation(folder: Path, code: str, name: str) -> None:
    source = interface_source() if name == INTERFACE else content_source(read_settings({}))
    with (folder / code / name).open("rb") as file:
        catalog = read_po(file, locale=code)
    have = {message.id: message for message in translated(catalog)}
    missing = [message.id for message in source if message.id and message.id not in have]
    assert missing == [], "run recommender translations and translate what it marks"
    wanted = {message.id for message in source}
    unused = [message.id for message in [*catalog, *catalog.obsolete.values()] if message.id not in wanted]
    assert unused == [], "run recommender translations: it drops what no text stands for any more"


def test_the_script_finds_every_text_of_the_content(recommender: Recommender) -> None:
    known = {message.id for message in content_source(read_settings({})) if message.id}
    assert known == set(texts(recommender.content))


# --- words that stand in the program ---


class Words(HTMLParser):
    """Gathers what a page says: its text, its title, and the attributes that are read aloud.

    Left out are parts marked as being in another language, and a person's own words (``bdi``).
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = tag != "html" and "lang" in given
        if self._skipped or tag in NOT_SPOKEN or foreign or "app-hash" in (given.get("class") or ""):
            if tag not in ("input", "br", "meta", "link", "path"):
                self._skipped.append(tag)
            return
        for name in ("aria-label", "alt", "title", "placeholder"):
            self.found.append(given.get(name) or "")
        if given.get("name") == "description":
            self.found.append(given.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipped:
            del self._skipped[self._skipped.index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.found.append(data)


def untranslatable(page: str) -> list[str]:
    reader = Words()
    reader.feed(page)
    return [left.strip() for left in map(outside_brackets, reader.found) if has_words(left)]


def bracketed_app(settings: Settings, recommender: Recommender | None) -> Flask:
    """The site with one language, where each translated message stands in brackets."""
    app = create_app(settings, recommender)
    with app.app_context():
        site = current_state()
    code = BRACKETED.code
    localised_by_code = {code: localise(site.recommender, BRACKETED)} if site.recommender else {}
    keep_state(app.extensions, replace(site, languages={code: BRACKETED}, localised_by_code=localised_by_code))
    return app


@pytest.fixture(scope="module", params=REGIONS, ids=["one country", "no country"])
def bracketed_site(request: pytest.FixtureRequest, recommender: Recommender, settings: Settings) -> Flask:
    return bracketed_app(replace(settings, region=request.param), recommender)


@pytest.fixture
def bracketed_visitor(bracketed_site: Flask, recommender: Recommender) -> Visitor:
    return Visitor(bracketed_site.test_client(), recommender)


def test_a_page_has_no_word_outside_the_translations(bracketed_site: Flask) -> None:
    client = bracketed_site.test_client()
    addresses = [rule.rule for rule in page_rules(bracketed_site) if not rule.arguments]
    found = {
        address: untranslatable(client.get(address, follow_redirects=True).text)
        for address in [*addresses, FILTERED, NO_MATCH]
    }
    assert {address: words for address, words in found.items() if words} == {}
    assert len(addresses) > 8
    assert "app-entry" in client.get(FILTERED).text
    assert "app-entry" not in client.get(NO_MATCH).text


def test_the_pages_of_the_moves_have_no_word_outside_the_translations(
    bracketed_site: Flask, recommender: Recommender
) -> None:
    exercises = recommender.content.catalogue.exercises
    client = bracketed_site.test_client()
    found = {one.id: untranslatable(client.get(f"/exercises/{one.id}").text) for one in exercises}
    assert {exercise: words for exercise, words in found.items() if words} == {}
    assert {one.default_routine for one in exercises} == set(DefaultRoutine)


def test_every_route_with_a_parameter_is_read_somewhere(bracketed_site: Flask) -> None:
    routes = {rule.endpoint for rule in page_rules(bracketed_site) if rule.arguments}
    read_here = {"questions.show", "exercises.show", "check_ins.show", "check_ins.check"}
    assert routes == read_here, "read the new one here too"


@pytest.mark.parametrize("change", ["better", "much_worse"], ids=["carried on", "stopped"])
def test_a_plan_has_no_word_outside_the_translations(settings: Settings, recommender: Recommender, change: str) -> None:
    clock = Clock()
    planner = Planner(bracketed_app(replace(settings, region="GB"), recommender), recommender, clock)
    with planner.app.app_context():
        keep_state(planner.app.extensions, replace(current_state(), today=clock))
    planner.remember({"pain_score": 6})
    planner.session({"pre_session": "no"})
    planner.see_all()
    planner.on_day(7).session({"pre_session": "not_sure"})
    planner.check({"fu_change": change, "fu_pain": 3})
    planner.see_all()
    if change == "much_worse":
        planner.client.post("/plan/answer-again", data={"told": told_stop(planner), "question": "fu_change"})
    planner.visitor.see("/plan/check/check-answers")
    shown = dict(zip(planner.visitor.seen, planner.visitor.shown, strict=True))
    # A day is written as the language writes it, by Babel.
    days = [DAY_0, DAY_0 + timedelta(days=7)]
    written = {f"({format_date(day, 'long', BRACKETED.locale)})" for day in days}
    written |= {format_skeleton("MMMd", day, locale=BRACKETED.locale) for day in days}
    found = {address: set(untranslatable(page)) - written for address, page in shown.items()}
    assert {address: words for address, words in found.items() if words} == {}
    assert {"/plan", "/plan/session/before-a-session", "/plan/check/follow-up"} <= set(shown)


@pytest.mark.parametrize("person", PEOPLE)
def test_a_journey_has_no_word_outside_the_translations(bracketed_visitor: Visitor, person: str) -> None:
    bracketed_visitor.fill_in(PEOPLE[person])
    for address in [*bracketed_visitor.seen, "/", "/check-answers", "/result", "/result/summary"]:
        assert bracketed_visitor.see(address).status_code == 200, address
    for address, page in zip(bracketed_visitor.seen, bracketed_visitor.shown, strict=True):
        assert untranslatable(page) == [], address


@pytest.mark.parametrize("given", [ASKED_EVERYTHING, URGENT], ids=["asked everything", "an extra screen"])
def test_a_page_sent_empty_has_no_word_outside_the_translations(
    bracketed_visitor: Visitor, given: dict[str, Any]
) -> None:
    raw, address, refused = full_sheet(bracketed_visitor.recommender, given), FIRST, 0
    while address.startswith("/questions/"):
        bracketed_visitor.see(address)
        sent = bracketed_visitor.send(address, {})
        # A page whose questions are all optional goes on.
        if sent.headers["Location"] == address:
            refused += 1
            assert untranslatable(bracketed_visitor.see(address).text) == [], address
        before, address = address, bracketed_visitor.send(address, raw).headers["Location"]
        assert address != before, f"{before} came back"
    assert refused >= 4


def test_errors_have_no_word_outside_the_translations(bracketed_visitor: Visitor) -> None:
    bracketed_visitor.see(FIRST)
    for sent in ({"pain_location": ["no_pain", "neck"]}, {"age_band": "wrong"}):
        page = bracketed_visitor.refused(FIRST, sent)
        assert untranslatable(page.text.replace(", ".join(ids(bracketed_visitor.recommender)), "")) == []


def ids(recommender: Recommender) -> list[str]:
    return [option.id for option in recommender.content.questionnaire.questions["age_band"].options]


@pytest.mark.parametrize(
    ("method", "address", "sent", "status"),
    [
        ("GET", "/no-such-page", {}, 404),
        ("GET", "/start-again", {}, 405),
        ("POST", "/start-again", {"headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
        ("POST", FIRST, {"data": {"age_band": "x" * 70_000}, "headers": FROM_HERE}, 413),
    ],
    ids=["not found", "not allowed", "from another site", "too large"],
)
def test_a_refusal_has_no_word_outside_the_translations(
    bracketed_visitor: Visitor, method: str, address: str, sent: dict[str, Any], status: int
) -> None:
    bracketed_visitor.see(FIRST)
    page = bracketed_visitor.client.open(address, method=method, **sent)
    assert page.status_code == status
    assert untranslatable(page.text) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [(ValueError(), 500), (IntakeError({}), 422), (DecisionError(), 503), (NotApprovedError(), 503)],
    ids=["unexpected", "intake", "decision", "not approved"],
)
def test_a_failure_has_no_word_outside_the_translations(
    bracketed_site: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    monkeypatch.setattr("recommender.web.site.about.figures", Mock(side_effect=error))
    page = bracketed_site.test_client().get("/how-it-works")
    assert page.status_code == status
    assert untranslatable(page.text) == []


@pytest.mark.parametrize("has_content", [True, False], ids=["self-test failed", "no content"])
def test_a_site_that_is_not_ready_has_no_word_outside_the_translations(
    recommender: Recommender, settings: Settings, tmp_path: Path, has_content: bool
) -> None:
    faulty = copy.copy(recommender)
    faulty.__dict__["faults"] = ("made up",)
    app = bracketed_app(settings, faulty) if has_content else bracketed_app(replace(settings, rules_dir=tmp_path), None)
    page = app.test_client().get("/")
    assert page.status_code == 503
    assert untranslatable(page.text) == []


def test_brackets_are_what_the_test_looks_for() -> None:
    assert untranslatable(f"<p>{bracketed('Yes')}</p><p>No</p>") == ["No"]


# --- which language ---


@pytest.mark.parametrize(
    ("address", "headers", "cookie", "code"),
    [
        ("/", {}, None, "en"),
        ("/", {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}, None, "es"),
        ("/", {"Accept-Language": "fr"}, None, "en"),
        ("/", {"Accept-Language": "es"}, "en", "en"),
        ("/?lang=es", {}, None, "es"),
        ("/?lang=es", {}, "en", "es"),
        ("/?lang=xx", {}, None, "en"),
        ("/", {}, "xx", "en"),
        ("/no-such-page", {"Accept-Language": "es"}, None, "es"),
        ("/", {"Accept-Language": "es-MX,en;q=0.5"}, None, "es"),
        ("/", {"Accept-Language": "es-419"}, None, "es"),
        ("/", {"Accept-Language": "en-GB,es;q=0.9"}, None, "en"),
        ("/", {"Accept-Language": "es;q=0,en;q=0.1"}, None, "en"),
        ("/", {"Accept-Language": "ca,es;q=0.5"}, None, "es"),
        ("/", {"Accept-Language": "*,es;q=0.5"}, None, "es"),
        ("/", {"Accept-Language": "-,;q=x,es"}, None, "es"),
        ("/?lang=es-MX", {}, None, "es"),
        ("/?lang=ES", {}, None, "es"),
        ("/?lang=*", {}, None, "en"),
    ],
)
def test_the_language_is_the_one_asked_for(
    client: FlaskClient, address: str, headers: dict[str, str], cookie: str | None, code: str
) -> None:
    if cookie:
        client.set_cookie("language", cookie)
    page = client.get(address, headers=headers)
    assert f'<html lang="{code}" dir="ltr"' in page.text
    assert page.headers["Content-Language"] == code


@pytest.mark.parametrize(
    ("tag", "offered", "code"),
    [
        ("zh-TW", ("en", "zh-Hant-TW"), "zh-Hant-TW"),
        ("zh-HK", ("en", "zh-Hant-TW"), "zh-Hant-TW"),
        ("zh-CN", ("en", "zh-Hant-TW"), None),
        ("pt", ("pt-PT", "pt-BR"), "pt-BR"),
        ("pt-AO", ("pt-BR", "pt-PT"), "pt-PT"),
        ("sr-Latn", ("en", "sr-Latn", "sr"), "sr-Latn"),
        ("iw", ("en", "he"), "he"),
        ("eu", ("en", "es"), None),
        ("de", ("en", "nl"), None),
        ("", ("en",), None),
    ],
)
def test_a_language_is_found_by_what_its_tag_means(tag: str, offered: tuple[str, ...], code: str | None) -> None:
    assert nearest(tag, offered) == code


def test_two_variants_of_a_language_have_names_of_their_own() -> None:
    names = [
        Language(Locale.parse(tag), True, NullTranslations(), str).name for tag in ("pt_BR", "pt_PT", "es", "zh_TW")
    ]
    assert names == ["Português (Brasil)", "Português (Portugal)", "Español", "中文 (繁體, 台灣)"]


def test_files_and_probes_speak_no_language(client: FlaskClient) -> None:
    files = re.findall(r'"(/static/[^"]+)"', client.get("/").text)
    assert len(files) >= 3
    for address in [*files, "/static/VENDORED.md", "/healthz", "/readyz"]:
        reply = client.get(f"{address}?lang=es", headers={"Accept-Language": "es"}, buffered=True)
        assert not {"Content-Language", "Set-Cookie"} & set(reply.headers.keys()), address
        assert not {"accept-language", "cookie"} & {name.lower() for name in reply.vary}, address


def test_a_choice_by_address_is_remembered(client: FlaskClient) -> None:
    chosen = client.get("/?lang=es").headers["Set-Cookie"]
    assert "language=es" in chosen and "HttpOnly" in chosen and "SameSite=Lax" in chosen
    assert '<html lang="es"' in client.get("/privacy").text


def test_a_translation_that_is_not_checked_says_so_on_every_page(client: FlaskClient) -> None:
    told = "todavía no han revisado esta traducción"
    assert told in client.get("/?lang=es").text
    assert told not in client.get("/?lang=en").text


@pytest.mark.parametrize("person", PEOPLE)
def test_a_language_changes_the_words_and_nothing_else(
    client: FlaskClient, recommender: Recommender, person: str
) -> None:
    body = {"answers": full_sheet(recommender, PEOPLE[person])}
    replies = [
        client.post("/api/v1/recommendations", json=body, headers={"Accept-Language": code}).get_json()
        for code in ("en", "es")
    ]
    assert [reply["language"]["code"] for reply in replies] == ["en", "es"]
    assert replies[1]["language"]["clinically_checked"] is False
    assert replies[0]["disposition"]["message"] != replies[1]["disposition"]["message"]
    assert shape(replies[0]) == shape(replies[1])


def shape(reply: Any) -> Any:
    """Return a reply with ids and figures, and how many words there are in place of the words."""
    if isinstance(reply, dict):
        return {name: spoken(part) if name in SPOKEN else shape(part) for name, part in reply.items()} | {"language": 0}
    return [shape(part) for part in reply] if isinstance(reply, list) else reply


def spoken(words: Any) -> Any:
    return len(words) if isinstance(words, list) else bool(words)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_numbers_to_call_stand_on_the_page_in_spanish(
    client: FlaskClient, recommender: Recommender, person: str
) -> None:
    client.set_cookie("language", "es")
    visitor = Visitor(client, recommender)
    assert "999" in visitor.result_of(PEOPLE[person]).text


def test_messages_about_answers_are_in_the_language_asked_for(client: FlaskClient) -> None:
    reply = client.post("/api/v1/recommendations", json={"answers": {}}, headers={"Accept-Language": "es"})
    assert reply.status_code == 422
    assert reply.get_json()["errors"]["age_band"] == ["Seleccione una respuesta: ¿Qué edad tiene?"]


# --- the files ---


def with_language(folder: Path, code: str, interface: str = "", content: str = "") -> Path:
    (folder / code).mkdir(parents=True)
    (folder / code / "language.yaml").write_text("clinically_checked: true\n", encoding="utf-8")
    (folder / code / INTERFACE).write_text(interface, encoding="utf-8")
    (folder / code / CONTENT).write_text(content, encoding="utf-8")
    return folder


def test_a_language_from_right_to_left_turns_the_page_round(
    tmp_path: Path, settings: Settings, recommender: Recommender
) -> None:
    with_language(tmp_path, "ar", 'msgid "Start now"\nmsgstr "ابدأ الآن"\n')
    app = create_app(replace(settings, translations_dir=tmp_path, languages=("en", "ar")), recommender)
    page = app.test_client().get("/?lang=ar").text
    assert '<html lang="ar" dir="rtl"' in page
    assert "app.rtl-" in page and "ابدأ الآن" in page


@pytest.mark.parametrize(
    ("interface", "content", "told"),
    [
        ('#, python-format\nmsgid "%(num)s moves"\nmsgstr "%(n)s movimientos"\n', "", "fr/interface.po:2"),
        ("", 'msgid "Call {emergency_number}"\nmsgstr "Llame"\n', "fr/content.po:1"),
        ("", 'msgid "No end\n', "fr/content.po:1"),
    ],
)
def test_a_translation_that_cannot_be_used_is_a_fault_with_its_place(
    tmp_path: Path, interface: str, content: str, told: str
) -> None:
    with_language(tmp_path, "fr", interface, content)
    with pytest.raises(ContentError) as error:
        load_languages(tmp_path, ["fr"])
    assert told in str(error.value)


def test_files_that_are_missing_are_faults(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as error:
        load_languages(tmp_path, ["fr"])
    assert len(error.value.faults) == 3


def test_a_text_marked_fuzzy_is_shown_in_the_source_language(tmp_path: Path) -> None:
    with_language(tmp_path, "fr", '#, fuzzy\nmsgid "Continue"\nmsgstr "Arrêtez"\n')
    assert load_languages(tmp_path, ["fr"])["fr"].interface.gettext("Continue") == "Continue"


def test_a_broken_translation_stops_the_service_and_is_told(
    tmp_path: Path, settings: Settings, recommender: Recommender, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(folder / "es", tmp_path / "es")
    (tmp_path / "es" / CONTENT).write_text('msgid "No end\n', encoding="utf-8")
    client = create_app(replace(settings, translations_dir=tmp_path), recommender).test_client()
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert reply.get_json()["reasons"] == ["1 fault in the content: see the log, or `recommender check`."]
    assert "content.po:1" in caplog.text
    assert client.get("/").status_code == 503
