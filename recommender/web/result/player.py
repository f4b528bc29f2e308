"""The page that shows a routine one move at a time, with a clock for whoever wants one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import render_template, request, url_for

from recommender.assembly.dose import pace
from recommender.errors import DecisionError
from recommender.models.actions import Timing
from recommender.models.catalogue import Breath
from recommender.models.questionnaire import Question
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Assembly, Item, Pace, Routine
from recommender.web.core.language import localised_content
from recommender.web.result.hurts import CAME_OF_IT, OPEN, OUTCOMES, PLACE, hurt_asked
from recommender.web.result.sections import advice_groups

DAYS, OTHER_DAYS = "days", "other"  # in the address: the routine of the days between strength days


class RoutinePage(StrEnum):
    """Whose routine it is, by the page that shows it whole: of today's answers, of a remembered plan, of a signed link."""

    RESULT = "result.show"
    PLAN = "plan.today"
    LINK = "link.moves"


# Where the two questions about a move that hurts are sent, where answers are known.
_HURTS = {RoutinePage.RESULT: "hurts.take", RoutinePage.PLAN: "plan_hurts.take"}


@dataclass(frozen=True, slots=True)
class Turn:
    """How the clock goes through one item: ``settle_seconds`` to get into place, then the pace of its dose.

    All of it together is the ``seconds`` of the item. To change sides takes ``turn_seconds``, in place of getting ready
    where there is a time for that, and otherwise besides. ``breath`` is the pace of breathing, for what has one.
    """

    settle_seconds: int
    pace: Pace
    turn_seconds: int
    breath: Breath | None = None


def player_page(
    recommendation: Recommendation, shown: Mapping[str, Any], whole: RoutinePage, after: Question | None = None
) -> str:
    """Return the page for a recommendation with a routine; ``shown`` is the same as it is presented.

    Where the address asks for the other days and there is a routine for them, it is that one.
    ``after`` is asked at its end, where there is a plan to keep the answer.

    Raises:
        DecisionError: there is no routine, or no rule says how long things take.
    """
    others = shown["routine"]["other_days"] if request.args.get(DAYS) == OTHER_DAYS else None
    today = {**shown, "routine": {**shown["routine"], **others}} if others else shown
    words = player_words(today, turns(recommendation, is_other_days=bool(others)), whole, url_for(whole.value))
    hurts = url_for(_HURTS[whole], **days_in_address(is_other=bool(others)))
    return render_template("result/player.html", **(words | _asked_in_session(hurts) | {"after": after}))


def days_in_address(*, is_other: bool) -> dict[str, Any]:
    """Return the part of an address that says that the routine is that of the other days."""
    return {DAYS: OTHER_DAYS} if is_other else {}


def routine_played(assembly: Assembly) -> Routine:
    """Return the routine that the page of this request leads through: that of the other days where the address says so."""
    asks = request.args.get(DAYS) == OTHER_DAYS
    return assembly.other_days if asks and assembly.other_days is not None else assembly.routine


def player_of(
    shown: Mapping[str, Any], turns: Sequence[Turn], whole: RoutinePage, address: str, hurts_address: str
) -> str:
    """Return the page for a presented routine and its turns; ``address`` is that of the page that shows it whole."""
    words = player_words(shown, turns, whole, address)
    return render_template("result/player.html", **(words | _asked_in_session(hurts_address)))


def _asked_in_session(hurts_address: str) -> dict[str, Any]:
    """Return what the template needs to ask about a move that hurts; the address is where that is sent."""
    return {
        "hurts": hurt_asked(localised_content()),
        "hurts_action": hurts_address,
        "open_at": request.args.get(OPEN, type=int),
        "hurt": what if (what := request.args.get(CAME_OF_IT)) in OUTCOMES else None,
        "hurt_at": request.args.get(PLACE, type=int),
    }


def player_words(shown: Mapping[str, Any], turns: Sequence[Turn], whole: RoutinePage, address: str) -> dict[str, Any]:
    """Return what that template needs. Nothing is asked: neither about a move that hurts, nor at the end."""
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
        **dict.fromkeys(("after", "hurts", "hurts_action", "hurts_harmless", "open_at", "hurt", "hurt_at")),
    }


def turns(recommendation: Recommendation, *, is_other_days: bool = False) -> list[Turn]:
    """Return how the clock goes through each item of the routine, or of that of the other days.

    Raises:
        DecisionError: there is no routine, or no rule says how long things take.
    """
    plan = recommendation.decision.plan
    assembly = recommendation.assembly
    routine = None if assembly is None else assembly.other_days if is_other_days else assembly.routine
    if routine is None or plan is None:
        raise DecisionError("there is no routine to show one move at a time")
    return [turn_of(item, plan.timing) for item in routine.items]


def turn_of(item: Item, timing: Timing) -> Turn:
    """Return how the clock goes through one item."""
    own = pace(item.dose, timing)
    return Turn(item.seconds - own.seconds, own, timing.seconds_per_hold_change, item.exercise.breath)
