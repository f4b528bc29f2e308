"""The database: migrations, and what it does while others write or it is away."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from recommender.errors import RecommenderError
from recommender.review import database
from recommender.review.accounts import add_clinician, list_clinicians
from recommender.review.database import drift, make_engine, migrate, open_session, take_writers_lock
from recommender.review.errors import DatabaseUnavailable
from recommender.review.tables import Review, Role, Verdict
from recommender.rulebook.targets import Digest, Target, TargetKind
from tests.support import databases
from tests.support.signing import NewClinician, approve


def test_the_migrations_make_exactly_the_tables_of_the_code(engine: Engine) -> None:
    assert drift(engine) == []
    assert {"clinician", "version", "review", "audit_entry"} <= set(inspect(engine).get_table_names())


def test_a_connection_that_may_not_write_is_not_used_again(tmp_path: Path) -> None:
    """SQLite opens a database for reading only while the folder is write-protected, and never looks again."""
    engine = make_engine(f"sqlite:///{tmp_path / 'review.db'}")
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    harmless = text("UPDATE clinician SET name = name")
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(harmless)
    with engine.begin() as connection:
        connection.execute(harmless)
    engine.dispose()


def test_a_missing_column_is_seen_as_drift(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE clinician DROP COLUMN session_version"))
    assert "session_version" in str(drift(engine))


def test_the_migrations_can_be_taken_back_and_applied_again(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(database._MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert "review" not in inspect(engine).get_table_names()
    migrate(engine)
    assert drift(engine) == []


def test_several_processes_may_migrate_at_the_same_time(empty_url: str) -> None:
    def start() -> None:
        engine = make_engine(empty_url)
        migrate(engine)
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        for started in [pool.submit(start) for _ in range(4)]:
            started.result()
    engine = make_engine(empty_url)
    assert drift(engine) == []
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable, match="another version"):
        migrate(engine)


@pytest.mark.parametrize("table", ["review", "audit_entry"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET sha256 = 'x'"])
def test_the_database_itself_refuses_to_change_or_remove_what_was_said(
    session: Session, clinician: NewClinician, today: dict[Target, Digest], table: str, change: str
) -> None:
    approve(session, clinician(), next(iter(today.values())))
    session.commit()
    with pytest.raises(DatabaseError, match="only ever added"):
        session.execute(text(change.format(table)))


@pytest.mark.parametrize("wrong", [{"sha256": "short"}, {"clinician_id": 999}, {"parent_id": 999}])
def test_the_database_refuses_rows_that_point_nowhere(
    session: Session, clinician: NewClinician, wrong: dict[str, object]
) -> None:
    good = {"clinician_id": clinician().id, "sha256": "a" * 64, "parent_id": None}
    session.add(
        Review(target_kind=TargetKind.RULE, target_id="any", verdict=Verdict.COMMENT, text="words", **{**good, **wrong})
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_somebody_reading_does_not_wait_for_somebody_writing(engine: Engine) -> None:
    with Session(engine) as writing, Session(engine) as reading:
        take_writers_lock(writing)
        assert list_clinicians(reading) == ()
        writing.rollback()


def test_a_session_that_read_before_another_wrote_can_still_write(
    engine: Engine, session: Session, clinician: NewClinician
) -> None:
    list_clinicians(session)
    with open_session(engine) as other:
        add_clinician(other, email="o@example.org", name="Other", registration="O1", role=Role.LEAD, password=None)
    clinician()
    session.commit()
    assert len(list_clinicians(session)) == 2


def test_an_error_undoes_the_whole_piece_of_work(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), open_session(engine) as session:
        add_clinician(session, email="o@example.org", name="Other", registration="O1", role=Role.LEAD, password=None)
        raise ZeroDivisionError
    with open_session(engine) as session:
        assert list_clinicians(session) == ()


def test_a_database_that_is_away_is_said_without_its_address() -> None:
    engine = make_engine("postgresql://somebody:hush-hush@127.0.0.1:1/reviews")
    with pytest.raises(DatabaseUnavailable) as away:
        migrate(engine)
    with pytest.raises(DatabaseUnavailable), open_session(engine) as session:
        list_clinicians(session)
    assert "hush" not in str(away.value)
    engine.dispose()


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    file = tmp_path / "q?x %41 #y" / "review.db"
    engine = make_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    assert file.stat().st_size > 0
    assert [one.name for one in tmp_path.iterdir()] == ["q?x %41 #y"]


def test_an_address_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(RecommenderError, match="cannot be read") as refused:
        make_engine("postgresql//somebody:hush-hush@host")
    assert "hush" not in str(refused.value)


if databases.BINARIES:

    @pytest.mark.deep
    def test_a_database_that_comes_back_is_used_again_and_has_lost_nothing() -> None:
        with databases.own_cluster() as cluster:
            engine = make_engine(cluster.url)
            migrate(engine)
            ann = {"email": "ann@example.org", "name": "Ann Lee", "registration": "PH1"}
            with open_session(engine) as session:
                add_clinician(session, **ann, role=Role.LEAD, password=None)
            cluster.stop()
            try:
                with pytest.raises(DatabaseUnavailable), open_session(engine) as session:
                    list_clinicians(session)
            finally:
                cluster.start()
            with open_session(engine) as session:
                assert [clinician.email for clinician in list_clinicians(session)] == ["ann@example.org"]
            engine.dispose()


def test_a_new_sqlite_file_and_its_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'review.db'}")
    migrate(engine)
    engine.dispose()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "review.db").stat().st_mode) == 0o600


def test_a_record_of_before_is_carried_over_whole_and_stays_append_only(empty_url: str) -> None:
    """The migration of the gate makes three tables anew on SQLite: rows, what points at them, and the guards remain."""
    engine = make_engine(empty_url)
    _upgrade(engine, "0002")
    at = "'2026-11-01 12:00:00'" if engine.dialect.name == "sqlite" else "'2026-11-01T12:00:00+00:00'"
    no = "0" if engine.dialect.name == "sqlite" else "false"
    sha = "'" + "a" * 64 + "'"
    review = (
        "INSERT INTO review (id, clinician_id, target_kind, target_id, sha256, verdict, text, parent_id, created_at) "
    )
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO clinician (id, email, name, registration, role, disabled, session_version, created_at) "
                f"VALUES (7, 'ann@example.org', 'Ann', 'PH1', 'lead', {no}, 1, {at})"
            )
        )
        connection.execute(
            text(
                "INSERT INTO version (id, target_kind, target_id, sha256, parts, first_seen_at) "
                f"VALUES (1, 'rule', 'RF-E01', {sha}, '{{}}', {at})"
            )
        )
        for number, parent in ((1, "NULL"), (2, "1")):
            connection.execute(
                text(f"{review} VALUES ({number}, 7, 'rule', 'RF-E01', {sha}, 'comment', 'words', {parent}, {at})")
            )
    migrate(engine)
    assert drift(engine) == []
    with Session(engine) as session:
        assert [(one.id, one.parent_id, one.together, one.decision) for one in session.scalars(select(Review))] == [
            (1, None, None, None),
            (2, 1, None, None),
        ]
        assert session.get_one(Review, 2).clinician.role is Role.LEAD
    for change in ("UPDATE review SET text = 'other'", "DELETE FROM review"):
        with pytest.raises(DatabaseError, match="only ever added"), engine.begin() as connection:
            connection.execute(text(change))
    with engine.begin() as connection:
        connection.execute(text(f"{review} VALUES (3, 7, 'page', 'A', {sha}, 'answer', 'words', 2, {at})"))
    for wrong in ("'made_up', 'A'", "'page', 'A'"):
        clinician = 7 if "made_up" in wrong else 8
        with pytest.raises(DatabaseError), engine.begin() as connection:
            connection.execute(text(f"{review} VALUES (4, {clinician}, {wrong}, {sha}, 'answer', 'words', 2, {at})"))
    engine.dispose()


def _upgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(database._MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_a_record_with_a_proposed_edit_is_not_taken_back(engine: Engine) -> None:
    """An older version could not tell that a request carries an edit, so the migration stays."""
    with engine.begin() as connection:
        connection.execute(text(_A_CLINICIAN))
        connection.execute(text(_A_REQUEST_WITH_AN_EDIT))
    config = Config()
    config.set_main_option("script_location", str(database._MIGRATIONS))
    with pytest.raises(RuntimeError, match="proposed edits"), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
    assert drift(engine) == []


_A_CLINICIAN = (
    "INSERT INTO clinician (id, email, name, registration, role, disabled, session_version, created_at) "
    "VALUES (1, 'a@example.org', 'A', 'PH-1', 'reviewer', false, 1, '2026-01-01')"
)
_A_REQUEST_WITH_AN_EDIT = (
    "INSERT INTO review (clinician_id, target_kind, target_id, sha256, verdict, text, created_at, proposal) "
    f"VALUES (1, 'rule', 'CI-A12', '{'0' * 64}', 'request_changes', 'x', '2026-01-01', '{{}}')"
)
