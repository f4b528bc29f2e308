"""Verdicts: who may give them, of which version, and what they add up to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from recommender.models.content import Content
from recommender.review import audit
from recommender.review.accounts import disable
from recommender.review.approval_status import is_named
from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.objections import answer, withdraw
from recommender.review.reviews import (
    keep_versions,
    plain,
    review_by_id,
    submit,
    threads,
    threads_of,
    version_parts,
)
from recommender.review.tables import Clinician, Review, Role, Verdict
from recommender.rulebook.named import names_in_files
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind, is_of_safety_case
from tests.support.signing import KEY, NewClinician, approve, changed, said_of, say, say_again, stands


def test_two_different_reviewers_are_needed(session: Session, clinician: NewClinician, digest: Digest) -> None:
    first, second = clinician(), clinician()
    assert not stands(session, digest).is_approved
    approve(session, first, digest)
    assert not stands(session, digest).is_approved
    say_again(session, first, digest, Verdict.APPROVE)
    assert len(stands(session, digest).approvals) == 1
    approve(session, second, digest)
    assert stands(session, digest).is_approved
    assert {approval.registration for approval in stands(session, digest).approvals} == {"PH1", "PH2"}
    assert not stands(session, digest, required=3).is_approved


def test_an_approval_says_who_when_and_of_what(session: Session, clinician: NewClinician, digest: Digest) -> None:
    review = approve(session, clinician(name="Ann Lee"), digest)
    (approval,) = stands(session, digest).approvals
    assert (approval.name, approval.registration, approval.sha256) == ("Ann Lee", "PH1", digest.sha256)
    assert (approval.review_id, approval.at) == (review.id, review.created_at)
    assert approval.at.utcoffset() is not None


def test_an_approval_of_one_thing_says_nothing_of_another(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    other = replace(digest, target=Target(TargetKind.EXERCISE, digest.target.id))
    approve(session, clinician(), digest)
    assert stands(session, other).approvals == ()


@pytest.mark.parametrize("author", ["Ann Lee", "  ann  LEE", "Ann.Lee@example.org"])
def test_the_author_cannot_approve_the_own_rule(
    session: Session, clinician: NewClinician, digest: Digest, author: str
) -> None:
    ann = clinician(name="Ann Lee", email="ann.lee@example.org")
    given = (session, KEY, ann, digest.target, digest)
    with pytest.raises(ReviewRefused, match="wrote"):
        submit(*given, Verdict.APPROVE, "", seen=digest.sha256, authors=(author,))
    submit(*given, Verdict.COMMENT, "Thank you.", seen=digest.sha256, authors=(author,))
    submit(*given[:2], clinician(), *given[3:], Verdict.APPROVE, "", seen=digest.sha256, authors=(author,))
    assert len(stands(session, digest).approvals) == 1


def test_the_author_of_a_rule_is_the_one_in_its_file(content: Content, today: dict[Target, Digest]) -> None:
    for target in today:
        if target.kind is TargetKind.RULE:
            assert names_in_files(content, target) == {content.rule_set.by_id[target.id].author} != {""}
        elif target.kind is not TargetKind.SAFETY:
            assert names_in_files(content, target) == frozenset()


def test_a_table_that_rules_are_held_against_is_approved_by_nobody_who_wrote_a_rule(
    content: Content, today: dict[Target, Digest]
) -> None:
    first, *others = content.rule_set.rules
    rules = replace(content.rule_set, rules=(replace(first, author="Ann Lee"), *others))
    theirs = replace(content, rule_set=rules)
    held_against = {one: names_in_files(theirs, one) for one in today if one.kind is TargetKind.SAFETY}
    tables = (
        "forbidden_moves",
        "floors",
        "combined_floors",
        "movements",
        "answer_order",
        "accepted",
        "minimum",
        "sentinels",
    )
    for table in tables:
        assert "Ann Lee" in held_against.pop(Target(TargetKind.SAFETY, table)), table
    assert held_against and all(is_of_safety_case(one) and not names for one, names in held_against.items())


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_reader_cannot_review(session: Session, clinician: NewClinician, digest: Digest, verdict: Verdict) -> None:
    with pytest.raises(ReviewRefused):
        say(session, clinician(role=Role.READER), digest, verdict)
    assert threads(session, digest.target) == ()
    assert [entry.action for entry in audit.entries(session)] == ["add_clinician"]


def test_a_disabled_reviewer_cannot_review(session: Session, clinician: NewClinician, digest: Digest) -> None:
    gone = clinician()
    disable(session, gone)
    with pytest.raises(ReviewRefused):
        approve(session, gone, digest)


def test_a_version_that_is_not_todays_cannot_be_approved(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    with pytest.raises(StaleVersion):
        submit(
            session,
            KEY,
            clinician(),
            digest.target,
            changed(digest),
            Verdict.APPROVE,
            "",
            seen=digest.sha256,
            authors=(),
        )
    assert threads(session, digest.target) == ()


def test_a_remark_on_an_older_version_is_kept_with_that_version(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann = clinician()
    keep_versions(session, {digest.target: digest})
    given = (session, KEY, ann, digest.target, changed(digest), Verdict.REQUEST_CHANGES, "Too long.")
    assert submit(*given, seen=digest.sha256, authors=()).sha256 == digest.sha256
    assert stands(session, changed(digest)).requested
    with pytest.raises(StaleVersion):
        submit(*given, seen="e" * 64, authors=())


@pytest.mark.parametrize("verdict", [Verdict.COMMENT, Verdict.REQUEST_CHANGES])
@pytest.mark.parametrize(
    "text", ["", " \r\n ", "\u200b", "\u202e \ufeff", "nul\0", "half a letter \ud800", "x" * 10_001]
)
def test_a_remark_needs_words_that_can_be_kept(
    session: Session, clinician: NewClinician, digest: Digest, verdict: Verdict, text: str
) -> None:
    with pytest.raises(ReviewRefused):
        say(session, clinician(), digest, verdict, text)


def test_a_remark_is_kept_without_signs_that_turn_it_around_or_that_nobody_sees(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    kept = say(session, clinician(), digest, Verdict.COMMENT, "\u202eNot\u200b safe\u2066\r\nat night\u0007 \ufeff")
    assert kept is not None
    assert kept.text == "Not safe\nat night"


@pytest.mark.parametrize("verdict", [Verdict.WITHDRAW, Verdict.APPROVE])
def test_the_release_is_not_approved_like_a_rule(
    session: Session, clinician: NewClinician, today: dict[Target, Digest], verdict: Verdict
) -> None:
    with pytest.raises(ReviewRefused):
        say(session, clinician(role=Role.LEAD), today[RELEASE], verdict)


def test_the_digest_must_be_of_the_target(session: Session, clinician: NewClinician, digest: Digest) -> None:
    other = Target(TargetKind.RULE, "another")
    with pytest.raises(ReviewRefused):
        submit(session, KEY, clinician(), other, digest, Verdict.APPROVE, "", seen=digest.sha256, authors=())


def test_a_change_request_blocks_until_the_same_person_approves(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann, bob, cleo = clinician(), clinician(), clinician()
    request = say(session, ann, digest, Verdict.REQUEST_CHANGES, "Name the hip too.")
    approve(session, bob, digest)
    approve(session, cleo, digest)
    standing_now = stands(session, digest)
    assert (len(standing_now.approvals), standing_now.requested, standing_now.is_approved) == (2, (request,), False)
    with pytest.raises(ReviewRefused, match="You have asked for changes"):
        approve(session, ann, digest)
    withdraw(session, KEY, ann, request, "I misread it.", authors=())
    assert stands(session, digest).is_approved


def test_a_change_request_takes_the_place_of_the_own_approval(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann = clinician()
    approve(session, ann, digest)
    request = say(session, ann, digest, Verdict.REQUEST_CHANGES)
    assert stands(session, digest).approvals == ()
    withdraw(session, KEY, ann, request, "I misread it.", authors=())
    assert stands(session, digest).approvals == (), "the approval before it does not come back by itself"


def test_a_change_request_still_blocks_after_a_change_of_words(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann, bob, cleo = clinician(), clinician(), clinician()
    request = say(session, ann, digest, Verdict.REQUEST_CHANGES)
    mended = changed(digest)
    approve(session, bob, mended)
    approve(session, cleo, mended)
    assert not stands(session, mended).is_approved
    with pytest.raises(ReviewRefused, match="You have asked for changes"):
        approve(session, ann, mended)

    def answered(who: Clinician, today: Digest, text: str = "It says so now.", seen: str = "") -> Review | None:
        return answer(session, KEY, who, request, today, text, seen=seen or today.sha256, authors=("Lea Lamb",))

    author = clinician(Role.LEAD, name="Lea Lamb")
    for who in (bob, author):
        with pytest.raises(ReviewRefused, match="Only whoever asked"):
            answered(who, mended)
    with pytest.raises(ReviewRefused, match="very version"):
        answered(ann, digest)
    with pytest.raises(ReviewRefused, match="Say how"):
        answered(ann, mended, " ")
    with pytest.raises(StaleVersion):
        answered(ann, mended, seen="0" * 64)
    assert answered(ann, mended) is not None
    assert answered(ann, mended) is None, "it is said already"
    assert stands(session, mended).is_approved
    assert stands(session, changed(digest, "e")).requested != (), "nobody has said that of this version"
    assert stands(session, digest).requested != ()  # back to the very words that were to change


def test_a_withdrawn_change_request_blocks_no_longer(session: Session, clinician: NewClinician, digest: Digest) -> None:
    ann, bob, cleo = clinician(), clinician(), clinician()
    request = say(session, ann, digest, Verdict.REQUEST_CHANGES)
    approve(session, bob, digest)
    approve(session, cleo, digest)
    with pytest.raises(ReviewRefused, match="yourself"):
        withdraw(session, KEY, bob, request, "I see it otherwise.", authors=())
    assert withdraw(session, KEY, ann, request, "I misread it.", authors=())
    assert stands(session, digest).is_approved
    assert withdraw(session, KEY, ann, request, "I misread it.", authors=()) is None
    assert [one.verdict for one in said_of(session, digest)].count(Verdict.WITHDRAW) == 1


def test_an_approval_can_be_withdrawn(session: Session, clinician: NewClinician, digest: Digest) -> None:
    ann = clinician()
    given = approve(session, ann, digest)
    withdraw(session, KEY, ann, given, authors=())
    assert stands(session, digest).approvals == ()


def test_a_remark_cannot_be_withdrawn(session: Session, clinician: NewClinician, digest: Digest) -> None:
    ann = clinician()
    with pytest.raises(ReviewRefused, match="stays"):
        withdraw(session, KEY, ann, say(session, ann, digest, Verdict.COMMENT), authors=())


def test_only_a_lead_may_withdraw_with_a_reason_what_somebody_gone_asked_for(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann, bob, lead = clinician(), clinician(), clinician(role=Role.LEAD)
    request, signature = say(session, ann, digest, Verdict.REQUEST_CHANGES), approve(session, bob, digest)
    with pytest.raises(ReviewRefused):
        withdraw(session, KEY, lead, request, "She is still here.", authors=())
    disable(session, ann)
    disable(session, bob)
    for who, what, why in ((clinician(), request, "Gone."), (lead, request, " "), (lead, signature, "Gone.")):
        with pytest.raises(ReviewRefused):
            withdraw(session, KEY, who, what, why, authors=())
    withdraw(session, KEY, lead, request, "She has left; the point is settled.", authors=())
    assert stands(session, digest).requested == ()


def test_approvals_lapse_when_the_meaning_changes_and_count_again_when_it_changes_back(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann, bob = clinician(), clinician()
    approve(session, ann, digest)
    approve(session, bob, digest)
    after = stands(session, changed(digest))
    assert (after.approvals, after.is_approved) == ((), False)
    assert [approval.sha256 for approval in after.lapsed] == [digest.sha256] * 2
    approve(session, ann, changed(digest))
    assert [approval.clinician_id for approval in stands(session, changed(digest)).lapsed] == [bob.id]
    assert stands(session, digest).is_approved
    assert stands(session, digest).lapsed == ()


def test_what_was_approved_can_be_compared_with_what_it_became(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    approve(session, clinician(), digest)
    approve(session, clinician(), changed(digest))
    assert version_parts(session, digest.target, digest.sha256) == plain(digest.parts)
    assert version_parts(session, digest.target, changed(digest).sha256) == {"title": "other words c"}
    assert version_parts(session, digest.target, "e" * 64) is None


def test_every_version_is_stored_once(session: Session, today: dict[Target, Digest]) -> None:
    keep_versions(session, today)
    keep_versions(session, today)
    for target, digest in today.items():
        assert version_parts(session, target, digest.sha256) is not None


def test_threads_hold_answers_in_order(session: Session, clinician: NewClinician, digest: Digest) -> None:
    ann, bob = clinician(), clinician()

    def answer(to: int | None, text: str) -> int:
        given = (session, KEY, bob, digest.target, digest, Verdict.COMMENT, text, to)
        return submit(*given, seen=digest.sha256, authors=()).id

    question = say(session, ann, digest, Verdict.REQUEST_CHANGES, "Why the hip?").id
    other = answer(None, "Something else.")
    reply = answer(question, "See the source.")
    below = answer(reply, "And the second one.")
    found = [(thread.review.id, [said.id for said in thread.replies]) for thread in threads(session, digest.target)]
    assert found == [(question, [reply, below]), (other, [])]
    elsewhere = replace(digest, target=Target(TargetKind.RULE, "another"))
    for parent in (question, 999, -1, 2**31, 2**63, 10**30):
        with pytest.raises(ReviewRefused, match="answer"):
            submit(
                session, KEY, bob, elsewhere.target, elsewhere, Verdict.COMMENT, "No.", parent,
                seen=digest.sha256, authors=(),
            )  # fmt: skip


@pytest.mark.parametrize("number", [0, -1, 999, 2**31, 2**63, 10**30])
def test_a_number_that_no_review_can_have_finds_none(session: Session, number: int) -> None:
    assert review_by_id(session, number) is None


@pytest.mark.parametrize("seen", ["", "\0", "e" * 63 + "\0", "e" * 100_000, "\ud800" * 64])
def test_a_version_that_no_page_can_name_is_stale(
    session: Session, clinician: NewClinician, digest: Digest, seen: str
) -> None:
    given = (session, KEY, clinician(), digest.target, digest, Verdict.COMMENT, "Words.")
    with pytest.raises(StaleVersion):
        submit(*given, seen=seen, authors=())


def test_threads_are_made_of_reviews_without_a_database() -> None:
    said = [Review(id=number, parent_id=parent) for number, parent in ((1, None), (2, None), (3, 1), (4, 3))]
    found = [(thread.review.id, [reply.id for reply in thread.replies]) for thread in threads_of(said)]
    assert found == [(1, [3, 4]), (2, [])]
    assert threads_of([]) == ()


@pytest.mark.parametrize(
    "author, is_ann",
    [
        (" ann  LEE", True),
        ("Ann.Lee@example.org", True),
        ("Ann", False),
        ("", False),
        (" ", False),
        ("The team", False),
    ],
)
def test_a_rules_author_is_known_by_name_or_email(author: str, is_ann: bool) -> None:
    assert is_named((author,), Clinician(name="Ann Lee", email="ann.lee@example.org")) is is_ann


def test_every_verdict_is_in_the_log_with_who_and_what(
    session: Session, clinician: NewClinician, digest: Digest
) -> None:
    ann = clinician()
    request = say(session, ann, digest, Verdict.REQUEST_CHANGES, "Secret words.")
    withdraw(session, KEY, ann, request, "I misread it.", authors=())
    approve(session, ann, digest)
    log = audit.entries(session)[1:]
    assert [entry.action for entry in log] == ["request_changes", "withdraw", "approve"]
    assert {(entry.actor, entry.registration, entry.target, entry.sha256) for entry in log} == {
        (ann.email, "PH1", f"rule/{digest.target.id}", digest.sha256)
    }
    assert audit.verify(session, KEY).faults == ()


def test_without_the_log_nothing_is_said(session: Session, clinician: NewClinician, digest: Digest) -> None:
    ann = clinician()
    approve(session, ann, digest)
    session.commit()
    with pytest.raises(ReviewRefused):
        submit(
            session, b"not the key that the log began with", ann, digest.target, digest, Verdict.COMMENT, "Words.",
            seen=digest.sha256, authors=(),
        )  # fmt: skip
    session.rollback()
    assert len(threads(session, digest.target)) == 1
