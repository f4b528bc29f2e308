"""The reading test: ``python -m tools.reading_test pages|prompt|score|report``.

``pages`` keeps the question pages of today under a name, ``prompt`` writes what a fresh reader gets, ``score`` prints what a file of
answers leads to, and ``report`` keeps the table of all answers in docs/reading-test.md. Answers go to tools/reading_test/answers/.
"""

from __future__ import annotations

import argparse
import json
from itertools import product
from pathlib import Path

from recommender.service.recommend import load_recommender
from recommender.settings import read_settings
from tools.reading_test.pages import PARTS, keep, kept, rendered
from tools.reading_test.prompt import batches, code, prompt
from tools.reading_test.report import report
from tools.reading_test.score import FORMS, reading, readings
from tools.reading_test.stories import stories

PAGE = Path("docs/reading-test.md")
LANGUAGES = ("en", "es")


def main() -> None:
    """Do what is asked for."""
    given = _parser().parse_args()
    given.do(given)


def _pages(given: argparse.Namespace) -> None:
    recommender = load_recommender(read_settings({}))
    for part, language in product(given.part or PARTS, given.language or LANGUAGES):
        print(*keep(rendered(recommender, given.name, part, language)), sep="\n")


def _prompt(given: argparse.Namespace) -> None:
    wording = kept(given.name, given.part, given.language)
    given.to.mkdir(parents=True, exist_ok=True)
    for number, batch in enumerate(batches(stories(), given.size), 1):
        file = given.to / f"{given.name}.{given.part}.{given.language}.{given.form}.{number}.md"
        file.write_text(prompt(wording, given.form, batch, given.reader), encoding="utf-8")
        print(file)


def _score(given: argparse.Namespace) -> None:
    recommender = load_recommender(read_settings({}))
    every = {code(story): story for story in stories()}
    for file in given.answers:
        one = reading(recommender, json.loads(file.read_text(encoding="utf-8")), every)
        print(report([one], stories()))


def _report(given: argparse.Namespace) -> None:
    page = report(readings(load_recommender(read_settings({}))), stories())
    given.page.write_text(page, encoding="utf-8")
    print(given.page)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools.reading_test", description=__doc__)
    commands = parser.add_subparsers(required=True)
    pages = commands.add_parser("pages", help="keep the pages of today under a name")
    pages.add_argument("name", help="of the wording, such as long")
    pages.add_argument("--language", action="append", choices=LANGUAGES, help="all of them without it")
    pages.add_argument("--part", action="append", choices=PARTS, help="all of them without it")
    pages.set_defaults(do=_pages)
    asked = commands.add_parser("prompt", help="write what fresh readers get, a file for each batch of stories")
    asked.add_argument("name", help="of a wording that is kept")
    asked.add_argument("--part", choices=PARTS, default=next(iter(PARTS)))
    asked.add_argument("--language", choices=LANGUAGES, default="en")
    asked.add_argument("--form", choices=FORMS, default="folded")
    asked.add_argument("--size", type=int, default=30, help="stories in a batch")
    asked.add_argument("--reader", default="reader 1", help="the name that goes into the answers")
    asked.add_argument("--to", type=Path, required=True, help="the folder to write to")
    asked.set_defaults(do=_prompt)
    scored = commands.add_parser("score", help="print what files of answers lead to")
    scored.add_argument("answers", nargs="+", type=Path)
    scored.set_defaults(do=_score)
    told = commands.add_parser("report", help="write the table of all answers that are kept")
    told.add_argument("--page", type=Path, default=PAGE)
    told.set_defaults(do=_report)
    return parser


if __name__ == "__main__":
    main()
