"""The fields of a page of questions, as a browser has them, and what an answer sheet gives to each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BOXES = "input[type=radio], input[type=checkbox]"
READ_BOXES = "boxes => boxes.map(box => [box.name, box.type, box.value, box.checked])"


def wanted(raw: Mapping[str, Any], name: str) -> list[str]:
    """Return the values that a raw sheet gives to the fields of this name."""
    question, _, part = name.partition("-")
    answer = raw.get(question)
    if isinstance(answer, dict):
        answer = answer.get(part)
    return [] if answer is None else list(map(str, answer if isinstance(answer, list) else [answer]))
