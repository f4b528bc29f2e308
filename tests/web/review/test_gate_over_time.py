"""What the gate remembers: a point settled otherwise, a rule behind a point, an answer to another version, what is gone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from recommender.review import reviews
from recommender.review.keys import audit_key
from recommender.review.reviews import submit
from recommender.review.tables import Verdict
from recommender.rulebook.targets import Digest, Target, TargetKind
from recommender.service.recommend import Recommender
from recommender.web.core.state import current_state
from recommender.web.review.approval import current_approval
from tests.support.reviewers import (
    account,
    asked,
    edited,
    is_approved,
    open_database,
    release,
    review_room,
    signed_in,
)
from tests.support.walk import STEPS, WORDS, Walk

RULE = "/review/rule/RF-E01"
POINT = "/review/point/3"  # names one rule, RF-U01


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    with review_room(recommender, tmp_path) as made:
        yield made


def objects_to_what_is_gone(app: Flask, name: str, rule: str) -> None:
    """Ask for changes of a rule as it was before it was taken out."""
    with app.app_context(), open_database(app) as session:
        today = current_approval().digests(current_state().ready.content)
        kept = next(digest for target, digest in today.items() if target.kind is TargetKind.RULE)
        digest = Digest(Target(TargetKind.RULE, rule), kept.sha256, kept.parts)
        key, words = audit_key(current_state().settings), "Say which hour."
        given = (session, key, account(session, name), digest.target, digest, Verdict.REQUEST_CHANGES, words)
        assert submit(*given, seen=digest.sha256, authors=()) is not None


@pytest.mark.deep  # a whole release
def test_a_point_that_is_settled_otherwise_after_the_release_needs_a_new_signature_of_the_lead(app: Flask) -> None:
    release(app)
    assert is_approved(app)
    ana, ben = signed_in(app, "ana"), signed_in(app, "ben")
    before = ben.shown("/review/release")
    assert ana.say(POINT, "decide", "I see it otherwise now.", choice="An emergency at once.").status_code == 303
    assert not is_approved(app), "one word overturns nothing that a lead has signed"
    page = ben.see("/review/release").text
    assert "A point was settled otherwise since a lead signed" in page
    assert "Signed before a point was settled otherwise" in page
    assert "As the rules say today." in ben.see(POINT).text.partition("Discussion")[0], (
        "what was decided before is told"
    )
    stale = ben.send("/review/release", {"verdict": "approve", **before})
    assert stale.status_code == 409, "the page that the lead had open said something else"
    assert ben.say("/review/release", "approve").status_code == 303
    assert is_approved(app)


@pytest.mark.deep  # the content is loaded a second time
def test_a_point_is_open_again_once_a_rule_that_it_names_does_something_else(
    recommender: Recommender, tmp_path: Path
) -> None:
    room = tmp_path / "room"
    with review_room(recommender, room) as app:
        assert (
            signed_in(app, "ana").say(POINT, "decide", "As we agreed.", choice="Same day, as it is.").status_code == 303
        )
        assert "settled on" not in signed_in(app, "ben").see(POINT).text
    words = ("rules/red_flags/RF-U01-*.yaml", "Alone, cauda", "Alone now, cauda")
    with edited(tmp_path / "content", *words) as changed, review_room(changed, room) as app:
        page = signed_in(app, "ben").see(POINT).text
        assert "Settled on an older version" in page
        told = page.partition("Discussion")[0]
        assert "Decided on an older version" in told and "Same day, as it is." in told and "As we agreed." in told
        assert "Rule RF-U01: Why" in told and "<ins> now</ins>" in told, (
            "what changed in the rule is shown word by word"
        )
        on_the_rule = asked(app).test_client().get("/rules/RF-U01").text
        assert "Decided on an older version:" in on_the_rule


def test_what_is_no_longer_here_is_told_where_somebody_objects_to_it(app: Flask) -> None:
    ana, ben, cay = (signed_in(app, name) for name in ("ana", "ben", "cay"))
    objects_to_what_is_gone(app, "ana", "RF-E99")
    for page in ("/review", "/review/release"):
        told = ben.see(page).text
        assert "Objections to what is no longer here" in told and 'href="/review/rule/RF-E99"' in told
    assert "1 objection to what is gone" in ben.see("/review/release").text
    gone = cay.see("/review/rule/RF-E99")
    assert gone.status_code == 200 and "Say which hour." in gone.text and "is no longer here" in gone.text
    assert cay.see("/review/rule/RF-E98").status_code == 404, "of which nothing was said"
    (number,) = re.findall(r'id="thread-(\d+)"', gone.text)
    answer, words = f"/review/answer/{number}", {"text": "RF-E01 says it now.", "seen": ben.seen("/review/rule/RF-E99")}
    assert cay.send(answer, words, page=RULE).status_code == 422, "nor may a colleague end it"
    assert ben.send(answer, words, page=RULE).status_code == 303
    assert "no longer here" not in ben.see("/review/release").text
    assert "RF-E01 says it now." in ana.see("/review/rule/RF-E99").text, "the thread stays"


@pytest.mark.parametrize(
    "page", ["/review", "/review/release", RULE, POINT, "/review/group/red_flags", "/review/export.json"]
)
def test_where_everything_stands_is_worked_out_once_for_a_page(
    app: Flask, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    ana, here, calls = signed_in(app, "ana"), threading.get_ident(), []
    real = reviews.stand

    def counted(*given: object) -> object:
        calls.extend([page] * (threading.get_ident() == here))  # the site asks beside the requests too
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(reviews, "stand", counted)
    assert ana.see(page).status_code == 200
    assert len(calls) == 1


def test_the_release_page_says_what_a_release_waits_for_and_does_not_offer_to_sign_it(app: Flask) -> None:
    ana, ben = signed_in(app, "ana"), signed_in(app, "ben")
    ana.say("/review/release", "request_changes", "Not before the audit.")
    told = ben.see("/review/release").text
    assert "1 request to change the release" in told
    assert "waits for a lead" not in told


def test_the_page_for_several_shows_everything_that_is_signed(app: Flask) -> None:
    ana = signed_in(app, "ana")
    page, fields = ana.ticks(["rule/RF-E01", "exercise/cat_cow", "region/GB"])
    shown = ana.see(page).text
    assert len(fields["seen"]) == 3
    for version in fields["seen"]:
        assert version.rpartition("/")[2] in shown.replace(version, ""), "its whole digest stands below it"
    assert shown.count("Everything that the signature is bound to") == 2, (
        "of a rule and a move, which are told in words"
    )
    assert shown.count("That is everything that the signature is bound to") == 1


@pytest.mark.deep  # a whole release, and the content a second time
def test_the_lead_signs_a_new_version_after_a_tick_for_each_change_since_the_last(
    recommender: Recommender, tmp_path: Path
) -> None:
    room = tmp_path / "room"
    with review_room(recommender, room) as app:
        release(app)
        assert "The first release that was signed." in app.test_client().get("/rules/changes").text
    words = ("rules/dosing/DOS-05-*.yaml", "Stop", "Carry on")
    with edited(tmp_path / "content", *words) as changed, review_room(changed, room) as app:
        for name in ("ana", "cay"):
            assert signed_in(app, name).say("/review/rule/DOS-05", "approve").status_code == 303
        ben = signed_in(app, "ben")
        page = ben.see("/review/release").text
        assert "What changed since version" in page and "1 change since" in page
        shown = ben.shown("/review/release")
        assert len(shown["read"]) == 1
        refused = ben.send("/review/release", {**shown, "verdict": "approve", "read": []})
        assert refused.status_code == 422 and "Tick each change" in refused.text
        told = app.test_client().get("/rules/changes").text
        for text in (page, told):
            assert "<del>Stop</del>" in text and "<ins>Carry on</ins>" in text and "rule/DOS-05" in text
        assert "as it is today, not signed" in told
        assert ben.say("/review/release", "approve").status_code == 303
        assert is_approved(app)
        assert "as it is today, not signed" not in app.test_client().get("/rules/changes").text
        walk = Walk(app.test_client(), "/rules").follow("Changes").finds("1 change since", "Carry on", "rule/DOS-05")
        assert walk.steps <= STEPS and walk.read <= WORDS, "anybody finds what changed since the last release"


@pytest.mark.deep  # as above
def test_another_release_is_not_signed_under_the_version_of_the_last(
    recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    with review_room(recommender, room) as app:
        release(app)
    monkeypatch.setattr("tests.support.reviewers.raise_version", lambda rules: None)
    words = ("rules/dosing/DOS-05-*.yaml", "Stop", "Carry on")
    with edited(tmp_path / "content", *words) as changed, review_room(changed, room) as app:
        for name in ("ana", "cay"):
            signed_in(app, name).say("/review/rule/DOS-05", "approve")
        ben = signed_in(app, "ben")
        page = ben.see("/review/release").text
        assert "Raise the version in rules/rule-set.yaml" in page and "Approve this release" not in page
        assert ben.say("/review/release", "approve").status_code == 422
        assert not is_approved(app)


def test_anybody_reads_what_changed_before_there_is_a_release(app: Flask) -> None:
    page = app.test_client().get("/rules/changes?to=made-up")
    assert page.status_code == 200
    assert "No release has been signed yet" in page.text
