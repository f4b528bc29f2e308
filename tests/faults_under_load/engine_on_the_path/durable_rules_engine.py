"""The C extension of durable_rules with a fault in it, for a service whose PYTHONPATH begins with this folder.

The file that ENGINE_FAULT names says which: `raise`, `lie`, `hang` or `hang hard`. A hang takes the file away, so that
it befalls one process, once. Without the file the extension does what it always does.
"""

from __future__ import annotations

import ctypes
import importlib.machinery
import importlib.util
import json
import os
import random
import sys
import threading
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
_FILE = Path(os.environ["ENGINE_FAULT"])
_OFTEN, _SELDOM = 0.01, 0.05
_CHANCE = random.Random()
_rules: dict[Any, list[str]] = {}


def _extension() -> Any:
    """Return the real extension. Making it puts it into this module's place, which is taken back."""
    own = sys.modules[__name__]
    elsewhere = [place for place in sys.path if Path(place or ".").resolve() != _HERE]
    spec = importlib.machinery.PathFinder.find_spec(__name__, elsewhere)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    sys.modules[__name__] = own
    return made


_real = _extension()
error, delete_state = _real.error, _real.delete_state


def create_ruleset(name: str, rules: str) -> Any:
    handle = _real.create_ruleset(name, rules)
    _rules[handle] = [rule for rule in json.loads(rules) if not rule.startswith("_")]
    return handle


def assert_fact(handle: Any, fact: str) -> Any:
    match _fault():
        case "raise" if _CHANCE.random() < _OFTEN:
            raise _CHANCE.choice((RuntimeError, MemoryError, error))("a fault that a test made")
        case "hang" if _taken_away():
            threading.Event().wait()
        case "hang hard" if _taken_away():
            ctypes.PyDLL(None).sleep(3600)  # a call that keeps the interpreter's lock, so that nothing else runs
    return _real.assert_fact(handle, fact)


def start_action_for_state(handle: Any, offset: Any) -> Any:
    started = _real.start_action_for_state(handle, offset)
    return started and (started[0], _told(handle, offset, started[1]))


def complete_and_start_action(handle: Any, offset: Any) -> Any:
    return _told(handle, offset, _real.complete_and_start_action(handle, offset))


def _told(handle: Any, offset: Any, action: str | None) -> Any:
    """Return what has fired; or nothing of it; or another rule that has not."""
    if action is None or _fault() != "lie" or _CHANCE.random() >= _SELDOM:
        return action
    if _CHANCE.random() < 0.5:
        return complete_and_start_action(handle, offset)
    return f'{{"{_CHANCE.choice(_rules[handle])}"'


def _fault() -> str:
    try:
        return _FILE.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _taken_away() -> bool:
    try:
        _FILE.unlink()
    except FileNotFoundError:
        return False
    return True
