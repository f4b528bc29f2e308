"""From what was said to where it leaves each target, on plain data: no database, no key."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import FrameType, MappingProxyType

import pytest

from recommender.models.content_hash import content_hash
from recommender.review.approval_status import (
    Approval,
    Settlement,
    Standing,
    open_requests,
    settled_digest,
    settlements,
    stand,
    withdrawn,
)
from recommender.review.record_consistency import Signature
from recommender.review.tables import Review, Role, Verdict
from recommender.rulebook.digest import Digest, Target, TargetKind
from recommender.rulebook.targets import SAFETY_CASE, hazard_target

TODAY, BEFORE, LONG_AGO = "a" * 64, "b" * 64, "c" * 64
TARGET, OTHER = Target(TargetKind.RULE, "one"), Target(TargetKind.EXERCISE, "one")
AT = datetime(2026, 11, 1, tzinfo=UTC)
DAY = date(2026, 11, 2)
ANN, BOB = 11, 12


def said(
    number: int,
    who: int,
    verdict: Verdict,
    version: str = TODAY,
    takes_back: int | None = None,
    target: Target = TARGET,
    words: str = "",
    decision: str | None = None,
    until: date | None = None,
) -> Review:
    return Review(
        id=number,
        clinician_id=who,
        verdict=verdict,
        sha256=version,
        parent_id=takes_back,
        text=words,
        target_kind=target.kind,
        target_id=target.id,
        created_at=AT,
        decision=decision,
        until=until,
    )


def approves(number: int, who: int, version: str = TODAY) -> Review:
    return said(number, who, Verdict.APPROVE, version)


def objects(number: int, who: int, version: str = TODAY) -> Review:
    return said(number, who, Verdict.REQUEST_CHANGES, version)


def takes_back(number: int, who: int, what: int) -> Review:
    return said(number, who, Verdict.WITHDRAW, takes_back=what)


def answers(number: int, who: int, what: int, version: str = TODAY) -> Review:
    return said(number, who, Verdict.ANSWER, version, takes_back=what)


def signed(*reviews: Review) -> dict[int, Signature]:
    return {
        review.id: Signature(f"Name {review.clinician_id}", f"PH{review.clinician_id}", Role.REVIEWER)
        for review in reviews
    }


def stands(*reviews: Review, required: int = 2, unsigned: tuple[int, ...] = ()) -> Standing:
    signatures = {number: own for number, own in signed(*reviews).items() if number not in unsigned}
    digests = {target: Digest(target, TODAY, MappingProxyType({})) for target in (TARGET, OTHER)}
    return stand(reviews, signatures, digests, required, DAY)[TARGET]


def numbers(approvals: tuple[Approval, ...]) -> list[int]:
    return [approval.review_id for approval in approvals]


def test_nothing_said_is_no_approval() -> None:
    assert stands() == Standing((), (), (), False)
    assert (stands().is_due, stands().lacks_officer) == (False, False)


def test_an_approval_says_all_that_was_signed() -> None:
    assert stands(approves(1, ANN)).approvals == (
        Approval(1, ANN, f"Name {ANN}", f"PH{ANN}", AT, TODAY, Role.REVIEWER),
    )


def test_as_many_different_reviewers_as_required_approve() -> None:
    assert not stands(approves(1, ANN), approves(2, ANN)).is_approved
    assert stands(approves(1, ANN), approves(2, BOB)).is_approved
    assert not stands(approves(1, ANN), approves(2, BOB), required=3).is_approved


def test_the_latest_approval_of_a_reviewer_counts() -> None:
    assert numbers(stands(approves(1, ANN), approves(2, ANN)).approvals) == [2]


def test_each_target_has_its_own_standing_and_one_not_asked_for_has_none() -> None:
    own, other = approves(1, ANN), said(2, BOB, Verdict.APPROVE, target=OTHER)
    stray = said(3, BOB, Verdict.APPROVE, target=Target(TargetKind.RULE, "gone"))
    digests = {target: Digest(target, TODAY, MappingProxyType({})) for target in (OTHER, TARGET)}
    found = stand([own, other, stray], signed(own, other, stray), digests, 1, DAY)
    assert {target: numbers(standing.approvals) for target, standing in found.items()} == {TARGET: [1], OTHER: [2]}


def test_an_approval_without_a_signature_counts_for_nothing() -> None:
    found = stands(approves(1, ANN), approves(2, BOB, BEFORE), unsigned=(1, 2))
    assert found == Standing((), (), (), False)


def test_a_request_without_a_signature_still_blocks() -> None:
    request = objects(1, ANN)
    found = stands(request, approves(2, BOB), unsigned=(1,), required=1)
    assert (found.requested, found.is_approved) == ((request,), False)


def test_what_somebody_takes_back_without_a_signature_stays() -> None:
    assert stands(objects(1, ANN), takes_back(2, ANN, 1), unsigned=(2,)).requested != ()


@pytest.mark.parametrize("verdict", [Verdict.COMMENT, Verdict.WITHDRAW])
def test_a_remark_is_no_verdict(verdict: Verdict) -> None:
    assert stands(approves(1, ANN), said(2, ANN, verdict)).approvals != ()
    assert stands(said(1, ANN, verdict)) == Standing((), (), (), False)


def test_only_what_was_taken_back_is_gone() -> None:
    reviews = [approves(1, ANN), approves(2, BOB), takes_back(3, ANN, 1), said(4, BOB, Verdict.COMMENT, takes_back=2)]
    assert withdrawn(reviews) == {1}
    assert withdrawn([said(1, ANN, Verdict.WITHDRAW)]) == frozenset()
    assert numbers(stands(*reviews).approvals) == [2]


@pytest.mark.parametrize("registrations, people", [(("PH1", "PH2"), 2), (("PH1", "ph1"), 1), (("", ""), 2)])
def test_two_accounts_of_one_registration_are_one_person(registrations: tuple[str, str], people: int) -> None:
    reviews = [approves(1, ANN), approves(2, BOB)]
    signatures = {
        review.id: Signature("Name", registration, Role.REVIEWER)
        for review, registration in zip(reviews, registrations, strict=True)
    }
    digests = {TARGET: Digest(TARGET, TODAY, MappingProxyType({}))}
    found = stand(reviews, signatures, digests, 2, DAY)[TARGET]
    assert (len(found.approvals), found.is_approved) == (people, people == 2)


def test_taking_back_one_of_several_approvals_of_a_version_takes_back_all_before_it() -> None:
    several = [approves(1, ANN), approves(2, ANN), approves(3, ANN, BEFORE), approves(4, BOB)]
    other = said(5, ANN, Verdict.APPROVE, target=OTHER)
    back = takes_back(6, ANN, 1)
    assert withdrawn([*several, other, back]) == {1, 2}
    assert withdrawn([*several, other, back, approves(7, ANN)]) == {1, 2}


def test_taking_back_a_request_takes_back_its_repeats_and_approvals_before_it_and_no_other_request() -> None:
    asks = [said(number, ANN, Verdict.REQUEST_CHANGES, words=words) for number, words in ((2, "a"), (3, "a"), (4, "b"))]
    remark = said(5, ANN, Verdict.COMMENT, words="a")
    reviews = [approves(1, ANN), *asks, remark, takes_back(6, ANN, 3)]
    assert withdrawn(reviews) == {1, 2, 3}
    assert stands(*reviews) == Standing((), (), (asks[2],), False)
    assert withdrawn([*asks, approves(5, ANN), takes_back(6, ANN, 5)]) == {5}


def test_a_proposal_that_was_sent_again_goes_with_it_and_another_of_the_same_words_stays() -> None:
    asks = [said(number, ANN, Verdict.REQUEST_CHANGES, words="a") for number in (1, 2, 3, 4)]
    for request, proposal in zip(asks, ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1, "b": 3}, None), strict=True):
        request.proposal = proposal
    assert withdrawn([*asks, takes_back(5, ANN, 2)]) == {1, 2}
    assert withdrawn([*asks, takes_back(5, ANN, 4)]) == {4}


def test_a_lead_takes_back_what_somebody_else_said() -> None:
    assert withdrawn([objects(1, ANN), objects(2, ANN), approves(3, BOB), takes_back(4, BOB, 1)]) == {1, 2}


def test_a_request_takes_the_place_of_the_own_approval_and_no_approval_ends_it() -> None:
    request = objects(2, ANN)
    found = stands(approves(1, ANN), request)
    assert (found.approvals, found.lapsed, found.requested) == ((), (), (request,))
    assert stands(objects(1, ANN), approves(2, ANN), required=1).requested != ()
    assert not stands(objects(1, ANN), approves(2, ANN), required=1).is_approved


def test_an_approval_of_another_version_has_lapsed_until_todays_is_approved() -> None:
    found = stands(approves(1, ANN, BEFORE), approves(2, BOB, BEFORE), approves(3, BOB), required=1)
    assert (numbers(found.approvals), numbers(found.lapsed), found.is_approved) == ([3], [1], True)
    assert found.lapsed[0].sha256 == BEFORE


def test_each_reviewers_latest_approval_of_other_versions_is_listed() -> None:
    assert numbers(stands(approves(1, ANN, LONG_AGO), approves(2, ANN, BEFORE)).lapsed) == [2]


def test_a_request_of_an_older_version_is_no_lapsed_approval() -> None:
    assert stands(approves(1, ANN, BEFORE), objects(2, ANN, BEFORE)).lapsed == ()


def test_a_request_blocks_approval_by_others() -> None:
    request = objects(1, ANN)
    found = stands(request, approves(2, BOB), approves(3, 13))
    assert (numbers(found.approvals), found.requested, found.is_approved) == ([2, 3], (request,), False)


def test_a_request_of_today_ends_only_when_it_is_taken_back() -> None:
    request = objects(2, ANN)
    for later in (approves(3, ANN), approves(3, BOB), approves(3, ANN, BEFORE), answers(3, ANN, 2), answers(3, BOB, 2)):
        assert open_requests([request, later], TODAY) == (request,)
    assert open_requests([request, takes_back(3, ANN, 2)], TODAY) == ()
    again = objects(3, ANN)
    assert open_requests([request, again], TODAY) == (request, again)


def test_a_request_of_an_older_version_ends_when_somebody_says_that_todays_answers_it() -> None:
    request = objects(1, ANN, BEFORE)
    for later in (approves(2, ANN), approves(2, ANN, LONG_AGO), approves(2, BOB), answers(2, ANN, 7)):
        assert open_requests([request, later], TODAY) == (request,)
    answered = [request, answers(2, BOB, 1)]
    assert open_requests(answered, TODAY) == ()
    assert open_requests(answered, BEFORE) == (request,), "back to the words that were to change"


def test_what_one_version_answered_stands_again_in_the_next_until_somebody_says_so_of_that_one() -> None:
    request, answer = objects(1, ANN, LONG_AGO), answers(2, BOB, 1, BEFORE)
    assert open_requests([request, answer], BEFORE) == ()
    assert open_requests([request, answer], TODAY) == (request,)
    assert stands(request, answer, approves(3, ANN), approves(4, BOB)).requested == (request,)
    both = [request, answer, answers(3, ANN, 1)]
    assert (open_requests(both, TODAY), open_requests(both, BEFORE)) == ((), ())


def test_an_answer_that_was_taken_back_or_that_nobody_signed_ends_nothing() -> None:
    request, answer = objects(1, ANN, BEFORE), answers(2, BOB, 1)
    assert open_requests([request, said(2, BOB, Verdict.COMMENT, takes_back=1)], TODAY) == (request,), (
        "nor does a reply"
    )
    assert open_requests([request, answer, takes_back(3, BOB, 2)], TODAY) == (request,)
    assert stands(request, answer, unsigned=(2,)).requested == (request,)
    assert stands(request, answer).requested == ()
    assert withdrawn([request, answer, approves(3, BOB), takes_back(4, BOB, 2)]) == {2}, "and nothing goes with it"


def test_the_last_word_on_todays_version_of_a_point_settles_it() -> None:
    point = Target(TargetKind.POINT, "4")

    def settled(*reviews: Review) -> Standing:
        digests = {point: Digest(point, TODAY, MappingProxyType({}))}
        return stand(reviews, signed(*reviews), digests, 2, DAY)[point]

    decided = said(1, ANN, Verdict.DECIDE, target=point)
    deferred = said(2, ANN, Verdict.DEFER, target=point, until=DAY)
    assert settled() == Standing((), (), (), False)
    assert (settled(decided).is_approved, settled(decided).settled) == (True, decided)
    assert settled(decided, deferred).settled == deferred
    back = said(3, ANN, Verdict.WITHDRAW, takes_back=2, target=point)
    assert settled(decided, deferred, back).settled == decided
    older = said(1, ANN, Verdict.DECIDE, BEFORE, target=point)
    found = settled(older)
    assert (found.is_approved, found.settled, numbers(found.lapsed)) == (False, None, [1])
    assert found.settled_before == older
    assert numbers(settled(older, said(2, BOB, Verdict.DECIDE, BEFORE, target=point)).lapsed) == [2], "the last word"
    assert settled(older, said(2, BOB, Verdict.DECIDE, target=point)).lapsed == ()
    objection = said(4, BOB, Verdict.REQUEST_CHANGES, target=point)
    assert (settled(decided, objection).is_approved, settled(decided, objection).requested) == (False, (objection,))
    assert not settled(said(1, ANN, Verdict.APPROVE, target=point)).is_approved, "an approval decides nothing"


def test_an_approval_says_what_was_decided_with_it() -> None:
    word = said(1, ANN, Verdict.APPROVE, decision="as the points stood")
    standings = stand([word], signed(word), {TARGET: Digest(TARGET, TODAY, MappingProxyType({}))}, 1, DAY)
    assert [one.decision for one in standings[TARGET].approvals] == ["as the points stood"]


def test_how_a_point_was_settled_is_told_unless_somebody_objects() -> None:
    point = Target(TargetKind.POINT, "4")

    def told(*reviews: Review) -> Mapping[str, Settlement]:
        digests = {target: Digest(target, TODAY, MappingProxyType({})) for target in (point, TARGET)}
        signatures = [approves(8, ANN), approves(9, BOB)]
        standings = stand([*reviews, *signatures], signed(*reviews, *signatures), digests, 2, DAY)
        assert standings[TARGET].is_approved
        return settlements(standings)

    for verdict in (Verdict.DECIDE, Verdict.DEFER):
        settled = said(1, ANN, verdict, target=point, until=DAY if verdict is Verdict.DEFER else None)
        assert told(settled)["4"].decision == ""
        settled.decision = "It stays."
        assert told(settled)["4"].decision == "It stays."
        assert told(settled)["4"].is_deferred == (verdict is Verdict.DEFER)
        assert (told(settled)["4"].at, told(settled)["4"].reason) == (settled.created_at, settled.text)
        assert told(settled, said(2, BOB, Verdict.REQUEST_CHANGES, target=point)) == {}
    assert told() == {}
    assert told(said(1, ANN, Verdict.DECIDE, BEFORE, target=point))["4"].is_of_before
    assert not told(said(1, ANN, Verdict.DECIDE, target=point))["4"].is_of_before


def test_each_open_request_is_told_oldest_first() -> None:
    first, second = objects(1, ANN), objects(2, BOB)
    assert open_requests(iter([first, second]), TODAY) == (first, second)
    assert open_requests([first, second, takes_back(3, BOB, 2)], TODAY) == (first,)
    assert open_requests([first, second], TODAY, frozenset({1})) == (second,), "what is gone is known to whoever asks"
    assert open_requests([first, second], TODAY, frozenset()) == (first, second)


POINT = Target(TargetKind.POINT, "4")


def settles(number: int, decision: str, until: date | None = None, who: int = ANN, version: str = TODAY) -> Review:
    verdict = Verdict.DECIDE if until is None else Verdict.DEFER
    return said(number, who, verdict, version, target=POINT, decision=decision, until=until)


def point_stands(*reviews: Review, on: date = DAY) -> Standing:
    return stand(reviews, signed(*reviews), {POINT: Digest(POINT, TODAY, MappingProxyType({}))}, 2, on)[POINT]


def test_what_is_put_off_is_due_after_its_day_and_at_once_where_no_day_was_given() -> None:
    put_off = settles(1, "As it is.", until=DAY)
    assert (point_stands(put_off).is_approved, point_stands(put_off).is_due) == (True, False)
    later = point_stands(put_off, on=DAY + timedelta(days=1))
    assert (later.is_approved, later.is_due, later.settled) == (False, True, put_off)
    told = settlements({POINT: later})["4"]
    assert (told.is_due, told.until) == (True, DAY)
    of_no_day = point_stands(said(1, ANN, Verdict.DEFER, target=POINT))
    assert (of_no_day.is_approved, of_no_day.is_due) == (False, True)
    assert point_stands(settles(1, "It stays."), on=DAY + timedelta(days=4000)).is_approved, "a decision stays"


def test_a_word_that_settles_a_point_otherwise_shows_what_was_said_before() -> None:
    first, same, other = settles(1, "It stays."), settles(2, "It stays.", who=BOB), settles(3, "It goes.", who=BOB)
    assert point_stands(first).overturned == ()
    assert point_stands(first, same).overturned == (), "said again is not said otherwise"
    assert point_stands(first, same, other).overturned == (first, same)
    assert point_stands(settles(1, "It stays.", version=BEFORE), other).overturned == ()


def test_the_digest_of_what_is_settled_changes_with_each_thing_that_was_decided_and_with_nothing_else() -> None:
    def digest(*reviews: Review) -> str:
        return settled_digest({POINT: point_stands(*reviews), TARGET: stands(approves(9, ANN))})

    stays, other_reason = settles(1, "It stays."), settles(2, "It stays.", who=BOB)
    other_reason.text = "For another reason."
    assert digest(stays) == digest(stays, other_reason)
    differing = [
        digest(),
        digest(stays),
        digest(stays, settles(2, "It goes.")),
        digest(stays, settles(2, "It stays.", until=DAY)),
        digest(stays, settles(2, "It stays.", until=DAY + timedelta(days=1))),
    ]
    assert len(set(differing)) == len(differing)
    nothing_said = said(1, ANN, Verdict.DECIDE, target=POINT)
    assert digest(nothing_said) == digest(settles(1, "")) == content_hash({"4": ["decide", "", ""]})
    assert digest(nothing_said) != digest(said(1, ANN, Verdict.DEFER, target=POINT))
    assert digest(stays) == content_hash({"4": ["decide", "It stays.", ""]}), "releases that were signed hold it"


def calls_of(work: Callable[[], object]) -> int:
    """Return how many functions the work calls: a count of its steps that no busy machine changes."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_ten_times_as_many_withdrawals_take_ten_times_as_many_steps_and_not_a_hundred() -> None:
    def taken_back(many: int) -> list[Review]:
        pairs = ((approves(number, ANN), takes_back(number + 1, ANN, number)) for number in range(1, 2 * many, 2))
        return [review for pair in pairs for review in pair]

    few, many = taken_back(30), taken_back(300)
    withdrawn(few)  # what is made once is made
    assert len(withdrawn(many)) == 300
    assert calls_of(lambda: withdrawn(many)) < 11 * calls_of(lambda: withdrawn(few))


@pytest.mark.parametrize("target", [SAFETY_CASE, hazard_target("one")], ids=["safety case", "hazard"])
def test_a_safety_officer_is_among_those_who_sign_the_safety_case_and_each_hazard(target: Target) -> None:
    given = [said(number, who, Verdict.APPROVE, target=target) for number, who in ((1, ANN), (2, BOB), (3, 13))]
    names = {review.id: Signature(str(review.id), f"PH{review.id}", Role.REVIEWER) for review in given}
    digests = {target: Digest(target, TODAY, MappingProxyType({}))}
    without = stand(given, {**names, 3: replace(names[3], role=Role.LEAD)}, digests, 2, DAY)[target]
    assert (len(without.approvals), without.is_approved, without.lacks_officer) == (3, False, True)
    officer = {**names, 1: replace(names[1], role=Role.SAFETY_OFFICER)}
    enough = stand(given[:2], officer, digests, 2, DAY)[target]
    assert (enough.is_approved, enough.lacks_officer) == (True, False)
    alone = stand(given[:1], officer, digests, 2, DAY)[target]
    assert (alone.is_approved, alone.lacks_officer) == (False, False), "an officer is one of those needed"


def test_no_safety_officer_is_needed_for_anything_else() -> None:
    assert not stand([], {}, {TARGET: Digest(TARGET, TODAY, MappingProxyType({}))}, 2, DAY)[TARGET].lacks_officer
