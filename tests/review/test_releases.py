"""The releases that were signed: a version names one of them only, and what changed since is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy.orm import Session

from recommender.models.content_hash import content_hash
from recommender.review.errors import ReviewRefused
from recommender.review.objections import withdraw
from recommender.review.releases import Release, last_before, refuse_old_version, release_of, signed_releases
from recommender.review.reviews import record
from recommender.review.tables import Clinician, Review, Role, Verdict
from recommender.rulebook.targets import RELEASE, Digest, Target, TargetKind
from tests.support.signing import KEY, NewClinician, tamper


@pytest.fixture
def lead(clinician: NewClinician) -> Clinician:
    return clinician(role=Role.LEAD, name="Lea Lamb")


def of_version(today: Mapping[Target, Digest], version: str, **changes: Any) -> Digest:
    """Return the release of today as another version, with other parts."""
    parts = {**today[RELEASE].parts, "version": version, **changes}
    return Digest(RELEASE, content_hash(parts), MappingProxyType(parts))


def sign(session: Session, lead: Clinician, release: Digest) -> Review:
    said = record(session, KEY, lead, release, Verdict.APPROVE, "", seen=release.sha256)
    assert said is not None
    return said


def test_each_release_that_a_lead_signed_is_told_once_with_who_and_when(
    session: Session, clinician: NewClinician, lead: Clinician, today: Mapping[Target, Digest]
) -> None:
    first, second = of_version(today, "0.1.0"), of_version(today, "0.2.0", content="b" * 64)
    one = sign(session, lead, first)
    sign(session, clinician(role=Role.LEAD), first)
    back = sign(session, lead, second)
    found = signed_releases(session, KEY)
    assert [(release.version, release.name, release.at) for release in found][:1] == [
        ("0.1.0", "Lea Lamb", one.created_at)
    ]
    assert [release.sha256 for release in found] == [first.sha256, second.sha256]
    assert found[0].targets == {target: digest.sha256 for target, digest in today.items() if target != RELEASE}
    assert last_before(found, second) == found[0] and last_before(found[:1], first) is None
    withdraw(session, KEY, lead, back, authors=())
    assert [release.sha256 for release in signed_releases(session, KEY)] == [first.sha256]


def test_what_nobody_signed_is_no_release(session: Session, lead: Clinician, today: Mapping[Target, Digest]) -> None:
    sign(session, lead, today[RELEASE])
    session.commit()
    tamper(session.get_bind(), "UPDATE review SET clinician_id = clinician_id, text = 'other words'")  # type: ignore[arg-type]
    session.expire_all()
    assert signed_releases(session, KEY) == ()


@pytest.mark.parametrize(
    "version, changes, refused",
    [
        ("0.4.0", {"content": "c" * 64}, "Raise the version in rules/rule-set.yaml"),
        ("0.3.9", {"content": "c" * 64}, "Raise the version in rules/rule-set.yaml"),
        ("0.4.1", {"content": "c" * 64}, ""),
        ("0.10.0", {"content": "c" * 64}, ""),
        ("0.4.0", {"software": {"version": "1.2.0", "files": "d" * 64}}, "recommender/__init__.py or in rules"),
        ("0.4.0", {"software": {"version": "1.3.0", "files": "d" * 64}}, ""),
        ("0.4.1", {"software": {"version": "1.2.0", "files": "d" * 64}}, ""),
    ],
)
def test_a_version_names_one_release_only(
    today: Mapping[Target, Digest], version: str, changes: dict[str, Any], refused: str
) -> None:
    before = of_version(today, "0.4.0", content="a" * 64, software={"version": "1.2.0", "files": "a" * 64})
    signed = [release_of(before)]
    kept = {name: part for name, part in before.parts.items() if name != "version"}
    after = of_version(today, version, **{**kept, **changes})
    if refused:
        with pytest.raises(ReviewRefused, match=refused):
            refuse_old_version(signed, after)
    else:
        refuse_old_version(signed, after)
    refuse_old_version([*signed, release_of(after)], after)  # signed before, it may come back


def test_a_version_must_be_higher_than_all_before_and_not_only_than_the_last(today: Mapping[Target, Digest]) -> None:
    signed: list[Release] = [
        replace(release_of(today[RELEASE]), sha256=version, version=version, content=version)
        for version in ("0.5.0", "0.4.0")
    ]
    with pytest.raises(ReviewRefused, match=r"Version 0\.5\.0 was signed"):
        refuse_old_version(signed, of_version(today, "0.4.1"))


def test_a_target_of_any_kind_is_read_back_as_it_was_signed(today: Mapping[Target, Digest]) -> None:
    read = release_of(today[RELEASE]).targets
    assert {target.kind for target in read} == set(TargetKind) - {TargetKind.RELEASE, TargetKind.LANGUAGE}
    assert all(today[target].sha256 == sha256 for target, sha256 in read.items())
