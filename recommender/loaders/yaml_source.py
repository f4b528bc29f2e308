"""Read YAML with the line of every key and item. The only module that knows YAML."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from recommender.errors import Fault

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Location = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
# What editors, version control and operating systems leave lying about. Nothing that a person wrote has such a name.
_LEFTOVERS = (".*", "*~", "*.sw?", "#*#", "*.bak", "*.orig", "*.rej", "*.tmp", "Thumbs.db", "desktop.ini", "__MACOSX")
# The numbers that YAML and a reader take for the same. YAML takes 010 for 8, 0x10 for 16, 1_0 for 10 and 1:30 for 90.
_PLAIN_NUMBERS = {
    f"{_TAG}int": re.compile(r"-?(0|[1-9][0-9]*)"),
    f"{_TAG}float": re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+"),
}


@dataclass(slots=True)
class Document:
    """One file: its plain data, the line of every place in it, and the faults found while reading.

    ``columns`` names the column of the table that a place came from, where it came from one.
    """

    path: str
    data: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    columns: dict[Location, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, location: Location) -> int:
        """Return the line (from 1) of a place, or of the nearest place around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def fault(self, location: Location, message: str) -> Fault:
        """Return a fault at a place, or at the nearest place around it, with the column that it stands in."""
        around = (self.columns.get(location[:length]) for length in range(len(location), 0, -1))
        column = next(filter(None, around), None) if self.columns else None
        told = f"column '{column}': {message}" if column else message
        return Fault(self.path, self.line(location), told, location=location)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a key or value stands in a text, as offsets: of a value ``start`` and ``end``, of its key, if it has one, ``key``.

    ``style`` is "'", '"', ">", "|", or "" of a bare word; ``is_flow`` says that it stands within brackets, ``is_bracketed``
    that it has brackets of its own. ``parts`` are the places directly below. ``end`` comes before any comment.
    """

    start: int
    end: int
    column: int
    style: str
    is_flow: bool
    is_bracketed: bool
    is_collection: bool
    key: tuple[int, int] | None
    parts: tuple[Location, ...]


def read_document(path: Path, shown_path: str) -> Document:
    """Return the file as a document; unreadable YAML and repeated keys become faults, not exceptions."""
    try:
        return read_text(path.read_text(encoding="utf-8"), shown_path)
    except OSError as error:
        fault = Fault(shown_path, 1, f"cannot be read: {error.strerror}. Mend or delete it.")
    except UnicodeDecodeError:
        fault = Fault(shown_path, 1, "is not UTF-8 text. Save the file as UTF-8.")
    return Document(shown_path, faults=[fault])


def read_text(text: str, shown_path: str) -> Document:
    """Return the text of a file as a document; unreadable YAML and repeated keys become faults, not exceptions."""
    document = Document(shown_path)
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is not None:
                document.data = _plain(loader, node, (), document)
        finally:
            loader.dispose()
    except RecursionError:
        document.faults.append(Fault(shown_path, 1, "refers to itself. Write it out without anchors."))
    except yaml.reader.ReaderError:
        document.faults.append(Fault(shown_path, 1, "holds a character that cannot be printed. Delete it."))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        document.faults.append(
            Fault(shown_path, line, f"is not valid YAML: {error.problem}. Mend the indent or quotes.")
        )
    if document.data is None and not document.faults:
        document.faults.append(Fault(shown_path, 1, "is empty. Write the entry, or delete the file."))
    return document


def spans(text: str) -> dict[Location, Span]:
    """Return where every value of a text stands, with its key. The text is one that ``read_text`` found no fault in."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)  # the other loader counts in bytes
    found: dict[Location, Span] = {}
    if node is not None:
        _span(text, node, (), None, False, found)
    return found


def _span(text: str, node: Any, at: Location, key: Any, within_flow: bool, found: dict[Location, Span]) -> int:
    """Add a value and all below it, and return where its content ends."""
    is_bracketed = bool(getattr(node, "flow_style", False))
    is_flow = within_flow or is_bracketed
    start: int = node.start_mark.index
    end: int = node.end_mark.index
    below: list[tuple[Location, Any, Any]] = []
    if isinstance(node, yaml.MappingNode):
        below = [((*at, str(name.value)), name, value) for name, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        below = [((*at, number), None, value) for number, value in enumerate(node.value)]
    ends = [_span(text, value, place, name, is_flow, found) for place, name, value in below]
    if not is_bracketed:
        end = ends[-1] if ends else start + len(text[start:end].rstrip())
    found[at] = Span(
        start=start,
        end=end,
        column=node.start_mark.column,
        style=getattr(node, "style", None) or "",
        is_flow=within_flow,
        is_bracketed=is_bracketed,
        is_collection=bool(below) or not isinstance(node, yaml.ScalarNode),
        key=None if key is None else (key.start_mark.index, key.end_mark.index),
        parts=tuple(place for place, _, _ in below),
    )
    return end


def read_folder(folder: Path, root: Path, beside: Container[str] = ("README.md",)) -> Iterator[Document]:
    """Yield every .yaml file below the folder, in order of path; any other file but those named ``beside`` is a fault.

    What editors and systems leave behind is passed over.
    """
    for path in sorted(folder.rglob("*")):
        if any(map(is_leftover, path.relative_to(folder).parts)):
            continue
        shown = path.relative_to(root.parent).as_posix()
        if path.suffix == ".yaml":
            yield read_document(path, shown)
        elif not path.is_dir() and path.name not in beside:
            yield _not_read(shown, "its name does not end in .yaml")


def read_strays(folder: Path, known: Container[str]) -> Iterator[Document]:
    """Yield a fault for every entry of the folder that is neither one of the names that are known nor a leftover."""
    for path in sorted(folder.iterdir()):
        if path.name not in known and not is_leftover(path.name):
            yield _not_read(path.relative_to(folder.parent).as_posix(), "nothing of this name is looked for here")


def is_leftover(name: str) -> bool:
    """Return whether a file or folder was left behind by an editor or a system, and is nothing that a person wrote."""
    return any(fnmatchcase(name, pattern) for pattern in _LEFTOVERS)


def _not_read(shown: str, reason: str) -> Document:
    """Return a fault: a file that is silently passed over may be the rule that somebody believes in."""
    return Document(shown, faults=[Fault(shown, 1, f"is not read: {reason}. Rename or move it.")])


def _plain(loader: Any, node: Any, location: Location, document: Document) -> Any:
    document.lines.setdefault(location, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, location, document)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item, (*location, index), document) for index, item in enumerate(node.value)]
    if message := _misread(loader, node):
        document.faults.append(Fault(document.path, node.start_mark.line + 1, message))
        return node.value
    return loader.construct_object(node)


def _misread(loader: Any, node: Any) -> str | None:
    """Return what is wrong with a number or date that YAML takes for something else than it looks, or None."""
    if node.tag == f"{_TAG}timestamp":
        return f"'{node.value}' is read as a date. Put quotes around it."
    plain = _PLAIN_NUMBERS.get(node.tag)
    if plain is None or plain.fullmatch(node.value):
        return None
    try:
        taken = f"is taken for {loader.construct_object(node)}"
    except ValueError:
        taken = "is no number that can be used"
    return f"'{node.value}' {taken}. Write a number in plain digits, such as 10 or 0.5; put quotes around what is no number."


def _mapping(loader: Any, node: Any, location: Location, document: Document) -> dict[Any, Any]:
    data: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = loader.construct_object(key_node)
        if not isinstance(key, str):
            key = str(key_node.value)
            document.faults.append(Fault(document.path, line, f"key {key} is not text. Put quotes around it."))
        if key in data:
            document.faults.append(Fault(document.path, line, f"key '{key}' is given twice. Keep one of them."))
        document.lines[(*location, key)] = line
        data[key] = _plain(loader, value_node, (*location, key), document)
    return data
