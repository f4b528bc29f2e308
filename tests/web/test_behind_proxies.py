"""The samples in deploy/, with the proxies that they are for: everybody stays below the path, and forms work."""

from __future__ import annotations

import getpass
import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.support.crawl import Crawl, Reply
from tests.support.needs import left_out
from tests.support.reviewers import add_people, password_of
from tests.support.routes import pages_without_parts
from tests.support.served import PATIENCE, ROOT, Served, serving

pytestmark = pytest.mark.deep
EVERY_PAGE, A_FEW = "from every page", ("/", "/exercises", "/rules", "/lab", "/sign-in", "/review")

PREFIX = "/back"
KEY = "a key of forty characters for this test."


def nginx(folder: Path, port: int, service: int) -> list[str]:
    sample = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    server = re.sub(r"\n +ssl_\S+ .*;", "", sample.replace("443 ssl", f"127.0.0.1:{port}"))
    server = server.replace("127.0.0.1:8000", f"127.0.0.1:{service}")
    folders = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    # The workers put by what a slow reader has not taken yet, in folders that only this user may open.
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    config.write_text(
        f"{user} daemon off; pid {folder}/nginx.pid; error_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{folders}{server}\n}}\n"
    )
    return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(config)]


def caddy(folder: Path, port: int, service: int) -> list[str]:
    sample = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    site = sample.replace("back.example.org {", f"http://127.0.0.1:{port} {{")
    config = folder / "Caddyfile"
    config.write_text(f"{{\nadmin off\n}}\n{site.replace('127.0.0.1:8000', f'127.0.0.1:{service}')}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(config)]


PROXIES: dict[str, Callable[[Path, int, int], list[str]]] = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="module")
def secure_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("secure"), TRUSTED_PROXIES="1", SECURE_COOKIES="1") as served:
        yield served


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    url = f"sqlite:///{folder / 'review.db'}"
    add_people(url, KEY.encode())
    with serving(folder, TRUSTED_PROXIES="1", SECRET_KEY=KEY, AUDIT_KEY=KEY, DATABASE_URL=url) as served:
        yield served


@contextmanager
def in_front(kind: str, folder: Path, service: Served) -> Iterator[int]:
    """Run a proxy in front of the service, and give its port. Another port is tried where somebody took the first."""
    if shutil.which(kind) is None:
        left_out(f"{kind} is not installed")
    for _ in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        command = PROXIES[kind](folder, port, service.port)
        environment = {"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        proxy = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if answers(port, proxy):
                yield port
                return
        finally:
            proxy.terminate()
            proxy.wait(timeout=PATIENCE)
    raise AssertionError(f"{kind} did not start")


def answers(port: int, proxy: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + PATIENCE
    while proxy.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
                return True
        except OSError:
            time.sleep(0.05)
    return False


class Browser:
    """Somebody who keeps cookies by their path, sends the headers of an old browser, and follows nothing by itself."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.cookies: dict[str, tuple[str, str]] = {}

    def get(self, address: str) -> Reply:
        return self._ask("GET", address)

    def post(self, address: str, fields: dict[str, str]) -> Reply:
        return self._ask("POST", address, urlencode(fields))

    def _ask(self, method: str, address: str, body: str | None = None) -> Reply:
        sent = "; ".join(f"{name}={value}" for name, (value, path) in self.cookies.items() if address.startswith(path))
        headers = {"Cookie": sent} if sent else {}
        if body is not None:
            headers |= {"Origin": f"http://{self.host}", "Referer": f"http://{self.host}{PREFIX}/"}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection(self.host, timeout=PATIENCE)) as connection:
            connection.request(method, address, body, headers)
            reply = connection.getresponse()
            text = reply.read().decode("utf-8", "replace")
        for line in reply.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = (morsel.value, morsel["path"])
        return Reply(reply.status, reply.headers["Location"], reply.headers["Content-Type"] or "", text)


@pytest.mark.parametrize("kind", PROXIES)
@pytest.mark.parametrize("begun", ["from a few pages", pytest.param(EVERY_PAGE, marks=pytest.mark.long)])
def test_every_page_works_below_a_path_of_the_proxy(
    service: Served, app: Flask, tmp_path: Path, kind: str, begun: str
) -> None:
    with in_front(kind, tmp_path, service) as port:
        visitor = Browser(port)
        assert visitor.get(PREFIX).location is not None
        pages = pages_without_parts(app) if begun == EVERY_PAGE else A_FEW
        outside = Crawl(visitor.get, visitor.host, PREFIX).run(*pages)
        clinician = Browser(port)
        token = re.search(r'name="csrf_token" value="([^"]+)"', clinician.get(f"{PREFIX}/sign-in").text)
        assert token
        fields = {"csrf_token": token[1], "email": "ben@example.org", "password": password_of("ben"), "next": "/review"}
        assert (clinician.post(f"{PREFIX}/sign-in", fields)).location == f"{PREFIX}/review"
        inside = Crawl(clinician.get, clinician.host, PREFIX).run(*pages)
    assert outside.faults + inside.faults == []
    assert {f"{PREFIX}{page}" for page in pages} <= outside.seen.keys() & inside.seen.keys()
    assert any(address.startswith(f"{PREFIX}/review/rule/") for address in inside.seen)


@pytest.mark.parametrize("kind", PROXIES)
def test_a_form_is_taken_through_the_proxy_and_one_from_elsewhere_is_not(
    service: Served, tmp_path: Path, kind: str
) -> None:
    with in_front(kind, tmp_path, service) as port:
        browser = Browser(port)
        address = f"{PREFIX}/questions/about-you"
        assert browser.get(address).status == 200
        assert browser.post(address, {"age_band": "60_64", "pain_location": "low_back"}).status in (303, 422)
        with closing(http.client.HTTPConnection(browser.host, timeout=PATIENCE)) as connection:
            connection.request("POST", address, "age_band=60_64", {"Origin": "https://evil.example"})
            assert connection.getresponse().status == 403


@pytest.mark.parametrize("kind", PROXIES)
def test_cookies_stay_below_the_path_of_the_proxy_and_say_so(secure_service: Served, tmp_path: Path, kind: str) -> None:
    with in_front(kind, tmp_path, secure_service) as port:
        browser = Browser(port)
        browser.get(f"{PREFIX}/?lang=es")
        browser.post(f"{PREFIX}/questions/about-you", {"age_band": "60_64", "pain_location": "low_back"})
        browser.get(f"{PREFIX}/sign-in")
    assert set(browser.cookies) == {"__Secure-language", "__Secure-answers", "__Secure-review"}
    assert {path for _, path in browser.cookies.values()} == {PREFIX}


@pytest.mark.parametrize("kind", PROXIES)
def test_the_proxy_names_each_request_and_the_log_has_that_name(service: Served, tmp_path: Path, kind: str) -> None:
    with in_front(kind, tmp_path, service) as port, closing(http.client.HTTPConnection(f"127.0.0.1:{port}")) as asked:
        asked.request("GET", f"{PREFIX}/healthz", headers={"X-Request-ID": "chosen-by-a-visitor"})
        named = asked.getresponse().headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f-]{32,36}", named)
    service.logged(named)
