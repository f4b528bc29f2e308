"""The tables of the review room."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from recommender.rulebook.targets import Target, TargetKind

# PostgreSQL's integers end here.
LARGEST_ID = 2**31 - 1


class Role(StrEnum):
    """A reader reads, an author writes and speaks but signs nothing, a reviewer signs.

    A lead also signs the release; a lead or a safety officer may put off a decision, and says who does what until when.
    Nothing of the safety case is approved without a safety officer.
    """

    READER = "reader"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    LEAD = "lead"
    SAFETY_OFFICER = "safety_officer"


class Verdict(StrEnum):
    """``WITHDRAW`` takes back the reviewer's own earlier verdict, named by ``parent_id``.

    ``ANSWER`` says that another version answers the request for changes named by ``parent_id``. ``DECIDE`` settles a
    point, and ``DEFER`` puts it off until a day. ``WROTE`` says that a person wrote it, ``ASSIGN`` that a person is to look
    at it, and ``REVIEW_BY`` that it must be looked at again by a day.
    """

    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    COMMENT = "comment"
    WITHDRAW = "withdraw"
    ANSWER = "answer"
    DECIDE = "decide"
    DEFER = "defer"
    WROTE = "wrote"
    ASSIGN = "assign"
    REVIEW_BY = "review_by"


class Moment(TypeDecorator[datetime]):
    """A time in UTC. SQLite keeps no time zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a moment as the database keeps it."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a moment as it was, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def _words(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind, native_enum=False, length=20, values_callable=lambda members: [member.value for member in members]
    )


def _one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{member.value}'" for member in kind)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Base(DeclarativeBase):
    """What every table derives from."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Clinician(Base):
    """An account. ``email`` is kept casefolded; ``session_version`` ends open sessions when it is raised.

    ``totp_secret`` is sealed, None without a second factor; ``totp_step`` is when the last code was of, so that none works
    twice; ``recovery_codes`` are hashes.
    """

    __tablename__ = "clinician"
    __table_args__ = (_one_of("role", Role),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    registration: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role] = mapped_column(_words(Role))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    oidc_subject: Mapped[str | None] = mapped_column(String(255), unique=True)
    disabled: Mapped[bool] = mapped_column(default=False)
    session_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    totp_step: Mapped[int | None]
    recovery_codes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class SignInTry(Base):
    """Tries to sign in that failed, by what is counted together: ``key`` is a digest, no email or address."""

    __tablename__ = "sign_in_try"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Moment, index=True)
    closed_until: Mapped[datetime] = mapped_column(Moment)


class ApiKey(Base):
    """A key of a program that asks the API. ``id`` is its public part and ``sha256`` that of all of it, which is kept nowhere.

    ``scopes`` name what it is for; ``a_minute`` is its own limit, None for that of the setting.
    """

    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"),)

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    a_minute: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class Version(Base):
    """What one digest was taken over, kept so that a later change can be shown word by word."""

    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("target_kind", "target_id", "sha256"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        _one_of("target_kind", TargetKind),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    target_kind: Mapped[TargetKind] = mapped_column(_words(TargetKind))
    target_id: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    parts: Mapped[dict[str, Any]] = mapped_column(JSON)
    first_seen_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Review(Base):
    """What one clinician said of one version. Rows are only ever added.

    ``together`` is how many were sent in one go, and ``seconds`` how long the page of them was open; None for one by
    itself. ``decision`` is what was decided on a point, or what goes for it meanwhile, and ``text`` then the reason; what is
    put off is so ``until`` a day, in UTC, which is also when what is assigned is due and what must be looked at again. Of
    the release, ``decision`` is the digest of how its points were settled. ``person`` is who wrote it, or is to look at it.
    ``proposal`` is what a request for changes proposes, as ``proposed_edit.Proposed`` writes it.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index(None, "target_kind", "target_id"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        _one_of("target_kind", TargetKind),
        _one_of("verdict", Verdict),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"))
    target_kind: Mapped[TargetKind] = mapped_column(_words(TargetKind))
    target_id: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[Verdict] = mapped_column(_words(Verdict))
    text: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    together: Mapped[int | None]
    seconds: Mapped[int | None]
    decision: Mapped[str | None] = mapped_column(Text)
    until: Mapped[date | None] = mapped_column(Date)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("clinician.id"))
    proposal: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    clinician: Mapped[Clinician] = relationship(lazy="joined", innerjoin=True, foreign_keys=[clinician_id])
    person: Mapped[Clinician | None] = relationship(lazy="joined", foreign_keys=[person_id])

    @property
    def target(self) -> Target:
        """Return what was reviewed."""
        return Target(self.target_kind, self.target_id)


class Seen(Base):
    """The version of something that a clinician has marked as seen. It is their own note, and no approval."""

    __tablename__ = "seen"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"), _one_of("target_kind", TargetKind))

    clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"), primary_key=True)
    target_kind: Mapped[TargetKind] = mapped_column(_words(TargetKind), primary_key=True)
    target_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class Place(Base):
    """Where a clinician stopped: what they had open, and in which list, as the query of its address."""

    __tablename__ = "place"
    __table_args__ = (_one_of("target_kind", TargetKind),)

    clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"), primary_key=True)
    target_kind: Mapped[TargetKind] = mapped_column(_words(TargetKind))
    target_id: Mapped[str] = mapped_column(String(200))
    within: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class Notice(Base):
    """How a clinician wants to be told: by mail, and by a feed, of whose secret only the SHA-256 is kept."""

    __tablename__ = "notice"

    clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"), primary_key=True)
    by_mail: Mapped[bool] = mapped_column(default=False)
    feed_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)


class AuditEntry(Base):
    """One link of the audit chain: ``mac`` covers every other column and the entry before it."""

    __tablename__ = "audit_entry"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(254))
    registration: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(254))
    sha256: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_mac: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str] = mapped_column(String(64))
