"""Who wrote what, as the record says it: nobody who wrote something approves it.

A word on the release is about everything: whoever is named there wrote the rule set as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from recommender.models.content import Content
from recommender.models.plain_text import has_words
from recommender.review.approval_status import Standing, authors_in, is_one_of, plainly, withdrawn
from recommender.review.database import take_writers_lock
from recommender.review.errors import ReviewRefused
from recommender.review.rows import read
from recommender.review.tables import Clinician, Review, Role, Verdict
from recommender.rulebook.named import names_in_files
from recommender.rulebook.targets import RELEASE, Target, TargetKind, is_of_tables


def own_words(target: Target) -> str:
    """Return what its authors have written of it."""
    if target.kind is TargetKind.POINT:
        return "a rule that this is about"
    return "this, or rules that are held against it" if is_of_tables(target) else "this"


def own_work(target: Target) -> str:
    """Return why an author may not approve, or settle a point."""
    way = "settle" if target.kind is TargetKind.POINT else "approve"
    return f"You wrote {own_words(target)}, so somebody else must {way} it."


def authors_of(session: Session, target: Target, rules: Iterable[str] = ()) -> tuple[Clinician, ...]:
    """Return who wrote something, each once: those named for it, and those named for everything.

    Of a table that rules are held against these are also all who are named for a rule; of a point those who are named
    for one of the ``rules`` that it names.
    """
    asked = [_of(target)] if target == RELEASE else [_of(target), _of(RELEASE)]
    asked += [_of(Target(TargetKind.RULE, rule)) for rule in rules]
    asked += [Review.target_kind == TargetKind.RULE] if is_of_tables(target) else []
    said = [review for one in asked for review in _said_of(session, one)]
    return authors_in(said, withdrawn(said))


def wrote_it(session: Session, target: Target, clinician: Clinician, rules: Iterable[str] = ()) -> bool:
    """Return whether the record names this clinician, or another account of theirs, among its ``authors_of``."""
    return is_one_of(clinician, authors_of(session, target, rules))


def unknown_authors(
    content: Content, standings: Mapping[Target, Standing], known: Collection[Clinician]
) -> tuple[Target, ...]:
    """Return the rules of which nobody can tell who wrote them: no person in the record, and no account that the file names.

    ``standings`` are those of today, and ``known`` all accounts.
    """
    named = {plainly(name) for one in known for name in (one.name, one.email)}
    return tuple(
        target
        for target, standing in standings.items()
        if target.kind is TargetKind.RULE
        and not standing.authors
        and not {plainly(name) for name in names_in_files(content, target)} & named
    )


def refuse_naming(session: Session, clinician: Clinician, target: Target, person: Clinician) -> None:
    """Refuse to name somebody who wrote something: everybody names themselves, and a lead names anybody.

    Who wrote everything is for a lead to say: with that the authors of every rule count as known.

    Raises:
        ReviewRefused: that is not theirs to say.
    """
    take_writers_lock(session)
    if target.kind in (TargetKind.POINT, TargetKind.LANGUAGE):
        raise ReviewRefused("Only what is in the rule set has an author here.")
    if target == RELEASE and clinician.role is not Role.LEAD:
        raise ReviewRefused("Only a lead can say who wrote everything. Say what you wrote yourself, one by one.")
    if person.id != clinician.id and clinician.role is not Role.LEAD:
        raise ReviewRefused("You can say only what you wrote yourself. A lead can name somebody else.")
    if person.role is Role.READER:
        raise ReviewRefused(f"{person.name} may only read. Name somebody who writes.")


def refuse_unnaming(clinician: Clinician, review: Review, text: str) -> None:
    """Refuse to take an author's name back, unless a lead who is not that author does so with a reason.

    Raises:
        ReviewRefused: nobody may make themselves the approver of what they wrote.
    """
    if clinician.role is not Role.LEAD or (review.person is not None and is_one_of(clinician, [review.person])):
        raise ReviewRefused("Only a lead who is not named there can take back the name of an author.")
    if not has_words(text):
        raise ReviewRefused("Say why this name was wrong.")


def _of(target: Target) -> ColumnElement[bool]:
    return and_(Review.target_kind == target.kind, Review.target_id == target.id)


def _said_of(session: Session, which: ColumnElement[bool]) -> Iterable[Review]:
    wanted = select(Review).where(which, Review.verdict.in_([Verdict.WROTE, Verdict.WITHDRAW]))
    return read(session, wanted.order_by(Review.id))
