"""What a made-up change of the rules does to people, as `recommender diff --record` keeps it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from recommender.lab.impact import Affected, Effect, Impact, Move, Outcome, Place
from recommender.models.levels import Level, Stage
from recommender.service.recommend import Recommender
from tests.support.sheets import BASELINE, full_sheet

OLD, NEW = "a" * 64, "b" * 64
CHANGED_TEXT = {
    "where": "FACT-01: When",
    "more": ["RF-P16: Finding"],
    "before": [["from ", False], ["50", True]],
    "now": [["from ", False], ["60", True]],
}


def told_of(recommender: Recommender) -> dict[str, Any]:
    case = {"name": "somebody", "answers": full_sheet(recommender, BASELINE), "facts": dict(recommender.supplied)}
    move = Move("cat_cow/all_fours", "Cat-cow, on hands and knees", {"type": "reps", "sets": 1, "reps": 5})
    urgent = Outcome(Level.URGENT_SAME_DAY, None, ("RF-U10",), ("RF-U10",))
    routine = Outcome(Level.ROUTINE, Stage.SETTLE, (), (), (move,))
    was = replace(routine, moves=(), findings=("age50",), places=(Place("Cat-cow", "Left out by a rule", ("CI-A05",)),))
    back = replace(routine, places=(Place("Cat-cow", "In the routine", ()),))
    people = [
        Affected("vignette", "red_flags/x.yaml: Ann", Effect.LEVEL_FALLS, urgent, routine, ("Age? 50 to 59",), case),
        Affected("crowd", "seed 0, number 7", Effect.MOVE_IS_BACK, was, back, (), case, 12, (move.key,)),
        Affected("crowd", "seed 0, number 9", Effect.TURNED_AWAY, routine, urgent, ("Pain? 7",), case, 3),
        Affected("vignette", "dosing/y.yaml: Ben", Effect.OTHERWISE, routine, routine, (), case),
    ]
    exact = {
        "less_safe": True,
        "shifts": [
            {
                "told": "urgent_same_day becomes routine",
                "less_safe": True,
                "sheets": 12345,
                "person": ["Age? 50 to 59"],
                "case": case,
            },
            {"told": "at a check: progress becomes keep", "less_safe": False, "sheets": None, "person": []},
        ],
        "others": {"cases with other conditions": ["FACT-01"]},
    }
    return {
        "old": {"hash": OLD, "version": "0.1.0"},
        "new": {"hash": NEW, "version": "0.1.1"},
        "software": "0.1.0",
        "made_at": "2026-12-01T12:00:00+00:00",
        "seconds": 64,
        "seed": 0,
        **Impact(tuple(people), {"vignette": 1500, "crowd": 20000}, ("journeys/z.yaml: Cay: age",)).as_data(),
        "kinds": 4,
        "sentences": [{"case": "FACT-01", "before": "When 50 or over.", "now": "When 60 or over."}],
        "texts": [CHANGED_TEXT],
        "exact": exact,
    }
