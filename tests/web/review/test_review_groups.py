"""The review room's pages: several signed or spoken of at once, numbers that are none, and what a release tells."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from recommender.review.tables import Review, Verdict
from recommender.rulebook.points import points
from recommender.service.recommend import Recommender
from tests.support.reviewers import Reviewer, open_database, review_room, signed_in

RULE = "/review/rule/RF-E01"
LIST = "/review/group/red_flags"


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    with review_room(recommender, tmp_path) as made:
        yield made


@pytest.fixture
def ana(app: Flask) -> Reviewer:
    return signed_in(app, "ana")


def said(app: Flask) -> list[tuple[str, str, Verdict, str]]:
    """Return who said what, oldest first."""
    with open_database(app) as session:
        rows = session.scalars(select(Review).order_by(Review.id)).all()
        return [(row.clinician.name, row.target_id, row.verdict, row.text) for row in rows]


def test_a_group_is_listed_in_full_and_then_signed_one_by_one(app: Flask, ana: Reviewer) -> None:
    targets = ("rule/RF-E01", "rule/RF-E02", "exercise/pelvic_tilt")
    page, fields = ana.ticks(targets)
    assert ana.see(page).text.count("<strong>When</strong>") >= 2
    assert [name.rpartition("/")[0] for name in fields["seen"]] == list(targets)
    sent = {**fields, "text": "Read together.", "verdict": "approve"}
    assert ana.send("/review/confirm", sent, page=page).status_code == 303
    assert [line[1:] for line in said(app)] == [
        (target.rpartition("/")[2], Verdict.APPROVE, "Read together.") for target in targets
    ]
    again = ana.see("/review/confirm?target=rule/RF-E01").text
    assert "You have approved this version." in again
    assert 'value="approve"' not in again


@pytest.mark.deep
@pytest.mark.parametrize("verdict", [Verdict.REQUEST_CHANGES, Verdict.COMMENT])
def test_a_group_can_be_asked_to_change_or_commented_on_one_by_one(
    app: Flask, ana: Reviewer, recommender: Recommender, verdict: Verdict
) -> None:
    ana.say(RULE, "approve")
    group = ana.see(LIST).text
    targets = list(dict.fromkeys(re.findall(r'name="target" value="([^"]+)"', group)))
    kind = [rule.id for rule in recommender.content.rule_set.rules if rule.kind == "red_flags"]
    assert [target.rpartition("/")[2] for target in targets] == kind, "what is signed can be commented on too"
    address = f"/review/confirm?{'&'.join(f'target={target}' for target in targets[:3])}"
    page = ana.see(address).text
    assert {"approve", "request_changes", "comment"} == set(re.findall(r'name="verdict" value="([^"]+)"', page))
    fields = {"listed": re.findall(r'name="listed" value="([^"]+)"', page)}
    assert len(fields["listed"]) == 3
    assert len(re.findall(r'name="seen"', page)) == 2, "what is signed already has no tick"

    def send(text: str) -> TestResponse:
        return ana.send("/review/confirm", {**fields, "verdict": verdict.value, "text": text}, page=address)

    refused = send(" ")
    assert refused.status_code == 422
    assert 'href="#text"' in refused.text
    sent = send("Say which part.")
    assert "one for each" in ana.see(sent.headers["Location"]).text
    assert "Nothing was added" in ana.see(send("Say which part.").headers["Location"]).text
    assert sorted(said(app)[1:]) == [("Ana Adams", rule, verdict, "Say which part.") for rule in sorted(kind[:3])]


def test_a_group_with_a_made_up_verdict_is_refused(app: Flask, ana: Reviewer) -> None:
    seen = f"rule/RF-E01/{ana.seen(RULE)}"
    for verdict in ("withdraw", "made_up"):
        fields = {"listed": seen, "seen": seen, "verdict": verdict, "text": "Words."}
        assert ana.send("/review/confirm", fields, page="/review").status_code == 400
    assert said(app) == []


def test_of_a_group_with_one_stale_version_nothing_is_signed(app: Flask, ana: Reviewer) -> None:
    seen = [f"rule/RF-E02/{ana.seen('/review/rule/RF-E02')}", f"rule/RF-E01/{'0' * 64}"]
    fields = {"listed": seen, "seen": seen, "text": "Read together.", "verdict": "approve"}
    refused = ana.send("/review/confirm", fields, page="/review")
    assert refused.status_code == 409
    assert "Read together." in refused.text
    assert said(app) == []
    # What changed meanwhile is to be read and ticked anew; the others keep their tick.
    ticks = re.findall(r'name="seen" value="rule/(RF-E\d+)/\w+" data-read( checked)?>', refused.text)
    assert dict(ticks) == {"RF-E02": " checked", "RF-E01": ""}


@pytest.mark.parametrize("number", ["999999999999999", "9" * 30, "9" * 5000, "-1", "x", "999"])
def test_a_reply_to_nothing_is_refused_and_its_words_come_back(app: Flask, ana: Reviewer, number: str) -> None:
    for address in (RULE, "/review/release"):
        refused = ana.say(address, "comment", "Typed words.", parent=number)
        assert refused.status_code == 422
        assert "What you answer to is not here." in refused.text
        assert "Typed words.</textarea>" in refused.text
    assert said(app) == []


@pytest.mark.parametrize("number", ["99999999999", "9" * 30, "9" * 5000, "x"])
def test_what_is_not_there_cannot_be_withdrawn(ana: Reviewer, number: str) -> None:
    missing = ana.send(f"/review/withdraw/{number}", {}, page="/review")
    assert missing.status_code == 404
    assert "<h1" in missing.text


def test_the_rule_that_is_signed_nests_its_conditions_as_the_rule_book_does(ana: Reviewer) -> None:
    def clauses(address: str) -> list[str]:
        return re.findall(
            r'<strong>When</strong>.*?</ul>\s*(?:</div>\s*)?<ul class="govuk-list', ana.see(address).text, re.DOTALL
        )

    book = clauses("/rules/CI-A05")
    assert book
    assert all('<ul class="app-clause">' in clause for clause in book)
    for address in ("/review/rule/CI-A05", "/review/confirm?target=rule/CI-A05"):
        assert [re.sub(r"\s+|</div>", "", one) for one in clauses(address)] == [
            re.sub(r"\s+|</div>", "", one) for one in book
        ]


def test_the_release_tells_of_unknown_authors_and_of_rules_to_settle(ana: Reviewer, recommender: Recommender) -> None:
    page = html.unescape(ana.see("/review/release").text)
    assert re.search(r"\d+ of the rules, so nobody can tell", page)
    section = page.partition('id="settle"')[2].partition("</section>")[0]
    listed = {point.id for point in points(recommender.content)}
    assert {str(point.number) for point in recommender.content.catalogue.review_points} < listed
    assert set(re.findall(r'href="/review/point/([^"]+)"', section)) == listed
