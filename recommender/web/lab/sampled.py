"""Somebody drawn at random who gets a level, or on whom a rule fires. It takes what proofs need, and a process of its own.

A site that serves people has not got the extra [proof], and offers none of this.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from recommender.errors import RecommenderError
from recommender.settings import Settings

TICKS = ("few", "many")
_SECONDS_AT_MOST = 60
_NOBODY = 1
_RULE = re.compile(r"[A-Z0-9/-]{0,20}")
_NO_SUCH_RULE = "There is no such rule. Enter the id of a rule of the rule book, or of one of its cases."


class NotDrawn(RecommenderError):
    """Nobody was drawn; the message says why, and what to do."""


def is_available() -> bool:
    """Return whether the library of decision diagrams is installed."""
    return find_spec("dd") is not None and find_spec("dd.cudd") is not None


def drawn_case(settings: Settings, content: str, level: str, rule: str, ticks: str) -> Mapping[str, Any]:
    """Return a case as the lab's forms carry it. ``content`` is the hash of the rules that are served.

    Raises:
        NotDrawn: there is nobody like that, no such rule, or it took too long.
    """
    if not _RULE.fullmatch(rule):
        raise NotDrawn(_NO_SUCH_RULE)
    asked = [f"--{name}={value}" for name, value in (("level", level), ("rule", rule), ("ticks", ticks)) if value]
    command = [sys.executable, "-m", "recommender", "sample", f"--seed={secrets.randbelow(10**6)}", *asked]
    folders = {"RULES_DIR": str(settings.rules_dir), "CATALOGUE_DIR": str(settings.catalogue_dir)}
    try:
        told = subprocess.run(
            command,
            env={**os.environ, **folders},
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS_AT_MOST,
        )
    except subprocess.TimeoutExpired:
        raise NotDrawn("It took too long. Choose a level, or another rule.") from None
    if told.returncode == _NOBODY:
        raise NotDrawn("Nobody is like that: choose another level, or another rule.")
    if told.returncode:
        raise NotDrawn(_NO_SUCH_RULE)
    drawn = json.loads(told.stdout)
    if drawn["hash"] != content:
        raise NotDrawn("The rules in the folder are not those that are served. Load them again, and try once more.")
    case: Mapping[str, Any] = drawn["cases"][0]
    return case
