"""A wall clock that a test can put forward and back, for a service that runs as it always does."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

from tests.support.needs import left_out

_SOURCE = Path(__file__).with_suffix(".c")
_SECONDS = struct.Struct("=q")


class WallClock:
    """The clock of whoever is started with its ``environment``. It goes right at first."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            left_out("a C compiler is not installed")
        library, self._ahead = folder / "wall_clock.so", folder / "clock-ahead"
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl"], check=True)
        self._ahead.write_bytes(_SECONDS.pack(0))
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_AHEAD": str(self._ahead)}

    def put_ahead(self, seconds: int) -> None:
        """Have it go so many seconds ahead of the machine's, from now on; behind it, if they are below 0."""
        with self._ahead.open("r+b") as bytes_of_it:  # in place: the processes look at these very bytes
            bytes_of_it.write(_SECONDS.pack(seconds))
