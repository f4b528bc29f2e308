"""Somebody who looks for an answer on the pages alone: by links and forms, counting the steps and the words on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode, urljoin

from flask.testing import FlaskClient

# What somebody takes who looks for one answer: so many links and forms, and the words that are read in a minute.
STEPS, WORDS = 3, 240

_MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
_LINK = re.compile(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_FORM = re.compile(r'<form\b[^>]*?method="get"[^>]*?action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_LABEL = re.compile(r'<label\b[^>]*?for="([^"]*)"[^>]*>(.*?)</label>', re.DOTALL)
_OPTION = re.compile(r'<option\b[^>]*?value="([^"]*)"[^>]*>(.*?)</option>', re.DOTALL)


def said(html: str) -> str:
    """Return what a piece of a page says, with single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


class Walk:
    """One way through the site. ``steps`` counts links and forms, ``read`` the words up to each of them and to the answer.

    Where an address names a place on its page, reading begins there, as a browser shows it.
    """

    def __init__(self, client: FlaskClient, start: str) -> None:
        self._client = client
        self.steps = self.read = 0
        self._open(start)

    def follow(self, words: str) -> Walk:
        """Follow the first link that says these words: of the way round the rooms, or else of the page."""
        found = next(one for one in _LINK.finditer(self._html) if said(one.group(2)).startswith(words))
        self._pass_over(found.start())
        return self._step(unescape(found.group(1)))

    def fill(self, wanted: Mapping[str, str]) -> Walk:
        """Send the form of the page, what its labels call so filled in with words, or the choice that says them."""
        found = next(one for one in _FORM.finditer(self._html) if _fields(one.group(2)).keys() >= set(wanted))
        self._pass_over(found.start())
        action, form = unescape(found.group(1)), found.group(2)
        fields = _fields(form)
        sent = {_name_of(form, fields[label]): _value_of(form, fields[label], words) for label, words in wanted.items()}
        address, _, anchor = action.partition("#")
        return self._step(f"{address}?{urlencode(sent)}#{anchor}")

    def finds(self, *answers: str) -> Walk:
        """Read the page up to the last of some answers, each of which must be there."""
        text = self.shown
        for answer in answers:
            assert answer in text, (answer, self._address)
        end = max(text.index(answer) + len(answer) for answer in answers)
        self.read += len(text[:end].split())
        return self

    @property
    def _main(self) -> str:
        found = _MAIN.search(self._html)
        assert found is not None, self._address
        return found.group(0)

    @property
    def shown(self) -> str:
        """What the page says from where it is opened."""
        anchor = self._address.partition("#")[2]
        return said(self._main[self._main.index(f'id="{anchor}"') :] if anchor else self._main)

    def _pass_over(self, place: int) -> None:
        """Count the words from where the page is opened to a place in it; the way round the rooms above them is passed over."""
        anchor = self._address.partition("#")[2]
        begin = self._html.index(f'id="{anchor}"' if anchor else "<main")
        self.read += len(said(self._html[begin:place]).split()) if place > begin else 0

    def _step(self, address: str) -> Walk:
        self.steps += 1
        return self._open(urljoin(self._address, address))

    def _open(self, address: str) -> Walk:
        reply = self._client.get(address.partition("#")[0])
        assert reply.status_code == 200, address
        self._address, self._html = address, reply.text
        return self


def _fields(form: str) -> dict[str, str]:
    """Return the id of each field of a form, by its label."""
    return {said(label): field for field, label in _LABEL.findall(form)}


def _name_of(form: str, field: str) -> str:
    tag = next(tag for tag in re.findall(r"<(?:input|select)\b[^>]*>", form) if f'id="{field}"' in tag)
    return re.findall(r'\bname="([^"]*)"', tag)[0]


def _value_of(form: str, field: str, words: str) -> str:
    select = re.search(rf'<select\b[^>]*\bid="{re.escape(field)}"[^>]*>(.*?)</select>', form, re.DOTALL)
    if select is None:
        return words
    return next(unescape(value) for value, text in _OPTION.findall(select.group(1)) if said(text).startswith(words))
