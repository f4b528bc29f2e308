"""The page that shows a routine one move at a time, with a clock for whoever wants one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import render_template, url_for

from recommender.assembly.dose import pace
from recommender.errors import DecisionError
from recommender.models.actions import Timing
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Item, Pace
from recommender.web.core.language import localised_content
from recommender.web.result.sections import advice_groups


class RoutinePage(StrEnum):
    """Whose routine it is, by the page that shows it whole: of today's answers, of a remembered plan, of a signed link."""

    RESULT = "result.show"
    PLAN = "plan.today"
    LINK = "link.moves"


@dataclass(frozen=True, slots=True)
class Turn:
    """How the clock goes through one item: ``settle_seconds`` to get into place, then the pace of its dose.

    All of it together is the ``seconds`` of the item.
    """

    settle_seconds: int
    pace: Pace


def player_page(recommendation: Recommendation, shown: Mapping[str, Any], whole: RoutinePage) -> str:
    """Return the page for a recommendation with a routine; ``shown`` is the same as it is presented.

    Raises:
        DecisionError: there is no routine, or no rule says how long things take.
    """
    return player_of(shown, turns(recommendation), whole, url_for(whole.value))


def player_of(shown: Mapping[str, Any], turns: Sequence[Turn], whole: RoutinePage, address: str) -> str:
    """Return the page for a presented routine and its turns; ``address`` is that of the page that shows it whole."""
    return render_template("result/player.html", **player_words(shown, turns, whole, address))


def player_words(shown: Mapping[str, Any], turns: Sequence[Turn], whole: RoutinePage, address: str) -> dict[str, Any]:
    """Return what that template needs."""
    content = localised_content().content
    advice = advice_groups(shown["advice"], content.catalogue)
    return {
        "shown": shown,
        "turns": turns,
        "advice": {topic.id: texts for topic, texts in advice},
        "topics": content.catalogue.topics,
        "slots": content.catalogue.vocabulary["slots"],
        "whole": whole.value,
        "whole_address": address,
    }


def turns(recommendation: Recommendation) -> list[Turn]:
    """Return how the clock goes through each item of the routine.

    Raises:
        DecisionError: there is no routine, or no rule says how long things take.
    """
    plan = recommendation.decision.plan
    if recommendation.assembly is None or plan is None:
        raise DecisionError("there is no routine to show one move at a time")
    return [turn_of(item, plan.timing) for item in recommendation.assembly.routine.items]


def turn_of(item: Item, timing: Timing) -> Turn:
    """Return how the clock goes through one item."""
    own = pace(item.dose, timing)
    return Turn(item.seconds - own.seconds, own)
