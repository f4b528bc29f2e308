"""The script and the page for other sites: what they carry, who may have them, and that they keep nothing."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.core.static_files import FOLDER
from recommender.web.embed import views

SOURCES = Path(__file__).resolve().parents[3] / "tools" / "assets"
THERE = "https://clinic.example"
MOST_BYTES = 20_000
Made = Callable[..., FlaskClient]


@pytest.fixture
def made(settings: Settings, recommender: Recommender) -> Made:
    return lambda **given: create_app(replace(settings, **given), recommender).test_client()


@pytest.fixture
def told(client: FlaskClient) -> dict[str, Any]:
    """What the script knows beside the replies to its calls."""
    found = re.search(r"^const BACK_ROUTINE = (.*);$", client.get("/embed.js").text, re.MULTILINE)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def sources() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in (SOURCES / "embed.mjs", *(SOURCES / "embed").iterdir()))


def test_the_script_is_small_and_so_is_what_comes_over_the_wire_with_every_language(client: FlaskClient) -> None:
    name = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["embed.js"]
    assert (FOLDER / name).stat().st_size < MOST_BYTES
    packed = client.get("/embed.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.data) < MOST_BYTES
    assert gzip.decompress(packed.data) == client.get("/embed.js").data


def test_the_built_script_is_that_of_its_sources() -> None:
    """As far as can be seen without the tools that build it: its look, and each word, class and attribute, in both."""
    name = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["embed.js"]
    built = (FOLDER / name).read_text(encoding="utf-8")
    style = re.search(r"STYLE = `(.*)`", (SOURCES / "embed" / "style.mjs").read_text(encoding="utf-8"), re.DOTALL)
    assert style and style[1] in built
    assert used_words() <= set(re.findall(r'"(\w+)"', built))
    named = r'(?:class|role|type|crossorigin|name|"aria-[a-z]+"): "([\w ]+)"'
    assert set(re.findall(named, sources())) <= set(re.findall(r'"([\w ]+)"', built))


def used_words() -> set[str]:
    found = re.findall(r'\b(?:say|count|time)\((?:isEmergency \? |one\.by_text \? )?"(\w+)"(?: : "(\w+)")?', sources())
    return {word for words in found for word in words if word}


def test_every_word_that_the_script_says_is_there_in_every_language(told: dict[str, Any]) -> None:
    used = used_words()
    english, spanish = (told["languages"][code]["words"] for code in ("en", "es"))
    assert used and used <= english.keys()
    assert english.keys() - used == set(), "no word is carried for nothing"
    assert [name for name, text in spanish.items() if text == english[name]] == ["error"]


def test_counts_have_the_forms_of_their_language(told: dict[str, Any]) -> None:
    for spoken in told["languages"].values():
        assert spoken["plural"][1] == "0" and spoken["plural"][2] == spoken["plural"][0] == "1"
        assert spoken["words"]["repeats"][0] != spoken["words"]["repeats"][1]


def test_it_knows_every_level_and_which_of_them_have_a_routine(told: dict[str, Any]) -> None:
    assert list(told["levels"]) == [level.value for level in Level]
    assert told["with_routine"] == [level.value for level in Level if level.shows_routine]


def test_the_script_alone_may_be_run_by_any_page(client: FlaskClient) -> None:
    reply = client.get("/embed.js", headers={"Origin": THERE})
    assert reply.mimetype == "text/javascript"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Origin" not in reply.headers
    for other in ("/embed", "/", "/api/v1/rule-set"):
        assert client.get(other).headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_browser_asks_each_time_whether_the_script_is_that_of_today(client: FlaskClient) -> None:
    first = client.get("/embed.js")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/embed.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.data


def test_where_an_origin_is_named_its_pages_may_check_the_script_against_a_digest(made: Made) -> None:
    client = made(cors_origins=(THERE,))
    there = {"Origin": THERE}
    assert client.get("/embed.js", headers=there).headers["Access-Control-Allow-Origin"] == THERE
    assert "Access-Control-Allow-Origin" not in client.get("/embed", headers=there).headers


@pytest.mark.parametrize("address", ["/embed", "/embed?language=es&region=GB&lang=es", "/embed.js?lang=es"])
def test_nothing_is_kept_in_the_browser(client: FlaskClient, address: str) -> None:
    assert "Set-Cookie" not in client.get(address).headers


def test_the_page_for_a_frame_has_the_script_and_nothing_else(client: FlaskClient) -> None:
    page = client.get("/embed").text
    assert re.findall(r'<script src="([^"]*)"', page) == ["/embed.js"]
    assert "stylesheet" not in page and " style=" not in page and "<style" not in page
    assert re.search(r"<noscript>.*<a href=\"/\"", page)


def test_the_page_takes_a_language_and_a_country_that_there_are(client: FlaskClient) -> None:
    page = client.get("/embed?language=es&region=US").text
    assert '<html lang="es"' in page and 'language="es" region="US"' in page
    strange = client.get('/embed?language="><script>&region="><script>').text
    assert 'language="en"></back-routine>' in strange and "><script>" not in strange.replace("defer></script>", "")


def test_it_may_be_framed_only_where_the_setting_says_so(client: FlaskClient, made: Made) -> None:
    assert "frame-ancestors 'none'" in client.get("/embed").headers["Content-Security-Policy"]
    page = made(frame_ancestors=(THERE,)).get("/embed").headers
    assert f"frame-ancestors {THERE}" in page["Content-Security-Policy"] and "X-Frame-Options" not in page


def test_a_service_that_is_not_ready_gives_no_script(settings: Settings) -> None:
    broken = create_app(replace(settings, rules_dir=Path("there-is-no-such-folder"))).test_client()
    assert broken.get("/embed.js").status_code == broken.get("/embed").status_code == 503


def test_the_sources_make_no_html_of_words_and_run_no_text() -> None:
    for dangerous in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "new Function",
        ".style",
        "localStorage",
        "sessionStorage",
        "cookie",
        "document.write",
    ):
        assert dangerous not in sources(), dangerous


def test_the_script_is_put_together_once_and_anew_when_what_it_carries_has_changed(
    client: FlaskClient, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/embed.js")
    calls: list[object] = []
    real = views.embedded
    monkeypatch.setattr(views, "embedded", lambda state: calls.append(state) or real(state))
    assert client.get("/embed.js").data == first.data and calls == []
    other = made(languages=("en",)).get("/embed.js")
    assert other.headers["ETag"] != first.headers["ETag"] and len(calls) == 1
