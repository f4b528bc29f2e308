"""What may stand in a request beside answers, and what each member means: for the documents of the API."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.check_in.field_names import ANSWERS, HISTORY, HURT, QUESTIONS, ROUTINE, STARTED, TODAY
from recommender.check_in.request import OCCASIONS

REGION, LANGUAGE = "region", "language"
AT_ANY_CALL: Mapping[str, str] = {
    REGION: "The country whose numbers the reply names: one of `regions` in `GET /api/v1/`, `other` for general words without a "
    "number. Absent or null, the setting of the service decides, and without it every country is listed.",
    LANGUAGE: "The language of the reply, such as `es`, in place of `Accept-Language`.",
}
LEFT_OUT, SUMMARY = "left_out", "summary"
SUMMARY_MEANS = (
    "`summary` asks for a short reply: of what is left out the id of each exercise and the kind of reason, and of every move no "
    "more than a program needs that has the catalogue. See `GET /api/v1/exercises/{exercise_id}` for the rest."
)
NEXT: Mapping[str, str] = {
    ANSWERS: "What was answered so far, null where a question was seen and skipped. At a check the complete first answers.",
    STARTED: "At a check, as for `POST /api/v1/check-ins`.",
    TODAY: "At a check, as for `POST /api/v1/check-ins`. Beside first answers it may be absent.",
    HISTORY: "At a check, as for `POST /api/v1/check-ins`.",
    ROUTINE: "At a check, as for `POST /api/v1/check-ins`.",
    HURT: "At a check, as for `POST /api/v1/check-ins`.",
    QUESTIONS: "`questions_version` of an earlier reply; where the questions have changed since, it is refused.",
    **dict.fromkeys(OCCASIONS, "At a check of this kind, what was answered at it so far; null was seen and skipped."),
}
"""The members of the body of ``POST /api/v1/next``, besides those of any call."""
