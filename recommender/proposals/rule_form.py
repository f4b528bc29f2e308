"""The fields of a rule, read off the very schemas that load it, so that none has to be told of twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, fields, validate

from recommender.loaders.actions import ActionsSchema, DeriveField, MixField
from recommender.loaders.conditions import ConditionField
from recommender.loaders.fields import Share, Text, TupleOf, Whole, Word, YesNo
from recommender.loaders.rules import CountsField, RuleSchema
from recommender.loaders.tables import ColumnField, TableSchema
from recommender.loaders.yaml_source import Location
from recommender.proposals.condition_form import ConditionForm
from recommender.proposals.fields import Choice, FieldKind, RuleField
from recommender.proposals.labels import Labels, key_label, plain

# What is no part of what a rule says, or hangs on more than this file: it is proposed in words.
_IN_WORDS = frozenset(
    {
        "id",
        "asked",
        "first_match_only",
        "needs_clinical_decision",
        "text_only",
        "kept_by",
        "notes",
        "author",
        "since",
        "changed",
    }
)
_WHOLE_RULE, _WHEN, _TEXTS = "The whole rule", "When", "Texts"
_TEXT_KEYS = frozenset({"title", "say", "why"})


class RuleForm:
    """Makes the form of a rule from the data of its file."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._conditions = ConditionForm(labels)

    def of(self, data: Any) -> tuple[RuleField, ...]:
        """Return the fields of a rule in the order of its schema, those of its cases among them."""
        return tuple(self._mapping(RuleSchema(), data, (), _WHOLE_RULE, ""))

    def _mapping(self, schema: Schema, data: Any, at: Location, section: str, part: str) -> Iterator[RuleField]:
        """Yield the fields of a mapping: of the keys that are there, and of those that may be added."""
        if not isinstance(data, dict):
            return
        for name, field in schema.fields.items():
            key = field.data_key or name
            place = (*at, key)
            if isinstance(schema, RuleSchema) and key in _IN_WORDS:
                continue
            if key in data:
                yield from self._field(field, data[key], place, section, part or _part_of(key))
            elif _may_be_added(schema, key, data) and (one := self._leaf(field, None, place, section, part)):
                yield one

    def _field(self, field: fields.Field[Any], data: Any, at: Location, section: str, part: str) -> Iterator[RuleField]:
        key = str(at[-1])
        if isinstance(field, ConditionField):
            yield from self._conditions.fields(data, at, section, _WHEN)
        elif isinstance(field, CountsField):
            for name, listed in data.items():
                for number, one in enumerate(listed):
                    yield from self._conditions.fields(one, (*at, name, number), section, f"Counted as {plain(name)}")
        elif isinstance(field, MixField):
            for slot in data:
                inside = field.value_field
                assert isinstance(inside, fields.Nested)
                yield from self._mapping(inside.schema, data[slot], (*at, slot), section, f"{plain(key)}: {slot}")
        elif isinstance(field, fields.Nested) and isinstance(field.schema, TableSchema):
            yield from self._table(data, at, section)
        elif isinstance(field, fields.Nested):
            yield from self._mapping(field.schema, data, at, section, _inside(part, key))
        elif isinstance(field, TupleOf) and not self._is_leaf(field, data):
            yield from self._several(field, data, at, section, part)
        elif not isinstance(field, DeriveField) and (one := self._leaf(field, data, at, section, part)):
            yield one

    def _several(self, field: TupleOf, data: Any, at: Location, section: str, part: str) -> Iterator[RuleField]:
        """Yield the fields of a list of mappings, of lists, or of numbers; one mapping may stand without a list."""
        listed = list(enumerate(data)) if isinstance(data, list) else [(None, data)]
        for number, one in listed:
            place = at if number is None else (*at, number)
            if at == ("cases",):
                own = f"Case {int(number or 0) + 1}"
                if isinstance(one, dict) and "table" in one:
                    yield from self._table(one["table"], (*place, "table"), own)
                else:
                    yield from self._field(field.inner, one, place, own, "")
                continue
            named = _inside(part, str(at[-1]))
            told = named if len(listed) == 1 else f"{named} {int(number or 0) + 1}"
            yield from self._field(field.inner, one, place, section, told)

    def _is_leaf(self, field: TupleOf, data: Any) -> bool:
        return isinstance(field.inner, Text) and (data is None or isinstance(data, list))

    def _leaf(self, field: Any, data: Any, at: Location, section: str, part: str) -> RuleField | None:
        """Return the field of one value, or of a list of words; None where it is neither."""
        key = str(at[-1])
        label = key_label(key) if isinstance(at[-1], str) else f"{part} {int(at[-1]) + 1}"
        may_go = not field.required and isinstance(at[-1], str)
        given: dict[str, Any] = {"location": at, "label": label, "section": section, "value": data, "may_go": may_go}
        given["part"] = _TEXTS if key in _TEXT_KEYS else part or _part_of(key)
        if isinstance(field, TupleOf):
            if not isinstance(field.inner, Text):
                return None
            choices, words = self._choices(field.inner)
            kind = FieldKind.MANY if choices else FieldKind.ITEMS
            return RuleField(kind=kind, choices=choices, words=words, **given)
        if isinstance(field, YesNo):
            choices = (Choice("true", "Yes"), Choice("false", "No"))
            return RuleField(kind=FieldKind.YES_NO, choices=choices, **given)
        if isinstance(field, (Whole, Share)):
            return RuleField(kind=FieldKind.NUMBER, **given)
        choices, words = self._choices(field)
        if choices:
            return RuleField(kind=FieldKind.ONE, choices=choices, words=words, **given)
        return RuleField(kind=FieldKind.TEXT, **given) if isinstance(field, Text) else None

    def _choices(self, field: Any) -> tuple[tuple[Choice, ...], str]:
        """Return the words that a field takes, and the name of their list; nothing where any words will do."""
        if isinstance(field, Word):
            return self._labels.of_list(field.of), field.of
        if isinstance(field, fields.Enum):
            return self._labels.named(str(member.value) for member in field.enum), ""
        listed = (one for one in field.validators if isinstance(one, validate.OneOf))
        return self._labels.named(str(word) for one in listed for word in one.choices), ""

    def _table(self, data: Any, at: Location, section: str) -> Iterator[RuleField]:
        """Yield the cells of a table, row by row."""
        columns = [ColumnField().deserialize(column) for column in data["columns"]]
        for number, row in enumerate(data["rows"]):
            told = f"{section}, row {number + 1}"
            for index, cell in enumerate(row):
                column, place = columns[index], (*at, "rows", number, index)
                if column.is_asked and len(column.path) == 2:
                    yield from self._conditions.cell(str(column.path[0]), str(column.path[1]), cell, place, told)
                elif not column.is_asked:
                    yield from self._cell(column.part, column.path, cell, place, told)

    def _cell(self, part: str, path: Location, value: Any, at: Location, section: str) -> Iterator[RuleField]:
        """Yield the field of a cell that says or does something, as that of the key that its column names."""
        if not path:
            yield RuleField(at, FieldKind.TEXT, key_label(part), section, _TEXTS, value, is_cell=True)
            return
        schema: Schema = ActionsSchema()
        for step in path[:-1]:
            inner = _of_key(schema, str(step))
            if not isinstance(inner, fields.Nested):
                return
            schema = inner.schema
        field = _of_key(schema, str(path[-1]))
        if field is None or isinstance(field, DeriveField):
            return
        one = self._leaf(field, value, at, section, plain(str(path[0])))
        if one is not None:
            yield RuleField(
                at, one.kind, plain(str(path[-1])), section, one.part, value, one.choices, one.words, is_cell=True
            )


def _of_key(schema: Schema, key: str) -> fields.Field[Any] | None:
    known = {field.data_key or name: field for name, field in schema.fields.items()}
    return known.get(key)


def _part_of(key: str) -> str:
    return "" if key in ("when", "then", "cases", "table", "counts") else plain(key)


def _inside(part: str, key: str) -> str:
    """Return what a mapping below is called: by its own key within the part, but for 'then', which says nothing."""
    if key == "then" or key.isdecimal() or part == plain(key):
        return part
    return f"{part}: {plain(key).lower()}" if part else plain(key)


def _may_be_added(schema: Schema, key: str, data: Any) -> bool:
    """Return whether a key that is not there is a field all the same: of what an action says, and of what a case tells."""
    if key in ("say", "why"):
        return True
    is_rule = any(one in schema.fields for one in ("when", "then", "rows"))
    return not is_rule and not isinstance(schema, ActionsSchema)
