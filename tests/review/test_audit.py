"""The audit log: whatever is done to it behind its back is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from recommender.review import audit
from recommender.review.audit import Anchor, append, entries, verify
from recommender.review.database import make_engine, open_session
from recommender.review.errors import ReviewRefused
from recommender.review.tables import AuditEntry, Verdict
from recommender.rulebook.targets import Digest, Target
from tests.support.signing import KEY, NewClinician, approve, say, tamper

COUNT = 6


def add(session: Session, key: bytes = KEY, target: str = "rule/any") -> AuditEntry:
    return append(
        session,
        key,
        actor="ann@example.org",
        registration="PH1",
        action="approve",
        target=target,
        sha256="a" * 64,
        details={"words": "d\u00e9j\u00e0 vu", "number": 1.5, "nothing": None},
    )


@pytest.fixture
def log(session: Session) -> tuple[AuditEntry, ...]:
    for number in range(COUNT):
        add(session, target=f"rule/{number}")
    written = entries(session)
    session.commit()
    return written


def test_an_untouched_log_is_intact(session: Session, log: tuple[AuditEntry, ...]) -> None:
    assert verify(session, KEY) == audit.AuditReport(COUNT, log[-1].mac, ())


def test_an_empty_log_is_intact(session: Session) -> None:
    assert verify(session, KEY) == audit.AuditReport(0, "", ())


@pytest.mark.parametrize(
    "change",
    [
        "at = '2020-01-01 00:00:00.000000+00:00'",
        "actor = 'eve@example.org'",
        "registration = ''",
        "action = 'comment'",
        "target = 'rule/other'",
        "sha256 = 'b'",
        """details = '{"words": "other"}'""",
        "details = '[]'",
        "details = 'null'",
        "previous_mac = ''",
        "mac = 'f'",
    ],
)
@pytest.mark.parametrize("number", [1, 3, COUNT])
def test_any_altered_row_is_found(
    engine: Engine, session: Session, log: tuple[AuditEntry, ...], number: int, change: str
) -> None:
    if number == 1 and change.startswith("previous_mac"):
        change = f"previous_mac = '{log[-1].mac}'"
    tamper(engine, f"UPDATE audit_entry SET {change} WHERE number = {number}")
    assert f"Entry {number} " in verify(session, KEY).faults[0]


def test_a_value_of_the_wrong_kind_is_a_fault_and_not_a_crash(
    engine: Engine, session: Session, log: tuple[AuditEntry, ...]
) -> None:
    junk = "'infinity'" if engine.dialect.name == "postgresql" else "'yesterday'"
    tamper(engine, f"UPDATE audit_entry SET at = {junk} WHERE number = 2")
    assert verify(session, KEY).faults


@pytest.mark.parametrize("number", [1, 3, COUNT - 1])
def test_a_removed_row_is_found(engine: Engine, session: Session, log: tuple[AuditEntry, ...], number: int) -> None:
    tamper(engine, f"DELETE FROM audit_entry WHERE number = {number}")
    assert verify(session, KEY).faults[0] == f"Entry {number} is missing."


def test_a_removed_row_is_found_even_when_the_others_close_up(
    engine: Engine, session: Session, log: tuple[AuditEntry, ...]
) -> None:
    tamper(
        engine,
        "DELETE FROM audit_entry WHERE number = 2",
        *(f"UPDATE audit_entry SET number = {number - 1} WHERE number = {number}" for number in range(3, COUNT + 1)),
    )
    assert verify(session, KEY).faults[0].startswith("Entry 2 ")


def test_rows_put_in_another_order_are_found(engine: Engine, session: Session, log: tuple[AuditEntry, ...]) -> None:
    tamper(
        engine,
        "UPDATE audit_entry SET number = 99 WHERE number = 2",
        "UPDATE audit_entry SET number = 2 WHERE number = 3",
        "UPDATE audit_entry SET number = 3 WHERE number = 99",
    )
    assert verify(session, KEY).faults[0].startswith("Entry 2 ")


def test_a_row_appended_without_the_key_is_found(engine: Engine, session: Session, log: tuple[AuditEntry, ...]) -> None:
    tamper(
        engine,
        "INSERT INTO audit_entry SELECT number + 1, at, actor, registration, action, target, sha256, details, mac, mac "
        f"FROM audit_entry WHERE number = {COUNT}",
    )
    report = verify(session, KEY)
    assert report.count == COUNT + 1
    assert report.faults[0].startswith(f"Entry {COUNT + 1} is not as it was written")


def test_nothing_is_added_behind_a_row_that_was_not_written_with_the_key(
    session: Session, log: tuple[AuditEntry, ...]
) -> None:
    with pytest.raises(ReviewRefused, match="AUDIT_KEY"):
        add(session, b"another key, as long as the first one")
    assert verify(session, b"another key, as long as the first one").faults[0].startswith("Entry 1 is not as it")


def test_a_cut_tail_is_found_with_head_and_count_kept_elsewhere(
    engine: Engine, session: Session, log: tuple[AuditEntry, ...]
) -> None:
    kept = Anchor(COUNT, log[-1].mac)
    tamper(engine, f"DELETE FROM audit_entry WHERE number > {COUNT - 2}")
    assert verify(session, KEY).faults == ()
    assert "cut off" in verify(session, KEY, kept).faults[0]


def test_a_cut_tail_is_found_after_the_log_has_grown_again(
    engine: Engine, session: Session, log: tuple[AuditEntry, ...]
) -> None:
    kept = Anchor(COUNT, log[-1].mac)
    tamper(engine, f"DELETE FROM audit_entry WHERE number > {COUNT - 2}")
    session.expunge_all()
    for _ in range(4):
        add(session)
    assert verify(session, KEY).faults == ()
    assert "written anew" in verify(session, KEY, kept).faults[0]


def test_a_log_written_anew_with_the_key_is_found(
    engine: Engine, session: Session, log: tuple[AuditEntry, ...]
) -> None:
    kept = Anchor(COUNT, log[-1].mac)
    tamper(engine, "DELETE FROM audit_entry")
    session.expunge_all()
    for _ in range(COUNT):
        add(session)
    assert verify(session, KEY).faults == ()
    assert "written anew" in verify(session, KEY, kept).faults[0]


def test_head_and_count_kept_elsewhere_still_hold_when_the_log_has_grown(
    session: Session, log: tuple[AuditEntry, ...]
) -> None:
    add(session)
    assert verify(session, KEY, Anchor(COUNT, log[-1].mac)).faults == ()
    assert verify(session, KEY, Anchor(0, "")).faults == ()
    assert verify(session, KEY, Anchor(COUNT, log[0].mac)).faults != ()


def test_four_writers_at_once_keep_one_chain(database_url: str, session: Session) -> None:
    def write(writer: int) -> None:
        engine = make_engine(database_url)
        for number in range(25):
            with open_session(engine) as own:
                own.execute(text("SELECT count(*) FROM audit_entry"))  # reading first must not break the write
                add(own, target=f"rule/{writer}-{number}")
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        for written in [pool.submit(write, writer) for writer in range(4)]:
            written.result()
    report = verify(session, KEY)
    assert (report.count, report.faults) == (100, ())
    assert len({entry.target for entry in entries(session)}) == 100


def test_what_was_undone_leaves_no_entry(engine: Engine, session: Session) -> None:
    add(session)
    session.rollback()
    add(session)
    session.commit()
    assert verify(session, KEY).count == 1


@pytest.mark.parametrize(
    "command, fault",
    [
        ("UPDATE review SET verdict = 'comment' WHERE id = 2", "Review 2 is not what entry 4 says"),
        ("UPDATE review SET text = 'Nothing.' WHERE id = 2", "Review 2 is not what entry 4 says"),
        (f"UPDATE review SET sha256 = '{'d' * 64}' WHERE id = 1", "Review 1 is not what entry 2 says"),
        ("UPDATE review SET clinician_id = 2 WHERE id = 1", "Review 1 is not what entry 2 says"),
        ("UPDATE review SET target_id = 'other' WHERE id = 1", "Review 1 is not what entry 2 says"),
        ("UPDATE clinician SET registration = 'PH9' WHERE id = 1", "Review 1 is not what entry 2 says"),
        ("DELETE FROM review WHERE id = 2", "Review 2 of entry 4 has been removed"),
        (
            "INSERT INTO review SELECT 77, 2, target_kind, target_id, sha256, verdict, text, parent_id, created_at, together, "
            "seconds, decision, until, person_id "
            "FROM review WHERE id = 1",
            "Review 77 stands in no entry",
        ),
    ],
)
def test_a_review_that_was_forged_altered_or_removed_is_found(
    engine: Engine,
    session: Session,
    clinician: NewClinician,
    today: dict[Target, Digest],
    command: str,
    fault: str,
) -> None:
    digest = next(iter(today.values()))
    approve(session, clinician(), digest)
    say(session, clinician(), digest, Verdict.REQUEST_CHANGES)
    session.commit()
    assert verify(session, KEY).faults == ()
    session.commit()
    tamper(engine, command)
    assert fault in verify(session, KEY).faults[0]
