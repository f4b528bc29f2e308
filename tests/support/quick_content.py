"""Content that is loaded again and again with one value changed: whatever did not change is not read or built anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from pathlib import Path
from typing import Any

import pytest

from recommender.loaders import catalogue, content, figures, questionnaire, rules, yaml_source
from recommender.loaders.fields import current_vocabulary, load_into
from recommender.loaders.yaml_source import Document, read_document

# Where the loaders take the two from.
_READERS = (yaml_source, content, figures)
_BUILDERS = (catalogue, figures, questionnaire, rules)


@contextmanager
def quick_loading() -> Iterator[None]:
    """Remember each file by its bytes, and what was built of it by these, the schema and the words that it may refer to.

    What the loaders do with it stays as it is; so do the faults, which every document gets anew.
    """
    documents: dict[tuple[str, bytes], Document] = {}
    last_read: dict[str, bytes] = {}
    built: dict[tuple[str, bytes, str, int], tuple[Any, list[Any]]] = {}
    vocabularies = _Vocabularies()

    def read(path: Path, shown_path: str) -> Document:
        name = (shown_path, path.read_bytes())
        last_read[shown_path] = name[1]
        if name not in documents:
            documents[name] = read_document(path, shown_path)
        known = copy(documents[name])
        known.faults = list(known.faults)
        return deepcopy(known) if b"table:" in name[1] else known  # tables are written out in place

    def build(schema: Any, document: Document) -> Any:
        name = (document.path, last_read[document.path], type(schema).__name__, vocabularies.number())
        if name not in built:
            before = len(document.faults)
            made = load_into(schema, document)
            built[name] = (made, document.faults[before:])
        else:
            document.faults += built[name][1]
        return _fresh(built[name][0])

    with pytest.MonkeyPatch.context() as patch:
        _replace(patch, _READERS, "read_document", read)
        _replace(patch, _BUILDERS, "load_into", build)
        yield


class _Vocabularies:
    """The vocabularies that conditions were read by, each by a number; equal ones have the same."""

    def __init__(self) -> None:
        self._known: list[Any] = []
        self._last: tuple[Any, int] = (None, -1)

    def number(self) -> int:
        try:
            now = current_vocabulary()
        except LookupError:  # pose data knows none
            return -1
        if now is not self._last[0]:
            if now not in self._known:
                self._known.append(now)
            self._last = (now, self._known.index(now))
        return self._last[1]


def _fresh(value: Any) -> Any:
    """Return the same models in containers of their own: loaders take things out of them."""
    if isinstance(value, dict):
        return {key: _fresh(part) for key, part in value.items()}
    return [_fresh(part) for part in value] if isinstance(value, list) else value


def _replace(patch: pytest.MonkeyPatch, modules: Any, name: str, by: Callable[..., Any]) -> None:
    for module in modules:
        if hasattr(module, name):
            patch.setattr(module, name, by)
