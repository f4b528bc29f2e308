"""Points that a clinician must settle: what a decision is bound to, how long one may be put off, and what a release holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from recommender.models.content import Content
from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.export import export_csv, export_json
from recommender.review.objections import answer, withdraw
from recommender.review.release import (
    ReleaseStatus,
    approve_release,
    keep_certificate,
    needed,
    read_certificate,
    seal,
    status,
)
from recommender.review.reviews import Approval, Standings, standings
from recommender.review.settlements import LONGEST_PUT_OFF, settle
from recommender.review.tables import Clinician, Review, Role, Verdict, now
from recommender.review.work import assign
from recommender.rulebook.digest import digests
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind
from tests.support.signing import KEY, NewClinician, approve, decide, name_author, say, stands

DAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def lead(clinician: NewClinician) -> Clinician:
    return clinician(role=Role.LEAD)


@pytest.fixture
def point(content: Content, today: Mapping[Target, Digest]) -> Digest:
    """A point that names exactly one rule."""
    number = next(str(one.number) for one in content.catalogue.review_points if len(one.rules) == 1)
    return today[Target(TargetKind.POINT, number)]


@pytest.fixture
def few(today: Mapping[Target, Digest], point: Digest) -> Mapping[Target, Digest]:
    """A release of one rule, one move and one point: what holds for these holds for all."""
    kinds = {target.kind: target for target in today if target.kind in (TargetKind.RULE, TargetKind.EXERCISE)}
    return {target: today[target] for target in (*kinds.values(), point.target, RELEASE)}


@pytest.fixture
def released(
    session: Session, clinician: NewClinician, lead: Clinician, content: Content, few: Mapping[Target, Digest]
) -> None:
    other = clinician()
    for target in needed(few):
        approve(session, lead, few[target])
        if target.kind is not TargetKind.POINT:
            approve(session, other, few[target])
    name_author(session, lead, few[RELEASE], clinician(role=Role.AUTHOR))
    sign(session, lead, content, few)
    session.commit()


def sign(
    session: Session,
    lead: Clinician,
    content: Content,
    today: Mapping[Target, Digest],
    decided: str | None = None,
) -> Review | None:
    return approve_release(session, KEY, lead, content, today, 2, seen=today[RELEASE].sha256, decided=decided)


def test_a_decision_is_bound_to_what_the_rules_do_that_its_point_names(
    session: Session, clinician: NewClinician, content: Content, point: Digest
) -> None:
    (named,) = point.parts["rules"]
    decide(session, clinician(), point)
    assert stands(session, point).is_approved
    rules = tuple(
        replace(rule, branches=tuple(replace(branch, say=f"{branch.say} Changed.") for branch in rule.branches))
        if rule.id == named
        else rule
        for rule in content.rule_set.rules
    )
    changed = digests(replace(content, rule_set=replace(content.rule_set, rules=rules)))[point.target]
    assert changed.parts["text"] == point.parts["text"], "not a word of the point itself has changed"
    found = stands(session, changed)
    assert (found.is_approved, found.settled) == (False, None)
    assert found.settled_before is not None and found.settled_before.decision == "It stays."


def test_whoever_wrote_a_rule_that_a_point_names_leaves_it_to_others_to_settle(
    session: Session, clinician: NewClinician, lead: Clinician, today: Mapping[Target, Digest], point: Digest
) -> None:
    (named,) = point.parts["rules"]
    author, other = clinician(), clinician()
    decide(session, author, point)
    name_author(session, lead, today[Target(TargetKind.RULE, named)], author)
    found = stands(session, point)
    assert (found.settled, found.authors) == (None, (author,)), "what they said before counts no more"
    with pytest.raises(ReviewRefused, match="You wrote a rule that this is about, so somebody else must settle it"):
        decide(session, author, point, decision="It goes.")
    with pytest.raises(ReviewRefused, match="wrote this, so somebody else must look at it"):
        assign(session, KEY, lead, point, author)
    decide(session, other, point)
    assert stands(session, point).is_approved


def test_the_file_of_a_rule_names_whoever_may_not_settle_its_point(
    session: Session, clinician: NewClinician, content: Content, point: Digest
) -> None:
    (named,) = point.parts["rules"]
    rules = tuple(replace(rule, author="Ann Lee") if rule.id == named else rule for rule in content.rule_set.rules)
    written = digests(replace(content, rule_set=replace(content.rule_set, rules=rules)))[point.target]
    assert (written.sha256, "Ann Lee" in written.authors) == (point.sha256, True)
    with pytest.raises(ReviewRefused, match="somebody else must settle it"):
        decide(session, clinician(name="Ann Lee"), written)
    assert decide(session, clinician(), written)


def test_a_lead_who_wrote_a_rule_ends_nobody_elses_objection_to_its_point(
    session: Session, clinician: NewClinician, lead: Clinician, today: Mapping[Target, Digest], point: Digest
) -> None:
    (named,) = point.parts["rules"]
    left, second = clinician(), clinician(role=Role.LEAD)
    request = say(session, left, point, Verdict.REQUEST_CHANGES)
    left.disabled = True
    session.flush()
    name_author(session, second, today[Target(TargetKind.RULE, named)], lead)
    with pytest.raises(ReviewRefused, match="You wrote a rule that this is about, so another lead"):
        withdraw(session, KEY, lead, request, "They have left.", authors=())
    changed = replace(point, sha256="d" * 64)
    with pytest.raises(ReviewRefused, match="a lead who did not write it"):
        answer(session, KEY, lead, request, changed, "It says so now.", seen=changed.sha256, authors=())
    assert withdraw(session, KEY, second, request, "They have left.", authors=())


def test_a_change_of_a_rule_that_a_point_does_not_name_leaves_it_settled(
    content: Content, today: Mapping[Target, Digest], point: Digest
) -> None:
    (named,) = point.parts["rules"]
    other = next(rule for rule in content.rule_set.rules if rule.kind == "sitting" and rule.id != named)
    rules = tuple(replace(rule, title="Changed") if rule is other else rule for rule in content.rule_set.rules)
    after = digests(replace(content, rule_set=replace(content.rule_set, rules=rules)))
    assert after[Target(TargetKind.RULE, other.id)] != today[Target(TargetKind.RULE, other.id)]
    assert after[point.target] == point


@pytest.mark.parametrize(
    "days, told",
    [
        (None, "Give the day until"),
        (0, "Give a day after today"),
        (-1, "Give a day after today"),
        (LONGEST_PUT_OFF.days + 1, "Give a day after today and not after 2027-11-21"),
    ],
)
def test_nothing_is_put_off_without_a_day_within_a_year(
    session: Session, lead: Clinician, point: Digest, days: int | None, told: str
) -> None:
    until = None if days is None else DAY + timedelta(days=days)
    with pytest.raises(ReviewRefused, match=told):
        settle(
            session, KEY, lead, point, Verdict.DEFER, "", "Asked.", seen=point.sha256, until=until, on=DAY
        )  # fmt: skip
    for good in (1, LONGEST_PUT_OFF.days):
        assert settle(
            session, KEY, lead, point, Verdict.DEFER, "", "Asked.",
            seen=point.sha256, until=DAY + timedelta(days=good), on=DAY,
        )  # fmt: skip


def test_what_is_put_off_blocks_a_release_again_once_its_day_is_past(
    session: Session, lead: Clinician, content: Content, few: Mapping[Target, Digest], point: Digest
) -> None:
    until = DAY + timedelta(days=30)
    settle(session, KEY, lead, point, Verdict.DEFER, "", "Asked.", seen=point.sha256, until=until, on=DAY)

    def on(day: date) -> ReleaseStatus:
        return status(session, content, few, 2, KEY, stood=standings(session, few, 2, KEY, day))

    assert point.target not in on(until).missing and on(until).until == until
    due = on(until + timedelta(days=1))
    assert point.target in due.undecided and due.until is None
    assert due.settled[point.target.id].is_due


@pytest.mark.usefixtures("released")
def test_a_later_word_that_settles_a_point_otherwise_takes_the_signature_of_the_release(
    session: Session,
    clinician: NewClinician,
    lead: Clinician,
    content: Content,
    few: Mapping[Target, Digest],
    point: Digest,
) -> None:
    signed = status(session, content, few, 2, KEY)
    assert signed.is_approved
    other = clinician()
    decide(session, other, point)
    assert status(session, content, few, 2, KEY).is_approved, "the same was decided once more"
    decide(session, other, point, decision="It goes.")
    found = status(session, content, few, 2, KEY)
    assert (found.is_ready, found.is_approved, found.approvals) == (True, False, ())
    assert [one.clinician_id for one in found.overtaken] == [lead.id]
    overturned = stands(session, point).overturned
    assert {one.decision for one in overturned} == {"It stays."}, "what was decided before is told"
    with pytest.raises(StaleVersion, match="settled otherwise"):
        sign(session, lead, content, few, signed.decided)
    assert sign(session, lead, content, few, found.decided) is not None
    assert status(session, content, few, 2, KEY).is_approved
    assert sign(session, lead, content, few) is None, "it stands"


@pytest.mark.usefixtures("released")
def test_a_release_signed_without_what_is_decided_counts_for_nothing(
    session: Session, content: Content, few: Mapping[Target, Digest]
) -> None:
    stood = standings(session, few, 2, KEY)
    bare = replace(
        stood.today[RELEASE],
        approvals=tuple(replace(one, decision="") for one in stood.today[RELEASE].approvals),
    )
    found = status(session, content, few, 2, KEY, stood=Standings({**stood.today, RELEASE: bare}, stood.gone))
    assert not found.is_approved


def test_a_certificate_does_not_outlive_what_is_put_off(content: Content, tmp_path: Path) -> None:
    path = tmp_path / "release-certificate.json"
    signature = Approval(1, 1, "Ann Lee", "PH1", NOON, "b" * 64, Role.LEAD)
    approved = ReleaseStatus((), True, True, (signature,), 2, until=NOON.date() + timedelta(days=3))
    keep_certificate(path, KEY, content, approved, NOON, 30)
    end = datetime(2026, 11, 25, tzinfo=UTC)
    assert read_certificate(path, KEY, seal(content), 2, end - timedelta(seconds=1)) is not None
    assert read_certificate(path, KEY, seal(content), 2, end) is None


def test_the_export_holds_what_was_decided_and_until_when_something_is_put_off(
    session: Session, lead: Clinician, content: Content, today: Mapping[Target, Digest], point: Digest
) -> None:
    until = now().date() + timedelta(days=30)
    settle(session, KEY, lead, point, Verdict.DEFER, "As it is.", "Asked.", seen=point.sha256, until=until)
    told = export_json(session, KEY, content, today, 2)
    (thread,) = told["threads"]
    assert (thread["decision"], thread["until"]) == ("As it is.", until.isoformat())
    name = f"point/{point.target.id}"
    assert (told["standing"][name]["settled"], told["standing"][name]["is_due"]) == (thread["id"], False)
    table = list(csv.DictReader(io.StringIO(export_csv(session, today))))
    assert [(row["decision"], row["until"]) for row in table if row["record"] == "review"] == [
        ("As it is.", until.isoformat())
    ]
