"""gunicorn's threads, but a thread begins only once a request is whole, and ends it within a bound.

gunicorn reads heads and bodies inside its few threads and waits there for as long as the sender likes: eight people on
a bad line, or one who means ill, hold up everybody. Here the loop that waits for connections reads them, as nginx does in
front. A worker whose thread does not come back is given up, so that nobody waits behind it for ever.
"""

from __future__ import annotations

import os
import re
import selectors
import socket
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any
from wsgiref.util import setup_testing_defaults

from gunicorn.glogging import Logger
from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker
from werkzeug.wrappers import Response

from recommender.engine import turns
from recommender.loaders.checked_settings import settings_at_start
from recommender.web.core.edge import refused
from recommender.web.core.state import is_engine_stuck, log_place
from recommender.web.request_buffer import RequestBuffer
from recommender.web.telemetry.logs import install_logging
from recommender.web.telemetry.request_log import NOT_LOGGED

FIRST_BYTE_SECONDS = 10.0
HEAD_SECONDS = 10.0
BODY_SECONDS = 20.0
SEND_SECONDS = 20.0
LINGER_SECONDS = 2.0
REQUEST_SECONDS = 120.0
"""How long a thread may work on a request. The book of all rules as a PDF is the longest, at about a quarter of it."""
MOST_HEAD = 65536
# The kernel takes a whole page or reply at once, so that no thread waits for a slow reader.
_SEND_BUFFER = 1 << 19
_RECEIVE_AT_ONCE = 1 << 16
_LOOK_EACH_SECONDS = 0.25
_SOON_SECONDS = 1.0
_STATUS_OF = {
    LimitRequestLine: 414,
    LimitRequestHeaders: 431,
    ExpectationFailed: 417,
    UnsupportedTransferCoding: 501,
}
_TOO_SLOW, _GIVEN_UP = 408, 503
_API_LINE = re.compile(rb"[^ ]{1,20} /api/")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class _Connection(TConn):  # type: ignore[misc]
    """A connection, with the request that is coming in on it. ``timeout`` is until when the next bytes are waited for."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any, most_body: int) -> None:
        super().__init__(cfg, sock, client, server)
        self.data_ready = True
        self._most_body = most_body
        self.request = RequestBuffer(MOST_HEAD, most_body)
        self.refusal: int | None = None
        self.is_lingering = False
        self.begun: float | None = None
        self.thread: int | None = None

    def init(self) -> None:
        """Hand the whole request to the parser. The base class calls it in the thread that works on it."""
        super().init()
        self.sock.settimeout(SEND_SECONDS)
        self.parser.unreader.unread(self.request.received)

    def next_request(self) -> None:
        """Begin another request, with what came behind the last one."""
        behind = self.parser.unreader.take_buffered()
        self.request = RequestBuffer(MOST_HEAD, self._most_body)
        self.request.feed(behind)


class BufferingWorker(ThreadWorker):  # type: ignore[misc]
    """Reads requests whole before a thread works on them, and bounds everything that it waits for.

    Only the loop of the base class touches ``_waiting`` and ``_working``; threads see nothing but their connection.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: set[_Connection] = set()
        self._working: set[_Connection] = set()
        self._serves = threading.local()
        self._last_look = 0.0
        self._has_given_up = False

    def run(self) -> None:
        """Serve until told to stop, or until a thread does not come back."""
        self._refusal(_GIVEN_UP, is_api=False)  # made now: later the application may be what hangs
        super().run()
        if self._has_given_up:
            os._exit(1)  # an orderly end would wait for the thread that does not come back

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, and wait for its request without a thread."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        conn = _Connection(self.cfg, client, address, listener.getsockname(), self._most_body)
        self._wait(conn, FIRST_BYTE_SECONDS)
        self._receive(conn)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Take new connections or not. A worker that ends takes those that wait, and leaves new ones to others at once.

        The base class listens on without taking anything, and cuts off whoever has come meanwhile.
        """
        super().set_accept_enabled(enabled)
        if enabled or self.alive:  # told to stop while it began, it is first asked to take connections nevertheless
            return
        for listener in self.sockets:
            before = -1
            while before != self.nr_conns:
                before = self.nr_conns
                self.accept(listener)
            listener.close()

    def enqueue_req(self, conn: _Connection) -> None:
        """Let a thread work on a request that is whole, or refuse it."""
        self._working.add(conn)
        super().enqueue_req(conn)

    def handle(self, conn: _Connection) -> bool:
        """Work on a request, in a thread, and return whether the connection may carry another one."""
        self._serves.connection = conn
        conn.thread, conn.begun = threading.get_ident(), time.monotonic()
        if conn.refusal is not None:
            self.log.warning("A request was refused unread with status %d.", conn.refusal)
            self._refuse(conn, conn.refusal)
            return False
        return bool(super().handle(conn)) and conn.request.is_whole

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Answer a request that cannot be read as any other error is answered. What it said is not logged."""
        status = 500
        if isinstance(exc, ParseException):
            status = next((code for kind, code in _STATUS_OF.items() if isinstance(exc, kind)), 400)
            self.log.warning("A request was refused with status %d: %s.", status, type(exc).__name__)
        else:
            log_place(exc)
        self._refuse(self._serves.connection, status)

    def finish_request(self, conn: _Connection, fs: Future[bool]) -> None:
        """Wait for the next request on a connection, or end it."""
        if conn not in self._working:  # it was given up
            return
        self._working.remove(conn)
        conn.begun = None
        if fs.cancelled() or fs.exception() is not None or not fs.result():
            self._linger(conn)
            return
        conn.next_request()
        self._wait(conn, self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER)
        if conn.request.has_begun:
            self._go_on(conn, had_head=False)

    def murder_pending(self) -> None:
        """End what has been waited for long enough. The base class calls it in each turn of its loop."""
        now = time.monotonic()
        if now - self._last_look < _LOOK_EACH_SECONDS:
            return
        self._last_look = now
        for conn in [conn for conn in self._waiting if conn.timeout <= now]:
            self._stop_waiting(conn)
            if conn.request.has_begun and not conn.is_lingering:
                conn.refusal = _TOO_SLOW
                self.enqueue_req(conn)
            else:
                self._close(conn)
        # Nobody gets a recommendation from an engine that hangs. Who only waits for a turn at it is told in time.
        is_stuck = is_engine_stuck(self.wsgi.extensions)
        longest = turns.LONGEST_SECONDS + _SOON_SECONDS if is_stuck else REQUEST_SECONDS
        for conn in [conn for conn in self._working if conn.begun and now - conn.begun > longest]:
            self._give_up(conn, longest)

    def murder_keepalived(self, force: bool = False) -> None:
        """End every connection that nobody works on, when the worker ends."""
        if force:
            for conn in list(self._waiting):
                self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        for conn in self._waiting:
            if not conn.request.has_begun:
                conn.timeout = min(conn.timeout, deadline)

    @property
    def _most_body(self) -> int:
        """The largest body that the application takes, in bytes."""
        most: int | None = self.wsgi.config["MAX_CONTENT_LENGTH"]
        assert most is not None
        return most

    def _wait(self, conn: _Connection, seconds: float) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + seconds
        self._waiting.add(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))

    def _stop_waiting(self, conn: _Connection) -> None:
        self._waiting.remove(conn)
        self.poller.unregister(conn.sock)

    def _receive(self, conn: _Connection, _: Any = None) -> None:
        """Take in what has come on a connection."""
        try:
            data = conn.sock.recv(_RECEIVE_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(conn)
        elif not conn.is_lingering:
            had_head = conn.request.has_head
            if not conn.request.has_begun:
                conn.timeout = time.monotonic() + HEAD_SECONDS
            conn.request.feed(data)
            self._go_on(conn, had_head)

    def _go_on(self, conn: _Connection, had_head: bool) -> None:
        """Let a thread begin if the request is whole; else give its body time of its own."""
        if conn.request.is_done:
            self._stop_waiting(conn)
            conn.refusal = conn.request.refusal
            self.enqueue_req(conn)
        elif conn.request.has_head and not had_head:
            conn.timeout = time.monotonic() + BODY_SECONDS
            if conn.request.expects_continue:
                with suppress(OSError):
                    conn.sock.send(_CONTINUE)

    def _linger(self, conn: _Connection) -> None:
        """End a connection so that its last answer still arrives: the other end has some time to close it first."""
        conn.is_lingering = True
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            self._wait(conn, LINGER_SECONDS)
        except (OSError, ValueError):
            self._close(conn)

    def _drop(self, conn: _Connection) -> None:
        self._stop_waiting(conn)
        self._close(conn)

    def _close(self, conn: _Connection) -> None:
        self.nr_conns -= 1
        conn.close()

    def _give_up(self, conn: _Connection, seconds: float) -> None:
        """Answer in place of a thread that does not come back, and have this worker replaced."""
        frame = sys._current_frames().get(conn.thread or 0)
        place = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "?"
        self.log.critical("A request ran for more than %d s, last at %s. This worker ends.", seconds, place)
        self._working.remove(conn)
        with suppress(OSError):
            conn.sock.settimeout(0)
            conn.sock.send(self._refusal(_GIVEN_UP, is_api=False))
        self._close(conn)
        self._has_given_up = True
        self.alive = False

    def _refuse(self, conn: _Connection, status: int) -> None:
        is_api = bool(_API_LINE.match(conn.request.first_line))
        with suppress(OSError):
            conn.sock.settimeout(SEND_SECONDS)
            conn.sock.sendall(self._refusal(status, is_api=is_api))

    @lru_cache(maxsize=32)  # noqa: B019 - there is one worker in a process
    def _refusal(self, status: int, *, is_api: bool) -> bytes:
        """Return the whole response with which the application refuses a request."""
        environ: dict[str, Any] = {NOT_LOGGED: True}
        setup_testing_defaults(environ)
        environ["PATH_INFO"] = "/api/" if is_api else "/"
        reply = Response.from_app(self.wsgi, refused(environ, status), buffered=True)
        reply.headers["Connection"] = "close"
        head = f"HTTP/1.1 {reply.status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
        return f"{head}\r\n".encode("latin-1") + reply.get_data()


class ServiceLog(Logger):  # type: ignore[misc]
    """gunicorn's own lines in the form of all others. The application has a line for each request; gunicorn has none."""

    access_log_enabled = False

    def setup(self, cfg: Any) -> None:
        """Write where gunicorn is told to, in the form that the settings say. It is called again on SIGHUP."""
        super().setup(cfg)
        install_logging(settings_at_start().log_format, cfg.loglevel, self.error_log.handlers)
