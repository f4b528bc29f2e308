"""From what was said to where it leaves each target today. Plain data; knows no database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from recommender.models.content_hash import content_hash
from recommender.review.tables import Clinician, Review, Role, Verdict
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind, is_of_safety_case, is_of_tables

if TYPE_CHECKING:
    from recommender.review.record_consistency import Signature

_APPROVING = frozenset({Verdict.APPROVE, Verdict.REQUEST_CHANGES})
_SETTLING = frozenset({Verdict.DECIDE, Verdict.DEFER})
_KEEPS_BACK = frozenset({Verdict.REQUEST_CHANGES, Verdict.WROTE})


@dataclass(frozen=True, slots=True)
class Approval:
    """A signature: who (as the audit log says), when, and the exact version.

    ``decision`` is what was decided on a point; of the release it is the ``settled_digest`` that was signed with it.
    """

    review_id: int
    clinician_id: int
    name: str
    registration: str
    at: datetime
    sha256: str
    role: Role
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the reviews of one target leave it today.

    ``approvals`` are of today's version, one for each person, whatever the record holds. ``lapsed`` are of other
    versions, each reviewer's latest, for reviewers who have not approved today's. ``requested`` are the change requests
    that block it. A point is approved when it is ``settled``: decided, or put off to a day that is not past, as today's
    version of it. ``is_due``: that day is past. ``settled_before`` is the last word on another version of it, where there
    is none on today's. ``overturned`` are earlier words on today's version that say something else than the last.
    ``lacks_officer``: it is of the safety case, and no safety officer is among those who approve it.
    ``authors`` wrote it, or a rule that a point names, as the record says: no approval of theirs is among these, nor of
    whom its file names.
    """

    approvals: tuple[Approval, ...]
    lapsed: tuple[Approval, ...]
    requested: tuple[Review, ...]
    is_approved: bool
    settled: Review | None = None
    is_due: bool = False
    settled_before: Review | None = None
    overturned: tuple[Review, ...] = ()
    lacks_officer: bool = False
    authors: tuple[Clinician, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a point was settled: what was decided, why, by whom (as the audit log says) and when.

    What is put off is so ``until`` a day; ``is_due`` says that it is past. ``is_of_before``: it was settled as an older
    version, of its words or of a rule that it names, so that it is open again.
    """

    is_deferred: bool
    decision: str
    reason: str
    name: str
    registration: str
    at: datetime
    until: date | None
    is_due: bool
    is_of_before: bool


def stand(
    said: Iterable[Review],
    signatures: Mapping[int, Signature],
    digests: Mapping[Target, Digest],
    required: int,
    on: date,
) -> Mapping[Target, Standing]:
    """Return the standing of every target in ``digests`` on a day. ``said`` is oldest first; comments do not count.

    A review without a signature counts for nothing, but a change request still blocks, and so does an author's name.
    Nor does an approval by somebody whom the record, or the file of it as it is today, names as an author; nor what they
    say to settle a point that names what they wrote.
    """
    said = [review for review in said if review.id in signatures or review.verdict in _KEEPS_BACK]
    of_target: dict[Target, list[Review]] = {target: [] for target in digests}
    of_target.setdefault(RELEASE, [])
    for review in said:
        of_target.get(review.target, []).append(review)
    of_all = authors_in(of_target[RELEASE], withdrawn(of_target[RELEASE]))
    of_rules = [review for review in said if review.target.kind is TargetKind.RULE]  # of those too that are gone
    gone = withdrawn(of_rules)
    of_tables = (*of_all, *authors_in(of_rules, gone))

    def of_point(digest: Digest) -> tuple[Clinician, ...]:
        return (*of_all, *authors_in((one for one in of_rules if one.target.id in digest.rules), gone))

    return {
        target: _settlement(digest, of_target[target], signatures, on, of_point(digest))
        if target.kind is TargetKind.POINT
        else _standing(
            digest,
            of_target[target],
            signatures,
            required,
            of_tables if is_of_tables(target) else of_all,
        )
        for target, digest in digests.items()
    }


def authors_in(said: Iterable[Review], gone: frozenset[int]) -> tuple[Clinician, ...]:
    """Return who is said to have written something, each once. ``gone`` are the ids ``withdrawn``."""
    named = (one.person for one in said if one.verdict is Verdict.WROTE and one.id not in gone)
    return tuple({person.id: person for person in named if person is not None}.values())


def is_one_of(clinician: Clinician, people: Iterable[Clinician]) -> bool:
    """Return whether a clinician is among people: two accounts of one registration are one person."""
    return any(_person(clinician) == _person(one) or clinician.id == one.id for one in people)


def is_named(names: Iterable[str], clinician: Clinician) -> bool:
    """Return whether one of the names in files is this clinician's, or their email. "" is nobody."""
    return any(name.strip() and plainly(name) in (plainly(clinician.name), plainly(clinician.email)) for name in names)


def plainly(text: str) -> str:
    """Return a name as it is compared: in small letters, with one space between words."""
    return " ".join(text.casefold().split())


def _person(clinician: Clinician) -> str:
    return clinician.registration.casefold() or str(clinician.id)


def gone(target: Target) -> Digest:
    """Return the version of something that is no longer here: taken out, or called otherwise now."""
    parts = {"gone": f"{target.kind.value}/{target.id}"}
    return Digest(target, content_hash(parts), MappingProxyType(parts))


def settlements(standings: Mapping[Target, Standing]) -> Mapping[str, Settlement]:
    """Return how each point was settled, by its id: as today's version, or else as the one that was settled last.

    What somebody objects to is settled in no way.
    """
    return {
        target.id: _told(word, standing)
        for target, standing in standings.items()
        if (word := standing.settled or standing.settled_before) is not None and not standing.requested
    }


def settled_digest(standings: Mapping[Target, Standing]) -> str:
    """Return the SHA-256, in hex, of what is decided on all points and until when the rest is put off.

    A release is signed with it, so that no later word changes what was signed.
    """
    words = {target.id: standing.settled for target, standing in standings.items() if standing.settled is not None}
    return content_hash({name: _substance(word) for name, word in words.items()})


def withdrawn(said: Iterable[Review]) -> frozenset[int]:
    """Return the ids of the reviews that have been taken back. ``said`` is oldest first.

    A withdrawal leaves nothing standing that would count for the same person all the same: it takes back every approval
    of that version that they gave before it, and a request together with its repeats. Another request of theirs goes on
    to block, since only what is named may stop blocking.
    """
    before: dict[int | None, Review] = {}
    alike: dict[tuple[object, ...], list[int]] = {}  # what one withdrawal takes back together, and none has yet
    gone: set[int] = set()
    for review in said:
        named = before.get(review.parent_id) if review.verdict is Verdict.WITHDRAW else None
        if named is not None:
            gone.add(named.id)
            for verdict in (Verdict.APPROVE, named.verdict) if named.verdict in _APPROVING else ():
                gone.update(alike.pop(_alike(named, verdict), ()))
        before[review.id] = review
        if review.verdict in _APPROVING:
            alike.setdefault(_alike(review, review.verdict), []).append(review.id)
    return frozenset(gone)


def open_requests(said: Iterable[Review], today: str, gone: frozenset[int] | None = None) -> tuple[Review, ...]:
    """Return the change requests that still block. ``said`` are the verdicts of one target, oldest first.

    A request ends when it is taken back, or when somebody says, with a reason, that today's version answers it. What
    another version answered stands again, for nobody has said that this one does too; and if today's is the very
    version it was made of, nothing has answered it. No approval ends it, not even its author's. ``gone`` are the ids
    ``withdrawn``, where whoever calls has them.
    """
    said = list(said)
    gone = withdrawn(said) if gone is None else gone
    answered = {
        review.parent_id
        for review in said
        if review.verdict is Verdict.ANSWER and review.sha256 == today and review.id not in gone
    }
    return tuple(
        request
        for request in said
        if request.verdict is Verdict.REQUEST_CHANGES
        and request.id not in gone
        and (request.id not in answered or request.sha256 == today)
    )


def _standing(
    digest: Digest,
    said: list[Review],
    signatures: Mapping[int, Signature],
    required: int,
    of_all: tuple[Clinician, ...],
) -> Standing:
    gone = withdrawn(said)
    authors = tuple(dict.fromkeys((*authors_in(said, gone), *of_all)))
    latest: dict[int, Review] = {}
    older: dict[int, Review] = {}
    for review in said:
        if review.verdict in _APPROVING and review.id not in gone and not _is_own(review, digest, authors):
            (latest if review.sha256 == digest.sha256 else older)[review.clinician_id] = review
    given = [
        _approval(review, signatures[review.id]) for review in latest.values() if review.verdict is Verdict.APPROVE
    ]
    # Two accounts of one registration are one person.
    of_person = {approval.registration.casefold() or str(approval.clinician_id): approval for approval in given}
    approvals = tuple(of_person.values())
    signed = {approval.clinician_id for approval in approvals}
    lapsed = tuple(
        _approval(review, signatures[review.id])
        for clinician, review in older.items()
        if review.verdict is Verdict.APPROVE and clinician not in signed
    )
    requested = open_requests(said, digest.sha256, gone)
    lacks_officer = is_of_safety_case(digest.target) and all(one.role is not Role.SAFETY_OFFICER for one in given)
    is_approved = len(approvals) >= required and not (requested or lacks_officer)
    return Standing(approvals, lapsed, requested, is_approved, lacks_officer=lacks_officer, authors=authors)


def _is_own(review: Review, digest: Digest, authors: Iterable[Clinician]) -> bool:
    return is_one_of(review.clinician, authors) or is_named(digest.authors, review.clinician)


def _settlement(
    digest: Digest,
    said: list[Review],
    signatures: Mapping[int, Signature],
    on: date,
    of_rules: tuple[Clinician, ...],
) -> Standing:
    """Return where a point stands: the last word on today's version counts, and that on another version has lapsed."""
    gone = withdrawn(said)
    authors = tuple(dict.fromkeys(of_rules))
    settling = [one for one in said if one.verdict in _SETTLING and one.id not in gone]
    words = [one for one in settling if not _is_own(one, digest, authors)]
    of_today = [one for one in words if one.sha256 == digest.sha256]
    requested = open_requests(said, digest.sha256, gone)
    if not of_today:
        before = words[-1:]
        lapsed = tuple(_approval(one, signatures[one.id]) for one in before)
        return Standing((), lapsed, requested, False, settled_before=next(iter(before), None), authors=authors)
    last = of_today[-1]
    is_due = last.verdict is Verdict.DEFER and (last.until is None or last.until < on)
    return Standing(
        approvals=(_approval(last, signatures[last.id]),),
        lapsed=(),
        requested=requested,
        is_approved=not (requested or is_due),
        settled=last,
        is_due=is_due,
        overturned=tuple(one for one in of_today if _substance(one) != _substance(last)),
        authors=authors,
    )


def _substance(word: Review) -> list[str]:
    """Return what a word on a point decides, whoever said it and why."""
    return [word.verdict.value, word.decision or "", "" if word.until is None else word.until.isoformat()]


def _alike(review: Review, verdict: Verdict) -> tuple[object, ...]:
    """Return what is the same of one person's approvals of a version, or of one request and its repeats."""
    is_request = verdict is Verdict.REQUEST_CHANGES  # an approval is told by having no words
    words = (review.text, json.dumps(review.proposal, sort_keys=True)) if is_request else None
    return review.clinician_id, review.target, review.sha256, words


def _approval(review: Review, signed: Signature) -> Approval:
    return Approval(
        review_id=review.id,
        clinician_id=review.clinician_id,
        name=signed.name,
        registration=signed.registration,
        at=review.created_at,
        sha256=review.sha256,
        role=signed.role,
        decision=review.decision or "",
    )


def _told(word: Review, standing: Standing) -> Settlement:
    (signed,) = (*standing.approvals, *standing.lapsed)
    return Settlement(
        is_deferred=word.verdict is Verdict.DEFER,
        decision=word.decision or "",
        reason=word.text,
        name=signed.name,
        registration=signed.registration,
        at=signed.at,
        until=word.until,
        is_due=standing.is_due,
        is_of_before=standing.settled is None,
    )
