"""The replies with content: as their schemas say, with every field that the models have; and the page about all of it."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, ValidationError

from recommender.models import actions as action_models
from recommender.models import catalogue, follow_up, questionnaire, rules
from recommender.presentation.schemas import actions, exercises
from recommender.presentation.schemas import questionnaire as questions
from recommender.presentation.schemas import rules as rule_schemas
from recommender.presentation.schemas.problem import ProblemSchema
from recommender.presentation.schemas.reply import documented
from recommender.service.recommend import Recommender
from tests.support.recorded import load
from tests.support.routes import api_routes
from tests.web.api.test_recorded_replies import play
from tools.api_docs import BODY, MARK, PAGE, REPLIES, page, shapes

CALLS: dict[str, type[Schema]] = {
    "/api/v1/questionnaire": questions.QuestionnaireSchema,
    "/api/v1/rules": rule_schemas.RuleListSchema,
    "/api/v1/exercises": exercises.ExerciseListSchema,
    "/api/v1/sources": exercises.SourceListSchema,
}
# What a reply does not tell of a model: where it stands tells it already, or it is not for readers.
UNTOLD = {
    questionnaire.Page: {"occasion", "earlier_slugs"},
    questionnaire.Question: {"gone", "summary"},
    rules.Branch: {"rule_id", "line"},
}
# The figure of a form is made from the pose data, which stand beside the exercises.
BESIDE = {catalogue.Form: {"figure"}}
MODELS: tuple[tuple[type, type[Schema]], ...] = (
    (questionnaire.Page, questions.PageSchema),
    (questionnaire.Question, questions.QuestionSchema),
    (questionnaire.Option, questions.OptionSchema),
    (questionnaire.Meaning, questions.MeaningSchema),
    (questionnaire.Later, questions.LaterSchema),
    (catalogue.Exercise, exercises.ExerciseSchema),
    (catalogue.DoseRange, exercises.DoseRangeSchema),
    (catalogue.Form, exercises.FormSchema),
    (catalogue.Breath, exercises.BreathSchema),
    (catalogue.SeedNote, exercises.SeedNoteSchema),
    (catalogue.Source, exercises.SourceSchema),
    (rules.Rule, rule_schemas.RuleSchema),
    (rules.Branch, rule_schemas.BranchSchema),
    (action_models.Actions, actions.ActionsSchema),
    (action_models.Scope, actions.ScopeSchema),
    (action_models.DispositionAction, actions.DispositionActionSchema),
    (action_models.Exclusion, actions.ExclusionSchema),
    (action_models.Modification, actions.ModificationSchema),
    (action_models.Preference, actions.PreferenceSchema),
    (action_models.SlotLimit, actions.SlotLimitSchema),
    (action_models.Advice, actions.AdviceActionSchema),
    (action_models.Provision, actions.ProvisionSchema),
    (action_models.Size, actions.SizeSchema),
    (action_models.TimeTable, actions.TimeTableSchema),
    (action_models.Timing, actions.TimingSchema),
    (action_models.Trim, actions.TrimSchema),
    (action_models.PlanRow, actions.PlanRowSchema),
    (action_models.MicroRoutine, actions.MicroRoutineSchema),
    (action_models.MicroItem, actions.MicroItemSchema),
    (action_models.Order, actions.OrderSchema),
    (action_models.Weights, actions.WeightsSchema),
    (action_models.NeverNext, actions.NeverNextSchema),
    (follow_up.FollowUp, actions.FollowUpSchema),
    (follow_up.Progress, actions.ProgressSchema),
    (follow_up.ProgressStep, actions.ProgressStepSchema),
)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("address", CALLS)
def test_a_reply_with_content_is_as_its_schema_says(client: FlaskClient, address: str, language: str) -> None:
    sent = client.get(address, headers={"Accept-Language": language}).get_json()
    assert CALLS[address]().load(sent) == sent


def test_one_rule_and_one_exercise_are_as_their_schemas_say(client: FlaskClient, recommender: Recommender) -> None:
    rule, exercise = recommender.content.rule_set.rules[0].id, recommender.content.catalogue.exercises[0].id
    for address, schema in (
        (f"/api/v1/rules/{rule}", rule_schemas.OneRuleSchema()),
        (f"/api/v1/exercises/{exercise}", exercises.OneExerciseSchema()),
    ):
        sent = client.get(address).get_json()
        assert schema.load(sent) == sent


def test_every_problem_is_as_its_schema_says(client: FlaskClient) -> None:
    problems = [play(client, request) for request, _ in load() if request.call == "problem"]
    assert len(problems) > 60
    for reply in problems:
        assert ProblemSchema().load(reply.body) == reply.body


@pytest.mark.parametrize(("model", "schema"), MODELS, ids=lambda one: one.__name__)
def test_a_reply_tells_every_field_of_a_model(model: Any, schema: type[Schema]) -> None:
    told = {field.data_key or name for name, field in schema().fields.items()}
    held = {field.name for field in dataclasses.fields(model)}
    assert told == (held - UNTOLD.get(model, set())) | BESIDE.get(model, set())


@pytest.mark.parametrize(
    "condition",
    ["never", {}, {"all": {"a": 1}}, {"a": {"is": "x"}, "b": {"is": "y"}}, {"not": 3}, {"finding": 3}, {"a": "x"}],
    ids=json.dumps,
)
def test_what_is_no_condition_is_refused(condition: Any) -> None:
    with pytest.raises(ValidationError):
        questions.ConditionField().deserialize(condition)


@pytest.mark.parametrize("title", [BODY, *dict(REPLIES)])
def test_every_field_says_what_it_means(recommender: Recommender, title: str) -> None:
    silent = [
        place
        for place, field in documented(dict(shapes(recommender.check_in_sheet.schema))[title])
        if not re.fullmatch(r"[A-Z`\"].*[.]", field.metadata.get("description", ""))
    ]
    assert silent == []


def test_the_page_about_the_api_is_that_of_today(recommender: Recommender) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert MARK in text
    assert text == page(text, recommender.check_in_sheet.schema), "run python -m tools.api_docs"


def test_the_page_names_every_call(client: FlaskClient) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [route for route in api_routes(client.application) if f"`{route}`" not in text] == []
