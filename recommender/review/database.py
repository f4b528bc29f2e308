"""The review database: SQLite beside the service, or PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Dialect, Engine, ExceptionContext, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session as Session

from recommender.errors import RecommenderError
from recommender.review.errors import DatabaseUnavailable
from recommender.review.files import new_file
from recommender.review.tables import Base

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_SQLITE_WAIT_SECONDS = 5
_LOCKED = "transaction that holds the writers' lock"
# Any two numbers; the same in every process of one service.
_MIGRATION_LOCK, _WRITERS_LOCK, _TRIES_LOCK = 7_204_001, 7_204_002, 7_204_003


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a database may take: over a statement, over a lock that another holds, over a whole piece of work.

    PostgreSQL keeps to the first two by itself. One that does not answer at all is left after ``statement`` seconds and
    one more. Of the last only the time counts that is waited for the database: a page may take long for other reasons.
    """

    statement: float
    lock: float
    work: float


# A page of the review room says so after a few seconds, and no thread of the service is held for longer.
FOR_PAGES = Patience(statement=8, lock=6, work=120)
# An operator waits for a large record, and for whoever is writing.
FOR_OPERATORS = Patience(statement=300, lock=20, work=3600)


class Allowance:
    """How many seconds of waiting are left: ``statement`` at once, and what is left of a piece of work altogether."""

    def __init__(self, patience: Patience) -> None:
        self._statement = patience.statement + 1
        self.work = float("inf")

    @contextmanager
    def waiting(self) -> Iterator[float]:
        """Give the seconds that one wait may take, and count what it took."""
        piece = _work.get() or self
        begun = time.monotonic()
        try:
            yield max(0.0, min(self._statement, piece.work))
        finally:
            piece.work -= time.monotonic() - begun


_work: ContextVar[Allowance | None] = ContextVar("work", default=None)


@contextmanager
def bounded_work(patience: Patience) -> Iterator[None]:
    """Let the waits for a database inside take no longer altogether than one piece of work may."""
    piece = Allowance(patience)
    piece.work = patience.work
    token = _work.set(piece)
    try:
        yield
    finally:
        _work.reset(token)


class _SqliteConnection(sqlite3.Connection):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        with closing(self.execute("PRAGMA foreign_keys = ON")):
            pass


def database_address(url: str) -> URL:
    """Return the address in its parts. Of a SQLite file all that follows is its name, question marks too.

    Raises:
        RecommenderError: the address cannot be read.
    """
    scheme, separator, file = url.partition(":///")
    if (scheme, separator) == ("sqlite", ":///"):
        return URL.create(scheme, database=file or None)
    try:
        return make_url(url)
    except ArgumentError:
        raise RecommenderError("DATABASE_URL cannot be read as a database address.") from None


def engine_options(url: str, patience: Patience = FOR_PAGES) -> dict[str, Any]:
    """Return the arguments of ``create_engine`` for a database, ``url`` among them.

    Makes the folder of a SQLite file. Relative paths become absolute, so that they stay the same file wherever the
    process works later.

    Raises:
        RecommenderError: the address cannot be read, or the driver of PostgreSQL is not installed.
        OSError: the folder cannot be made.
    """
    parsed = database_address(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "postgresql":
        if find_spec("psycopg") is None:
            raise RecommenderError("DATABASE_URL names PostgreSQL. Install the extra [postgres] for it.")
        # A database that went away must be noticed within seconds.
        waits = {"connect_timeout": "3", "tcp_user_timeout": "5000", "keepalives_idle": "10"}
        given = {name: value for name, value in waits.items() if name not in parsed.query}
        return {"url": parsed, "pool_pre_ping": True, "pool_timeout": patience.lock, "connect_args": given}
    if parsed.database and parsed.database != ":memory:":
        file = Path(parsed.database).resolve()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        parsed = parsed.set(database=str(file))
    # A transaction takes the writers' lock with its first write; reads before it hold nothing, so none goes stale.
    options = {
        "isolation_level": "IMMEDIATE",
        "timeout": max(_SQLITE_WAIT_SECONDS, patience.lock),
        "factory": _SqliteConnection,
    }
    pool = {"pool_timeout": patience.lock} if parsed.database and parsed.database != ":memory:" else {}
    return {"url": parsed, "connect_args": options, **pool}


def make_engine(url: str, patience: Patience = FOR_PAGES) -> Engine:
    """Return the engine. Nothing is connected yet, so a database that is away does not stop it."""
    engine = create_engine(**engine_options(url, patience))
    if engine.dialect.name == "postgresql":
        _bound(engine, patience)
    else:
        _give_up_read_only(engine)
    return engine


def _give_up_read_only(engine: Engine) -> None:
    """Let no connection be used again that may not write: SQLite makes such a one while the folder is write-protected."""

    @event.listens_for(engine, "handle_error")
    def look(context: ExceptionContext) -> None:
        code = getattr(context.original_exception, "sqlite_errorcode", 0)
        if code & 0xFF == sqlite3.SQLITE_READONLY:
            context.is_disconnect = True


def _bound(engine: Engine, patience: Patience) -> None:
    """Make every connection of an engine keep to its patience, whatever the server does."""
    from recommender.review.bounded_connection import BoundedConnection

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, record: object, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        return BoundedConnection.open(Allowance(patience).waiting, *arguments, **named)

    @event.listens_for(engine, "connect")
    def limit(connection: Any, record: object) -> None:
        milliseconds = {
            "statement_timeout": patience.statement,
            "lock_timeout": patience.lock,
            "idle_in_transaction_session_timeout": patience.work,
        }
        for name, value in milliseconds.items():
            connection.execute(f"SET {name} = {int(value * 1000)}")
        connection.commit()


def migrate(engine: Engine, before_first: Callable[[], None] = lambda: None) -> None:
    """Bring the database to the tables of this version. Safe to call at every start and from several processes.

    ``before_first`` is called where there is no database yet, before it is made. A file that is there is one, whatever
    is in it.

    Raises:
        DatabaseUnavailable: it cannot be reached, or was made by a newer version.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
            before_first()
        _keep_write_ahead_log(engine)
        with engine.begin() as connection:
            _lock(connection, _MIGRATION_LOCK)
            if engine.dialect.name == "postgresql" and not inspect(connection).has_table("alembic_version"):
                before_first()
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
    transaction = session.get_transaction()
    if transaction is not None and session.info.get(_LOCKED) is transaction:
        return  # a whole group is signed in one, and each question costs a way to the server and back
    _lock(session.connection(), _WRITERS_LOCK)
    session.info[_LOCKED] = session.get_transaction()


def take_tries_lock(session: Session) -> None:
    """Wait until this session is the only one that counts tries to sign in. It holds up nobody who signs."""
    _lock(session.connection(), _TRIES_LOCK)


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
        with suppress(OSError):  # it is there, or SQLite will say what is wrong
            os.close(new_file(Path(path)))


def _unavailable(error: SQLAlchemyError) -> DatabaseUnavailable:
    # Only the kind of error: the driver's own words can hold the address, with its password.
    kind = type(error.orig or error).__name__ if isinstance(error, DBAPIError) else type(error).__name__
    return DatabaseUnavailable(f"The review database cannot be used ({kind}).")
