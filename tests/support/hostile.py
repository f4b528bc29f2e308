"""Requests of somebody who means ill, or whose program is broken: by seed, over every route of the site."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import Rule

# Numbers, texts and shapes that have broken other programs.
ODD_NUMBERS: Sequence[Any] = (0, -1, 1, 2**31, 2**63, 10**300, 1e308, -0.0, 0.5, 1e-320, True, False)
ODD_TEXTS = (
    "",
    " ",
    "\x00",
    "\u200b",
    "\u202e",
    "\ufeff",
    "a" * 5000,
    "漢字" * 50,
    "é\u0301",
    "'; DROP TABLE plans; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "%s%n%x",
    "../../etc/passwd",
    "..\\..\\",
    "\r\nSet-Cookie: a=b",
    "NaN",
    "null",
    "9999-12-31",
    "0000-00-00",
    "2026-02-30",
    "١٢",
    "1e5",
    "0x10",
    "none",
    "no_pain",
    "__proto__",
    "constructor",
    "\ud800",
    "summary",
)
_ODD_BODIES = (
    b"",
    b"{",
    b"[" * 3000,
    b'{"a":' * 3000,
    b"\xff\xfe\x00",
    b'"\\ud800"',
    b"nul",
    b"NaN",
    b'{"answers": {}, "answers": {}}',
    b'{"answers": {"": 0, "": 0}}',
    b"1" * 5000,
    b'{"answers": 1e99999}',
)
_MEDIA_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain",
    "application/json; charset=utf-16",
    "application/json;;;",
    "\u00e9",
    "",
)
_METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW")
_HEADERS = (
    ("Host", ("localhost", "a..b", "[::1", "x" * 300, "evil.example")),
    ("Origin", ("http://[", "null", "https://evil.example", "http://localhost")),
    ("Referer", ("http://[", "https://evil.example/", "x" * 2000)),
    ("Accept", ("*/*", "text/html;q=x", "application/json;q=1.5,,", "x" * 2000)),
    ("Accept-Language", ("xx", "es-MX,en;q=0.5", "*;q=0", "zh-Hant-TW-x-a-b-c", "\u00e9", ",;q=", "en" * 500)),
    ("Accept-Encoding", ("gzip;q=x", "br", "identity;q=0, *;q=0", "gzip")),
    ("If-None-Match", ('"', 'W/"', "*", 'W/"a", "b"')),
    ("If-Modified-Since", ("yesterday", "Sun, 99 Nov 2026 99:99:99 GMT")),
    ("Range", ("bytes=-1", "bytes=9-1", "lines=0-", "bytes=0-,0-,0-")),
    (
        "Cookie",
        ("answers=x; plan=y", "answers=gAAAAA" + "A" * 3000, "session=.eJw", "language=../../x; ;;=", "=;" * 500),
    ),
    ("Authorization", ("Basic !!!", "Bearer x")),
    ("X-Forwarded-For", ("1.2.3.4", "x" * 500)),
    ("X-HTTP-Method-Override", ("DELETE",)),
    ("Sec-Fetch-Site", ("same-origin", "cross-site", "x")),
)


# What the calls and pages read beside answers, in bodies and behind the question mark of an address.
_MEMBERS = (
    "answers", "today", "started", "history", "routine", "follow_up", "before_session", "during_session", "done", "hurt",
    "questions_version", "region", "language",
)  # fmt: skip
_ASKED = (
    "lang", "next", "q", "region", "position", "leave_out", "about", "tag", "then", "from", "é", "left_out", "to", "done",
    "open", "other", "back", "missing", "target", "source", "confirm", "question",
)  # fmt: skip
# This call asks, and never gives a routine, so that it may be sent what it takes.
WITHOUT_ROUTINE = "/api/v1/next"
_ADDRESSES = ("127.0.0.1", "::1", "203.0.113.9", "2001:db8::1")


@dataclass(frozen=True)
class Request:
    """One request, as the test client of Flask takes it."""

    method: str
    path: str
    query: str
    body: bytes
    media_type: str
    headers: dict[str, str] = field(default_factory=dict)
    sender: str = "127.0.0.1"


class Attacker:
    """Makes requests by chance. ``bodies`` are what each call takes: what may give a routine is never sent without a fault."""

    def __init__(self, app: Flask, bodies: Mapping[str, Any], seed: int) -> None:
        self._chance = random.Random(seed)
        self._rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        taking = [rule for rule in self._rules if "POST" in (rule.methods or ())]
        self._taking = taking + 4 * [rule for rule in taking if rule.rule.startswith("/api/")]
        self._bodies = bodies
        self._sheet = bodies["RecommendationRequest"]["answers"]

    def request(self) -> Request:
        rule = self._chance.choice(self._taking if self._chance.random() < 0.6 else self._rules)
        path = self._path(rule)
        usual = "POST" if "POST" in (rule.methods or ()) and self._chance.random() < 0.8 else "GET"
        method = usual if self._chance.random() < 0.85 else self._chance.choice(_METHODS)
        is_json = path.startswith("/api") and self._chance.random() < 0.8
        body = self._json(path) if is_json else self._form(path)
        media_type = _MEDIA_TYPES[0 if is_json else 1]
        if self._chance.random() < 0.1:
            body, media_type = self._chance.choice(_ODD_BODIES), self._chance.choice(_MEDIA_TYPES)
        headers = {"Sec-Fetch-Site": "same-origin"} if self._chance.random() < 0.8 else {}
        for name, values in _HEADERS:
            if self._chance.random() < 0.06:
                headers[name] = self._chance.choice(values)
        sender = self._chance.choice(_ADDRESSES)
        return Request(method, path, self._query(), body if method != "GET" else b"", media_type, headers, sender)

    def _path(self, rule: Rule) -> str:
        def put(_: re.Match[str]) -> str:
            return _quoted(self._chance.choice((*ODD_TEXTS, "RF-E01", "cat_cow", "about-you", "1")))

        path = re.sub(r"<[^>]+>", put, rule.rule)
        return (
            path
            if self._chance.random() < 0.95
            else path + self._chance.choice(("/", "//", "/..", "%2e%2e", ";x", "%00"))
        )

    def _query(self) -> str:
        if self._chance.random() < 0.7:
            return ""
        names = [self._chance.choice(_ASKED) for _ in range(self._chance.randint(1, 4))]
        return "&".join(f"{name}={_quoted(self._text())}" for name in names)

    def _json(self, path: str) -> bytes:
        """Return a body that is nearly right, or one of any shape."""
        if self._chance.random() < 0.2:
            return json.dumps(self._value(3)).encode()
        whole = json.loads(json.dumps(self._bodies[self._chance.choice(sorted(self._bodies))]))
        for _ in range(self._chance.randint(0, 3)):
            self._spoil(whole)
        for _ in range(self._chance.choice((0, 0, 0, 1, 2))):
            whole[self._chance.choice(_MEMBERS)] = self._value(2)
        if not path.startswith(WITHOUT_ROUTINE):
            self._make_faulty(whole)
        return json.dumps(whole).encode()

    def _spoil(self, whole: Any) -> None:
        """Put something odd somewhere into a body."""
        place = whole
        while isinstance(place, (dict, list)) and place:
            key = self._chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
            below = place[key]
            if not isinstance(below, (dict, list)) or not below or self._chance.random() < 0.3:
                place[key] = self._value(2)
                return
            place = below

    def _make_faulty(self, whole: dict[str, Any]) -> None:
        """See that a body cannot be taken: by an answer that no question has, or by a member of no request."""
        answers = whole.get("answers")
        if isinstance(answers, dict) and self._chance.random() < 0.8:
            answers[self._chance.choice(list(self._sheet))] = {"no": [self._value(1)]}
        else:
            whole["no such member"] = self._value(1)

    def _form(self, path: str) -> bytes:
        names = [
            *self._sheet,
            "csrf_token",
            "seen",
            "case",
            "first",
            "vignette",
            "exercise",
            "move",
            "told",
            "question",
            "country",
            "level",
            "rule",
            "ticks",
            "email",
            "password",
            "next",
        ]
        names += [f"{name}-{part}" for name in ("task", "psfs_task") for part in ("task", "score")]
        fields = [
            (
                self._chance.choice(names),
                self._chance.choice((self._text(), str(self._value(0)), json.dumps(self._value(2)))),
            )
            for _ in range(self._chance.randint(0, 8))
        ]
        return "&".join(f"{quote(name)}={_quoted(value)}" for name, value in fields).encode()

    def _text(self) -> str:
        return self._chance.choice(ODD_TEXTS)

    def _value(self, depth: int) -> Any:
        makers: list[Callable[[], Any]] = [self._text, lambda: self._chance.choice(ODD_NUMBERS), lambda: None]
        if depth:
            some = range(self._chance.randint(0, 3))
            makers.append(lambda: [self._value(depth - 1) for _ in some])
            makers.append(lambda: {self._text(): self._value(depth - 1) for _ in some})
        return self._chance.choice(makers)()


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")
