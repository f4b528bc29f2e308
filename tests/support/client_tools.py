"""The programs that make clients of the API, in an environment of their own: `make test-deep` makes it, `make test` needs none."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.needs import left_out

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = Path(os.environ.get("CLIENT_TOOLS") or ROOT / ".venv-clients").absolute()
NODE_MODULES = _FOLDER / "node" / "node_modules"


def python_tool(name: str) -> str:
    """Return a program of the Python environment; leave the test out where it is not installed."""
    return _found(_FOLDER / "bin" / name)


def node_tool(name: str) -> str:
    """Return a program of the Node packages; leave the test out where it is not installed."""
    return _found(NODE_MODULES / ".bin" / name)


def _found(program: Path) -> str:
    if not program.exists():
        left_out(f"{program.name} is not installed: make client-tools")
    return str(program)


def run(command: Sequence[str], folder: Path, typed: str = "", **environment: str) -> str:
    """Run a program to its good end, and return what it prints."""
    done = subprocess.run(
        command,
        cwd=folder,
        input=typed,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, "PYTHONPATH": "", **environment},
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout
