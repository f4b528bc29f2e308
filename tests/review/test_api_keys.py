"""Keys of programs in the database: kept as hashes, revoked for good."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from recommender.review.api_keys import Scope, add_key, every_key, grants, id_of, revoke_key, sha256_of
from recommender.review.errors import ReviewRefused


def test_a_key_is_told_once_and_kept_as_a_hash(session: Session) -> None:
    key = add_key(session, "  A clinic ", [Scope.NEXT, Scope.NEXT], 5)
    (kept,) = every_key(session)
    assert (kept.id, kept.name, kept.sha256) == (id_of(key), "A clinic", sha256_of(key))
    row = session.execute(text("SELECT * FROM api_key")).one()
    assert not any(key[17:] in str(value) for value in row)
    grant = grants(session)[kept.id]
    assert (grant.scopes, grant.a_minute, grant.is_revoked) == ({"next"}, 5, False)


def test_no_two_keys_are_alike(session: Session) -> None:
    keys = {add_key(session, "The same", list(Scope)) for _ in range(20)}
    assert len(keys) == len(grants(session)) == 20


def test_a_key_is_revoked_once_and_for_good(session: Session) -> None:
    public = id_of(add_key(session, "A clinic", list(Scope))) or ""
    revoke_key(session, public)
    assert grants(session)[public].is_revoked
    with pytest.raises(ReviewRefused, match="before"):
        revoke_key(session, public)
    with pytest.raises(ReviewRefused, match="no key"):
        revoke_key(session, "0" * 12)


@pytest.mark.parametrize(
    ("name", "scopes", "a_minute"),
    [
        (" ", [Scope.NEXT], None),
        ("x" * 201, [Scope.NEXT], None),
        ("a\nb", [Scope.NEXT], None),
        ("x", [], None),
        ("x", [Scope.NEXT], 0),
    ],
)
def test_a_key_for_nobody_or_nothing_is_not_made(
    session: Session, name: str, scopes: list[Scope], a_minute: int | None
) -> None:
    with pytest.raises(ReviewRefused):
        add_key(session, name, scopes, a_minute)
    assert every_key(session) == []


@pytest.mark.parametrize(
    "other", ["", "brk_", "brk_0123456789ab_", "BRK_0123456789ab_" + "a" * 43, "brk_0123456789ab_" + "a" * 44]
)
def test_what_is_no_key_of_ours_is_seen_by_its_form(other: str) -> None:
    assert id_of(other) is None
