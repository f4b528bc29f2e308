"""The words of the program itself that people read, by room of the site: a clinician signs them as they sign a rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType

from recommender.loaders.software import PACKAGE

# Rooms for clinicians and operators, and pages that are served to developers only.
_NOT_FOR_PEOPLE = frozenset({"cli", "lab", "loaders", "proof", "review", "rule_mutants", "rulebook", "settings"})
_FOR_DEVELOPERS = "styleguide"
_MARKS = frozenset({"_", "N_", "gettext", "ngettext", "say", "_say"})
_IN_TEMPLATE = re.compile(r"\b(?:_|n?gettext)\(\s*")
_TRIES = 5
_LITERAL = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(,)?""")

Words = Mapping[str, tuple[str, ...]]


@cache
def interface_words(package: Path = PACKAGE) -> Mapping[str, Words]:
    """Return by room the words of each file that has any, in their order."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in sorted([*package.rglob("*.html"), *package.rglob("*.py")]):
        name = path.relative_to(package)
        room = _room(name)
        if room in _NOT_FOR_PEOPLE or name.name.startswith(_FOR_DEVELOPERS):
            continue
        text = path.read_text(encoding="utf-8")
        words = tuple(_of_template(text) if path.suffix == ".html" else _of_code(text))
        if words:
            found.setdefault(room, {})[name.as_posix()] = words
    return MappingProxyType({room: MappingProxyType(files) for room, files in sorted(found.items())})


def _room(name: Path) -> str:
    """Return the room of the site that a file belongs to, or else the package that it lies in."""
    parts = [part for part in name.parts[:-1] if part not in ("web", "templates")]
    return parts[0] if parts else "web"


def _of_template(text: str) -> Iterator[str]:
    for mark in _IN_TEMPLATE.finditer(text):
        place = mark.end()
        while (literal := _LITERAL.match(text, place)) is not None:
            yield ast.literal_eval(_tree(literal[1], "eval"))
            place = literal.end()
            if not literal[2]:
                break


def _of_code(text: str) -> Iterator[str]:
    if not any(f"{mark}(" in text for mark in _MARKS):
        return
    calls = [node for node in ast.walk(_tree(text, "exec")) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in _MARKS:
            yield from (
                part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )


def _tree(text: str, mode: str) -> ast.AST:
    """Return the syntax of a text.

    CPython 3.11 takes the depth of another thread or greenlet for its own, where one comes in between, and says so with
    a SystemError. Each try begins anew.
    """
    for _ in range(_TRIES - 1):
        with suppress(SystemError):
            return ast.parse(text, mode=mode)
    return ast.parse(text, mode=mode)
