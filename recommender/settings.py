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
    ``languages`` are the codes offered, the first one where a browser asks for none of them.
    ``secret_key`` encrypts the answers, and the changes to a routine, in the browser's cookies and signs the sessions of clinicians; every process of
    one service must share it. ``oidc_issuer`` is set only together with the client's id and secret.
    """

    rules_dir: Path
    catalogue_dir: Path
    translations_dir: Path
    vignettes_dir: Path
    languages: tuple[str, ...]
    region: str | None = None
    secret_key: str | None = None
    secure_cookies: bool = False
    answer_hours: int = 24
    max_body_bytes: int = 65536
    development: bool = False
    data_dir: Path = Path("data")
    database_url: str = "sqlite:///data/review.db"
    audit_key: str | None = None
    approvals_required: int = 2
    require_approved: bool = False
    certificate_days: int = 30
    redis_url: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None


@dataclass(frozen=True, slots=True)
class SettingRow:
    name: str
    default: str
    help: str


SETTING_ROWS = (
    SettingRow("RULES_DIR", "the rules of this version", "Folder of the rule set."),
    SettingRow("CATALOGUE_DIR", "the catalogue of this version", "Folder of the exercises and other content."),
    SettingRow("TRANSLATIONS_DIR", "those of this version", "Folder of the translations."),
    SettingRow("VIGNETTES_DIR", "those of this version", "Folder of the cases that the case lab offers."),
    SettingRow("LANGUAGES", "en,es", "Languages offered; the first is shown where a browser asks for none of them."),
    SettingRow(
        "REGION", "none: every country is listed", "Country whose numbers are shown: GB, IE, EU, US, CA, AU or NZ."
    ),
    SettingRow(
        "SECRET_KEY",
        "made anew at each start",
        "Secret for the cookies, 32 characters or more. Share it between processes.",
    ),
    SettingRow("SECURE_COOKIES", "0", "1 sends the cookie over HTTPS only. Set it wherever the site has HTTPS."),
    SettingRow(
        "ANSWER_HOURS",
        "24",
        "How long the browser keeps the answers, and changes to a routine. Below 20, slow readers meet a time limit (WCAG 2.2.1).",
    ),
    SettingRow("MAX_BODY_BYTES", "65536", "Largest request accepted."),
    SettingRow(
        "REDIS_URL",
        "none: each process counts for itself",
        "Redis that counts tries to sign in for every process together. Needs the extra [redis].",
    ),
    SettingRow(
        "OIDC_ISSUER", "none", "Address of an OpenID Connect provider for clinicians to sign in with. Needs [oidc]."
    ),
    SettingRow("OIDC_CLIENT_ID", "none", "What that provider calls this service."),
    SettingRow("OIDC_CLIENT_SECRET", "none", "The secret that the provider gave for it."),
    SettingRow("DATA_DIR", "data, in the working folder", "Folder for what the service keeps. Made when needed."),
    SettingRow(
        "DATABASE_URL",
        "sqlite, the file review.db in DATA_DIR",
        "Database of the review room: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
    ),
    SettingRow(
        "AUDIT_KEY",
        "made once and kept in DATA_DIR/audit.key",
        "Secret that signs the audit log, 32 characters or more. Share it between machines; never change it.",
    ),
    SettingRow("APPROVALS_REQUIRED", "2", "Different reviewers who must approve each thing before a release."),
    SettingRow("REQUIRE_APPROVED", "0", "1 serves no routine unless clinicians have approved this very release."),
    SettingRow(
        "CERTIFICATE_DAYS",
        "30",
        "How long an approved release is still taken as approved without the database, in days.",
    ),
    SettingRow("DEVELOPMENT", "0", "1 adds the page /styleguide, which shows every component of the site."),
)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings.

    Raises:
        RecommenderError: a value that cannot be used, naming the setting.
    """
    given = os.environ if environment is None else environment
    data_dir = Path(given.get("DATA_DIR") or "data")
    issuer, client_id, client_secret = _oidc(given)
    return Settings(
        rules_dir=Path(given.get("RULES_DIR") or content_folder("rules")),
        catalogue_dir=Path(given.get("CATALOGUE_DIR") or content_folder("catalogue")),
        translations_dir=Path(given.get("TRANSLATIONS_DIR") or content_folder("translations")),
        vignettes_dir=Path(given.get("VIGNETTES_DIR") or _vignettes_folder()),
        languages=_languages(given),
        region=given.get("REGION") or None,
        secret_key=_secret(given, "SECRET_KEY"),
        secure_cookies=_flag(given, "SECURE_COOKIES"),
        answer_hours=_whole(given, "ANSWER_HOURS", 24),
        max_body_bytes=_whole(given, "MAX_BODY_BYTES", 65536),
        development=_flag(given, "DEVELOPMENT"),
        data_dir=data_dir,
        database_url=_database(given, data_dir),
        audit_key=_secret(given, "AUDIT_KEY"),
        approvals_required=_whole(given, "APPROVALS_REQUIRED", 2),
        require_approved=_flag(given, "REQUIRE_APPROVED"),
        certificate_days=_whole(given, "CERTIFICATE_DAYS", 30),
        redis_url=given.get("REDIS_URL") or None,
        oidc_issuer=issuer,
        oidc_client_id=client_id,
        oidc_client_secret=client_secret,
    )


def content_folder(name: str) -> Path:
    """Return a content folder: inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def brief_folder() -> Path:
    """Return where the ids of the evidence brief are: inside the installed package, or among the documents."""
    inside = _PACKAGE / "brief"
    return inside if inside.is_dir() else _PACKAGE.parent / "docs" / "brief"


def _vignettes_folder() -> Path:
    """Return where the vignettes are: inside the installed package, or among the tests in a checkout."""
    inside = _PACKAGE / "vignettes"
    return inside if inside.is_dir() else _PACKAGE.parent / "tests" / "vignettes"


def _languages(given: Mapping[str, str]) -> tuple[str, ...]:
    codes = tuple(code.strip() for code in (given.get("LANGUAGES") or "en,es").split(","))
    if not all(codes) or len(set(codes)) != len(codes):
        raise RecommenderError("LANGUAGES must be codes with commas between, each once, such as en,es.")
    return codes


def _oidc(given: Mapping[str, str]) -> tuple[str | None, ...]:
    names = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    values = tuple(given.get(name) or None for name in names)
    if any(values) and not all(values):
        raise RecommenderError(f"{', '.join(names)} must be set together, or none of them.")
    return values


def _secret(given: Mapping[str, str], name: str) -> str | None:
    secret = given.get(name) or None
    if secret is not None and len(secret) < 32:
        raise RecommenderError(f"{name} is shorter than 32 characters. Make a longer one.")
    return secret


def _database(given: Mapping[str, str], data_dir: Path) -> str:
    url = given.get("DATABASE_URL") or f"sqlite:///{data_dir / 'review.db'}"
    if not url.startswith(("sqlite:///", "postgres://", "postgresql://", "postgresql+psycopg://")):
        # The address itself may hold a password, so it is not printed.
        raise RecommenderError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return url


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
