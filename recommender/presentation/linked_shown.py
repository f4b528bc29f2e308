"""A routine that is opened by its link, as pages show it: in the shape of a presented recommendation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.routine import Item
from recommender.models.rules import Branch
from recommender.presentation.form_words import FormsWorded
from recommender.presentation.linked_routine import HOW_OFTEN, SAFETY_NET, STOP, STRENGTH_DAYS, TOPICS, LinkedRoutine
from recommender.presentation.recommendation import contacts, move_shown, regions_shown

Shown = dict[str, Any]


def present_linked(
    routine: LinkedRoutine, content: Content, words: FormsWorded, region: str | None, *, approved: bool
) -> Shown:
    """Return the routine as data for pages, in the shape of a presented recommendation, with no answer and no reason.

    ``content`` and ``words`` are in the language of the page.
    """
    say = words.say
    told = {topic: list(dict.fromkeys(map(say, _texts(routine.told, topic)))) for topic in TOPICS}
    away = routine.not_daily
    days = told[STRENGTH_DAYS] if any(item.is_of(away) for item in routine.items) else []
    return {
        "routine": {
            "how_often": next(iter(told[HOW_OFTEN]), None),
            "strength_days": next(iter(days), None),
            "other_days": None,
            "seconds": routine.seconds,
            "items": [_item_shown(item, words) | {"every_day": not item.is_of(away)} for item in routine.items],
        },
        "stop_rules": told[STOP],
        "advice": [{"topic": SAFETY_NET, "text": text} for text in told[SAFETY_NET]],
        "disposition": {"worse": [say(text) for text in content.catalogue.dispositions[Level.ROUTINE].worse]},
        "contacts": [contacts(country) for country in regions_shown(content.catalogue, region)],
        "not_approved": None if approved else content.catalogue.words.not_approved,
    }


def _item_shown(item: Item, words: FormsWorded) -> Shown:
    own = words(item.exercise, item.form)
    return {
        **move_shown(item, words),
        "slot": item.slot,
        "seconds": item.seconds,
        "purpose": own.purpose,
        "breathing": own.breathing,
        "feel_it": own.feel_it,
        "not_here": own.not_here,
        "common_mistakes": own.common_mistakes,
        "why": [],
    }


def _texts(branches: Iterable[Branch], topic: str) -> list[str]:
    return [
        text for branch in branches for advice in branch.then.advise if advice.topic == topic for text in advice.items
    ]
