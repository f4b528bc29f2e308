"""Whether clinicians have approved exactly this content: as the database says, or the certificate while it is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from flask import current_app

from recommender.models.content import Content
from recommender.review.keys import audit_key
from recommender.review.release import CERTIFICATE_FILE, keep_certificate, read_certificate, status
from recommender.review.tables import now
from recommender.rulebook import digest as rulebook
from recommender.rulebook.digest import Digest, Target
from recommender.settings import Settings
from recommender.web.database import AWAY, current_database, short_session
from recommender.web.site import log, log_place

# An answer is renewed by one request after the first time; nobody is given one older than the second.
_RENEWED_AFTER_SECONDS = 30.0
_OLDEST_SECONDS = 60.0
_EXTENSION = "approval"


class Approval:
    """Keeps the answer for a while, so that pages for people do not wait for the database."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asking = threading.Lock()
        self._answer = False
        self._asked_at: float | None = None
        self._digests: dict[str, Mapping[Target, Digest]] = {}

    def is_given(self, content: Content) -> bool:
        """Return whether this content is approved; False while that is not known."""
        if self._age() < _RENEWED_AFTER_SECONDS:
            return self._answer
        if self._asking.acquire(blocking=self._age() >= _OLDEST_SECONDS):
            try:
                if self._age() >= _RENEWED_AFTER_SECONDS:
                    self._answer = self._ask(content)
                    self._asked_at = time.monotonic()
            finally:
                self._asking.release()
        return self._answer

    def forget(self) -> None:
        """Ask again for the next page. Other processes follow within a minute."""
        self._asked_at = None

    def digests(self, content: Content) -> Mapping[Target, Digest]:
        """Return the digests of the content, worked out once."""
        if content.hash not in self._digests:
            self._digests = {content.hash: rulebook.digests(content)}
        return self._digests[content.hash]

    def _age(self) -> float:
        return float("inf") if self._asked_at is None else time.monotonic() - self._asked_at

    def _ask(self, content: Content) -> bool:
        try:
            return self._ask_database(content)
        except AWAY as error:
            log_place(error)
            return self._ask_certificate(content)
        except Exception as error:  # not known is not approved
            log_place(error)
            return False

    def _ask_database(self, content: Content) -> bool:
        if current_database().is_empty:
            return False
        key = audit_key(self._settings)
        with short_session() as session:
            found = status(session, content, self.digests(content), self._settings.approvals_required, key)
        for fault in found.faults[:1]:
            log.error("the record of the review is not as it was written: %s", fault)
        try:
            keep_certificate(
                self._settings.data_dir / CERTIFICATE_FILE,
                key,
                content,
                found,
                now(),
                self._settings.certificate_days,
            )
        except OSError as error:
            log.error("the release certificate cannot be kept: %s", error.strerror)
        return found.is_approved

    def _ask_certificate(self, content: Content) -> bool:
        try:
            path = self._settings.data_dir / CERTIFICATE_FILE
            required = self._settings.approvals_required
            return read_certificate(path, audit_key(self._settings), content.hash, required, now()) is not None
        except Exception as error:
            log_place(error)
            return False


def install_approval(extensions: dict[str, object], approval: Approval) -> None:
    extensions[_EXTENSION] = approval


def current_approval() -> Approval:
    """Return the approval of the application that handles this request."""
    approval: Approval = current_app.extensions[_EXTENSION]
    return approval
