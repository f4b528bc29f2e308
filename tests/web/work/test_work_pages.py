"""The pages of the work of review: lists, assignments, what was seen, who wrote what, and how each is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask

from recommender.review.notices import About, Told, choose_mail, new_feed
from recommender.review.tables import Clinician, Review, Verdict
from recommender.service.recommend import Recommender
from recommender.web.review.database import MAILER, tell_by_mail
from tests.browser.test_review_journey import CHANGED_RULE
from tests.support.reviewers import (
    HERE,
    Reviewer,
    account,
    one_word_changed,
    open_database,
    review_room,
    signed_in,
)

RULE, OTHER = "rule/RF-E01", "rule/RF-E02"
PAGE = f"/review/{RULE}"
SOON = (datetime.now(UTC).date() + timedelta(days=7)).isoformat()
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def whole(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One room for all tests of pages that only read, and of words that do not touch each other."""
    with review_room(recommender, tmp_path_factory.mktemp("room")) as made:
        yield made


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    with review_room(recommender, tmp_path) as made:
        yield made


def number_of(app: Flask, name: str) -> str:
    with open_database(app) as session:
        return str(account(session, name).id)


def listed(who: Reviewer, query: str) -> set[str]:
    """Return what a list holds."""
    return set(re.findall(r'data-keys-item href="/review/([^"?]+)', who.see(f"/review/work?{query}").text))


def assign(who: Reviewer, person: str, *targets: str, due: str = "") -> int:
    fields = {"target": list(targets), "person": person, "due": due, "what": "assign"}
    return who.send("/review/work/assign", fields, page=PAGE).status_code


def mark(who: Reviewer, target: str, query: str = "", seen: str | None = None) -> str:
    page = f"/review/{target}"
    fields = {"target": target, "seen": seen or who.seen(page), "mark": "yes"}
    return str(who.send(f"/review/work/seen?{query}", fields, page=page).location)


def test_a_theme_holds_rules_questions_moves_and_outcomes(whole: Flask) -> None:
    found = listed(signed_in(whole, "ana"), "theme=pregnancy")
    kinds = {one.partition("/")[0] for one in found}
    assert {"rule", "exercise", "disposition", "page"} <= kinds
    assert 10 < len(found) < len(listed(signed_in(whole, "ana"), "")) / 2


def test_filters_narrow_together_and_what_is_not_known_narrows_nothing(whole: Flask) -> None:
    ana = signed_in(whole, "ana")
    every, theme, kind = listed(ana, ""), listed(ana, "theme=pregnancy"), listed(ana, "group=red_flags")
    assert listed(ana, "theme=pregnancy&group=red_flags") == theme & kind != set()
    assert listed(ana, "theme=made_up&group=zebra&whose=999&state=x") == every
    assert listed(ana, "state=approved") == set()


def test_what_is_assigned_stands_on_the_first_page_and_in_the_list_of_whoever_has_it(app: Flask) -> None:
    ben, ana = signed_in(app, "ben"), signed_in(app, "ana")
    assert assign(ben, number_of(app, "ana"), RULE, OTHER, due=SOON) == 303
    assert listed(ana, "whose=me") == {RULE, OTHER}
    assert listed(ben, "whose=me") == set()
    assert listed(ben, f"whose={number_of(app, 'ana')}") == {RULE, OTHER}
    assert RULE not in listed(ben, "whose=nobody")
    assert "Assigned to you" in ana.see("/review").text
    assert ana.say(PAGE, "approve").status_code == 303
    assert listed(ana, "whose=me") == {OTHER}


def test_a_reviewer_takes_work_and_gives_none_to_others(app: Flask) -> None:
    ana = signed_in(app, "ana")
    assert assign(ana, number_of(app, "cay"), RULE) == 422
    assert assign(ana, number_of(app, "ana"), RULE) == 303
    assert assign(signed_in(app, "rea"), number_of(app, "rea"), OTHER) == 403
    assert assign(ana, number_of(app, "ana"), OTHER, due="soon") == 422
    assert assign(ana, "nobody", OTHER) == 422


def test_a_list_is_walked_through_by_what_is_seen_and_the_place_is_kept(app: Flask) -> None:
    ana, query = signed_in(app, "ana"), "theme=emergency&group=red_flags"
    rows = re.findall(r'data-keys-item href="([^"]+)"', ana.see(f"/review/work?{query}").text)
    first, second = (row.partition("?")[0].removeprefix("/review/") for row in rows[:2])
    following = mark(ana, first, query)
    assert following.startswith(f"/review/{second}?") and "theme=emergency" in following
    assert f'href="{following.replace("&", "&amp;")}"' in ana.see("/review").text, "You stopped at"
    assert first in listed(ana, "state=seen") and first not in listed(ana, "state=unseen")
    assert listed(signed_in(app, "cay"), "state=seen") == set()
    assert "No approval yet" in ana.see(f"/review/{first}").text


def test_a_version_that_nobody_was_shown_is_not_marked_as_seen(app: Flask) -> None:
    ana = signed_in(app, "ana")
    mark(ana, RULE, seen="0" * 64)
    assert listed(ana, "state=seen") == set()


def test_a_verdict_leads_back_into_the_list_that_it_was_opened_from(app: Flask) -> None:
    ana = signed_in(app, "ana")
    page = f"{PAGE}?theme=emergency"
    assert f'action="{PAGE}?theme=emergency"' in ana.see(page).text
    sent = ana.say(page, "comment", "Well put.")
    assert sent.status_code == 303 and "theme=emergency" in str(sent.location)


def test_somebody_who_says_that_they_wrote_it_is_offered_no_approval(app: Flask) -> None:
    ana = signed_in(app, "ana")
    fields = {"target": RULE, "person": number_of(app, "ana")}
    assert ana.send("/review/work/wrote", fields, page=PAGE).status_code == 303
    page = ana.see(PAGE).text
    assert "You wrote this, so somebody else must approve it." in page and "Approve this version" not in page
    assert ana.say(PAGE, "approve").status_code == 422
    both = ana.ticks([RULE, OTHER])[1]
    assert [one.rpartition("/")[0] for one in both["seen"]] == [OTHER]


def test_an_author_is_shown_no_approval_and_none_is_taken(app: Flask) -> None:
    ash = signed_in(app, "ash")
    for page in (PAGE, "/review/group/red_flags", "/review/point/10"):
        assert not re.search(r'value="(approve|decide|defer)"|Read and approve', ash.see(page).text), page
    assert ash.say(PAGE, "approve").status_code == 422
    assert ash.say(PAGE, "comment", "I wrote it like that because of the guideline.").status_code == 303


def test_a_lead_who_is_not_the_author_takes_a_name_back_with_a_reason(app: Flask) -> None:
    ana, ben = signed_in(app, "ana"), signed_in(app, "ben")
    ana.send("/review/work/wrote", {"target": RULE, "person": number_of(app, "ana")}, page=PAGE)
    (entry,) = re.findall(r'action="(/review/work/end/\d+)"', ben.see("/review/work/authors").text)
    assert ana.send(entry, {"text": "I did not."}, page=PAGE).status_code == 422
    assert ben.send(entry, {"text": ""}, page=PAGE).status_code == 422
    assert ben.send(entry, {"text": "It was somebody else."}, page=PAGE).status_code == 303
    assert ana.say(PAGE, "approve").status_code == 303
    with open_database(app) as session:
        assert [one.verdict for one in session.query(Review).order_by(Review.id)] == [
            Verdict.WROTE,
            Verdict.WITHDRAW,
            Verdict.APPROVE,
        ]


def test_from_a_rule_the_lab_is_one_link_away_and_from_there_the_rule(whole: Flask) -> None:
    ana = signed_in(whole, "ana")
    for page in (PAGE, "/rules/RF-E01"):
        (link,) = re.findall(r'href="(/lab\?q=RF-E01)#found"', ana.see(page).text)
    lab = ana.see(link).text
    assert 'href="/rules/RF-E01"' in lab and f'href="{PAGE}"' in lab
    key = re.findall(r'name="vignette" value="(\d+)"', lab)[0]
    case = ana.client.post("/lab/case", data={"vignette": key}, headers=HERE).text
    assert f'href="{PAGE}"' in case and 'href="/lab?q=RF-E01#found"' in case


def test_a_feed_tells_what_concerns_somebody_and_opens_to_nobody_else(app: Flask) -> None:
    ana, ben = signed_in(app, "ana"), signed_in(app, "ben")
    page = ana.send("/review/notices/feed", {}, page="/review/account").text
    (address,) = re.findall(r"(/review/feed/[\w-]+\.atom)", page)
    assign(ben, number_of(app, "ana"), RULE)
    stranger = app.test_client()
    told = stranger.get(address)
    assert told.status_code == 200 and told.mimetype == "application/atom+xml"
    entries = ElementTree.fromstring(told.data).findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Assigned to you: rule RF-E01"]
    assert stranger.get("/review/feed/made-up.atom").status_code == 404
    ana.send("/review/notices/end-feed", {}, page="/review/account")
    assert stranger.get(address).status_code == 404


def test_the_pages_of_work_open_to_nobody_who_is_not_signed_in(whole: Flask) -> None:
    stranger = whole.test_client()
    for page in ("/review/work", "/review/work/assign", "/review/work/authors"):
        assert stranger.get(page).status_code == 303, page
    for form in ("assign", "seen", "place", "wrote", "end/1"):
        assert stranger.post(f"/review/work/{form}").status_code in (400, 403), form


def test_whoever_approved_what_has_changed_is_told_whatever_page_is_used_first(
    recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with review_room(recommender, tmp_path) as before:
        ana = signed_in(before, "ana")
        ana.say(f"/review/rule/{CHANGED_RULE}", "approve")
        with open_database(before) as session:
            choose_mail(session, account(session, "ana"), by_mail=True)
    told: list[tuple[str, About, str]] = []

    def note(find: Callable[[], Iterable[tuple[Clinician, Told]]], room: str) -> None:
        told.extend((who.name, one.about, one.target.id) for who, one in find())

    with review_room(one_word_changed(tmp_path / "content"), tmp_path) as app:
        monkeypatch.setattr(app.extensions[MAILER], "tell", note)
        ben = signed_in(app, "ben")
        ben.say("/review/exercise/pelvic_tilt", "comment", "Good.")
        assert told == [("Ana Adams", About.CHANGED, CHANGED_RULE)]
        ben.say("/review/exercise/pelvic_tilt", "comment", "Very good.")
        assert len(told) == 1, "once"


def test_links_in_mail_and_in_a_feed_hold_the_path_of_the_site_once(
    recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, rooms = "https://example.org/back", list[str]()
    with (
        review_room(recommender, tmp_path, site_url=site) as app,
        app.test_request_context("/review", base_url="http://here/back"),
    ):
        monkeypatch.setattr(app.extensions[MAILER], "tell", lambda find, room: rooms.append(room))
        tell_by_mail(tuple)
        assert rooms == [f"{site}/review"]
        with open_database(app) as session:
            secret = new_feed(session, account(session, "ana"))
        feed = app.test_client().get(f"/review/feed/{secret}.atom", base_url="http://here/back").text
        assert f'href="{site}/review/feed/{secret}.atom"' in feed and f"<id>{site}/review</id>" in feed
