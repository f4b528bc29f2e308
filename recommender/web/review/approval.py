"""Whether clinicians have approved exactly this content: as the database says, or the certificate while it is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from flask import current_app

from recommender.loaders.languages import Language
from recommender.models.content import Content
from recommender.review.approval_status import Settlement
from recommender.review.audit import Anchor
from recommender.review.keys import KeyGone, audit_key
from recommender.review.record_mark import furthest, keep_mark, mark_file, read_mark
from recommender.review.release import (
    CERTIFICATE_FILE,
    ReleaseStatus,
    keep_certificate,
    read_certificate,
    seal,
    status,
    translation_name,
)
from recommender.review.tables import now
from recommender.rulebook import digest as rulebook
from recommender.rulebook.targets import Digest, Target
from recommender.settings import Settings
from recommender.web.core.state import log, log_place
from recommender.web.review.database import AWAY, Database
from recommender.web.review.refresher import Refresher

# The database is asked so often; sooner while it is away. Nobody is given an answer older than the last.
_RENEWED_AFTER_SECONDS, _TRIED_AFTER_SECONDS = 30.0, 5.0
_OLDEST_SECONDS = 60.0
_EXTENSION = "approval"

RECORD_FAULT = (
    "The record of the review is not as it was written, or is shorter than it was. Nothing counts as approved. "
    "recommender audit says why."
)
KEY_GONE = "The key of the review's record is gone. Nothing counts as approved until it is put back."


class Source(StrEnum):
    """Where an answer is from. ``NOBODY``: neither the database nor the certificate could say."""

    DATABASE = "database"
    CERTIFICATE = "certificate"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one content is approved, where that is from, and when it was asked, by a clock that only counts.

    ``fault`` says what is wrong with the record, in words that name no place. ``languages`` names the translations that
    are approved, as ``translation_name`` does; ``settled`` says how points were settled, where the database could be asked.
    """

    content: str
    is_given: bool
    source: Source
    asked_at: float
    fault: str = ""
    languages: frozenset[str] = frozenset()
    settled: Mapping[str, Settlement] = field(default_factory=dict)

    @property
    def age(self) -> float:
        """Return how many seconds ago it was asked."""
        return time.monotonic() - self.asked_at


class ContentApproval:
    """Keeps the last answer. The database is asked beside the requests, so no page for people ever waits for it."""

    def __init__(
        self, settings: Settings, database: Database, spoken: Callable[[], Mapping[str, Language]] = lambda: {}
    ) -> None:
        """``spoken`` says which translations are served now."""
        self._settings = settings
        self._spoken = spoken
        self._database = database
        self._content: Content | None = None
        self._answer: Answer | None = None
        self._keeping = threading.Lock()
        # Who asked last, and whose answer is known and kept on disk: each that asks has a number.
        self._last_begun = self._answered = self._kept = 0
        self._seen: Anchor | None = None
        self._digests: dict[str, Mapping[Target, Digest]] = {}
        self._refresher = Refresher(self._refresh)

    def is_given(self, content: Content) -> bool:
        """Return whether this content is approved; False while that is not known."""
        return self.answer(content).is_given

    def is_translation_given(self, content: Content, language: Language) -> bool:
        """Return whether exactly this translation is approved; the source is what everything else signs."""
        name = translation_name(language.code, language.sha256)
        return not language.sha256 or name in self.answer(content).languages

    def settled(self, content: Content) -> Mapping[str, Settlement]:
        """Return how the points of this content were settled, by their ids, as far as that is known."""
        return self.answer(content).settled

    def answer(self, content: Content) -> Answer:
        """Return the last answer about this content. Until there is one, and when it is too old, the certificate says."""
        if self._content is not content:
            self._content = content
            self._refresher.wake()
        self._refresher.keep_going()
        kept = self._answer
        is_of_now = kept is not None and kept.content == content.hash and kept.age < _OLDEST_SECONDS
        if kept is not None and is_of_now and kept.source is not Source.CERTIFICATE:
            return kept
        return self._of_certificate(content)  # a file: what it says now counts, and it may have run out

    def renew(self, content: Content) -> Answer:
        """Ask the database now, and return the answer: after a verdict the next page must know.

        Only for pages that may wait. Other processes follow within a minute.
        """
        with self._keeping:
            self._last_begun += 1
            begun = self._last_begun
        answer = self._ask(content, begun)
        with self._keeping:
            if begun > self._answered:  # else somebody who asked since has been answered already, and knows better
                self._answer, self._answered = answer, begun
        return answer

    def faults(self) -> tuple[str, ...]:
        """Return what is wrong with the record, as the last answer says."""
        kept = self._answer
        return (kept.fault,) if kept is not None and kept.fault else ()

    def seen(self, content: Content) -> tuple[Anchor, ...]:
        """Return where the record has been seen whole: by this process, and as the signed files say."""
        data, key = self._settings.data_dir, audit_key(self._settings)
        certificate = read_certificate(data / CERTIFICATE_FILE, key, seal(content), 0, now())
        told = (self._seen, read_mark(mark_file(self._settings), key), certificate.end if certificate else None)
        return tuple(mark for mark in told if mark is not None)

    def stop(self) -> None:
        """Ask the database nothing more."""
        self._refresher.stop()

    def digests(self, content: Content) -> Mapping[Target, Digest]:
        """Return the digests of the content, worked out once."""
        languages = tuple(self._spoken().values())
        name = " ".join((content.hash, *(language.sha256 for language in languages)))
        kept = self._digests.get(name)
        if kept is None:
            kept = rulebook.digests(content, languages)
            self._digests = {name: kept}
        return kept

    def _refresh(self) -> float:
        """Ask, and return after how many seconds to ask again."""
        content = self._content
        answer = self.renew(content) if content is not None else None
        is_known = answer is not None and answer.source is Source.DATABASE
        return _RENEWED_AFTER_SECONDS if is_known else _TRIED_AFTER_SECONDS

    def _ask(self, content: Content, begun: int) -> Answer:
        try:
            return self._of_database(content, begun)
        except AWAY as error:
            log_place(error)
            self._database.note(is_away=True)
            return self._of_certificate(content)
        except KeyGone as error:
            log.critical("%s", error)
            return self._unknown(content, KEY_GONE)
        except Exception as error:  # not known is not approved
            log_place(error)
            return self._unknown(content)

    def _of_database(self, content: Content, begun: int) -> Answer:
        if self._database.is_empty:  # nobody has made one yet, or it is gone
            has_been = mark_file(self._settings).exists() and furthest(self.seen(content)) is not None
            return self._unknown(content, RECORD_FAULT if has_been else "")
        key, seen = audit_key(self._settings), self.seen(content)
        with self._database.session_beside() as session:
            found = status(session, content, self.digests(content), self._settings.approvals_required, key, *seen)
        self._database.note(is_away=False)
        for fault in found.faults[:1]:
            log.error("the record of the review is not as it was written, or is shorter than it was: %s", fault)
        self._keep(content, found, key, begun)
        fault = RECORD_FAULT if found.faults else ""
        asked_at = time.monotonic()
        return Answer(content.hash, found.is_approved, Source.DATABASE, asked_at, fault, found.languages, found.settled)

    def _keep(self, content: Content, found: ReleaseStatus, key: bytes, begun: int) -> None:
        """Keep on disk what an answer says: the certificate, and how far the record has been seen whole."""
        settings = self._settings
        with self._keeping:
            if begun <= self._kept:
                return
            self._kept = begun
            try:
                path = settings.data_dir / CERTIFICATE_FILE
                keep_certificate(path, key, content, found, now(), settings.certificate_days)
                if not found.faults:
                    self._seen = found.end
                    keep_mark(mark_file(settings), key, found.end)
            except OSError as error:
                log.error("the release certificate and the record's mark cannot be kept: %s", error.strerror)

    def _unknown(self, content: Content, fault: str = "") -> Answer:
        return Answer(content.hash, False, Source.NOBODY, time.monotonic(), fault)

    def _of_certificate(self, content: Content) -> Answer:
        try:
            path = self._settings.data_dir / CERTIFICATE_FILE
            required = self._settings.approvals_required
            key = audit_key(self._settings) if path.exists() else b""
            kept = read_certificate(path, key, seal(content), required, now())
        except Exception as error:
            log_place(error)
            kept = None
        source = Source.NOBODY if kept is None else Source.CERTIFICATE
        languages = frozenset() if kept is None else kept.languages
        return Answer(content.hash, kept is not None, source, time.monotonic(), languages=languages)


def install_approval(extensions: dict[str, object], approval: ContentApproval) -> None:
    """Keep the approval with the extensions of an application."""
    extensions[_EXTENSION] = approval


def current_approval() -> ContentApproval:
    """Return the approval of the application that handles this request."""
    approval: ContentApproval = current_app.extensions[_EXTENSION]
    return approval
