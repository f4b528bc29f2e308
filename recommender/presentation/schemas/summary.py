"""The short reply to answers: all that is told of getting help, and the routine without what the catalogue tells."""

from __future__ import annotations

from marshmallow import fields, validate

from recommender.models.levels import Stage
from recommender.models.routine import ExclusionReason
from recommender.models.slots import DOSE_FIGURES
from recommender.presentation.schemas.recommendation import (
    AdviceSchema,
    ContactsSchema,
    DispositionSchema,
    LanguageSchema,
    ReviewSchema,
    RuleSetSchema,
    UnsureQuestionSchema,
    act_of_a_rule,
    within_of_a_rule,
)
from recommender.presentation.schemas.reply import ReplySchema, part, parts, texts, whole, wholes, words


class ShortMoveSchema(ReplySchema):
    exercise = words("Id of the exercise; see `GET /api/v1/exercises/<id>`.")
    form = words("Id of the form of it that this person may do: no other one of the exercise.")
    dose = fields.Dict(
        keys=fields.String(validate=validate.OneOf(DOSE_FIGURES)),
        values=fields.Integer(strict=True),
        required=True,
        metadata={
            "description": "How much of it: `sets`, `reps`, `hold_seconds` and `seconds`, as far as there are such, as a check takes them."
        },
    )
    seconds = whole("How long it takes in all, in seconds.")
    cautions = texts("What to watch out for that is told to this person, beside what the catalogue says to everybody.")


class ShortRoutineSchema(ReplySchema):
    how_often = words("How often to do it.", null="where no rule says so")
    strength_days = words(
        "On how many days a week to do it whole.", null="where every day is alike, or no rule says so"
    )
    minutes_budget = whole("The minutes it may take: what was answered, or fewer where a rule says so.")
    seconds = whole("How long it takes, in seconds: the sum over the items.")
    stage = words("How far along the person is.", ids=Stage)
    items = wholes("The routine in order: where each move stands in `moves`, counted from 0.")
    other_days = wholes("In the same way, that of the days between strength days.", null="where every day is alike")
    moves = parts(ShortMoveSchema, "The moves of both, each once.")


class ShortBreakSchema(ReplySchema):
    name = words("Name of the short routine.")
    rule = words("Id of the rule why it is offered.")
    moves = parts(ShortMoveSchema, "Its moves, in order.")


class ShortReasonSchema(ReplySchema):
    rule = words("Id of the rule; see `GET /api/v1/rules/<id>`.")
    text = words("What the rule says to the person.")
    within = within_of_a_rule()
    act = act_of_a_rule()


class ShortDispositionSchema(DispositionSchema):
    reasons = parts(ShortReasonSchema, "The rules that ask for an outcome, the worst first.")


class ShortRecommendationSchema(ReplySchema):
    disposition = part(ShortDispositionSchema, "How urgent it is, what to do, and why.")
    answer_again = parts(UnsureQuestionSchema, "Questions answered `not_sure` that count in this outcome.")
    review = part(ReviewSchema, "What to do about being seen beside the routine.", null="without one")
    routine = part(ShortRoutineSchema, "The routine.", null="where the outcome shows none")
    left_out = fields.Dict(
        keys=fields.String(validate=validate.OneOf([reason.value for reason in ExclusionReason])),
        values=fields.List(fields.String()),
        required=True,
        metadata={
            "description": "Ids of all other exercises of the catalogue, by the kind of reason why they are left out; empty without a "
            "routine."
        },
    )
    advice = parts(AdviceSchema, "Advice about getting help; the other advice is that of the rules in `fired`.")
    stop_rules = texts("When to stop; empty without a routine.")
    breaks = parts(ShortBreakSchema, "Short routines for breaks in the day; empty without a routine.")
    contacts = parts(ContactsSchema, "Where to get help: in the country of the request, or in each where none is set.")
    fired = texts("Ids of the rules that fired, each once.")
    rule_set = part(RuleSetSchema, "The content that decided.")
    not_approved = words("That clinicians have not approved this content, in words.", null="once they have")
    language = part(LanguageSchema, "The language of the texts.")
