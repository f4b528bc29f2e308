"""What a page showed when its form was sent: a form sent from a page that is out of date is not used, but says so.

Somebody may have two tabs open. Each form carries a fingerprint of what stood above it. Knows no Flask.
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
# The part that says that the site was renewed since then: nothing is known of what was shown, or other rules made it.
AGAIN = {"again": "yes"}
_LENGTH, _RULES_LENGTH = 16, 8
# Between the fingerprint of what is a person's own and that of the rules which the rest of the page follows from.
_AND_RULES = "_"


def fingerprint(shown: Any) -> str:
    """Return the fingerprint of what a page shows, given as JSON data."""
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_LENGTH]


def fingerprint_under(rules: str, shown: Any) -> str:
    """Return the fingerprint of what follows from this, given as JSON data, under the rules with this hash."""
    return f"{fingerprint(shown)}{_AND_RULES}{rules[:_RULES_LENGTH]}"


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


def why_not_as_seen(form: Mapping[str, str], now: str) -> Mapping[str, str] | None:
    """Return which notice tells why a form may not be used that has nothing in it but a button; None where it may be.

    Such a form says nothing else of what it is about, so it is used only if its page showed what is there now.
    """
    seen = form.get(SEEN, "")
    if seen == now:
        return None
    is_own_the_same = _AND_RULES in seen and seen.partition(_AND_RULES)[0] == now.partition(_AND_RULES)[0]
    return AGAIN if not seen or is_own_the_same else CHANGED


def notice_in(address: Mapping[str, str]) -> dict[str, bool]:
    """Return what templates need to show the notice that the parts of an address ask for, if any."""
    said = {"is_changed": CHANGED, "is_renewed": AGAIN}
    return {name: all(address.get(part) == value for part, value in notice.items()) for name, notice in said.items()}
