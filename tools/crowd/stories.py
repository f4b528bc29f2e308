"""What becomes of ten people over twelve weeks of checks: the routine at each check, and what was done with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from recommender.models.recommendation import Recommendation
from recommender.models.slots import END_SLOTS, Slot
from recommender.presentation.check_in import present_check_in
from recommender.service.check_in import check_in
from recommender.service.recommend import Recommender
from tests.support.check_ins import returning

STORIES = Path(__file__).with_name("stories.yaml")


@dataclass(frozen=True, slots=True)
class Moment:
    """A story on one day. ``repeats`` and ``sets`` are sums over the moves, without the two ends."""

    day: int
    action: str
    level: str
    stage: str
    minutes: int
    moves: int
    held: int
    strength: int
    sets: int
    repeats: int
    hold_seconds: int
    changes: int


def stories() -> Mapping[str, Any]:
    """Return the stories as they are written, by id."""
    return {story["id"]: story for story in _written()["stories"]}


def told(recommender: Recommender, story: Mapping[str, Any]) -> Iterator[Moment]:
    """Yield what a story comes to at the beginning and at each check; after a stop there is no more."""
    written = _written()
    person = returning(recommender, **_asked(recommender, {**written["base"], **story.get("answers", {})}))
    yield _moment(0, "begin", person.first, 0)
    for day, said in story["checks"].items():
        body = person.filled(person.body(day, **{**written["usual"], **said}))
        result = check_in(recommender, recommender.check_in_sheet.read(body))
        person.remember(body, present_check_in(result, recommender.content, "GB"))
        yield _moment(day, str(result.action), result.recommendation, len(result.changes))
        if result.recommendation.assembly is None:
            return


def as_data(recommender: Recommender) -> dict[str, Any]:
    """Return every story and its moments, as plain data."""
    return {
        name: {"who": story["who"], "moments": [asdict(moment) for moment in told(recommender, story)]}
        for name, story in stories().items()
    }


def _asked(recommender: Recommender, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers to the questions that somebody who gives them is asked."""
    answers, _ = recommender.sheet.read_some(raw, list(raw))
    shown = recommender.flow.walk(answers).shown
    return {name: answer for name, answer in raw.items() if name in shown}


def _written() -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
    return written


def _moment(day: int, action: str, recommendation: Recommendation, changes: int) -> Moment:
    items = recommendation.assembly.routine.items if recommendation.assembly else ()
    moves = [item for item in items if item.slot not in END_SLOTS]
    return Moment(
        day=day,
        action=action,
        level=recommendation.level.value,
        stage=recommendation.decision.stage.value if items else "",
        minutes=round(sum(item.seconds for item in items) / 60),
        moves=len(moves),
        held=sum(item.exercise.slot is Slot.STRETCH for item in moves),
        strength=sum(item.exercise.slot is Slot.STRENGTH for item in moves),
        sets=sum(item.dose.sets for item in moves),
        repeats=sum(item.dose.sets * (item.dose.reps or 0) for item in moves),
        hold_seconds=sum(
            item.dose.sets * (item.dose.reps or 0) * (item.dose.hold_seconds or 0)
            for item in moves
            if item.exercise.slot is Slot.STRETCH
        ),
        changes=changes,
    )
