"""Lighthouse on a phone's settings, against gunicorn on this machine: prints a table and every failed audit.

Installs the pinned Lighthouse with npm in a folder of its own, starts its own server on a free port of 127.0.0.1 and
stops it by its process id. Exits with 1 if a page is below the least it must reach.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import yaml
from flask import Response

from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings
from recommender.web.core.cookie_store import CookieStore
from recommender.web.questionnaire.answer_store import ANSWERS
from recommender.web.questionnaire.draft import Draft, to_data
from tests.support.chromium import ARGUMENTS, MISSING, find_chromium

LIGHTHOUSE = "lighthouse@12.8.2"
FLAGS = " ".join(("--headless=new", *ARGUMENTS))
SECRET = "only for measuring, on this machine, at this moment"
CATEGORIES = {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 95}
SHEET = Path(__file__).resolve().parent.parent / "tests" / "vignettes" / "baseline.yaml"


@dataclass(frozen=True)
class Visited:
    """A page to measure. Search engines are to find public ones only, so the rest is free of the SEO score."""

    name: str
    address: str
    is_public: bool = False
    draft: Draft | None = None


def pages(recommender: Recommender) -> list[Visited]:
    content = recommender.content
    exercise = max(content.catalogue.exercises, key=lambda exercise: len(exercise.forms))
    first = content.questionnaire.intake_pages[0].slug
    return [
        Visited("start", "/", is_public=True),
        Visited("question", f"/questions/{first}"),
        Visited("result", "/result", draft=whole_draft(recommender)),
        Visited("exercises", "/exercises", is_public=True),
        Visited("exercise", f"/exercises/{exercise.id}", is_public=True),
    ]


def whole_draft(recommender: Recommender) -> Draft:
    """Return the draft of somebody with a simple low back pain who has answered everything."""
    raw = yaml.safe_load(SHEET.read_text(encoding="utf-8"))["answers"]
    answers, _ = recommender.sheet.read_some(raw, recommender.sheet.fields)
    answers = recommender.flow.prune(answers)
    return Draft(answers, frozenset(step.slug for step in recommender.flow.walk(answers).steps))


def cookie(draft: Draft) -> str:
    response = Response()
    settings = replace(read_settings({}), secret_key=SECRET)
    store: CookieStore[Draft] = CookieStore(ANSWERS, settings, to_data, lambda data: None)
    store.write(response, draft)
    return f"answers={SimpleCookie(response.headers['Set-Cookie'])['answers'].value}"


@contextmanager
def serving() -> Iterator[int]:
    """gunicorn with one process, until the end of the with statement. Gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    ours = {"PORT": str(port), "WEB_CONCURRENCY": "1", "REGION": "GB", "SECRET_KEY": SECRET, "SECURE_COOKIES": "0"}
    server = subprocess.Popen(
        [sys.executable, "-m", "recommender.cli.main", "serve"], env={**os.environ, **ours}, stdout=subprocess.DEVNULL
    )
    try:
        wait_until_ready(port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def wait_until_ready(port: int) -> None:
    for _ in range(150):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server did not become ready")


def install(workshop: Path) -> None:
    (workshop / "package.json").write_text('{"private": true}', encoding="utf-8")
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", LIGHTHOUSE]
    subprocess.run(command, cwd=workshop, check=True)


def measure(workshop: Path, port: int, visited: Visited, chromium: str) -> dict[str, Any]:
    """Return Lighthouse's report of one page."""
    report = workshop / f"{visited.name}.json"
    command = [
        str(workshop / "node_modules" / ".bin" / "lighthouse"),
        f"http://127.0.0.1:{port}{visited.address}",
        f"--chrome-flags={FLAGS}",
        f"--only-categories={','.join(CATEGORIES)}",
        "--form-factor=mobile",
        "--no-enable-error-reporting",
        "--quiet",
        "--output=json",
        f"--output-path={report}",
    ]
    if visited.draft is not None:
        headers = workshop / "headers.json"
        headers.write_text(json.dumps({"Cookie": cookie(visited.draft)}), encoding="utf-8")
        command.append(f"--extra-headers={headers}")
    environment = {**os.environ, "CHROME_PATH": chromium}
    # On a busy machine Chromium now and then loses the trace of a load; a second try is a fresh browser.
    if subprocess.run(command, cwd=workshop, env=environment, stderr=subprocess.DEVNULL).returncode:
        subprocess.run(command, cwd=workshop, env=environment, check=True)
    told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return told


def score(told: Mapping[str, Any], category: str) -> int:
    return round((told["categories"][category]["score"] or 0) * 100)


def failed_audits(told: Mapping[str, Any]) -> list[str]:
    """Return every audit that counts for a score and is not perfect, with its category."""
    lines = []
    for name in CATEGORIES:
        for part in told["categories"][name]["auditRefs"]:
            audit = told["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                shown = f": {audit['displayValue']}" if audit.get("displayValue") else ""
                lines.append(f"{name}, {part['id']} ({audit['score']:.2f}{shown})")
    return lines


def too_low(visited: Visited, told: Mapping[str, Any]) -> list[str]:
    """Return the categories in which a page is below the least it must reach."""
    needed = [name for name in CATEGORIES if name != "seo" or visited.is_public]
    return [name for name in needed if score(told, name) < CATEGORIES[name]]


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    chromium = find_chromium() or sys.exit(MISSING)
    recommender = load_recommender(read_settings({}))
    low = []
    with tempfile.TemporaryDirectory() as folder, serving() as port:
        install(Path(folder))
        print("page        " + "".join(f"{name:>16}" for name in CATEGORIES))
        for visited in pages(recommender):
            told = measure(Path(folder), port, visited, chromium)
            print(f"{visited.name:12}" + "".join(f"{score(told, name):16}" for name in CATEGORIES), flush=True)
            for line in failed_audits(told):
                print(f"            {line}")
            low += [f"{visited.name}: {name}" for name in too_low(visited, told)]
    print("too low: " + ", ".join(low) if low else "every page reaches what it must")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
