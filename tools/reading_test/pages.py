"""The question pages of one wording: walked through on the real site, and kept under a name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from recommender.models.conditions import All, AnyOf, Chosen, Condition
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from tests.support.visitor import Visitor
from tools.reading_test.page_text import Box, PageText

HERE = Path(__file__).parent
KEPT = HERE / "wordings"
_WALK: Mapping[str, Any] = yaml.safe_load((HERE / "walk.yaml").read_text(encoding="utf-8"))
PARTS: Mapping[str, Mapping[str, Any]] = _WALK["parts"]


@dataclass(frozen=True)
class Wording:
    """The pages of one part of the intake, as one wording of the questions had them, in one language.

    ``folded`` is what can be seen at once, ``opened`` adds what is one tap away. ``boxes`` say what the letters stand for,
    by the number of the question.
    """

    name: str
    part: str
    language: str
    rule_set: str
    folded: str
    opened: str
    boxes: Mapping[int, Box]


def rendered(recommender: Recommender, name: str, part: str, language: str) -> Wording:
    """Return the pages of a part as the site shows them today.

    Raises:
        AssertionError: a page cannot be seen, or the walk ends before every question of the part was shown.
    """
    pages = _shown(recommender, PARTS[part], language)
    boxes = {number: box for page in pages for number, box in page.boxes.items()}
    notes = {number: note for number, box in boxes.items() if (note := _note(recommender, box.question, boxes))}
    folded, opened = (_joined(pages, notes, opened=opened) for opened in (False, True))
    return Wording(name, part, language, recommender.content.rule_set.version, folded, opened, boxes)


def _shown(recommender: Recommender, part: Mapping[str, Any], language: str) -> list[PageText]:
    """Walk through the site, and return the pages that hold a question of the part."""
    app = create_app(replace(read_settings({}), region=_WALK["region"]), recommender)
    client = app.test_client()
    client.set_cookie("language", language)
    visitor = Visitor(client, recommender)
    visitor.fill_in(part["answers"])
    pages: list[PageText] = []
    still = set(part["shows"])
    for html in visitor.shown:
        page = PageText.of(html, 1 + sum(len(one.boxes) for one in pages), pages[-1].next_fold if pages else 1)
        asked = {box.question for box in page.boxes.values()}
        if asked.intersection(part["shows"]):
            pages.append(page)
        still -= asked
        if not still:
            return pages
    raise AssertionError(f"not asked on the way: {sorted(still)}")


def keep(wording: Wording, folder: Path = KEPT) -> list[Path]:
    """Write a wording's two texts, and beside them what its letters stand for; return the files."""
    folder.mkdir(exist_ok=True)
    stem = f"{wording.name}.{wording.part}.{wording.language}"
    told = {"rule_set": wording.rule_set, "boxes": {number: asdict(box) for number, box in wording.boxes.items()}}
    texts = {
        f"{stem}.folded.txt": wording.folded + "\n",
        f"{stem}.opened.txt": wording.opened + "\n",
        f"{stem}.json": json.dumps(told, indent=1) + "\n",
    }
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    return [folder / file for file in texts]


def kept(name: str, part: str, language: str, folder: Path = KEPT) -> Wording:
    """Return a wording that was kept, of today or not.

    Raises:
        FileNotFoundError: none of this part was kept under this name in this language.
    """
    stem = f"{name}.{part}.{language}"
    told = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))
    folded, opened = (
        (folder / f"{stem}.{form}.txt").read_text(encoding="utf-8").rstrip("\n") for form in ("folded", "opened")
    )
    boxes = {int(number): Box(**box) for number, box in told["boxes"].items()}
    return Wording(name, part, language, told["rule_set"], folded, opened, boxes)


def _joined(pages: Sequence[PageText], notes: Mapping[int, str], *, opened: bool) -> str:
    return "\n\n".join(
        f"=== Page {number} ===\n{page.text(opened=opened, notes=notes)}" for number, page in enumerate(pages, 1)
    )


def _note(recommender: Recommender, question: str, boxes: Mapping[int, Box]) -> str:
    """Return who is asked a question, in letters; "" where everybody is, or the question is none of today's."""
    questionnaire = recommender.content.questionnaire
    if question not in questionnaire.questions:
        return ""
    asked = questionnaire.questions[question].shown_if, questionnaire.page_of[question].shown_if
    parts = [words for condition in asked if condition and (words := _in_letters(condition, boxes))]
    return f"[This question is asked only if {' and '.join(parts)}. Leave it out if that is not so.]" if parts else ""


def _in_letters(condition: Condition, boxes: Mapping[int, Box]) -> str:
    match condition:
        case Chosen(question, options):
            for number, box in boxes.items():
                if box.question == question:
                    said = [letter for letter, option in box.options.items() if option in options]
                    return f"you ticked {' or '.join(said)} in question {number}"
            return ""
        case All(parts) | AnyOf(parts):
            joint = " and " if isinstance(condition, All) else " or "
            return joint.join(filter(None, (_in_letters(part, boxes) for part in parts)))
        case _:
            return ""
