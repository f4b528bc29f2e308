"""The accounts of clinicians."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from recommender.models.plain_text import has_words
from recommender.review.audit import append_account
from recommender.review.database import take_writers_lock
from recommender.review.errors import ReviewRefused, WrongPassword
from recommender.review.tables import LARGEST_ID, Clinician, Notice, Role

PASSWORD_LENGTH = 12
_LONGEST_PASSWORD = 1000
_FEWEST_DIFFERENT = 5
_SIGN_NOTHING = frozenset({Role.READER, Role.AUTHOR})
# Of zxcvbn: 3 is "safely unguessable", 10^8 guesses or more. Longer texts cost it time, and their beginning is enough.
_LEAST_SCORE, _LONGEST_GUESSED = 3, 72
# 19 MiB for each sign-in: one of OWASP's settings of equal strength, and the one that takes least memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# The hash of a random password, checked where there is no account, so that both take the same time.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$JSVfmFBWXdnIeozNfeIPMQ$Pc+Z/dyhAthVUBJOV/jS+b7bpKGlPhLaNhdkiA+vZps"


def add_clinician(
    session: Session, *, email: str, name: str, registration: str, role: Role, password: str | None
) -> Clinician:
    """Return the new account. Without a password it can only be used through single sign-on.

    Raises:
        ReviewRefused: a value cannot be used, or the email or registration number already has an account.
    """
    clinician = Clinician(
        email=_email(email),
        name=_line("The name", name, 200),
        registration=_line("The registration number", registration, 100, may_be_empty=role in _SIGN_NOTHING),
        role=role,
        disabled=False,
        session_version=1,
    )
    take_writers_lock(session)
    if clinician_by_email(session, clinician.email):
        raise ReviewRefused(f"There is an account for {clinician.email} already.")
    taken = select(Clinician).where(func.lower(Clinician.registration) == clinician.registration.lower())
    if clinician.registration and session.scalars(taken).first():
        # Two accounts of one person would count as two reviewers.
        raise ReviewRefused(f"Registration number {clinician.registration} has an account already.")
    if password is not None:
        clinician.password_hash = _hash(clinician, password)
    session.add(clinician)
    session.flush()
    return clinician


def authenticate(session: Session, email: str, password: str) -> Clinician | None:
    """Return the clinician, or None for a wrong password, an unknown email or a disabled account.

    Takes the same time in each case. The stored hash is never renewed here: it is the one that the audit log vouches
    for, and only the operator writes that.
    """
    clinician = clinician_by_email(session, email)
    stored = clinician.password_hash if clinician and not clinician.disabled else None
    try:
        _HASHER.verify(stored or _NOBODY, _bytes(password))
    except (VerificationError, InvalidHashError):
        return None
    return clinician if stored else None


def clinician_by_oidc(session: Session, key: bytes, subject: str, email: str) -> Clinician | None:
    """Return the account of a person whom the identity provider vouches for, or None.

    The first sign-in ties ``subject`` to the account with that email: pass an email only if the provider has
    verified it, else "". That is written to the audit log. No account is ever made here. Commit afterwards.

    Raises:
        ReviewRefused: the audit log is broken, so that nothing can be tied.
    """
    if not subject or "\0" in subject or len(subject) > 255:
        return None
    clinician = session.scalars(select(Clinician).where(Clinician.oidc_subject == subject)).first()
    if clinician is None:
        clinician = clinician_by_email(session, email)
        if clinician is None or clinician.disabled or clinician.oidc_subject is not None:
            return None
        clinician.oidc_subject = subject
        session.flush()
        append_account(session, key, "tie_single_sign_on", clinician)
    return None if clinician.disabled else clinician


def clinician_by_id(session: Session, clinician_id: int, session_version: int) -> Clinician | None:
    """Return the clinician of an open session, or None if the account is disabled or the session has been ended."""
    if not 0 < clinician_id <= LARGEST_ID:
        return None
    clinician = session.get(Clinician, clinician_id, populate_existing=True)
    if clinician is None or clinician.disabled or clinician.session_version != session_version:
        return None
    return clinician


def clinician_by_email(session: Session, email: str) -> Clinician | None:
    """Return the account with that email, however it is written, disabled or not."""
    sought = email.strip().casefold()
    if not sought or "\0" in sought:  # PostgreSQL takes no NUL in a text
        return None
    return session.scalars(select(Clinician).where(Clinician.email == sought)).first()


def list_clinicians(session: Session) -> tuple[Clinician, ...]:
    """Return every account, by email."""
    return tuple(session.scalars(select(Clinician).order_by(Clinician.email)))


def disable(session: Session, clinician: Clinician) -> None:
    """Stop the account from signing in and end its open sessions. What it has signed stays signed."""
    clinician.disabled = True
    clinician.session_version += 1
    session.flush()


def enable(session: Session, clinician: Clinician) -> None:
    """Let a disabled account sign in again."""
    clinician.disabled = False
    session.flush()


def reset_password(session: Session, clinician: Clinician, password: str) -> None:
    """Set a new password, and end every open session of the account and its feed.

    Raises:
        ReviewRefused: the password is not good enough.
    """
    clinician.password_hash = _hash(clinician, password)
    clinician.session_version += 1
    end_feeds(session, clinician)
    session.flush()


def end_feeds(session: Session, clinician: Clinician | None = None) -> None:
    """Let no feed open anything more: of one account, or of all."""
    ended = update(Notice).values(feed_sha256=None)
    session.execute(ended if clinician is None else ended.where(Notice.clinician_id == clinician.id))


def require_password(session: Session, clinician: Clinician, password: str) -> None:
    """Refuse whoever sits at an open session and does not know its password.

    Raises:
        WrongPassword: it is wrong.
    """
    if authenticate(session, clinician.email, password) is None:
        raise WrongPassword


def change_password(session: Session, clinician: Clinician, current: str, new: str) -> None:
    """Set a new password for who knows the current one, and end every open session of the account and its feed.

    Raises:
        WrongPassword: the current password is wrong.
        ReviewRefused: the new one is not good enough.
    """
    require_password(session, clinician, current)
    reset_password(session, clinician, new)


def _hash(clinician: Clinician, password: str) -> str:
    plain = password.strip().casefold()
    own = {clinician.email, clinician.email.partition("@")[0], clinician.registration.casefold()}
    own |= {clinician.name.casefold(), "".join(clinician.name.casefold().split())}
    if len(password) < PASSWORD_LENGTH:
        raise ReviewRefused(f"The password must have at least {PASSWORD_LENGTH} characters.")
    if len(password) > _LONGEST_PASSWORD:
        raise ReviewRefused(f"The password must have at most {_LONGEST_PASSWORD} characters.")
    if plain in own:
        raise ReviewRefused("The password must not be the email, name or registration number.")
    if len(set(plain)) < _FEWEST_DIFFERENT:
        raise ReviewRefused(f"The password must have at least {_FEWEST_DIFFERENT} different characters.")
    if _is_common(password, own):
        raise ReviewRefused("The password is too easy to guess. Use four or more words that do not belong together.")
    return _HASHER.hash(_bytes(password))


def _is_common(password: str, own: Iterable[str]) -> bool:
    """Return whether somebody who knows common passwords, words, names, dates and keyboards guesses it soon."""
    from zxcvbn import zxcvbn  # nothing but a new password needs its lists

    given = password[:_LONGEST_GUESSED]
    return bool(zxcvbn(given, user_inputs=sorted(own), max_length=_LONGEST_GUESSED)["score"] < _LEAST_SCORE)


def _bytes(password: str) -> bytes:
    """Return the same bytes for the same letters, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _email(given: str) -> str:
    email = _line("The email", given, 254).casefold()
    name, _, host = email.rpartition("@")
    if not name or not host or any(character.isspace() for character in email):
        raise ReviewRefused(f"'{given}' is not an email address.")
    return email


def _line(label: str, given: str, longest: int, may_be_empty: bool = False) -> str:
    text = unicodedata.normalize("NFC", given).strip()
    if not has_words(text) and (text or not may_be_empty):
        raise ReviewRefused(f"{label} is missing.")
    if len(text) > longest or not text.isprintable():
        raise ReviewRefused(f"{label} must be one line of at most {longest} characters.")
    return text
