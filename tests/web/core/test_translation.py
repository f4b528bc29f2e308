"""Every word can be translated, Spanish is complete, and a language changes the words only."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask.testing import FlaskClient

from recommender.cli.translations import content_source, interface_source
from recommender.errors import ContentError
from recommender.loaders.languages import CONTENT, INTERFACE, Language, load_languages, translated
from recommender.models.translatable import texts
from recommender.service.recommend import Recommender
from recommender.settings import Settings, read_settings
from recommender.web.app import create_app
from recommender.web.core.language import nearest
from recommender.web.core.state import keep_state, kept_state
from tests.support.people import OF_EVERY_KIND
from tests.support.sheets import full_sheet
from tests.support.visitor import Visitor

TRANSLATED = ("es",)
SPOKEN = {"text", "name", "form_name", "title", "heading", "message", "act", "steps", "tell_staff", "do_not", "worse",
          "meanwhile", "purpose", "breathing", "feel_it", "not_here", "cautions", "common_mistakes", "note",
          "not_approved", "stop_rules", "alt", "how_often", "strength_days"}  # fmt: skip


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
    names = [Language(Locale.parse(tag), NullTranslations(), str).name for tag in ("pt_BR", "pt_PT", "es", "zh_TW")]
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


def test_a_translation_is_checked_as_the_record_says_on_pages_and_in_replies(
    settings: Settings, recommender: Recommender
) -> None:
    app = create_app(settings, recommender)
    told = "todavía no han revisado esta traducción"
    body = {"answers": full_sheet(recommender, next(iter(OF_EVERY_KIND.values())))}

    def says(code: str) -> tuple[bool, bool]:
        client = app.test_client()
        reply = client.post("/api/v1/recommendations", json=body, headers={"Accept-Language": code}).get_json()
        return told in client.get(f"/?lang={code}").text, reply["language"]["clinically_checked"]

    assert (says("es"), says("en")) == ((True, False), (False, True))
    state = kept_state(app.extensions)
    keep_state(app.extensions, replace(state, translation_approval=lambda content, language: True))
    assert says("es") == (False, True)


def test_a_translation_that_is_not_checked_says_so_on_every_page(client: FlaskClient) -> None:
    told = "todavía no han revisado esta traducción"
    assert told in client.get("/?lang=es").text
    assert told not in client.get("/?lang=en").text


@pytest.mark.parametrize("person", OF_EVERY_KIND)
def test_a_language_changes_the_words_and_nothing_else(
    client: FlaskClient, recommender: Recommender, person: str
) -> None:
    body = {"answers": full_sheet(recommender, OF_EVERY_KIND[person])}
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


@pytest.mark.parametrize("person", OF_EVERY_KIND)
def test_the_numbers_to_call_stand_on_the_page_in_spanish(
    client: FlaskClient, recommender: Recommender, person: str
) -> None:
    client.set_cookie("language", "es")
    visitor = Visitor(client, recommender)
    assert "999" in visitor.result_of(OF_EVERY_KIND[person]).text


def test_messages_about_answers_are_in_the_language_asked_for(client: FlaskClient) -> None:
    reply = client.post("/api/v1/recommendations", json={"answers": {}}, headers={"Accept-Language": "es"})
    assert reply.status_code == 422
    assert reply.get_json()["errors"]["age_band"] == ["Seleccione una respuesta: ¿Qué edad tiene?"]


def with_language(folder: Path, code: str, interface: str = "", content: str = "") -> Path:
    (folder / code).mkdir(parents=True)
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
    assert len(error.value.faults) == 2


def test_a_file_that_calls_a_translation_checked_is_a_fault_for_only_the_record_says_that(tmp_path: Path) -> None:
    with_language(tmp_path, "fr")
    assert load_languages(tmp_path, ["fr"])
    (tmp_path / "fr" / "language.yaml").write_text("clinically_checked: true\n", encoding="utf-8")
    with pytest.raises(ContentError, match="approve a translation in the review room, and nowhere else"):
        load_languages(tmp_path, ["fr"])


def test_the_same_words_in_two_files_and_in_two_contexts_are_each_there_to_be_signed(tmp_path: Path) -> None:
    page = 'msgid "Hold"\nmsgstr "Attendez"\n\nmsgctxt "noun"\nmsgid "Hold"\nmsgstr "Tenue"\n'
    with_language(tmp_path, "fr", page, 'msgid "Hold"\nmsgstr "Maintenez"\n')
    assert load_languages(tmp_path, ["fr"])["fr"].texts == {
        INTERFACE: {"Hold": "Attendez", "Hold [noun]": "Tenue"},
        CONTENT: {"Hold": "Maintenez"},
    }


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
