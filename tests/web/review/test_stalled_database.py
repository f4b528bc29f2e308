"""A database that is locked, or that takes everything and never answers, holds up nobody but the review room."""

from __future__ import annotations

import gc
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from recommender.models.content import Content
from recommender.review.release import CERTIFICATE_FILE
from recommender.service.recommend import Recommender
from recommender.web.review import approval
from recommender.web.review import database as web_database
from recommender.web.review.approval import Answer, ContentApproval, Source
from recommender.web.review.database import Busy, Database
from recommender.web.review.refresher import Refresher
from tests.support import databases
from tests.support.gate import DatabaseGate
from tests.support.reviewers import HERE, Reviewer, asked, password_of, release, review_room
from tests.support.routes import pages_without_parts
from tests.support.sheets import full_sheet

THREADS = 4
PEOPLE_IN_TURN = ("ana", "ben", "cay", "sol")
PUBLIC = (
    "/", "/healthz", "/readyz", "/exercises", "/api/v1/rules", "/rules/impact", "/rules/safety", "/docs", "/problems",
)  # fmt: skip
# What was signed stands in the database alone. Everything else that nobody need be signed in for is there without it.
ASKS_IT = "/rules/changes"
WITH_PARTS = ("/rules/RF-E01", "/exercises/cat_cow", "/problems/not_found", "/api/v1/rules/RF-E01")
# A test waits so long for a state that comes within seconds, and then fails instead of hanging.
PATIENCE = 120


@contextmanager
def locked(gate: DatabaseGate, url: str) -> Iterator[None]:
    """Somebody else holds every table of the room."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as other:
            other.execute(text("LOCK TABLE clinician, version, review, audit_entry IN ACCESS EXCLUSIVE MODE"))
            yield
    finally:
        engine.dispose()


@contextmanager
def frozen(gate: DatabaseGate, url: str) -> Iterator[None]:
    """The server takes connections and whatever is sent, and never answers."""
    gate.freeze()
    try:
        yield
    finally:
        gate.thaw()


@pytest.fixture(scope="module")
def released(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """A server, a database on it with an approved release, and its folder. Copied, never changed."""
    folder = tmp_path_factory.mktemp("released")
    with databases.postgresql() as server, databases.new_database(server) as url:
        with review_room(recommender, folder, url) as app:
            release(app)
        yield server, url, folder


@pytest.fixture
def backend(released: tuple[str, str, Path], tmp_path: Path) -> Iterator[str]:
    server, template, folder = released
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with databases.new_database(server, template) as url:
        yield url


@pytest.fixture
def gate(backend: str) -> DatabaseGate:
    return DatabaseGate(backend)


@pytest.fixture
def room(recommender: Recommender, backend: str, gate: DatabaseGate, tmp_path: Path) -> Iterator[Flask]:
    """A site where routines wait for an approval, and have it; its connections to the database are open."""
    with review_room(recommender, tmp_path, gate.through, require_approved=True, threads=THREADS) as app:
        yield asked(app)


@pytest.mark.deep
@pytest.mark.skipif(not databases.postgresql_only(), reason="there is no PostgreSQL here")
@pytest.mark.parametrize("stall", [locked, frozen])
@pytest.mark.parametrize("is_known", [True, False], ids=["connected", "new"])
def test_while_the_database_stalls_every_public_page_answers_and_the_room_says_so(
    room: Flask, gate: DatabaseGate, backend: str, recommender: Recommender, tmp_path: Path, stall: Any, is_known: bool
) -> None:
    """The stall ends only after every answer is in: what waited for it would never answer."""
    ana = Reviewer(room, "ana")
    assert ana.sign_in().status_code == 303
    token = ana.token("/review")
    cookie = ana.client.get_cookie("review")
    assert cookie
    if not is_known:
        room.extensions["review_database"].close()

    def public(address: str) -> int:
        return room.test_client().get(address).status_code

    def of_the_room(number: int) -> tuple[int, str]:
        browser = room.test_client()
        browser.set_cookie("review", cookie.value)
        if number % 2:
            return (page := browser.get("/review")).status_code, page.text
        name = PEOPLE_IN_TURN[number // 2]  # tries are counted for each account
        fields = {"email": f"{name}@example.org", "password": password_of(name), "csrf_token": token}
        return (page := browser.post("/sign-in", data=fields, headers=HERE)).status_code, page.text

    with stall(gate, backend), ThreadPoolExecutor(THREADS) as pool:
        room_pages = [pool.submit(of_the_room, number) for number in range(8)]
        public_pages = [pool.submit(public, PUBLIC[number % len(PUBLIC)]) for number in range(50)]
        assert [page.result(PATIENCE) for page in public_pages] == [200] * 50
        for status, words in (page.result(PATIENCE) for page in room_pages):
            assert status == 503
            assert "does not answer" in words
        assert public(ASKS_IT) == 503
        kept = room.extensions["approval"]
        _until(lambda: kept.renew(recommender.content).source is Source.CERTIFICATE)
        assert _recommended(room, recommender) == 200
        (tmp_path / CERTIFICATE_FILE).unlink()
        assert kept.renew(recommender.content).source is Source.NOBODY
        assert (_recommended(room, recommender), public("/readyz")) == (503, 503), "not known is not approved"
    assert kept.renew(recommender.content).source is Source.DATABASE
    assert _recommended(room, recommender) == 200
    assert ana.see("/review").status_code == 200


def test_no_page_asks_the_database_itself(
    recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with review_room(recommender, tmp_path) as app:
        asking, may_answer = threading.Event(), threading.Event()
        who: list[str] = []

        def ask(self: ContentApproval, content: Content, begun: int) -> Answer:
            who.append(threading.current_thread().name)
            asking.set()
            may_answer.wait(PATIENCE)
            return Answer(content.hash, True, Source.DATABASE, time.monotonic())

        monkeypatch.setattr(ContentApproval, "_ask", ask)
        client = app.test_client()
        for address in PUBLIC[:5]:
            assert client.get(address).status_code == 200
        assert asking.wait(PATIENCE)
        assert client.get("/readyz").json["rule_set"]["approved"] is False
        may_answer.set()
        _until(lambda: client.get("/readyz").json["rule_set"]["approved"] is True)
        assert who == ["refresher"]


def test_no_page_that_needs_nobody_signed_in_opens_the_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def turn(self: Database) -> NoReturn:
        raise LookupError("a page for everybody asked the database")

    monkeypatch.setattr(Database, "turn", turn)
    with app.test_request_context("/"), pytest.raises(LookupError):
        web_database.review_session()
    client = app.test_client()
    for address in sorted({*pages_without_parts(app), *WITH_PARTS} - {ASKS_IT}):
        assert client.get(address).status_code in (200, 303), address


def test_an_answer_that_is_too_old_is_none(recommender: Recommender, tmp_path: Path, monkeypatch: Any) -> None:
    with review_room(recommender, tmp_path) as app:
        kept, content = app.extensions["approval"], recommender.content
        kept.stop()
        monkeypatch.setattr(kept, "_ask", lambda content, begun: Answer(content.hash, True, Source.DATABASE, 1000.0))
        kept.renew(content)
        for now, source in ((1059.9, Source.DATABASE), (1060.0, Source.NOBODY)):
            monkeypatch.setattr(approval.time, "monotonic", lambda now=now: now)
            assert kept.answer(content).source is source
            assert kept.is_given(content) is (source is Source.DATABASE)


def test_an_answer_from_before_a_verdict_is_dropped(recommender: Recommender, tmp_path: Path, monkeypatch: Any) -> None:
    """The background began to ask before, and is answered after."""
    with review_room(recommender, tmp_path) as app:
        kept, content = app.extensions["approval"], recommender.content
        kept.stop()
        began, goes_on = threading.Event(), threading.Event()

        def ask(content: Content, begun: int) -> Answer:
            is_slow = not began.is_set()
            if is_slow:
                began.set()
                goes_on.wait(PATIENCE)
            return Answer(content.hash, is_slow, Source.DATABASE, time.monotonic())

        monkeypatch.setattr(kept, "_ask", ask)
        slow = threading.Thread(target=kept.renew, args=(content,))
        slow.start()
        assert began.wait(PATIENCE)
        kept.renew(content)
        assert kept.is_given(content) is False
        goes_on.set()
        slow.join(PATIENCE)
        assert kept.is_given(content) is False


def test_an_answer_counts_although_somebody_has_asked_since(
    recommender: Recommender, tmp_path: Path, monkeypatch: Any
) -> None:
    """The background asks again and is not answered yet: what a verdict changed is known all the same."""
    with review_room(recommender, tmp_path) as app:
        kept, content = app.extensions["approval"], recommender.content
        kept.stop()
        began, goes_on = threading.Event(), threading.Event()

        def ask(content: Content, begun: int) -> Answer:
            if begun == 1:
                second.start()
                assert began.wait(PATIENCE)
            else:
                began.set()
                goes_on.wait(PATIENCE)
            return Answer(content.hash, begun == 1, Source.DATABASE, time.monotonic())

        monkeypatch.setattr(kept, "_ask", ask)
        second = threading.Thread(target=kept.renew, args=(content,))
        kept.renew(content)
        assert kept.is_given(content) is True
        goes_on.set()
        second.join(PATIENCE)
        assert kept.is_given(content) is False


def test_one_thread_is_always_left_for_other_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_database, "_TURN_SECONDS", 0.01)
    database = Database("sqlite:///nowhere/review.db", threads=3)
    with database.turn(), database.turn(), pytest.raises(Busy), database.turn():
        pass
    database.note(is_away=True)
    with database.turn(), pytest.raises(Busy), database.turn():
        pass
    database.note(is_away=False)
    with database.turn(), database.turn():
        pass


def test_each_process_asks_for_itself_and_nobody_asks_for_what_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Semaphore(0)

    class Owner:
        def ask(self) -> float:
            asked.release()
            return PATIENCE

    owner = Owner()
    refresher = Refresher(owner.ask)
    refresher.keep_going()
    first = refresher._thread
    assert first is not None
    assert asked.acquire(timeout=PATIENCE)
    refresher.keep_going()
    assert refresher._thread is first
    refresher.wake()
    assert asked.acquire(timeout=PATIENCE)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    refresher.keep_going()
    second = refresher._thread
    assert second is not None and second is not first
    assert asked.acquire(timeout=PATIENCE)
    del owner
    gc.collect()
    for thread in (first, second):
        thread.join(PATIENCE)
        assert not thread.is_alive()


def _recommended(app: Flask, recommender: Recommender) -> int:
    answers = full_sheet(recommender, {})
    return app.test_client().post("/api/v1/recommendations", json={"answers": answers}).status_code


def _until(is_so: Callable[[], bool]) -> None:
    """Wait for a state."""
    ends_at = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.01)
