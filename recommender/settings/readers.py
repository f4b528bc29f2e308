"""What reads the text of one setting: the value, or what is wrong with the text, in words that repeat no secret."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

_LEAST_SECRET, _LONGEST_NAME = 32, 30
_COOKIE_PREFIX = re.compile(r"(?!__)[A-Za-z0-9_-]{1,32}")
_COOKIE_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+|/")
_WHOLE = re.compile(r"[0-9]{1,12}")
_HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
_ORIGIN = re.compile(r"https?://([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


class Unusable(Exception):
    """A text that a reader cannot use. The message goes on after the setting's name, and repeats no secret."""


def folder(text: str) -> Path:
    """Return a folder that is there."""
    path = Path(text)
    if not _is_directory(path):
        raise Unusable(f"names no folder: '{text}'. Correct the path.")
    return path


def file(text: str) -> Path:
    """Return the path of a file, which may still be missing."""
    path = Path(text)
    if _is_directory(path):
        raise Unusable(f"must name a file, but '{text}' is a folder.")
    return path


def folder_to_make(text: str) -> Path:
    """Return a folder that is there or can be made."""
    path = Path(text)
    for part in (path, *path.absolute().parents):
        if _exists(part):
            if not _is_directory(part):
                raise Unusable(f"must be a folder, or the name of one to make, but '{part}' is a file.")
            break
    return path


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise Unusable(f"names no folder ({error.strerror}). Correct the path.") from None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise Unusable(f"names no folder ({error.strerror}). Correct the path.") from None


def codes(text: str) -> tuple[str, ...]:
    """Return codes that stand with commas between."""
    codes = tuple(code.strip() for code in text.split(","))
    if not all(codes) or len(set(codes)) != len(codes):
        raise Unusable("must be codes with commas between, each once, such as en,es.")
    return codes


def name(text: str) -> str:
    """Return a name that fits in the head of a page."""
    if not text.isprintable() or not 0 < len(text.strip()) <= _LONGEST_NAME:
        raise Unusable(f"must be a name of at most {_LONGEST_NAME} letters, on one line.")
    return text.strip()


def secret(text: str) -> str:
    """Return a secret that is long enough."""
    if len(text) < _LEAST_SECRET:
        raise Unusable(f"is shorter than {_LEAST_SECRET} characters. Make a longer one.")
    return text


def timezone(text: str) -> str:
    """Return the name of a time zone."""
    if text not in available_timezones():
        raise Unusable(f"must be the name of a time zone, such as Europe/London, not '{text}'.")
    return text


def secrets(text: str) -> tuple[str, ...]:
    """Return secrets that stand with commas between."""
    return tuple(secret(part.strip()) for part in text.split(","))


def cookie_prefix(text: str) -> str:
    """Return what the names of cookies begin with."""
    if not _COOKIE_PREFIX.fullmatch(text):
        raise Unusable(f"must be 1 to 32 letters, digits, _ or -, and not begin with __, not '{text}'.")
    return text


def cookie_path(text: str) -> str:
    """Return a path that cookies are sent to."""
    if not _COOKIE_PATH.fullmatch(text):
        raise Unusable(f"must be a path such as / or /back, not '{text}'.")
    return text


def flag(text: str) -> bool:
    """Return whether a text that is 0 or 1 is 1."""
    if text not in ("0", "1"):
        raise Unusable(f"must be 0 or 1, not '{text}'.")
    return text == "1"


def one_of(*words: str) -> Callable[[str], str]:
    """Return the reader of one of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise Unusable(f"must be one of {', '.join(words)}, not '{text}'.")
        return text

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return the reader of a whole number. Numbers without a ceiling end as dates that no calendar holds."""

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
            raise Unusable(f"must be a whole number from {least} to {most}, not '{text}'.")
        return int(text)

    return read


def host(text: str) -> str:
    """Return a name or address to listen on, without brackets."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if ":" in bare:
        try:
            return str(ipaddress.IPv6Address(bare))
        except ValueError:
            raise Unusable(f"must be a name or an address, without a port, not '{text}'. Set PORT for it.") from None
    if bare != text or not _HOST_NAME.fullmatch(text):
        raise Unusable(f"must be a name or an address, such as 127.0.0.1 or ::1, not '{text}'.")
    return text


def database(text: str) -> str:
    """Return the address of a database."""
    # The address itself may hold a password, so it is not printed.
    if not text.startswith(("sqlite:///", "postgres://", "postgresql://", "postgresql+psycopg://")):
        raise Unusable("must begin with sqlite:/// or postgresql://.")
    _port_of(text, "cannot be read as a database address.")
    if not text.startswith("sqlite:") and find_spec("psycopg") is None:
        raise Unusable("names PostgreSQL. Install the extra [postgres] for it.")
    return text


def redis(text: str) -> str:
    """Return the address of a Redis."""
    if not text.startswith(("redis://", "rediss://", "redis+sentinel://", "redis+cluster://", "memory://")):
        raise Unusable("must begin with redis:// or rediss://.")
    _port_of(text, "cannot be read as an address of Redis.")
    if text.startswith("redis") and find_spec("redis") is None:
        raise Unusable("names Redis. Install the extra [redis] for it.")
    return text


def issuer(text: str) -> str:
    """Return the address of an OpenID Connect provider."""
    told = "must be the address of a provider, such as https://id.example.org."
    if not text.startswith(("https://", "http://")):
        raise Unusable(told)
    _port_of(text, told)
    if not urlsplit(text).hostname:
        raise Unusable(told)
    if find_spec("authlib") is None:
        raise Unusable("needs the extra [oidc]. Install it, or unset OIDC_ISSUER.")
    return text


def site(text: str) -> str:
    """Return the address of a site, without a slash at its end."""
    told = "must be the address of the site, such as https://back.example.org, without a query."
    _port_of(text, told)
    parts = urlsplit(text)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise Unusable(told)
    return text.rstrip("/")


def smtp(text: str) -> str:
    """Return the address of a mail server."""
    told = "must be the address of a mail server, such as smtps://USER:PASSWORD@mail.example.org."
    _port_of(text, told)
    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise Unusable(told)
    return text


def mail_address(text: str) -> str:
    """Return an address that mail comes from."""
    name, _, host = text.partition("@")
    if not name or not _HOST_NAME.fullmatch(host) or not text.isascii() or set(text) & set(' <>,;"\r\n'):
        raise Unusable("must be one mail address, such as review@example.org.")
    return text


def origins(text: str) -> tuple[str, ...]:
    """Return origins of pages that stand with commas between."""
    return tuple(_origin(part.strip()) for part in text.split(","))


def origins_or_any(text: str) -> tuple[str, ...]:
    """Return origins of pages, or `*` alone for any."""
    return ("*",) if text.strip() == "*" else origins(text)


def _origin(text: str) -> str:
    told = "must be origins such as https://clinic.example with commas between: no path, and no slash at the end."
    _port_of(text, told)
    if not _ORIGIN.fullmatch(text):
        raise Unusable(told)
    return text.lower()


def _port_of(address: str, told: str) -> int | None:
    try:
        return urlsplit(address).port
    except ValueError:
        raise Unusable(told) from None
