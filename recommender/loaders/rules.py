"""Load rules: one file, one rule, every branch a condition and its actions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from recommender.loaders.actions import ActionsSchema
from recommender.loaders.conditions import ConditionField
from recommender.loaders.facts import SuppliedSchema
from recommender.loaders.fields import (
    ContentSchema,
    ListOf,
    Text,
    TupleOf,
    Whole,
    Word,
    YesNo,
    current_vocabulary,
    load_into,
    nested,
)
from recommender.loaders.manifest import ManifestSchema
from recommender.loaders.tables import TableSchema
from recommender.loaders.yaml_source import Document
from recommender.models.actions import Actions
from recommender.models.conditions import ALWAYS, AnyOf, Condition, Not, both
from recommender.models.facts import SuppliedFact, at_check
from recommender.models.follow_up import CheckSchedule
from recommender.models.rules import Asked, Branch, Rule, UnreadAnswers

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
    {
        "derive",
        "ask",
        "ask_again",
        "short_screen",
        "order",
        "target_regions",
        "plan",
        "positions",
        "equipment_available",
        "session_size",
        "slot_limits",
    }
)


class CountsField(fields.Dict):
    """{name: [conditions]}: lists of which the conditions of rules say how many hold."""

    def __init__(self) -> None:
        super().__init__(
            keys=Text(
                validate=validate.Regexp(r"^[a-z][a-z0-9_]*$", error="must be lower case letters, digits and _.")
            ),
            values=TupleOf(
                ConditionField(), validate=validate.Length(min=2, error="must list two conditions or more.")
            ),
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            counts: dict[str, Any] = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ValidationError as error:  # marshmallow tells of the values under a key "value", which the file has not
            told = error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}
            raise ValidationError(
                {
                    name: part["value"] if isinstance(part, dict) and "value" in part else part
                    for name, part in told.items()
                }
            ) from error
        known = current_vocabulary()
        for name in counts:
            if name in known.questions or name in known.flags or name in known.values or name in known.supplied:
                raise ValidationError({name: ["is the name of something else too. Give the count a name of its own."]})
        return counts


class CaseSchema(ContentSchema):
    asked = fields.Enum(Asked, by_value=True)
    when = ConditionField(required=True)
    then = nested(ActionsSchema, required=True)
    say = Text()
    why = Text()


class RuleSchema(ContentSchema):
    id = Text(required=True, validate=validate.Regexp(r"^[A-Z]+-[A-Z]?\d{2}$", error="must look like RF-E01."))
    title = Text(required=True)
    asked = fields.Enum(Asked, by_value=True)
    counts = CountsField()
    when = ConditionField()
    then = nested(ActionsSchema)
    table = nested(TableSchema)  # written out as cases before a rule is loaded
    cases = TupleOf(nested(CaseSchema), validate=validate.Length(min=1))
    first_match_only = YesNo(load_default=False)
    say = Text()
    why = Text(required=True)
    sources = TupleOf(
        Word("source"), required=True, validate=validate.Length(min=1, error="must name at least one source.")
    )
    strength = TupleOf(Text(validate=validate.OneOf(STRENGTHS, error="must be one of: {choices}.")), required=True)
    needs_clinical_decision = YesNo(load_default=False)
    text_only = YesNo(load_default=False)
    kept_by = Text()
    notes = TupleOf(Text())
    author = Text(required=True)
    since = Text(required=True)
    changed = Text()

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        if data["text_only"]:
            if {"asked", "counts", "when", "then", "cases"} & set(data) or "kept_by" not in data:
                raise ValidationError(
                    "of a text_only rule: no when, then or cases, but kept_by with the test that keeps it.", "text_only"
                )
            return
        if "cases" in data and "then" in data:
            raise ValidationError("stands beside cases. Move it into a case.", "then")
        if "cases" not in data and not {"when", "then"} <= set(data):
            raise ValidationError(
                "is missing. Give when and then, or cases, or a table.", "when" if "when" not in data else "then"
            )


def load_rules(documents: list[Document], supplied: Iterable[SuppliedFact] | None) -> tuple[Rule, ...]:
    """Return the rules in order of id; faults are added to the documents.

    ``supplied`` are the facts worked out; None where their file has faults of its own, which are told instead.
    """
    schema, check = RuleSchema(), ALWAYS if supplied is None else at_check(supplied)
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
        rule = _rule(data, document, check)
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


def _rule(data: dict[str, Any], document: Document, check: Condition | None) -> Rule:
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
    branches = () if data["text_only"] else tuple(_branches(data, document, check))
    kept = (
        "id",
        "title",
        "why",
        "sources",
        "strength",
        "needs_clinical_decision",
        "text_only",
        "kept_by",
        "notes",
        "author",
        "since",
        "changed",
    )
    return Rule(kind=folder, path=document.path, branches=branches, **{key: data[key] for key in kept if key in data})


def _branches(data: dict[str, Any], document: Document, check: Condition | None) -> list[Branch]:
    if "cases" not in data:
        return [_branch(data, data, document, data["when"], data["id"], ("when",), check)]
    branches = []
    earlier: list[Condition] = []
    for number, case in enumerate(data["cases"], start=1):
        when = case["when"]
        if data["first_match_only"] and earlier:
            when = both(Not(AnyOf(tuple(earlier))), case["when"])
        earlier.append(case["when"])
        place = ("cases", number - 1)
        branches.append(
            _branch(case, data, document, both(data.get("when"), when), f"{data['id']}/{number}", place, check)
        )
    return branches


def _branch(
    case: dict[str, Any],
    data: dict[str, Any],
    document: Document,
    when: Condition,
    branch_id: str,
    place: tuple[str | int, ...],
    check: Condition | None,
) -> Branch:
    """Return a case of a rule as a branch; ``case`` is the rule itself where it has no cases."""
    asked = case.get("asked", data.get("asked"))
    if asked and check is None:
        message = "'asked' needs a fact in rules/rule-set.yaml that counts the checks: count_checks, only_at_checks."
        document.faults.append(document.fault((*(place if case is not data else ()), "asked"), message))
    elif asked:
        when = both(check, when)
    return Branch(
        id=branch_id,
        rule_id=data["id"],
        when=when,
        then=case["then"],
        say=_say(case, data, document, place if case is not data else ("then",)),
        why=case.get("why", data["why"]),
        line=document.line(place),
        asked=asked,
    )


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


class CheckScheduleSchema(ContentSchema):
    model = CheckSchedule

    on_days = TupleOf(Whole(), required=True, validate=validate.Length(min=1))
    first_to_decide = TupleOf(Word("rule"), required=True)
    then_every_days = Whole(validate=validate.Range(1, error="must be 1 or more."))

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        days = data.get("on_days", ())
        if list(days) != sorted(set(days)):
            raise ValidationError("must be days in order, each once.", "on_days")


class RankSchema(ContentSchema):
    id = Text(required=True)
    points = Whole(required=True)
    meaning = Text(required=True)


class UnreadAnswersSchema(ContentSchema):
    model = UnreadAnswers

    question = Word("question", required=True)
    options = TupleOf(Text(), required=True)
    why = Text(required=True)


class RuleSetSchema(ContentSchema):
    version = Text(required=True)
    questions_version = Whole(load_default=1, validate=validate.Range(1, error="must be 1 or more."))
    manifest = nested(ManifestSchema, required=True)
    check_in_schedule = nested(CheckScheduleSchema, required=True)
    ranks = ListOf(nested(RankSchema), by="id", required=True)
    supplied_facts = TupleOf(nested(SuppliedSchema), required=True)
    unread_answers = TupleOf(nested(UnreadAnswersSchema))

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        points = [rank["points"] for rank in data.get("ranks", ())]
        if points != sorted(points, reverse=True):
            raise ValidationError("must stand from most points to least.", "ranks")


def load_rule_set_file(document: Document) -> Any:
    """Return the parts of rules/rule-set.yaml by their keys, or None after noting its faults."""
    return load_into(RuleSetSchema(), document)
