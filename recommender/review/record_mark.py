"""How long the record was, and how it ended, when it was last seen whole: kept beside the database, signed.

Entries can be cut from the end of a record without a trace in what is left. Whoever remembers its end notices.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from recommender.review.audit import Anchor
from recommender.review.files import new_file
from recommender.settings import Settings

MARK_FILE = "record-mark.json"


def mark_file(settings: Settings) -> Path:
    """Return where the mark is kept."""
    return settings.data_dir / MARK_FILE


def read_mark(path: Path, key: bytes) -> Anchor | None:
    """Return the mark, or None if there is none that was signed with this key."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        mark = Anchor(told["count"], told["head"])
        is_signed = hmac.compare_digest(str(told["mac"]).encode("utf-8", "surrogatepass"), _mac(mark, key).encode())
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return mark if is_signed and type(mark.count) is int and type(mark.head) is str else None


def keep_mark(path: Path, key: bytes, mark: Anchor) -> None:
    """Move the mark on to a longer record. The caller has seen that it goes on from the mark that there is.

    Raises:
        OSError: the file cannot be written.
    """
    before = read_mark(path, key)
    if before is None or before.count < mark.count:
        write_whole(path, {"count": mark.count, "head": mark.head, "mac": _mac(mark, key)})


def furthest(marks: Iterable[Anchor | None]) -> Anchor | None:
    """Return the mark of the longest record; None if there is none."""
    return max((mark for mark in marks if mark is not None), key=lambda mark: mark.count, default=None)


def write_whole(path: Path, plain: Mapping[str, Any]) -> None:
    """Replace a file of JSON in one step, so that nobody reads half of it.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(new_file(draft), "w", encoding="utf-8") as file:
            file.write(json.dumps(plain, indent=2) + "\n")
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _mac(mark: Anchor, key: bytes) -> str:
    canonical = json.dumps([mark.count, mark.head], separators=(",", ":"))
    return hmac.new(key, b"record mark " + canonical.encode(), hashlib.sha256).hexdigest()
