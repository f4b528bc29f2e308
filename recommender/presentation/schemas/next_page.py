"""The reply with the next page of questions: what to show, what is still missing, and whether it is time to stop."""

from __future__ import annotations

from marshmallow import fields

from recommender.models.questionnaire import QuestionKind
from recommender.presentation.schemas.problem import OneProblemSchema
from recommender.presentation.schemas.questionnaire import AnswerField, OptionGroupSchema
from recommender.presentation.schemas.recommendation import (
    AdviceSchema,
    ContactsSchema,
    DispositionSchema,
    RuleSetSchema,
    UnsureQuestionSchema,
)
from recommender.presentation.schemas.reply import ReplySchema, part, parts, texts, whole, words, yes_no


class NextPageSchema(ReplySchema):
    id = words("Id of the page in `GET /api/v1/questionnaire`.", null="for extra questions, which are of later pages")
    slug = words("Its name in addresses: another page, another slug.")
    title = words("Its title.")
    title_shown = yes_no("Whether the title needs to be seen; where not, it is for those who do not see the page.")
    intro = words("What to say before the questions.", null="without it")
    safety_line = words("Whom to call when very ill: show it above the questions.", null="where nothing is said")


class NextOptionSchema(ReplySchema):
    id = words("Id of the option: what an answer holds.")
    text = words("The option in words.")
    hint = words("A word of help, always seen.", null="without one")
    detail = words(
        "What counts as this answer: shown on demand, and where it is chosen.", null="where the text says it all"
    )
    exclusive = yes_no("Whether it can only be chosen alone.")


class NextQuestionSchema(ReplySchema):
    id = words("Id of the question: its key in `answers`, or in what stands for it at a check.")
    kind = words(
        "What an answer is: `one` option id, `many` of them, a `number`, a `task` as "
        '`{"task": "...", "score": 4}`, or `moves`, a list of ids of exercises, which may be empty.',
        ids=QuestionKind,
    )
    text = words("The question.")
    why = words("Why it is asked.")
    hint = words("A word of help.", null="without one")
    required = yes_no("Whether it must be answered here. Any other may be skipped: send null for it.")
    safety = yes_no("Whether it looks for a sign of danger.")
    several = yes_no("Whether an answer is a list of option ids.")
    options = parts(NextOptionSchema, "What can be chosen now, in order; empty for numbers and tasks.")
    groups = parts(OptionGroupSchema, "Headings between the options, in their order; options of no group come last.")
    minimum = whole("The least number.", null="where no number is asked for")
    maximum = whole("The greatest number.", null="where no number is asked for")
    low_label = words("What the least number means.", null="without it")
    high_label = words("What the greatest number means.", null="without it")
    characters_at_most = whole("How long the words of a task may be.", null="where none are asked for")
    picture = words("How it may be drawn: `body` or `clock`.", null="without a picture")
    changes = words("What its answer changes, for the person.", null="where it is asked with the others")
    named = words(
        "What the person named at the start, which this question asks about.", null="where it is about nothing named"
    )
    answer = AnswerField(
        required=True, allow_none=True, metadata={"description": "What counts as its answer now. Null without one."}
    )
    error = words("What is wrong with what was sent for it, and what to do.", null="where nothing is")


class StopSchema(ReplySchema):
    disposition = part(DispositionSchema, "How urgent it is, what to do, and why.")
    answer_again = parts(UnsureQuestionSchema, "Questions answered `not_sure` that count in this outcome.")
    advice = parts(AdviceSchema, "Advice about getting help, each text once.")
    contacts = parts(ContactsSchema, "Where to get help: in the country of the request, or in each where none is set.")
    fired = texts("Ids of the rules that fired, each once.")


class WalkProgressSchema(ReplySchema):
    number = whole("Which page this is, from 1.")
    total = whole("How many pages there are, as far as the answers tell; it may still change.")
    minutes_left = whole("About how many minutes are left, this page among them.")


class NextSchema(ReplySchema):
    done = yes_no("Whether there is nothing more to ask. Then send `answers` on for the recommendation.")
    stop = part(
        StopSchema,
        "What to tell at once, where the questions ended early: no routine comes of these answers.",
        null="while there are questions, and where they went to their end",
    )
    page = part(NextPageSchema, "The page to show.", null="when there is none")
    questions = parts(NextQuestionSchema, "The questions of that page, in order; empty without one.")
    after_result = parts(
        NextQuestionSchema,
        "Once the first answers are done: what may be asked beside the result, none of it required. Otherwise empty.",
    )
    missing = texts("Ids of the questions that must still be answered, on this page and later, as far as is known.")
    answers = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={
            "description": "What counts of the answers of this run, without blanks and without answers to questions that are not "
            "asked any more: at a check those of the check."
        },
    )
    progress = part(WalkProgressSchema, "How far somebody is.", null="without a page")
    questions_version = whole(
        "Version of the questionnaire; where it is sent along, other questions are never taken for these."
    )
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={
            "description": "By question or place in the request, what to do about each fault; empty without one."
        },
    )
    problems = parts(OneProblemSchema, "The same for programs. Beside an emergency they hold nothing up.")
    rule_set = part(RuleSetSchema, "The content that decides.")
