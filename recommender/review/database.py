"""The review database: SQLite beside the service, or PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session as Session

from recommender.errors import RecommenderError
from recommender.review.errors import DatabaseUnavailable
from recommender.review.tables import Base

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_WAIT_SECONDS = 10
# Any two numbers; the same in every process of one service.
_MIGRATION_LOCK, _WRITERS_LOCK = 7_204_001, 7_204_002


class _SqliteConnection(sqlite3.Connection):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        with closing(self.execute("PRAGMA foreign_keys = ON")):
            pass


def engine_options(url: str) -> dict[str, Any]:
    """Return the arguments of ``create_engine`` for a database, ``url`` among them.

    Makes the folder of a SQLite file. Relative paths become absolute, so that they stay the same file wherever the
    process works later.

    Raises:
        RecommenderError: the address cannot be read, or the driver of PostgreSQL is not installed.
        OSError: the folder cannot be made.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise RecommenderError("DATABASE_URL cannot be read as a database address.") from None
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "postgresql":
        if find_spec("psycopg") is None:
            raise RecommenderError("DATABASE_URL names PostgreSQL. Install the extra [postgres] for it.")
        # A database that went away must be noticed within seconds: pages for people do not wait for it.
        waits = {"connect_timeout": "3", "tcp_user_timeout": "5000", "keepalives_idle": "10"}
        given = {name: value for name, value in waits.items() if name not in parsed.query}
        return {"url": parsed, "pool_pre_ping": True, "pool_timeout": 5, "connect_args": given}
    if parsed.database and parsed.database != ":memory:":
        file = Path(parsed.database).resolve()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        parsed = parsed.set(database=str(file))
    # A transaction takes the writers' lock with its first write; reads before it hold nothing, so none goes stale.
    options = {"isolation_level": "IMMEDIATE", "timeout": _WAIT_SECONDS, "factory": _SqliteConnection}
    return {"url": parsed, "connect_args": options}


def make_engine(url: str) -> Engine:
    """Return the engine. Nothing is connected yet, so a database that is away does not stop it."""
    return create_engine(**engine_options(url))


def migrate(engine: Engine) -> None:
    """Bring the database to the tables of this version. Safe to call at every start and from several processes.

    Raises:
        DatabaseUnavailable: it cannot be reached, or was made by a newer version.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        _keep_write_ahead_log(engine)
        with engine.begin() as connection:
            _lock(connection, _MIGRATION_LOCK)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseUnavailable(f"The review database was made by another version: {error}") from error
    except SQLAlchemyError as error:
        raise _unavailable(error) from error


def drift(engine: Engine) -> list[Any]:
    """Return the differences between the migrated database and the tables in code: none, or a migration is missing."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))


@contextmanager
def open_session(engine: Engine) -> Iterator[Session]:
    """Give a session whose work is committed at the end, or undone if an error ends it.

    Raises:
        DatabaseUnavailable: the database cannot be reached or used.
    """
    try:
        with Session(engine) as session, session.begin():
            yield session
    except (DBAPIError, PoolTimeout) as error:
        raise _unavailable(error) from error


def take_writers_lock(session: Session) -> None:
    """Wait until this session is the only writer, until it commits or rolls back.

    Call it before the reads that a write relies on.
    """
    _lock(session.connection(), _WRITERS_LOCK)


def _lock(connection: Connection, number: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
        return
    # SQLite has one lock, for the whole file; a connection that has begun to write holds it already.
    driver = connection.connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection) and not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _keep_write_ahead_log(engine: Engine) -> None:
    """Let readers of a SQLite file go on while somebody writes. The file remembers it."""
    if engine.dialect.name == "sqlite":
        _make_private_file(engine.url.database)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _make_private_file(path: str | None) -> None:
    """Make the file for its owner only, before SQLite makes it for everybody. Its companions take over its mode."""
    if path and path != ":memory:":
        with suppress(OSError):  # SQLite will say what is wrong
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def _unavailable(error: SQLAlchemyError) -> DatabaseUnavailable:
    # Only the kind of error: the driver's own words can hold the address, with its password.
    kind = type(error.orig or error).__name__ if isinstance(error, DBAPIError) else type(error).__name__
    return DatabaseUnavailable(f"The review database cannot be used ({kind}).")
