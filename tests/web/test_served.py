"""What gunicorn makes of requests that are hostile, slow or broken: the application is not even asked about most of them."""

from __future__ import annotations

import json
import re
import socket
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.web.core.security import HEADERS
from tests.support.served import Served, request_id, rest, serving, status

SLOW_CLIENTS = 40  # with two processes of four threads


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with short deadlines, and with views that hang."""
    folder = tmp_path_factory.mktemp("impatient")
    with serving(
        folder, "tests.support.odd_apps:create_hanging_app()", "python:tests.support.impatient_conf"
    ) as server:
        yield server


def post(path: bytes, headers: bytes, body: bytes = b"") -> bytes:
    return b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + b"\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n"
HOSTILE = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
    "a method of nonsense": (b"G{}T PATH HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a version that is none": (b"GET PATH HTTP/9.9\r\nHost: x\r\n\r\n", 400),
    "an address too long": (b"GET PATH" + b"x" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "a line without an end": (b"GET PATH" + b"x" * 70_000, 414),
    "a header too long": (b"GET PATH HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 9000 + b"\r\n\r\n", 431),
    "too many headers": (b"GET PATH HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 100 + b"\r\n", 431),
    "headers without an end": (b"GET PATH HTTP/1.1\r\n" + b"X: yyyyyyyyyy\r\n" * 8000, 431),
    "a header without a name": (b"GET PATH HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n", 400),
    "a header that goes on": (b"GET PATH HTTP/1.1\r\nHost: x\r\nX: y\r\n z\r\n\r\n", 400),
    "an expectation of nonsense": (b"POST PATH HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417),
    "an unknown coding": (b"POST PATH HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: tea\r\n\r\n", 501),
    "two lengths": (b"POST PATH HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "a length and chunks": (
        b"POST PATH HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "a chunk without a size": (post(b"PATH", CHUNKED, b"zz\r\n{}\r\n0\r\n\r\n"), 400),
    "a chunk without an end": (post(b"PATH", CHUNKED, b"2\r\n{}x\r\n0\r\n\r\n"), 400),
    "a chunk too large": (post(b"PATH", CHUNKED, b"fffffff\r\n"), 413),
    "a body too large": (post(b"PATH", b"Content-Length: 99999999\r\n"), 413),
    "a host of two dots": (b"GET PATH HTTP/1.1\r\nHost: a..b\r\nConnection: close\r\n\r\n", 400),
    "a host of 300 letters": (b"GET PATH HTTP/1.1\r\nHost: " + b"x" * 300 + b"\r\nConnection: close\r\n\r\n", 400),
    "an origin that is none": (post(b"PATH", b"Origin: http://[\r\nContent-Length: 0\r\n"), 403),
}


@pytest.mark.parametrize("path", ["/api/v1/recommendations", "/questions/start"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_is_refused_as_any_other_error_is(served: Served, name: str, path: str) -> None:
    request, expected = HOSTILE[name]
    is_api = path.startswith("/api") and b"PATH" in request
    if name == "an origin that is none" and is_api:
        expected = 415  # programs send forms from anywhere; this one sends no JSON
    reply = served.send(request.replace(b"PATH", path.encode()))
    head, _, body = reply.partition(b"\r\n\r\n")
    assert status(reply) == expected
    told = head.decode("latin-1").lower()
    assert f"content-type: {'application/problem+json' if is_api else 'text/html; charset=utf-8'}" in told
    for header, value in HEADERS.items():
        assert f"{header}: {value}".lower() in told
    if is_api:
        assert json.loads(body)["status"] == expected
    else:
        assert b"<h1" in body
    assert b"Traceback" not in reply


def test_nothing_hostile_leaves_a_traceback(served: Served) -> None:
    for request, _ in HOSTILE.values():
        served.send(request.replace(b"PATH", b"/"))
    assert "Traceback" not in served.logged(request_id(served.get("/the-last-one")))


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
        b"POST /api/v1/recommendations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n{",
        b"POST /api/v1/recommendations HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /",
    ],
)
def test_many_who_send_slowly_hold_up_nobody(served: Served, begun: bytes) -> None:
    slow = [served.connection() for _ in range(SLOW_CLIENTS)]
    try:
        for connection in slow:
            connection.sendall(begun)
        for _ in range(10):
            assert status(served.get("/healthz")) == 200
    finally:
        for connection in slow:
            connection.close()


def test_a_request_that_comes_byte_by_byte_is_answered(served: Served) -> None:
    with served.connection() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in post(b"/api/v1/recommendations", CHUNKED, b"2\r\n{}\r\n0\r\n\r\n"):
            connection.sendall(bytes([byte]))
        assert status(rest(connection)) == 422


def test_requests_on_one_connection_are_answered_one_after_another(served: Served) -> None:
    one = b"POST /api/v1/recommendations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    sent = one + b"Content-Length: 2\r\n\r\n{}" + one + b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"
    reply = served.send(sent + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert re.findall(rb"HTTP/1\.1 ([0-9]+)", reply) == [b"422", b"422", b"200"]


def test_a_sender_who_waits_to_be_told_to_go_on_is_told(served: Served) -> None:
    with served.connection() as connection:
        connection.sendall(
            post(
                b"/api/v1/recommendations",
                b"Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n",
            )
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"{}")
        assert b"HTTP/1.1 422 " in rest(connection)


@pytest.mark.parametrize("mark", ["%0a", "%0d%0a", "%1b[31m", "%e2%80%ae", "%00"])
def test_a_path_cannot_forge_a_line_of_the_log(served: Served, mark: str) -> None:
    forged = f"forged-{zlib.crc32(mark.encode())}"
    reply = served.get(f"/{mark}{forged}")
    assert status(reply) == 404
    log = served.logged(request_id(reply))
    (line,) = [line for line in log.splitlines() if request_id(reply) in line]
    assert re.match(r"[0-9-]{10}T[0-9:.]{12}Z info request ", line)
    assert forged not in log, "nothing of a path stands in the log"
    assert all(line.isascii() and line.isprintable() for line in log.splitlines())


def test_who_sends_too_slowly_is_told_so(impatient: Served) -> None:
    for begun in (
        b"GET /api/v1/sources HTTP/1.1\r\n",
        post(b"/api/v1/recommendations", b"Content-Length: 20\r\n", b"{"),
    ):
        reply = impatient.send(begun)
        assert status(reply) == 408
        assert b"application/problem+json" in reply
    assert impatient.send(b"") == b""


def test_who_reads_slowly_holds_no_thread(impatient: Served) -> None:
    slow = [impatient.connection() for _ in range(SLOW_CLIENTS)]
    try:
        for connection in slow:
            connection.sendall(b"GET /exercises HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert status(impatient.get("/healthz")) == 200
    finally:
        for connection in slow:
            connection.close()


def test_a_worker_that_hangs_is_replaced_and_whoever_waits_is_told(impatient: Served) -> None:
    reply = impatient.get("/hang")
    assert status(reply) == 503
    assert b"Try again" in reply
    impatient.logged("This worker ends")
    assert status(impatient.get("/healthz")) == 200


def test_a_worker_that_is_told_to_stop_before_it_has_begun_ends_in_order(tmp_path: Path) -> None:
    with serving(tmp_path, config="python:tests.support.hasty_conf") as hasty:
        log = hasty.logged("Worker exiting")
    assert "Exception in worker process" not in log
