"""What tests of the review room share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from recommender.models.content_hash import content_hash
from recommender.review import reviews, work
from recommender.review.reviews import Standing, reviews_of, standing, submit
from recommender.review.settlements import settle
from recommender.review.tables import Clinician, Review, Verdict, now
from recommender.rulebook.targets import Digest, TargetKind

KEY = b"a key for tests, long enough for them"
PASSWORD = "correct horse battery"
NewClinician = Callable[..., Clinician]


def changed(digest: Digest, letter: str = "c") -> Digest:
    """Return the digest of the same thing after a change of words."""
    parts = {"title": f"other words {letter}"}
    return replace(digest, sha256=content_hash(parts), parts=parts)


def say(session: Session, clinician: Clinician, digest: Digest, verdict: Verdict, text: str = "Words.") -> Review:
    """Return what a clinician says of a version that is today's, with nobody as the author."""
    said = submit(session, KEY, clinician, digest.target, digest, verdict, text, seen=digest.sha256, authors=())
    assert said is not None, "it stands already"
    return said


def say_again(session: Session, clinician: Clinician, digest: Digest, verdict: Verdict, text: str = "") -> Review:
    """Return what stands already once more, as records hold it that were written before repeats were looked for."""
    return reviews.add_review(session, KEY, clinician, digest.target, digest.sha256, verdict, text, None)


def approve(session: Session, clinician: Clinician, digest: Digest) -> Review:
    """Return the approval of a version that is today's; of a point the decision that it stays as it is."""
    if digest.target.kind is TargetKind.POINT:
        return decide(session, clinician, digest)
    return say(session, clinician, digest, Verdict.APPROVE, "")


def decide(
    session: Session,
    clinician: Clinician,
    digest: Digest,
    verdict: Verdict = Verdict.DECIDE,
    decision: str = "It stays.",
) -> Review:
    until = now().date() + timedelta(days=30)  # counts only for what is put off
    reason = "As in the guideline."
    said = settle(session, KEY, clinician, digest, verdict, decision, reason, seen=digest.sha256, until=until)
    assert said is not None, "it stands already"
    return said


def name_author(session: Session, lead: Clinician, release: Digest, author: Clinician) -> None:
    """Say who wrote the rule set as a whole, as a lead must before a release."""
    assert work.name_author(session, KEY, lead, release, author) is not None, "it stands already"


def said_of(session: Session, digest: Digest) -> tuple[Review, ...]:
    return reviews_of(session, digest.target)


def stands(session: Session, digest: Digest, required: int = 2) -> Standing:
    return standing(session, {digest.target: digest}, required, KEY)[digest.target]


def tamper(engine: Engine, *commands: str) -> None:
    """Do what somebody could do who owns the database, with its own guards taken off, but does not hold the key."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET lock_timeout = '5s'"))
            connection.execute(text("SET session_replication_role = replica"))
        else:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            for table in ("audit_entry", "review"):
                for change in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{change}")
        for command in commands:
            connection.exec_driver_sql(command)
        connection.commit()
        connection.invalidate()
