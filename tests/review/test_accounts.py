"""Accounts: who may have one, who may sign in, and what ends a session."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy.orm import Session

from recommender.review import accounts
from recommender.review.accounts import (
    add_clinician,
    authenticate,
    change_password,
    clinician_by_id,
    clinician_by_oidc,
    disable,
    enable,
    list_clinicians,
    reset_password,
)
from recommender.review.errors import ReviewRefused, WrongPassword
from recommender.review.tables import Clinician, Role
from tests.support.signing import KEY, PASSWORD

GOOD = {"email": "Ann.Lee@Example.org", "name": "Ann Lee", "registration": "PH1234"}


@pytest.fixture
def ann(session: Session) -> Clinician:
    return add_clinician(session, **GOOD, role=Role.REVIEWER, password=PASSWORD)


def test_the_right_password_signs_in_however_the_email_is_written(session: Session, ann: Clinician) -> None:
    assert authenticate(session, " ANN.lee@example.ORG ", PASSWORD) is ann


@pytest.mark.parametrize(
    "email, password",
    [
        ("ann.lee@example.org", PASSWORD + "!"),
        ("ann.lee@example.org", ""),
        ("nobody@example.org", PASSWORD),
        ("", PASSWORD),
        ("ann.lee@example.org\0", PASSWORD),
        ("ann.lee@example.org", PASSWORD + "\udcff"),
    ],
)
def test_anything_else_does_not(session: Session, ann: Clinician, email: str, password: str) -> None:
    assert authenticate(session, email, password) is None


def test_a_disabled_account_cannot_sign_in_until_it_is_enabled(session: Session, ann: Clinician) -> None:
    disable(session, ann)
    assert authenticate(session, ann.email, PASSWORD) is None
    assert clinician_by_oidc(session, KEY, "subject", ann.email) is None
    enable(session, ann)
    assert authenticate(session, ann.email, PASSWORD) is ann


def test_a_password_is_checked_whether_or_not_there_is_an_account(
    session: Session, ann: Clinician, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    class Watched:
        def verify(self, stored: str, password: bytes) -> bool:
            checked.append(stored)
            return accounts_hasher.verify(stored, password)

        def check_needs_rehash(self, stored: str) -> bool:
            return False

    accounts_hasher = accounts._HASHER
    monkeypatch.setattr(accounts, "_HASHER", Watched())
    authenticate(session, ann.email, "wrong")
    authenticate(session, "nobody@example.org", "wrong")
    disable(session, ann)
    authenticate(session, ann.email, PASSWORD)
    assert len(checked) == 3
    assert all(extract_parameters(stored) == extract_parameters(checked[0]) for stored in checked)


def test_a_password_hashed_with_older_settings_stays_the_one_that_the_log_vouches_for(
    session: Session, ann: Clinician
) -> None:
    older = ann.password_hash = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    assert authenticate(session, ann.email, PASSWORD) is ann
    assert ann.password_hash == older


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 10**30])
def test_a_number_that_no_account_can_have_is_nobody(session: Session, ann: Clinician, number: int) -> None:
    assert clinician_by_id(session, number, 1) is None


def test_the_password_itself_is_not_stored(session: Session, ann: Clinician) -> None:
    assert ann.password_hash is not None
    assert ann.password_hash.startswith("$argon2id$")
    assert PASSWORD not in ann.password_hash


def test_the_same_letters_count_as_the_same_password_however_they_are_composed(session: Session) -> None:
    made = add_clinician(session, **GOOD, role=Role.REVIEWER, password="se\u00f1ora de la casa")
    assert authenticate(session, made.email, "sen\u0303ora de la casa") is made


@pytest.mark.parametrize(
    "password", ["elevenchars", "ann.lee@example.org", " Ann.Lee@EXAMPLE.org ", "aaaaaaaaaaaaaaaa", "x1y2z" * 201]
)
def test_a_weak_password_is_refused(session: Session, password: str) -> None:
    with pytest.raises(ReviewRefused, match="password"):
        add_clinician(session, **GOOD, role=Role.REVIEWER, password=password)
    assert list_clinicians(session) == ()


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2024!",
        "qwertyuiop123",
        "iloveyou1234",
        "abcdeabcdeabcde",
        "PASSWORD1234",
        "123456789012",
        "ann.lee2024",
        "annlee1annlee1",
    ],
)
def test_a_common_password_is_refused(session: Session, password: str) -> None:
    with pytest.raises(ReviewRefused, match=r"easy to guess|at least 12"):
        add_clinician(session, **GOOD, role=Role.REVIEWER, password=password)


def test_the_longest_password_costs_little_to_weigh(session: Session) -> None:
    words = "every clinician keeps another sentence in mind " * 20
    assert add_clinician(session, **GOOD, role=Role.REVIEWER, password=words).password_hash


def test_a_password_is_changed_by_who_knows_it(session: Session, ann: Clinician) -> None:
    with pytest.raises(WrongPassword):
        change_password(session, ann, "not the password", "another good password")
    with pytest.raises(ReviewRefused, match="easy to guess"):
        change_password(session, ann, PASSWORD, "password1234")
    assert authenticate(session, ann.email, PASSWORD) is ann
    change_password(session, ann, PASSWORD, "another good password")
    assert authenticate(session, ann.email, "another good password") is ann
    assert ann.session_version == 2


def test_the_name_is_no_password(session: Session) -> None:
    with pytest.raises(ReviewRefused, match="name"):
        given = {**GOOD, "name": "Ann Margaret Lee"}
        add_clinician(session, **given, role=Role.REVIEWER, password="annmargaretlee")


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": ""},
        {"email": "ann"},
        {"email": "ann@"},
        {"email": "an n@example.org"},
        {"email": "a" * 250 + "@example.org"},
        {"name": " "},
        {"name": "Ann\nLee"},
        {"name": "Ann\0Lee"},
        {"registration": ""},
        {"registration": "9" * 101},
    ],
)
def test_an_account_needs_an_email_a_name_and_a_registration_number(session: Session, wrong: dict[str, str]) -> None:
    with pytest.raises(ReviewRefused):
        add_clinician(session, **{**GOOD, **wrong}, role=Role.REVIEWER, password=PASSWORD)


def test_a_reader_needs_no_registration_number(session: Session) -> None:
    for email in ("one@example.org", "two@example.org"):
        given = {**GOOD, "email": email, "registration": ""}
        assert add_clinician(session, **given, role=Role.READER, password=None).registration == ""


@pytest.mark.parametrize("same", [{"registration": "PH99"}, {"email": "other@example.org", "registration": "ph1234"}])
def test_nobody_has_two_accounts(session: Session, ann: Clinician, same: dict[str, str]) -> None:
    with pytest.raises(ReviewRefused, match="already"):
        add_clinician(session, **{**GOOD, **same}, role=Role.LEAD, password=PASSWORD)


def test_a_new_password_ends_open_sessions(session: Session, ann: Clinician) -> None:
    opened = ann.session_version
    assert clinician_by_id(session, ann.id, opened) is ann
    reset_password(session, ann, "another good password")
    assert clinician_by_id(session, ann.id, opened) is None
    assert authenticate(session, ann.email, PASSWORD) is None
    assert authenticate(session, ann.email, "another good password") is ann


def test_disabling_ends_open_sessions_for_good(session: Session, ann: Clinician) -> None:
    opened = ann.session_version
    disable(session, ann)
    assert clinician_by_id(session, ann.id, opened) is None
    enable(session, ann)
    assert clinician_by_id(session, ann.id, opened) is None
    assert clinician_by_id(session, ann.id, ann.session_version) is ann


def test_single_sign_on_ties_the_subject_to_the_account_once(session: Session, ann: Clinician) -> None:
    assert clinician_by_oidc(session, KEY, "subject-1", "ann.lee@example.org") is ann
    assert clinician_by_oidc(session, KEY, "subject-1", "") is ann
    assert clinician_by_oidc(session, KEY, "subject-1", "new@example.org") is ann
    assert clinician_by_oidc(session, KEY, "subject-2", "ann.lee@example.org") is None


@pytest.mark.parametrize("subject", ["", "nul\0", "s" * 256])
def test_single_sign_on_makes_no_account_and_takes_no_odd_subject(
    session: Session, ann: Clinician, subject: str
) -> None:
    assert clinician_by_oidc(session, KEY, subject, ann.email) is None
    assert clinician_by_oidc(session, KEY, "somebody", "nobody@example.org") is None
    assert clinician_by_oidc(session, KEY, "somebody", "") is None
    assert list_clinicians(session) == (ann,)


def test_an_account_without_a_password_cannot_sign_in_with_one(session: Session) -> None:
    made = add_clinician(session, **GOOD, role=Role.REVIEWER, password=None)
    assert authenticate(session, made.email, "") is None
    assert authenticate(session, made.email, PASSWORD) is None
