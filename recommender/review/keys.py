"""The key that the audit log and the release certificate are signed with."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from recommender.errors import RecommenderError
from recommender.settings import Settings

KEY_FILE = "audit.key"
_LEAST_CHARACTERS = 32


def audit_key(settings: Settings) -> bytes:
    """Return the key: AUDIT_KEY, or one made once and kept in DATA_DIR/audit.key, readable by its owner only.

    Raises:
        RecommenderError: the file cannot be read or made, or holds no usable key.
    """
    if settings.audit_key:
        return settings.audit_key.encode()
    path = settings.data_dir / KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise RecommenderError(f"{path}: cannot be read or made ({error.strerror}). Or set AUDIT_KEY.") from error
    if len(key) < _LEAST_CHARACTERS:
        raise RecommenderError(f"{path}: the key is shorter than {_LEAST_CHARACTERS} characters.")
    return key


def _make_key(path: Path) -> None:
    """Write the key under another name first: whoever reads it sees all of it, and of several makers one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key is the key
    finally:
        draft.unlink()
