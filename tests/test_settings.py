"""The settings: each has a row that reads and documents it, and a wrong one is told in one line."""

from __future__ import annotations

import gc
import logging
import os
import runpy
import subprocess
import sys
import weakref
from dataclasses import MISSING, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config

from recommender.cli.main import main
from recommender.errors import SettingsError
from recommender.loaders.checked_settings import load_settings, settings_at_start
from recommender.settings import SETTING_ROWS, Settings, read_settings
from recommender.web import gunicorn_conf

ROOT = Path(__file__).resolve().parents[1]
LONG_ENOUGH = "k" * 32
WRONG = [
    ("RULES_DIR", "/no/such/folder", "names no folder"),
    ("RULES_DIR", "x" * 5000, "names no folder"),
    ("CATALOGUE_DIR", str(ROOT / "README.md"), "names no folder"),
    ("TRANSLATIONS_DIR", "/no/such/folder", "names no folder"),
    ("VIGNETTES_DIR", "/no/such/folder", "names no folder"),
    ("LANGUAGES", "en,,es", "codes with commas between"),
    ("LANGUAGES", "en,en", "each once"),
    ("LANGUAGES", "xx", "no language"),
    ("LANGUAGES", "../rules", "no language"),
    ("LANGUAGES", "en,fr", "There is: en, es."),
    ("SITE_NAME", "A name\nof two lines", "on one line"),
    ("SITE_NAME", "x" * 31, "at most 30 letters"),
    ("SITE_NAME", " ", "at most 30 letters"),
    ("REGION", "XX", "one of GB, IE, EU, US, CA, AU, NZ"),
    ("REGION", "gb", "one of GB, IE, EU, US, CA, AU, NZ"),
    ("TIMEZONE", "Europe/Nowhere", "name of a time zone"),
    ("TIMEZONE", "../../etc/passwd", "name of a time zone"),
    ("SECRET_KEY", "hush-hush", "shorter than 32 characters"),
    ("SECRET_KEY_FALLBACKS", f"{'x' * 32},hush-hush", "shorter than 32 characters"),
    ("COOKIE_PREFIX", "a b", "letters, digits"),
    ("COOKIE_PREFIX", "__Host-", "not begin with __"),
    ("COOKIE_PATH", "back", "must be a path"),
    ("COOKIE_PATH", "/back/; Domain=x", "must be a path"),
    ("SECURE_COOKIES", "yes", "must be 0 or 1"),
    ("ANSWER_HOURS", "0", "from 1 to 8760"),
    ("ANSWER_HOURS", "99999999999", "from 1 to 8760"),
    ("MAX_BODY_BYTES", "64k", "whole number"),
    ("HSTS_DAYS", "forever", "whole number"),
    ("TRUSTED_PROXIES", "yes", "whole number"),
    ("DATA_DIR", str(ROOT / "README.md"), "is a file"),
    ("DATA_DIR", str(ROOT / "README.md" / "below"), "is a file"),
    ("DATABASE_URL", "mysql://somebody:hush-hush@host/reviews", "must begin with sqlite:/// or postgresql://"),
    ("DATABASE_URL", "postgresql://somebody:hush-hush@host:port/reviews", "cannot be read"),
    ("AUDIT_KEY", "hush-hush", "shorter than 32 characters"),
    ("AUDIT_KEY_FILE", str(ROOT / "docs"), "is a folder"),
    ("PDF_SIGNER", str(ROOT / "docs"), "is a folder"),
    ("APPROVALS_REQUIRED", "0", "from 1 to 100"),
    ("REQUIRE_APPROVED", "true", "must be 0 or 1"),
    ("CERTIFICATE_DAYS", "-1", "whole number"),
    ("CERTIFICATE_DAYS", "9" * 5000, "whole number"),
    ("REDIS_URL", "http://somebody:hush-hush@host", "must begin with redis://"),
    ("REDIS_URL", "redis://somebody:hush-hush@host:port", "cannot be read"),
    ("SITE_URL", "back.example.org", "must be the address of the site"),
    ("SITE_URL", "https://back.example.org/?x=1", "without a query"),
    ("SITE_URL", "https://somebody@back.example.org", "must be the address of the site"),
    ("SITE_URL", "https://host:port", "must be the address of the site"),
    ("SMTP_URL", "http://me:hush@mail.example.org", "must be the address of a mail server"),
    ("SMTP_URL", "smtps://me:hush@:port", "must be the address of a mail server"),
    ("MAIL_FROM", "nobody", "must be one mail address"),
    ("MAIL_FROM", "a@example.org, b@example.org", "must be one mail address"),
    ("CORS_ORIGINS", "clinic.example", "must be origins"),
    ("CORS_ORIGINS", "https://clinic.example/", "no slash at the end"),
    ("CORS_ORIGINS", "*,https://clinic.example", "must be origins"),
    ("FRAME_ANCESTORS", "*", "must be origins"),
    ("FRAME_ANCESTORS", "https://clinic.example; script-src *", "must be origins"),
    ("RECOMMENDATIONS_A_MINUTE", "-1", "whole number"),
    ("API_KEYS", "on", "one of off, optional, required"),
    ("LOG_FORMAT", "xml", "one of text, json"),
    ("LOG_LEVEL", "INFO", "one of debug, info, warning, error"),
    ("METRICS_PORT", "yes", "whole number"),
    ("METRICS_PORT", "8000", "is the port of the site"),
    ("METRICS_HOST", "localhost:9100", "without a port"),
    ("DEVELOPMENT", "2", "must be 0 or 1"),
    ("HOST", "localhost:8000", "without a port"),
    ("HOST", "a b", "a name or an address"),
    ("HOST", "[localhost]", "a name or an address"),
    ("HOST", "::g", "a name or an address"),
    ("PORT", "0", "from 1 to 65535"),
    ("PORT", "99999", "from 1 to 65535"),
    ("PORT", "٨٠٠٠", "whole number"),
    ("WEB_CONCURRENCY", "0", "from 1 to 1024"),
    ("WEB_CONCURRENCY", "two", "whole number"),
    ("THREADS", "1.5", "whole number"),
    ("SECRET_KEY", os.fsdecode(b"\xff" * 32), "not UTF-8"),
]
COMMANDS = (["check"], ["serve"], ["recommend", "-"], ["audit"], ["clinician", "list"], ["export-review", "x.json"])


@pytest.fixture(autouse=True)
def only_what_a_test_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in SETTING_ROWS:
        monkeypatch.delenv(row.name, raising=False)


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    assert sorted(row.field for row in SETTING_ROWS) == sorted(field.name for field in fields(Settings))


def test_a_default_is_the_same_in_the_table_and_in_the_class() -> None:
    read = read_settings({})
    told = {field.name: field.default for field in fields(Settings) if field.default is not MISSING}
    assert {name: getattr(read, name) for name in told} == told


def test_the_readme_tells_every_setting_as_the_table_has_it() -> None:
    rows = [f"| `{row.name}` | {_shown(row.default, row.default_words)} | {row.help} |" for row in SETTING_ROWS]
    told = "\n".join(("| name | default | meaning |", "|---|---|---|", *rows))
    assert told in (ROOT / "README.md").read_text(encoding="utf-8"), f"Put this table into README.md:\n{told}"


def _shown(default: str, words: str) -> str:
    return words or (f"`{default}`" if default else "none")


def test_help_on_the_command_line_names_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert [row.name for row in SETTING_ROWS if f"\n  {row.name} " not in told] == []


def test_the_help_of_region_names_the_countries_there_are(recommender: Any) -> None:
    (told,) = (row.help for row in SETTING_ROWS if row.name == "REGION")
    assert [code for code in recommender.content.catalogue.regions if code not in told] == []


@pytest.mark.parametrize("name, value, told", WRONG, ids=[f"{name}={value[:20]!a}" for name, value, _ in WRONG])
def test_a_wrong_setting_is_one_line_that_names_it_and_no_secret(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({name: value})
    assert len(refused.value.faults) == 1
    assert str(refused.value).startswith(f"{name} ")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "hush" not in str(refused.value)


def test_every_row_that_can_be_wrong_has_a_wrong_sample() -> None:
    together = {"OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "PDF_SIGNER_PASSWORD"}
    assert {row.name for row in SETTING_ROWS} - together == {name for name, _, _ in WRONG}


@pytest.mark.parametrize("issuer", ["id.example.org", "https://", "https://id.example.org:port"])
def test_an_issuer_must_be_an_address(issuer: str) -> None:
    others = {"OIDC_CLIENT_ID": "recommender", "OIDC_CLIENT_SECRET": "hush", "SITE_URL": "https://back.example.org/"}
    with pytest.raises(SettingsError, match="OIDC_ISSUER must be the address of a provider"):
        read_settings({"OIDC_ISSUER": issuer, **others})
    assert read_settings({"OIDC_ISSUER": "https://id.example.org", **others}).oidc_client_id == "recommender"
    assert read_settings(others | {"OIDC_ISSUER": "https://id.example.org"}).site_url == "https://back.example.org"
    with pytest.raises(SettingsError, match="OIDC_ISSUER needs SITE_URL"):
        read_settings({**others, "OIDC_ISSUER": "https://id.example.org", "SITE_URL": ""})


def test_mail_needs_an_address_to_come_from_and_one_to_lead_to() -> None:
    whole = {
        "SMTP_URL": "smtps://me:hush@mail.example.org",
        "MAIL_FROM": "review@example.org",
        "SITE_URL": "https://back.example.org",
    }
    assert read_settings(whole).smtp_url == whole["SMTP_URL"]
    for missing in ("MAIL_FROM", "SITE_URL"):
        with pytest.raises(SettingsError, match="SMTP_URL needs MAIL_FROM"):
            read_settings({**whole, missing: ""})


def test_the_key_is_named_once() -> None:
    with pytest.raises(SettingsError, match="AUDIT_KEY and AUDIT_KEY_FILE both name the key"):
        read_settings({"AUDIT_KEY": LONG_ENOUGH, "AUDIT_KEY_FILE": "/run/secrets/audit.key"})


def test_the_settings_of_a_provider_go_together() -> None:
    with pytest.raises(SettingsError, match="OIDC_CLIENT_SECRET must be set together"):
        read_settings({"OIDC_ISSUER": "https://id.example.org", "OIDC_CLIENT_ID": "recommender"})


def test_several_wrong_settings_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"PORT": "0", "THREADS": "none", "SECURE_COOKIES": "on"})
    assert [fault.split()[0] for fault in refused.value.faults] == ["SECURE_COOKIES", "PORT", "THREADS"]


@pytest.mark.parametrize("name, value", [("WEB_CONCURRENCY", "two"), ("REGION", "XX")])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_refuses_a_wrong_setting_with_status_2(
    command: list[str], name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("os.execve", lambda *_: pytest.fail("it was started all the same"))
    assert main(command) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"recommender: {name} ")
    assert output.err.count("\n") == 1


@pytest.mark.parametrize("name, value", [("WEB_CONCURRENCY", "0"), ("REGION", "XX"), ("RULES_DIR", "/no/such/folder")])
def test_gunicorn_refuses_a_wrong_setting_with_the_same_line(name: str, value: str) -> None:
    command = [sys.executable, "-m", "gunicorn", "wsgi:app"]
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ, name: value}, capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"recommender: {name} ")
    assert ended.stderr.count("\n") == 1


def test_an_application_that_cannot_start_says_so_in_one_line() -> None:
    """As under a gunicorn with a configuration of its own, which never reads ours."""
    command = [sys.executable, "-c", "import wsgi"]
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ, "REGION": "XX"}, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert ended.stderr.startswith("recommender: REGION ")


def test_the_package_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "recommender", "check"]
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ, "PORT": "0"}, capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr == "recommender: PORT must be a whole number from 1 to 65535, not '0'.\n"


@pytest.mark.parametrize(
    "host, bound",
    [
        ("", "127.0.0.1:8000"),
        ("::1", "[::1]:8000"),
        ("[::1]", "[::1]:8000"),
        ("::", "[::]:8000"),
        ("0.0.0.0", "0.0.0.0:8000"),
        ("localhost", "localhost:8000"),
    ],
)
def test_gunicorn_listens_where_the_settings_say(host: str, bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("WEB_CONCURRENCY", "3")
    monkeypatch.setenv("THREADS", "5")
    settings_at_start.cache_clear()  # as in a process of its own
    conf = runpy.run_path(str(gunicorn_conf.__file__))
    settings_at_start.cache_clear()
    assert (conf["bind"], conf["workers"], conf["threads"]) == ([bound], 3, 5)


def test_gunicorn_listens_for_who_reads_the_figures_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_PORT", "9100")
    monkeypatch.setenv("METRICS_HOST", "::1")
    monkeypatch.setattr("recommender.web.telemetry.shared_folder.open_shared_folder", lambda: None)
    settings_at_start.cache_clear()  # as in a process of its own
    conf = runpy.run_path(str(gunicorn_conf.__file__))
    settings_at_start.cache_clear()
    assert conf["bind"] == ["127.0.0.1:8000", "[::1]:9100"]


def test_serve_hands_gunicorn_a_number_where_the_environment_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """gunicorn reads WEB_CONCURRENCY before our configuration, and an empty text would stop it."""
    monkeypatch.setenv("WEB_CONCURRENCY", "")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///:memory:")
    given: list[dict[str, str]] = []
    monkeypatch.setattr("os.execve", lambda program, arguments, environment: given.append(environment))
    main(["serve"])
    assert [environment["WEB_CONCURRENCY"] for environment in given] == ["2"]
    assert os.environ["WEB_CONCURRENCY"] == ""  # what runs in this process afterwards sees its own


@pytest.mark.parametrize(
    ("host", "secure", "warned"),
    [("0.0.0.0", "0", True), ("0.0.0.0", "1", False), ("127.0.0.1", "0", False), ("::1", "0", False)],
)
def test_gunicorn_warns_where_answers_could_travel_in_the_open(
    host: str, secure: str, warned: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("SECURE_COOKIES", secure)
    settings_at_start.cache_clear()  # as in a process of its own
    conf = runpy.run_path(str(gunicorn_conf.__file__))
    settings_at_start.cache_clear()
    config = Config()
    config.set("bind", conf["bind"])
    conf["on_starting"](SimpleNamespace(cfg=config, log=logging.getLogger("gunicorn.error")))
    assert ("SECURE_COOKIES" in caplog.text) == warned


def test_what_is_loaded_is_left_out_of_collections_and_what_a_reload_replaces_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Replaced:
        def __init__(self) -> None:
            self.itself = self  # so that only a collection finds that nobody knows it any more

    replaced = Replaced()
    gone = weakref.ref(replaced)
    try:
        gunicorn_conf.when_ready(None)
        assert gc.get_freeze_count() > 1000
        del replaced
        gc.collect()
        assert gone() is not None  # frozen, it is no longer looked at
        monkeypatch.setattr("recommender.web.reloading.reload_content", lambda app: None)
        gunicorn_conf.on_reload(SimpleNamespace(app=SimpleNamespace(wsgi=lambda: None)))
        assert gone() is None
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()


def test_the_database_is_in_the_data_folder_where_nothing_else_is_said(tmp_path: Path) -> None:
    assert read_settings({"DATA_DIR": str(tmp_path)}).database_url == f"sqlite:///{tmp_path / 'review.db'}"


def test_an_empty_text_is_no_setting() -> None:
    assert read_settings({row.name: "" for row in SETTING_ROWS}) == read_settings({})


def test_secrets_of_32_characters_are_long_enough() -> None:
    settings = read_settings({"SECRET_KEY": LONG_ENOUGH, "AUDIT_KEY": LONG_ENOUGH})
    assert (settings.secret_key, settings.audit_key) == (LONG_ENOUGH, LONG_ENOUGH)
