"""Every setting of the service: one row each, read from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recommender.errors import RecommenderError

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the content is, and how the service runs.

    ``region`` is the country whose numbers are shown (an id of catalogue/regions.yaml); None shows all of them.
    ``secret_key`` encrypts the answers in the browser's cookie; every process of one service must share it.
    """

    rules_dir: Path
    catalogue_dir: Path
    region: str | None = None
    secret_key: str | None = None
    secure_cookies: bool = False
    answer_minutes: int = 60
    max_body_bytes: int = 65536


@dataclass(frozen=True, slots=True)
class SettingRow:
    name: str
    default: str
    help: str


SETTING_ROWS = (
    SettingRow("RULES_DIR", "the rules of this version", "Folder of the rule set."),
    SettingRow("CATALOGUE_DIR", "the catalogue of this version", "Folder of the exercises and other content."),
    SettingRow(
        "REGION", "none: every country is listed", "Country whose numbers are shown: GB, IE, EU, US, CA, AU or NZ."
    ),
    SettingRow(
        "SECRET_KEY",
        "made anew at each start",
        "Secret for the answers cookie, 32 characters or more. Share it between processes.",
    ),
    SettingRow("SECURE_COOKIES", "0", "1 sends the cookie over HTTPS only. Set it wherever the site has HTTPS."),
    SettingRow("ANSWER_MINUTES", "60", "How long the browser keeps the answers, in minutes."),
    SettingRow("MAX_BODY_BYTES", "65536", "Largest request accepted."),
)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings.

    Raises:
        RecommenderError: a value that cannot be used, naming the setting.
    """
    given = os.environ if environment is None else environment
    secret = given.get("SECRET_KEY") or None
    if secret is not None and len(secret) < 32:
        raise RecommenderError("SECRET_KEY is shorter than 32 characters. Make a longer one.")
    return Settings(
        rules_dir=Path(given.get("RULES_DIR") or content_folder("rules")),
        catalogue_dir=Path(given.get("CATALOGUE_DIR") or content_folder("catalogue")),
        region=given.get("REGION") or None,
        secret_key=secret,
        secure_cookies=_flag(given, "SECURE_COOKIES"),
        answer_minutes=_whole(given, "ANSWER_MINUTES", 60),
        max_body_bytes=_whole(given, "MAX_BODY_BYTES", 65536),
    )


def content_folder(name: str) -> Path:
    """Return a content folder: inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def _whole(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise RecommenderError(f"{name} must be a whole number above 0, not '{text}'.")
    return int(text)


def _flag(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name) or "0"
    if text not in ("0", "1"):
        raise RecommenderError(f"{name} must be 0 or 1, not '{text}'.")
    return text == "1"
