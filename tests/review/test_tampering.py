"""What somebody writes who holds the database but not the key: it counts for nothing, and is named."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from recommender.models.content import Content
from recommender.review import audit
from recommender.review import record_consistency as agreement
from recommender.review.accounts import clinician_by_oidc, disable, reset_password
from recommender.review.audit import append_account, verify
from recommender.review.errors import ReviewRefused
from recommender.review.release import approve_release, needed, status
from recommender.review.reviews import standing, version_parts
from recommender.review.tables import AuditEntry, Base, Clinician, Review, Role, Verdict
from recommender.rulebook.targets import RELEASE, Digest, Target
from tests.support.signing import KEY, NewClinician, approve, changed, say, tamper

NESTED = "[" * 2000 + "]" * 2000
# On SQLite any value fits any column. PostgreSQL takes only its kind, so there the last of each list is left.
JUNK = ("x'00ff'", "CAST(x'ff' AS TEXT)", f"'{NESTED}'", "17", "''")
FITTING = {
    "details": ("""'{"review": []}'""", """'{"review": {}}'""", f"'{NESTED}'", "'[]'", "'null'", "'7'"),
    "at": ("'infinity'", "'2020-01-01'"),
    "created_at": ("'-infinity'", "'2020-01-01'"),
    "target_kind": ("'exercise'",),
    "verdict": ("'comment'",),
    "sha256": (f"'{'f' * 64}'",),
    "number": ("99999",),
    "id": ("99999",),
    "clinician_id": ("2",),
    "parent_id": ("1",),
    "person_id": ("1",),
    "together": ("7",),
    "seconds": ("7",),
    "proposal": ("'{}'", """'{"patch": "other"}'"""),
    "until": ("'infinity'", "'2020-01-01'"),
}
COLUMNS = [(table, column.name) for table in (AuditEntry, Review) for column in table.__table__.columns]


@pytest.fixture
def lead(session: Session, clinician: NewClinician) -> Clinician:
    return clinician(role=Role.LEAD)


def junk(column: str, dialect: str) -> tuple[str, ...]:
    fitting = FITTING.get(column, ("'other'", "''"))
    if dialect == "postgresql":
        return fitting
    return fitting if column in ("number", "id") else (*fitting, *JUNK)


@pytest.mark.parametrize("table, column", COLUMNS)
def test_whatever_is_written_into_a_row_is_a_named_fault_and_never_a_crash(
    engine: Engine,
    session: Session,
    clinician: NewClinician,
    lead: Clinician,
    content: Content,
    today: dict[Target, Digest],
    table: type[Base],
    column: str,
) -> None:
    approve(session, clinician(), today[needed(today)[0]])
    say(session, lead, today[RELEASE], Verdict.REQUEST_CHANGES)
    session.commit()
    name, key = table.__tablename__, table.__table__.primary_key.columns[0].name
    last = session.execute(text(f"SELECT max({key}) FROM {name}")).scalar_one()
    session.commit()
    (before,) = session.execute(text(f"SELECT {column} FROM {name} WHERE {key} = {last}")).one()
    session.commit()
    for value in junk(column, engine.dialect.name):
        if value == "''" and before == "":
            continue
        changes = (f"UPDATE {name} SET {column} = {value} WHERE {key} = {last}",)
        with Session(engine, expire_on_commit=False) as own:
            tamper(engine, *changes)
            assert verify(own, KEY).faults, value[:40]
            own.rollback()
            signer = own.get_one(Clinician, lead.id)
            with pytest.raises(ReviewRefused, match="record"):
                approve_release(own, KEY, signer, content, today, 1, seen=today[RELEASE].sha256)
            own.rollback()
            assert not status(own, content, today, 1, KEY).is_approved
        if column in ("number", "id"):
            return


def test_reviews_written_into_the_database_approve_nothing(
    engine: Engine, session: Session, clinician: NewClinician, content: Content, today: dict[Target, Digest]
) -> None:
    readers = [clinician(role=Role.READER), clinician(role=Role.READER)]
    for reader in readers:
        disable(session, reader)
        append_account(session, KEY, "disable_clinician", reader)
    session.commit()
    targets = [*needed(today), RELEASE]
    rows = [
        f"({reader.id}, '{target.kind}', '{target.id}', '{today[target].sha256}', 'approve', '', '2026-01-01')"
        for reader in readers
        for target in targets
    ]
    columns = "clinician_id, target_kind, target_id, sha256, verdict, text, created_at"
    tamper(engine, f"INSERT INTO review ({columns}) VALUES {', '.join(rows)}")
    found = status(session, content, today, 2, KEY)
    assert (found.is_approved, found.is_ready, found.approvals) == (False, False, ())
    assert set(found.missing) == set(needed(today))
    assert found.faults[0] == "Review 1 stands in no entry."
    assert not any(stands.approvals for stands in standing(session, today, 2, KEY).values())


def test_a_forged_entry_bears_nothing_out(
    engine: Engine, session: Session, clinician: NewClinician, today: dict[Target, Digest]
) -> None:
    target, digest = next(iter(today.items()))
    approve(session, clinician(), digest)
    session.commit()
    assert standing(session, today, 1, KEY)[target].is_approved
    assert not standing(session, today, 1, b"another key, as long as the first one")[target].is_approved
    session.rollback()
    tamper(engine, f"UPDATE audit_entry SET mac = '{'0' * 64}' WHERE number = 2")
    assert not standing(session, today, 1, KEY)[target].is_approved


@pytest.mark.parametrize(
    "role, target, fault",
    [
        (Role.READER, None, True),
        (Role.REVIEWER, None, False),
        (Role.REVIEWER, RELEASE, True),
        (Role.LEAD, RELEASE, False),
    ],
)
def test_an_entry_bears_out_only_what_its_role_may_do(
    session: Session,
    clinician: NewClinician,
    today: dict[Target, Digest],
    role: Role,
    target: Target | None,
    fault: bool,
) -> None:
    review = approve_as(session, clinician(), today[target or next(iter(today))], role)
    signed = standing(session, today, 1, KEY)[review.target].approvals
    assert bool(signed) is not fault
    assert any("in a role that may not" in found for found in verify(session, KEY).faults) is fault


def approve_as(session: Session, who: Clinician, digest: Digest, role: Role) -> Review:
    """Write a true entry in a role, as code with a mistake in it would."""
    review = Review(
        clinician=who, target_kind=digest.target.kind, target_id=digest.target.id, sha256=digest.sha256,
        verdict=Verdict.APPROVE, text="",
    )  # fmt: skip
    session.add(review)
    session.flush()
    audit.append(
        session, KEY, actor=who.email, registration=who.registration, action="approve",
        target=agreement.review_target(review), sha256=digest.sha256,
        details={**agreement.review_details(review), "name": who.name, "role": role.value},
    )  # fmt: skip
    return review


@pytest.mark.parametrize(
    "change",
    [
        "name = 'Professor Eve'",
        "registration = 'PH9'",
        "role = 'lead'",
        "password_hash = 'of another password'",
        "disabled = NOT disabled",
        "email = 'eve@example.org'",
    ],
)
def test_a_changed_account_is_found(
    engine: Engine, session: Session, clinician: NewClinician, today: dict[Target, Digest], change: str
) -> None:
    ann = clinician(name="Ann Lee")
    reset_password(session, ann, "correct horse battery")
    append_account(session, KEY, "reset_password", ann)
    session.commit()
    assert verify(session, KEY).faults == ()
    session.rollback()
    tamper(engine, f"UPDATE clinician SET {change}")
    assert verify(session, KEY).faults[0].startswith("Account 1 ")


def test_a_signature_names_who_signed_whatever_the_account_is_called_since(
    engine: Engine, session: Session, clinician: NewClinician, today: dict[Target, Digest]
) -> None:
    target, digest = next(iter(today.items()))
    approve(session, clinician(name="Ann Lee"), digest)
    session.commit()
    tamper(engine, "UPDATE clinician SET name = 'Professor Eve', role = 'lead'")
    session.expire_all()
    (signed,) = standing(session, today, 1, KEY)[target].approvals
    assert (signed.name, signed.registration, signed.role) == ("Ann Lee", "PH1", Role.REVIEWER)


def test_an_account_that_was_written_into_the_database_is_found(
    engine: Engine, session: Session, clinician: NewClinician
) -> None:
    clinician()
    session.commit()
    columns = "name, registration, role, password_hash, disabled, session_version, created_at"
    tamper(
        engine, f"INSERT INTO clinician (id, email, {columns}) SELECT 7, 'eve@example.org', {columns} FROM clinician"
    )
    assert verify(session, KEY).faults == ("Account 7 stands in no entry.",)


def test_a_role_that_was_raised_only_for_a_signature_is_found(
    engine: Engine, session: Session, clinician: NewClinician, today: dict[Target, Digest]
) -> None:
    eve = clinician(role=Role.READER)
    session.commit()
    tamper(engine, "UPDATE clinician SET role = 'reviewer'")
    session.refresh(eve)
    approve(session, eve, next(iter(today.values())))
    session.commit()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE clinician SET role = 'reader'")
    assert verify(session, KEY).faults == ("Entry 2 was signed by an account that was not as the operator made it.",)


def test_kept_words_that_were_changed_are_found_and_not_compared_with(
    engine: Engine, session: Session, clinician: NewClinician, today: dict[Target, Digest]
) -> None:
    digest = next(iter(today.values()))
    approve(session, clinician(), digest)
    approve(session, clinician(), changed(digest))
    session.commit()
    tamper(engine, 'UPDATE version SET parts = \'{"title": "what was never signed"}\' WHERE id = 1')
    assert version_parts(session, digest.target, digest.sha256) is None
    assert version_parts(session, digest.target, changed(digest).sha256) == changed(digest).parts
    assert verify(session, KEY).faults == (f"Version 1 of rule/{digest.target.id} is not as it was kept.",)


@pytest.mark.parametrize("parts", [f"'{NESTED}'", "'[]'", "'null'", """'"\\ud800"'"""])
def test_kept_words_that_cannot_be_read_are_a_fault_and_not_a_crash(
    engine: Engine, session: Session, clinician: NewClinician, today: dict[Target, Digest], parts: str
) -> None:
    digest = next(iter(today.values()))
    approve(session, clinician(), digest)
    session.commit()
    tamper(engine, f"UPDATE version SET parts = {parts}")
    assert version_parts(session, digest.target, digest.sha256) is None
    assert verify(session, KEY).faults


def test_kept_words_that_were_removed_are_found(
    engine: Engine, session: Session, clinician: NewClinician, today: dict[Target, Digest]
) -> None:
    approve(session, clinician(), next(iter(today.values())))
    session.commit()
    tamper(engine, "DELETE FROM version")
    assert verify(session, KEY).faults == ("The version that review 1 is of has been removed.",)


def test_an_account_tied_to_somebody_elses_sign_on_is_a_fault(
    engine: Engine, session: Session, clinician: NewClinician
) -> None:
    ann = clinician()
    assert clinician_by_oidc(session, KEY, "issuer subject-ann", ann.email) is ann
    session.commit()
    assert verify(session, KEY).faults == ()
    session.rollback()
    tamper(engine, f"UPDATE clinician SET oidc_subject = 'issuer subject-eve' WHERE id = {ann.id}")
    assert verify(session, KEY).faults == (f"Account {ann.id} is not what entry 2 says of it.",)
