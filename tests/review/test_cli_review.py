"""The commands of the review room, run as an operator runs them."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from recommender.cli import main as cli
from recommender.errors import RecommenderError
from recommender.models.content import Content
from recommender.review.accounts import authenticate, clinician_by_email
from recommender.review.audit import entries
from recommender.review.database import make_engine, open_session
from recommender.review.keys import KeyGone, audit_key, make_key
from recommender.review.reviews import ALONE, Manner, submit
from recommender.review.tables import Verdict
from recommender.rulebook.targets import Digest, Target, TargetKind
from recommender.settings import read_settings
from tests.support.signing import PASSWORD, tamper

Run = Callable[..., tuple[int, str, str]]
ADD = ("clinician", "add", "Ann@example.org", "--name", "Ann Lee", "--registration", "PH1")
NAMELESS = ("clinician", "add", "bob@example.org", "--name", "\u200b", "--registration", "PH2")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command and gives its status, output and errors."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    make_key(read_settings({"DATA_DIR": str(tmp_path / "data")}))

    def once(*arguments: str, typed: str = "", terminal: bool = False) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", Terminal() if terminal else io.StringIO(typed))
        status = cli.main(arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    return once


@pytest.fixture
def ann(run: Run) -> None:
    status, said, _ = run(*ADD, "--role", "lead", "--password-stdin", typed=PASSWORD + "\n")
    assert (status, said) == (0, "Added ann@example.org as lead.\n")


@pytest.mark.usefixtures("ann")
def test_an_added_clinician_can_sign_in(engine: Engine) -> None:
    with open_session(engine) as session:
        assert authenticate(session, "ann@example.org", PASSWORD) is not None


@pytest.mark.usefixtures("ann")
def test_the_list_shows_everybody_and_whether_they_may_sign_in(run: Run) -> None:
    assert run("clinician", "list")[1] == "ann@example.org\tAnn Lee\tPH1\tlead\tenabled\n"
    assert run("clinician", "disable", "ANN@example.org")[0] == 0
    assert "\tdisabled\n" in run("clinician", "list")[1]
    assert run("clinician", "enable", "ann@example.org")[0] == 0
    assert "\tenabled\n" in run("clinician", "list")[1]


@pytest.mark.usefixtures("ann")
def test_a_reset_sets_a_new_password(run: Run, engine: Engine) -> None:
    assert run("clinician", "reset", "ann@example.org", "--password-stdin", typed="another good password")[0] == 0
    with open_session(engine) as session:
        assert authenticate(session, "ann@example.org", PASSWORD) is None
        assert authenticate(session, "ann@example.org", "another good password") is not None


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize(
    "arguments, typed, words",
    [
        ((*ADD, "--password-stdin"), PASSWORD, "already"),
        (("clinician", "reset", "ann@example.org", "--password-stdin"), "short\n", "at least 12"),
        ((*NAMELESS, "--password-stdin"), PASSWORD, "The name is missing."),
        (("clinician", "reset", "nobody@example.org", "--password-stdin"), PASSWORD, "no account"),
        (("clinician", "disable", "nobody@example.org"), "", "no account"),
    ],
)
def test_what_is_refused_is_said_plainly(run: Run, arguments: tuple[str, ...], typed: str, words: str) -> None:
    status, said, errors = run(*arguments, typed=typed)
    assert (status, said) == (1, "")
    assert words in errors


def test_without_somebody_to_ask_a_password_must_come_from_standard_input(run: Run) -> None:
    status, _, errors = run(*ADD)
    assert status == 2
    assert "--password-stdin" in errors


def test_a_password_is_asked_for_twice_and_never_shown(
    run: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [PASSWORD, "something different", PASSWORD, PASSWORD]
    monkeypatch.setattr("getpass.getpass", lambda prompt: answers.pop(0))
    assert run(*ADD, terminal=True)[0] == 1
    status, said, errors = run(*ADD, terminal=True)
    assert (status, PASSWORD in said + errors) == (0, False)
    with open_session(engine) as session:
        assert authenticate(session, "ann@example.org", PASSWORD) is not None


def test_an_account_for_single_sign_on_needs_no_password(run: Run, engine: Engine) -> None:
    assert run(*ADD, "--no-password")[0] == 0
    with open_session(engine) as session:
        found = clinician_by_email(session, "ann@example.org")
        assert found is not None
        assert found.password_hash is None


@pytest.mark.usefixtures("ann")
def test_what_the_operator_does_to_accounts_is_in_the_log(run: Run, engine: Engine) -> None:
    run("clinician", "disable", "ann@example.org")
    with open_session(engine) as session:
        log = entries(session)
        assert [(entry.actor, entry.action, entry.target) for entry in log] == [
            ("operator", "add_clinician", "clinician/ann@example.org"),
            ("operator", "disable_clinician", "clinician/ann@example.org"),
        ]
        assert PASSWORD not in str([entry.details for entry in log])


@pytest.mark.usefixtures("ann")
def test_audit_prints_entries_head_and_count_to_be_kept_elsewhere(run: Run, engine: Engine) -> None:
    status, said, errors = run("audit")
    with open_session(engine) as session:
        (entry,) = entries(session)
        assert said.endswith(f"count 1\nhead {entry.mac}\n")
        head = entry.mac
    assert (status, errors) == (0, "")
    assert "operator\tadd_clinician\tclinician/ann@example.org" in said
    run("clinician", "disable", "ann@example.org")
    assert run("audit", "--expect-head", head, "--expect-count", "1")[0] == 0
    assert run("audit", "--expect-head", head, "--expect-count", "2")[0] == 1
    status, _, errors = run("audit", "--expect-head", head, "--expect-count", "3")
    assert status == 1
    assert "cut off" in errors
    assert run("audit", "--expect-head", head)[0] == 2
    assert run("audit", "--expect-head", head, "--expect-count", "-1")[0] == 2


@pytest.mark.usefixtures("ann")
def test_audit_with_another_key_names_the_first_broken_entry(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_KEY", "another key, as long as the first one")
    status, _, errors = run("audit")
    assert status == 1
    assert errors.startswith("Entry 1 is not as it was written")


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("change", ["audit_entry SET details = '{\"review\": []}'", "clinician SET role = 'reader'"])
def test_audit_names_what_was_done_behind_its_back(run: Run, engine: Engine, change: str) -> None:
    assert run("clinician", "reset", "ann@example.org", "--password-stdin", typed="another good password")[0] == 0
    assert run("clinician", "disable", "ann@example.org")[0] == 0
    assert run("clinician", "enable", "ann@example.org")[0] == 0
    assert run("audit")[0] == 0
    tamper(engine, f"UPDATE {change}")
    status, _, errors = run("audit")
    assert status == 1
    assert errors.startswith(("Entry 1 is not", "Account 1 is not"))


def test_audit_of_a_new_database_is_intact(run: Run) -> None:
    status, said, errors = run("audit")
    assert (status, errors) == (0, "")
    assert "That proves nothing" in said
    assert said.endswith("count 0\nhead \n")


@pytest.fixture
def reviewed(run: Run, ann: None, engine: Engine, tmp_path: Path, today: dict[Target, Digest]) -> Digest:
    """One thing that Ann has approved and remarked on, in words that a spreadsheet would take for a formula."""
    key = audit_key(read_settings({"DATA_DIR": str(tmp_path / "data")}))
    digest = next(iter(today.values()))
    with open_session(engine) as session:
        found = clinician_by_email(session, "ann@example.org")
        assert found is not None
        for verdict, words, manner in (
            (Verdict.APPROVE, "", Manner(3, 42)),
            (Verdict.COMMENT, '=HYPERLINK("x")\nna\u00efve', ALONE),
        ):
            given = (session, key, found, digest.target, digest, verdict, words)
            submit(*given, seen=digest.sha256, authors=(), manner=manner)
    return digest


def test_the_export_holds_the_whole_review(run: Run, reviewed: Digest, content: Content, tmp_path: Path) -> None:
    file = tmp_path / "review.json"
    assert run("export-review", str(file)) == (0, "", "")
    told = json.loads(file.read_text(encoding="utf-8"))
    name = f"{reviewed.target.kind.value}/{reviewed.target.id}"
    assert (told["hash"], told["approvals_required"]) == (content.hash, 2)
    assert [who["email"] for who in told["clinicians"]] == ["ann@example.org"]
    assert [thread["verdict"] for thread in told["threads"]] == ["approve", "comment"]
    assert told["threads"][1]["text"] == '=HYPERLINK("x")\nna\u00efve'
    (approval,) = told["standing"][name]["approvals"]
    assert (approval["name"], approval["registration"], approval["sha256"]) == ("Ann Lee", "PH1", reviewed.sha256)
    assert told["release"]["is_approved"] is False
    assert [(one["together"], one["seconds"], one["decision"], one["until"]) for one in told["threads"]] == [
        (3, 42, None, None),
        (None, None, None, None),
    ]
    assert "language/es" in told["standing"], "a translation is reviewed too"
    assert name in told["release"]["missing"] or reviewed.target.kind.value == "rule"
    assert [version["sha256"] for version in told["versions"]] == [reviewed.sha256]
    assert (told["audit"]["count"], told["audit"]["faults"]) == (3, [])
    assert told["audit"]["head"] == told["audit"]["entries"][-1]["mac"]
    assert "argon2" not in file.read_text(encoding="utf-8")


def test_what_keeps_a_release_back_is_listed_objections_first(
    run: Run, ann: None, engine: Engine, tmp_path: Path, today: dict[Target, Digest]
) -> None:
    key = audit_key(read_settings({"DATA_DIR": str(tmp_path / "data")}))
    rule = next(digest for target, digest in today.items() if target.kind is TargetKind.RULE)
    renamed = Digest(Target(TargetKind.RULE, "RF-E99"), rule.sha256, rule.parts)
    with open_session(engine) as session:
        found = clinician_by_email(session, "ann@example.org")
        assert found is not None
        for digest in (rule, renamed):
            given = (session, key, found, digest.target, digest, Verdict.REQUEST_CHANGES, "Say\nwhich hour.")
            submit(*given, seen=digest.sha256, authors=())
    status, said, errors = run("review", "list")
    lines = said.splitlines()
    assert (status, errors) == (1, "")
    assert lines[:2] == [
        "rule/RF-E99\tobjection to what is gone\tAnn Lee\tSay which hour.",
        f"rule/{rule.target.id}\tobjection\tAnn Lee\tSay which hour.",
    ]
    points = sum(target.kind is TargetKind.POINT for target in today)
    assert sum(line.endswith("\tnot settled") for line in lines) == points
    assert lines[-1] == "The release is not approved."
    assert not any("language/" in line for line in lines)


def test_the_table_holds_every_review_and_entry_and_no_formula(run: Run, reviewed: Digest, tmp_path: Path) -> None:
    file = tmp_path / "review.csv"
    assert run("export-review", str(file)) == (0, "", "")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["record"] for row in rows] == ["review"] * 2 + ["audit"] * 3
    assert [row["action"] for row in rows] == ["approve", "comment", "add_clinician", "approve", "comment"]
    assert rows[1]["text"] == '\'=HYPERLINK("x")\nna\u00efve'
    assert {row["is_todays_version"] for row in rows[:2]} == {"yes"}
    assert [(row["together"], row["seconds"]) for row in rows[:2]] == [("3", "42"), ("", "")]
    assert all(row["mac"] for row in rows[2:])


@pytest.mark.parametrize("name, status", [("review.doc", 2), ("missing/review.json", 2)])
def test_a_file_that_cannot_be_written_is_said(run: Run, tmp_path: Path, name: str, status: int) -> None:
    code, _, errors = run("export-review", str(tmp_path / name))
    assert code == status
    assert errors.startswith("recommender: ")


@pytest.mark.usefixtures("ann")
def test_a_second_factor_that_was_lost_is_dropped(run: Run, engine: Engine) -> None:
    with open_session(engine) as session:
        ann = clinician_by_email(session, "ann@example.org")
        assert ann
        ann.totp_secret, ann.recovery_codes = "sealed", ["hash"]
    status, said, _ = run("clinician", "drop-second-factor", "ann@example.org")
    assert (status, said) == (0, "ann@example.org signs in with the password alone.\n")
    with open_session(engine) as session:
        ann = clinician_by_email(session, "ann@example.org")
        assert ann
        assert (ann.totp_secret, ann.recovery_codes) == (None, None)
        assert entries(session)[-1].action == "drop_second_factor"
    assert run("audit")[0] == 0


def test_serve_brings_the_database_up_to_date_first(run: Run, empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_url)
    started: list[list[str]] = []
    monkeypatch.setattr("os.execve", lambda program, command, environment: started.append(command))
    run("serve")
    assert "gunicorn" in started[0]
    engine = make_engine(empty_url)
    with open_session(engine) as session:
        assert entries(session) == ()
    engine.dispose()


def test_serve_starts_without_a_database_and_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:hush-hush@127.0.0.1:1/reviews")
    started: list[list[str]] = []
    monkeypatch.setattr("os.execve", lambda program, command, environment: started.append(command))
    _, _, errors = run("serve")
    assert len(started) == 1
    assert "without the review room" in errors
    assert "hush" not in errors


def test_other_commands_say_that_the_database_is_away(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:hush-hush@127.0.0.1:1/reviews")
    status, _, errors = run("audit")
    assert status == 2
    assert "cannot be used" in errors
    assert "hush" not in errors


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = read_settings({"DATA_DIR": str(tmp_path / "data")})
    with pytest.raises(KeyGone, match="gone"):
        audit_key(settings)
    make_key(settings)
    key = audit_key(settings)
    assert len(key) == 64
    make_key(settings)
    assert audit_key(settings) == key
    assert stat.S_IMODE((tmp_path / "data" / "audit.key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["audit.key"]


def test_a_key_that_is_given_is_used_and_not_written(tmp_path: Path) -> None:
    given = {"DATA_DIR": str(tmp_path / "data"), "AUDIT_KEY": "k" * 32}
    make_key(read_settings(given))
    assert audit_key(read_settings(given)) == b"k" * 32
    assert not (tmp_path / "data").exists()


def test_a_key_file_that_is_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "audit.key").write_text("short\n")
    with pytest.raises(RecommenderError, match="shorter"):
        audit_key(read_settings({"DATA_DIR": str(tmp_path)}))
