"""The signed rule book as a page: what a board looks for first, and that each of its links leads to a part of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from recommender.review.tables import Clinician
from recommender.service.recommend import Recommender
from recommender.web.review import signed_book
from recommender.web.review.pages import ReviewQueue
from recommender.web.review.views import room_for
from tests.support.reviewers import account, open_database, review_room, signed_in

RULE, OTHER = "rule/RF-E01", "rule/RF-E02"


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The site, whose book holds the red flags, the points and the safety case: all of it takes long."""

    def short(clinician: Clinician | None) -> ReviewQueue:
        room = room_for(clinician)
        room.groups = tuple(group for group in room.groups if group.id in ("points", "safety_case", "red_flags"))
        room.rows = {row.target: row for group in room.groups for row in group.rows}
        return room

    monkeypatch.setattr(signed_book, "room_for", short)
    with review_room(recommender, tmp_path) as made:
        yield made


def part(page: str, name: str) -> str:
    """Return the words from one heading of the second level to the next."""
    found = re.search(rf"<h2[^>]*>{re.escape(name)}</h2>(.*?)<h2", page, re.DOTALL)
    assert found, name
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def test_the_book_tells_what_is_open_who_objects_and_who_signed_what(app: Flask) -> None:
    ana, ben = signed_in(app, "ana"), signed_in(app, "ben")
    seen = ana.seen(f"/review/{RULE}")
    assert ana.say(f"/review/{RULE}", "approve").status_code == 303
    assert ben.say(f"/review/{OTHER}", "request_changes", "Say which hour.").status_code == 303
    assert ana.say("/review/release", "comment", "By the end of the month.").status_code == 303
    page = ana.see("/review/print").text
    stands, _, rest = part(page, "Discussion and dissent").partition("What else was said")
    assert "Say which hour." in stands and "Ben Brown" in stands and "By the end of the month." in rest
    assert "RF-E02" in part(page, "Not approved") and "RF-E01" in part(page, "Not approved"), "one of two signed it"
    assert "Not settled: " in part(page, "Open points")
    assert re.search(r"<strong>Ana Adams</strong>, PH-ana, reviewer, <time", page)
    assert f'for <span class="app-hash">{seen}</span>' in page
    signed = re.search(r"<tr><th scope=\"row\">Ana Adams, PH-ana</th>(.*?)</tr>", page)
    assert signed and re.findall(r"<td>([^<]*)</td>", signed[1])[:2] == ["reviewer", "1"]


def test_every_part_that_the_contents_and_lists_name_is_in_the_book(app: Flask) -> None:
    page = signed_in(app, "rea").see("/review/print").text
    parts = set(re.findall(r' id="([^"]+)"', page))
    named = set(re.findall(r' href="#([^"]+)"', page)) - {"main-content"}
    assert len(named) > 100 and named - parts == set()


def test_who_does_what_until_when_is_no_part_of_what_was_said_in_the_book(app: Flask) -> None:
    ana, ben = signed_in(app, "ana"), signed_in(app, "ben")
    with open_database(app) as session:
        person = str(account(session, "ana").id)
    given = {"target": RULE, "person": person, "due": "", "what": "assign"}
    assert ben.send("/review/work/assign", given, page=f"/review/{RULE}").status_code == 303
    assert (
        ana.send("/review/work/wrote", {"target": OTHER, "person": person}, page=f"/review/{RULE}").status_code == 303
    )
    assert ana.say(f"/review/{RULE}", "comment", "Well put.").status_code == 303
    talk = part(ana.see("/review/print").text, "Discussion and dissent")
    assert "Well put." in talk and talk.count("Ana Adams") == 1 and "Ben Brown" not in talk
