"""Content as JSON: models field by field, and conditions in the language of the rule files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from recommender.models.conditions import Condition
from recommender.models.questionnaire import Page, Question, Questionnaire
from recommender.models.rules import Branch, Rule
from recommender.rulebook.plain_data import plain_condition


def as_json(value: Any) -> Any:
    """Return a model as JSON: dataclasses become objects, sets become sorted lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: as_json(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(as_json(part) for part in value)
    if isinstance(value, tuple | list):
        return [as_json(part) for part in value]
    return value


def page_json(page: Page, questionnaire: Questionnaire) -> dict[str, Any]:
    """Return a page with its questions."""
    return {
        "id": page.id,
        "slug": page.slug,
        "title": page.title,
        "intro": page.intro,
        "safety_line": page.safety_line,
        "stops_if_urgent": page.stops_if_urgent,
        "shown_if": _shown_if(page.shown_if, questionnaire),
        "questions": [_question_json(question, questionnaire) for question in page.questions],
    }


def rule_json(rule: Rule, questionnaire: Questionnaire) -> dict[str, Any]:
    """Return a rule with its branches; of what a branch does, only the parts that it uses."""
    plain = {part.name: as_json(getattr(rule, part.name)) for part in fields(rule) if part.name != "branches"}
    return {**plain, "branches": [_branch_json(branch, questionnaire) for branch in rule.branches]}


def _branch_json(branch: Branch, questionnaire: Questionnaire) -> dict[str, Any]:
    return {
        "id": branch.id,
        "when": plain_condition(branch.when, questionnaire),
        "then": {name: value for name, value in as_json(branch.then).items() if value not in (None, [], {})},
        "say": branch.say,
        "why": branch.why,
    }


def _question_json(question: Question, questionnaire: Questionnaire) -> dict[str, Any]:
    plain = {part.name: as_json(getattr(question, part.name)) for part in fields(question)}
    return {**plain, "shown_if": _shown_if(question.shown_if, questionnaire)}


def _shown_if(condition: Condition | None, questionnaire: Questionnaire) -> Any:
    return None if condition is None else plain_condition(condition, questionnaire)
