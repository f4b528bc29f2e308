"""What became of the answers of one reader: the help that each person would be told, and what was ticked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.errors import RecommenderError
from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tools.reading_test.answer import Ticks, in_ids, lines, sheet
from tools.reading_test.pages import PARTS, Wording, kept
from tools.reading_test.prompt import code
from tools.reading_test.stories import Kind, Story, stories

ANSWERS = Path(__file__).with_name("answers")
FORMS = ("folded", "opened")


@dataclass(frozen=True)
class Scored:
    """One story as one reader answered it.

    ``must`` are the groups of lines that can be told on these pages, ``missed`` those of which no line was ticked, ``over``
    the lines too many. ``level`` is what the rules make of the answers; None where they cannot be used: ``fault`` says why.
    """

    story: Story
    level: Level | None
    ticked: frozenset[str]
    must: tuple[tuple[str, ...], ...]
    missed: tuple[tuple[str, ...], ...]
    over: tuple[str, ...]
    fault: str = ""
    note: str = ""

    @property
    def is_read(self) -> bool:
        """Return whether the story tells a sign, and these pages ask for it."""
        return self.story.kind is Kind.SIGN and bool(self.must)

    @property
    def is_in_time(self) -> bool:
        """Return whether the person is told to get help as soon as they need it.

        With a sign, some line must be ticked, "not sure" included: age or a high score alone found nothing.
        """
        is_found = not self.is_read or bool(self.ticked & self.story.expected.lines or self.over)
        return self.level is not None and is_found and self.level.rank >= self.story.at_least.rank

    @property
    def is_too_much(self) -> bool:
        return self.level is not None and self.level.rank > self.story.at_most.rank


@dataclass(frozen=True)
class Reading:
    """What one reader made of the stories in one wording of a part."""

    wording: str
    part: str
    language: str
    form: str
    reader: str
    scored: tuple[Scored, ...]


def reading(recommender: Recommender, told: Mapping[str, Any], every: Mapping[str, Story]) -> Reading:
    """Return the reading of a file of answers, of stories by their code; instructions.md shows what stands in it.

    Raises:
        ValueError: the file names a story or a form that there is not.
    """
    unknown = sorted(set(told["answers"]) - set(every))
    if unknown or told["form"] not in FORMS:
        raise ValueError(f"there is no story or form {', '.join(unknown) or told['form']}")
    wording = kept(told["wording"], told["part"], told["language"])
    scored = (
        one_scored(recommender, every[story], answer.get("ticks", {}), wording, answer.get("note", ""))
        for story, answer in told["answers"].items()
    )
    return Reading(wording.name, wording.part, wording.language, told["form"], told["reader"], tuple(scored))


def one_scored(recommender: Recommender, story: Story, ticks: Ticks, wording: Wording, note: str = "") -> Scored:
    """Return what one story's answers lead to."""
    part, expected = PARTS[wording.part], story.expected
    must = expected.must_of(part["judged"])
    try:
        told = in_ids(ticks, wording.boxes)
        raw = sheet(recommender, told, expected, wording.boxes)
        level = recommender.recommend(recommender.sheet.read(raw)).decision.level
    except (ValueError, RecommenderError) as fault:
        return Scored(story, None, frozenset(), must, must, (), str(fault), note)
    ticked = lines(told, part["judged"])
    missed = tuple(group for group in must if not ticked.intersection(group))
    over = ticked - expected.lines if part["every_line"] else ticked.intersection(expected.trap)
    return Scored(story, level, ticked, must, missed, tuple(sorted(over)), "", note)


def readings(recommender: Recommender, folder: Path = ANSWERS) -> list[Reading]:
    """Return every reading that is kept, by name of its file. Batches of the same reader and pages are joined."""
    every = {code(story): story for story in stories()}
    joined: dict[tuple[str, str, str, str, str], list[Scored]] = {}
    for file in sorted(folder.glob("*.json")):
        one = reading(recommender, json.loads(file.read_text(encoding="utf-8")), every)
        joined.setdefault((one.wording, one.part, one.language, one.form, one.reader), []).extend(one.scored)
    return [Reading(*key, tuple(scored)) for key, scored in joined.items()]
