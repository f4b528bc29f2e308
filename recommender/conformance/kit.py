"""The kit as files: cases in three grades, and which rules they are of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from recommender.errors import RecommenderError

ABOUT = "kit.json"
_HERE = Path(__file__).resolve()


class Grade(StrEnum):
    """How thoroughly a service is held against the rules; each grade holds the one before."""

    CORE = "core"
    RULES = "rules"
    CONDITIONS = "conditions"

    @property
    def file(self) -> str:
        return f"{self.value}.jsonl"


class Expected(NamedTuple):
    """What must come of a sheet.

    ``kind`` is what is asked beside a routine, None where nothing is. ``allowed`` are all exercises that the person may do,
    in alphabetical order, None where no routine is shown. ``cases`` are the cases that fire, in order.
    """

    level: str
    kind: str | None
    allowed: tuple[str, ...] | None
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One sheet of raw answers. ``shows`` names what it is there for: what no case before it shows."""

    id: str
    shows: tuple[str, ...]
    answers: Mapping[str, Any]
    expected: Expected


class Reached(NamedTuple):
    """How many things the cases of a grade show, beyond the grade before, and how many no first sheet can show."""

    shown: int
    impossible: int


@dataclass(frozen=True, slots=True)
class About:
    """Which rules a kit is of, and what it shows by grade."""

    version: str
    rule_set: str
    software: str
    reached: Mapping[Grade, Reached]


def kit_folder() -> Path:
    """Return where the kit is: inside the installed package, or at the top of a checkout."""
    inside = _HERE.with_name("cases")
    return inside if inside.is_dir() else _HERE.parents[2] / "conformance"


def read_about(folder: Path) -> About:
    """Return which rules a kit is of.

    Raises:
        RecommenderError: there is no kit in the folder.
    """
    try:
        about = _AboutSchema().loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError, ValidationError) as error:
        raise RecommenderError(f"{folder / ABOUT} is no kit: {error}.") from error
    assert isinstance(about, About)
    return about


def read_cases(folder: Path, grade: Grade) -> Iterator[Case]:
    """Yield the cases up to a grade, the core first.

    Raises:
        RecommenderError: they cannot be read.
    """
    for each in list(Grade)[: list(Grade).index(grade) + 1]:
        path = folder / each.file
        try:
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    yield _case(json.loads(line))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RecommenderError(f"{path} cannot be read: {error}.") from error


def write_kit(folder: Path, about: About, cases: Mapping[Grade, Iterable[Case]]) -> None:
    """Write a kit, a line for each case."""
    folder.mkdir(exist_ok=True)
    for grade in Grade:
        lines = (json.dumps(_plain(case), ensure_ascii=False, separators=(",", ":")) for case in cases[grade])
        (folder / grade.file).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    text = json.dumps(_AboutSchema().dump(about), indent=1) + "\n"
    (folder / ABOUT).write_text(text, encoding="utf-8")


def _plain(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "shows": case.shows,
        "answers": case.answers,
        "expected": case.expected._asdict(),
    }


def _case(data: Mapping[str, Any]) -> Case:
    told = data["expected"]
    allowed: Sequence[str] | None = told["allowed"]
    expected = Expected(told["level"], told["kind"], None if allowed is None else tuple(allowed), tuple(told["cases"]))
    return Case(data["id"], tuple(data["shows"]), data["answers"], expected)


class _ReachedSchema(Schema):
    shown = fields.Integer(required=True)
    impossible = fields.Integer(required=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Reached:
        return Reached(**data)


class _AboutSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    version = fields.String(required=True)
    rule_set = fields.String(required=True)
    software = fields.String(required=True)
    reached = fields.Dict(keys=fields.Enum(Grade, by_value=True), values=fields.Nested(_ReachedSchema), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> About:
        return About(**data)
