"""Files of the review room: nobody but the service reads them, whoever makes them."""

from __future__ import annotations

import os
from pathlib import Path


def new_file(path: Path) -> int:
    """Make a file that only its owner may read, and return its descriptor.

    Where the superuser makes it, it belongs to whoever owns the folder: the service seldom runs as the superuser, and
    commands beside it often do.

    Raises:
        OSError: it cannot be made, or is there already.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor
