"""The reply with the questionnaire: every page, question and option, with when each is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, fields
from marshmallow.experimental.context import Context

from recommender.models.conditions import Condition
from recommender.models.questionnaire import QuestionKind
from recommender.presentation.schemas.recommendation import RuleSetSchema
from recommender.presentation.schemas.reply import ReplySchema, part, parts, texts, whole, words, yes_no
from recommender.questionnaire.answer_sheet import raw_answers

ConditionWriter = Callable[[Condition], Any]


class ConditionField(fields.Field[Any]):
    """A condition in the language of the rule files. Dumping needs a ``Context`` with the ``ConditionWriter``."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        write: ConditionWriter = Context.get()
        return None if value is None else write(value)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not _is_condition(value):
            raise ValidationError("Not a condition of the rule language.")
        return value


def _is_condition(value: Any) -> bool:
    if value == "always":
        return True
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [(word, inner)] = value.items()
    match word:
        case "all" | "any":
            return isinstance(inner, list) and all(map(_is_condition, inner))
        case "not":
            return _is_condition(inner)
        case "at_least":
            return isinstance(inner, dict) and set(inner) == {"n", "of"} and all(map(_is_condition, inner["of"]))
        case "finding":
            return isinstance(inner, str)
    return isinstance(inner, dict) and len(inner) == 1


class AnswerField(fields.Field[Any]):
    """An answer as it stands in JSON: an option id, several, or a number."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else raw_answers({"answer": value})["answer"]


class MeaningSchema(ReplySchema):
    question = words("Id of the intake question that this answer says something of.")
    option = words("Id of the option that it means there.")
    instead_of = texts("Ids of the earlier options that it replaces; empty where it replaces any.")


class LaterSchema(ReplySchema):
    option = words("Id of the option that the answer becomes by itself.")
    after_weeks = whole("After how many whole weeks.")


class SignSchema(ReplySchema):
    question = words("Id of the safety question.")
    option = words("Id of its option.")


class OptionSchema(ReplySchema):
    id = words("Id of the option: what an answer holds.")
    text = words("The option in words.")
    hint = words("A word of help.", null="without one")
    detail = words(
        "What counts as this answer: shown on demand, and where it is chosen.", null="where the text says it all"
    )
    exclusive = yes_no("Whether it can only be chosen alone.")
    means = parts(MeaningSchema, "What it says of intake questions, where it is an answer at a check.")
    becomes = part(LaterSchema, "What the answer turns into with time.", null="where it stays as it is")
    short = words("Its words in a short safety screen.", null="without them")
    not_with = parts(SignSchema, "Answers beside which it cannot be true: a sheet with both is refused.")
    stands_for = parts(SignSchema, "The signs behind a line of a short safety screen: a tick opens their questions.")
    shown_if = ConditionField(
        required=True,
        allow_none=True,
        metadata={
            "description": "To whom a page need offer it. Null for everybody. Chosen by anybody else it is read all the same."
        },
    )


class OptionGroupSchema(ReplySchema):
    heading = words("The heading.")
    options = texts("Ids of the options below it, in order.")


class QuestionSchema(ReplySchema):
    id = words("Id of the question: its key in `answers`.")
    code = words("Its code in the evidence brief.")
    kind = words("What an answer is: `one` option id, `many`, a `number`, a `task`, or `moves`.", ids=QuestionKind)
    text = words("The question.")
    why = words("Why it is asked.")
    required = yes_no("Whether it must be answered where it is asked.")
    safety = yes_no("Whether it looks for a sign of danger.")
    hint = words("A word of help.", null="without one")
    shown_if = ConditionField(
        required=True, allow_none=True, metadata={"description": "When it is asked. Null where it always is."}
    )
    options = parts(OptionSchema, "What can be chosen; empty for numbers, tasks and moves.")
    groups = parts(
        OptionGroupSchema, "Headings between the options, in their order; options of no group come last. Mostly empty."
    )
    options_from = words("Id of the question whose chosen options are offered.", null="where all options are")
    default = AnswerField(
        required=True,
        allow_none=True,
        metadata={"description": "What an answer that is left out counts as. Null where no one answer says it."},
    )
    minimum = whole("The least number.")
    maximum = whole("The greatest number.")
    low_label = words("What the least number means.", null="without it")
    high_label = words("What the greatest number means.", null="without it")
    picture = words("How it may be drawn: `body` or `clock`.", null="without a picture")
    renews = words("Id of the intake question whose answer this one renews.", null="where it renews none")
    stands_in_for = texts("Ids of the safety questions that this short screen answers where nothing is ticked.")
    asked_if = ConditionField(
        required=True,
        allow_none=True,
        metadata={
            "description": "Where it does not hold, it need not be asked although `shown_if` does, as no answer can matter. It is "
            "read on any sheet that may have it. Null where `shown_if` alone says."
        },
    )
    after_result = ConditionField(
        required=True,
        allow_none=True,
        metadata={
            "description": "Where it holds, it need not be asked before there is a result: it may be given on any sheet. "
            "Null where it is asked with the others."
        },
    )
    changes = words("What its answer changes, for the person.", null="where it is asked with the others")
    support = words("Words beside the crisis line for whoever has not answered it.", null="without them")


class PageSchema(ReplySchema):
    id = words("Id of the page.")
    slug = words("Its name in addresses.")
    title = words("Its title.")
    intro = words("What to say before the questions.", null="without it")
    title_shown = yes_no("Whether the title needs to be seen; where not, the questions say enough.")
    safety_line = yes_no("Whether it says what to do in an emergency.")
    stops_if_urgent = yes_no("Whether an answer up to here that must be seen to the same day ends the questions.")
    stops_if_see_first = ConditionField(
        required=True,
        allow_none=True,
        metadata={"description": "For whom any outcome without a routine ends the questions here. Null for nobody."},
    )
    shown_if = ConditionField(
        required=True, allow_none=True, metadata={"description": "When the page is asked. Null where it always is."}
    )
    after_result = yes_no("Whether it is the page behind the result, with what no page before it asks.")
    questions = parts(QuestionSchema, "Its questions, in order.")


class QuestionnaireSchema(ReplySchema):
    pages = parts(PageSchema, "The pages of the intake, in order.")
    before_session = parts(PageSchema, "The page before each session.")
    during_session = parts(PageSchema, "The page about a move that hurts in a session.")
    after_session = parts(PageSchema, "The page after each session, which no rule reads.")
    follow_up = parts(PageSchema, "The pages of a check.")
    version = whole(
        "It rises when answers that were kept must be asked again; a check may name it as `questions_version`."
    )
    rule_set = part(RuleSetSchema, "The content that it belongs to.")
