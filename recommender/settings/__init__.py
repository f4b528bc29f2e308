"""Every setting of the service: one row each, which reads it from the environment and says what it means.

What a setting names must fit the content too (a country, a language): see loaders/checked_settings.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from recommender.errors import SettingsError
from recommender.settings import readers
from recommender.settings.folders import content_folder, vignettes_folder


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the content is, and how the service runs: one field for each row of ``SETTING_ROWS``.

    ``region`` is the country whose numbers are shown (an id of catalogue/regions.yaml); None shows all of them.
    ``languages`` are the codes offered, the first one where a browser asks for none of them.
    ``secret_key`` encrypts the answers, and the changes to a routine, in the browser's cookies and signs the sessions
    of clinicians; every process of one service must share it. ``secret_key_fallbacks`` still open what they locked. ``oidc_issuer`` is set only together with the client's
    id and secret. ``host`` has no brackets round an IPv6 address.
    """

    rules_dir: Path
    catalogue_dir: Path
    translations_dir: Path
    vignettes_dir: Path
    languages: tuple[str, ...]
    site_name: str = "Kindback"
    region: str | None = None
    timezone: str | None = None
    secret_key: str | None = None
    secret_key_fallbacks: tuple[str, ...] | None = None
    cookie_prefix: str | None = None
    cookie_path: str | None = None
    secure_cookies: bool = False
    hsts_days: int = 0
    answer_hours: int = 24
    max_body_bytes: int = 65536
    trusted_proxies: int = 0
    data_dir: Path = Path("data")
    database_url: str = "sqlite:///data/review.db"
    audit_key: str | None = None
    audit_key_file: Path | None = None
    approvals_required: int = 2
    require_approved: bool = False
    certificate_days: int = 30
    pdf_signer: Path | None = None
    pdf_signer_password: str | None = None
    redis_url: str | None = None
    site_url: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    cors_origins: tuple[str, ...] | None = None
    frame_ancestors: tuple[str, ...] | None = None
    recommendations_a_minute: int = 60
    api_keys: str = "off"
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    log_format: str = "text"
    log_level: str = "info"
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"
    development: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    web_concurrency: int = 2
    threads: int = 4


class SettingRow(NamedTuple):
    """One setting.

    ``default`` is read as if somebody had set it; "" is None, unread. Where the text of the default would tell nobody
    anything, ``default_words`` say it.
    """

    name: str
    default: str
    read: Callable[[str], Any]
    help: str
    default_words: str = ""

    @property
    def field(self) -> str:
        """The field of ``Settings`` that holds it."""
        return self.name.lower()

    @property
    def default_shown(self) -> str:
        """What to tell somebody who reads about the setting."""
        return self.default_words or self.default or "none"


SETTING_ROWS = (
    SettingRow(
        "RULES_DIR",
        str(content_folder("rules")),
        readers.folder,
        "Folder of the rule set.",
        "the rules of this version",
    ),
    SettingRow(
        "CATALOGUE_DIR",
        str(content_folder("catalogue")),
        readers.folder,
        "Folder of the exercises and other content.",
        "the catalogue of this version",
    ),
    SettingRow(
        "TRANSLATIONS_DIR",
        str(content_folder("translations")),
        readers.folder,
        "Folder of the translations.",
        "those of this version",
    ),
    SettingRow(
        "VIGNETTES_DIR",
        str(vignettes_folder()),
        readers.folder,
        "Folder of the cases that the case lab offers.",
        "those of this version",
    ),
    SettingRow(
        "LANGUAGES",
        "en,es",
        readers.codes,
        "Languages offered; the first is shown where a browser asks for none of them.",
    ),
    SettingRow(
        "SITE_NAME",
        "Kindback",
        readers.name,
        "What the site calls itself, in every language: in the head and title of each page, among a person's own programs, and on "
        "paper.",
    ),
    SettingRow(
        "REGION",
        "",
        str,
        "Country whose numbers are shown, as in `regions.yaml` of the catalogue: GB, IE, EU, US, CA, AU or NZ; other for general words.",
        "none: every country is listed",
    ),
    SettingRow(
        "TIMEZONE",
        "",
        readers.timezone,
        "Time zone whose day it is on the site where a browser does not tell its own, such as `Europe/London`; set it "
        "where the people are elsewhere than the machine.",
        "that of the machine",
    ),
    SettingRow(
        "SECRET_KEY",
        "",
        readers.secret,
        "Secret for the cookies, 32 characters or more; share it between machines.",
        "made once, in DATA_DIR/secret.key",
    ),
    SettingRow(
        "SECRET_KEY_FALLBACKS",
        "",
        readers.secrets,
        "Secrets of before, with commas between: cookies made with them are still read, and written with the new one.",
    ),
    SettingRow(
        "COOKIE_PREFIX",
        "",
        readers.cookie_prefix,
        "What the names of the cookies begin with, so that two copies on one host (staging and production) keep theirs "
        "apart. Cookies without it are still read.",
    ),
    SettingRow(
        "COOKIE_PATH",
        "",
        readers.cookie_path,
        "Path that the cookies are sent to, where other sites share the host.",
        "`/`, or the path in the `X-Forwarded-Prefix` of a trusted proxy",
    ),
    SettingRow(
        "SECURE_COOKIES",
        "0",
        readers.flag,
        "1 sends the cookies over HTTPS only, and their names begin with `__Host-`, or with `__Secure-` below a path; set it "
        "wherever the site has HTTPS. Cookies under the names of before are still read.",
    ),
    SettingRow(
        "HSTS_DAYS",
        "0",
        readers.whole(0, 3650),
        "How long browsers must come back over HTTPS only (`Strict-Transport-Security`); 0 says nothing. Begin with 1: it cannot be taken back.",
    ),
    SettingRow(
        "ANSWER_HOURS",
        "24",
        readers.whole(1, 8760),
        "How long the browser keeps the answers, and changes to a routine; below 20, slow readers meet a time limit "
        "(WCAG 2.2.1).",
    ),
    SettingRow("MAX_BODY_BYTES", "65536", readers.whole(1, 1_000_000_000), "Largest request accepted."),
    SettingRow(
        "TRUSTED_PROXIES",
        "0",
        readers.whole(0, 10),
        "How many proxies of yours stand in front, one behind the other. Each must set `X-Forwarded-For`, `-Proto`, `-Host` and, under a "
        "path, `-Prefix`; without them these headers are anybody's and are not read.",
    ),
    SettingRow("DATA_DIR", "data", readers.folder_to_make, "Folder for what the service keeps; made when needed."),
    SettingRow(
        "DATABASE_URL",
        "",
        readers.database,
        "Database of the review room: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME` (extra `[postgres]`).",
        "SQLite, the file review.db in DATA_DIR",
    ),
    SettingRow(
        "AUDIT_KEY",
        "",
        readers.secret,
        "Secret that signs the record, 32 characters or more; share it between machines, never change it.",
        "what stands in AUDIT_KEY_FILE",
    ),
    SettingRow(
        "AUDIT_KEY_FILE",
        "",
        readers.file,
        "File with that secret, in another place than the database: whoever can write both can write the record anew.",
        "DATA_DIR/audit.key, made together with the database",
    ),
    SettingRow(
        "APPROVALS_REQUIRED",
        "2",
        readers.whole(1, 100),
        "Different reviewers who must approve each thing before a release.",
    ),
    SettingRow(
        "REQUIRE_APPROVED",
        "0",
        readers.flag,
        "1 serves no routine unless clinicians have approved this very release, and offers only translations that they have approved.",
    ),
    SettingRow(
        "CERTIFICATE_DAYS",
        "30",
        readers.whole(1, 3650),
        "How long an approved release still counts while the database is away.",
    ),
    SettingRow(
        "PDF_SIGNER",
        "",
        readers.file,
        "PKCS#12 file whose key signs the PDF of `recommender export-review` as PAdES asks (extra `[sign]`).",
        "none: the PDF bears no signature of its own",
    ),
    SettingRow("PDF_SIGNER_PASSWORD", "", str, "The password of that file."),
    SettingRow(
        "REDIS_URL",
        "",
        readers.redis,
        "Redis that counts requests to the case lab for every process together (extra `[redis]`).",
        "none: each process counts for itself",
    ),
    SettingRow(
        "SITE_URL",
        "",
        readers.site,
        "Address of the site for the world, such as https://back.example.org; single sign-on comes back there, whatever host a "
        "request names, and the code on a handout leads there.",
    ),
    SettingRow(
        "CORS_ORIGINS",
        "",
        readers.origins_or_any,
        "Origins whose pages may ask the API from a browser, such as `https://clinic.example`, with commas between; `*` is any. No cookie "
        "is ever taken or given.",
        "none: only pages of this site",
    ),
    SettingRow(
        "FRAME_ANCESTORS",
        "",
        readers.origins,
        "Origins whose pages may show this site in a frame, with commas between; never the review room, the case lab and the sign-in.",
        "none: nobody may",
    ),
    SettingRow(
        "RECOMMENDATIONS_A_MINUTE",
        "60",
        readers.whole(0, 1_000_000),
        "How many recommendations and checks an address may ask of the API in a minute, and ten times as many pages of questions; 0 sets no limit. An address of this machine "
        "itself has none: behind a proxy of yours, set TRUSTED_PROXIES.",
    ),
    SettingRow(
        "API_KEYS",
        "off",
        readers.one_of("off", "optional", "required"),
        "Whether keys of programs (`recommender keys`) are looked at: `optional` gives each key a limit of its own, `required` refuses the calls "
        "that ask and recommend to whoever has none.",
    ),
    SettingRow(
        "OIDC_ISSUER",
        "",
        readers.issuer,
        "Address of an OpenID Connect provider for clinicians to sign in with (extra `[oidc]`); needs SITE_URL.",
    ),
    SettingRow("OIDC_CLIENT_ID", "", str, "What that provider calls this service."),
    SettingRow("OIDC_CLIENT_SECRET", "", str, "The secret that the provider gave for it."),
    SettingRow(
        "SMTP_URL",
        "",
        readers.smtp,
        "Mail server that tells clinicians who ask for it what concerns them, such as `smtps://USER:PASSWORD@mail.example.org`; `smtp://` is "
        "encrypted too, as soon as the server has answered. Needs MAIL_FROM and SITE_URL.",
        "none: no mail is sent",
    ),
    SettingRow("MAIL_FROM", "", readers.mail_address, "Address that this mail comes from."),
    SettingRow(
        "LOG_FORMAT",
        "text",
        readers.one_of("text", "json"),
        "What a line of the log is: `text`, or `json` with an object in each line. The log goes to standard error.",
    ),
    SettingRow(
        "LOG_LEVEL",
        "info",
        readers.one_of("debug", "info", "warning", "error"),
        "From which level on lines are written; each request is one of `info`.",
    ),
    SettingRow(
        "METRICS_PORT",
        "",
        readers.whole(1, 65535),
        "Port on which gunicorn also serves `/metrics` for Prometheus, and nothing else; keep it private.",
        "none: no figures are kept",
    ),
    SettingRow("METRICS_HOST", "127.0.0.1", readers.host, "Name or address that METRICS_PORT is on."),
    SettingRow(
        "DEVELOPMENT",
        "0",
        readers.flag,
        "1 adds `/styleguide`, which shows every component, and `/styleguide/figures`, every drawing.",
    ),
    SettingRow("HOST", "127.0.0.1", readers.host, "Name or address to listen on; `::` is every one of this machine."),
    SettingRow("PORT", "8000", readers.whole(1, 65535), "Port to listen on."),
    SettingRow("WEB_CONCURRENCY", "2", readers.whole(1, 1024), "Processes that serve."),
    SettingRow("THREADS", "4", readers.whole(1, 1024), "Threads in each of them."),
)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings, from the environment of this process if no other is given. An empty text is not set.

    Raises:
        SettingsError: values that cannot be used, one line each, which names the setting and repeats no secret.
    """
    given = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    faults: list[str] = []
    for row in SETTING_ROWS:
        text = given.get(row.name) or row.default
        try:
            text.encode()
            values[row.field] = row.read(text) if text else None
        except UnicodeEncodeError:
            faults.append(f"{row.name} is not UTF-8 text.")
        except readers.Unusable as unusable:
            faults.append(f"{row.name} {unusable}")
    together = [row for row in SETTING_ROWS if row.name.startswith("OIDC_")]
    if len({bool(given.get(row.name)) for row in together}) > 1:
        faults.append(f"{', '.join(row.name for row in together)} must be set together, or none of them.")
    if given.get("OIDC_ISSUER") and not given.get("SITE_URL"):
        faults.append("OIDC_ISSUER needs SITE_URL, the address that the provider sends people back to.")
    if values.get("smtp_url") and not (given.get("MAIL_FROM") and given.get("SITE_URL")):
        faults.append(
            "SMTP_URL needs MAIL_FROM, the address that mail comes from, and SITE_URL, which its links lead to."
        )
    if given.get("AUDIT_KEY") and given.get("AUDIT_KEY_FILE"):
        faults.append("AUDIT_KEY and AUDIT_KEY_FILE both name the key. Unset one of them.")
    if values.get("metrics_port") and values["metrics_port"] == values.get("port"):
        faults.append("METRICS_PORT is the port of the site. Choose another one.")
    if faults:
        raise SettingsError(faults)
    values["database_url"] = values["database_url"] or f"sqlite:///{values['data_dir'] / 'review.db'}"
    return Settings(**values)
