"""The review room's pages: who may do what, what is recorded, and what a change of one word does."""

from __future__ import annotations

import codecs
import csv
import html
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from recommender.figures.manifest import MANIFEST, PICTURES, read_manifest
from recommender.review.accounts import disable
from recommender.review.tables import AuditEntry, Review, Verdict
from recommender.service.recommend import Recommender
from tests.support import databases
from tests.support.gate import DatabaseGate
from tests.support.reviewers import (
    CHANGED,
    HERE,
    NEEDED,
    Reviewer,
    account,
    one_word_changed,
    open_database,
    release,
    review_room,
    signed_in,
)

RULE = "/review/rule/RF-E01"
LIST = "/review/group/red_flags"
FORMS = (RULE, "/review/exercise/pelvic_tilt", "/review/disposition/routine", "/review/release", "/review/confirm")


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    with review_room(recommender, tmp_path) as made:
        yield made


@pytest.fixture
def ana(app: Flask) -> Reviewer:
    return signed_in(app, "ana")


@pytest.fixture
def ben(app: Flask) -> Reviewer:
    return signed_in(app, "ben")


@pytest.fixture
def rea(app: Flask) -> Reviewer:
    return signed_in(app, "rea")


def said(app: Flask) -> list[tuple[str, str, Verdict, str]]:
    """Return who said what, oldest first."""
    with open_database(app) as session:
        rows = session.scalars(select(Review).order_by(Review.id)).all()
        return [(row.clinician.name, row.target_id, row.verdict, row.text) for row in rows]


def state_of(reviewer: Reviewer, address: str) -> str:
    found = re.search(r'class="app-state[^"]*">([^<]+)<', reviewer.see(address).text)
    assert found
    return found[1]


def test_one_approval_is_begun_and_two_are_enough(app: Flask, ana: Reviewer, ben: Reviewer) -> None:
    assert state_of(ana, RULE) == "No approval yet"
    assert ana.say(RULE, "approve").headers["Location"] == f"{RULE}?done=approve"
    assert state_of(ana, RULE) == "1 of 2 approvals"
    ben.say(RULE, "approve", "As in the pathway.")
    assert state_of(ana, RULE) == "Approved"
    assert said(app) == [
        ("Ana Adams", "RF-E01", Verdict.APPROVE, ""),
        ("Ben Brown", "RF-E01", Verdict.APPROVE, "As in the pathway."),
    ]
    with open_database(app) as session:
        signed = select(AuditEntry).where(AuditEntry.action != "add_clinician").order_by(AuditEntry.number)
        assert [entry.registration for entry in session.scalars(signed)] == ["PH-ana", "PH-ben"]


def test_the_page_holds_the_sentence_the_words_and_the_version_that_are_signed(
    ana: Reviewer, recommender: Recommender
) -> None:
    page = html.unescape(ana.see(RULE).text)
    rule = recommender.content.rule_set.by_id[RULE.rpartition("/")[2]]
    for words in [rule.title, rule.why, *(branch.say for branch in rule.branches)]:
        assert words in page
    assert "<strong>When</strong>" in page
    assert page.count(ana.seen(RULE)) >= 2


@pytest.mark.parametrize("address", ["/review", LIST, RULE, *FORMS[1:4], "/review/print", "/review/export.json"])
def test_readers_see_everything_and_no_button_to_act(rea: Reviewer, address: str) -> None:
    page = rea.see(address)
    assert page.status_code == 200
    own = {"/sign-out", "/review/work/seen", "/review/work/place"}
    assert set(re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', page.text)) <= own
    assert "checkbox" not in page.text


@pytest.mark.parametrize("address", FORMS)
def test_readers_are_refused_when_they_act_all_the_same(app: Flask, rea: Reviewer, ana: Reviewer, address: str) -> None:
    seen = ana.seen(address) if address != "/review/confirm" else f"rule/RF-E01/{ana.seen(RULE)}"
    for verdict in ("approve", "request_changes", "comment"):
        fields = {"verdict": verdict, "text": "What I typed.", "seen": seen}
        refused = rea.send(address, fields, page="/review")
        assert refused.status_code == 403
        assert "Your role does not allow that" in refused.text
        assert "What I typed." in refused.text
    assert said(app) == []


def test_only_a_lead_may_approve_the_release(app: Flask, ana: Reviewer) -> None:
    assert "Approve this release" not in ana.see("/review/release").text
    refused = ana.say("/review/release", "approve")
    assert refused.status_code == 403
    assert said(app) == []


def test_a_release_that_is_not_ready_cannot_be_approved(app: Flask, ben: Reviewer) -> None:
    assert "Approve this release" not in ben.see("/review/release").text
    refused = ben.say("/review/release", "approve")
    assert refused.status_code == 422
    assert "The release is not ready" in refused.text
    assert said(app) == []


def test_a_reviewer_can_ask_for_changes_to_the_release(app: Flask, ana: Reviewer) -> None:
    ana.say("/review/release", "request_changes", "Wait for the new guideline.")
    assert [line[1:3] for line in said(app)] == [("release", Verdict.REQUEST_CHANGES)]


@pytest.mark.parametrize("address", [*FORMS, "/review/withdraw/1", "/sign-out"])
def test_a_form_without_the_token_of_this_session_is_refused(
    app: Flask, ana: Reviewer, ben: Reviewer, address: str
) -> None:
    fields = {"verdict": "comment", "text": "Kept words.", "seen": ana.seen(RULE)}
    for token in ("", "made-up", ben.token("/review")):
        refused = ana.send(address, {**fields, "csrf_token": token})
        assert refused.status_code == 400
        assert "Kept words." in refused.text
    assert said(app) == []


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
def test_a_form_from_another_site_is_refused(app: Flask, ana: Reviewer, headers: dict[str, str]) -> None:
    fields = {"verdict": "approve", "text": "", "seen": ana.seen(RULE)}
    assert ana.send(RULE, fields, headers=headers).status_code == 403
    assert said(app) == []


@pytest.mark.parametrize("address", FORMS)
def test_a_form_after_the_end_of_the_session_is_refused_and_its_words_come_back(
    app: Flask, ana: Reviewer, address: str
) -> None:
    token, seen = ana.token("/review"), ana.seen(RULE)
    ana.send("/sign-out", {}, page="/review")
    fields = {"csrf_token": token, "verdict": "comment", "text": "Long & careful words.", "seen": seen}
    refused = ana.client.post(address, data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert refused.status_code == 403
    assert "You are signed out" in refused.text
    assert "Long &amp; careful words." in refused.text
    assert said(app) == []


def test_a_form_sent_again_records_nothing_more(app: Flask, ana: Reviewer) -> None:
    for verdict, text in (("comment", "One point."), ("approve", "")):
        for _ in range(3):
            sent = ana.say(RULE, verdict, text)
        assert sent.headers["Location"].endswith("done=already")
        assert "Nothing was added" in ana.see(sent.headers["Location"]).text
    assert [line[2] for line in said(app)] == [Verdict.COMMENT, Verdict.APPROVE]


def test_a_form_sent_six_times_at_once_is_recorded_once(app: Flask, ana: Reviewer) -> None:
    """As many browsers hold the same cookie: a test client is no matter for two threads."""
    fields = {"csrf_token": ana.token(RULE), "verdict": "approve", "seen": ana.seen(RULE)}
    cookie = ana.client.get_cookie("review")
    assert cookie
    browsers = [app.test_client() for _ in range(6)]
    together = Barrier(6)

    def send(browser: FlaskClient) -> str:
        browser.set_cookie("review", cookie.value)
        together.wait(timeout=60)
        return browser.post(RULE, data=fields, headers=HERE).headers["Location"].partition("done=")[2]

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send, browsers)) == ["already"] * 5 + ["approve"]
    assert [line[2] for line in said(app)] == [Verdict.APPROVE]
    (withdraw,) = re.findall(r'action="(/review/withdraw/\d+)"', ana.see(RULE).text)
    assert ana.send(withdraw, {}, page=RULE).headers["Location"].endswith("done=withdraw")
    assert ana.send(withdraw, {}, page=RULE).headers["Location"].endswith("done=already")
    assert state_of(ana, RULE) == "No approval yet"


def test_an_approval_of_a_version_that_is_not_todays_is_refused_and_the_words_come_back(
    app: Flask, ana: Reviewer
) -> None:
    refused = ana.say(RULE, "approve", "I read every line.", seen="0" * 64)
    assert refused.status_code == 409
    assert "This has changed since you opened the page" in refused.text
    assert "I read every line." in refused.text
    assert said(app) == []


@pytest.mark.parametrize("verdict", ["request_changes", "comment"])
def test_a_request_or_comment_needs_words(app: Flask, ana: Reviewer, verdict: str) -> None:
    refused = ana.say(RULE, verdict, "  ")
    assert refused.status_code == 422
    assert "<title>Error: " in refused.text
    assert 'href="#text"' in refused.text
    assert said(app) == []


def test_a_made_up_verdict_target_or_reply_is_refused(app: Flask, ana: Reviewer) -> None:
    assert ana.say(RULE, "withdraw").status_code == 400
    assert ana.say(RULE, "made_up").status_code == 400
    assert ana.say(RULE, "comment", "Words.", parent="999").status_code == 422
    for address in ("/review/rule/RF-X99", "/review/release/x", "/review/tag/x", "/review/group/x"):
        assert ana.see(address).status_code == 404
    for seen in ("rule/RF-X99/0", "release/release/0", "x"):
        fields = {"listed": seen, "seen": seen, "verdict": "approve"}
        assert ana.send("/review/confirm", fields, page="/review").status_code == 404
    assert ana.send("/review/withdraw/999", {}, page="/review").status_code == 404
    assert said(app) == []


def test_the_author_of_a_rule_cannot_approve_it(recommender: Recommender, tmp_path: Path) -> None:
    content = recommender.content
    rules = tuple(
        replace(rule, author="ana  ADAMS") if RULE.endswith(rule.id) else rule for rule in content.rule_set.rules
    )
    theirs = Recommender(replace(content, rule_set=replace(content.rule_set, rules=rules)))
    with review_room(theirs, tmp_path) as app:
        ana, ben = signed_in(app, "ana"), signed_in(app, "ben")
        assert "Approve this version" not in ana.see(RULE).text
        assert "You wrote this, so" in ana.see(RULE).text
        assert ana.say(RULE, "approve").status_code == 422
        version = f"rule/RF-E01/{ana.seen(RULE)}"
        fields = {"listed": version, "seen": version, "verdict": "approve"}
        assert ana.send("/review/confirm", fields, page="/review").status_code == 422
        assert ben.say(RULE, "approve").status_code == 303
        page = ana.see("/review/confirm?target=rule/RF-E01").text
        assert 'name="seen"' not in page
        assert 'name="listed" value="rule/RF-E01/' in page
        assert [line[0] for line in said(app)] == ["Ben Brown"]


def test_a_reply_is_found_by_whoever_it_answers(app: Flask, ana: Reviewer, ben: Reviewer) -> None:
    ana.say(RULE, "comment", "Is numbness enough?")
    assert "New replies" not in ana.see("/review").text
    with open_database(app) as session:
        first = session.scalars(select(Review.id)).one()
    ben.say(RULE, "comment", "Yes, with new onset.", parent=first)
    assert "Yes, with new onset." in ana.see("/review").text
    assert "New replies" not in ben.see("/review").text
    assert ana.see(RULE).text.count('<article class="app-thread"') == 1


@pytest.mark.deep
def test_a_request_for_changes_blocks_until_it_is_taken_back(app: Flask, ana: Reviewer, ben: Reviewer) -> None:
    for reviewer in (ana, ben):
        reviewer.say(RULE, "approve")
    ana.say(RULE, "request_changes", "Say which part.")
    assert state_of(ben, RULE) == "Changes requested"
    assert "Changes requested" in ben.see("/review").text
    withdraw = re.findall(r'action="(/review/withdraw/\d+)"', ana.see(RULE).text)
    assert ben.send(withdraw[-1], {"text": "I misread it."}, page=RULE).status_code == 422
    assert ana.send(withdraw[-1], {"text": "I misread it."}, page=RULE).status_code == 303
    assert state_of(ben, RULE) == "1 of 2 approvals", "her earlier approval does not come back by itself"
    ana.say(RULE, "approve")
    assert state_of(ben, RULE) == "Approved"


def test_a_lead_can_take_back_what_a_closed_account_asked_for(app: Flask, ana: Reviewer, ben: Reviewer) -> None:
    ana.say(RULE, "request_changes", "Say which part.")
    with open_database(app) as session:
        disable(session, account(session, "ana"))
    (withdraw,) = re.findall(r'action="(/review/withdraw/\d+)"', ben.see(RULE).text)
    assert ben.send(withdraw, {"text": ""}, page=RULE).status_code == 422
    assert ben.send(withdraw, {"text": "Agreed by telephone."}, page=RULE).status_code == 303
    assert state_of(ben, RULE) == "No approval yet"


def test_what_is_typed_is_shown_as_text_and_never_as_markup(ana: Reviewer) -> None:
    ana.say(RULE, "comment", "<script>alert(1)</script><b>x</b>")
    page = ana.see(RULE).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>x" not in page


def test_a_change_of_one_word_takes_back_exactly_what_it_touches_and_shows_the_word(
    recommender: Recommender, tmp_path: Path
) -> None:
    folder = tmp_path / "room"
    with review_room(recommender, folder) as app:
        release(app)
        ben = signed_in(app, "ben")
        assert "This release is approved." in ben.see("/review/release").text
        assert ben.see("/review/release/certificate.json").json["version"] == recommender.content.rule_set.version
    changed = one_word_changed(tmp_path / "content")
    rule_id = CHANGED[0].rpartition("/")[2][:6]
    with review_room(changed, folder) as app:
        ana, ben = signed_in(app, "ana"), signed_in(app, "ben")
        assert ana.see("/review/release/certificate.json").status_code == 404
        overview = ana.see("/review").text
        assert "1 of 1 still to be approved or settled needs you." in overview
        assert re.findall(r"<del>(.*?)</del>|<ins>(.*?)</ins>", overview) == [("Good", ""), ("", "Strong")]
        waiting = [row for group in NEEDED for row in _not_approved(ana, group)]
        assert waiting == [f"/review/rule/{rule_id}"]
        page = ana.see(waiting[0]).text
        assert page.count("<del>Good</del>") == page.count("<ins>Strong</ins>") == 2, "one for each lapsed approval"
        for reviewer in (ana, ben):
            reviewer.say(waiting[0], "approve")
        assert _not_approved(ana, "precautions") == []
        assert "It waits" not in ana.see("/review/release").text
        assert ben.say("/review/release", "approve").status_code == 303
        assert app.test_client().get("/readyz").json["rule_set"]["approved"] is True


@pytest.mark.deep
def test_the_record_can_be_taken_away(app: Flask, ana: Reviewer) -> None:
    ana.say(RULE, "comment", "=1+1")
    record = ana.see("/review/export.json")
    assert "attachment" in record.headers["Content-Disposition"]
    assert record.json["audit"]["faults"] == []
    assert record.json["audit"]["count"] == len(record.json["audit"]["entries"])
    assert record.json["audit"]["entries"][-1]["action"] == "comment"
    table = ana.see("/review/export.csv").data
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    for sheet in (table, ana.see("/rules/matrix.csv").data):
        assert sheet.count(codecs.BOM_UTF8) == 1 and sheet.startswith(codecs.BOM_UTF8), "or Excel garbles accents"
    assert {row["record"] for row in rows} == {"review", "audit"}
    ana.say(RULE, "approve")
    printed = html.unescape(ana.see("/review/print").text)
    assert "Ana Adams</strong>, PH-ana" in printed
    assert ana.seen(RULE) in printed


def test_a_record_that_cannot_be_read_is_said_and_loses_no_words(app: Flask, ana: Reviewer) -> None:
    ana.say(RULE, "comment", "Before.")
    fields = {"csrf_token": ana.token(RULE), "verdict": "comment", "text": "Typed.", "seen": ana.seen(RULE)}
    with app.extensions["review_database"].engine.connect() as connection:
        for command in (
            "DROP TRIGGER review_no_update",
            "PRAGMA ignore_check_constraints = ON",
            "UPDATE review SET created_at = 'no day'",
        ):
            connection.exec_driver_sql(command)
        connection.commit()
    page, sent = ana.see(RULE), ana.client.post(RULE, data=fields, headers=HERE)
    for answer in (page, ana.see("/review")):
        assert answer.status_code == 500
        assert "The record of the review cannot be read" in answer.text
        assert "recommender audit" in answer.text
    assert sent.status_code >= 500
    assert "Typed." in sent.text
    assert ana.see("/exercises").status_code == 200


@pytest.mark.parametrize("backend", databases.postgresql_only())
def test_while_the_database_is_away_routines_work_and_nothing_is_lost(
    recommender: Recommender, tmp_path: Path, backend: str
) -> None:
    with databases.postgresql() as server, databases.new_database(server) as url:
        gate = DatabaseGate(url)
        with review_room(recommender, tmp_path, gate.through) as app:
            ana = signed_in(app, "ana")
            ana.say(RULE, "comment", "Before.")
            fields = {"csrf_token": ana.token(RULE), "verdict": "comment", "text": "Typed.", "seen": ana.seen(RULE)}
            gate.shut()
            sent = ana.client.post(RULE, data=fields, headers={"Sec-Fetch-Site": "same-origin"})
            for page in (sent, ana.see("/review"), ana.see("/review/export.json")):
                assert page.status_code == 503
                assert "The review room is not available just now" in page.text
                assert "Routines still work." in page.text
            assert "Typed." in sent.text
            for public in ("/", "/exercises", "/readyz", "/api/v1/rules", "/sign-in"):
                assert ana.see(public).status_code == 200, public
            gate.open()
            assert ana.client.post(RULE, data=fields, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
            assert [line[3] for line in said(app)] == ["Before.", "Typed."]


def test_a_database_that_is_away_at_the_start_does_not_stop_the_site(recommender: Recommender, tmp_path: Path) -> None:
    with review_room(recommender, tmp_path) as app:
        (tmp_path / "review.db").unlink()
        (tmp_path / "review.db").mkdir()
        client = app.test_client()
        assert client.get("/").status_code == 200
        assert Reviewer(app, "ana").sign_in().status_code == 503


def _not_approved(reviewer: Reviewer, group: str) -> list[str]:
    """Return what a release still waits for in a group, as its page tells."""
    rows = re.findall(r'<li class="app-pick">(.*?)</li>', reviewer.see(f"/review/group/{group}").text, re.DOTALL)
    open_rows = [row for row in rows if "app-state--approved" not in row]
    return [re.findall(r'href="([^"]+)"', row)[0] for row in open_rows if "Not needed for a release" not in row]


def test_a_reviewer_sees_every_drawing_that_an_approval_covers(ana: Reviewer, recommender: Recommender) -> None:
    page = html.unescape(ana.see("/review/exercise/pelvic_tilt").text)
    drawings = read_manifest(PICTURES / MANIFEST)
    for form in recommender.content.catalogue.by_id["pelvic_tilt"].forms:
        assert all(f"/figures/{name}" in page for name in drawings[form.key].frames), form.key
        assert recommender.content.figures.exercises["pelvic_tilt"].forms[form.id].alt in page


def test_one_set_is_no_sets(recommender: Recommender, ana: Reviewer) -> None:
    once = next(one for one in recommender.content.catalogue.exercises if tuple(one.dose.sets) == (1, 1))
    page = ana.see(f"/review/exercise/{once.id}").text
    assert re.search(r"; 1 set[,.]", page) and "1 sets" not in page
