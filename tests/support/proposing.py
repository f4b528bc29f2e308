"""Somebody who proposes an edit of a rule in the review room, and few vignettes, so that its impact is known in seconds."""

from __future__ import annotations

import html
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from recommender.loaders.vignettes import BASELINE
from recommender.proposals.impact_run import State
from recommender.settings import read_settings
from recommender.web.proposals.room import current_runs
from tests.support.reviewers import Reviewer

# A rule with an answer, tags and texts, that few other rules touch.
RULE = "CI-A12"
FORM, TARGET = f"/review/propose/{RULE}", f"/review/rule/{RULE}"
# Kneeling is hard too, and not leaning on the hands alone: more people are kept from more.
WIDER: Mapping[str, Sequence[str]] = {"/when/limits": ["wrist", "kneel"]}
WORDS = "Whoever cannot kneel should not lean on the hands either."
# What a finished run tells of an edit that makes somebody less safe.
_PLACES = (
    {"name": "Sphinx", "told": "Left out", "rules": []},
    {"name": "Sphinx", "told": "In the routine", "rules": []},
)
FOUND: Mapping[str, Any] = {
    "met": {"vignette": 2, "crowd": 500},
    "counts": {"less_safe": 3, "turned_away": 0, "otherwise": 0},
    "affected": [
        {
            "effect": "level_falls",
            "group": "less_safe",
            "count": 3,
            "before": {"level": "see_before_start", "stage": None, "places": _PLACES[:1]},
            "after": {"level": "routine", "stage": "settle", "places": _PLACES[1:]},
            "told": ["Pain in the low back"],
            "source": "crowd",
            "name": "seed 0-0, number 4",
        }
    ],
    **{"kinds": 1, "lost": [], "lost_in_all": 0, "not_served": ["A sheet of the safety net gets too low a level."]},
}


def few_vignettes(folder: Path, kind: str = "contraindications", rule: str = RULE) -> Path:
    """Return a folder with the usual answers, and the vignettes of one rule."""
    source = read_settings({}).vignettes_dir
    place = folder / kind
    place.mkdir(parents=True)
    shutil.copy(source / BASELINE, folder / BASELINE)
    (vignettes,) = (source / kind).glob(f"{rule}-*.yaml")
    shutil.copy(vignettes, place / vignettes.name)
    return folder


def held(page: str) -> dict[str, list[str]]:
    """Return what the fields of a form hold as a browser would send it."""
    form = page[page.index('id="propose"') : page.index("</form>", page.index('id="propose"'))]
    fields: dict[str, list[str]] = {}

    def put(name: str, value: str) -> None:
        fields.setdefault(html.unescape(name), []).append(html.unescape(value))

    for tag in re.findall(r"<input [^>]*>", form):
        name, value = (re.search(rf'\b{what}="([^"]*)"', tag) for what in ("name", "value"))
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            put(name[1], value[1] if value else "")
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', form):
        put(name, text)
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = (
            re.findall(r'<option value="([^"]*)" selected>', options) or re.findall(r'value="([^"]*)"', options)[:1]
        )
        put(name, chosen[0])
    return fields


def fill(who: Reviewer, changes: Mapping[str, Sequence[str]], form: str = FORM, do: str = "go") -> TestResponse:
    """Open the form, change some of its fields, and press one of its buttons."""
    fields = held(who.see(form).text)
    return who.send(form, {**fields, **changes, "do": do}, page=form)


def proposed(who: Reviewer, changes: Mapping[str, Sequence[str]] = WIDER, form: str = FORM) -> str:
    """Return the address of the page of a proposal."""
    sent = fill(who, changes, form)
    assert sent.status_code == 303, sent.text
    return urlsplit(str(sent.location)).path


def ask(who: Reviewer, draft: str, words: str = WORDS) -> TestResponse:
    """Send a proposal as a request for changes."""
    return who.send(draft, {"do": "send", "text": words, "seen": who.seen(draft)}, page=draft)


def wait_for_impact(app: Flask, draft: str) -> State:
    """Return how the impact of a draft came out, once it is worked out."""
    name = draft.rpartition("/")[2]
    with app.app_context():
        while (found := current_runs().told(name).state) is State.RUNNING:
            time.sleep(0.2)
    return found
