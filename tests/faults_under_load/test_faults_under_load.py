"""The real service under a steady load while something goes wrong: whatever fails, no answer is a wrong one.

Each answer is held against what the plain evaluator says in this process. docs/reliability.md has the figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from recommender.service.recommend import Recommender
from tests.faults_under_load.faults import FAULTS, Fault
from tests.faults_under_load.services import SMALL, WHOLE, Service, Size
from tests.faults_under_load.trial import made, tried

_SIZES = (
    pytest.param(SMALL, id="small", marks=pytest.mark.deep),
    pytest.param(WHOLE, id="whole", marks=pytest.mark.long),
)


@pytest.fixture(scope="module", params=_SIZES)
def size(request: pytest.FixtureRequest) -> Size:
    chosen: Size = request.param
    return chosen


class Running:
    """Keeps one service running: the one that was asked for last, as its faults come one after the other."""

    def __init__(self, recommender: Recommender, size: Size, folder: Path) -> None:
        self._recommender, self._size, self._folder = recommender, size, folder
        self._stack = ExitStack()
        self._service: Service | None = None

    def of(self, kind: type[Service]) -> Service:
        if type(self._service) is not kind:
            self.end()
            place = self._folder / kind.__name__
            place.mkdir()
            self._service = self._stack.enter_context(made(kind, self._recommender, place, self._size))
        return self._service

    def end(self) -> None:
        self._service = None
        self._stack.close()


@pytest.fixture(scope="module")
def running(recommender: Recommender, size: Size, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    kept = Running(recommender, size, tmp_path_factory.mktemp("services"))
    yield kept
    kept.end()


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.name) for fault in FAULTS])
def test_no_answer_is_wrong_whatever_fails(running: Running, fault: Fault) -> None:
    service = running.of(fault.service)
    result = tried(fault, service)
    log = "\n".join(node.log.read_text(encoding="utf-8") for node in service.nodes)
    assert result.wrong == 0
    assert set(result.failed) <= fault.may_fail, (result, log[-3000:])
    assert result.failed or not fault.must_fail, result
    # A wrong password is a 422, and a 429 when it comes too often; so are cases in the lab. Nothing else is ours.
    calm = (" 200", " 422", " 429", " 503", *fault.may_fail)
    assert not [told for told in result.beside if not told.endswith(calm)], (result, log[-3000:])
    assert re.search(fault.told, log), log[-3000:]
