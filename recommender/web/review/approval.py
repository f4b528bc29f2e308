"""Whether clinicians have approved exactly this content: as the database says, or the certificate while it is away.

Then what a page of the review room is about: the content that runs, its versions, and where everything in it stands.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from flask import current_app, g

from recommender.loaders.languages import Language
from recommender.models.content import Content
from recommender.review import release
from recommender.review.approval_status import Settlement
from recommender.review.audit import Anchor
from recommender.review.errors import ReviewRefused
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
from recommender.review.releases import Release, last_before, refuse_old_version, release_of, signed_releases
from recommender.review.reviews import Standings, standings, version_parts
from recommender.review.tables import now
from recommender.rulebook import digest as rulebook
from recommender.rulebook.digest import BOUND
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind
from recommender.rulebook.told_again import ToldAgain
from recommender.settings import Settings
from recommender.web.core.state import current_state, log, log_place
from recommender.web.review.database import AWAY, Database, current_database, review_session
from recommender.web.review.refresher import Refresher
from recommender.web.review.word_diff import Cause, Piece, TextDiff, causes, changes

# The database is asked so often; sooner while it is away. Nobody is given an answer older than the last.
_RENEWED_AFTER_SECONDS, _TRIED_AFTER_SECONDS = 30.0, 5.0
_OLDEST_SECONDS = 60.0
_EXTENSION = "approval"
_STOOD, _RELEASES = "review_standings", "review_releases"
# By the content, which is kept so that no other takes its place in memory, and the hashes of its translations.
_worked_out: dict[str, tuple[Content, Mapping[Target, Digest]]] = {}
# It takes seconds: of those who ask at once after a start one works it out, and the others wait for that.
_working_out = threading.Lock()

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
        self._refresher = Refresher(self._refresh)

    def is_given(self, content: Content) -> bool:
        """Return whether this content is approved; False while that is not known."""
        return self.answer(content).is_given

    def is_translation_given(self, content: Content, language: Language) -> bool:
        """Return whether exactly this translation is approved; the source is what everything else signs."""
        name = translation_name(language.code, language.sha256)
        return language.is_source or name in self.answer(content).languages

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
        """Return the digests of the content, worked out once in a process, whoever asks at once."""
        languages = tuple(self._spoken().values())
        name = " ".join((str(id(content)), *(language.sha256 for language in languages)))
        with _working_out:
            kept = _worked_out.get(name)
            if kept is None:
                kept = _worked_out[name] = content, rulebook.digests(content, languages)
                for old in list(_worked_out)[:-2]:  # while new rules are loaded there are two
                    del _worked_out[old]
        return kept[1]

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


def content() -> Content:
    """Return the content under review, which is the one that runs."""
    return current_state().ready.content


def current_digests() -> Mapping[Target, Digest]:
    """Return the digest of everything that can be signed."""
    return current_approval().digests(content())


def required() -> int:
    """Return how many approvals each thing needs."""
    return current_state().settings.approvals_required


def key() -> bytes:
    """Return the key that the record is signed with."""
    return audit_key(current_state().settings)


def anchors() -> tuple[Anchor, ...]:
    """Return where the record has been seen whole before."""
    return current_approval().seen(content())


def current_standings() -> Standings:
    """Return where everything stands, worked out once for a page."""
    if _STOOD not in g:
        setattr(g, _STOOD, standings(review_session(), current_digests(), required(), key()))
    stood: Standings = getattr(g, _STOOD)
    return stood


def forget_standings() -> None:
    """Work out anew where everything stands: something may have been said."""
    g.pop(_STOOD, None)
    g.pop(_RELEASES, None)


def release_status() -> release.ReleaseStatus:
    """Return how far the release is."""
    given = (review_session(), content(), current_digests(), required(), key())
    return release.status(*given, *anchors(), stood=current_standings())


def changes_of(target: Target, sha256: str) -> tuple[TextDiff, ...] | None:
    """Return what changed since a version; None if that version was not kept.

    Of a point that is also what changed in each rule that it names.
    """
    before = version_parts(review_session(), target, sha256)
    if before is None:
        return None
    today = dict(current_digests()[target].parts)
    if target.kind is not TargetKind.POINT:
        return changes(before, today, ToldAgain(content()))
    old, new = dict(before), dict(today)
    rules = (old.pop(BOUND, {}), new.pop(BOUND, {}))
    return (*changes(old, new), *(one for rule in rules[1] for one in _changes_of_rule(rule, *rules)))


def _changes_of_rule(rule: str, before: Mapping[str, str], today: Mapping[str, str]) -> tuple[TextDiff, ...]:
    """Return what changed in a rule that a point names. ``before`` and ``today`` are digests of such rules, by their ids."""
    if rule not in before or before[rule] == today[rule]:
        return ()
    found = changes_of(Target(TargetKind.RULE, rule), before[rule])
    if not found:
        return (TextDiff(f"Rule {rule}", (), (Piece("It is another version today.", is_changed=True),)),)
    return tuple(replace(one, where=f"Rule {rule}: {one.where}") for one in found)


def old_version() -> str:
    """Return why today's release cannot be signed under its version; "" if it can."""
    try:
        refuse_old_version(_releases(), current_digests()[RELEASE])
    except ReviewRefused as error:
        return str(error)
    return ""


def since_release() -> tuple[Release, tuple[Cause, ...]] | None:
    """Return the last release that was signed before today's, and all that is otherwise today; None if there was none."""
    today = current_digests()[RELEASE]
    last = last_before(_releases(), today)
    return None if last is None else (last, changes_between(last, release_of(today)))


def release_steps(wanted: str) -> tuple[tuple[Release, tuple[Cause, ...] | None], ...]:
    """Return every release, newest first, the one ``wanted`` with what changed since the one before it.

    The newest is what runs today. One is wanted by its digest; where that is unknown it is the newest. The first of all
    has no changes.
    """
    today = current_digests()[RELEASE]
    signed = _releases()
    releases = signed if any(one.sha256 == today.sha256 for one in signed) else (*signed, release_of(today))
    chosen = wanted if any(one.sha256 == wanted for one in releases) else releases[-1].sha256
    steps = [
        (after, changes_between(before, after) if before is not None and after.sha256 == chosen else None)
        for before, after in zip((None, *releases), releases, strict=False)
    ]
    return tuple(reversed(steps))


def changes_between(before: Release, after: Release) -> tuple[Cause, ...]:
    """Return what differs between a release and a later one, each cause once, whatever it touches."""
    tell, found = ToldAgain(content()), dict[str, Iterable[TextDiff]]()
    if before.software != after.software:
        old, new = (" ".join((version, files[:12])) for version, files in (before.software, after.software))
        found["Software"] = [TextDiff("Version and files", (Piece(old, True),), (Piece(new, True),))]
    for target, sha256 in after.targets.items():
        if before.targets.get(target, sha256) != sha256:
            found[_called(target)] = _texts_between(target, before.targets[target], sha256, tell)
    apart = [Cause((), (), ((_called(one), "New"),)) for one in after.targets if one not in before.targets]
    apart += [Cause((), (), ((_called(one), "No longer here"),)) for one in before.targets if one not in after.targets]
    return (*causes(found), *apart)


def _texts_between(target: Target, before: str, after: str, tell: ToldAgain) -> Iterable[TextDiff]:
    """Return the texts that differ. A point that a rule has opened again is no change of its own."""
    old, new = (_parts(target, sha256) for sha256 in (before, after))
    if old is None or new is None:
        return (TextDiff("A version that was not kept", (), (Piece("It is another one.", True),)),)
    if target.kind is TargetKind.POINT:
        return changes({**old, BOUND: {}}, {**new, BOUND: {}})
    only_order = TextDiff("Order", (), (Piece("Only the order of its parts is another.", True),))
    return changes(old, new, tell) or (only_order,)


def _parts(target: Target, sha256: str) -> Mapping[str, Any] | None:
    today = current_digests().get(target)
    return (
        today.parts if today is not None and today.sha256 == sha256 else version_parts(review_session(), target, sha256)
    )


def _releases() -> tuple[Release, ...]:
    """Return the releases that were signed, read once for a page."""
    if _RELEASES not in g:
        setattr(g, _RELEASES, () if current_database().is_empty else signed_releases(review_session(), key()))
    found: tuple[Release, ...] = getattr(g, _RELEASES)
    return found


def _called(target: Target) -> str:
    return f"{target.kind.value}/{target.id}"
