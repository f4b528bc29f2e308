"""What is written about the rule language is true: every example loads, every key is told, and none that is not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from marshmallow import Schema, ValidationError, fields
from marshmallow.experimental.context import Context

from recommender.analysis.lint import lint
from recommender.loaders.conditions import GROUPS, OPERATORS, parse_condition
from recommender.loaders.content import load_content, load_vocabulary
from recommender.loaders.questionnaire import PageSchema
from recommender.loaders.rules import FOLDERS, STRENGTHS, RuleSchema, RuleSetSchema
from recommender.settings.folders import content_folder
from tests.support.content_copy import copied, write_down

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "rules" / "README.md"
PAGE = ROOT / "docs" / "rule-language.md"
# Under which heading of the page the keys of each schema stand.
HEADINGS = {
    "RuleSchema": "A rule",
    "CaseSchema": "A case",
    "TableSchema": "A table",
    "ActionsSchema": "What a rule does",
    "DispositionActionSchema": "`disposition`",
    "ExclusionSchema": "`exclude`",
    "ScopeSchema": "`for` and `except`",
    "ModificationSchema": "`modify`",
    "PreferenceSchema": "`prefer`",
    "LimitSchema": "`slot_limits`",
    "AdviceSchema": "`advise`",
    "ProvisionSchema": "`equipment_available`",
    "SizeSchema": "`session_size`",
    "TimePlanSchema": "`plan`",
    "TimingSchema": "`timing`",
    "TrimSchema": "`trim`",
    "PlanRowSchema": "`rows` of a plan",
    "MicroRoutineSchema": "`micro_routine`",
    "MicroItemSchema": "`items` of a micro routine",
    "OrderSchema": "`order`",
    "WeightsSchema": "`weights`",
    "NeverNextSchema": "`never_next`",
    "FollowUpSchema": "`follow_up`",
    "ProgressSchema": "`progress`",
    "ProgressStepSchema": "`steps`",
    "RuleSetSchema": "`rules/rule-set.yaml`",
    "UnreadAnswersSchema": "`unread_answers`",
    "ManifestSchema": "`manifest`",
    "CheckScheduleSchema": "`check_in_schedule`",
    "RankSchema": "`ranks`",
    "SuppliedSchema": "`supplied_facts`",
    "ElapsedSchema": "`elapsed`",
    "CheckCountSchema": "`count_checks`",
    "RunTotalSchema": "`run_total`",
    "DifferenceSchema": "`difference`",
    "AtStartSchema": "`at_start`",
    "NamedSchema": "`named`",
    "PageSchema": "A page of questions",
    "QuestionSchema": "A question",
    "OptionSchema": "An option",
    "GoneOptionSchema": "An option that is gone",
    "OptionGroupSchema": "A group of options",
    "MeaningSchema": "`means`",
    "LaterSchema": "`becomes`",
    "SignSchema": "`not_with`",
}
ROW = re.compile(r"^\| `(\w+)` \| (yes)? ?\| (.+) \|$", re.MULTILINE)


def below(field: Any) -> Iterator[Schema]:
    """Yield the schemas of what may stand under a key."""
    if isinstance(field, fields.Nested):
        yield from schemas(field.schema)
    elif isinstance(field, fields.List):
        yield from below(field.inner)
    elif isinstance(field, fields.Dict) and field.value_field is not None:
        yield from below(field.value_field)


def schemas(schema: Schema) -> Iterator[Schema]:
    yield schema
    for field in schema.fields.values():
        yield from below(field)


def everything() -> dict[str, Schema]:
    return {
        type(schema).__name__: schema
        for root in (RuleSchema(), RuleSetSchema(), PageSchema())
        for schema in schemas(root)
    }


def sections() -> dict[str, str]:
    parts = re.split(r"^#+ (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_place_where_keys_stand_has_a_table() -> None:
    assert set(everything()) == set(HEADINGS)
    assert set(HEADINGS.values()) == {title for title, text in sections().items() if ROW.search(text)}


@pytest.mark.parametrize("name", HEADINGS)
def test_a_table_lists_the_keys_that_the_loader_reads(name: str) -> None:
    schema = everything()[name]
    told = {key: bool(given) for key, given, _ in ROW.findall(sections()[HEADINGS[name]])}
    assert told == {field.data_key or key: bool(field.required) for key, field in schema.fields.items()}


def conditions(path: Path) -> list[str]:
    """Return the conditions of the section about them, but for those that are cut short."""
    text = path.read_text(encoding="utf-8").split("## Conditions", 1)[1].split("\n## ", 1)[0]
    return [code for code in re.findall(r"`(\{[^`]+\}|always)`", text) if "..." not in code]


def test_every_condition_that_is_shown_can_be_read() -> None:
    shown = [*conditions(README), *conditions(PAGE)]
    assert len(shown) > 15
    with Context(load_vocabulary(content_folder("rules"), content_folder("catalogue"))) as context:
        for condition in shown:
            try:
                parse_condition(yaml.safe_load(condition), context.get())
            except ValidationError as error:
                pytest.fail(f"{condition}: {error.messages}")


def test_every_operator_and_group_is_told() -> None:
    for path in (README, PAGE):
        text = path.read_text(encoding="utf-8").split("## Conditions", 1)[1].split("\n## ", 1)[0]
        assert [word for word in (*OPERATORS, *GROUPS) if f"{word}:" not in text] == [], path.name


def test_every_strength_is_told() -> None:
    assert [word for word in STRENGTHS if f"`{word}`" not in PAGE.read_text(encoding="utf-8")] == []


def test_every_example_of_the_readme_loads(tmp_path: Path) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 3
    copied(tmp_path)
    for block in blocks:
        rule = yaml.safe_load(block)["id"]
        home = tmp_path / "rules" / FOLDERS[re.sub(r"-?\d+$", "", rule)]
        shipped = list(home.glob(f"{rule}-*.yaml"))
        for path in shipped:
            path.unlink()
        if not shipped:
            write_down(tmp_path, rule)
        (home / f"{rule}-example.yaml").write_text(block, encoding="utf-8")
    content = load_content(tmp_path / "rules", tmp_path / "catalogue")
    assert lint(content.questionnaire, content.rule_set, content.catalogue) == []
