"""The commands of the review room: clinician, audit, export-review."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.errors import RecommenderError
from recommender.loaders.content import load_content
from recommender.loaders.languages import load_languages
from recommender.models.content import Content
from recommender.review import accounts, audit, release, second_factor
from recommender.review.approval_status import Standing
from recommender.review.database import FOR_OPERATORS, Session, database_address, make_engine, open_session
from recommender.review.errors import DatabaseUnavailable, ReviewRefused
from recommender.review.export import export_csv, export_json
from recommender.review.keys import (
    BESIDE,
    KeyGone,
    audit_key,
    key_file,
    lies_beside_record,
    make_key,
    prepare_record,
)
from recommender.review.record_mark import keep_mark, mark_file, read_mark
from recommender.review.reviews import standings
from recommender.review.tables import AuditEntry, Clinician, Role
from recommender.rulebook.digest import digests
from recommender.rulebook.targets import Digest, Target, TargetKind
from recommender.settings import Settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
Run = Callable[[argparse.Namespace, Settings], int]

_OK, _REFUSED = 0, 1
_EMPTY = (
    "The record is empty. That proves nothing: if there should be something, it is the wrong database, or it is lost."
)


def add_review_commands(commands: Commands) -> None:
    """Add the commands of the review room to those of `recommender`."""
    _add_clinician_commands(commands)
    check = commands.add_parser("audit", help="verify the audit log and print it, with its head and count")
    check.add_argument("--expect-head", metavar="MAC", help="a head noted earlier and kept elsewhere")
    check.add_argument("--expect-count", metavar="N", type=int, help="the count noted with it")
    check.add_argument(
        "--accept", action="store_true", help="take the record as it is now for whole, after a part was lost for good"
    )
    check.add_argument("--new-key", action="store_true", help="make a key for a record that is new and empty")
    check.set_defaults(run=answering(_audit))
    export = commands.add_parser("export-review", help="write all reviews, approvals and the audit log to a file")
    export.add_argument(
        "file", type=Path, help="FILE.json for everything, FILE.csv for a table, FILE.pdf for the signed rule book"
    )
    export.set_defaults(run=answering(_export))
    review = commands.add_parser("review", help="what the review room still waits for")
    waiting = review.add_subparsers(title="actions", required=True, metavar="ACTION").add_parser(
        "list", help="list what keeps a release back, objections first; exit status 1 while anything does"
    )
    waiting.set_defaults(run=answering(_list_waiting))


def migrate_at_start(settings: Settings) -> None:
    """Bring the review database up to date. If it is away, people still get their routines."""
    try:
        engine = make_engine(settings.database_url, FOR_OPERATORS)
        prepare_record(engine, settings)
        engine.dispose()
        audit_key(settings)
    except (DatabaseUnavailable, OSError) as error:
        print(f"recommender: {error} The site starts without the review room.", file=sys.stderr)
    except KeyGone as error:
        print(f"recommender: {error}", file=sys.stderr)


def record_notes(settings: Settings) -> list[str]:
    """Return what an operator should know of where the record and its key are. Asks no database."""
    notes = [BESIDE] if lies_beside_record(settings) else []
    url = database_address(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return notes
    try:
        audit_key(settings)
    except RecommenderError as error:
        notes.append(str(error))
    return notes


def _add_clinician_commands(commands: Commands) -> None:
    clinician = commands.add_parser("clinician", help="the accounts of clinicians")
    actions = clinician.add_subparsers(title="actions", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make an account")
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.add_argument("--registration", default="", help="number in the register of the profession")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.REVIEWER.value)
    add.add_argument("--no-password", action="store_true", help="for single sign-on only")
    add.set_defaults(run=answering(_add))
    listing = actions.add_parser("list", help="list every account")
    listing.set_defaults(run=answering(_list))
    for name, run, words in (
        ("disable", _disable, "stop an account from signing in"),
        ("enable", _enable, "let a disabled account sign in again"),
        ("reset", _reset, "set a new password and end open sessions"),
        ("drop-second-factor", _drop_second_factor, "let an account sign in without its second factor, which was lost"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("email")
        action.set_defaults(run=answering(run))
    for action in (add, actions.choices["reset"]):
        action.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def answering(run: Run) -> Run:
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
    with review_database(settings) as session:
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
    with review_database(settings) as session:
        for clinician in accounts.list_clinicians(session):
            state = "disabled" if clinician.disabled else "enabled"
            row = (clinician.email, clinician.name, clinician.registration or "-", clinician.role.value, state)
            print("\t".join(row))
    return _OK


def _disable(given: argparse.Namespace, settings: Settings) -> int:
    with review_database(settings) as session:
        clinician = _clinician(session, given.email)
        accounts.disable(session, clinician)
        audit.append_account(session, audit_key(settings), "disable_clinician", clinician)
    print(f"Disabled {given.email}.")
    return _OK


def _enable(given: argparse.Namespace, settings: Settings) -> int:
    with review_database(settings) as session:
        clinician = _clinician(session, given.email)
        accounts.enable(session, clinician)
        audit.append_account(session, audit_key(settings), "enable_clinician", clinician)
    print(f"Enabled {given.email}.")
    return _OK


def _reset(given: argparse.Namespace, settings: Settings) -> int:
    password = _password(given)
    with review_database(settings) as session:
        clinician = _clinician(session, given.email)
        accounts.reset_password(session, clinician, password)
        audit.append_account(session, audit_key(settings), "reset_password", clinician)
    print(f"New password set for {given.email}; open sessions have ended.")
    return _OK


def _drop_second_factor(given: argparse.Namespace, settings: Settings) -> int:
    with review_database(settings) as session:
        clinician = _clinician(session, given.email)
        second_factor.turn_off(session, clinician)
        audit.append_account(session, audit_key(settings), "drop_second_factor", clinician)
    print(f"{given.email} signs in with the password alone.")
    return _OK


def _audit(given: argparse.Namespace, settings: Settings) -> int:
    if (given.expect_head is None) != (given.expect_count is None):
        raise RecommenderError("Give --expect-head and --expect-count together.")
    if given.expect_count is not None and given.expect_count < 0:
        raise RecommenderError("--expect-count cannot be below 0.")
    with review_database(settings) as session:
        if given.new_key:
            _make_new_key(session, settings)
        key, path = audit_key(settings), mark_file(settings)
        anchors = [] if given.expect_head is None else [audit.Anchor(given.expect_count, given.expect_head)]
        mark = None if given.accept else read_mark(path, key)
        anchors += [mark] if mark is not None else []
        report = audit.verify(session, key, *anchors)
        if not report.faults:
            print("\n".join(_line(entry) for entry in audit.entries(session)) or _EMPTY)
    print(f"count {report.count}\nhead {report.head}")
    for fault in report.faults:
        print(fault, file=sys.stderr)
    for note in [BESIDE] if lies_beside_record(settings) else []:
        print(f"note: {note}")
    if report.faults:
        return _REFUSED
    _remember(path, key, audit.Anchor(report.count, report.head), is_accepted=given.accept)
    return _OK


def _remember(path: Path, key: bytes, end: audit.Anchor, *, is_accepted: bool) -> None:
    """Move the mark of the record on; back too where the operator has accepted that."""
    try:
        if is_accepted:
            path.unlink(missing_ok=True)
        keep_mark(path, key, end)
    except OSError as error:
        raise RecommenderError(f"{path}: cannot be written ({error.strerror}).") from error
    if is_accepted:
        print("Accepted. Processes that serve still remember the longer record: restart them.")


def _make_new_key(session: Session, settings: Settings) -> None:
    if audit.is_used(session) or mark_file(settings).exists():
        raise ReviewRefused("This record is not new: a key made now could not tell whether it is as it was written.")
    make_key(settings)
    print(f"Made {key_file(settings)}.")


def _export(given: argparse.Namespace, settings: Settings) -> int:
    if given.file.suffix not in _FORMS:
        raise RecommenderError(f"The name of the file must end in {', '.join(_FORMS)}.")
    made = _FORMS[given.file.suffix](settings)
    try:
        given.file.write_bytes(made)
    except OSError as error:
        raise RecommenderError(f"{given.file}: cannot be written ({error.strerror}).") from error
    return _OK


def _list_waiting(given: argparse.Namespace, settings: Settings) -> int:
    content = load_content(settings.rules_dir, settings.catalogue_dir)
    versions, required = _versions(settings, content), settings.approvals_required
    with review_database(settings) as session:
        key = audit_key(settings)
        mark = read_mark(mark_file(settings), key)
        stood = standings(session, versions, required, key)
        found = release.status(session, content, versions, required, key, *([mark] if mark else []), stood=stood)
        objected = {**stood.gone, **{target: one for target, one in stood.today.items() if one.requested}}
        for target, standing in objected.items():
            for request in standing.requested:
                where = "objection to what is gone" if target in stood.gone else "objection"
                words = " ".join(request.text.split())
                print(f"{target.kind.value}/{target.id}\t{where}\t{request.clinician.name}\t{words}")
        for target in found.missing:
            if target not in objected:
                print(f"{target.kind.value}/{target.id}\t{_wait(target, stood.today[target], required)}")
    for fault in found.faults:
        print(fault, file=sys.stderr)
    print("The release is approved." if found.is_approved else "The release is not approved.")
    return _OK if found.is_approved else _REFUSED


def _wait(target: Target, standing: Standing, required: int) -> str:
    """Return in words what one thing waits for."""
    if target.kind is not TargetKind.POINT:
        lacking = ", none by a safety officer" if standing.lacks_officer else ""
        return f"{len(standing.approvals)} of {required} approvals{lacking}"
    if standing.is_due:
        until = standing.settled.until if standing.settled else None
        return f"put off until {until}, which is past" if until else "put off until no day"
    return "settled on an older version" if standing.settled_before else "not settled"


def _versions(settings: Settings, content: Content) -> Mapping[Target, Digest]:
    """Return today's version of everything that can be signed, translations too."""
    return digests(content, load_languages(settings.translations_dir, settings.languages).values())


def _as_json(settings: Settings) -> bytes:
    content = load_content(settings.rules_dir, settings.catalogue_dir)
    with review_database(settings) as session:
        key = audit_key(settings)
        mark = read_mark(mark_file(settings), key)
        seen = () if mark is None else (mark,)
        plain = export_json(session, key, content, _versions(settings, content), settings.approvals_required, *seen)
    return (json.dumps(plain, indent=2, ensure_ascii=False) + "\n").encode()


def _as_csv(settings: Settings) -> bytes:
    content = load_content(settings.rules_dir, settings.catalogue_dir)
    with review_database(settings) as session:
        return export_csv(session, _versions(settings, content)).encode("utf-8-sig")  # spreadsheets look for the mark


def _as_pdf(settings: Settings) -> bytes:
    # No other command needs the pages: they start quicker without.
    from recommender.web.app import create_app
    from recommender.web.review.signed_book import rule_book_pdf

    with review_database(settings):
        return rule_book_pdf(create_app(settings))


_FORMS: dict[str, Callable[[Settings], bytes]] = {".json": _as_json, ".csv": _as_csv, ".pdf": _as_pdf}


@contextmanager
def review_database(settings: Settings) -> Iterator[Session]:
    try:
        engine = make_engine(settings.database_url, FOR_OPERATORS)
    except OSError as error:
        raise RecommenderError(f"{error.filename}: cannot be made ({error.strerror}).") from error
    try:
        prepare_record(engine, settings)
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
