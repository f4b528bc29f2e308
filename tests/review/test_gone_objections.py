"""An objection outlives what it was made of: something taken out, or called otherwise, is told until somebody ends it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy.orm import Session

from recommender.models.content import Content
from recommender.review.approval_status import gone
from recommender.review.errors import ReviewRefused
from recommender.review.objections import answer, withdraw
from recommender.review.release import approve_release, needed, status
from recommender.review.reviews import standings
from recommender.review.tables import Clinician, Review, Role, Verdict
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind
from tests.support.signing import KEY, NewClinician, approve, name_author, say

OLD = Target(TargetKind.RULE, "RF-E99")


def of_old(digest: Digest) -> Digest:
    return Digest(OLD, digest.sha256, digest.parts)


@pytest.fixture
def lead(clinician: NewClinician) -> Clinician:
    return clinician(role=Role.LEAD)


@pytest.fixture
def request_of_old(session: Session, clinician: NewClinician, digest: Digest) -> Review:
    """What somebody asked for of a rule that is no longer here: every test begins after it went."""
    return say(session, clinician(), of_old(digest), Verdict.REQUEST_CHANGES, "Say which hour.")


def test_an_objection_to_what_is_gone_is_told_and_blocks_a_release(
    session: Session,
    clinician: NewClinician,
    lead: Clinician,
    content: Content,
    today: Mapping[Target, Digest],
    request_of_old: Review,
) -> None:
    kinds = {target.kind: target for target in today if target.kind in (TargetKind.RULE, TargetKind.POINT)}
    today = {target: today[target] for target in (*kinds.values(), RELEASE)}
    for target in needed(today):
        for who in (lead, clinician()) if target.kind is not TargetKind.POINT else (lead,):
            approve(session, who, today[target])
    name_author(session, lead, today[RELEASE], clinician(role=Role.AUTHOR))
    found = status(session, content, today, 2, KEY)
    assert (found.missing, found.gone, found.is_ready) == ((), (OLD,), False)
    with pytest.raises(ReviewRefused, match="objects to what is gone"):
        approve_release(session, KEY, lead, content, today, 2, seen=today[RELEASE].sha256)
    assert withdraw(session, KEY, request_of_old.clinician, request_of_old, "It went.", authors=())
    assert status(session, content, today, 2, KEY).is_ready
    assert approve_release(session, KEY, lead, content, today, 2, seen=today[RELEASE].sha256)
    assert status(session, content, today, 2, KEY).is_approved


def test_only_whoever_asked_or_a_lead_ends_it_with_a_reason(
    session: Session, clinician: NewClinician, lead: Clinician, today: Mapping[Target, Digest], request_of_old: Review
) -> None:
    def answered(who: Clinician, text: str = "RF-E01 says it now.") -> Review | None:
        digest = gone(OLD)
        return answer(session, KEY, who, request_of_old, digest, text, seen=digest.sha256, authors=())

    with pytest.raises(ReviewRefused, match="Only whoever asked"):
        answered(clinician())
    with pytest.raises(ReviewRefused, match="Say how"):
        answered(lead, " ")
    assert OLD in standings(session, today, 2, KEY).gone
    assert answered(lead) is not None
    assert standings(session, today, 2, KEY).gone == {}


def test_what_comes_back_under_its_id_is_objected_to_again(
    session: Session, lead: Clinician, today: Mapping[Target, Digest], request_of_old: Review, digest: Digest
) -> None:
    went = gone(OLD)
    answer(session, KEY, lead, request_of_old, went, "It went.", seen=went.sha256, authors=())
    for sha256 in (digest.sha256, "d" * 64):
        back = {**today, OLD: Digest(OLD, sha256, {})}
        assert standings(session, back, 2, KEY).today[OLD].requested == (request_of_old,)


def test_a_comment_or_an_approval_of_what_is_gone_is_no_objection(
    session: Session, clinician: NewClinician, today: Mapping[Target, Digest], digest: Digest
) -> None:
    say(session, clinician(), of_old(digest), Verdict.COMMENT)
    approve(session, clinician(), of_old(digest))
    assert standings(session, today, 2, KEY).gone == {}


def test_no_release_waits_for_a_translation_that_is_no_longer_served(
    session: Session, clinician: NewClinician, content: Content, today: Mapping[Target, Digest], digest: Digest
) -> None:
    spanish = Target(TargetKind.LANGUAGE, "es")
    say(session, clinician(), Digest(spanish, digest.sha256, digest.parts), Verdict.REQUEST_CHANGES)
    assert spanish in standings(session, today, 2, KEY).gone, "it is told all the same"
    assert status(session, content, today, 2, KEY).gone == ()
