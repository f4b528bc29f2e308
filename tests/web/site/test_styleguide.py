"""The living component page: in development only, and made of the real components."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from recommender.figures.manifest import MANIFEST, PICTURES, read_manifest
from recommender.service.recommend import Recommender
from recommender.settings import Settings, read_settings
from recommender.web.app import create_app


@pytest.fixture(scope="module")
def guide(recommender: Recommender, settings: Settings) -> str:
    page = create_app(replace(settings, development=True), recommender).test_client().get("/styleguide")
    assert page.status_code == 200
    return page.text


@pytest.mark.parametrize(
    "component",
    ["app-body", "app-clocks", "app-scale", "govuk-radios", "govuk-checkboxes", "app-task__score", "govuk-error-summary",
     "app-act--emergency", "app-act--urgent", "app-act--see", "app-move", "app-entry", "app-call", "app-countries",
     "app-told", "govuk-summary-list", "app-card--alarm", "app-note--alarm"],
)  # fmt: skip
def test_the_style_guide_shows(guide: str, component: str) -> None:
    assert f'"{component}' in guide or f" {component}" in guide


def test_every_drawing_is_on_the_contact_sheet(recommender: Recommender, settings: Settings) -> None:
    page = create_app(replace(settings, development=True), recommender).test_client().get("/styleguide/figures")
    drawn = read_manifest(PICTURES / MANIFEST)
    for exercise in recommender.content.catalogue.exercises:
        for form in exercise.forms:
            assert f">{form.key}" in page.text
            assert all(f"/figures/{name}" in page.text for name in drawn[form.key].frames), form.key


def test_the_style_guide_is_for_development_only(client: FlaskClient) -> None:
    assert client.get("/styleguide").status_code == 404
    assert client.get("/styleguide/figures").status_code == 404
    assert read_settings({"DEVELOPMENT": "1"}).development is True
