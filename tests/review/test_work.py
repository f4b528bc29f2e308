"""Who wrote what, who looks at what until when, what was seen, and that nobody approves their own work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from recommender.models.content import Content
from recommender.review import audit, work
from recommender.review.accounts import disable, list_clinicians
from recommender.review.approval_status import Standing
from recommender.review.authorship import unknown_authors
from recommender.review.errors import ReviewRefused
from recommender.review.export import export_csv, export_json
from recommender.review.notices import About, told_to
from recommender.review.objections import withdraw
from recommender.review.own_notes import mark_seen, save_place, saved_place, seen_by, unmark_seen
from recommender.review.release import status
from recommender.review.reviews import reviews_of, spoken, standing, submit
from recommender.review.rows import rows
from recommender.review.tables import Clinician, Review, Role, Verdict, now
from recommender.rulebook.digest import digests
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind
from tests.support.signing import KEY, NewClinician, approve, changed, name_author, say, stands, tamper

TODAY = now().date()
SOON = TODAY + timedelta(days=7)


@pytest.fixture
def lead(clinician: NewClinician) -> Clinician:
    return clinician(role=Role.LEAD)


@pytest.fixture
def release(today: dict[Target, Digest]) -> Digest:
    return today[RELEASE]


def of(session: Session, digest: Digest) -> work.Work:
    return work.work_of(rows(session, Review), {digest.target: digest}).get(digest.target, work.NO_WORK)


def given_to(session: Session, by: Clinician, digest: Digest, person: Clinician, **named: Any) -> Review:
    given = work.assign(session, KEY, by, digest, person, **named)
    assert given is not None
    return given


def test_whoever_wrote_a_rule_cannot_approve_it(session: Session, clinician: NewClinician, digest: Digest) -> None:
    ann, ben = clinician(), clinician()
    assert work.name_author(session, KEY, ann, digest, ann)
    with pytest.raises(ReviewRefused, match="somebody else must approve it"):
        approve(session, ann, digest)
    approve(session, ben, digest)
    assert [approval.clinician_id for approval in stands(session, digest).approvals] == [ben.id]
    assert audit.verify(session, KEY).faults == ()


def test_an_approval_counts_no_more_once_its_giver_is_named_as_the_author(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann, ben = clinician(), clinician()
    approve(session, ann, digest)
    approve(session, ben, digest)
    assert stands(session, digest).is_approved
    work.name_author(session, KEY, ann, digest, ann)
    found = stands(session, digest)
    assert not found.is_approved
    assert [one.clinician_id for one in found.approvals] == [ben.id]
    assert [one.id for one in found.authors] == [ann.id]


def test_whoever_wrote_the_rule_set_approves_nothing_in_it(
    session: Session, clinician: NewClinician, lead: Clinician, digest: Digest, release: Digest
) -> None:
    ann = clinician()
    name_author(session, lead, release, ann)
    with pytest.raises(ReviewRefused, match="You wrote this"):
        approve(session, ann, digest)
    every = {digest.target: digest, RELEASE: release}
    assert standing(session, every, 2, KEY)[digest.target].authors == (ann,)


def test_a_reviewer_names_only_themselves_and_nobody_takes_the_own_name_back(
    session: Session, clinician: NewClinician, lead: Clinician, digest: Digest
) -> None:
    ann, ben = clinician(), clinician()
    with pytest.raises(ReviewRefused, match="only what you wrote yourself"):
        work.name_author(session, KEY, ann, digest, ben)
    named = work.name_author(session, KEY, ann, digest, ann)
    assert named is not None
    for who, why in ((ann, "I did not."), (ben, "She did not."), (lead, "")):
        with pytest.raises(ReviewRefused):
            work.take_back(session, KEY, who, named, why)
    with pytest.raises(ReviewRefused, match="another way"):
        withdraw(session, KEY, ann, named, "I did not.", authors=())
    assert work.take_back(session, KEY, lead, named, "It was Ben.")
    assert stands(session, digest).authors == ()


def test_an_author_speaks_and_signs_nothing(session: Session, clinician: NewClinician, digest: Digest) -> None:
    ash = clinician(role=Role.AUTHOR)
    say(session, ash, digest, Verdict.COMMENT)
    say(session, ash, digest, Verdict.REQUEST_CHANGES)
    with pytest.raises(ReviewRefused):
        say(session, ash, digest, Verdict.APPROVE, "")
    with pytest.raises(ReviewRefused, match="cannot approve"):
        work.assign(session, KEY, ash, digest, ash)


def test_a_rule_has_a_known_author_by_the_record_or_by_an_account_that_its_file_names(
    session: Session, clinician: NewClinician, lead: Clinician, content: Content, digest: Digest, release: Digest
) -> None:
    nobody = {digest.target: Standing((), (), (), False)}
    team = content.rule_set.by_id[digest.target.id].author
    assert unknown_authors(content, nobody, list_clinicians(session)) == (digest.target,)
    clinician(name=team)
    assert unknown_authors(content, nobody, list_clinicians(session)) == ()
    few = {digest.target: digest, RELEASE: release}
    name_author(session, lead, release, clinician(role=Role.AUTHOR))
    assert status(session, content, few, 2, KEY).authors_unknown == 0


def test_something_is_assigned_until_it_is_done_as_it_is_today(
    session: Session, clinician: NewClinician, lead: Clinician, digest: Digest
) -> None:
    ann = clinician()
    given_to(session, lead, digest, ann, due=SOON)
    (waiting,) = of(session, digest).waiting
    assert (waiting.person.id, waiting.due, waiting.is_late(TODAY)) == (ann.id, SOON, False)
    assert waiting.is_late(SOON + timedelta(days=1)) and not waiting.is_late(SOON)
    approve(session, ann, digest)
    assert of(session, digest).waiting == ()
    assert of(session, changed(digest)).waiting, "another version is to be looked at again"


def test_a_later_day_takes_the_place_of_an_earlier_one_and_the_same_twice_adds_nothing(
    session: Session, clinician: NewClinician, lead: Clinician, digest: Digest
) -> None:
    ann = clinician()
    given_to(session, lead, digest, ann, due=SOON)
    assert work.assign(session, KEY, lead, digest, ann, due=SOON) is None
    given_to(session, lead, digest, ann, due=SOON + timedelta(days=1))
    assert [one.due for one in of(session, digest).waiting] == [SOON + timedelta(days=1)]


def test_reviewers_take_work_and_only_those_who_plan_give_it(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann, ben, sol = clinician(), clinician(), clinician(role=Role.SAFETY_OFFICER)
    given_to(session, ann, digest, ann)
    with pytest.raises(ReviewRefused, match="take something yourself"):
        work.assign(session, KEY, ann, digest, ben)
    given = given_to(session, sol, digest, ben)
    with pytest.raises(ReviewRefused, match="Only whoever has it"):
        work.take_back(session, KEY, ann, given)
    assert work.take_back(session, KEY, ben, given)
    assert [one.person.id for one in of(session, digest).waiting] == [ann.id]


@pytest.mark.parametrize("due", [TODAY - timedelta(days=1), TODAY + work.FURTHEST + timedelta(days=1)])
def test_a_day_must_be_one_that_can_be_kept(session: Session, lead: Clinician, digest: Digest, due: Any) -> None:
    for act in (
        lambda: work.assign(session, KEY, lead, digest, lead, due=due),
        lambda: work.review_again(session, KEY, lead, digest, due),
    ):
        with pytest.raises(ReviewRefused, match="Give a day"):
            act()


def test_nothing_is_assigned_to_whoever_wrote_it_or_has_no_account_that_signs(
    session: Session, clinician: NewClinician, lead: Clinician, digest: Digest
) -> None:
    ann, gone, rea = clinician(), clinician(), clinician(role=Role.READER)
    work.name_author(session, KEY, ann, digest, ann)
    disable(session, gone)
    for person in (ann, gone, rea):
        with pytest.raises(ReviewRefused):
            work.assign(session, KEY, lead, digest, person)


def test_what_must_be_looked_at_again_is_late_after_its_day(
    session: Session, clinician: NewClinician, lead: Clinician, digest: Digest
) -> None:
    with pytest.raises(ReviewRefused, match="A lead or the safety officer"):
        work.review_again(session, KEY, clinician(), digest, SOON)
    assert work.review_again(session, KEY, lead, digest, SOON)
    assert work.review_again(session, KEY, lead, digest, SOON) is None
    known = work.work_of(rows(session, Review), {digest.target: digest})
    stood = standing(session, {digest.target: digest}, 2, KEY)
    assert work.late(known, stood, SOON) == ()
    assert work.late(known, stood, SOON + timedelta(days=1)) == (digest.target,)


def test_what_is_said_of_the_work_is_no_part_of_the_discussion_and_stands_in_every_export(
    session: Session, clinician: NewClinician, lead: Clinician, content: Content, digest: Digest, release: Digest
) -> None:
    ann = clinician()
    given = given_to(session, lead, digest, ann, due=SOON)
    work.name_author(session, KEY, lead, digest, lead)
    work.take_back(session, KEY, ann, given)
    said = say(session, ann, digest, Verdict.COMMENT, "Well put.")
    assert spoken(reviews_of(session, digest.target)) == (said,)
    few = {digest.target: digest, RELEASE: release}
    whole = export_json(session, KEY, content, few, 2)
    told = {one["verdict"]: one["person"] for thread in whole["threads"] for one in (thread, *thread["replies"])}
    assert told == {"assign": ann.email, "wrote": lead.email, "withdraw": None, "comment": None}
    assert whole["audit"]["faults"] == []
    assert f",{ann.email},,{SOON.isoformat()}," in export_csv(session, few)


@pytest.mark.parametrize("change", ["person_id = {other}", "person_id = NULL", "until = '2031-01-01'"])
def test_whom_a_word_names_cannot_be_changed_without_a_trace(
    engine: Engine, session: Session, clinician: NewClinician, lead: Clinician, digest: Digest, change: str
) -> None:
    ann, ben = clinician(), clinician()
    given_to(session, lead, digest, ann, due=SOON)
    session.commit()
    tamper(engine, f"UPDATE review SET {change.format(other=ben.id)}")
    session.expire_all()
    assert "is not what entry" in " ".join(audit.verify(session, KEY).faults)


def test_a_mark_of_something_seen_lapses_with_its_version_and_approves_nothing(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann = clinician()
    mark_seen(session, ann, digest)
    assert seen_by(session, ann, {digest.target: digest}) == {digest.target}
    assert seen_by(session, ann, {digest.target: changed(digest)}) == frozenset()
    assert seen_by(session, clinician(), {digest.target: digest}) == frozenset()
    assert not stands(session, digest).approvals
    unmark_seen(session, ann, digest.target)
    assert seen_by(session, ann, {digest.target: digest}) == frozenset()


def test_a_place_is_kept_with_its_list(session: Session, clinician: NewClinician, digest: Digest) -> None:
    ann = clinician()
    assert saved_place(session, ann) is None
    save_place(session, ann, RELEASE, "")
    save_place(session, ann, digest.target, "theme=pregnancy")
    assert saved_place(session, ann) == (digest.target, "theme=pregnancy")


def test_somebody_is_told_what_concerns_them_and_never_what_was_typed(
    session: Session, clinician: NewClinician, lead: Clinician, today: dict[Target, Digest]
) -> None:
    first, second, third = [digest for target, digest in today.items() if target.kind is TargetKind.RULE][:3]
    ann = clinician()
    given_to(session, lead, first, ann)
    mine = say(session, ann, second, Verdict.COMMENT, "Why?")
    say(session, lead, third, Verdict.COMMENT, "Secret words.")
    submit(
        *(session, KEY, lead, second.target, second, Verdict.COMMENT, "Secret words.", mine.id),
        seen=second.sha256,
        authors=(),
    )
    approve(session, ann, third)
    approve(session, lead, changed(third))
    told = told_to(session, ann)
    assert {(one.about, one.target) for one in told} == {
        (About.ASSIGNED, first.target),
        (About.ANSWERED, second.target),
        (About.CHANGED, third.target),
    }
    assert "Secret" not in repr(told)
    assert told_to(session, lead) == ()


def test_an_approval_counts_no_more_once_the_file_names_its_giver_as_the_author(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann, ben = clinician(), clinician()
    approve(session, ann, digest)
    approve(session, ben, digest)
    assert stands(session, digest).is_approved
    now_hers = replace(digest, authors=frozenset({ann.name.upper()}))
    assert [one.clinician_id for one in stands(session, now_hers).approvals] == [ben.id]
    assert work.assign(session, KEY, ben, now_hers, ben)
    with pytest.raises(ReviewRefused, match="wrote this"):
        work.assign(session, KEY, ann, now_hers, ann)


def test_the_author_in_a_file_goes_with_each_digest_and_changes_none(content: Content, digest: Digest) -> None:
    rules = tuple(
        replace(rule, author="Ann Lee") if rule.id == digest.target.id else rule for rule in content.rule_set.rules
    )
    found = digests(replace(content, rule_set=replace(content.rule_set, rules=rules)))
    assert (found[digest.target].sha256, found[digest.target].authors) == (digest.sha256, {"Ann Lee"})
    assert "Ann Lee" in found[Target(TargetKind.SAFETY, "floors")].authors


def test_who_wrote_everything_is_for_a_lead_to_say(
    session: Session, clinician: NewClinician, lead: Clinician, release: Digest
) -> None:
    ann = clinician()
    with pytest.raises(ReviewRefused, match="Only a lead can say who wrote everything"):
        work.name_author(session, KEY, ann, release, ann)
    assert work.name_author(session, KEY, lead, release, lead)


def test_a_lead_takes_back_no_objection_to_what_they_wrote(
    session: Session, clinician: NewClinician, lead: Clinician, digest: Digest
) -> None:
    ann, other = clinician(), clinician(role=Role.LEAD)
    request = say(session, ann, digest, Verdict.REQUEST_CHANGES)
    disable(session, ann)
    with pytest.raises(ReviewRefused, match="another lead"):
        withdraw(session, KEY, lead, request, "She left.", authors=(lead.name,))
    work.name_author(session, KEY, lead, digest, lead)
    with pytest.raises(ReviewRefused, match="another lead"):
        withdraw(session, KEY, lead, request, "She left.", authors=())
    assert withdraw(session, KEY, other, request, "She left.", authors=())


def test_nothing_is_said_in_answer_to_the_work_where_nobody_would_see_it(
    session: Session, clinician: NewClinician, lead: Clinician, digest: Digest
) -> None:
    ann = clinician()
    given = given_to(session, lead, digest, ann)
    ended = work.take_back(session, KEY, ann, given)
    assert ended is not None
    for parent in (given, ended):
        with pytest.raises(ReviewRefused, match="not here"):
            words = (Verdict.REQUEST_CHANGES, "Words.", parent.id)
            submit(session, KEY, ann, digest.target, digest, *words, seen=digest.sha256, authors=())
    assert stands(session, digest).requested == ()


def test_whoever_wrote_a_rule_that_is_gone_approves_no_table(
    session: Session, clinician: NewClinician, digest: Digest, today: dict[Target, Digest]
) -> None:
    ann = clinician()
    table = today[Target(TargetKind.SAFETY, "floors")]
    approve(session, ann, table)
    assert len(stands(session, table).approvals) == 1
    work.name_author(session, KEY, ann, digest, ann)
    assert stands(session, table).approvals == (), "the standing was asked for without the rule"


def test_marks_of_what_was_seen_are_in_no_export(
    session: Session, clinician: NewClinician, content: Content, digest: Digest, release: Digest
) -> None:
    mark_seen(session, clinician(), digest)
    whole = export_json(session, KEY, content, {digest.target: digest, RELEASE: release}, 2)
    assert not {"seen", "place"} & whole.keys()
