"""The bytes of one HTTP request as they come in, until all of them are here.

It only says when a thread may begin, and refuses what is too large to wait for; gunicorn's own parser reads the same
bytes again, and decides what they mean.
"""

from __future__ import annotations

import re

_HEAD_END, _LINE_END = b"\r\n\r\n", b"\r\n"
_LONGEST_CHUNK_LINE = 8190
# Chunks of one byte take six: as sent, a body may be so many times longer than it is.
_MOST_CHUNKING = 6
_URI_TOO_LONG, _HEAD_TOO_LARGE, _BODY_TOO_LARGE = 414, 431, 413
_LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]{1,15})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding:[^\r\n]*chunked", re.IGNORECASE | re.MULTILINE)
_EXPECTS = re.compile(rb"^expect:[ \t]*100-continue", re.IGNORECASE | re.MULTILINE)
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(;.*)?")


class RequestBuffer:
    """One request in the making. ``most_head`` and ``most_body`` are in bytes."""

    def __init__(self, most_head: int, most_body: int) -> None:
        self._most_head, self._most_body = most_head, most_body
        self._received = bytearray()
        self._searched = 0
        self._body = 0
        self._body_length: int | None = None
        self._next_chunk = 0
        self.is_whole = False
        """Whether all of it is here."""
        self.is_broken = False
        """Whether it makes no sense from here on: where it ends is not known."""
        self.refusal: int | None = None
        """The status with which to refuse it unread, because it is too large."""

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.is_whole or self.is_broken or self.refusal is not None

    @property
    def has_begun(self) -> bool:
        """Whether anything has come."""
        return bool(self._received)

    @property
    def has_head(self) -> bool:
        """Whether the head is whole."""
        return self._body > 0

    @property
    def expects_continue(self) -> bool:
        """Whether the sender waits to be told that it may send the body."""
        return self.has_head and not self.is_done and bool(_EXPECTS.search(self._received, 0, self._body))

    @property
    def first_line(self) -> bytes:
        """The request line, or as much of it as there is."""
        return bytes(self._received[: self._most_head]).partition(_LINE_END)[0]

    @property
    def received(self) -> bytes:
        """Everything that has come, which may be more than this request."""
        return bytes(self._received)

    def feed(self, data: bytes) -> None:
        """Take in what has come."""
        self._received += data
        if not self.has_head:
            self._look_for_head()
        if self.has_head and not self.is_done:
            self._look_for_end()

    def _look_for_head(self) -> None:
        end = self._received.find(_HEAD_END, max(0, self._searched - len(_HEAD_END)))
        self._searched = len(self._received)
        if max(end, self._searched if end < 0 else 0) > self._most_head:
            is_one_line = self._received.find(_LINE_END, 0, self._most_head) < 0
            self.refusal = _URI_TOO_LONG if is_one_line else _HEAD_TOO_LARGE
        elif end >= 0:
            self._read_head(end + len(_HEAD_END))

    def _read_head(self, end: int) -> None:
        self._body = self._next_chunk = end
        if _CHUNKED.search(self._received, 0, end):
            return
        self._body_length = max((int(found[1]) for found in _LENGTH.finditer(self._received, 0, end)), default=0)
        if self._body_length > self._most_body:
            self.refusal = _BODY_TOO_LARGE

    def _look_for_end(self) -> None:
        if self._body_length is not None:
            self.is_whole = len(self._received) >= self._body + self._body_length
            return
        while self._next_chunk < len(self._received) and not self.is_done:
            if not self._pass_chunk():
                break
        if (
            not self.is_done
            and max(self._next_chunk, len(self._received)) > self._body + _MOST_CHUNKING * self._most_body
        ):
            self.refusal = _BODY_TOO_LARGE

    def _pass_chunk(self) -> bool:
        """Go on behind the next chunk, and return whether that could be done yet."""
        end = self._received.find(_LINE_END, self._next_chunk)
        if end < 0:
            self.is_broken = len(self._received) - self._next_chunk > _LONGEST_CHUNK_LINE
            return False
        told = _CHUNK_SIZE.fullmatch(self._received, self._next_chunk, end)
        if told is None:
            self.is_broken = True
            return False
        size = int(told[1], 16)
        if size == 0:  # the last one: trailers may follow
            self.is_whole = self._received.find(_HEAD_END, end) >= 0
            return False
        self._next_chunk = end + len(_LINE_END) + size + len(_LINE_END)
        return True
