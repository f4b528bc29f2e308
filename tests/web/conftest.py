"""The site with the real content, as the United Kingdom sees it, and people who fill it in or keep a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommender.service.recommend import Recommender
from recommender.settings import Settings, read_settings
from recommender.web.app import create_app
from tests.support.planner import Clock, Planner, site_at
from tests.support.visitor import Visitor


@pytest.fixture(scope="session")
def settings() -> Settings:
    return replace(read_settings({}), region="GB")


@pytest.fixture(scope="session")
def app(recommender: Recommender, settings: Settings) -> Flask:
    return create_app(settings, recommender)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def visitor(client: FlaskClient, recommender: Recommender) -> Visitor:
    return Visitor(client, recommender)


@pytest.fixture
def planner(recommender: Recommender, settings: Settings) -> Planner:
    clock = Clock()
    return Planner(site_at(clock, settings, recommender), recommender, clock)


@pytest.fixture
def kept(planner: Planner) -> Planner:
    """Somebody who has begun a plan today."""
    planner.remember({"pain_score": 6})
    return planner
