"""What a person's own browser keeps for us: encrypted JSON in a cookie that only this site can read or make.

The server keeps nothing. Each feature has a store of its own for each thing that it wants kept.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Request, Response, has_request_context, request

from recommender.errors import RecommenderError
from recommender.settings import Settings

# Machines of one service do not have the same time to the second, and a small box may run behind.
TOLERANCE_SECONDS = 600
# What browsers hold a cookie to whose name begins so: HTTPS, and with the first no other host and the whole of this one.
_AT_THE_ROOT, _BELOW = "__Host-", "__Secure-"
MOST_BYTES = 4000  # browsers refuse cookies from 4096 bytes, name and attributes included in some

T = TypeVar("T")
Data = dict[str, Any]


class Seal:
    """Locks data for one purpose. What was locked for another purpose, or with another secret, cannot be opened.

    The secrets of before still open what they locked. Without a secret one is made anew, so that a restart forgets all.
    """

    def __init__(self, settings: Settings, purpose: str) -> None:
        known = (settings.secret_key, *(settings.secret_key_fallbacks or ()))
        self._fernets = [Fernet(_key(secret, purpose)) for secret in known]

    def lock(self, data: Mapping[str, Any], made: float | None = None) -> str:
        """Return the data locked, as letters that may stand in a cookie or an address.

        ``made`` is when it counts from, in seconds since 1970; now where it is not given.
        """
        text = json.dumps(data, separators=(",", ":"))
        packed = zlib.compress(text.encode(), 9)
        return self._fernets[0].encrypt_at_time(packed, int(time.time() if made is None else made)).decode()

    def unlock(self, token: str | None) -> tuple[bytes, int] | None:
        """Return what one of our secrets locked, still packed and however old, and when it was made; None for others."""
        sealed = (token or "").encode("utf-8", "replace")
        for fernet in self._fernets:
            try:
                return fernet.decrypt(sealed), fernet.extract_timestamp(sealed)
            except InvalidToken:
                continue
        return None


def unpacked(packed: bytes) -> Data | None:
    """Return the data that was locked, or None where it is none: it may be from an earlier version of the program."""
    try:
        data = json.loads(zlib.decompress(packed))
    except (zlib.error, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _key(secret: str | None, purpose: str) -> bytes:
    material = secret.encode() if secret else secrets.token_bytes(32)
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(material)
    return base64.urlsafe_b64encode(derived)


class CookieStore(Generic[T]):
    """One kind of value under the name of its cookie.

    ``to_data`` returns a value as JSON data, and ``from_data`` a value from it, or None where it has another shape: a
    cookie may be from an earlier version of the program. A value lasts ``answer_hours`` from when it was last written,
    in the browser and for us, where a call does not say otherwise.

    What cannot be read is left alone: it may be of another copy of the site on this host, or of a secret that is put
    back tomorrow. What was kept under a name of before is read, and moves when it is written next.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        to_data: Callable[[T], Mapping[str, Any]],
        from_data: Callable[[Data], T | None],
    ) -> None:
        self._settings = settings
        self._bare_name = name
        self._to_data = to_data
        self._from_data = from_data
        self._seal = Seal(settings, f"{name} cookie, version 1")
        self._seconds = settings.answer_hours * 3600
        self._secure = settings.secure_cookies

    def sent(self, request: Request) -> str | None:
        """Return the cookie as it was sent, readable or not; None where there is none."""
        return request.cookies.get(self._name) or next((token for _, token in self._of_before(request)), None)

    def read(self, request: Request, seconds: int | None = None) -> T | None:
        """Return the value, or None if there is none that we made in time and can still read."""
        data = self._opened(self.sent(request), self._seconds if seconds is None else seconds)
        return None if data is None else self._from_data(data)

    def written_at(self, request: Request) -> datetime | None:
        """Return when the cookie that was sent was written; None where there is none of ours."""
        unlocked = self._seal.unlock(self.sent(request))
        return None if unlocked is None else datetime.fromtimestamp(unlocked[1], UTC)

    def write(self, response: Response, value: T, seconds: int | None = None) -> None:
        """Put the value in the response's cookie.

        Raises:
            RecommenderError: it does not fit in a cookie.
        """
        token = self._seal.lock(self._to_data(value))
        if len(token) > MOST_BYTES:
            raise RecommenderError(f"the {self._name} take {len(token)} bytes, over the {MOST_BYTES} of a cookie")
        lasts = self._seconds if seconds is None else seconds
        path = cookie_path(self._settings)
        response.set_cookie(
            self._name, token, max_age=lasts, path=path, secure=self._secure, httponly=True, samesite="Lax"
        )
        self._clear_those_of_before(response)

    def clear(self, response: Response) -> None:
        """Take the cookie back."""
        self._delete(response, self._name, cookie_path(self._settings))
        self._clear_those_of_before(response)

    @property
    def _name(self) -> str:
        return cookie_name(self._settings, self._bare_name)

    def _of_before(self, request: Request) -> Iterator[tuple[str, str]]:
        """Yield what was kept under each name of before, if it is ours: another copy may use the name."""
        for name in cookie_names(self._settings, self._bare_name)[1:]:
            token = request.cookies.get(name)
            if token is not None and self._seal.unlock(token) is not None:
                yield name, token

    def _clear_those_of_before(self, response: Response) -> None:
        """Take back what is under a name of before, or under this name at the root, where it could come to light again."""
        if not has_request_context():
            return
        path = cookie_path(self._settings)
        for name, _ in self._of_before(request):
            for place in dict.fromkeys((path, "/")):
                self._delete(response, name, place)
        same = request.cookies.getlist(self._name)
        if path != "/" and same and all(self._seal.unlock(token) is not None for token in same):
            self._delete(response, self._name, "/")

    def _delete(self, response: Response, name: str, path: str) -> None:
        response.delete_cookie(name, path=path, secure=self._secure, httponly=True, samesite="Lax")

    def _opened(self, token: str | None, seconds: int) -> Data | None:
        unlocked = self._seal.unlock(token)
        if unlocked is None:
            return None
        text, made = unlocked
        if not -TOLERANCE_SECONDS <= time.time() - made <= seconds + TOLERANCE_SECONDS:
            return None
        return unpacked(text)


def cookie_path(settings: Settings) -> str:
    """Return the path that cookies are sent to: as it is set, else where the site is for this person."""
    if settings.cookie_path is not None:
        return settings.cookie_path
    return (request.root_path if has_request_context() else "") or "/"


def cookie_name(settings: Settings, name: str) -> str:
    """Return what a cookie of ours is called in the browser, which holds us to what the first letters of it promise."""
    promise = "" if not settings.secure_cookies else _AT_THE_ROOT if cookie_path(settings) == "/" else _BELOW
    return f"{promise}{settings.cookie_prefix or ''}{name}"


def cookie_names(settings: Settings, name: str) -> tuple[str, ...]:
    """Return every name that a cookie of ours may have been kept under, the one of now first."""
    stems = (f"{settings.cookie_prefix or ''}{name}", name)
    others = (f"{promise}{stem}" for stem in stems for promise in (_AT_THE_ROOT, _BELOW, ""))
    return tuple(dict.fromkeys((cookie_name(settings, name), *others)))
