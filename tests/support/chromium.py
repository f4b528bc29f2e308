"""Where Chromium is and how it is started, for the browser tests, the screenshots and Lighthouse."""

from __future__ import annotations

import os
import shutil

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
MISSING = "No Chromium found. Install it (apt-get install chromium) or name it in CHROMIUM."


def find_chromium() -> str | None:
    """Return where Chromium is: as CHROMIUM says, or on the path."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
