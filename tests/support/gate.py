"""A way to a server that can be shut, frozen or slowed, as a network fails and comes back."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from sqlalchemy import make_url


class Gate:
    """Passes on what is sent to a server, which is a host with a port or the path of a socket.

    While it is frozen it takes connections and whatever is sent, and nothing ever comes back.
    """

    def __init__(self, server: tuple[str, int] | str) -> None:
        self._server = server
        self._pairs: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.port = 0
        self._flows = threading.Event()
        self._flows.set()
        self._late_by = 0.0
        self.open()

    def freeze(self) -> None:
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    def slow_down(self, seconds: float) -> None:
        """Pass everything on so much later; 0 ends it."""
        self._late_by = seconds

    def open(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        """End every connection, and refuse new ones."""
        assert self._listener is not None
        for one in (self._listener, *self._pairs):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._pairs.clear()

    def _connect(self) -> socket.socket:
        if isinstance(self._server, tuple):
            return socket.create_connection(self._server)
        far = socket.socket(socket.AF_UNIX)
        far.connect(self._server)
        return far

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = self._connect()
            except OSError:
                return
            self._pairs += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pour, args=(source, sink), daemon=True).start()

    def _pour(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self._late_by:
                    threading.Event().wait(self._late_by)
                self._flows.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)


class DatabaseGate(Gate):
    """A way to a PostgreSQL server, for one of its databases."""

    def __init__(self, database: str) -> None:
        self._address = make_url(database)
        folder, port = self._address.query.get("host"), self._address.port or 5432
        super().__init__(f"{folder}/.s.PGSQL.{port}" if folder else (str(self._address.host), port))

    @property
    def through(self) -> str:
        """The address of the database by this way."""
        near = self._address.set(host="127.0.0.1", port=self.port, query={})
        return near.render_as_string(hide_password=False)
