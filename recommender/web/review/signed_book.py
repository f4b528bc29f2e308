"""The rule book with its signatures, as a page and as a PDF for a board. The PDF needs the extra `[pdf]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from flask import Flask, render_template

from recommender.errors import RecommenderError
from recommender.review.approval_status import Approval, withdrawn
from recommender.review.release import ReleaseStatus
from recommender.review.reviews import Thread, spoken, threads_of
from recommender.review.tables import Clinician, Review, Verdict, now
from recommender.rulebook.targets import RELEASE, Target
from recommender.web.core.state import current_state
from recommender.web.paper.pdf import pdf_of, weasyprint
from recommender.web.paper.signature import sign_pdf, signer_of
from recommender.web.review.approval import current_digests, current_standings, release_status, release_steps
from recommender.web.review.database import every_review, review_session
from recommender.web.review.pages import GoneRow, ReviewQueue, ReviewRow, kind_title, release_words
from recommender.web.review.views import blueprint, proof_shown, room_for, text_of
from recommender.web.review.visit import visitor

# What stands with the thing itself, unless somebody answered it: signatures, and how a point was settled.
_SHOWN_WITH_IT = frozenset({Verdict.APPROVE, Verdict.DECIDE, Verdict.DEFER})
_LINK = re.compile(r'(<a\b[^>]*?) href="(/[^"]*)"')
_SIGNED_AT = re.compile(r"/(?:review/(?P<kind>[a-z]+)|rules)/(?P<id>[^/?#]+)")


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said of one thing, in threads. ``is_open``: somebody's objection to it stands."""

    target: Target
    title: str
    threads: tuple[Thread, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Signatory:
    """Somebody who signed, as the record says, with how many parts and between which times."""

    name: str
    registration: str
    roles: tuple[str, ...]
    count: int
    first: datetime
    last: datetime


@blueprint.get("/review/print")
def printed() -> str:
    """The rule book with its signatures, to print or to keep as a PDF."""
    return signed_rule_book(visitor())


def rule_book_pdf(app: Flask) -> bytes:
    """Return the whole rule book of an application with the approvals that stand today, as a tagged PDF with bookmarks.

    With the setting PDF_SIGNER it is signed as PAdES asks.

    Raises:
        RecommenderError: WeasyPrint or what it needs is missing, the rules cannot be used, or it cannot be signed as set.
        DatabaseUnavailable: the review database cannot be reached.
    """
    weasyprint()  # whoever has it not is told so before all else
    with app.test_request_context("/review/print"):
        state = current_state()
        if state.recommender is None:
            raise RecommenderError("The rules cannot be used. `recommender check` says why.")
        signer = signer_of(state.settings.pdf_signer, state.settings.pdf_signer_password)
        page = within_itself(signed_rule_book(None, on_paper=True), state.settings.site_url)
    made = pdf_of(page)
    return made if signer is None else sign_pdf(made, signer)


def signed_rule_book(reader: Clinician | None, *, on_paper: bool = False) -> str:
    """Return everything that can be signed, with the approvals that stand today. Nobody need be signed in."""
    room, status, session = room_for(reader), release_status(), review_session()
    everything, digests = every_review(session), current_digests()
    return render_template(
        "review/print.html",
        on_paper=on_paper,
        me=reader,
        room=room,
        status=status,
        words=release_words(status),
        **proof_shown(),
        texts={target: text_of(target) for target in room.rows},
        digests=digests,
        release=digests[RELEASE],
        software=digests[RELEASE].parts["software"],
        missing=[(group, rows) for group in room.groups if (rows := _missing(group.rows, status))],
        talks=list(_talks(everything, room, status)),
        withdrawn=withdrawn(everything),
        blocking=_open(room, status),
        steps=release_steps(""),
        signatories=_signatories(),
        at=now(),
    )


def within_itself(page: str, site: str | None) -> str:
    """Return a page whose links lead to its own parts, or to the site, where its address is known; others are no links.

    A path alone leads nowhere from a file.
    """
    parts = frozenset(re.findall(r' id="([^"]+)"', page))

    def led(link: re.Match[str]) -> str:
        own = _SIGNED_AT.fullmatch(link[2])
        name = f"{own['kind'] or 'rule'}-{own['id']}" if own else ""
        if name in parts:
            return f'{link[1]} href="#{name}"'
        return f'{link[1]} href="{site}{link[2]}"' if site else link[1]

    return _LINK.sub(led, page)


def _missing(rows: Iterable[ReviewRow], status: ReleaseStatus) -> list[ReviewRow]:
    unapproved = frozenset(status.unapproved)
    return [row for row in rows if row.target in unapproved]


def _open(room: ReviewQueue, status: ReleaseStatus) -> frozenset[int]:
    """Return the ids of the requests for changes that stand, of whatever they are."""
    rows: tuple[ReviewRow | GoneRow, ...] = (*room.rows.values(), *room.gone)
    standing = (row.standing.requested for row in rows)
    return frozenset(review.id for review in (*chain.from_iterable(standing), *status.requested))


def _talks(said: Iterable[Review], room: ReviewQueue, status: ReleaseStatus) -> Iterator[Talk]:
    """Yield what was said of each thing, what anybody still objects to first, then in the order of the book."""
    of_target: dict[Target, list[Review]] = {}
    for review in said:
        of_target.setdefault(review.target, []).append(review)
    blocking, titles = _open(room, status), _titles(room, of_target)
    talks = []
    for target, title in titles.items():
        threads = tuple(thread for thread in threads_of(spoken(of_target[target])) if _is_talk(thread))
        is_open = any(one.id in blocking for thread in threads for one in (thread.review, *thread.replies))
        if threads:
            talks.append(Talk(target, title, threads, is_open))
    yield from sorted(talks, key=lambda talk: not talk.is_open)


def _is_talk(thread: Thread) -> bool:
    first = thread.review
    return bool(thread.replies) or first.verdict not in _SHOWN_WITH_IT or bool(first.text and not first.decision)


def _titles(room: ReviewQueue, of_target: Mapping[Target, object]) -> dict[Target, str]:
    """Return what is called how of which something was said, in the order of the book; the release first."""
    titles = {RELEASE: "The release", **{row.target: row.title for group in room.groups for row in group.rows}}
    gone = [target for target in of_target if target not in titles]
    titles |= {target: f"{kind_title(target.kind.value)} {target.id}, which is no longer here" for target in gone}
    return {target: title for target, title in titles.items() if target in of_target}


def _signatories() -> list[Signatory]:
    """Return who signed anything that counts today, by their registration."""
    given: dict[tuple[str, str], list[Approval]] = {}
    for approval in chain(*(one.approvals for one in current_standings().today.values())):
        given.setdefault((approval.registration, approval.name), []).append(approval)
    return [
        Signatory(
            name=name,
            registration=registration,
            roles=tuple(dict.fromkeys(one.role.value.replace("_", " ") for one in own)),
            count=len(own),
            first=min(one.at for one in own),
            last=max(one.at for one in own),
        )
        for (registration, name), own in sorted(given.items())
    ]
