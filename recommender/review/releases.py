"""The releases that were signed: what each was made of, and what is another one since. A version names one of them only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from recommender.review import audit
from recommender.review.approval_status import withdrawn
from recommender.review.errors import ReviewRefused
from recommender.review.reviews import reviews_of, version_parts
from recommender.review.tables import Verdict
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind


@dataclass(frozen=True, slots=True)
class Release:
    """A release: the digests of all it was made of, and who signed it first (as the audit log says), and when, if anybody did.

    ``version`` and ``content`` are of the rule set, ``software`` is its version with the hash of its files.
    """

    sha256: str
    version: str
    content: str
    software: tuple[str, str]
    targets: Mapping[Target, str]
    name: str = ""
    registration: str = ""
    at: datetime | None = None


def signed_releases(session: Session, key: bytes) -> tuple[Release, ...]:
    """Return every release that a lead signed and did not take back, oldest first.

    Only what an entry of the log bears out counts, and only a version that was kept as it was signed.

    Raises:
        Unreadable: somebody put a value there that no code of ours would write.
    """
    said = reviews_of(session, RELEASE)
    gone = withdrawn(said)
    approvals = [review for review in said if review.verdict is Verdict.APPROVE and review.id not in gone]
    signatures = audit.signatures(session, approvals, key) if approvals else {}
    found: dict[str, Release] = {}
    for review in approvals:
        signed = signatures.get(review.id)
        parts = version_parts(session, RELEASE, review.sha256) if signed and review.sha256 not in found else None
        if signed and parts is not None:
            made = release_of(Digest(RELEASE, review.sha256, parts))
            found[review.sha256] = replace(
                made, name=signed.name, registration=signed.registration, at=review.created_at
            )
    return tuple(found.values())


def last_before(releases: Iterable[Release], today: Digest) -> Release | None:
    """Return the last release that was signed and is not today's; None if there was none."""
    return next((one for one in reversed(tuple(releases)) if one.sha256 != today.sha256), None)


def release_of(digest: Digest) -> Release:
    """Return what a release was made of, from its digest."""
    parts, software = digest.parts, digest.parts["software"]
    split = ((name.partition("/"), sha256) for name, sha256 in parts["targets"].items())
    return Release(
        sha256=digest.sha256,
        version=parts["version"],
        content=parts["content"],
        software=(software["version"], software["files"]),
        targets={Target(TargetKind(kind), own): sha256 for (kind, _, own), sha256 in split},
    )


def refuse_old_version(releases: Iterable[Release], today: Digest) -> None:
    """Refuse to sign under a version that names another release already. A release that was signed before may come back.

    Other content needs a higher version of the rule set than every release before; other software alone needs one of
    either.

    Raises:
        ReviewRefused: the version has not risen.
    """
    releases = tuple(releases)
    if any(one.sha256 == today.sha256 for one in releases):
        return
    wanted = release_of(today)
    for one in releases:
        has_risen = _numbers(wanted.version) > _numbers(one.version)
        is_other_software = one.content == wanted.content
        if not has_risen and not (is_other_software and _numbers(wanted.software[0]) > _numbers(one.software[0])):
            file = f"{'recommender/__init__.py or in ' if is_other_software else ''}rules/rule-set.yaml"
            raise ReviewRefused(
                f"Version {one.version} was signed as something else, and this one is {wanted.version}. Raise the version in "
                f"{file}, so that nobody takes one for the other."
            )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
