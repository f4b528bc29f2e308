"""A site that a browser keeps a plan of, and that can be taken off the network."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from socket import SHUT_RDWR
from typing import TYPE_CHECKING, Any

from playwright.sync_api import BrowserContext, Locator, Page
from werkzeug.serving import make_server

from tests.support.stand import HOME, Quiet, Stand

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# The names of all that the browser keeps of the site.
STORES: Any = "caches.keys()"


class Network:
    """A site of its own that can be taken off the network, and put back under the same address.

    The browser is told as well, so that its pages hear of it; that alone would not always reach its worker in time.
    """

    def __init__(self, stand: Stand, context: BrowserContext) -> None:
        self._app, self._context = stand.apps[HOME], context
        self._port = 0
        self.last = ""  # the end of the address of the last request that is answered
        self.refusal = ""  # the status with which a stop is answered instead of by the site
        self._is_cut = False
        self.serve()
        self.home = f"http://127.0.0.1:{self._port}"

    def serve(self) -> None:
        """Serve, again under the same address; the browser is not told."""
        self._server = make_server("127.0.0.1", self._port, self._answer, threaded=True, request_handler=Quiet)
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if self._is_cut:
            environ["werkzeug.socket"].shutdown(SHUT_RDWR)
            raise ConnectionResetError
        self._is_cut = bool(self.last) and environ["PATH_INFO"].endswith(self.last)
        if self.refusal and environ["PATH_INFO"].endswith("/offline/stop"):
            start(self.refusal, [("Location", "/plan"), ("Content-Length", "0")])
            return []
        return self._app(environ, start)

    def off(self) -> None:
        self._context.set_offline(True)
        self.end()

    def on(self) -> None:
        self.last, self._is_cut = "", False
        self.serve()
        self._context.set_offline(False)

    def end(self) -> None:
        """Stop serving, if that was not done yet."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


def answer(page: Page, words: str) -> None:
    page.get_by_label(words, exact=True).check()
    page.get_by_role("button", name="Continue").click()


def say_it_hurts(page: Page, number: int, sharp: str, settles: str) -> None:
    page.get_by_role("button", name="It hurts").click()
    asked = page.locator(f"#move-{number} [data-hurts]")
    asked.get_by_label(sharp, exact=True).first.check()
    asked.get_by_label(settles, exact=True).last.check()
    asked.get_by_role("button", name="Show what to do").click()


def heading(page: Page) -> str:
    """Return the heading of the part that is shown of the page that is kept, or else of the page."""
    kept = page.locator("[data-part]:not([hidden]) h2")
    return kept.first.inner_text() if kept.count() else page.locator("h1:visible").inner_text()


def part(page: Page) -> Locator:
    return page.locator("[data-part]:not([hidden]) h2").first
