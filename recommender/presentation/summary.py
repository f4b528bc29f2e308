"""A short recommendation: whom to see and what to do in full, and of the moves no more than the catalogue does not tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recommender.models.catalogue import Catalogue
from recommender.models.slots import DOSE_FIGURES
from recommender.presentation.recommendation import TOPICS_OF_HELP
from recommender.presentation.replies import (
    BreakItemShown,
    DispositionShown,
    ItemShown,
    LeftOutShown,
    RecommendationShown,
    RoutineShown,
    ShortDispositionShown,
    ShortMoveShown,
    ShortReasonShown,
    ShortRecommendationShown,
    ShortRoutineShown,
)


def summarised(shown: RecommendationShown, catalogue: Catalogue) -> ShortRecommendationShown:
    """Return the short form of a recommendation. What is told of getting help stays as it is.

    ``catalogue`` is in the language of the recommendation: what it says to everybody of a form is left out.
    """
    routine = shown["routine"]
    return {
        "disposition": _disposition(shown["disposition"]),
        "answer_again": shown["answer_again"],
        "review": shown["review"],
        "routine": _routine(routine, catalogue) if routine else None,
        "left_out": _by_reason(shown["left_out"]),
        "advice": [advice for advice in shown["advice"] if advice["topic"] in TOPICS_OF_HELP],
        "stop_rules": shown["stop_rules"],
        "breaks": [
            {
                "name": short["name"],
                "rule": short["why"]["rule"],
                "moves": [_move(item, catalogue) for item in short["items"]],
            }
            for short in shown["breaks"]
        ],
        "contacts": shown["contacts"],
        "fired": shown["fired"],
        "rule_set": shown["rule_set"],
        "not_approved": shown["not_approved"],
        "language": shown["language"],
    }


def _disposition(whole: DispositionShown) -> ShortDispositionShown:
    reasons: list[ShortReasonShown] = [
        {"rule": reason["rule"], "text": reason["text"], "within": reason["within"], "act": reason["act"]}
        for reason in whole["reasons"]
    ]
    return {**whole, "reasons": reasons}


def _routine(routine: RoutineShown, catalogue: Catalogue) -> ShortRoutineShown:
    """Return the routine with each move once: most moves of the days between strength days are those of the others."""
    others = routine["other_days"]
    moves: list[ShortMoveShown] = []
    return {
        "how_often": routine["how_often"],
        "strength_days": routine["strength_days"],
        "minutes_budget": routine["minutes_budget"],
        "seconds": routine["seconds"],
        "stage": routine["stage"],
        "items": _places(routine["items"], moves, catalogue),
        "other_days": _places(others["items"], moves, catalogue) if others else None,
        "moves": moves,
    }


def _places(items: Sequence[ItemShown], moves: list[ShortMoveShown], catalogue: Catalogue) -> list[int]:
    """Return where each item stands among the moves; those that do not yet are put there."""
    places = []
    for item in items:
        move = _move(item, catalogue)
        if move not in moves:
            moves.append(move)
        places.append(moves.index(move))
    return places


def _move(item: BreakItemShown, catalogue: Catalogue) -> ShortMoveShown:
    everybody = catalogue.forms[f"{item['exercise']}/{item['form']}"].cautions
    dose = item["dose"]
    figures = {name: dose[name] for name in DOSE_FIGURES if dose[name] is not None}  # type: ignore[literal-required]
    return {
        "exercise": item["exercise"],
        "form": item["form"],
        "dose": figures,
        "seconds": item["seconds"],
        "cautions": [caution for caution in item["cautions"] if caution not in everybody],
    }


def _by_reason(left_out: Iterable[LeftOutShown]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for left in left_out:
        reasons.setdefault(left["because"], []).append(left["exercise"])
    return reasons
