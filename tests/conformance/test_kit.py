"""The kit is of the rules of today, and a service is held against it sheet by sheet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from recommender.cli.main import main
from recommender.conformance.compare import differences
from recommender.conformance.kit import Case, Expected, Grade, kit_folder, read_about
from recommender.conformance.trying import Ask, tried
from recommender.service.recommend import Recommender

MOST_BYTES = 3_000_000


def test_the_kit_is_of_the_rules_of_today(recommender: Recommender) -> None:
    about = read_about(kit_folder())
    assert about.rule_set == recommender.content.hash, "the rules have changed: run python -m tools.conformance"


def test_the_kit_is_small_enough_to_keep() -> None:
    assert sum(path.stat().st_size for path in kit_folder().iterdir()) < MOST_BYTES


def test_the_sheets_of_the_core_come_to_what_they_must(core: list[Case], sound: Ask) -> None:
    assert [found for found in tried(core, sound) if found.differences] == []


def test_each_sheet_is_there_for_something_and_has_an_id_of_its_own(kit: list[Case]) -> None:
    assert len({case.id for case in kit}) == len(kit)
    shown = [name for case in kit for name in case.shows]
    assert all(case.shows for case in kit)
    assert len(set(shown)) == sum(reached.shown for reached in read_about(kit_folder()).reached.values())


@pytest.mark.deep
def test_every_sheet_comes_to_what_it_must(kit: list[Case], sound: Ask) -> None:
    assert [found for found in tried(kit, sound) if found.differences] == []


ONE = Expected("routine_review", "book", ("a", "b"), ("R1", "R2/1"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, []),
        ({"level": "routine"}, ["level is routine, not routine_review"]),
        ({"kind": None}, ["kind is None, not book"]),
        ({"allowed": None}, ["there is no routine"]),
        ({"allowed": ("a",)}, ["allowed not: b"]),
        ({"allowed": ("a", "b", "c")}, ["allowed too: c"]),
        ({"cases": ("R1",)}, ["fired not: R2/1"]),
        ({"cases": ("R1", "R2/1", "R3")}, ["fired too: R3"]),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_each_thing_that_differs_is_told(change: dict[str, Any], told: list[str]) -> None:
    assert list(differences(ONE, ONE._replace(**change))) == told


@contextmanager
def served(ask: Ask, rule_set: str) -> Iterator[str]:
    """Serve the two calls that the kit makes, over HTTP, and yield the address. The first sheet is too many at first."""
    refused: list[bool] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(200, {"hash": rule_set})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers.get("X-Key") != "open sesame":
                self.reply(401, {})
            elif not refused:
                refused.append(True)
                self.reply(429, {})
            else:
                self.reply(*ask(body))

        def reply(self, status: int, body: Mapping[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def run(address: str, *options: str) -> int:
    return main(["conformance", "run", address, "--grade", "core", "--header", "X-Key: open sesame", *options])


def test_a_sound_service_passes_over_http(
    recommender: Recommender, core: list[Case], sound: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(sound, recommender.content.hash) as address:
        assert run(address) == 0
    said = capsys.readouterr().out
    assert f"{len(core)} of {len(core)} sheets of grade core" in said
    assert "note:" not in said


def test_a_service_that_differs_on_one_sheet_is_caught_and_the_sheet_named(
    core: list[Case], sound: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = core[len(core) // 2]

    def ask(body: Mapping[str, Any]) -> tuple[int, Any]:
        status, reply = sound(body)
        if body["answers"] == wrong.answers:
            reply = {**reply, "disposition": {**reply["disposition"], "level": "routine"}}
        return status, reply

    with served(ask, "0" * 64) as address:
        assert run(address) == 1
    said = capsys.readouterr().out
    assert wrong.id in said and "level is routine" in said and "1 differ" in said
    assert "note: the service says that it serves 000000000000" in said


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (
            (503, {"problems": [{"question": None, "code": "no_safe_answer"}]}),
            "is refused with 503: None no_safe_answer",
        ),
        ((200, {"level": "routine"}), "the reply has not the shape of the API"),
        ((200, []), "the reply has not the shape of the API"),
        ((500, None), "is refused with 500: no problem document"),
    ],
)
def test_a_reply_that_is_none_differs(core: list[Case], reply: tuple[int, Any], told: str) -> None:
    [found] = tried(core[:1], lambda body: reply)
    assert found.differences[0].startswith(told)


def test_a_service_that_is_not_reached_or_a_folder_without_a_kit_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("http://127.0.0.1:9") == 2
    assert run("ftp://example") == 2
    assert run("http://127.0.0.1:9", "--kit", str(tmp_path)) == 2
    said = capsys.readouterr().err
    assert "cannot be asked" in said and "no address" in said and "is no kit" in said


def test_each_grade_holds_the_one_before(kit: list[Case], core: list[Case]) -> None:
    assert kit[: len(core)] == core
    assert [grade.value for grade in Grade] == ["core", "rules", "conditions"]
