"""Something that is asked again and again beside the requests, so that none of them waits for the answer."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable


class Refresher:
    """Calls a method from a thread of its own: at once, and then whenever the seconds that it returned have passed.

    Each process begins its own with the first ``keep_going``: threads do not outlive a fork. It ends with the object
    whose method it is, or with the process.
    """

    def __init__(self, ask: Callable[[], float]) -> None:
        self._ask = weakref.WeakMethod(ask)
        self._beginning = threading.Lock()
        self._process: int | None = None
        self._thread: threading.Thread | None = None
        self._wake, self._over = threading.Event(), threading.Event()

    def keep_going(self) -> None:
        """Begin, unless this process has begun."""
        if self._process == os.getpid():
            return
        with self._beginning:
            owner = getattr(self._ask(), "__self__", None)
            if self._process == os.getpid() or owner is None:
                return
            self._process = os.getpid()
            self._wake = threading.Event()
            weakref.finalize(owner, self._wake.set).atexit = False
            given = (self._ask, self._wake, self._over)
            self._thread = threading.Thread(target=_ask_again_and_again, args=given, name="refresher", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Ask now."""
        self._wake.set()

    def stop(self) -> None:
        """Ask nothing more, and wait until what is being asked is answered."""
        self._over.set()
        self._wake.set()
        if self._thread is not None and self._process == os.getpid():
            self._thread.join()


def _ask_again_and_again(
    find: Callable[[], Callable[[], float] | None], wake: threading.Event, over: threading.Event
) -> None:
    while True:
        wake.clear()
        ask = find()
        if ask is None or over.is_set():
            return
        seconds = ask()
        del ask  # what it belongs to may go while this waits
        wake.wait(seconds)
