"""Makes and reads signed links, and keeps for a while that the question before a session was answered. Nothing else."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from flask import Flask, Request, Response, current_app

from recommender.models.content import Content
from recommender.presentation.linked_routine import LinkedRoutine, from_data, is_of, to_data
from recommender.settings import Settings
from recommender.web.core.cookie_store import TOLERANCE_SECONDS, CookieStore, Seal, unpacked

LINK_DAYS = 28
"""For how long a link leads to its routine."""
SESSION = "session"
# A session goes on for so long without asking its question anew.
_SESSION_SECONDS = 2 * 3600
_EXTENSION = "link_store"


class Refused(Enum):
    """Why a link leads to no routine. The values are what the reply is.

    One that is held is of before a stop, and the questions have been begun again since.
    """

    UNKNOWN = 404
    EXPIRED = 410
    OTHER_RULES = 409
    HELD = 403


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may be used, and when the answers were given that its routine follows from."""

    token: str
    routine: LinkedRoutine
    made: datetime

    @property
    def ends(self) -> datetime:
        """Return when it leads to its routine no longer."""
        return self.made + timedelta(days=LINK_DAYS)


@dataclass(frozen=True, slots=True)
class Session:
    """That the question was answered with "no" for one link; or is answered again, because of a wrong tick.

    ``correcting`` is then the id of the stop that the first answer led to.
    """

    link: str
    correcting: str | None = None


class LinkStore:
    """The links of one application, and the cookie of a session by link."""

    def __init__(self, settings: Settings) -> None:
        self._seal = Seal(settings, "routine link, version 1")
        self._session: CookieStore[Session] = CookieStore(SESSION, settings, _session_data, _session_of)

    def link_to(self, routine: LinkedRoutine, content: Content, made: datetime) -> str:
        """Return the token of a link to a routine that follows from answers of that moment."""
        return self._seal.lock(to_data(routine, content), made.timestamp())

    def read(self, token: str, content: Content) -> Link | Refused:
        """Return the link, or why it leads to no routine.

        A routine of other rules is refused, not checked again: whether it still fits cannot be known without the answers,
        and a link holds none.
        """
        unlocked = self._seal.unlock(token)
        data = unpacked(unlocked[0]) if unlocked else None
        if unlocked is None or data is None:
            return Refused.UNKNOWN
        made = datetime.fromtimestamp(unlocked[1], UTC)
        age = time.time() - made.timestamp()
        if age < -TOLERANCE_SECONDS:
            return Refused.UNKNOWN
        if age > LINK_DAYS * 24 * 3600:
            return Refused.EXPIRED
        if not is_of(data, content):
            return Refused.OTHER_RULES
        routine = from_data(data, content)
        return Refused.UNKNOWN if routine is None else Link(token, routine, made)

    def session(self, request: Request) -> Session | None:
        """Return the session by link of this browser, if one was begun not long ago."""
        return self._session.read(request, _SESSION_SECONDS)

    def begin(self, response: Response, session: Session) -> None:
        """Have the browser keep a session for as long as it may go on."""
        self._session.write(response, session, _SESSION_SECONDS)

    def end(self, response: Response) -> None:
        """Take the session back."""
        self._session.clear(response)


def digest(token: str) -> str:
    """Return what a session calls its link: a link too long for a cookie, and one that is made anew, differ all the same."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()[:16]


def _session_data(session: Session) -> dict[str, Any]:
    return {"link": session.link} | ({"correcting": session.correcting} if session.correcting else {})


def _session_of(data: Mapping[str, Any]) -> Session | None:
    link, correcting = data.get("link"), data.get("correcting")
    return Session(link, str(correcting) if correcting else None) if isinstance(link, str) else None


def install_links(app: Flask, settings: Settings) -> None:
    """Let an application make links to routines."""
    app.extensions[_EXTENSION] = LinkStore(settings)


def link_store() -> LinkStore:
    """Return the store of the application that handles this request."""
    store: LinkStore = current_app.extensions[_EXTENSION]
    return store
