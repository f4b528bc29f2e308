"""Measure the way of nine kinds of people: ``python -m tools.effort [--page FILE] [--json FILE]``.

``make effort`` keeps it in docs/effort.md and docs/effort.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from playwright.sync_api import sync_playwright

from recommender.service.recommend import load_recommender
from recommender.settings import read_settings
from tests.support.chromium import ARGUMENTS, MISSING, find_chromium
from tests.support.stand import HOME, running_site
from tools.effort.walk import SECONDS_A_TAP, WORDS_A_MINUTE, Effort, people, walked

BEFORE = Path(__file__).with_name("before.json")

_HEAD = f"""\
# What it costs to get a routine

Made by a program (`make effort`); **no patient and no clinician has been asked yet**. Nine made-up kinds of people
(`tools/effort/people.yaml`) go through the site in a real browser, 390 pixels wide and 844 high. Words are those that can be seen,
head and foot of each page included; what is folded away is not counted. Minutes are {WORDS_A_MINUTE} words a minute and
{SECONDS_A_TAP} seconds a tap; somebody in pain is slower. A free text counts one tap for each letter.
*Promised* is what the start page says for such a person: in all, with no pain, or where an answer needs help soon. It is worked
out from the questions themselves (`recommender/web/questionnaire/progress.py`), not typed.
In brackets: on 30 November 2026, before the way was made shorter (`tools/effort/before.json`).

## The questions

| who | ends at | pages | words | taps | minutes | promised | off by | screens |
|---|---|---|---|---|---|---|---|---|
"""
_LEFT = """
## What each page says is left

Whole minutes, which the answers so far make truer. In brackets: what it then took. That an answer will end the questions early, no
page can know; nor can the first that nothing hurts.

| who | minutes left, page by page |
|---|---|
"""
_RESULT = """
With the start page and the check of the answers: {}.

## The result

| who | words | screens | screens to the first move | A4 sheets printed |
|---|---|---|---|---|
"""


def main() -> None:
    """Print the table, and write it to files if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures as JSON")
    parser.add_argument("--page", type=Path, help="write the figures as Markdown")
    given = parser.parse_args()
    efforts = measured()
    print(report(efforts))
    if given.page:
        given.page.write_text(report(efforts), encoding="utf-8")
    if given.json:
        rows = [{**asdict(one), "minutes": round(one.minutes, 1)} for one in efforts]
        given.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def measured() -> list[Effort]:
    """Return what the way of each person costs."""
    chromium = find_chromium() or sys.exit(MISSING)
    recommender = load_recommender(read_settings({}))
    with running_site(recommender) as stand, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        efforts = [walked(browser, stand.addresses[HOME], recommender, person) for person in people()]
        browser.close()
    return efforts


def report(efforts: Sequence[Effort]) -> str:
    """Return the page of the figures, those of before in brackets, as Markdown."""
    before = {one["name"]: one for one in json.loads(BEFORE.read_text(encoding="utf-8"))}
    asked, whole, shown = [], [], []
    for one in efforts:
        was = before[one.name]
        cells = [
            _then(one.pages, was["pages"]),
            _then(one.words, was["words"]),
            _then(one.taps, was["taps"]),
            _then(one.minutes, was["minutes"]),
            _then(one.promised, was["promised"]),
            f"{one.promised / one.minutes - 1:+.0%}",
            _then(one.screens, was["screens"]),
        ]
        asked.append(_row(one.name, f"`{one.level}`", *cells))
        whole.append(f"{one.name} {one.words_to_result:,} words, {one.taps_to_result} taps")
        shown.append(
            _row(
                one.name,
                _then(one.result_words, was["result_words"]),
                _then(one.result_screens, was["result_screens"]),
                _then(one.first_move_screens, was["first_move_screens"]),
                _then(one.sheets, was["sheets"]),
            )
        )
    left = (_row(one.name, ", ".join(f"{told} ({took:.1f})" for told, took in one.left)) for one in efforts)
    return _HEAD + "".join(asked) + _LEFT + "".join(left) + _RESULT.format("; ".join(whole)) + "".join(shown)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _then(now: float | None, was: float | None) -> str:
    """Return a figure and, in brackets, what it was."""
    return "" if now is None or was is None else f"{_figure(now)} ({_figure(was)})"


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.1f}"


if __name__ == "__main__":
    main()
