"""What a page showed when its form was sent: a form sent from a page that is out of date is not used, but says so.

Somebody may have two tabs open. Each form carries a fingerprint of the answers that stood above it. Knows no Flask.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from recommender.web.questionnaire.question_form import QuestionField

# The field of the fingerprint, and the part of an address that says that the page has changed since it was last shown.
SEEN = "seen"
CHANGED = {"changed": "yes"}
# The part that says that a page without a fingerprint was sent, and is shown once more.
AGAIN = {"again": "yes"}
_LENGTH = 16


def fingerprint(shown: Any) -> str:
    """Return the fingerprint of what a page shows, given as JSON data."""
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_LENGTH]


def fields_shown(asked: Iterable[QuestionField]) -> str:
    """Return the fingerprint of questions with what can be chosen and what is filled in."""
    return fingerprint(
        [[one.question.id, [option.id for option in one.options], one.chosen, one.task] for one in asked]
    )


def is_out_of_date(form: Mapping[str, str], now: str) -> bool:
    """Return whether the form was sent from a page that showed something else than what is there now.

    One without a fingerprint is of a page of the version before: nothing is known of what it showed.
    """
    return form.get(SEEN, now) != now
