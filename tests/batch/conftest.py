"""What the tests of `recommender batch` share: the command, with the rules that are loaded already."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from recommender.cli import batch as command
from recommender.cli.main import main
from recommender.service.recommend import Recommender
from tests.support.needs import left_out
from tests.support.sheet_files import Batch, raw_sheets


@pytest.fixture(scope="session")
def sheets(recommender: Recommender) -> list[dict[str, Any]]:
    return raw_sheets(recommender, 40, 17)


@pytest.fixture
def batch(recommender: Recommender, monkeypatch: pytest.MonkeyPatch) -> Iterator[Batch]:
    """Return the command: ``batch(source, target, *options)`` gives its exit status. It answers in this process unless told."""
    monkeypatch.setattr(command, "load_recommender", lambda settings: recommender)

    def run(source: Path, target: Path, *options: str) -> int:
        return main(["batch", str(source), str(target), "--id", "id", "--processes", "1", *options])

    yield run


@pytest.fixture(scope="session")
def parquet() -> None:
    """Leave out what needs the extra [batch] where that is not installed."""
    if find_spec("pyarrow") is None:
        left_out("pyarrow is not installed: pip install -e .[batch]")
