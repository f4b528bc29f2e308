"""Change single values in the text of a YAML file, and leave every other byte as it is: comments, order and layout.

What comes out is read again and held against what was asked for, so a text that YAML would take for something else is
written in another way, or refused.
"""

from __future__ import annotations

import copy
import difflib
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from recommender.errors import RecommenderError
from recommender.loaders.yaml_source import Location, Span, read_text, spans

# As the rule files are written.
_WIDTH = 120
_NAME = "edited"


class Gone:
    """What a key is set to that is to go, with its value."""


GONE: Final = Gone()


class CannotWrite(RecommenderError):
    """A change that cannot be made by changing single values. ``location`` is where."""

    def __init__(self, location: Location, message: str) -> None:
        super().__init__(message)
        self.location = location


def edited(text: str, changes: Mapping[Location, Any]) -> str:
    """Return the text of a file with these places set to words, numbers, lists of them, or ``GONE``.

    A place that is not there is a key put at the end of a mapping that is. One mapping of one key may be set to another:
    so an operator of a condition gets another name.

    Raises:
        CannotWrite: a place cannot be changed so, and nothing else would be.
    """
    if "\r" in text or "\ufeff" in text:
        raise CannotWrite((), "the file is not written with plain line ends. Save it anew.")
    for location, value in changes.items():
        text = _changed(text, location, value)
    return text


def value_at(data: Any, location: Location) -> Any:
    """Return what stands at a place of plain data, or ``GONE`` where nothing does."""
    for step in location:
        if isinstance(data, dict) and step in data:
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return GONE
    return data


def _changed(text: str, location: Location, value: Any) -> str:
    """Return the text with one place changed, in the first way that reads as was asked for."""
    before = read_text(text, _NAME).data
    wanted = _with(before, location, value)
    if wanted == before:
        return text
    for attempt in _attempts(text, before, location, value):
        read = read_text(attempt, _NAME)
        if not read.faults and _is_same(read.data, wanted):
            return attempt
    raise CannotWrite(location, "cannot be written by changing this value alone. Say it in words instead.")


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two data are the same, kinds of numbers and the order of keys included."""
    return json.dumps(one) == json.dumps(other)


def _with(data: Any, location: Location, value: Any) -> Any:
    """Return a copy of plain data with one place changed.

    Raises:
        CannotWrite: there is nothing to put it in.
    """
    data = copy.deepcopy(data)
    holder = value_at(data, location[:-1])
    step = location[-1]
    if isinstance(holder, dict) and value is GONE:
        holder.pop(step, None)
    elif isinstance(holder, dict):
        holder[step] = value
    elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        holder[step] = value
    else:
        raise CannotWrite(location, "stands nowhere in the file. Say it in words instead.")
    return data


def _attempts(text: str, data: Any, location: Location, value: Any) -> Iterator[str]:
    known = spans(text)
    before = value_at(data, location)
    if value is GONE:
        yield from _without(text, known, location)
    elif before is GONE:
        yield from _added(text, known, location, value)
    elif isinstance(before, dict) and isinstance(value, dict):
        yield from _renamed(text, known, location, value)
    elif isinstance(before, list) and isinstance(value, list) and value and before:
        yield from _relisted(text, known, location, before, value)
    elif isinstance(value, list):
        yield from _replaced(text, known[location], _flow_lists(value))
    else:
        yield from _replaced(text, known[location], _scalars(text, known[location], value))


def _replaced(text: str, span: Span, ways: Iterator[str]) -> Iterator[str]:
    begin = span.start
    if span.is_collection and not span.is_bracketed and span.key is not None:
        begin = span.key[1] + 1  # a list of lines: what is put there stands behind the colon
        ways = (f" {way}" for way in ways)
    for way in ways:
        yield text[:begin] + way + text[span.end :]


def _renamed(text: str, known: Mapping[Location, Span], location: Location, value: Mapping[str, Any]) -> Iterator[str]:
    """Yield the text with the one key of a mapping called otherwise, and its value changed."""
    (inner,) = known[location].parts or ((),)
    if not inner or len(value) != 1:
        return
    (name, operand), span = next(iter(value.items())), known[inner]
    assert span.key is not None
    ways = _flow_lists(operand) if isinstance(operand, list) else _scalars(text, span, operand)
    for attempt in _replaced(text, span, ways):
        yield attempt[: span.key[0]] + name + attempt[span.key[1] :]


def _without(text: str, known: Mapping[Location, Span], location: Location) -> Iterator[str]:
    """Yield the text without an entry of a mapping or a list, in lines of its own or within brackets."""
    holder, span = known[location[:-1]], known[location]
    place = holder.parts.index(location)
    start = span.key[0] if span.key is not None else span.start
    if len(holder.parts) == 1:
        return
    if holder.is_bracketed:
        if place + 1 < len(holder.parts):
            yield text[:start] + text[_start(known, holder.parts[place + 1]) :]
        else:
            yield text[: known[holder.parts[place - 1]].end] + text[span.end :]
        return
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip() in ("", "-" if span.key is None else ""):
        yield text[:line] + text[_line_end(text, span.end) :]
    if place + 1 < len(holder.parts):
        yield text[:start] + text[_start(known, holder.parts[place + 1]) :]


def _added(text: str, known: Mapping[Location, Span], location: Location, value: Any) -> Iterator[str]:
    """Yield the text with a new key at the end of a mapping."""
    holder = known[location[:-1]]
    if not holder.parts:
        return
    last = known[holder.parts[-1]].end
    ways = _flow_lists(value) if isinstance(value, list) else _scalars(text, None, value)
    for way in ways:
        entry = f"{location[-1]}: {way}"
        if holder.is_bracketed:
            yield f"{text[:last]}, {entry}{text[last:]}"
        else:
            at = _line_end(text, last)
            before = text[:at] if text[:at].endswith("\n") else f"{text[:at]}\n"
            yield f"{before}{' ' * holder.column}{entry}\n{text[at:]}"


def _relisted(
    text: str, known: Mapping[Location, Span], location: Location, before: Sequence[Any], value: Sequence[Any]
) -> Iterator[str]:
    """Yield the text with items of a list taken out, put in and changed, and all others as they stand."""
    matcher = difflib.SequenceMatcher(a=[json.dumps(one) for one in before], b=[json.dumps(one) for one in value])
    for how, low, high, first, last in matcher.get_opcodes():
        if how == "equal":
            continue
        step = _step(before, value, (low, high, first, last))
        if step is None:
            break
        kind, number, item = step
        place = (*location, number)
        if kind == "change":
            attempts: Iterator[str] = _replaced(text, known[place], _scalars(text, known[place], item))
        elif kind == "drop":
            attempts = _without(text, known, place)
        else:
            attempts = _put_in(text, known, location, number, item)
        yield from _one_more(attempts, location, before, value, step)
        return


_Step = tuple[str, int, Any]


def _step(before: Sequence[Any], value: Sequence[Any], block: tuple[int, int, int, int]) -> _Step | None:
    """Return the first thing to do where two lists differ: change, drop or put in one item."""
    low, high, first, last = block
    if low < high and first < last:
        return ("change", low, value[first]) if not isinstance(before[low], (list, dict)) else None
    return ("drop", low, None) if low < high else ("put", low, value[first])


def _one_more(
    attempts: Iterator[str], location: Location, before: Sequence[Any], value: Sequence[Any], step: _Step
) -> Iterator[str]:
    """Yield the texts after the first step, each with all the steps that are still to do."""
    kind, number, item = step
    after = list(before)
    if kind == "change":
        after[number] = item
    elif kind == "drop":
        del after[number]
    else:
        after.insert(number, item)
    for attempt in attempts:
        read = read_text(attempt, _NAME)
        if read.faults or not _is_same(value_at(read.data, location), after):
            continue
        if after == list(value):
            yield attempt
        else:
            yield from _relisted(attempt, spans(attempt), location, after, value)
        return


def _put_in(text: str, known: Mapping[Location, Span], location: Location, number: int, item: Any) -> Iterator[str]:
    holder = known[location]
    parts = holder.parts
    for way in _scalars(text, known[parts[0]], item):
        if holder.is_bracketed:
            yield from _put_between(text, known, parts, number, way)
        elif number < len(parts):
            line = text.rfind("\n", 0, known[parts[number]].start) + 1
            yield f"{text[:line]}{' ' * holder.column}- {way}\n{text[line:]}"
        else:
            at = _line_end(text, known[parts[-1]].end)
            before = text[:at] if text[:at].endswith("\n") else f"{text[:at]}\n"
            yield f"{before}{' ' * holder.column}- {way}\n{text[at:]}"


def _put_between(
    text: str, known: Mapping[Location, Span], parts: Sequence[Location], number: int, way: str
) -> Iterator[str]:
    """Yield the text with an item in a list within brackets, on a new line where the line would be too long."""
    if number < len(parts):
        at = known[parts[number]].start
        yield f"{text[:at]}{way}, {text[at:]}"
        return
    last = known[parts[-1]]
    line = text.rfind("\n", 0, last.end) + 1
    if len(text[line : _line_end(text, last.end)]) + len(way) > _WIDTH:
        first = known[parts[0]]
        indent = first.start - (text.rfind("\n", 0, first.start) + 1)
        yield f"{text[: last.end]},\n{' ' * indent}{way}{text[last.end :]}"
    yield f"{text[: last.end]}, {way}{text[last.end :]}"


def _start(known: Mapping[Location, Span], location: Location) -> int:
    span = known[location]
    return span.key[0] if span.key is not None else span.start


def _line_end(text: str, at: int) -> int:
    """Return where the next line begins."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _flow_lists(value: Sequence[Any]) -> Iterator[str]:
    """Yield ways to write a list within brackets."""
    for number in range(3):
        items = [list(_written(one)) for one in value]
        if all(items):
            yield f"[{', '.join(ways[min(number, len(ways) - 1)] for ways in items)}]"


def _scalars(text: str, span: Span | None, value: Any) -> Iterator[str]:
    """Yield ways to write a value, the way that it is written today first, and long words folded."""
    if not isinstance(value, str):
        yield from _written(value)
        return
    style = span.style if span is not None else ""
    if span is not None and (style in (">", "|") or (not span.is_flow and _is_too_long(text, span, value))):
        yield from _folded(text, span, value)
    plain, single, double, coded = _written(value)
    yield from {"'": (single, double, coded), '"': (double, coded)}.get(style, (plain, single, double, coded))


def _is_too_long(text: str, span: Span, value: str) -> bool:
    return span.start - (text.rfind("\n", 0, span.start) + 1) + len(value) > _WIDTH


def _folded(text: str, span: Span, value: str) -> Iterator[str]:
    """Yield a text over several lines, as deep as it stands today or two deeper than its key."""
    line = text.rfind("\n", 0, span.start) + 1
    begin = len(text[line:]) - len(text[line:].lstrip(" -"))
    indent = " " * (begin + 2 if span.key is not None else max(span.column, 2))
    lines = textwrap.wrap(value, _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
    yield ">-\n" + "\n".join(indent + one for one in lines)


def _written(value: Any) -> tuple[str, ...]:
    """Return ways to write a value on a line: of words bare, in single and in double quotes, and in plain signs only."""
    if value is None:
        return ("~",)
    if not isinstance(value, str):
        return (json.dumps(value),)
    single = "'" + value.replace("'", "''") + "'"
    return value, single, json.dumps(value, ensure_ascii=False), json.dumps(value)
