"""Reads the safety case and the hazard log of the package, and holds their controls against what there is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from recommender.errors import ContentError, Fault
from recommender.loaders.fields import ContentSchema, Text, TupleOf, Whole, load_into, nested
from recommender.loaders.vocabulary import did_you_mean
from recommender.loaders.yaml_source import read_document
from recommender.models.content import Content
from recommender.models.safety_case import Controls, Estimate, Hazard, Likelihood, SafetyCase, Severity

FOLDER = Path(__file__).resolve().parents[1] / "safety"
CASE, HAZARDS = "safety_case.yaml", "hazards"
_TEST = re.compile(r"^\s*def (test_\w+)\(", re.MULTILINE)


class EstimateSchema(ContentSchema):
    model = Estimate

    severity = fields.Enum(Severity, by_value=True, required=True)
    likelihood = fields.Enum(Likelihood, by_value=True, required=True)


class ControlsSchema(ContentSchema):
    model = Controls

    rules = TupleOf(Text())
    tables = TupleOf(Text())
    tests = TupleOf(Text())
    pages = TupleOf(Text())
    documents = TupleOf(Text())


class HazardSchema(ContentSchema):
    model = Hazard

    id = Text(required=True)
    title = Text(required=True)
    causes = TupleOf(Text(), required=True, validate=validate.Length(min=1))
    effect = Text(required=True)
    before = nested(EstimateSchema, required=True)
    after = nested(EstimateSchema, required=True)
    controls = nested(ControlsSchema, required=True)
    owner = Text(required=True)
    left = Text(required=True)


class _Matrix(fields.Dict):
    """{likelihood: {severity: risk}}, a risk of 1 to 5 for each of them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            rows = {
                Likelihood(likely): {Severity(bad): risk for bad, risk in row.items()} for likely, row in value.items()
            }
        except (AttributeError, ValueError) as error:
            raise ValidationError("must give a risk for each likelihood and severity.") from error
        risks = [risk for row in rows.values() for risk in row.values()]
        if {len(row) for row in rows.values()} != {len(Severity)} or len(rows) != len(Likelihood):
            raise ValidationError("must give a risk for each likelihood and severity.")
        if not all(isinstance(risk, int) and 1 <= risk <= 5 for risk in risks):
            raise ValidationError("must give risks from 1 to 5.")
        return MappingProxyType({likely: MappingProxyType(row) for likely, row in rows.items()})


class SafetyCaseSchema(ContentSchema):
    intended_use = TupleOf(Text(), required=True)
    users = TupleOf(Text(), required=True)
    not_for = TupleOf(Text(), required=True)
    owner_note = Text(required=True)
    incident_route = TupleOf(Text(), required=True)
    recall = TupleOf(Text(), required=True)
    device_law = TupleOf(Text(), required=True)
    risk_matrix = _Matrix(required=True)
    most_that_may_stay = Whole(required=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        if not 1 <= data.get("most_that_may_stay", 1) < 5:
            raise ValidationError("must be from 1 to 4.", "most_that_may_stay")


@cache
def shipped_safety_case() -> SafetyCase:
    """Return the safety case of this package, with its hazards in the order of their ids.

    Raises:
        ContentError: the package itself is broken.
    """
    return read_safety_case(FOLDER)


def read_safety_case(folder: Path) -> SafetyCase:
    """Return the safety case of a folder.

    Raises:
        ContentError: with every fault of every file.
    """
    document = read_document(folder / CASE, f"safety/{CASE}")
    case = None if document.faults else load_into(SafetyCaseSchema(), document)
    faults, hazards = [*document.faults], list[Hazard]()
    for file in sorted((folder / HAZARDS).glob("*.yaml")):
        shown = f"safety/{HAZARDS}/{file.name}"
        document = read_document(file, shown)
        hazard = None if document.faults else load_into(HazardSchema(), document)
        faults += document.faults
        if isinstance(hazard, Hazard):
            hazards.append(hazard)
            if not file.name.startswith(f"{hazard.id}-"):
                faults.append(Fault(shown, 1, f"must begin with its id, {hazard.id}-."))
    if faults or case is None:
        raise ContentError(faults)
    return SafetyCase(**case, hazards=tuple(hazards))


@cache
def tests_in(folder: Path) -> Mapping[str, str] | None:
    """Return the file of each test of a folder, by the test's name, as a path in it.

    None where there is no test, as beside a package that was installed.
    """
    found = {
        name: file.relative_to(folder).as_posix()
        for file in sorted(folder.rglob("test_*.py"))
        for name in _TEST.findall(file.read_text(encoding="utf-8"))
    }
    return MappingProxyType(found) if found else None


def tables_there() -> Mapping[str, str]:
    """Return where each table of the safety net is, by its name."""
    files = {file.stem: f"safety/{file.name}" for file in sorted(FOLDER.glob("*.yaml"))}
    return {**files, "sentinels": "safety/sentinels/"}


def control_faults(case: SafetyCase, content: Content, tests: Collection[str] | None) -> Iterator[Fault]:
    """Yield a fault for every control that is not there, and every hazard that nothing keeps down.

    ``tests`` are the names of those that there are; None: they cannot be known. Pages and documents are held by tests.
    """
    there: dict[str, Collection[str]] = {"rule": content.rule_set.by_id, "table": tables_there()}
    if tests is not None:
        there["test"] = tests
    for hazard in case.hazards:
        controls = {"rule": hazard.controls.rules, "table": hazard.controls.tables, "test": hazard.controls.tests}
        file = next((FOLDER / HAZARDS).glob(f"{hazard.id}-*"), FOLDER / HAZARDS).name
        if not any(controls.values()):
            yield Fault(f"safety/{HAZARDS}/{file}", 1, "nothing keeps it down. Name a rule, a table or a test.")
        for kind, known in there.items():
            for name in controls[kind]:
                if name not in known:
                    near = did_you_mean(name, known)
                    told = f"there is no {kind} '{name}'.{near} Name what keeps it down now, or weigh it anew."
                    yield Fault(f"safety/{HAZARDS}/{file}", 1, told)
