"""The key that the audit log and the release certificate are signed with."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sqlalchemy import Engine

from recommender.errors import RecommenderError
from recommender.review.database import database_address, migrate
from recommender.review.files import new_file
from recommender.settings import Settings

KEY_FILE = "audit.key"
BESIDE = (
    "The key of the record lies in the same folder as the record: whoever can write one can write the other anew. Set "
    "AUDIT_KEY_FILE to another place, or AUDIT_KEY."
)
_LEAST_CHARACTERS = 32


class KeyGone(RecommenderError):
    """There is a record, and the key that it was signed with is not where it should be."""


def key_file(settings: Settings) -> Path:
    """Return where the key is kept, unless AUDIT_KEY holds it."""
    return settings.audit_key_file or settings.data_dir / KEY_FILE


def audit_key(settings: Settings) -> bytes:
    """Return the key: AUDIT_KEY, or what stands in its file. It is never made here.

    Raises:
        KeyGone: there is no such file.
        RecommenderError: the file cannot be read, or holds no usable key.
    """
    if settings.audit_key:
        return settings.audit_key.encode()
    path = key_file(settings)
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError:
        raise KeyGone(
            f"{path}: the key of the record is gone. Without it nothing counts as approved and nothing can be signed. Put "
            "it back from a backup. For a record that is new and empty, and only then: recommender audit --new-key."
        ) from None
    except OSError as error:
        raise RecommenderError(f"{path}: cannot be read ({error.strerror}). Or set AUDIT_KEY.") from error
    if len(key) < _LEAST_CHARACTERS:
        raise RecommenderError(f"{path}: the key is shorter than {_LEAST_CHARACTERS} characters.")
    return key


def kept_key(path: Path, setting: str) -> bytes:
    """Return the key of a file, made once where there is none. ``setting`` is what else can hold it.

    Raises:
        RecommenderError: the file cannot be read or made, or holds no usable key.
    """
    try:
        if not path.exists():
            _make_file(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise RecommenderError(f"{path}: cannot be read or made ({error.strerror}). Or set {setting}.") from error
    if len(key) < _LEAST_CHARACTERS:
        raise RecommenderError(f"{path}: the key is shorter than {_LEAST_CHARACTERS} characters.")
    return key


def make_key(settings: Settings) -> None:
    """Make the key once, readable by its owner only. One that there is, in a setting or a file, stays.

    Raises:
        RecommenderError: the file cannot be made.
    """
    path = key_file(settings)
    if settings.audit_key or path.exists():
        return
    try:
        _make_file(path)
    except OSError as error:
        raise RecommenderError(f"{path}: cannot be made ({error.strerror}). Or set AUDIT_KEY.") from error


def prepare_record(engine: Engine, settings: Settings) -> None:
    """Bring the database up to date. Where there is none yet, its key is made first, and at no other time.

    A key made beside a record that there is would sign anew what nobody can check any more.

    Raises:
        DatabaseUnavailable: it cannot be reached, or was made by a newer version.
        RecommenderError: the key cannot be made.
    """
    migrate(engine, before_first=lambda: make_key(settings))


def lies_beside_record(settings: Settings) -> bool:
    """Return whether whoever can write the record can most likely write the key too."""
    url = database_address(settings.database_url)
    if settings.audit_key or url.get_backend_name() != "sqlite" or not url.database:
        return False
    return key_file(settings).resolve().parent == Path(url.database).resolve().parent


def write_key(path: Path, key: bytes) -> None:
    """Put a key in its file, in the place of whatever is there.

    Raises:
        RecommenderError: the file cannot be written.
    """
    try:
        draft = _draft(path, key)
        os.replace(draft, path)
    except OSError as error:
        raise RecommenderError(f"{path}: cannot be written ({error.strerror}). Or set AUDIT_KEY.") from error


def _make_file(path: Path) -> None:
    draft = _draft(path, secrets.token_hex(32).encode())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key is the key
    finally:
        draft.unlink()


def _draft(path: Path, key: bytes) -> Path:
    """Write the key under another name first: whoever reads it sees all of it, and of several makers one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(new_file(draft), "wb") as file:
        file.write(key + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return draft
