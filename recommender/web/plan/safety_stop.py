"""A safety stop: a level without a routine, told at a check or before a session while a plan is kept. Knows no Flask.

It stands apart from the plan, and nothing written to the plan or the answers can end it. A plan, or a sheet of answers,
is free of it only if it was begun afterwards: it then carries the id of the stop.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from recommender.models.levels import Level
from recommender.models.questionnaire import NOT_SURE, Occasion
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.check_in_draft import from_data as draft_from_data
from recommender.web.plan.kept_plan import Plan, StoredCheck

_ID_BYTES = 6
# A wrong tick may be put right as long as a check may be finished: on its day and the day after.
_DAYS_TO_CHANGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SafetyStop:
    """What was told. ``draft`` is the check that told it; None where that cannot be read any more.

    ``is_ended`` says that the questions were begun again since. The stop then still holds for what was there before.
    ``by_link`` says that it was told where no safety question could be asked, so no level is known: by a link, without a
    connection, or in a session whose plan is gone. ``is_told_again`` says that there was another reason to stop while it
    stood, so that no answer of it may be put right any more.
    """

    id: str
    draft: CheckInDraft | None = None
    level: Level | None = None
    is_ended: bool = False
    by_link: bool = False
    is_told_again: bool = False

    @property
    def is_of_pain(self) -> bool:
        """Return whether a move hurt where no safety question could be asked."""
        return self.by_link and self.draft is not None and self.draft.occasion is Occasion.DURING_SESSION

    @property
    def waits_for_answers(self) -> bool:
        """Return whether it stands until safety questions are answered that a pain has come to."""
        return self.draft is not None and bool(self.draft.visited) and self.level is None and not self.is_over

    @property
    def is_unsure(self) -> bool:
        """Return whether each answer that told it is a "not sure"."""
        return self.draft is not None and all(chosen == NOT_SURE for chosen in self.draft.answers.values())

    @property
    def is_over(self) -> bool:
        """Return whether no answer of it counts any more: it has ended, or there was another reason since."""
        return self.is_ended or self.is_told_again

    @property
    def check(self) -> StoredCheck | None:
        """Return the check that told it, as a plan keeps checks."""
        return StoredCheck(self.draft.day, self.draft.answers, self.draft.occasion) if self.draft else None

    def ended(self) -> SafetyStop:
        """Return the stop once the questions have been begun again."""
        return replace(self, is_ended=True)

    def told_again(self, level: Level | None = None) -> SafetyStop:
        """Return the stop once more, which holds also what was begun after it, or is being put right, until now.

        ``level`` is what was told now, where that is known: the higher of the two stays.
        """
        known = [one for one in (self.level, level) if one is not None]
        highest = max(known, key=lambda one: one.rank, default=None)
        return replace(self, id=_new_id(), level=highest, is_told_again=True)

    def asked_anew(self, draft: CheckInDraft) -> SafetyStop:
        """Return a stop that waits for answers once more, of this check: what was answered until now was before another pain."""
        return replace(self, id=_new_id(), draft=draft)

    def bare(self) -> SafetyStop:
        """Return the stop without its answers, for a browser that has no room for more."""
        return replace(self, draft=CheckInDraft(self.draft.occasion, self.draft.day) if self.draft else None)


@dataclass(frozen=True, slots=True)
class Correction:
    """Which answers of the check led to its stop, and so may be changed. ``is_unsure`` says that each is a "not sure"."""

    questions: tuple[str, ...] = ()
    is_unsure: bool = False


def stop_told(draft: CheckInDraft, level: Level) -> SafetyStop:
    """Return the stop that a check has come to, unlike any other."""
    return SafetyStop(_new_id(), replace(draft, correcting=None, before=(), mistake=None), level)


def stop_to_answer(draft: CheckInDraft) -> SafetyStop:
    """Return the stop that stands until the questions that a check has come to are answered. No level is known yet."""
    return SafetyStop(_new_id(), replace(draft, correcting=None, before=(), mistake=None))


def stop_by_link(day: date, answers: Mapping[str, Any]) -> SafetyStop:
    """Return the stop of somebody who did not say "no" before a routine that no plan is known of."""
    draft = CheckInDraft(Occasion.EACH_SESSION, day, dict(answers))
    return SafetyStop(_new_id(), draft, by_link=True)


def stop_by_pain(day: date) -> SafetyStop:
    """Return the stop of somebody whom a move hurts, where no safety question can be asked. It holds nothing that was told."""
    return SafetyStop(_new_id(), CheckInDraft(Occasion.DURING_SESSION, day), by_link=True)


def stop_of_before(plan: Plan) -> SafetyStop | None:
    """Return the stop that a plan holds itself, as all did that were kept before stops had a place of their own."""
    if plan.stopped is None:
        return None
    held = plan.stopped
    told = json.dumps([plan.started.isoformat(), held.day.isoformat(), held.occasion.value, dict(held.answers)])
    return SafetyStop(_digest(told), CheckInDraft(held.occasion, held.day, held.answers))


def unreadable_stop(token: str) -> SafetyStop:
    """Return the stop that stands for one that cannot be read: what it said is lost, but not that it was said."""
    return SafetyStop(_digest(token))


def correction_of(stop: SafetyStop, reasons: Iterable[Mapping[str, Any]], today: date) -> Correction:
    """Return what may be changed about a stop, from the reasons that were shown for it.

    Whoever was not sure may answer again as long as the stop stands.
    """
    if stop.draft is None or stop.is_over:
        return Correction()
    given = stop.draft.answers
    behind = [
        [answer for answer in reason["answers"] if answer["question"] in given]
        for reason in reasons
        if not Level(reason["level"]).shows_routine
    ]
    is_unsure = bool(behind) and all(own and all(one["option"] == NOT_SURE for one in own) for own in behind)
    if not is_unsure and today - stop.draft.day > _DAYS_TO_CHANGE:
        return Correction()
    questions = dict.fromkeys(str(answer["question"]) for own in behind for answer in own)
    return Correction(tuple(questions), is_unsure)


def to_data(stop: SafetyStop) -> dict[str, Any]:
    """Return a stop as JSON data."""
    data = {
        "id": stop.id,
        "check": stop.draft.data if stop.draft else None,
        "level": stop.level.value if stop.level else None,
        "ended": stop.is_ended,
    }
    return data | ({"link": True} if stop.by_link else {}) | ({"again": True} if stop.is_told_again else {})


def from_data(data: Mapping[str, Any]) -> SafetyStop | None:
    """Return the stop, or None where the data has another shape."""
    try:
        draft = draft_from_data(data["check"]) if data["check"] else None
        level = Level(data["level"]) if data["level"] else None
        link, again = bool(data.get("link")), bool(data.get("again"))
        return SafetyStop(str(data["id"]), draft, level, bool(data["ended"]), link, again)
    except (KeyError, TypeError, ValueError):
        return None


def _new_id() -> str:
    return secrets.token_hex(_ID_BYTES)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[: 2 * _ID_BYTES]
