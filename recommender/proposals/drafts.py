"""Proposals while somebody works on them: files in DATA_DIR, signed, and named by what they propose. Nothing about people."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recommender.review.record_mark import write_whole

FOLDER = "proposals"
# So many are kept; what nobody has looked at for longest goes first. What was sent stands in the record.
_MOST_KEPT = 200
_NAME = re.compile(r"[0-9a-f]{32}")
_DRAFT, _IMPACT = "draft", "impact"


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole new ``text`` of the file at ``path``, made for one ``content``; ``given`` is what the form held, by field."""

    content: str
    rule: str
    path: str
    base: str
    text: str
    given: Mapping[str, Sequence[str]]

    @property
    def name(self) -> str:
        """Return its name, which is the same for everybody who proposes the same."""
        named = json.dumps([self.content, self.path, self.text])
        return hashlib.sha256(named.encode()).hexdigest()[:32]


class Drafts:
    """Keeps drafts, and what is known of their impact, in a folder."""

    def __init__(self, data_dir: Path, key: bytes) -> None:
        self.folder = data_dir / FOLDER
        self._key = key

    def keep(self, draft: Draft) -> None:
        """Keep a draft.

        Raises:
            OSError: it cannot be written.
        """
        self._write(_DRAFT, draft.name, asdict(draft))
        self._tidy()

    def draft(self, name: str) -> Draft | None:
        """Return a draft by its name; None where there is none, or it is not as it was written."""
        told = self._read(_DRAFT, name)
        if told is None:
            return None
        draft = Draft(**told)
        return draft if draft.name == name else None

    def keep_impact(self, name: str, told: Mapping[str, Any]) -> None:
        """Keep what is known of the impact of a draft.

        Raises:
            OSError: it cannot be written.
        """
        self._write(_IMPACT, name, told)

    def impact(self, name: str) -> dict[str, Any] | None:
        """Return what was kept of the impact of a draft; None where nothing was, or it is not as it was written."""
        return self._read(_IMPACT, name)

    def _path(self, kind: str, name: str) -> Path:
        return self.folder / f"{name}.{kind}.json"

    def _write(self, kind: str, name: str, told: Mapping[str, Any]) -> None:
        plain = json.loads(json.dumps(told))
        write_whole(self._path(kind, name), {"told": plain, "mac": self._mac(kind, name, plain)})

    def _read(self, kind: str, name: str) -> dict[str, Any] | None:
        if not _NAME.fullmatch(name):
            return None
        try:
            kept = json.loads(self._path(kind, name).read_text(encoding="utf-8"))
            told, mac = dict(kept["told"]), str(kept["mac"])
            is_signed = hmac.compare_digest(mac.encode("utf-8", "surrogatepass"), self._mac(kind, name, told).encode())
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        return told if is_signed else None

    def _mac(self, kind: str, name: str, told: Any) -> str:
        canonical = json.dumps([kind, name, told], sort_keys=True, separators=(",", ":"))
        return hmac.new(self._key, b"proposal " + canonical.encode(), hashlib.sha256).hexdigest()

    def _tidy(self) -> None:
        """Take the oldest drafts away, with their impacts, beyond those that are kept."""
        drafts = sorted(self.folder.glob(f"*.{_DRAFT}.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in drafts[_MOST_KEPT:]:
            name = path.name.partition(".")[0]
            for kind in (_DRAFT, _IMPACT):
                self._path(kind, name).unlink(missing_ok=True)
