"""What each key of a program may do, kept beside the database and signed: routines go on while the database is away.

It holds hashes, no keys. A key that was once seen to be revoked stays so, whatever an older database says later.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from recommender.review.api_keys import KeyGrant
from recommender.review.record_mark import write_whole
from recommender.settings import Settings

GRANTS_FILE = "api-keys.json"


@dataclass(frozen=True, slots=True)
class KeptGrants:
    """What the keys may do, by their public ids, as last confirmed. After ``expires_at`` nobody knows any more."""

    by_id: Mapping[str, KeyGrant]
    expires_at: datetime


def grants_file(settings: Settings) -> Path:
    """Return where they are kept."""
    return settings.data_dir / GRANTS_FILE


def read_grants(settings: Settings, key: bytes) -> KeptGrants | None:
    """Return what is kept, perhaps long expired; None where there is nothing that was signed with this key."""
    try:
        return signed_grants(grants_file(settings).read_bytes(), key)
    except OSError:
        return None


def signed_grants(content: bytes, key: bytes) -> KeptGrants | None:
    """Return what such a file says; None where it was not signed with this key."""
    try:
        told = json.loads(content)
        mac = str(told.pop("mac"))
        found = [
            KeyGrant(one["id"], one["sha256"], frozenset(one["scopes"]), one["a_minute"], one["is_revoked"])
            for one in told["keys"]
        ]
        expires_at = datetime.fromisoformat(told["expires_at"]).astimezone(UTC)
        signed = _mac(told, key)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not hmac.compare_digest(mac.encode("utf-8", "surrogatepass"), signed.encode()):
        return None
    return KeptGrants({grant.id: grant for grant in found}, expires_at)


def keep_grants(settings: Settings, key: bytes, found: Mapping[str, KeyGrant], at: datetime) -> KeptGrants:
    """Keep what the database says now, and return it with every revocation that was known before.

    The file is written where something changed, and else at most once a day.

    Raises:
        OSError: the file cannot be written.
    """
    before = read_grants(settings, key)
    kept = KeptGrants(with_revoked(found, before), at + timedelta(days=settings.certificate_days))
    if before is not None and before.by_id == kept.by_id:
        age = kept.expires_at - before.expires_at
        if timedelta(0) <= age < timedelta(days=1):
            return kept
    plain = _plain(kept)
    write_whole(grants_file(settings), {**plain, "mac": _mac(plain, key)})
    return kept


def with_revoked(found: Mapping[str, KeyGrant], before: KeptGrants | None) -> Mapping[str, KeyGrant]:
    """Return grants with every revocation of before."""
    revoked = {} if before is None else {name: grant for name, grant in before.by_id.items() if grant.is_revoked}
    of_today = {name: replace(grant, is_revoked=grant.is_revoked or name in revoked) for name, grant in found.items()}
    return {**revoked, **of_today}


def _plain(kept: KeptGrants) -> dict[str, Any]:
    keys = [
        {
            "id": grant.id,
            "sha256": grant.sha256,
            "scopes": sorted(grant.scopes),
            "a_minute": grant.a_minute,
            "is_revoked": grant.is_revoked,
        }
        for _, grant in sorted(kept.by_id.items())
    ]
    return {"keys": keys, "expires_at": kept.expires_at.astimezone(UTC).isoformat(timespec="microseconds")}


def _mac(plain: Mapping[str, Any], key: bytes) -> str:
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, b"api keys " + canonical.encode(), hashlib.sha256).hexdigest()
