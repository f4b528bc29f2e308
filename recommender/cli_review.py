"""The commands of the review room: clinician, audit, export-review."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.errors import RecommenderError
from recommender.loaders.content import load_content
from recommender.review import accounts, audit
from recommender.review.database import Session, make_engine, migrate, open_session
from recommender.review.errors import DatabaseUnavailable, ReviewRefused
from recommender.review.export import export_csv, export_json
from recommender.review.keys import audit_key
from recommender.review.tables import AuditEntry, Clinician, Role
from recommender.rulebook.digest import digests
from recommender.settings import Settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
Run = Callable[[argparse.Namespace, Settings], int]

_OK, _REFUSED = 0, 1


def add_review_commands(commands: Commands) -> None:
    """Add the commands of the review room to those of `recommender`."""
    _add_clinician_commands(commands)
    check = commands.add_parser("audit", help="verify the audit log and print it, with its head and count")
    check.add_argument("--expect-head", metavar="MAC", help="a head noted earlier and kept elsewhere")
    check.add_argument("--expect-count", metavar="N", type=int, help="the count noted with it")
    check.set_defaults(run=_answering(_audit))
    export = commands.add_parser("export-review", help="write all reviews, approvals and the audit log to a file")
    export.add_argument(
        "file", type=Path, help="FILE.json for everything, FILE.csv for a table, FILE.pdf for the signed rule book"
    )
    export.set_defaults(run=_answering(_export))


def migrate_at_start(settings: Settings) -> None:
    """Bring the review database up to date. If it is away, people still get their routines."""
    try:
        engine = make_engine(settings.database_url)
        migrate(engine)
        engine.dispose()
    except (DatabaseUnavailable, OSError) as error:
        print(f"recommender: {error} The site starts without the review room.", file=sys.stderr)


def _add_clinician_commands(commands: Commands) -> None:
    clinician = commands.add_parser("clinician", help="the accounts of clinicians")
    actions = clinician.add_subparsers(title="actions", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make an account")
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.add_argument("--registration", default="", help="number in the register of the profession")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.REVIEWER.value)
    add.add_argument("--no-password", action="store_true", help="for single sign-on only")
    add.set_defaults(run=_answering(_add))
    listing = actions.add_parser("list", help="list every account")
    listing.set_defaults(run=_answering(_list))
    for name, run, words in (
        ("disable", _disable, "stop an account from signing in"),
        ("enable", _enable, "let a disabled account sign in again"),
        ("reset", _reset, "set a new password and end open sessions"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("email")
        action.set_defaults(run=_answering(run))
    for action in (add, actions.choices["reset"]):
        action.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def _answering(run: Run) -> Run:
    """Return the command so that what the review room refuses is said plainly and ends with status 1."""

    def answer(given: argparse.Namespace, settings: Settings) -> int:
        try:
            return run(given, settings)
        except ReviewRefused as error:
            print(f"recommender: {error}", file=sys.stderr)
            return _REFUSED

    return answer


def _add(given: argparse.Namespace, settings: Settings) -> int:
    password = None if given.no_password else _password(given)
    with _database(settings) as session:
        clinician = accounts.add_clinician(
            session,
            email=given.email,
            name=given.name,
            registration=given.registration,
            role=Role(given.role),
            password=password,
        )
        audit.append_account(session, audit_key(settings), "add_clinician", clinician)
        print(f"Added {clinician.email} as {clinician.role.value}.")
    return _OK


def _list(given: argparse.Namespace, settings: Settings) -> int:
    with _database(settings) as session:
        for clinician in accounts.list_clinicians(session):
            state = "disabled" if clinician.disabled else "enabled"
            row = (clinician.email, clinician.name, clinician.registration or "-", clinician.role.value, state)
            print("\t".join(row))
    return _OK


def _disable(given: argparse.Namespace, settings: Settings) -> int:
    with _database(settings) as session:
        clinician = _clinician(session, given.email)
        accounts.disable(session, clinician)
        audit.append_account(session, audit_key(settings), "disable_clinician", clinician)
    print(f"Disabled {given.email}.")
    return _OK


def _enable(given: argparse.Namespace, settings: Settings) -> int:
    with _database(settings) as session:
        clinician = _clinician(session, given.email)
        accounts.enable(session, clinician)
        audit.append_account(session, audit_key(settings), "enable_clinician", clinician)
    print(f"Enabled {given.email}.")
    return _OK


def _reset(given: argparse.Namespace, settings: Settings) -> int:
    password = _password(given)
    with _database(settings) as session:
        clinician = _clinician(session, given.email)
        accounts.reset_password(session, clinician, password)
        audit.append_account(session, audit_key(settings), "reset_password", clinician)
    print(f"New password set for {given.email}; open sessions have ended.")
    return _OK


def _audit(given: argparse.Namespace, settings: Settings) -> int:
    if (given.expect_head is None) != (given.expect_count is None):
        raise RecommenderError("Give --expect-head and --expect-count together.")
    if given.expect_count is not None and given.expect_count < 0:
        raise RecommenderError("--expect-count cannot be below 0.")
    anchor = None if given.expect_head is None else audit.Anchor(given.expect_count, given.expect_head)
    with _database(settings) as session:
        report = audit.verify(session, audit_key(settings), anchor)
        if not report.faults:
            print("\n".join(_line(entry) for entry in audit.entries(session)) or "No entries yet.")
    print(f"count {report.count}\nhead {report.head}")
    for fault in report.faults:
        print(fault, file=sys.stderr)
    return _REFUSED if report.faults else _OK


def _export(given: argparse.Namespace, settings: Settings) -> int:
    if given.file.suffix not in _FORMS:
        raise RecommenderError(f"The name of the file must end in {', '.join(_FORMS)}.")
    made = _FORMS[given.file.suffix](settings)
    try:
        given.file.write_bytes(made)
    except OSError as error:
        raise RecommenderError(f"{given.file}: cannot be written ({error.strerror}).") from error
    return _OK


def _as_json(settings: Settings) -> bytes:
    content = load_content(settings.rules_dir, settings.catalogue_dir)
    with _database(settings) as session:
        plain = export_json(session, audit_key(settings), content, digests(content), settings.approvals_required)
    return (json.dumps(plain, indent=2, ensure_ascii=False) + "\n").encode()


def _as_csv(settings: Settings) -> bytes:
    content = load_content(settings.rules_dir, settings.catalogue_dir)
    with _database(settings) as session:
        return export_csv(session, digests(content)).encode("utf-8-sig")  # spreadsheets look for the mark


def _as_pdf(settings: Settings) -> bytes:
    from recommender.web.review_pdf import rule_book_pdf  # no other command needs the pages: they start quicker without

    with _database(settings):
        return rule_book_pdf(settings)


_FORMS: dict[str, Callable[[Settings], bytes]] = {".json": _as_json, ".csv": _as_csv, ".pdf": _as_pdf}


@contextmanager
def _database(settings: Settings) -> Iterator[Session]:
    try:
        engine = make_engine(settings.database_url)
    except OSError as error:
        raise RecommenderError(f"{error.filename}: cannot be made ({error.strerror}).") from error
    try:
        migrate(engine)
        with open_session(engine) as session:
            yield session
    finally:
        engine.dispose()


def _clinician(session: Session, email: str) -> Clinician:
    clinician = accounts.clinician_by_email(session, email)
    if clinician is None:
        raise ReviewRefused(f"There is no account for {email}.")
    return clinician


def _password(given: argparse.Namespace) -> str:
    if given.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise RecommenderError("There is nobody to ask for the password here. Use --password-stdin.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise ReviewRefused("The two passwords differ.")
    return password


def _line(entry: AuditEntry) -> str:
    who = f"{entry.actor} ({entry.registration})" if entry.registration else entry.actor
    at = entry.at.isoformat(timespec="seconds")
    return f"{entry.number}\t{at}\t{who}\t{entry.action}\t{entry.target}\t{entry.sha256[:12]}"
