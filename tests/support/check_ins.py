"""People who come back: whole check-ins for tests, built as a program or a page would build them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from recommender.models.check_in import CheckInResult
from recommender.models.recommendation import Recommendation
from recommender.presentation.check_in import present_check_in
from recommender.presentation.recommendation import present
from recommender.presentation.replies import CheckInShown, RecommendationShown
from recommender.service.check_in import check_in
from recommender.service.recommend import Recommender
from tests.support.sheets import BASELINE, FOLLOW_UP, full_sheet

START = date(2026, 1, 5)
NO_SIGN: dict[str, Any] = {
    "rf_nerve": ["none"],
    "rf_emergency": ["none"],
    "rf_illness": ["none"],
    "rf_bone_nerve": ["none"],
}


def items_of(shown: RecommendationShown) -> list[dict[str, Any]]:
    """Return the routine of a recommendation as it is sent back at the next check."""
    routine = shown["routine"]
    assert routine is not None
    return [{"exercise": item["exercise"], "form": item["form"], "dose": item["dose"]} for item in routine["items"]]


class Returning:
    """Somebody with a routine, who answers a check now and then. ``body`` is the next request."""

    def __init__(self, recommender: Recommender, raw: dict[str, Any]) -> None:
        self.recommender = recommender
        self.raw = raw
        self.history: list[dict[str, Any]] = []
        self.first = recommender.recommend(recommender.sheet.read(raw))
        self.routine = items_of(self.shown(self.first)) if self.first.assembly else []

    def shown(self, recommendation: Recommendation) -> RecommendationShown:
        return present(recommendation, self.recommender.content, "GB")

    def health(self) -> dict[str, Any]:
        """Return the first answers about health once more, for the checks that ask for them."""
        page_of = self.recommender.content.questionnaire.page_of
        return {name: answer for name, answer in self.raw.items() if page_of[name].id in ("E", "F")}

    def body(self, day: int, **follow_up: Any) -> dict[str, Any]:
        """Return the request of a check on this day; answers that are not given are the baseline's, None is no answer."""
        asked = {**NO_SIGN, **FOLLOW_UP}
        if "rf_neck" in self.raw:
            asked["rf_neck"] = ["none"]
        if "stiff_girdle" in self.raw:
            asked["stiff_girdle"] = "no"
        if any(self.raw.get(name) not in (None, ["none"], "none") for name in ("leg_symptoms", "arm_symptoms")):
            asked["fu_leg"] = "same"
        return {
            "answers": self.raw,
            "started": START.isoformat(),
            "history": list(self.history),
            "routine": self.routine,
            "today": (START + timedelta(days=day)).isoformat(),
            "follow_up": {name: answer for name, answer in {**asked, **follow_up}.items() if answer is not None},
        }

    def filled(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the request with every answer that is still asked for: the person's first one, or the baseline's."""
        given = dict(body["follow_up"])
        while True:
            history, _ = self.recommender.check_in_sheet.read_story({**body, "follow_up": given})
            walk = self.recommender.check_walk.walk(history)
            missing = [name for name in walk.missing if name not in given]
            if not missing:
                return {**body, "follow_up": given}
            given |= {name: self.raw.get(name, BASELINE.get(name)) for name in missing}

    def check(self, day: int, **follow_up: Any) -> CheckInResult:
        """Return what comes of a check, and remember it."""
        body = self.body(day, **follow_up)
        result = check_in(self.recommender, self.recommender.check_in_sheet.read(body))
        self.remember(body, present_check_in(result, self.recommender.content, "GB"))
        return result

    def remember(self, body: dict[str, Any], reply: CheckInShown) -> None:
        """Keep what a device would keep: the check, and the next routine if there is one."""
        self.history.append({"date": body["today"], "follow_up": body["follow_up"]})
        if reply["recommendation"]["routine"]:
            self.routine = items_of(reply["recommendation"])


def returning(recommender: Recommender, **given: Any) -> Returning:
    return Returning(recommender, full_sheet(recommender, given))


FLARE: dict[str, Any] = {"duration": "lt_2w", "pain_score": 8, "irritability": "next_day", "trend": "worse_slow"}
