"""The second factor of an account: a code that an app on the telephone shows, or a recovery code that works once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

import pyotp
from sqlalchemy.orm import Session

from recommender.review.database import take_writers_lock
from recommender.review.tables import Clinician

_STEP_SECONDS = 30
_CODES = 10
# 80 bits: a fast hash is enough, as nobody can try them all.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """Return a secret for an app, in the letters that apps read."""
    return pyotp.random_base32()


def address_for_app(secret: str, email: str, service: str) -> str:
    """Return the address that opens an app on the same telephone."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=service)


def step_of(secret: str, code: str, now: float | None = None) -> int | None:
    """Return the time step that a code belongs to, or None if it is not of now: half a minute more or less is allowed."""
    given = "".join(code.split())
    if len(given) != 6 or not given.isascii() or not given.isdecimal():
        return None
    today = int((time.time() if now is None else now) // _STEP_SECONDS)
    made = pyotp.TOTP(secret)
    steps = [
        step for step in (today - 1, today, today + 1) if hmac.compare_digest(made.at(step * _STEP_SECONDS), given)
    ]
    return max(steps, default=None)


def accept_code(session: Session, clinician: Clinician, secret: str, code: str) -> bool:
    """Return whether the code is right and was not used before, and remember that it was. Commit afterwards."""
    take_writers_lock(session)
    session.refresh(clinician)
    step = step_of(secret, code)
    if step is None or (clinician.totp_step is not None and step <= clinician.totp_step):
        return False
    clinician.totp_step = step
    session.flush()
    return True


def use_recovery_code(session: Session, clinician: Clinician, code: str) -> bool:
    """Return whether it is one of the account's recovery codes, and strike it out.

    The codes stand in the audit log as a hash: write what was done there too. Commit afterwards.
    """
    take_writers_lock(session)
    session.refresh(clinician)
    used, kept = _hash(code), list(clinician.recovery_codes or ())
    if used not in kept:
        return False
    clinician.recovery_codes = [one for one in kept if one != used]
    session.flush()
    return True


def turn_on(session: Session, clinician: Clinician, sealed_secret: str, step: int) -> tuple[str, ...]:
    """Turn the second factor on, and return new recovery codes: they are kept as hashes, so this is the only time."""
    clinician.totp_secret, clinician.totp_step = sealed_secret, step
    return renew_recovery_codes(session, clinician)


def renew_recovery_codes(session: Session, clinician: Clinician) -> tuple[str, ...]:
    """Return new recovery codes in the place of the old ones."""
    codes = tuple(_new_code() for _ in range(_CODES))
    clinician.recovery_codes = sorted(map(_hash, codes))
    session.flush()
    return codes


def turn_off(session: Session, clinician: Clinician) -> None:
    """Turn the second factor off."""
    clinician.totp_secret = clinician.totp_step = clinician.recovery_codes = None
    session.flush()


def _new_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(letters[place : place + 4] for place in range(0, 16, 4))


def _hash(code: str) -> str:
    plain = "".join(code.split()).replace("-", "").casefold()
    return hashlib.sha256(b"recovery code " + plain.encode("utf-8", "surrogatepass")).hexdigest()
