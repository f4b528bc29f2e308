"""Tables in rule files: written out as the cases that they stand for, so that all that follows knows cases only.

Every place of such a case keeps the line that it came from, and what is wrong with it is told with its column.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from recommender.loaders.actions import ActionsSchema
from recommender.loaders.conditions import OPERATORS
from recommender.loaders.fields import ContentSchema, TupleOf, load_into
from recommender.loaders.vocabulary import did_you_mean
from recommender.loaders.yaml_source import Document, Location

_WORDS = ("why", "say")
_FINDING = "finding"


class Match(StrEnum):
    """Whether a row asks for all of its cells under ``when``, or for any of them."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of a column are: ``path`` leads to their place below ``part`` (when, then, why or say) of a case."""

    part: str
    path: Location
    name: str

    @property
    def is_asked(self) -> bool:
        return self.part == "when"


class ColumnField(fields.Field[Column]):
    """``when: {question: operator}``, ``when: finding``, ``then: action`` (``action.key`` for a part of it), ``why`` or ``say``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Column:
        if isinstance(value, str) and value in _WORDS:
            return Column(value, (), value)
        match value:
            case {"when": "finding", **others} if not others:
                return Column("when", (_FINDING,), _FINDING)
            case {"when": dict() as asked, **others} if len(asked) == 1 and not others:
                return self._asked(*next(iter(asked.items())))
            case {"then": str() as action, **others} if not others:
                return self._done(action)
        raise ValidationError(
            "must be {when: {question: operator}}, {when: finding}, {then: action}, why or say, such as {when: {place: is}}."
        )

    def _asked(self, subject: str, operator: Any) -> Column:
        if operator not in OPERATORS:
            raise ValidationError(
                f"operator '{operator}' is unknown.{did_you_mean(str(operator), OPERATORS)} Use one of: {', '.join(OPERATORS)}."
            )
        return Column("when", (subject, operator), subject)

    def _done(self, action: str) -> Column:
        schema: Schema | None = ActionsSchema()
        for key in action.split("."):
            if schema is None:
                break
            known = {field.data_key or name: field for name, field in schema.fields.items()}
            if key not in known:
                raise ValidationError(
                    f"action '{key}' is unknown.{did_you_mean(key, known)} Known: {', '.join(known)}."
                )
            field = known[key]
            schema = field.schema if isinstance(field, fields.Nested) else None
        return Column("then", tuple(action.split(".")), action)


class TableSchema(ContentSchema):
    match = fields.Enum(Match, by_value=True, load_default=Match.ALL)
    columns = TupleOf(ColumnField(), required=True, validate=validate.Length(min=2, error="must name two or more."))
    rows = TupleOf(
        TupleOf(fields.Raw(allow_none=True)), required=True, validate=validate.Length(min=1, error="must hold a row.")
    )


def write_out_tables(document: Document) -> None:
    """Put the cases that the tables of a rule stand for in their place; faults are added to the document."""
    rule = document.data
    if not isinstance(rule, dict):
        return
    if "table" in rule:
        if "cases" in rule:
            message = "'table' stands beside cases. Make it one of them: '- table:'."
            document.faults.append(document.fault(("table",), message))
            return
        written = list(_cases(document, ("table",)))
        del rule["table"]
    elif isinstance(rule.get("cases"), list):
        if not any(isinstance(case, dict) and "table" in case for case in rule["cases"]):
            return
        written = [case for number in range(len(rule["cases"])) for case in _written_case(document, number)]
    else:
        return
    rule["cases"] = [case.data for case in written]
    _move_lines(document, written)


@dataclass(frozen=True, slots=True)
class _Case:
    """One case with the lines of every place in it, and the names of the columns its places came from."""

    data: Any
    lines: dict[Location, int]
    columns: dict[Location, str]


def _written_case(document: Document, number: int) -> Iterator[_Case]:
    """Yield a case as it stands, or the cases of the table in its place."""
    at: Location = ("cases", number)
    case = document.data["cases"][number]
    if not isinstance(case, dict) or "table" not in case:
        yield _Case(case, _lines_below(document, at), {})
        return
    others = [key for key in case if key != "table"]
    if others:
        message = f"'{others[0]}' stands beside a table. Make it a column, or a case of its own."
        document.faults.append(document.fault((*at, others[0]), message))
    yield from _cases(document, (*at, "table"))


def _cases(document: Document, at: Location) -> Iterator[_Case]:
    """Yield the case of each row of the table there; a row with a fault is left out."""
    table = load_into(TableSchema(), document, at)
    if table is None:
        return
    columns: tuple[Column, ...] = table["columns"]
    parts = {column.part for column in columns}
    for part, told in (
        ("when", "no column with when. Say what its rows ask."),
        ("then", "no column with then. Say what its rows do."),
    ):
        if part not in parts:
            document.faults.append(document.fault((*at, "columns"), f"'table' has {told}"))
    names = [(column.part, column.path) for column in columns]
    for number, name in enumerate(names):
        if name in names[:number]:
            message = f"column '{columns[number].name}' is there twice. Keep one of them."
            document.faults.append(document.fault((*at, "columns", number), message))
    if not {"when", "then"} <= parts:
        return
    asked: list[Any] = []
    for number, row in enumerate(table["rows"]):
        place = (*at, "rows", number)
        fault = _row_fault(columns, row, asked)
        if fault:
            document.faults.append(document.fault(place, fault))
        else:
            yield _case(document, table, number, at)


def _row_fault(columns: tuple[Column, ...], row: tuple[Any, ...], asked: list[Any]) -> str | None:
    """Return what is wrong with a row, or None; what it asks for is noted in ``asked``."""
    left_out = columns[len(row) :]
    if len(row) > len(columns) or any(column.part not in _WORDS for column in left_out):
        return (
            f"the row has {len(row)} cells and the table {len(columns)} columns. Give each a cell; ~ leaves one empty. "
            "Only why and say may be left out at the end."
        )
    asks = [cell for column, cell in zip(columns, row, strict=False) if column.is_asked]
    if all(cell is None for cell in asks):
        return "the row asks for nothing. Fill a cell under 'when', or make it a case with 'when: always'."
    if asks in asked:
        return f"the row asks for the same as row {asked.index(asks) + 1}. Make one row of them."
    asked.append(asks)
    return None


def _case(document: Document, table: Any, number: int, at: Location) -> _Case:
    """Return a row as a case. What is wrong with a question itself is told at its column, all else at the cell."""
    columns: tuple[Column, ...] = table["columns"]
    row = table["rows"][number]
    cells = [(index, columns[index]) for index, cell in enumerate(row) if cell is not None]
    asked = [index for index, column in cells if column.is_asked]
    row_line = document.line((*at, "rows", number))
    case = _Case({"when": {}, "then": {}}, {(): row_line, ("when",): row_line, ("then",): row_line}, {})
    for index, column in cells:
        place: Location = (column.part, *column.path)
        if not column.is_asked:
            _put(case.data, place, row[index])
        elif len(asked) == 1:
            case.data["when"] = _nested(column.path, row[index])
            case.lines[place[:2]] = document.line((*at, "columns", index))
        else:
            group: Location = ("when", str(table["match"]), asked.index(index))
            case.data["when"].setdefault(group[1], []).append(_nested(column.path, row[index]))
            place = (*group, *column.path)
            case.lines[place[:4]] = document.line((*at, "columns", index))
        for below, line in _lines_below(document, (*at, "rows", number, index)).items():
            case.lines[(*place, *below)] = line
        case.columns[place] = column.name
    return case


def _nested(path: Location, value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value


def _put(data: dict[Any, Any], place: Location, value: Any) -> None:
    for key in place[:-1]:
        data = data.setdefault(key, {})
    data[place[-1]] = value


def _lines_below(document: Document, at: Location) -> dict[Location, int]:
    return {place[len(at) :]: line for place, line in document.lines.items() if place[: len(at)] == at}


def _move_lines(document: Document, written: list[_Case]) -> None:
    """Give the places of the cases the lines that they came from."""
    kept = {place: line for place, line in document.lines.items() if place[:1] not in (("cases",), ("table",))}
    kept[("cases",)] = document.line(("cases",) if ("cases",) in document.lines else ("table",))
    for number, case in enumerate(written):
        kept.update({("cases", number, *place): line for place, line in case.lines.items()})
        document.columns.update({("cases", number, *place): name for place, name in case.columns.items()})
    document.lines = kept
