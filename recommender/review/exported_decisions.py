"""What two clinicians decided, read from an export of the record that is kept beside the rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from recommender.models.answer_order import SignedDecision
from recommender.review import audit
from recommender.review.errors import MALFORMED, ReviewRefused
from recommender.review.reviews import OF_WORK
from recommender.review.tables import AuditEntry, Verdict

SIGNERS = 2
_UNDONE = frozenset({Verdict.DEFER.value, Verdict.REQUEST_CHANGES.value})


def why_not_decided(decision: SignedDecision, folder: Path, key: bytes) -> str | None:
    """Return why the decision does not count, in one sentence; None where two people signed it and the export verifies."""
    path = folder / decision.export
    if path.resolve().parent != folder.resolve():
        return f"{decision.export} is not a file beside the table."
    try:
        signers = signers_of(json.loads(path.read_text(encoding="utf-8")), decision, key)
    except OSError as error:
        return f"{decision.export} cannot be read ({error.strerror})."
    except (ValueError, RecursionError):
        return f"{decision.export} is no export of a record."
    except ReviewRefused as error:
        return f"{decision.export}: {error}"
    if len(signers) < SIGNERS:
        return f"{decision.export} shows {len(signers)} of {SIGNERS} who decided so and stand by it."
    return None


def signers_of(export: Any, decision: SignedDecision, key: bytes) -> frozenset[str]:
    """Return the people who decided exactly this, of exactly this version, and whose last word on it that is.

    Nobody's counts once anybody has put it off, asked for changes, or decided otherwise, after the decision.

    Raises:
        ReviewRefused: the log in the export is not one that was written with this key.
    """
    try:
        log = [_entry(told) for told in export["audit"]["entries"]]
    except MALFORMED as error:
        raise ReviewRefused("It holds no log.") from error
    faults = audit.faults_of(log, key)
    if faults:
        raise ReviewRefused(faults[0])
    targets = {entry.target for entry in log if _decides(entry, decision)}
    signers: set[str] = set()
    of_work = _words_of_work(log)
    for entry in log:
        if entry.target not in targets or entry.details.get("parent") in of_work:
            continue
        if entry.action in _UNDONE:
            signers.clear()
        elif _decides(entry, decision):
            signers.add(_person(entry))
        elif entry.action == Verdict.DECIDE.value:  # somebody has decided otherwise since
            signers.clear()
        elif entry.action == Verdict.WITHDRAW.value:
            signers.discard(_person(entry))
    return frozenset(signers)


def _words_of_work(log: list[AuditEntry]) -> frozenset[int]:
    """Return the ids of what was said of the work: to end an assignment takes back no decision."""
    words = {verdict.value for verdict in OF_WORK}
    return frozenset(entry.details["review"] for entry in log if entry.action in words)


def _person(entry: AuditEntry) -> str:
    """Return who acted: two accounts of one registration are one person."""
    return entry.registration.casefold() or entry.actor


def _decides(entry: AuditEntry, decision: SignedDecision) -> bool:
    words = hashlib.sha256(decision.decided.encode()).hexdigest()
    is_decided = entry.action == Verdict.DECIDE.value and entry.details.get("decision_sha256") == words
    return is_decided and entry.sha256 == decision.sha256


def _entry(told: Mapping[str, Any]) -> AuditEntry:
    return AuditEntry(**{**told, "at": datetime.fromisoformat(told["at"])})
