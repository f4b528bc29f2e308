#!/usr/bin/env python3
"""Take a picture of every page in every state, at phone and desk width, in every language. Run `make screenshots`.

The pictures go to screenshots/, named like 390-en-question-about-you-errors.png; index.html there shows them side by side.
With --readme only the three small ones of the README are made, in docs/pictures/ (`make pictures`).
"""

from __future__ import annotations

import base64
import html
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from recommender.service.recommend import load_recommender
from recommender.settings import read_settings
from tests.support.chromium import ARGUMENTS, MISSING, find_chromium
from tests.support.places import LANGUAGES, all_places
from tests.support.stand import Place, Stand, running_site

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "screenshots"
PICTURES = ROOT / "docs" / "pictures"
# The pictures of the README: what each is called, and the place that it shows.
IN_README = {"start": "start", "routine": "result-routine", "player": "player-move-3"}
README_SIZE, WEBP_QUALITY = (390, 780), 70
WIDTHS = {390: 844, 1280: 800}
STYLE = (
    "body{font-family:system-ui;margin:1rem} section{display:flex;flex-wrap:wrap;gap:1rem;align-items:start}"
    "img{border:1px solid #888;width:22rem;height:32rem;object-fit:cover;object-position:top} h2{font-size:1rem}"
)


def main() -> None:
    chromium = find_chromium() or sys.exit(MISSING)
    with running_site(load_recommender(read_settings({}))) as stand, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        places = all_places(stand)
        if "--readme" in sys.argv:
            take_for_readme(browser, stand, {place.name: place for place in map(Place.closed, places)})
            return
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        for width, height in WIDTHS.items():
            take(browser, stand, places, width, height)
        browser.close()
    (FOLDER / "index.html").write_text(contact_sheet(places), encoding="utf-8")
    print(f"{len(places) * len(LANGUAGES) * len(WIDTHS)} pictures in {FOLDER.name}/; open {FOLDER.name}/index.html")


def take(browser: Browser, stand: Stand, places: list[Place], width: int, height: int) -> None:
    """Save every place at one width."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    for language in LANGUAGES:
        for place in places:
            stand.bring(page, place, language)
            page.screenshot(path=FOLDER / file_name(width, language, place), full_page=True)
    context.close()


def take_for_readme(browser: Browser, stand: Stand, places: dict[str, Place]) -> None:
    """Save what a phone shows first of three places, in English, as small pictures."""
    width, height = README_SIZE
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    shown = {"format": "webp", "quality": WEBP_QUALITY}
    PICTURES.mkdir(exist_ok=True)
    for name, place in IN_README.items():
        stand.bring(page, places[place], LANGUAGES[0])
        page.wait_for_load_state("networkidle")
        picture = page.context.new_cdp_session(page).send("Page.captureScreenshot", shown)
        (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(picture["data"]))


def file_name(width: int, language: str, place: Place) -> str:
    return f"{width}-{language}-{place.name}.png"


def contact_sheet(places: list[Place]) -> str:
    """Return a page that shows every picture, the widths and languages of a place beside each other."""
    parts = []
    for place in places:
        names = [file_name(width, language, place) for language in LANGUAGES for width in WIDTHS]
        pictures = "".join(
            f'<a href="{name}"><img src="{name}" alt="{name}" loading="lazy"></a>' for name in map(html.escape, names)
        )
        parts.append(f"<h2>{html.escape(place.name)}</h2>\n<section>{pictures}</section>")
    head = f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Every page</title><style>{STYLE}</style>'
    return "\n".join([head, "<h1>Every page</h1>", *parts, "</html>\n"])


if __name__ == "__main__":
    main()
