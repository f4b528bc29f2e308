"""An edit that a request for changes carries, as a patch of the file of a rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.tables import Verdict
from recommender.rulebook.targets import Digest, TargetKind

LONGEST_PATCH = 60_000


@dataclass(frozen=True, slots=True)
class Proposed:
    """An edit that a request for changes proposes: ``patch`` of the file of a rule, and the digest of what comes of it.

    ``sha256`` is what the room gives that very version once it runs. ``impact`` is what was known of what it does to people
    when it was sent: how many were looked at and what becomes of them, or why nobody knows; None where nobody had looked.
    """

    patch: str
    sha256: str
    impact: Mapping[str, Any] | None = None

    def as_kept(self) -> dict[str, Any]:
        """Return it as the record keeps it."""
        kept: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return kept


def refuse_edit(digest: Digest, verdict: Verdict, proposed: Proposed, seen: str) -> None:
    """Refuse an edit that is none of a rule, is too long, or of another version than today's.

    Raises:
        StaleVersion: ``seen`` is not today's version.
        ReviewRefused: all else.
    """
    if verdict is not Verdict.REQUEST_CHANGES or digest.target.kind is not TargetKind.RULE:
        raise ReviewRefused("Only a request to change a rule can carry an edit.")
    if seen != digest.sha256:
        raise StaleVersion("This has changed since you proposed the edit. Propose it again, on the version of today.")
    if proposed.sha256 == digest.sha256:
        raise ReviewRefused("This edit changes nothing that is approved.")
    if not proposed.patch or len(proposed.patch) > LONGEST_PATCH:
        raise ReviewRefused(
            f"The edit is empty, or longer than {LONGEST_PATCH} characters. Say in words what should change."
        )
