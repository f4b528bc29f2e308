"""Backups of the review room where its database is a SQLite file: one file with everything that belongs together."""

from __future__ import annotations

import io
import json
import os
import secrets
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from recommender.errors import RecommenderError
from recommender.review import audit
from recommender.review.accounts import end_feeds
from recommender.review.api_keys import grants
from recommender.review.audit import Anchor, AuditReport
from recommender.review.database import FOR_OPERATORS, Session, database_address, make_engine, migrate, open_session
from recommender.review.errors import ReviewRefused
from recommender.review.files import new_file
from recommender.review.key_file import GRANTS_FILE, grants_file, keep_grants, signed_grants, with_revoked
from recommender.review.keys import audit_key, key_file, write_key
from recommender.review.record_mark import keep_mark, mark_file, read_mark
from recommender.review.release import CERTIFICATE_FILE
from recommender.review.tables import now
from recommender.settings import Settings

_DATABASE, _KEY, _ABOUT = "review.db", "audit.key", "about.json"
_FORMAT = 1
_LARGEST_BYTES = {_KEY: 10_000, CERTIFICATE_FILE: 100_000, GRANTS_FILE: 10_000_000, _ABOUT: 100_000}


def make_backup(settings: Settings, file: Path) -> AuditReport:
    """Write the record and what stands beside it to one file, while the site serves, and return what is in it.

    Beside it are its key, the certificate, and what the keys of programs may do: which of them were revoked may be known there only.

    Raises:
        ReviewRefused: there is nothing to back up, or the file is there already.
        RecommenderError: the database is no file, or something cannot be read or written.
    """
    live = _database_file(settings)
    if not live.exists():
        raise ReviewRefused(f"{live}: there is no database to back up.")
    if file.exists():
        raise ReviewRefused(f"{file} is there already. Name another file.")
    key = audit_key(settings)
    before = _report(live, key)
    with _folder() as folder:
        copy = folder / _DATABASE
        _copy(live, copy)
        report = _report(copy, key, Anchor(before.count, before.head))
        members = {_DATABASE: copy.read_bytes(), _ABOUT: json.dumps(_about(report), indent=2).encode() + b"\n"}
        if not settings.audit_key:
            members[_KEY] = key + b"\n"
        for name in (CERTIFICATE_FILE, GRANTS_FILE):
            beside = settings.data_dir / name
            if beside.exists():
                members[name] = beside.read_bytes()
        _write_private(file, _packed(members))
    return report


def restore_backup(settings: Settings, file: Path, *, replace: bool, older: bool) -> AuditReport:
    """Put back what a backup holds, and return what is there now. The site may go on serving.

    With ``replace`` what is there may be overwritten; with ``older`` by a record that ends earlier. Everything is
    checked on a copy before anything is changed.

    Raises:
        ReviewRefused: the backup is not whole, or would overwrite something without leave.
        RecommenderError: the database is no file, or something cannot be read or written.
    """
    live = _database_file(settings)
    members = _unpacked(file)
    key = _key_of(settings, members, replace=replace)
    if live.exists() and not replace:
        raise ReviewRefused(f"{live} is there already. To put the backup in its place: --replace.")
    mark = read_mark(mark_file(settings), key)
    with _folder() as folder:
        copy = folder / _DATABASE
        copy.write_bytes(members[_DATABASE])
        report = _migrated_report(copy, key)
        _refuse_other(report, json.loads(members[_ABOUT]))
        if mark is not None and report.count < mark.count and not older:
            raise ReviewRefused(
                f"The record had {mark.count} entries, and the backup has {report.count}. What came after it would be lost "
                "for good. To do that all the same: --older."
            )
        if not settings.audit_key:
            write_key(key_file(settings), key)
        _end_feeds(copy)
        live.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(copy, live)
    return _finish(settings, live, key, report, members)


def _finish(
    settings: Settings, live: Path, key: bytes, expected: AuditReport, members: Mapping[str, bytes]
) -> AuditReport:
    """Compare what is there now with what was to be put there, and remember where it ends."""
    found = _migrated_report(live, key)
    if (found.count, found.head) != (expected.count, expected.head):
        raise RecommenderError("The restored record is not the one of the backup. Is somebody writing to it?")
    path = mark_file(settings)
    path.unlink(missing_ok=True)
    keep_mark(path, key, Anchor(found.count, found.head))
    if CERTIFICATE_FILE in members:
        _write_private(settings.data_dir / CERTIFICATE_FILE, members[CERTIFICATE_FILE])
    _keep_revocations(settings, live, key, members.get(GRANTS_FILE))
    return found


def _end_feeds(database: Path) -> None:
    """Let no feed of a record open anything: one that was ended after the backup would open again."""
    with _opened(database) as session:
        end_feeds(session)
        session.commit()


def _keep_revocations(settings: Settings, live: Path, key: bytes, backup: bytes | None) -> None:
    """Have the keys of programs be those of the restored record, without any that the backup, or what was here, knows to be revoked."""
    before = None if backup is None else signed_grants(backup, key)
    with _opened(live) as session:
        found = with_revoked(grants(session), before)
    if not found and not grants_file(settings).exists():
        return
    try:
        keep_grants(settings, key, found, now())
    except OSError as error:
        raise RecommenderError(f"{grants_file(settings)}: cannot be written ({error.strerror}).") from error


def _refuse_other(report: AuditReport, about: Mapping[str, Any]) -> None:
    if report.faults:
        raise ReviewRefused(f"The record in the backup is not as it was written. {report.faults[0]}")
    if (report.count, report.head) != (about.get("count"), about.get("head")):
        raise ReviewRefused("The backup does not hold the record that it says it holds.")


def _key_of(settings: Settings, members: Mapping[str, bytes], *, replace: bool) -> bytes:
    """Return the key to restore with: the one of the settings, or of the backup where there is none in another place."""
    kept = members.get(_KEY, b"").strip()
    path = key_file(settings)
    if settings.audit_key or not kept or (path.exists() and path.read_bytes().strip() == kept):
        return audit_key(settings)
    if path.exists() and not replace:
        raise ReviewRefused(
            f"{path} holds another key than the backup. To put that of the backup in its place: --replace."
        )
    return kept


def _database_file(settings: Settings) -> Path:
    url = database_address(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise RecommenderError("The database is PostgreSQL: use pg_dump and pg_restore, as docs/operate.md says.")
    return Path(url.database).resolve()


def _report(database: Path, key: bytes, *anchors: Anchor) -> AuditReport:
    with _opened(database) as session:
        return audit.verify(session, key, *anchors)


@contextmanager
def _opened(database: Path) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///{database}", FOR_OPERATORS)
    try:
        with open_session(engine) as session:
            yield session
    finally:
        engine.dispose()


def _migrated_report(database: Path, key: bytes) -> AuditReport:
    engine = make_engine(f"sqlite:///{database}", FOR_OPERATORS)
    try:
        migrate(engine)
    finally:
        engine.dispose()
    return _report(database, key)


def _copy(source: Path, target: Path) -> None:
    """Copy a database with SQLite's own means: whoever writes meanwhile is in it whole, or not at all."""
    try:
        if not target.exists():
            os.close(new_file(target))
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True, timeout=FOR_OPERATORS.lock)) as read,
            closing(sqlite3.connect(f"{target.as_uri()}?mode=rw", uri=True, timeout=FOR_OPERATORS.lock)) as written,
        ):
            read.backup(written)
    except sqlite3.Error as error:
        raise RecommenderError(f"{source}: cannot be copied to {target} ({type(error).__name__}: {error}).") from error


def _about(report: AuditReport) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "made_at": now().isoformat(timespec="seconds"),
        "count": report.count,
        "head": report.head,
    }


def _packed(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o600
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _unpacked(file: Path) -> dict[str, bytes]:
    """Return the members that a backup has, by name. Nothing is unpacked to where a name says."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                is_known = member.name == _DATABASE or member.size <= _LARGEST_BYTES.get(member.name, -1)
                if content is None or not is_known or member.name in found:
                    raise ReviewRefused(f"{file} is no backup: it holds '{member.name}'.")
                found[member.name] = content.read()
        about = json.loads(found[_ABOUT])
    except (tarfile.TarError, EOFError, KeyError, ValueError) as error:
        raise ReviewRefused(f"{file} is no backup, or is not whole.") from error
    except OSError as error:
        raise ReviewRefused(f"{file}: cannot be read as a backup ({error.strerror or error}).") from error
    if _DATABASE not in found or not isinstance(about, dict) or about.get("format") != _FORMAT:
        raise ReviewRefused(f"{file} is no backup of this version.")
    return found


def _write_private(file: Path, content: bytes) -> None:
    """Write a file for its owner only, in one step."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(new_file(draft), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(draft, file)
    except OSError as error:
        raise RecommenderError(f"{file}: cannot be written ({error.strerror}).") from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder for its owner only, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="recommender-") as name:
        yield Path(name).resolve()
