"""Load rules: one file, one rule, every branch a condition and its actions."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, validate, validates_schema

from recommender.loaders.actions import ActionsSchema
from recommender.loaders.conditions import ConditionField
from recommender.loaders.facts import SuppliedSchema
from recommender.loaders.fields import ContentSchema, Text, TupleOf, Word, YesNo, load_into, nested
from recommender.loaders.yaml_source import Document
from recommender.models.conditions import AnyOf, Condition, Not, both
from recommender.models.rules import Actions, Branch, Rule

FOLDERS = {
    "GEN": "general",
    "FACT": "findings",
    "RF-E": "red_flags",
    "RF-U": "red_flags",
    "RF-P": "red_flags",
    "RF-R": "precautions",
    "CI-A": "contraindications",
    "CI-R": "precautions",
    "IN": "indications",
    "SIT": "sitting",
    "DOS": "dosing",
    "ORD": "ordering",
    "FU": "follow_up",
}
STRENGTHS = (
    "guideline",
    "consensus",
    "trials",
    "trials_low",
    "trials_low_moderate",
    "trials_moderate",
    "observational",
    "practice",
    "design",
)


# What a branch may do without a word to the person.
_SILENT = frozenset(
    {"derive", "ask", "ask_again", "order", "target", "plan", "positions", "provide", "size", "mix", "checks"}
)


class CaseSchema(ContentSchema):
    when = ConditionField(required=True)
    then = nested(ActionsSchema, required=True)
    say = Text()
    why = Text()


class RuleSchema(ContentSchema):
    id = Text(required=True, validate=validate.Regexp(r"^[A-Z]+-[A-Z]?\d{2}$", error="must look like RF-E01."))
    title = Text(required=True)
    when = ConditionField()
    then = nested(ActionsSchema)
    cases = TupleOf(nested(CaseSchema), validate=validate.Length(min=1))
    first_case = YesNo(load_default=False)
    say = Text()
    why = Text(required=True)
    sources = TupleOf(
        Word("source"), required=True, validate=validate.Length(min=1, error="must name at least one source.")
    )
    strength = TupleOf(Text(validate=validate.OneOf(STRENGTHS, error="must be one of: {choices}.")), required=True)
    confirm = YesNo(load_default=False)
    text_only = YesNo(load_default=False)
    kept_by = Text()
    notes = TupleOf(Text())
    author = Text(required=True)
    since = Text(required=True)
    changed = Text()

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        if data["text_only"]:
            if {"when", "then", "cases"} & set(data) or "kept_by" not in data:
                raise ValidationError(
                    "of a text_only rule: no when, then or cases, but kept_by with the test that keeps it.", "text_only"
                )
            return
        if "cases" in data and "then" in data:
            raise ValidationError("stands beside cases. Move it into a case.", "then")
        if "cases" not in data and not {"when", "then"} <= set(data):
            raise ValidationError("is missing. Give when and then, or cases.", "when" if "when" not in data else "then")


def load_rules(documents: list[Document]) -> tuple[Rule, ...]:
    """Return the rules in order of id; faults are added to the documents."""
    schema = RuleSchema()
    rules: dict[str, tuple[Document, Rule]] = {}
    for document in documents:
        data = load_into(schema, document)
        if data is None:
            continue
        if _prefix(data["id"]) not in FOLDERS:
            known = ", ".join(FOLDERS)
            document.faults.append(
                document.fault(("id",), f"id '{data['id']}' is of no known kind. Begin it with one of {known}.")
            )
            continue
        rule = _rule(data, document)
        if rule.id in rules:
            document.faults.append(
                document.fault(
                    ("id",), f"rule '{rule.id}' exists in {rules[rule.id][0].path} too. Give one of them a new id."
                )
            )
        rules[rule.id] = (document, rule)
    order = list(FOLDERS)
    return tuple(
        sorted((rule for _, rule in rules.values()), key=lambda rule: (order.index(_prefix(rule.id)), rule.id))
    )


def _prefix(rule_id: str) -> str:
    return re.sub(r"-?\d+$", "", rule_id)


def _rule(data: dict[str, Any], document: Document) -> Rule:
    folder, name = document.path.rsplit("/", 2)[-2:]
    if not name.startswith(f"{data['id']}-"):
        document.faults.append(
            document.fault(
                ("id",), f"id '{data['id']}' does not begin the file's name. Rename the file {data['id']}-....yaml."
            )
        )
    wanted = FOLDERS.get(_prefix(data["id"]))
    if wanted != folder:
        document.faults.append(
            document.fault(("id",), f"rule '{data['id']}' is in folder '{folder}'. Move it to '{wanted}'.")
        )
    branches = () if data["text_only"] else tuple(_branches(data, document))
    kept = (
        "id",
        "title",
        "why",
        "sources",
        "strength",
        "confirm",
        "text_only",
        "kept_by",
        "notes",
        "author",
        "since",
        "changed",
    )
    return Rule(kind=folder, path=document.path, branches=branches, **{key: data[key] for key in kept if key in data})


def _branches(data: dict[str, Any], document: Document) -> list[Branch]:
    if "cases" not in data:
        say = _say(data, data, document, ("then",))
        return [Branch(data["id"], data["id"], data["when"], data["then"], say, data["why"], document.line(("when",)))]
    branches = []
    earlier: list[Condition] = []
    for number, case in enumerate(data["cases"], start=1):
        when = case["when"]
        if data["first_case"] and earlier:
            when = both(Not(AnyOf(tuple(earlier))), case["when"])
        earlier.append(case["when"])
        say = _say(case, data, document, ("cases", number - 1))
        branches.append(
            Branch(
                id=f"{data['id']}/{number}",
                rule_id=data["id"],
                when=both(data.get("when"), when),
                then=case["then"],
                say=say,
                why=case.get("why", data["why"]),
                line=document.line(("cases", number - 1)),
            )
        )
    return branches


def _say(case: dict[str, Any], data: dict[str, Any], document: Document, place: tuple[str | int, ...]) -> str:
    """Return what the person is told; only a branch that does nothing but derive or ask may say nothing."""
    say: str | None = case.get("say", data.get("say"))
    silent = not (set(_given(case["then"])) - _SILENT)
    if say is None and not silent:
        document.faults.append(document.fault(place, "'say' is missing. Write what the person is told."))
    return say or ""


def _given(actions: Actions) -> list[str]:
    empty = Actions()
    return [name for name in Actions.__dataclass_fields__ if getattr(actions, name) != getattr(empty, name)]


class RuleSetSchema(ContentSchema):
    version = Text(required=True)
    supplied_facts = TupleOf(nested(SuppliedSchema), required=True)


def load_rule_set_file(document: Document) -> Any:
    """Return {version, supplied_facts} of rules/rule-set.yaml, or None after noting its faults."""
    return load_into(RuleSetSchema(), document)
