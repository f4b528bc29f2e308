"""A cookie that only this site can read or make: encrypted JSON in the person's own browser."""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Request, Response

from recommender.errors import RecommenderError
from recommender.settings import Settings

MOST_BYTES = 4000  # browsers refuse cookies from 4096 bytes, name and attributes included in some


class SealedCookie:
    """One cookie by its name. It lasts ``answer_hours`` from when it was last written, in the browser and for us."""

    def __init__(self, name: str, settings: Settings) -> None:
        self._name = name
        self._fernet = Fernet(_key(settings.secret_key, name))
        self._seconds = settings.answer_hours * 3600
        self._secure = settings.secure_cookies

    def is_sent(self, request: Request) -> bool:
        return self._name in request.cookies

    def open(self, request: Request) -> dict[str, Any] | None:
        """Return what was sealed, or None if there is no cookie that we made in time."""
        token = request.cookies.get(self._name)
        if not token:
            return None
        try:
            sealed = json.loads(zlib.decompress(self._fernet.decrypt(token.encode("utf-8", "replace"), self._seconds)))
        except (InvalidToken, zlib.error, ValueError):
            return None
        return sealed if isinstance(sealed, dict) else None

    def seal(self, response: Response, content: dict[str, Any]) -> None:
        """Put the content in the response's cookie.

        Raises:
            RecommenderError: it does not fit in a cookie.
        """
        text = json.dumps(content, separators=(",", ":"))
        token = self._fernet.encrypt(zlib.compress(text.encode(), 9)).decode()
        if len(token) > MOST_BYTES:
            raise RecommenderError(f"the {self._name} take {len(token)} bytes, over the {MOST_BYTES} of a cookie")
        response.set_cookie(
            self._name, token, max_age=self._seconds, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )

    def clear(self, response: Response) -> None:
        response.delete_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="Lax")


def _key(secret: str | None, name: str) -> bytes:
    """Return the encryption key: from the setting, or made anew, so that a restart forgets everything."""
    material = secret.encode() if secret else secrets.token_bytes(32)
    info = f"{name} cookie, version 1".encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(material)
    return base64.urlsafe_b64encode(derived)
