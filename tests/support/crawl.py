"""A crawl of the site by its links, as somebody behind a proxy meets it."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

_LINK = re.compile(r"<(?:a|link|script|img|iframe|use)\b[^>]*?\s(?:href|src)=\"([^\"]*)\"")
_FORM = re.compile(r"<(?:form|button)\b[^>]*?\s(?:action|formaction)=\"([^\"]*)\"")
_MORE_THAN_A_WORD = re.compile(r"(?<=/)[^/]*$")
MOST_OF_A_KIND = 3


@dataclass(frozen=True)
class Reply:
    """A page: its status, where it sends one on to, its kind and its text."""

    status: int
    location: str | None
    kind: str
    text: str


@dataclass
class Crawl:
    """Follows every link below a prefix from page to page, a few of each kind, and notes what is amiss.

    ``get`` fetches a whole address of this host, prefix and all. Links to other hosts are passed over. Where it begins is
    seen whatever its kind.
    """

    get: Callable[[str], Reply]
    host: str
    prefix: str
    seen: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    _kinds: Counter[str] = field(default_factory=Counter)

    def run(self, *begin: str) -> Crawl:
        waiting = [f"{self.prefix}{address}" for address in begin]
        begun = set(waiting)
        while waiting:
            address = waiting.pop()
            kind = _MORE_THAN_A_WORD.sub("", address.partition("?")[0])
            if address in self.seen or (self._kinds[kind] >= MOST_OF_A_KIND and address not in begun):
                continue
            self._kinds[kind] += 1
            reply = self.get(address)
            self.seen[address] = reply.status
            if reply.status >= 400:
                self.faults.append(f"{address}: {reply.status}")
            links = [reply.location] if reply.location else []
            if reply.kind.startswith("text/html"):
                links += [html.unescape(link) for link in _LINK.findall(reply.text)]
                for action in _FORM.findall(reply.text):
                    self._followed(address, html.unescape(action))
            for link in links:
                waiting += self._followed(address, link)
        return self

    def _followed(self, page: str, link: str) -> list[str]:
        """Return the address that a link leads to, if it is one of this site; note one that leaves the prefix."""
        target = urlsplit(urljoin(f"http://{self.host}{page}", link))
        if target.scheme not in ("http", "https"):
            return []
        if target.netloc != self.host:
            if not link.startswith("https://"):
                self.faults.append(f"{page} leads to {link}")
            return []
        if not target.path.startswith(f"{self.prefix}/"):
            self.faults.append(f"{page} leads out of {self.prefix}: {link}")
            return []
        return [target.path + (f"?{target.query}" if target.query else "")]
