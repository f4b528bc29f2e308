"""A request is whole when its last byte has come, however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.web.request_buffer import RequestBuffer

MOST_HEAD, MOST_BODY = 400, 60
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: x\r\ncontent-LENGTH:  11 \r\nX: y\r\n\r\nhello world"
CHUNKED = (
    b"POST /x HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\nHost: x\r\n\r\n"
    b"5\r\nhello\r\n6;a=b\r\n\r\n0\r\n\r\r\n0\r\nTrailer: x\r\n\r\n"
)
WITHOUT_TRAILER = b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"


def fed(*pieces: bytes) -> RequestBuffer:
    buffer = RequestBuffer(MOST_HEAD, MOST_BODY)
    for piece in pieces:
        buffer.feed(piece)
    return buffer


@pytest.mark.parametrize("request_bytes", [GET, POST, CHUNKED, WITHOUT_TRAILER])
def test_a_request_is_whole_with_its_last_byte(request_bytes: bytes) -> None:
    for cut in range(len(request_bytes)):
        assert not fed(request_bytes[:cut]).is_done, request_bytes[:cut]
    assert fed(request_bytes).is_whole


@given(st.sampled_from([GET, POST, CHUNKED, WITHOUT_TRAILER]), st.lists(st.integers(0, 150), max_size=8), st.binary())
def test_how_the_bytes_are_cut_makes_no_difference(request_bytes: bytes, cuts: list[int], behind: bytes) -> None:
    places = [0, *sorted({min(cut, len(request_bytes)) for cut in cuts}), len(request_bytes)]
    pieces = [request_bytes[start:end] for start, end in pairwise(places)]
    buffer = RequestBuffer(MOST_HEAD, MOST_BODY)
    for number, piece in enumerate(pieces, 1):
        buffer.feed(piece)
        assert buffer.is_done == (places[number] == len(request_bytes))
    buffer.feed(behind)
    assert buffer.is_whole
    assert buffer.received == request_bytes + behind


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"G" * 401, 414),
        (b"GET /" + b"x" * 500 + b"\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 80, 431),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 80 + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nContent-Length: 61\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 61\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 70, 413),
    ],
)
def test_what_is_too_large_is_refused_before_it_has_come(request_bytes: bytes, status: int) -> None:
    assert fed(request_bytes).refusal == status
    assert fed(*(bytes([byte]) for byte in request_bytes)).refusal == status


def test_the_largest_body_is_taken() -> None:
    assert fed(b"POST / HTTP/1.1\r\nContent-Length: 60\r\n\r\n" + b"x" * 60).is_whole
    assert fed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 59 + b"0\r\n\r\n").is_whole


@pytest.mark.parametrize("line", [b"zz\r\n", b"-1\r\n", b"0x1\r\n", b"\r\n", b"1" * 16 + b"\r\n", b"1" * 8200])
def test_chunks_that_make_no_sense_are_left_to_the_parser(line: bytes) -> None:
    buffer = fed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", line)
    assert (buffer.is_broken, buffer.is_whole, buffer.is_done) == (True, False, True)


def test_a_sender_who_asks_first_is_told_to_go_on_until_the_body_is_there() -> None:
    head = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    assert fed(head).expects_continue
    assert not fed(head, b"abc").expects_continue
    assert not fed(head[:-1]).expects_continue
    assert not fed(POST[:-1]).expects_continue
    assert not fed(b"POST / HTTP/1.1\r\nContent-Length: 22\r\n\r\nExpect: 100-continue").expects_continue


def test_the_first_line_is_known_as_far_as_it_has_come() -> None:
    assert fed(POST).first_line == b"POST /x HTTP/1.1"
    assert fed(b"GET /ap").first_line == b"GET /ap"
    assert fed().first_line == b""
    assert not fed().has_begun
