"""The folder through which the processes of one service add up their figures.

Open it before anything imports ``metrics``: the library looks for it once, when it is imported.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of the environment that names the folder, as the library reads it."""
_made: list[tuple[int, Path]] = []


def open_shared_folder() -> None:
    """Make the folder, unless the operator names one, or this process has."""
    if not os.environ.get(SHARED_FOLDER):
        folder = Path(tempfile.mkdtemp(prefix="recommender-metrics-"))
        _made.append((os.getpid(), folder))
        os.environ[SHARED_FOLDER] = str(folder)


def remove_shared_folder() -> None:
    """Remove the folder that this process made, if it made one."""
    for process, folder in _made:
        if process == os.getpid():
            shutil.rmtree(folder, ignore_errors=True)
