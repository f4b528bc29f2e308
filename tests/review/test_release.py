"""The release: what it needs, who signs it, and the certificate that outlives the database for a while."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from recommender.models.content import Content
from recommender.models.proof_record import NO_PROOF, KeptProof, ProofState
from recommender.review.approval_status import settled_digest
from recommender.review.errors import ReviewRefused, StaleVersion
from recommender.review.release import (
    ReleaseStatus,
    approve_release,
    keep_certificate,
    needed,
    read_certificate,
    seal,
    status,
)
from recommender.review.reviews import Approval
from recommender.review.tables import Clinician, Review, Role, Verdict
from recommender.rulebook.targets import RELEASE, SAFETY_CASE, Digest, Target, TargetKind, is_of_safety_case
from tests.support.proved import record_of
from tests.support.signing import KEY, NewClinician, approve, changed, name_author, say

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HASH = "a" * 64
LONG = pytest.mark.long
OF_OTHERS = "of other rules, by other tables or by another version"
Sign = Callable[[Clinician, Digest], Review]


@pytest.fixture
def lead(clinician: NewClinician) -> Clinician:
    return clinician(role=Role.LEAD)


@pytest.fixture
def reviewed(
    session: Session, clinician: NewClinician, lead: Clinician, content: Content, today: dict[Target, Digest]
) -> None:
    other = clinician(Role.SAFETY_OFFICER)
    for target in needed(today):
        approve(session, lead, today[target])
        approve(session, other, today[target])
    name_author(session, lead, today[RELEASE], clinician(role=Role.AUTHOR))
    session.commit()


def test_a_release_needs_everything_that_people_see_or_are_kept_from(
    content: Content, today: dict[Target, Digest]
) -> None:
    wanted = set(needed(today))
    assert {target for target in today if target not in wanted} == {RELEASE}
    kinds = {TargetKind.RULE: content.rule_set.by_id, TargetKind.EXERCISE: content.catalogue.by_id}
    for kind, known in kinds.items():
        assert {target.id for target in wanted if target.kind is kind} == set(known)
    assert {rule.kind for rule in content.rule_set.rules} > {
        "dosing",
        "follow_up",
        "indications",
        "sitting",
        "ordering",
    }
    assert {target.kind for target in wanted} == set(TargetKind) - {TargetKind.RELEASE, TargetKind.LANGUAGE}


def test_a_release_waits_for_no_translation(today: dict[Target, Digest]) -> None:
    spanish = Target(TargetKind.LANGUAGE, "es")
    assert spanish not in needed({**today, spanish: today[RELEASE]})


def test_a_new_database_has_everything_missing(session: Session, content: Content, today: dict[Target, Digest]) -> None:
    assert status(session, content, today, 2, KEY) == ReleaseStatus(
        needed(today),
        False,
        False,
        (),
        2,
        (),
        len(content.rule_set.rules),
        0,
        "",
        decided=settled_digest({}),
        proof=ProofState.CURRENT,
    )


def test_a_release_waits_for_a_safety_officer_on_each_hazard(
    session: Session, clinician: NewClinician, lead: Clinician, content: Content, today: dict[Target, Digest]
) -> None:
    hazard = next(target for target in today if is_of_safety_case(target) and target != SAFETY_CASE)
    few = {target: today[target] for target in (hazard, RELEASE)}
    for who in (lead, clinician()):
        approve(session, who, few[hazard])
    assert status(session, content, few, 2, KEY).missing == (hazard,)
    with pytest.raises(ReviewRefused, match="not ready"):
        approve_release(session, KEY, lead, content, few, 2, seen=few[RELEASE].sha256)
    approve(session, clinician(Role.SAFETY_OFFICER), few[hazard])
    assert status(session, content, few, 2, KEY).is_ready


@pytest.mark.usefixtures("reviewed")
def test_a_lead_signs_a_release_that_is_ready(
    session: Session, lead: Clinician, content: Content, today: dict[Target, Digest]
) -> None:
    ready = status(session, content, today, 2, KEY)
    assert (ready.missing, ready.is_ready, ready.is_approved) == ((), True, False)
    approve_release(session, KEY, lead, content, today, 2, seen=today[RELEASE].sha256)
    signed = status(session, content, today, 2, KEY)
    assert signed.is_approved
    assert [approval.clinician_id for approval in signed.approvals] == [lead.id]


@pytest.mark.deep
@pytest.mark.usefixtures("reviewed")
def test_nobody_else_signs_it_nor_another_version_of_it(
    session: Session, clinician: NewClinician, lead: Clinician, content: Content, today: dict[Target, Digest]
) -> None:
    for role in (Role.READER, Role.REVIEWER):
        with pytest.raises(ReviewRefused, match="lead"):
            approve_release(session, KEY, clinician(role), content, today, 2, seen=today[RELEASE].sha256)
    with pytest.raises(StaleVersion):
        approve_release(session, KEY, lead, content, today, 2, seen="e" * 64)
    with pytest.raises(ReviewRefused, match="not ready"):
        approve_release(session, KEY, lead, content, today, 3, seen=today[RELEASE].sha256)
    assert not status(session, content, today, 2, KEY).is_approved


@pytest.mark.deep
@pytest.mark.usefixtures("reviewed")
@pytest.mark.parametrize(
    "stale, told",
    [
        (None, "there is no proof of these rules"),
        pytest.param("unreadable", "the file of the proof cannot be read", marks=LONG),
        pytest.param({"rule_set": HASH}, OF_OTHERS, marks=LONG),
        ({"tables": HASH}, OF_OTHERS),
        pytest.param({"software": "0.0.1"}, OF_OTHERS, marks=LONG),
    ],
)
def test_nobody_signs_a_release_of_which_the_proof_is_missing_or_stale(
    session: Session, lead: Clinician, content: Content, today: dict[Target, Digest], stale: object, told: str
) -> None:
    proof = NO_PROOF if stale is None else KeptProof(is_readable=False)
    if isinstance(stale, dict):
        proof = KeptProof(replace(record_of(content), **stale))
    unproved = replace(content, proof=proof)
    found = status(session, unproved, today, 2, KEY)
    assert (found.missing, found.is_ready, found.is_proved) == ((), False, False)
    with pytest.raises(ReviewRefused, match=f"not ready: .*{told}.*prove --record"):
        approve_release(session, KEY, lead, unproved, today, 2, seen=today[RELEASE].sha256)
    approve_release(session, KEY, lead, content, today, 2, seen=today[RELEASE].sha256)
    assert status(session, unproved, today, 2, KEY).is_approved, "a proof that is lost later undoes no signature"


@pytest.mark.usefixtures("reviewed")
@pytest.mark.parametrize("kind", [TargetKind.RULE, TargetKind.EXERCISE, TargetKind.DISPOSITION])
def test_a_change_of_one_thing_takes_exactly_its_approval_and_that_of_the_release(
    session: Session, lead: Clinician, content: Content, today: dict[Target, Digest], kind: TargetKind
) -> None:
    approve_release(session, KEY, lead, content, today, 2, seen=today[RELEASE].sha256)
    target = next(target for target in needed(today) if target.kind is kind)
    tomorrow = {**today, target: changed(today[target]), RELEASE: changed(today[RELEASE])}
    after = status(session, content, tomorrow, 2, KEY)
    assert (after.missing, after.is_ready, after.is_approved, after.approvals) == ((target,), False, False, ())
    with pytest.raises(ReviewRefused, match="not ready: 1 "):
        approve_release(session, KEY, lead, content, tomorrow, 2, seen=tomorrow[RELEASE].sha256)
    assert status(session, content, today, 2, KEY).is_approved


@pytest.mark.usefixtures("reviewed")
def test_a_change_request_undoes_the_release(
    session: Session, clinician: NewClinician, lead: Clinician, content: Content, today: dict[Target, Digest]
) -> None:
    approve_release(session, KEY, lead, content, today, 2, seen=today[RELEASE].sha256)
    say(session, clinician(), today[RELEASE], Verdict.REQUEST_CHANGES)
    asked = status(session, content, today, 2, KEY)
    assert (asked.is_approved, asked.is_ready, len(asked.requested)) == (False, False, 1)
    with pytest.raises(ReviewRefused, match="asks for changes"):
        approve_release(session, KEY, lead, content, today, 2, seen=today[RELEASE].sha256)
    say(session, clinician(), today[needed(today)[0]], Verdict.REQUEST_CHANGES)
    assert status(session, content, today, 2, KEY).missing == needed(today)[:1]


@pytest.mark.usefixtures("reviewed")
def test_a_release_is_not_signed_on_a_record_that_was_tampered_with(
    session: Session, clinician: NewClinician, lead: Clinician, content: Content, today: dict[Target, Digest]
) -> None:
    session.execute(
        text(
            "INSERT INTO review SELECT 100000, clinician_id, target_kind, target_id, sha256, verdict, text, parent_id, "
            "created_at, together, seconds, decision, until, person_id FROM review WHERE id = 1"
        )
    )
    with pytest.raises(ReviewRefused, match="Review 100000"):
        approve_release(session, KEY, lead, content, today, 2, seen=today[RELEASE].sha256)


def test_rules_of_which_no_person_is_known_as_the_author_are_counted(
    session: Session, clinician: NewClinician, content: Content, today: dict[Target, Digest]
) -> None:
    first, *others = content.rule_set.rules
    rules = replace(content.rule_set, rules=(replace(first, author="Ann Lee"), *others))
    named = replace(content, rule_set=rules)
    assert status(session, named, today, 2, KEY).authors_unknown == len(others) + 1, (
        "a name without an account is nobody"
    )
    clinician(name="Ann Lee")
    assert status(session, named, today, 2, KEY).authors_unknown == len(others)


def approved(at: datetime = NOON) -> ReleaseStatus:
    return ReleaseStatus((), True, True, (Approval(1, 1, "Ann Lee", "PH1", at, "b" * 64, Role.LEAD),), 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "release-certificate.json"


def test_the_certificate_says_what_was_approved_when_and_by_whom(path: Path, content: Content) -> None:
    keep_certificate(path, KEY, content, approved(), NOON, 30)
    read = read_certificate(path, KEY, seal(content), 2, NOON)
    assert read is not None
    assert (read.hash, read.version) == (seal(content), content.rule_set.version)
    assert (read.approved_at, read.by) == (NOON, "Ann Lee (PH1)")
    assert read.expires_at == NOON + timedelta(days=30)


def test_the_certificate_says_what_is_proved_and_of_what(path: Path, content: Content) -> None:
    keep_certificate(path, KEY, content, approved(), NOON, 30)
    read = read_certificate(path, KEY, seal(content), 2, NOON)
    record = record_of(content)
    assert read is not None
    assert read.proof["state"] == "current"
    bound = (read.proof["rule_set"], read.proof["tables"], read.proof["software"])
    assert bound == (content.hash, record.tables, record.software)
    keep_certificate(path, KEY, replace(content, proof=NO_PROOF), approved(), NOON, 30)
    told = read_certificate(path, KEY, seal(content), 2, NOON)
    assert told is not None and told.proof == {"state": "none"}


def test_the_certificate_expires(path: Path, content: Content) -> None:
    keep_certificate(path, KEY, content, approved(), NOON, 30)
    end = NOON + timedelta(days=30)
    assert read_certificate(path, KEY, seal(content), 2, end - timedelta(seconds=1)) is not None
    assert read_certificate(path, KEY, seal(content), 2, end) is None


def test_the_certificate_is_of_one_content_and_one_key(path: Path, content: Content) -> None:
    keep_certificate(path, KEY, content, approved(), NOON, 30)
    assert read_certificate(path, KEY, HASH, 2, NOON) is None
    assert read_certificate(path, b"another key, as long as the first", seal(content), 2, NOON) is None


def test_the_certificate_does_not_serve_where_more_reviewers_are_required(path: Path, content: Content) -> None:
    keep_certificate(path, KEY, content, approved(), NOON, 30)
    assert read_certificate(path, KEY, seal(content), 1, NOON) is not None
    assert read_certificate(path, KEY, seal(content), 3, NOON) is None


@pytest.mark.parametrize(
    "name, value",
    [
        ("hash", HASH),
        ("version", "9.9.9"),
        ("approved_at", "2020-01-01T00:00:00+00:00"),
        ("by", "Eve (PH2)"),
        ("proof", {"state": "current"}),
        ("required", 3),
        ("required", "many"),
        ("expires_at", "2099-01-01T00:00:00+00:00"),
        ("expires_at", "never"),
        ("expires_at", 4),
        ("mac", "0" * 64),
        ("mac", None),
        ("mac", "\ud800"),
        ("more", "than there should be"),
    ],
)
def test_an_altered_certificate_is_none(path: Path, content: Content, name: str, value: object) -> None:
    keep_certificate(path, KEY, content, approved(), NOON, 30)
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, name: value}))
    assert read_certificate(path, KEY, seal(content), 2, NOON) is None
    assert read_certificate(path, KEY, HASH, 2, NOON) is None


@pytest.mark.parametrize("written", [b"", b"{", b"[]", b"null", b'{"mac": "x"}', b"\xff\xfe", b"[" * 100_000])
def test_anything_else_in_its_place_is_none(path: Path, content: Content, written: bytes) -> None:
    assert read_certificate(path, KEY, seal(content), 2, NOON) is None
    path.parent.mkdir()
    path.write_bytes(written)
    assert read_certificate(path, KEY, seal(content), 2, NOON) is None


def test_the_certificate_lives_on_while_the_database_confirms_it(path: Path, content: Content) -> None:
    for day in range(60):
        keep_certificate(path, KEY, content, approved(), NOON + timedelta(days=day), 30)
    later = NOON + timedelta(days=60)
    read = read_certificate(path, KEY, seal(content), 2, later)
    assert read is not None
    assert read.approved_at == NOON


def test_the_certificate_is_written_at_most_once_a_day(path: Path, content: Content) -> None:
    keep_certificate(path, KEY, content, approved(), NOON, 30)
    before = path.stat().st_ino
    keep_certificate(path, KEY, content, approved(), NOON + timedelta(hours=23), 30)
    assert path.stat().st_ino == before
    keep_certificate(path, KEY, content, approved(), NOON + timedelta(hours=25), 30)
    read = read_certificate(path, KEY, seal(content), 2, NOON)
    assert read is not None
    assert read.expires_at == NOON + timedelta(days=30, hours=25)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_shorter_life_takes_hold_at_once(path: Path, content: Content) -> None:
    keep_certificate(path, KEY, content, approved(), NOON, 30)
    keep_certificate(path, KEY, content, approved(), NOON, 5)
    assert read_certificate(path, KEY, seal(content), 2, NOON + timedelta(days=6)) is None


def test_an_approval_that_was_lost_takes_the_certificate_with_it(path: Path, content: Content) -> None:
    keep_certificate(path, KEY, content, approved(), NOON, 30)
    assert keep_certificate(path, KEY, content, ReleaseStatus((), True, False, (), 2), NOON, 30) is None
    assert not path.exists()
    assert keep_certificate(path, KEY, content, ReleaseStatus((), True, False, (), 2), NOON, 30) is None
