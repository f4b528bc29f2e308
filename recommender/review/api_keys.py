"""Keys of programs that ask the API: made once, told once, and kept only as a hash.

A key is `brk_` with its public id and a secret of 256 bits, so that a plain SHA-256 of it is enough. A key that was
revoked is never live again.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from recommender.review.errors import ReviewRefused
from recommender.review.tables import ApiKey, now

_KEY = re.compile(r"brk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_MOST_A_MINUTE, _LONGEST_NAME = 1_000_000, 200


class Scope(StrEnum):
    """What a key is for: each is one kind of call. Everything else of the API is open to anybody."""

    NEXT = "next"
    RECOMMENDATIONS = "recommendations"
    CHECK_INS = "check_ins"


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """What one key may do. ``sha256`` is that of the whole key; ``a_minute`` is its own limit, None for that of the setting."""

    id: str
    sha256: str
    scopes: frozenset[str]
    a_minute: int | None
    is_revoked: bool


def id_of(key: str) -> str | None:
    """Return the public part of a key; None where it is none of ours by its form."""
    found = _KEY.fullmatch(key)
    return found[1] if found else None


def sha256_of(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def add_key(session: Session, name: str, scopes: Iterable[Scope], a_minute: int | None = None) -> str:
    """Return a new key, which nobody can read again.

    Raises:
        ReviewRefused: the name is blank or too long, nothing is allowed, or the limit is none.
    """
    name, wanted = name.strip(), sorted(set(scopes))
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ReviewRefused(f"Give the key a name of at most {_LONGEST_NAME} characters: whose it is.")
    if not wanted:
        raise ReviewRefused("Say what the key is for.")
    if a_minute is not None and not 1 <= a_minute <= _MOST_A_MINUTE:
        raise ReviewRefused(f"A limit is from 1 to {_MOST_A_MINUTE} requests a minute.")
    public = secrets.token_hex(6)
    key = f"brk_{public}_{secrets.token_urlsafe(32)}"
    session.add(ApiKey(id=public, name=name, sha256=sha256_of(key), scopes=list(wanted), a_minute=a_minute))
    session.flush()
    return key


def revoke_key(session: Session, public: str) -> ApiKey:
    """Return the key, which is good for nothing from now on.

    Raises:
        ReviewRefused: there is no such key, or it was revoked before.
    """
    key = session.get(ApiKey, public)
    if key is None:
        raise ReviewRefused(f"There is no key {public}. recommender keys list names them all.")
    if key.revoked_at is not None:
        raise ReviewRefused(f"The key {public} was revoked before.")
    key.revoked_at = now()
    session.flush()
    return key


def every_key(session: Session) -> Sequence[ApiKey]:
    """Return every key, oldest first."""
    return session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)).all()


def grants(session: Session) -> Mapping[str, KeyGrant]:
    """Return what each key may do, by its public id."""
    return {
        key.id: KeyGrant(key.id, key.sha256, frozenset(key.scopes), key.a_minute, key.revoked_at is not None)
        for key in every_key(session)
    }
