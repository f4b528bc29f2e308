"""The name of the site: one setting, and every page, the manifest and the paper say it, in every language."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from tests.support.people import AT_A_DESK
from tests.support.visitor import Visitor

NAME = "Backs & <Friends>"
WRITTEN = "Backs &amp; &lt;Friends&gt;"


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_site_says_its_own_name_wherever_it_names_itself(
    settings: Settings, recommender: Recommender, language: str
) -> None:
    visitor = Visitor(create_app(replace(settings, site_name=NAME), recommender).test_client(), recommender)
    for address in ("/", "/privacy", "/rules", "/no-such-page"):
        page = visitor.client.get(f"{address}?lang={language}").text
        assert page.partition("</title>")[0].endswith(f"\u2013 {WRITTEN}"), address
        assert f'<span class="app-header__text">{WRITTEN}</span>' in page, address
        assert f'<a class="app-header__name" href="/" aria-label="{WRITTEN}">' in page, "where the words are not shown"
    manifest = visitor.client.get("/manifest.webmanifest").get_json(force=True)
    assert manifest["name"] == manifest["short_name"] == NAME
    link = re.search(r'href="(/routine/[^"/]+)"', visitor.result_of(AT_A_DESK).text)
    assert link
    paper = visitor.client.get(f"{link[1]}/handout").text
    assert paper.partition("</title>")[0].endswith(f"\u2013 {WRITTEN}") and f"<p>{WRITTEN}. " in paper


def test_the_project_keeps_its_name_among_the_licences(visitor: Visitor) -> None:
    assert "Back Routine Recommender" in visitor.client.get("/licences").text


def test_the_mark_is_the_icon_and_stands_in_the_head_of_a_page(visitor: Visitor) -> None:
    page = visitor.client.get("/").text
    icon = re.search(r'rel="icon" href="([^"]+)"', page)
    assert icon and re.search(rf'<img class="app-header__mark" src="{re.escape(icon[1])}"[^>]* alt="">', page)
