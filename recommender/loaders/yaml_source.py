"""Read YAML with the line of every key and item. The only module that knows YAML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from recommender.errors import Fault

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Location = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """One file: its plain data, the line of every place in it, and the faults found while reading."""

    path: str
    data: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, location: Location) -> int:
        """Return the line (from 1) of a place, or of the nearest place around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def fault(self, location: Location, message: str) -> Fault:
        return Fault(self.path, self.line(location), message)


def read_document(path: Path, shown_path: str) -> Document:
    """Return the file as a document; unreadable YAML and repeated keys become faults, not exceptions."""
    document = Document(shown_path)
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            if node is not None:
                document.data = _plain(loader, node, (), document)
        finally:
            loader.dispose()
    except UnicodeDecodeError:
        document.faults.append(Fault(shown_path, 1, "is not UTF-8 text. Save the file as UTF-8."))
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


def read_folder(folder: Path, root: Path) -> Iterator[Document]:
    """Yield every .yaml file below the folder, in order of path; any other file but README.md is a fault."""
    for path in sorted(folder.rglob("*")):
        shown = path.relative_to(root.parent).as_posix()
        if path.suffix == ".yaml":
            yield read_document(path, shown)
        elif path.is_file() and path.name != "README.md":
            yield Document(
                shown, faults=[Fault(shown, 1, "is not read: its name does not end in .yaml. Rename or move it.")]
            )


def _plain(loader: Any, node: Any, location: Location, document: Document) -> Any:
    document.lines.setdefault(location, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, location, document)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item, (*location, index), document) for index, item in enumerate(node.value)]
    return loader.construct_object(node)


def _mapping(loader: Any, node: Any, location: Location, document: Document) -> dict[Any, Any]:
    data: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = loader.construct_object(key_node)
        if not isinstance(key, str):
            document.faults.append(Fault(document.path, line, f"key {key!r} is not text. Put quotes around it."))
            key = str(key)
        if key in data:
            document.faults.append(Fault(document.path, line, f"key '{key}' is given twice. Keep one of them."))
        document.lines[(*location, key)] = line
        data[key] = _plain(loader, value_node, (*location, key), document)
    return data
