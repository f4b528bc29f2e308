"""Nobody approves what they wrote: who counts as an author, on plain data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from recommender.models.content_hash import content_hash
from recommender.review.approval_status import (
    Standing,
    authors_in,
    gone,
    is_named,
    is_one_of,
    plainly,
    stand,
)
from recommender.review.tables import Clinician, Review, Verdict
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind
from tests.review.test_approval_status import AT, DAY, TODAY, numbers, signed

RULE, OTHER = Target(TargetKind.RULE, "one"), Target(TargetKind.RULE, "other")
POINT = Target(TargetKind.POINT, "4")
TABLE = Target(TargetKind.SAFETY, "forbidden_moves")


def person(number: int, registration: str | None = None, name: str = "", email: str = "") -> Clinician:
    own = f"PH{number}" if registration is None else registration
    return Clinician(id=number, name=name or f"Name {number}", email=email or f"{number}@x.org", registration=own)


ANN, BOB, CAT = person(11), person(12), person(13)


def said(
    number: int,
    who: Clinician,
    verdict: Verdict = Verdict.APPROVE,
    target: Target = RULE,
    *,
    of: Clinician | None = None,
    takes_back: int | None = None,
) -> Review:
    return Review(
        id=number,
        clinician_id=who.id,
        clinician=who,
        person=of,
        verdict=verdict,
        sha256=TODAY,
        parent_id=takes_back,
        text="",
        target_kind=target.kind,
        target_id=target.id,
        created_at=AT,
    )


def wrote(number: int, who: Clinician, target: Target = RULE) -> Review:
    return said(number, CAT, Verdict.WROTE, target, of=who)


def stands(
    *reviews: Review,
    target: Target = RULE,
    in_file: tuple[str, ...] = (),
    unsigned: int = 0,
    parts: Mapping[str, object] = MappingProxyType({}),
) -> Standing:
    signatures = {number: own for number, own in signed(*reviews).items() if number != unsigned}
    digests = {
        one: Digest(one, TODAY, parts if one == target else {}, authors=frozenset(in_file if one == target else ()))
        for one in (RULE, OTHER, TABLE, POINT, RELEASE)
    }
    return stand(reviews, signatures, digests, 2, DAY)[target]


def test_whom_the_record_names_as_the_author_does_not_approve_it_and_is_told() -> None:
    found = stands(wrote(1, ANN), said(2, ANN), said(3, BOB))
    assert (numbers(found.approvals), found.authors, found.is_approved) == ([3], (ANN,), False)
    assert stands(said(2, ANN), said(3, BOB)).is_approved, "but for that word"


@pytest.mark.parametrize("verdict", [Verdict.DECIDE, Verdict.DEFER])
@pytest.mark.parametrize("written", [RULE, RELEASE], ids=["a rule that it names", "everything"])
def test_who_wrote_a_rule_that_a_point_names_does_not_settle_it(written: Target, verdict: Verdict) -> None:
    names = {"rules": ("one", "third")}
    given = (wrote(1, ANN, written), said(2, ANN, verdict, POINT), said(3, ANN, Verdict.REQUEST_CHANGES, POINT))
    found = stands(*given, target=POINT, parts=names)
    assert (found.settled, found.approvals, found.authors) == (None, (), (ANN,))
    assert found.requested == (given[2],), "but they may object"
    beside = stands(*given[:2], said(4, BOB, verdict, POINT), said(5, ANN, verdict, POINT), target=POINT, parts=names)
    assert (beside.settled is not None and beside.settled.id, beside.authors) == (4, (ANN,))
    assert beside.overturned == ()


def test_who_wrote_another_rule_settles_a_point_and_so_does_an_author_whose_name_was_taken_back() -> None:
    settled = said(3, ANN, Verdict.DECIDE, POINT)
    for before in ((wrote(1, ANN, OTHER),), (wrote(1, ANN), said(2, BOB, Verdict.WITHDRAW, takes_back=1))):
        found = stands(*before, settled, target=POINT, parts={"rules": ("one",)})
        assert (found.settled, found.authors) == (settled, ())


def test_whom_the_file_of_a_rule_names_does_not_settle_its_point() -> None:
    settled = said(1, ANN, Verdict.DECIDE, POINT)
    assert stands(settled, target=POINT, in_file=(ANN.name,)).settled is None
    assert stands(settled, target=POINT, in_file=("Somebody Else",)).settled == settled


def test_only_a_point_names_rules() -> None:
    assert Digest(POINT, TODAY, {"rules": ["one", "other"]}).rules == ("one", "other")
    assert Digest(RULE, TODAY, {"rules": ["one", "other"]}).rules == Digest(POINT, TODAY, {}).rules == ()


def test_an_authors_name_counts_without_a_signature() -> None:
    assert numbers(stands(wrote(1, ANN), said(2, ANN), unsigned=1).approvals) == []


def test_whom_the_file_names_as_the_author_does_not_approve_it() -> None:
    for name in (ANN.name, ANN.email):
        assert numbers(stands(said(2, ANN), said(3, BOB), in_file=(name,)).approvals) == [3]
    assert stands(said(2, ANN), said(3, BOB), in_file=("", "Somebody Else")).is_approved


def test_an_author_of_another_rule_approves_this_one() -> None:
    assert numbers(stands(wrote(1, ANN, OTHER), said(2, ANN)).approvals) == [2]


def test_who_wrote_everything_approves_nothing() -> None:
    found = stands(wrote(1, ANN, RELEASE), said(2, ANN), said(3, BOB))
    assert (numbers(found.approvals), found.authors) == ([3], (ANN,))


@pytest.mark.parametrize("written", [OTHER, RELEASE, TABLE], ids=["a rule", "everything", "the table"])
def test_who_wrote_a_rule_or_the_table_does_not_approve_the_table_that_rules_are_held_against(written: Target) -> None:
    given = (wrote(1, ANN, written), said(2, ANN, target=TABLE), said(3, BOB, target=TABLE))
    found = stands(*given, target=TABLE)
    assert (numbers(found.approvals), found.authors) == ([3], (ANN,))


def test_who_wrote_a_move_approves_that_table() -> None:
    move = Target(TargetKind.EXERCISE, "one")
    assert numbers(stands(wrote(1, ANN, move), said(2, ANN, target=TABLE), target=TABLE).approvals) == [2]


@pytest.mark.parametrize("target", [RULE, OTHER, RELEASE], ids=["this rule", "a rule", "everything"])
def test_an_authors_name_that_was_taken_back_keeps_nobody_from_approving(target: Target) -> None:
    named, back = wrote(1, ANN, target), said(2, BOB, Verdict.WITHDRAW, target, takes_back=1)
    asked = TABLE if target == OTHER else RULE
    found = stands(named, back, said(3, ANN, target=asked), target=asked)
    assert (numbers(found.approvals), found.authors) == ([3], ())


def test_authors_are_told_each_once_in_the_order_in_which_they_were_named() -> None:
    words = [wrote(1, BOB), wrote(2, ANN), wrote(3, BOB), said(4, CAT), said(5, CAT, Verdict.WROTE)]
    assert authors_in(words, frozenset()) == (BOB, ANN)
    assert authors_in(words, frozenset({2})) == (BOB,)
    assert authors_in([said(1, CAT, Verdict.ASSIGN, of=ANN)], frozenset()) == (), (
        "who is to look at it did not write it"
    )
    assert stands(wrote(1, ANN), wrote(2, ANN, RELEASE), wrote(3, BOB, RELEASE)).authors == (ANN, BOB)


def test_two_accounts_of_one_registration_are_one_person_and_two_without_any_are_two() -> None:
    assert is_one_of(person(1, "PH7"), [CAT, person(2, "ph7")])
    assert not is_one_of(person(1, "PH7"), [person(2, "PH8")])
    assert not is_one_of(person(1, ""), [person(2, "")])
    assert is_one_of(person(1, ""), [person(1, "PH7")]), "one account, registered since"
    assert not is_one_of(ANN, [])
    assert numbers(stands(wrote(1, ANN), said(2, person(99, ANN.registration))).approvals) == []


def test_a_name_in_a_file_is_compared_in_small_letters_with_one_space_between_words() -> None:
    assert plainly("  Ann \t LEE ") == "ann lee"
    ann = person(1, name="Ann Lee", email="Ann.Lee@example.org")
    for name in ("ann  lee", "ANN.LEE@example.org "):
        assert is_named(("", name), ann)
    for name in ("", "  ", "Ann", "Bob Lee"):
        assert not is_named((name,), ann)
    assert not is_named(("", " "), person(2, name=" ", email=" ")), "no name is nobody's"


def test_what_is_gone_has_a_version_of_its_own_that_says_so() -> None:
    found = gone(RULE)
    assert (found.target, dict(found.parts)) == (RULE, {"gone": "rule/one"})
    assert found.sha256 == content_hash({"gone": "rule/one"}) != gone(OTHER).sha256
