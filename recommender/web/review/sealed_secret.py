"""The secret of a second factor as the database keeps it: sealed, so that a copy of the database makes no codes."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(key: bytes, secret: str) -> str:
    """Return the secret, sealed with a key derived from that of the record."""
    return _sealer(key).encrypt(secret.encode()).decode()


def unseal(key: bytes, sealed: str) -> str | None:
    """Return the secret, or None if it was not sealed with this key."""
    try:
        return _sealer(key).decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        return None


def _sealer(key: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factor, version 1").derive(key)
    return Fernet(base64.urlsafe_b64encode(derived))
