"""The work of review: who is to look at what until when, by when it must be looked at again, and who wrote it.

Each is said in the record like a verdict, so that the audit log, exports and backups hold it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from recommender.review.approval_status import Standing, is_named, is_one_of, withdrawn
from recommender.review.authorship import authors_of, refuse_naming, refuse_unnaming
from recommender.review.database import take_writers_lock
from recommender.review.errors import ReviewRefused
from recommender.review.record_consistency import may_say
from recommender.review.reviews import OF_WORK, add_review, keep_versions, reviews_of
from recommender.review.tables import Clinician, Review, Role, Verdict, now
from recommender.rulebook.targets import Digest, Target

PLANNING = frozenset({Role.LEAD, Role.SAFETY_OFFICER})
FURTHEST = timedelta(days=5 * 366)
_DONE_BY = frozenset({Verdict.APPROVE, Verdict.REQUEST_CHANGES, Verdict.DECIDE, Verdict.DEFER})


@dataclass(frozen=True, slots=True)
class Assignment:
    """``review`` says that ``person`` is to look at it, by ``due`` if that is a day. ``is_done``: they have said what they say."""

    review: Review
    person: Clinician
    due: date | None
    is_done: bool

    def is_late(self, on: date) -> bool:
        """Return whether it should have been done before a day, and is not."""
        return not self.is_done and self.due is not None and self.due < on


@dataclass(frozen=True, slots=True)
class Work:
    """What the record says of the work on one target. ``review_by`` is the last day that was set."""

    assigned: tuple[Assignment, ...] = ()
    wrote: tuple[Review, ...] = ()
    review_by: date | None = None

    @property
    def waiting(self) -> tuple[Assignment, ...]:
        """Return what is assigned and not done."""
        return tuple(one for one in self.assigned if not one.is_done)

    def of(self, clinician_id: int) -> Assignment | None:
        """Return what waits for one clinician; None if nothing does."""
        return next((one for one in self.waiting if one.person.id == clinician_id), None)

    def due(self) -> date | None:
        """Return the first day on which any of it is due; None if none is."""
        days = [one.due for one in self.waiting if one.due is not None]
        return min((*days, *([self.review_by] if self.review_by else [])), default=None)


NO_WORK = Work()


def work_of(said: Sequence[Review], digests: Mapping[Target, Digest]) -> Mapping[Target, Work]:
    """Return the work on every target that anything was said of. ``said`` is everything that anybody said, oldest first."""
    gone = withdrawn(said)
    of_target: dict[Target, list[Review]] = {}
    for review in said:
        if review.id not in gone:
            of_target.setdefault(review.target, []).append(review)
    found = {target: _work(reviews, digests.get(target)) for target, reviews in of_target.items()}
    return {target: work for target, work in found.items() if work != NO_WORK}


def assign(
    session: Session,
    key: bytes,
    clinician: Clinician,
    digest: Digest,
    person: Clinician,
    *,
    due: date | None = None,
) -> Review | None:
    """Return the new review that gives something to somebody, or None if they have it already until that day.

    Everybody takes what they like; a lead or the safety officer gives to anybody who may sign. A later day takes the
    place of an earlier one.

    Raises:
        ReviewRefused: that is not theirs to do, the person cannot do it, or the day is past or too far away.
    """
    take_writers_lock(session)
    if person.id != clinician.id and clinician.role not in PLANNING:
        raise ReviewRefused("You can take something yourself. A lead or the safety officer can give it to others.")
    if person.disabled or not may_say(person.role, Verdict.APPROVE):
        raise ReviewRefused(f"{person.name} cannot approve anything. Choose a reviewer.")
    if is_named(digest.authors, person) or is_one_of(person, authors_of(session, digest.target, digest.rules)):
        raise ReviewRefused(f"{person.name} wrote this, so somebody else must look at it.")
    _refuse_day(due)
    said = reviews_of(session, digest.target)
    before = [one for one in _work(_standing_words(said), digest).waiting if one.person.id == person.id]
    if any(one.due == due for one in before):
        return None
    for one in before:
        add_review(session, key, clinician, digest.target, one.review.sha256, Verdict.WITHDRAW, "", one.review.id)
    return _say(session, key, clinician, digest, Verdict.ASSIGN, until=due, person=person)


def name_author(session: Session, key: bytes, clinician: Clinician, digest: Digest, person: Clinician) -> Review | None:
    """Return the new review that says that a person wrote something, or None if the record says so already.

    Of the release it is said of everything. Approvals of theirs count no more.

    Raises:
        ReviewRefused: it is not theirs to say.
    """
    refuse_naming(session, clinician, digest.target, person)
    said = _standing_words(reviews_of(session, digest.target))
    if any(one.verdict is Verdict.WROTE and one.person_id == person.id for one in said):
        return None
    return _say(session, key, clinician, digest, Verdict.WROTE, person=person)


def review_again(session: Session, key: bytes, clinician: Clinician, digest: Digest, by: date | None) -> Review | None:
    """Return the new review that says by when something must be looked at again, or None if that day stands already.

    Raises:
        ReviewRefused: the role does not allow it, or it is no day from tomorrow within the next five years.
    """
    take_writers_lock(session)
    if clinician.role not in PLANNING:
        raise ReviewRefused("A lead or the safety officer says by when it must be looked at again.")
    if by is None:
        raise ReviewRefused("Give the day.")
    _refuse_day(by)
    if _work(_standing_words(reviews_of(session, digest.target)), digest).review_by == by:
        return None
    return _say(session, key, clinician, digest, Verdict.REVIEW_BY, until=by)


def take_back(session: Session, key: bytes, clinician: Clinician, review: Review, text: str = "") -> Review | None:
    """Return the new review that ends an assignment, or takes back an author's name; None if that is done already.

    Raises:
        ReviewRefused: it is not theirs to end, or needs a reason.
    """
    take_writers_lock(session)
    if review.verdict is Verdict.WROTE:
        refuse_unnaming(clinician, review, text)
    elif review.verdict is not Verdict.ASSIGN:
        raise ReviewRefused("That is taken back in another way.")
    elif clinician.id not in (review.clinician_id, review.person_id) and clinician.role not in PLANNING:
        raise ReviewRefused("Only whoever has it, a lead or the safety officer can end this.")
    if review.id in withdrawn(reviews_of(session, review.target)):
        return None
    return add_review(session, key, clinician, review.target, review.sha256, Verdict.WITHDRAW, text, review.id)


def late(work: Mapping[Target, Work], standings: Mapping[Target, Standing], on: date) -> tuple[Target, ...]:
    """Return what should have been looked at before a day, the longest ago first."""
    days = {target: one.due() for target, one in work.items() if target in standings}
    past = {target: day for target, day in days.items() if day is not None and day < on}
    return tuple(sorted(past, key=lambda target: (past[target], target.kind, target.id)))


def _work(said: Iterable[Review], today: Digest | None) -> Work:
    """Return the work on one target, from what stands of what was said of it."""
    assigned: dict[int, Review] = {}
    done: set[int] = set()
    wrote: list[Review] = []
    review_by: date | None = None
    for one in said:
        if one.verdict is Verdict.ASSIGN and one.person_id is not None:
            assigned[one.person_id] = one
            done.discard(one.person_id)
        elif one.verdict is Verdict.WROTE:
            wrote.append(one)
        elif one.verdict is Verdict.REVIEW_BY:
            review_by = one.until
        elif one.verdict in _DONE_BY and today is not None and one.sha256 == today.sha256:
            done.add(one.clinician_id)
    found = tuple(
        Assignment(one, one.person, one.until, number in done)
        for number, one in assigned.items()
        if one.person is not None
    )
    return Work(found, tuple(wrote), review_by)


def _standing_words(said: Sequence[Review]) -> list[Review]:
    gone = withdrawn(said)
    return [one for one in said if one.id not in gone]


def _say(
    session: Session,
    key: bytes,
    clinician: Clinician,
    digest: Digest,
    verdict: Verdict,
    *,
    until: date | None = None,
    person: Clinician | None = None,
) -> Review:
    assert verdict in OF_WORK
    keep_versions(session, {digest.target: digest})
    kept = (digest.target, digest.sha256, verdict, "", None)
    return add_review(session, key, clinician, *kept, until=until, person=person)


def _refuse_day(day: date | None) -> None:
    today = now().date()
    if day is not None and not today <= day <= today + FURTHEST:
        raise ReviewRefused(f"Give a day from today to {(today + FURTHEST).isoformat()}.")
