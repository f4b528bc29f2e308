"""Drawings on the pages: served for ever under their names, with sizes and words; without them the words stand alone."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient

from recommender.figures.gallery import Gallery
from recommender.figures.manifest import MANIFEST, PICTURES, read_manifest
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.core.state import current_state
from tests.support.visitor import Visitor

NAME = read_manifest(PICTURES / MANIFEST)["dead_bug/supine"].frames[0]
PICTURE = re.compile(r'<img [^>]*src="(/figures/[^"]+)"[^>]*>')
MOST_WITH_ALL_PICTURES = 200_000


def test_a_drawing_is_packed_and_kept_for_ever(client: FlaskClient) -> None:
    response = client.get(f"/figures/{NAME}", headers={"Accept-Encoding": "gzip"})
    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data) == (PICTURES / NAME).read_bytes()
    assert "immutable" in response.headers["Cache-Control"]
    assert "Accept-Encoding" in response.headers["Vary"]
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_whoever_cannot_unpack_gets_it_plain(client: FlaskClient) -> None:
    response = client.get(f"/figures/{NAME}", headers={"Accept-Encoding": "identity"})
    assert response.data == (PICTURES / NAME).read_bytes()
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("name", [MANIFEST, "nothing.svg", "..%2F..%2Fsettings.py", "%2e%2e/manifest.py"])
def test_nothing_but_drawings_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/figures/{name}").status_code == 404


def test_every_move_of_a_routine_has_drawings_with_sizes_and_words(visitor: Visitor, recommender: Recommender) -> None:
    text = visitor.result_of({}).text
    cards = text.split('<li class="app-move"')[1:]
    assert len(cards) >= 3
    gallery = Gallery(recommender.content.figures, {})
    alts = {form.alt for exercise in gallery.figures.exercises.values() for form in exercise.forms.values()}
    for card in cards:
        pictures = list(PICTURE.finditer(card))
        assert len(pictures) >= 3
        for picture in pictures:
            assert re.search(r' width="[1-9]\d*" height="[1-9]\d*"', picture[0]) and ' loading="lazy"' in picture[0]
        beside_name, first = (re.search(r' alt="([^"]*)"', picture[0]) for picture in pictures[:2])
        assert beside_name and beside_name[1] == ""
        assert first and unescape(first[1]) in alts


def test_the_longest_routine_is_light_with_all_its_drawings(visitor: Visitor) -> None:
    text = visitor.result_of({"minutes": "20"}).text
    names = set(re.findall(r'src="/figures/([^"]+)"', text))
    assert len(names) > 30
    pictures = sum(len(gzip.compress((PICTURES / name).read_bytes(), 9)) for name in names)
    assert len(gzip.compress(text.encode(), 6)) + pictures < MOST_WITH_ALL_PICTURES


def test_the_list_of_moves_is_a_gallery(client: FlaskClient, recommender: Recommender) -> None:
    assert len(PICTURE.findall(client.get("/exercises").text)) == len(recommender.content.catalogue.exercises)


def test_a_page_of_a_move_shows_each_way_to_do_it(client: FlaskClient, recommender: Recommender) -> None:
    text = client.get("/exercises/glute_squeeze").text
    drawings = read_manifest(PICTURES / MANIFEST)
    for form in recommender.content.catalogue.by_id["glute_squeeze"].forms:
        assert all(f"/figures/{name}" in text for name in drawings[form.key].frames), form.key


def test_a_position_of_rest_is_one_picture_without_a_motion(client: FlaskClient) -> None:
    page = client.get("/exercises/prone_lying").text
    assert page.count('class="app-figure__frame"') == len(read_manifest_of("prone_lying")) == 2
    assert "data-motion" not in page and "data-motion" in client.get("/exercises/sphinx").text
    for form in client.get("/api/v1/exercises/prone_lying").json["exercise"]["forms"]:  # type: ignore[index]
        assert len(form["figure"]["frames"]) == 1 and form["figure"]["motion"] is None


def read_manifest_of(exercise: str) -> list[str]:
    return [key for key in read_manifest(PICTURES / MANIFEST) if key.startswith(f"{exercise}/")]


def test_the_catalogue_as_data_has_the_drawings_of_each_form(client: FlaskClient) -> None:
    drawings = read_manifest(PICTURES / MANIFEST)
    (one,) = client.get("/api/v1/exercises/dead_bug").json["exercise"]["forms"]  # type: ignore[index]
    assert one["figure"]["frames"] == [f"/figures/{name}" for name in drawings["dead_bug/supine"].frames]
    assert [side["mirrored"] for side in one["figure"]["sides"]] == [False, True]
    for exercise in client.get("/api/v1/exercises").json["exercises"]:  # type: ignore[index]
        for form in exercise["forms"]:
            assert form["figure"]["frames"] and form["figure"]["alt"], form["key"]


def test_the_tag_of_the_catalogue_changes_with_the_drawings(recommender: Recommender) -> None:
    """Their files have other names then, and those of before are gone."""
    gallery = Gallery(recommender.content.figures, read_manifest(PICTURES / MANIFEST))
    fewer = Gallery(gallery.figures, {"dead_bug/supine": gallery.drawings["dead_bug/supine"]})
    assert gallery.digest != fewer.digest


def test_the_words_stand_alone_where_nothing_is_drawn(recommender: Recommender, settings: Settings) -> None:
    app = create_app(settings, recommender)
    with app.app_context():
        state = current_state()
    bare = {
        code: replace(localised, gallery=Gallery(localised.content.figures, {}))
        for code, localised in state.localised_by_code.items()
    }
    object.__setattr__(state, "localised_by_code", bare)
    text = unescape(app.test_client().get("/exercises/dead_bug").text)
    assert "/figures/" not in text
    assert recommender.content.figures.exercises["dead_bug"].forms["supine"].alt in text


def test_words_are_in_the_language_of_the_page(client: FlaskClient) -> None:
    assert 'alt="Dos dibujos' in client.get("/exercises/dead_bug?lang=es").text
