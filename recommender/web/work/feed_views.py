"""How clinicians are told outside of the room: an Atom feed at a secret address, and mail. Nobody has either unasked."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for

from recommender.review.notices import (
    About,
    Told,
    choose_mail,
    end_feed,
    new_feed,
    notice_of,
    reader_of_feed,
    told_to,
)
from recommender.rulebook.targets import RELEASE
from recommender.web.core.state import current_state, site_address
from recommender.web.review.database import answer_while_away, review_session
from recommender.web.review.visit import visitor
from recommender.web.work.room import blueprint as work_room

_ATOM = "http://www.w3.org/2005/Atom"
_TITLES = {
    About.ASSIGNED: "Assigned to you",
    About.ANSWERED: "Answered",
    About.CHANGED: "Changed since you approved it",
}

blueprint = Blueprint("review_feed", __name__)
answer_while_away(blueprint)


@blueprint.get("/review/feed/<secret>.atom")
def show(secret: str) -> Response:
    """What concerns the clinician whose secret this is, the newest first. Whoever has the address reads it."""
    session = review_session()
    clinician = reader_of_feed(session, secret) or abort(404)
    response = make_response(_atom(told_to(session, clinician), secret))
    response.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@work_room.app_context_processor
def told_beside() -> dict[str, Any]:
    """Give the page of an account how its owner is told."""
    return {"told_by": lambda: notice_of(review_session(), visitor()), "sends_mail": _sends_mail}


@work_room.post("/review/notices/mail")
def turn_mail() -> Response:
    """Turn mail on or off."""
    choose_mail(review_session(), visitor(), by_mail=request.form.get("mail") == "on")
    review_session().commit()
    return make_response(redirect(url_for("review.account", done="notices"), 303))


@work_room.post("/review/notices/feed")
def make_feed() -> Response:
    """Make a feed in the place of the one before, and show its address once."""
    secret = new_feed(review_session(), visitor())
    review_session().commit()
    return make_response(
        render_template("work/feed.html", me=visitor(), address=_address("review_feed.show", secret=secret))
    )


@work_room.post("/review/notices/end-feed")
def stop_feed() -> Response:
    """End the feed."""
    end_feed(review_session(), visitor())
    review_session().commit()
    return make_response(redirect(url_for("review.account", done="notices"), 303))


def _sends_mail() -> bool:
    return current_state().settings.smtp_url is not None


def _atom(told: tuple[Told, ...], secret: str) -> str:
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    own = _address("review_feed.show", secret=secret)
    room = _address("review.overview")
    _add(feed, "title", f"{current_state().settings.site_name}: review room")
    _add(feed, "id", room)
    # A feed without entries was never updated; the beginning of time says so to every reader.
    _add(feed, "updated", told[0].at.isoformat(timespec="seconds") if told else "1970-01-01T00:00:00+00:00")
    ElementTree.SubElement(feed, f"{{{_ATOM}}}link", {"rel": "self", "href": own})
    _add(ElementTree.SubElement(feed, f"{{{_ATOM}}}author"), "name", current_state().settings.site_name)
    for one in told:
        entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
        _add(entry, "title", f"{_TITLES[one.about]}: {one.target.kind.value} {one.target.id}")
        _add(entry, "id", f"{room}#{one.name}")
        _add(entry, "updated", one.at.isoformat(timespec="seconds"))
        ElementTree.SubElement(entry, f"{{{_ATOM}}}link", {"href": _address_of(one)})
        _add(entry, "summary", f"{one.by} did it." if one.by else "It has another version.")
    return ElementTree.tostring(feed, encoding="unicode", xml_declaration=True)


def _add(element: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(element, f"{{{_ATOM}}}{name}").text = text


def _address_of(one: Told) -> str:
    if one.target == RELEASE:
        return _address("review.show_release")
    return _address("review.target", kind=one.target.kind, target_id=one.target.id)


def _address(endpoint: str, **values: Any) -> str:
    """Return a whole address, of SITE_URL where that is set."""
    return site_address(endpoint, **values) or url_for(endpoint, _external=True, **values)
