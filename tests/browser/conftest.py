"""A real browser against the real site. Debian's Chromium; nothing is downloaded."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from recommender.service import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def chromium() -> str | None:
    """Return where Chromium is: as CHROMIUM says, or in the usual places."""
    usual = [os.environ.get("CHROMIUM"), "/usr/bin/chromium"]
    found = next((path for path in usual if path and Path(path).exists()), None)
    return found or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        told = "No Chromium found. Install it (apt-get install chromium) or name it in CHROMIUM."
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def address(recommender: Recommender) -> Iterator[str]:
    """The address of the running site."""
    app = create_app(replace(read_settings({}), region="GB"), recommender)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
