"""The answer sheet: marshmallow fields made from the questionnaire, one source of truth for form and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

from recommender.engine.describe import in_words
from recommender.engine.flow import Flow
from recommender.errors import IntakeError
from recommender.models.questionnaire import Answer, Intake, Question, QuestionKind, Questionnaire, Task

TASK_LENGTH = 120
MOVE_LENGTH = 60
WHOLE_SHEET = "answers"

Say = Callable[..., str]


def sayer(translate: Callable[[str], str]) -> Say:
    """Return ``say(template, **values)``: the template in another language, with the values in it."""
    return lambda template, **values: translate(template) % values


class WholeNumber(fields.Integer):
    """A whole number: 7 and 7.0, but not "7", true or 7.5."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole:
            raise self.make_error("invalid", input=value)
        return int(value)


class _Choice(fields.String):
    def __init__(self, question: Question, say: Say) -> None:
        told = _instruction(question, say)
        super().__init__(error_messages={"invalid": told})
        self._ids = [option.id for option in question.options]
        self._told = say("%(instruction)s Use one of: %(ids)s.", instruction=told, ids=", ".join(self._ids))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self._ids:
            raise ValidationError(self._told)
        return value


class _Choices(fields.List[Any]):
    """Several options, in the order of the questionnaire. An exclusive option stands alone."""

    def __init__(self, question: Question, say: Say) -> None:
        told = say("%(instruction)s Give a list of option ids.", instruction=_instruction(question, say))
        super().__init__(_Choice(question, say), error_messages={"invalid": told})
        self._options = question.options
        self._say = say

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        chosen = super()._deserialize(value, attr, data, **kwargs)
        if len(set(chosen)) != len(chosen):
            raise ValidationError(self._say("Select each answer once."))
        for option in self._options:
            if option.exclusive and option.id in chosen and len(chosen) > 1:
                raise ValidationError(
                    self._say("Select “%(option)s” on its own, or only the others.", option=option.text)
                )
        return tuple(option.id for option in self._options if option.id in chosen)


class _Moves(fields.List[Any]):
    """Ids of moves. Which there are, and which are in the person's routine, is known to whoever reads the whole check."""

    def __init__(self, question: Question, say: Say) -> None:
        told = say("%(instruction)s Give a list of move ids.", instruction=_instruction(question, say))
        words = fields.String(error_messages={"invalid": told}, validate=validate.Length(1, MOVE_LENGTH, error=told))
        super().__init__(words, error_messages={"invalid": told})
        self._say = say

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        named = super()._deserialize(value, attr, data, **kwargs)
        if len(set(named)) != len(named):
            raise ValidationError(self._say("Select each answer once."))
        return tuple(named)


def _instruction(question: Question, say: Say) -> str:
    """Return what to do about a question without a usable answer, in the person's words."""
    text = question.text.rstrip(":")
    match question.kind:
        case QuestionKind.MANY:
            alone = next((option.text for option in question.options if option.exclusive), None)
            if alone is None:
                return say("Select all that apply: %(question)s", question=text)
            return say("Select all that apply, or “%(option)s”: %(question)s", option=alone, question=text)
        case QuestionKind.NUMBER:
            low, high = question.minimum, question.maximum
            return say("Enter a whole number from %(low)s to %(high)s: %(question)s", low=low, high=high, question=text)
        case QuestionKind.TASK:
            low, high = question.minimum, question.maximum
            return say(
                "Name one thing and give it a number from %(low)s to %(high)s: %(question)s",
                low=low,
                high=high,
                question=text,
            )
        case QuestionKind.MOVES:
            return say("Select moves of your routine, or none: %(question)s", question=text)
        case _:
            return say("Select an answer: %(question)s", question=text)


def read_json(text: str | bytes) -> Any:
    """Return JSON as plain data.

    Raises:
        IntakeError: a key stands twice: of two answers to one question neither can be trusted.
        ValueError: not JSON (RecursionError where it is nested too deeply).
    """
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    repeated = {name for name, _ in pairs if sum(other == name for other, _ in pairs) > 1}
    if repeated:
        raise IntakeError({name: ["This is given twice. Give it once."] for name in sorted(repeated)})
    return dict(pairs)


def raw_answers(answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Return answers as they stand in JSON."""
    return {question: _raw(answer) for question, answer in answers.items()}


class AnswerSheet:
    """Reads answers, from JSON or a form, against one questionnaire, with messages in its language."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        flow: Flow,
        supplied: Mapping[str, int],
        translate: Callable[[str], str] = str,
    ) -> None:
        self._questionnaire = questionnaire
        self._flow = flow
        self._supplied = supplied
        self._say = sayer(translate)
        self.fields = {question.id: _field(question, self._say) for question in questionnaire.intake_questions}
        self._every = {question.id: _field(question, self._say) for question in questionnaire.questions.values()}

    def read(self, raw: Any) -> Intake:
        """Return a complete, valid intake.

        A blank (null, "" or []) is no answer. A sheet that already decides an emergency, or an urgent outcome with the
        extra questions answered, is complete without the later pages.

        Raises:
            IntakeError: every message by question id.
        """
        if not isinstance(raw, Mapping):
            told = self._say("Give the answers as an object of question ids and answers.")
            raise IntakeError({WHOLE_SHEET: [told]})
        stray = self._say("This is not a question of the questionnaire. Remove it.")
        messages: dict[str, list[str]] = {str(name): [stray] for name in raw if name not in self.fields}
        answers, faults = self.read_some(raw, self.fields)
        messages.update(faults)
        walk = self._flow.walk(answers)
        for question_id in answers:
            if question_id not in walk.shown:
                messages[question_id] = [self._why_not_shown(question_id)]
            elif self._flow.not_offered(question_id, answers):
                messages[question_id] = [self._say("Select one of the places you ticked.")]
        for question_id in walk.missing:
            messages.setdefault(question_id, [self.instruction(question_id)])
        if messages:
            raise IntakeError(self._in_order(messages))
        return Intake(answers, self._supplied)

    def instruction(self, question_id: str) -> str:
        """Return what to do about a question that has no answer yet."""
        return _instruction(self._questionnaire.questions[question_id], self._say)

    def read_some(
        self, raw: Mapping[str, Any], question_ids: Iterable[str]
    ) -> tuple[dict[str, Answer], dict[str, list[str]]]:
        """Return the usable answers to some questions, and the messages of those that cannot be used. Blanks are skipped.

        The questions may be of any occasion.
        """
        answers: dict[str, Answer] = {}
        messages: dict[str, list[str]] = {}
        for question_id in question_ids:
            value = raw.get(question_id)
            if value is None or value == "" or value == []:
                continue
            try:
                answers[question_id] = self._every[question_id].deserialize(value)
            except ValidationError as error:
                messages[question_id] = list(dict.fromkeys(_flat(error.messages)))
        return answers, messages

    def _why_not_shown(self, question_id: str) -> str:
        question = self._questionnaire.questions[question_id]
        conditions = [
            part for part in (self._questionnaire.page_of[question_id].shown_if, question.shown_if) if part is not None
        ]
        asked = " and ".join(in_words(condition, self._questionnaire) for condition in conditions)
        return self._say(
            "This question is not asked with these answers: remove it. It is asked only if %(condition)s.",
            condition=asked,
        )

    def _in_order(self, messages: Mapping[str, list[str]]) -> dict[str, list[str]]:
        known = [question_id for question_id in self.fields if question_id in messages]
        return {name: messages[name] for name in [*known, *sorted(set(messages) - set(known))]}


def _raw(answer: Answer) -> Any:
    if isinstance(answer, Task):
        return {"task": answer.task, "score": answer.score}
    return list(answer) if isinstance(answer, tuple) else answer


def _field(question: Question, say: Say) -> fields.Field[Any]:
    told = _instruction(question, say)
    match question.kind:
        case QuestionKind.ONE:
            return _Choice(question, say)
        case QuestionKind.MANY:
            return _Choices(question, say)
        case QuestionKind.NUMBER:
            low, high = question.minimum, question.maximum
            return WholeNumber(error_messages={"invalid": told}, validate=validate.Range(low, high, error=told))
        case QuestionKind.MOVES:
            return _Moves(question, say)
        case QuestionKind.TASK:
            return fields.Nested(_task_schema(question, say), error_messages={"type": told, "invalid": told})


def _task_schema(question: Question, say: Say) -> type[Schema]:
    low, high = question.minimum, question.maximum
    number = say("Enter a whole number from %(low)s to %(high)s.", low=low, high=high)
    words = say("Name one thing you want to do better.")
    length = say("Use 1 to %(most)s characters.", most=TASK_LENGTH)

    class TaskSchema(Schema):
        error_messages = {
            "unknown": say("This is not part of the answer. Remove it."),
            "type": _instruction(question, say),
        }

        class Meta:
            unknown = RAISE

        task = fields.String(
            required=True,
            error_messages={"required": words, "invalid": words, "null": words},
            validate=validate.Length(1, TASK_LENGTH, error=length),
        )
        score = WholeNumber(
            required=True,
            error_messages={"required": number, "invalid": number, "null": number},
            validate=validate.Range(low, high, error=number),
        )

        @post_load
        def build(self, data: dict[str, Any], **_: Any) -> Task:
            return Task(" ".join(data["task"].split()), data["score"])

    return TaskSchema


def _flat(messages: Any) -> list[str]:
    if isinstance(messages, dict):
        return [text for inner in messages.values() for text in _flat(inner)]
    return [text for message in messages for text in (_flat(message) if isinstance(message, dict) else [str(message)])]
