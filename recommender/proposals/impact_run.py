"""What a proposed rule does to people, worked out beside the requests: one at a time, bounded, and kept in a file.

A page asks for it and looks again. What could not be worked out is told as that, and never as "no change".
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import recommender
from recommender.proposals.drafts import Draft, Drafts
from recommender.settings import Settings

_log = logging.getLogger(__name__)

PEOPLE, SEED = 500, 0
_WORKER = "recommender.proposals.impact_worker"
_MOST_BYTES = 8 << 20


class State(StrEnum):
    """How far it is. ``FAILED``: nobody knows what it does."""

    NONE = "none"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Bounds:
    """``seconds`` of a clock, ``processor_seconds`` of work, and ``megabytes`` of address space."""

    seconds: int = 600
    processor_seconds: int = 240
    megabytes: int = 1024


BOUNDS = Bounds()
_TOO_LONG = "It took more than {} seconds, and was ended."
_BROKE = "The program that works it out broke off. It may have needed too much memory."
_BROKEN_OFF = "The service was stopped while it was being worked out."
_STALE = "The rule files are not those that run here: somebody has changed them since. The service must be started anew first."


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of the impact of one draft: ``found`` of a finished one, ``why`` of a failed one."""

    state: State
    found: Mapping[str, Any]
    why: str = ""


class ImpactRuns:
    """Starts and finds what proposed rules do to people."""

    def __init__(self, drafts: Drafts, settings: Settings, bounds: Bounds = BOUNDS) -> None:
        self._drafts = drafts
        self._settings = settings
        self._bounds = bounds

    def begin(self, draft: Draft) -> bool:
        """Begin to work it out, and return whether it is begun or there already; False while another is worked out.

        Raises:
            OSError: nothing can be kept in DATA_DIR.
        """
        if self.told(draft.name).state in (State.RUNNING, State.DONE):
            return True
        gate = self._gate()
        if gate is None:
            return False
        try:
            self._drafts.keep_impact(draft.name, {"state": State.RUNNING.value})
        except OSError:
            gate.close()
            raise
        threading.Thread(target=self._run, args=(draft, gate), daemon=True, name="impact").start()
        return True

    def told(self, name: str) -> Told:
        """Return what is known of the impact of a draft."""
        kept = self._drafts.impact(name)
        if kept is None:
            return Told(State.NONE, {})
        if kept.get("state") == State.RUNNING.value and self._is_free():
            kept = self._drafts.impact(name) or {}  # it may have come to its end just now
            if kept.get("state") == State.RUNNING.value:
                return Told(State.FAILED, {}, _BROKEN_OFF)
        return Told(State(kept.get("state", State.FAILED)), kept.get("found", {}), str(kept.get("why", "")))

    def _run(self, draft: Draft, gate: IO[str]) -> None:
        with gate:  # the gate opens when its file is closed, also when this process ends
            told: dict[str, Any]
            try:
                told = self._worked_out(draft)
            except Exception as error:  # whatever it is, nobody knows what the edit does, and the page must say so
                _log.warning("the impact of a proposed edit was not worked out: %s", type(error).__name__)
                told = {"state": State.FAILED.value, "why": _BROKE}
            try:
                self._drafts.keep_impact(draft.name, told)
            except OSError:
                pass  # then it stands as broken off

    def _worked_out(self, draft: Draft) -> dict[str, Any]:
        bounds, settings = self._bounds, self._settings
        asked = {
            "rules": str(settings.rules_dir.absolute()),
            "catalogue": str(settings.catalogue_dir.absolute()),
            "vignettes": str(settings.vignettes_dir.absolute()),
            "hash": draft.content,
            "path": draft.path.split("/", 1)[1],
            "text": draft.text,
            "people": PEOPLE,
            "seed": SEED,
            "processor_seconds": bounds.processor_seconds,
            "megabytes": bounds.megabytes,
        }
        try:
            done = subprocess.run(
                [sys.executable, "-m", _WORKER],
                input=json.dumps(asked).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                timeout=bounds.seconds,
                check=True,
            )
        except subprocess.TimeoutExpired:
            return {"state": State.FAILED.value, "why": _TOO_LONG.format(bounds.seconds)}
        except subprocess.CalledProcessError as error:
            _log.warning("the impact of a proposed edit broke off with %d", error.returncode)
            return {"state": State.FAILED.value, "why": _BROKE}
        if len(done.stdout) > _MOST_BYTES:
            return {"state": State.FAILED.value, "why": _BROKE}
        found = json.loads(done.stdout)
        if found.get("stale"):
            return {"state": State.FAILED.value, "why": _STALE}
        return {"state": State.DONE.value, "found": found}

    def _gate(self) -> IO[str] | None:
        """Return the lock that only one process and thread of a machine holds; None while another does."""
        folder = self._drafts.folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = open(folder / "running.lock", "w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        return file

    def _is_free(self) -> bool:
        try:
            gate = self._gate()
        except OSError:
            return True
        if gate is None:
            return False
        gate.close()
        return True


def _environment() -> dict[str, str]:
    """Return what the process is told: where to find the program, and none of the settings, which hold secrets."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "TMPDIR", "LANG", "LC_ALL")}
    paths = [str(Path(recommender.__file__).resolve().parents[1]), *(one for one in sys.path if one)]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
