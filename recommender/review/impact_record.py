"""What a change does to people, as `recommender diff --record` keeps it: signed, and named by both rule sets."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recommender.review.record_mark import write_whole
from recommender.settings import Settings

_LETTERS = 12


def impact_folder(settings: Settings) -> Path:
    """Return where the review room looks for records."""
    return settings.data_dir / "impact"


def impact_name(old: str, new: str) -> str:
    """Return the name of the file about two rule sets, by their hashes."""
    return f"impact-{old[:_LETTERS]}-{new[:_LETTERS]}.json"


def write_impact(path: Path, key: bytes, told: Mapping[str, Any]) -> None:
    """Write a record, signed with the key of the review's record.

    Raises:
        OSError: the file cannot be written.
    """
    plain = json.loads(json.dumps(told))  # as it is read again
    write_whole(path, {**plain, "mac": _mac(plain, key)})


def read_impact(path: Path, key: bytes) -> dict[str, Any] | None:
    """Return a record; None for a file that was not written with this key, is altered, or is named after other rules."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        mac = str(told.pop("mac"))
        is_signed = hmac.compare_digest(mac.encode("utf-8", "surrogatepass"), _mac(told, key).encode())
        is_named = path.name == impact_name(told["old"]["hash"], told["new"]["hash"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return told if is_signed and is_named else None


def impacts(settings: Settings, key: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the record of every file that can be read, the newest first."""
    files = sorted(impact_folder(settings).glob("impact-*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files:
        told = read_impact(path, key)
        if told is not None:
            yield path.stem, told


def _mac(told: Mapping[str, Any], key: bytes) -> str:
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, b"impact of a change " + canonical.encode(), hashlib.sha256).hexdigest()
