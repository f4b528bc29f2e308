"""The review database as the pages use it: one session for each request, and a calm page while it is away.

Plain sessions rather than Flask-SQLAlchemy-Lite: that runs an event loop at the end of every request, for asynchronous
sessions that we do not have, and so takes 0.7 ms from pages that never ask the database for anything.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, current_app, g, make_response, render_template, request
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

from recommender.review.database import FOR_PAGES, bounded_work, database_address, make_engine, migrate
from recommender.review.errors import DatabaseUnavailable, Unreadable
from recommender.review.keys import KeyGone, prepare_record
from recommender.review.rows import rows
from recommender.review.tables import Clinician, Review
from recommender.settings import Settings
from recommender.web.core.state import log, log_place, site_address

if TYPE_CHECKING:
    from recommender.review.mail import Mailer
    from recommender.review.notices import Told

MAILER = "review_mailer"

# What a database that is stopped, out of reach or too busy raises, from the first connection to the last commit.
AWAY = (DatabaseUnavailable, OperationalError, InterfaceError, TimeoutError)
_EXTENSION = _SESSION = "review_database"
_TURN = "review_turn"
# After no answer one request at a time tries again, for so long; a turn is waited for while the database does answer.
_AWAY_SECONDS, _TURN_SECONDS = 10.0, 2.0


class Busy(DatabaseUnavailable):
    """It may well answer, but not this request now."""


class Database:
    """Opens sessions on one database with all its tables.

    Nothing is connected to, and no file is made, before the first one: a database that is away does not stop the start.
    Of the ``threads`` of a process the database may hold all but one, and one at most while it does not answer, so that
    pages for people are served whatever it does.
    """

    def __init__(self, url: str, threads: int, prepare: Callable[[Engine], None] = migrate) -> None:
        self._url = url
        self._prepare = prepare
        self._places = threading.BoundedSemaphore(max(1, threads - 1))
        self._probe = threading.Lock()
        self._away_until = 0.0
        self._is_file = database_address(url).get_backend_name() == "sqlite"
        self._engine = None if self._is_file else make_engine(url)
        self._is_migrated = False
        self._preparing = threading.Lock()

    @property
    def is_empty(self) -> bool:
        """Return whether it is a file that nobody has made yet, so that there is nothing in it to ask for."""
        return self._is_file and not Path(database_address(self._url).database or "").exists()

    @property
    def engine(self) -> Engine:
        """Return the engine.

        Raises:
            one of AWAY: the database cannot be reached.
        """
        if self._engine is not None and self._is_migrated:
            return self._engine
        if not self._preparing.acquire(timeout=FOR_PAGES.lock):
            raise Busy("The review database is still being prepared.")
        try:
            try:
                self._engine = self._engine or make_engine(self._url)
            except OSError as error:
                raise DatabaseUnavailable("The folder of the review database cannot be made.") from error
            if not self._is_migrated:
                self._prepare(self._engine)
                self._is_migrated = True
        finally:
            self._preparing.release()
        return self._engine

    @property
    def is_away(self) -> bool:
        """Return whether it did not answer within the last seconds."""
        return time.monotonic() < self._away_until

    def note(self, *, is_away: bool) -> None:
        """Remember whether it answered just now."""
        self._away_until = time.monotonic() + _AWAY_SECONDS if is_away else 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold one of the places for work on the database.

        Raises:
            Busy: there is none.
        """
        is_away = self.is_away
        place = self._probe if is_away else self._places
        if not (place.acquire(blocking=False) if is_away else place.acquire(timeout=_TURN_SECONDS)):
            raise Busy("Too many wait for the review database.")
        try:
            with bounded_work(FOR_PAGES):
                yield
        finally:
            place.release()

    @contextmanager
    def session_beside(self) -> Iterator[Session]:
        """Give a session for work beside the requests. What is not committed is undone.

        Raises:
            one of AWAY: the database cannot be reached.
        """
        with bounded_work(FOR_PAGES), Session(self.engine) as session:
            yield session

    def close(self) -> None:
        """Close every connection that is not in use."""
        if self._engine is not None:
            self._engine.dispose()


def install_database(app: Flask, settings: Settings) -> Database:
    """Return the database of an application, and close the session of a request when that ends.

    Raises:
        RecommenderError: the address cannot be used.
    """
    database = Database(settings.database_url, settings.threads, lambda engine: prepare_record(engine, settings))
    app.extensions[_EXTENSION] = database

    @app.teardown_appcontext
    def close_session(error: BaseException | None) -> None:
        g.pop(_SESSION, None)
        turn: ExitStack | None = g.pop(_TURN, None)
        if turn is not None:
            turn.close()

    return database


def current_database() -> Database:
    """Return the database of the application that handles this request."""
    database: Database = current_app.extensions[_EXTENSION]
    return database


def review_session() -> Session:
    """Return the session of this request. What is not committed is undone.

    Raises:
        one of AWAY: the database cannot be reached.
    """
    if _SESSION not in g:
        database = current_database()
        if _TURN not in g:
            turn = ExitStack()
            turn.enter_context(database.turn())
            setattr(g, _TURN, turn)
        setattr(g, _SESSION, g.get(_TURN).enter_context(Session(database.engine)))
    opened: Session = g.get(_SESSION)
    return opened


def every_review(session: Session) -> Sequence[Review]:
    """Return everything that anybody said, oldest first.

    Raises:
        Unreadable: somebody put a value there that no code of ours would write.
    """
    return rows(session, Review)


def answer_while_away(blueprint: Blueprint) -> None:
    """Give every page of a blueprint the same answers when the record cannot be used, with the words just typed.

    While the database is away, or the key of the record, 503; when it holds what cannot be read 500.
    """
    blueprint.register_error_handler(KeyGone, _key_gone)
    for kind in AWAY:
        blueprint.register_error_handler(kind, _away)
    blueprint.register_error_handler(Unreadable, _unreadable)


def _away(error: Exception) -> Response:
    is_busy = isinstance(error, Busy)
    if is_busy:
        log.warning("review room: %s", error)
    else:
        log_place(error)
        current_database().note(is_away=True)
    response = make_response(render_template("review/away.html", typed=_typed(), is_busy=is_busy), 503)
    response.headers["Retry-After"] = "5" if is_busy else "60"
    return response


def _key_gone(error: KeyGone) -> Response:
    log.critical("%s", error)
    return make_response(render_template("review/key_gone.html", typed=_typed()), 503)


def _unreadable(error: Exception) -> Response:
    log_place(error)
    return make_response(render_template("review/unreadable.html", typed=_typed()), 500)


def _typed() -> str:
    return request.form.get("text", "") if request.method == "POST" else ""


def tell_by_mail(find: Callable[[], Iterable[tuple[Clinician, Told]]]) -> None:
    """Post a letter to each whom something concerns."""
    mailer: Mailer = current_app.extensions[MAILER]
    mailer.tell(find, site_address("review.overview") or "")  # without SITE_URL read_settings takes no mail server
