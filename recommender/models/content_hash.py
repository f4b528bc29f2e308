"""The short name of exactly this content: every reply carries it, and signatures are bound to such a hash."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any


def content_hash(data: Any) -> str:
    """Return the SHA-256, in hex, of canonical JSON: keys sorted, text in NFC, no white space."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()
