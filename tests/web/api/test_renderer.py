"""The example in a terminal understands all that is typed, or asks again: a sign that it lost would be told to nobody."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).resolve().parents[3] / "docs" / "integrate" / "renderer.py"
OPTIONS = [{"id": name, "text": name, "hint": None, "detail": None} for name in ("bladder", "saddle", "none")]
MANY = {"kind": "many", "several": True, "options": OPTIONS, "minimum": None, "maximum": None}
ONE = {**MANY, "kind": "one", "several": False}
NUMBER = {"kind": "number", "several": False, "options": [], "minimum": 0, "maximum": 10}
WORDS = {"text": "?", "hint": None, "named": None, "error": None}


@pytest.fixture(scope="module")
def renderer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("renderer", FILE)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def typed(renderer: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Ask a question, and type one line after another."""

    def ask(question: dict[str, Any], *lines: str) -> Any:
        left = iter(lines)
        monkeypatch.setattr("builtins.input", lambda prompt: next(left))
        answer = renderer.ask({**WORDS, **question})
        assert next(left, None) is None, "it did not ask again"
        return answer

    return ask


@pytest.mark.parametrize(
    ("question", "lines", "answer"),
    [
        (MANY, ["1, 3"], ["bladder", "none"]),
        (MANY, ["1,2"], ["bladder", "saddle"]),
        (MANY, ["1 x", "1"], ["bladder"]),
        (MANY, ["4", "2"], ["saddle"]),
        (MANY, [""], None),
        (ONE, ["1 2", "2"], "saddle"),
        (NUMBER, ["1 0", "10"], 10),
        (NUMBER, ["11", "0"], 0),
    ],
)
def test_what_is_typed_is_understood_whole_or_asked_again(
    typed: Callable[..., Any], question: dict[str, Any], lines: list[str], answer: Any
) -> None:
    assert typed(question, *lines) == answer
