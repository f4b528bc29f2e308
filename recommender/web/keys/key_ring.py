"""What each key may do, asked of the database beside the requests. While it is away what was known last goes on to count."""

from __future__ import annotations

import hmac
import threading
from dataclasses import replace
from datetime import datetime, timedelta

from recommender.review.api_keys import KeyGrant, grants, id_of, sha256_of
from recommender.review.key_file import KeptGrants, keep_grants, read_grants, with_revoked
from recommender.review.keys import audit_key
from recommender.review.tables import now
from recommender.settings import Settings
from recommender.web.core.state import log, log_place
from recommender.web.review.database import Database
from recommender.web.review.refresher import Refresher

_RENEWED_AFTER_SECONDS, _TRIED_AFTER_SECONDS = 30.0, 5.0


class NotKnown(Exception):
    """Nobody can say what the keys may do: the database is away, and was last asked too long ago."""


class KeyRing:
    """Keeps what the keys may do. No request waits for the database."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._kept: KeptGrants | None = None
        self._renewing = threading.Lock()
        self._refresher = Refresher(self._refresh)

    def grant_of(self, key: str) -> KeyGrant | None:
        """Return what a key may do; None where it is none, or was revoked.

        Raises:
            NotKnown: that cannot be said now.
        """
        self._refresher.keep_going()
        public = id_of(key)
        if public is None:
            return None
        kept = self._kept or self._of_file()
        if kept is None or now() >= kept.expires_at:
            raise NotKnown
        grant = kept.by_id.get(public)
        if grant is None or grant.is_revoked or not hmac.compare_digest(grant.sha256, sha256_of(key)):
            return None
        return grant

    def renew(self) -> bool:
        """Ask the database now, and return whether it answered. Only for work beside the requests."""
        with self._renewing:
            try:
                self._kept = self._of_database(now())
            except (
                Exception
            ) as error:  # what was known goes on to count, without what the command line has revoked since
                log_place(error)
                self._drop_revoked()
                return False
        return True

    def stop(self) -> None:
        """Ask the database nothing more."""
        self._refresher.stop()

    def _refresh(self) -> float:
        return _RENEWED_AFTER_SECONDS if self.renew() else _TRIED_AFTER_SECONDS

    def _drop_revoked(self) -> None:
        known, told = self._kept, self._of_file()
        if known is not None and told is not None:
            self._kept = replace(known, by_id=with_revoked(known.by_id, told))

    def _of_file(self) -> KeptGrants | None:
        try:
            return read_grants(self._settings, audit_key(self._settings))
        except Exception as error:
            log_place(error)
            return None

    def _of_database(self, at: datetime) -> KeptGrants:
        if self._database.is_empty:
            return KeptGrants({}, datetime.max.replace(tzinfo=at.tzinfo))
        with self._database.session_beside() as session:
            found = with_revoked(grants(session), self._kept)
        try:
            return keep_grants(self._settings, audit_key(self._settings), found, at)
        except OSError as error:
            log.error("what the keys may do cannot be kept on disk: %s", error.strerror)
            return KeptGrants(found, at + _days(self._settings))


def _days(settings: Settings) -> timedelta:
    return timedelta(days=settings.certificate_days)
