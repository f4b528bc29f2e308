"""The answers so far, in one encrypted cookie in the person's own browser. The server keeps nothing."""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Request, Response

from recommender.answer_sheet import raw_answers
from recommender.errors import RecommenderError
from recommender.models.questionnaire import Answer
from recommender.settings import Settings

NAME = "answers"
MOST_BYTES = 4000  # browsers refuse cookies from 4096 bytes, name and attributes included in some


@dataclass(frozen=True, slots=True)
class Draft:
    """A sheet being filled in. ``visited`` are the slugs of the pages sent in, so that optional pages are seen once."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    visited: frozenset[str] = frozenset()


class AnswerCookie:
    """Seals drafts for the browser and opens what comes back."""

    def __init__(self, settings: Settings) -> None:
        self._fernet = Fernet(_key(settings.secret_key))
        self._seconds = settings.answer_hours * 3600
        self._secure = settings.secure_cookies

    def is_sent(self, request: Request) -> bool:
        return NAME in request.cookies

    def read(self, request: Request) -> dict[str, Any] | None:
        """Return {"answers": raw answers, "visited": slugs}, or None if there is no cookie that we made in time."""
        token = request.cookies.get(NAME)
        if not token:
            return None
        try:
            sealed = json.loads(zlib.decompress(self._fernet.decrypt(token.encode("utf-8", "replace"), self._seconds)))
        except (InvalidToken, zlib.error, ValueError):
            return None
        return sealed if isinstance(sealed, dict) else None

    def write(self, response: Response, draft: Draft) -> None:
        """Put the draft in the response's cookie.

        Raises:
            RecommenderError: the answers do not fit in a cookie.
        """
        text = json.dumps(
            {"answers": raw_answers(draft.answers), "visited": sorted(draft.visited)}, separators=(",", ":")
        )
        token = self._fernet.encrypt(zlib.compress(text.encode(), 9)).decode()
        if len(token) > MOST_BYTES:
            raise RecommenderError(f"the answers take {len(token)} bytes, over the {MOST_BYTES} of a cookie")
        response.set_cookie(
            NAME, token, max_age=self._seconds, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )

    def clear(self, response: Response) -> None:
        response.delete_cookie(NAME, path="/", secure=self._secure, httponly=True, samesite="Lax")


def _key(secret: str | None) -> bytes:
    """Return the encryption key: from the setting, or made anew, so that a restart forgets every sheet."""
    material = secret.encode() if secret else secrets.token_bytes(32)
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"answers cookie, version 1").derive(material)
    return base64.urlsafe_b64encode(derived)
