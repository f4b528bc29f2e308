"""Somebody who fills in the questionnaire page by page, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommender.service.recommend import Recommender
from tests.support.sheets import full_sheet

FIRST = "/questions/about-you"
FIT = "/questions/make-it-fit"
# As a browser sends a form of our own pages that has no cookie of ours yet.
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


class Visitor:
    """Somebody with a browser. ``seen`` lists the addresses of the pages they were shown, ``shown`` what stood there."""

    def __init__(self, client: FlaskClient, recommender: Recommender) -> None:
        self.client = client
        self.recommender = recommender
        self.seen: list[str] = []
        self.shown: list[str] = []

    def see(self, address: str) -> TestResponse:
        page = self.client.get(address)
        self.seen.append(address)
        self.shown.append(page.text)
        return page

    def send(self, address: str, raw: Mapping[str, Any]) -> TestResponse:
        """Send the form of a page, as it stands there now."""
        return self.client.post(address, data={**form(raw), **self._seen_on(address)}, headers=FROM_HERE)

    def _seen_on(self, address: str) -> dict[str, str]:
        """Return the fingerprint in the form of a page; where it is not what was shown last, it is looked at first."""
        page = _page_with_form(address)
        is_open = page == address and self.seen[-1:] == [page]
        found = re.search(r'name="seen" value="(\w+)"', self.shown[-1] if is_open else self.client.get(page).text)
        return {"seen": found[1]} if found else {}

    def press(self, address: str, raw: Mapping[str, Any] | None = None) -> TestResponse:
        """Send the form that leads to an address, with what its page says in it now; as it is where there is none."""
        page = self.client.get(_page_with_form(address), follow_redirects=True).text
        return self.client.post(address, data={**hidden_in(page, address), **form(raw or {})}, headers=FROM_HERE)

    def refused(self, address: str, raw: Mapping[str, Any]) -> TestResponse:
        """Send a page with something wrong, and return what comes back: the page itself, asked for anew."""
        sent = self.send(address, raw)
        assert (sent.status_code, sent.headers["Location"]) == (303, address), sent.text
        return self.see(address)

    def fill_in(self, given: Mapping[str, Any], address: str = FIRST) -> str:
        """Answer page by page, as the answers given and the baseline say, and return where that leads.

        What is only asked behind the result is told too, where the answers lead to one.
        """
        raw = full_sheet(self.recommender, given)
        end = self.go_on(address, raw, "/questions/")
        answers, _ = self.recommender.sheet.read_some(raw, raw)
        if end == "/check-answers" and self.recommender.flow.after_result(answers):
            self.send(FIT, raw)
        return end

    def go_on(self, address: str, raw: Mapping[str, Any], within: str) -> str:
        """Send one page of questions after another, and return the first address that is none of those below a path.

        Raises:
            AssertionError: a page cannot be seen, or comes back, since what was sent was not taken.
        """
        while address.startswith(within) and not address.endswith("/check-answers"):
            page = self.see(address)
            assert page.status_code == 200, f"{address}: {page.status_code} {page.headers.get('Location')}"
            sent = self.send(address, raw)
            assert sent.status_code == 303, f"{address}: {sent.text}"
            before, address = address, sent.headers["Location"]
            assert _path(address) != _path(before), f"{before} was sent and came back"
        return address

    def result_of(self, given: Mapping[str, Any]) -> TestResponse:
        self.fill_in(given)
        return self.see("/result")


def hidden_in(page: str, address: str) -> dict[str, str]:
    """Return what the first form on a page that leads to an address says of itself: what its page showed, or told."""
    found = re.search(rf'<form[^>]* action="{re.escape(address)}".*?</form>', page, re.DOTALL)
    return dict(re.findall(r'name="(seen|told)" value="(\w+)"', found[0])) if found else {}


def _page_with_form(address: str) -> str:
    """Return the address of the page from which a form is sent, where that is another one."""
    if address.endswith("/finish"):
        return address.removesuffix("finish") + "check-answers"
    if address.startswith("/result/") or address == "/plan/remember":
        return "/result"
    is_of_plan = address.startswith("/plan/") and address.count("/") == len(("plan", "form"))
    return "/plan" if is_of_plan else address


def _path(address: str) -> str:
    return address.partition("?")[0].partition("#")[0]


def form(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return raw answers as the fields of the pages."""
    fields: dict[str, Any] = {}
    for question, answer in raw.items():
        if isinstance(answer, dict):
            fields |= {f"{question}-{part}": str(value) for part, value in answer.items()}
        else:
            fields[question] = answer if isinstance(answer, list) else str(answer)
    return fields
