"""The release: what must be approved before it, its own approval, and the certificate kept on disk."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from recommender.loaders.software import this_software
from recommender.models.content import Content
from recommender.models.content_hash import content_hash
from recommender.review import audit
from recommender.review.approval_status import Approval, Settlement, settlements
from recommender.review.database import take_writers_lock
from recommender.review.errors import ReviewRefused
from recommender.review.record_mark import write_whole
from recommender.review.reviews import names_nobody, record, standing
from recommender.review.tables import Clinician, Review, Role, Verdict
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind

CERTIFICATE_FILE = "release-certificate.json"
# What is signed, and no release waits for it: the release itself, and each translation, which is not offered without.
_NOT_WAITED_FOR = frozenset({TargetKind.RELEASE, TargetKind.LANGUAGE})


@dataclass(frozen=True, slots=True)
class ReleaseStatus:
    """``missing`` are the targets not approved yet; ``is_ready`` says there are none.

    ``is_approved``: ready, and signed by a lead, with no open change request on the release itself, and a record
    without ``faults``. ``authors_unknown`` counts the rules that name no person as their author: for those nobody can
    tell whether the author and the reviewers differ. ``required`` is how many reviewers each target needed. The record had
    ``entries``, and ``head`` is the MAC of the last. ``languages`` names the translations that are approved, each with the
    hash of its files: a release does not wait for them. ``settled`` says how each point was settled, by its id.
    """

    missing: tuple[Target, ...]
    is_ready: bool
    is_approved: bool
    approvals: tuple[Approval, ...]
    required: int
    faults: tuple[str, ...] = ()
    authors_unknown: int = 0
    entries: int = 0
    head: str = ""
    languages: frozenset[str] = frozenset()
    settled: Mapping[str, Settlement] = field(default_factory=dict)

    @property
    def undecided(self) -> tuple[Target, ...]:
        """Return the points that nobody has decided or put off."""
        return tuple(target for target in self.missing if target.kind is TargetKind.POINT)

    @property
    def unapproved(self) -> tuple[Target, ...]:
        """Return what is missing besides points."""
        points = frozenset(self.undecided)
        return tuple(target for target in self.missing if target not in points)

    @property
    def end(self) -> audit.Anchor:
        """Return how long the record is, and how it ends."""
        return audit.Anchor(self.entries, self.head)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The proof that a release was approved.

    ``hash`` is the ``seal`` of content and software; ``by`` names the lead and registration; ``required`` reviewers approved each target. When
    it was last confirmed the record had ``entries``, and ``head`` was the MAC of the last.
    """

    hash: str
    version: str
    approved_at: datetime
    by: str
    required: int
    entries: int
    head: str
    expires_at: datetime
    languages: frozenset[str] = frozenset()

    @property
    def end(self) -> audit.Anchor:
        """Return how long the record was, and how it ended."""
        return audit.Anchor(self.entries, self.head)


def needed(digests: Iterable[Target]) -> tuple[Target, ...]:
    """Return, of what can be signed, all that must be approved before a release: whatever people see or are kept from."""
    return tuple(target for target in digests if target.kind not in _NOT_WAITED_FOR)


def status(
    session: Session,
    content: Content,
    digests: Mapping[Target, Digest],
    required: int,
    key: bytes,
    *anchors: audit.Anchor,
) -> ReleaseStatus:
    """Return how far today's content is from release.

    In a record that is not as it was written, or does not go on from every anchor, nothing is approved.
    """
    report = audit.verify(session, key, *anchors)
    unknown = sum(names_nobody(rule.author) for rule in content.rule_set.rules)
    standings = standing(session, digests, required, key)
    missing = tuple(target for target in needed(digests) if not standings[target].is_approved)
    own = standings[RELEASE]
    is_approved = bool(own.approvals) and not (missing or own.requested or report.faults)
    languages = () if report.faults else (target for target in _languages(digests) if standings[target].is_approved)
    return ReleaseStatus(
        missing=missing,
        is_ready=not missing,
        is_approved=is_approved,
        approvals=own.approvals,
        required=required,
        faults=report.faults,
        authors_unknown=unknown,
        entries=report.count,
        head=report.head,
        settled={} if report.faults else settlements(standings),
        languages=frozenset(translation_name(target.id, digests[target].parts["files"]) for target in languages),
    )


def seal(content: Content) -> str:
    """Return the SHA-256, in hex, of everything that decides what people are shown, but for translations.

    That is every content file, and the software with its safety net. Whatever changes in either, this does.
    """
    software = this_software()
    return content_hash([content.hash, software.version, software.sha256])


def translation_name(code: str, sha256: str) -> str:
    """Return how a certificate names one version of a translation."""
    return f"{code} {sha256}"


def _languages(digests: Iterable[Target]) -> Iterator[Target]:
    return (target for target in digests if target.kind is TargetKind.LANGUAGE)


def approve_release(
    session: Session,
    key: bytes,
    clinician: Clinician,
    content: Content,
    digests: Mapping[Target, Digest],
    required: int,
    text: str = "",
    *,
    seen: str,
    anchors: Iterable[audit.Anchor] = (),
) -> Review | None:
    """Return the lead's signature on today's release, or None if it stands already. After the commit, call ``keep_certificate``.

    Raises:
        StaleVersion: ``seen`` is not today's release.
        ReviewRefused: not a lead, something needed is not approved, or the audit log is broken.
    """
    if clinician.role is not Role.LEAD:
        raise ReviewRefused("Only a lead can approve the release.")
    take_writers_lock(session)
    found = status(session, content, digests, required, key, *anchors)
    if found.faults:
        raise ReviewRefused(f"The record of this review is not as it was written. {found.faults[0]} Tell the operator.")
    if found.missing:
        open_points = f" {len(found.undecided)} points to be settled." if found.undecided else ""
        raise ReviewRefused(f"The release is not ready: {len(found.unapproved)} still to be approved.{open_points}")
    return record(session, key, clinician, digests[RELEASE], Verdict.APPROVE, text, seen=seen)


def keep_certificate(
    path: Path, key: bytes, content: Content, status: ReleaseStatus, now: datetime, days: int
) -> Certificate | None:
    """Write, renew or remove the certificate so that it says what the database says, and return it.

    Call it whenever the status has been read from the database: it expires ``days`` after it was last confirmed. The
    file is written at most once a day unless the record has grown, and a certificate of other content is left alone.

    Raises:
        OSError: the file cannot be written or removed.
    """
    kept = read_certificate(path, key, seal(content), status.required, now)
    if not status.is_approved:
        if kept is not None:
            path.unlink(missing_ok=True)
        return None
    signature = status.approvals[-1]
    wanted = Certificate(
        hash=seal(content),
        version=content.rule_set.version,
        approved_at=signature.at,
        by=f"{signature.name} ({signature.registration})",
        required=status.required,
        entries=status.entries,
        head=status.head,
        expires_at=now + timedelta(days=days),
        languages=status.languages,
    )
    if kept is not None and _confirms(kept, wanted):
        return kept
    write_whole(path, {**_plain(wanted), "mac": _mac(wanted, key)})
    return wanted


def read_certificate(path: Path, key: bytes, wanted: str, required: int, now: datetime) -> Certificate | None:
    """Return the certificate, or None if it is missing, altered, expired, of another ``seal`` or of too few reviewers."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        mac = str(told.pop("mac"))
        for name in ("approved_at", "expires_at"):
            told[name] = datetime.fromisoformat(told[name]).astimezone(UTC)
        told["languages"] = frozenset(told["languages"])
        certificate = Certificate(**told)
        signed = _mac(certificate, key)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not hmac.compare_digest(mac.encode("utf-8", "surrogatepass"), signed.encode()):
        return None
    is_enough = certificate.hash == wanted and certificate.required >= required
    return certificate if is_enough and now < certificate.expires_at else None


def _confirms(kept: Certificate, wanted: Certificate) -> bool:
    """Return whether the one on disk says the same, and was confirmed within the last day."""
    age = wanted.expires_at - kept.expires_at
    same = replace(kept, expires_at=wanted.expires_at) == wanted
    return same and timedelta(0) <= age < timedelta(days=1)


def _plain(certificate: Certificate) -> dict[str, Any]:
    plain = asdict(certificate)
    for name in ("approved_at", "expires_at"):
        plain[name] = plain[name].astimezone(UTC).isoformat(timespec="microseconds")
    return {**plain, "languages": sorted(certificate.languages)}


def _mac(certificate: Certificate, key: bytes) -> str:
    canonical = json.dumps(_plain(certificate), sort_keys=True, separators=(",", ":"))
    return hmac.new(key, b"release certificate " + canonical.encode(), hashlib.sha256).hexdigest()
