"""The release: what must be approved before it, its own approval, and the certificate kept on disk."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from recommender.loaders.proof_record import proof_state, proof_told
from recommender.loaders.software import this_software
from recommender.models.content import Content
from recommender.models.content_hash import content_hash
from recommender.models.proof_record import ProofState
from recommender.review import audit
from recommender.review.accounts import list_clinicians
from recommender.review.approval_status import Approval, Settlement, Standing, settled_digest, settlements
from recommender.review.authorship import unknown_authors
from recommender.review.database import take_writers_lock
from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.record_mark import write_whole
from recommender.review.releases import refuse_old_version, signed_releases
from recommender.review.reviews import Standings, record, standings
from recommender.review.tables import Clinician, Review, Role, Verdict
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind

CERTIFICATE_FILE = "release-certificate.json"
# What is signed, and no release waits for it: the release itself, and each translation, which is not offered without.
_NOT_WAITED_FOR = frozenset({TargetKind.RELEASE, TargetKind.LANGUAGE})
_NOT_PROVED = {
    ProofState.STALE: "the proof beside these rules is of other rules, by other tables or by another version.",
    ProofState.NONE: "there is no proof of these rules.",
    ProofState.UNREADABLE: "the file of the proof cannot be read.",
}
_HOW_TO_PROVE = "Whoever runs this service makes one with recommender prove --record, and loads the rules again."


@dataclass(frozen=True, slots=True)
class ReleaseStatus:
    """``missing`` are the targets not approved yet. ``is_ready`` says that there are none, that the rules are proved, that it is known who wrote
    them, and that nobody asks for changes of the release itself (``requested``) or objects to what is ``gone``.

    ``is_approved``: ready, and signed by a lead, in a record without ``faults``. A signature counts for what was ``decided``
    on the points when it was given, by its digest; it is ``overtaken`` once one is settled otherwise. ``authors_unknown``
    counts the rules of which no person is known as the author: for those nobody can tell whether author and reviewers
    differ. Like the proof, that keeps a lead from signing, and undoes no signature. ``required`` is how many reviewers each target needed. The record had ``entries``, and ``head`` is the MAC of
    the last. ``languages`` names the translations that are approved, each with the hash of its files: a release does not
    wait for them. ``settled`` says how each point was settled, by its id; the first of what is put off is due after the
    day ``until``.
    ``proof`` is what is known of the rules over every answer sheet: a stale or missing one keeps a lead from signing, and
    undoes no signature.
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
    requested: tuple[Review, ...] = ()
    gone: tuple[Target, ...] = ()
    overtaken: tuple[Approval, ...] = ()
    decided: str = ""
    until: date | None = None
    proof: ProofState = ProofState.NONE

    @property
    def is_proved(self) -> bool:
        """Return whether a proof holds for exactly these rules, these tables and this version."""
        return self.proof is ProofState.CURRENT

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
    it was last confirmed the record had ``entries``, and ``head`` was the MAC of the last; ``proof`` is what ``proof_told``
    said then.
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
    proof: Mapping[str, str] = field(default_factory=dict)

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
    stood: Standings | None = None,
) -> ReleaseStatus:
    """Return how far today's content is from release. ``stood`` is where everything stands, where whoever calls knows it.

    In a record that is not as it was written, or does not go on from every anchor, nothing is approved.
    """
    report = audit.verify(session, key, *anchors)
    proof = proof_state(content)
    stood = stood or standings(session, digests, required, key)
    today, own = stood.today, stood.today[RELEASE]
    unknown = len(unknown_authors(content, today, list_clinicians(session)))
    missing = tuple(target for target in needed(digests) if not today[target].is_approved)
    gone, decided = needed(stood.gone), settled_digest(today)
    signed = tuple(approval for approval in own.approvals if approval.decision == decided)
    stands_open = bool(missing or gone or own.requested)
    languages = () if report.faults else (target for target in _languages(digests) if today[target].is_approved)
    return ReleaseStatus(
        missing=missing,
        is_ready=not (stands_open or unknown) and proof is ProofState.CURRENT,
        is_approved=not stands_open and bool(signed) and not report.faults,
        approvals=signed,
        required=required,
        faults=report.faults,
        authors_unknown=unknown,
        entries=report.count,
        head=report.head,
        settled={} if report.faults else settlements(today),
        languages=frozenset(translation_name(target.id, digests[target].parts["files"]) for target in languages),
        requested=own.requested,
        gone=gone,
        overtaken=tuple(approval for approval in own.approvals if approval.decision != decided),
        decided=decided,
        until=_first_due(today.values()),
        proof=proof,
    )


def _first_due(standings: Iterable[Standing]) -> date | None:
    """Return the day after which the first of what is put off is due; None if nothing is."""
    words = (one.settled for one in standings if one.is_approved and one.settled is not None)
    return min((word.until for word in words if word.until is not None), default=None)


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
    decided: str | None = None,
    anchors: Iterable[audit.Anchor] = (),
) -> Review | None:
    """Return the lead's signature on today's release, or None if it stands already. After the commit, call ``keep_certificate``.

    It is bound to how every point is settled; ``decided`` is how that was on the page that it comes from, by its digest.

    Raises:
        StaleVersion: ``seen`` is not today's release, or a point has been settled otherwise since.
        ReviewRefused: not a lead, something needed is not approved, somebody objects, the rules are not proved, the version
            names another release, or the audit log is broken.
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
    if found.requested or found.gone:
        raise ReviewRefused("The release is not ready: somebody asks for changes of it, or objects to what is gone.")
    if decided is not None and decided != found.decided:
        raise StaleVersion("A point has been settled otherwise since you opened the page. Read how, then sign.")
    if found.authors_unknown:
        raise ReviewRefused(
            f"The release is not ready: nobody has said who wrote {found.authors_unknown} of the rules."
        )
    if not found.is_proved:
        raise ReviewRefused(f"The release is not ready: {_NOT_PROVED[found.proof]} {_HOW_TO_PROVE}")
    refuse_old_version(signed_releases(session, key), digests[RELEASE])
    return record(session, key, clinician, digests[RELEASE], Verdict.APPROVE, text, seen=seen, decision=found.decided)


def keep_certificate(
    path: Path, key: bytes, content: Content, status: ReleaseStatus, now: datetime, days: int
) -> Certificate | None:
    """Write, renew or remove the certificate so that it says what the database says, and return it.

    Call it whenever the status has been read from the database: it expires ``days`` after it was last confirmed, and no
    later than the first point that is put off is due. The file is written at most once a day unless the record has grown,
    and a certificate of other content is left alone.

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
        expires_at=_end(now + timedelta(days=days), status.until),
        languages=status.languages,
        proof=proof_told(content),
    )
    if kept is not None and _confirms(kept, wanted):
        return kept
    write_whole(path, {**_plain(wanted), "mac": _mac(wanted, key)})
    return wanted


def _end(at: datetime, until: date | None) -> datetime:
    """Return when a certificate ends: at that time, or with the last day that something is put off, in UTC."""
    return at if until is None else min(at, datetime.combine(until + timedelta(days=1), time(), UTC))


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
