"""Fields of a check as it is sent that are about neither answers nor doses: its days, the version, and what hurt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import fields

from recommender.errors import ErrorText, ProblemCode
from recommender.models.catalogue import Catalogue
from recommender.models.questionnaire import Questionnaire
from recommender.questionnaire.answer_sheet import FormatMessage

# A day outside of these is a slip of the pen, and the days that follow from it may be in no calendar.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DayField(fields.Date):
    """A day as 2026-11-21, and in no other spelling, of a year in which there is a next check.

    ``missing`` is said where it is absent.
    """

    def __init__(self, say: FormatMessage, meaning: str, missing: str | None = None) -> None:
        told = say("Give a day such as 2026-11-21.")
        span = say("Give a day from %(first)s to %(last)s.", first=FIRST_DAY.isoformat(), last=LAST_DAY.isoformat())
        messages: dict[str, Any] = {
            "invalid": ErrorText(ProblemCode.NOT_A_DAY, told),
            "null": ErrorText(ProblemCode.MISSING, told),
            "required": ErrorText(ProblemCode.MISSING, missing or told),
            "span": ErrorText(ProblemCode.OUT_OF_RANGE, span),
        }
        super().__init__(required=True, error_messages=messages, metadata={"description": meaning})

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        try:
            day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            raise self.make_error("invalid", input=value)
        if not FIRST_DAY <= day <= LAST_DAY:
            raise self.make_error("span", input=value)
        return day


class QuestionsField(fields.Integer):
    """The version of the questions that were answered first: no other than that of today."""

    def __init__(self, questionnaire: Questionnaire, say: FormatMessage, meaning: str) -> None:
        whole = ErrorText(ProblemCode.WRONG_TYPE, say("Give a whole number."))
        changed = say("The questions have changed since the answers were given. Ask them again.")
        told: dict[str, Any] = {"invalid": whole, "null": whole}
        told["changed"] = ErrorText(ProblemCode.QUESTIONS_CHANGED, changed)
        super().__init__(strict=True, error_messages=told, metadata={"description": meaning})
        self._questionnaire = questionnaire

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        if value != self._questionnaire.version:
            raise self.make_error("changed")
        return value


class HurtField(fields.Field[frozenset[str]]):
    """The exercises that hurt in sessions so far."""

    def __init__(self, catalogue: Catalogue, say: FormatMessage, meaning: str) -> None:
        told = ErrorText(ProblemCode.WRONG_TYPE, say("Give a list of ids of exercises, or []."))
        strange = ErrorText(ProblemCode.UNKNOWN_EXERCISE, say("Name only moves of the catalogue."))
        described = {"type": "list of string", "description": meaning}
        super().__init__(
            load_default=frozenset,
            error_messages={"invalid": told, "null": told, "strange": strange},
            metadata=described,
        )
        self._known = frozenset(catalogue.by_id)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise self.make_error("invalid", input=value)
        if not self._known.issuperset(value):
            raise self.make_error("strange", input=value)
        return frozenset(value)
