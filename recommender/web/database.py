"""The review database as the pages use it: one session for each request, and a calm page while it is away.

Plain sessions rather than Flask-SQLAlchemy-Lite: that runs an event loop at the end of every request, for asynchronous
sessions that we do not have, and so takes 0.7 ms from pages that never ask the database for anything.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, g, make_response, render_template, request
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

from recommender.review import audit
from recommender.review.database import make_engine, migrate
from recommender.review.errors import DatabaseUnavailable
from recommender.review.tables import Review
from recommender.settings import Settings
from recommender.web.site import log_place

# What a database that is stopped, out of reach or too busy raises, from the first connection to the last commit.
AWAY = (DatabaseUnavailable, OperationalError, InterfaceError, TimeoutError)
_EXTENSION = _SESSION = "review_database"


class Database:
    """Opens sessions on one database with all its tables.

    Nothing is connected to, and no file is made, before the first one: a database that is away does not stop the start.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._is_file = make_url(url).get_backend_name() == "sqlite"
        self._engine = None if self._is_file else make_engine(url)
        self._is_migrated = False
        self._preparing = threading.Lock()

    @property
    def is_empty(self) -> bool:
        """Return whether it is a file that nobody has made yet, so that there is nothing in it to ask for."""
        return self._is_file and not Path(make_url(self._url).database or "").exists()

    @property
    def engine(self) -> Engine:
        """Return the engine.

        Raises:
            one of AWAY: the database cannot be reached.
        """
        with self._preparing:
            try:
                self._engine = self._engine or make_engine(self._url)
            except OSError as error:
                raise DatabaseUnavailable("The folder of the review database cannot be made.") from error
            if not self._is_migrated:
                migrate(self._engine)
                self._is_migrated = True
        return self._engine

    def close(self) -> None:
        """Close every connection that is not in use."""
        if self._engine is not None:
            self._engine.dispose()


def install_database(app: Flask, settings: Settings) -> None:
    """Prepare the database of an application, and close the session of a request when that ends.

    Raises:
        RecommenderError: the address cannot be used.
    """
    app.extensions[_EXTENSION] = Database(settings.database_url)

    @app.teardown_appcontext
    def close_session(error: BaseException | None) -> None:
        opened: Session | None = g.pop(_SESSION, None)
        if opened is not None:
            opened.close()


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
        setattr(g, _SESSION, Session(current_database().engine))
    opened: Session = g.get(_SESSION)
    return opened


def short_session() -> Session:
    """Return a session for a with statement, for work beside that of the request.

    Raises:
        one of AWAY: the database cannot be reached.
    """
    return Session(current_database().engine)


def every_review(session: Session) -> Sequence[Review]:
    """Return everything that anybody said, oldest first.

    Raises:
        Unreadable: somebody put a value there that no code of ours would write.
    """
    return audit.rows(session, Review)


def answer_while_away(blueprint: Blueprint) -> None:
    """Give every page of a blueprint the same answers when the record cannot be used, with the words just typed.

    While the database is away 503; when it holds what cannot be read 500.
    """
    for kind in AWAY:
        blueprint.register_error_handler(kind, _away)
    blueprint.register_error_handler(audit.Unreadable, _unreadable)


def _away(error: Exception) -> Response:
    log_place(error)
    response = make_response(render_template("review/away.html", typed=_typed()), 503)
    response.headers["Retry-After"] = "60"
    return response


def _unreadable(error: Exception) -> Response:
    log_place(error)
    return make_response(render_template("review/unreadable.html", typed=_typed()), 500)


def _typed() -> str:
    return request.form.get("text", "") if request.method == "POST" else ""
