"""The answer sheet: marshmallow fields made from the questionnaire, one source of truth for form and JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

from recommender.errors import ErrorText, InputFault, IntakeError, Path, ProblemCode, faults_by_name
from recommender.models.plain_text import has_words, plain_text
from recommender.models.questionnaire import Answer, Intake, Question, QuestionKind, Questionnaire, Task
from recommender.questionnaire.condition_phrases import in_words

if TYPE_CHECKING:
    from recommender.questionnaire.flow import Flow

TASK_LENGTH = 120
MOVE_LENGTH = 60
WHOLE_SHEET = "answers"

_HALF_CHARACTER = re.compile(r"\\[uU][dD][89a-fA-F]|[\ud800-\udfff]")

FormatMessage = Callable[..., str]


def sayer(translate: Callable[[str], str]) -> FormatMessage:
    """Return ``say(template, **values)``: the template in another language, with the values in it."""
    return lambda template, **values: translate(template) % values


class WholeNumber(fields.Integer):
    """A whole number: 7 and 7.0, but not "7", true or 7.5."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole:
            raise self.make_error("invalid")
        return int(value)


class _Choice(fields.Field[str]):
    def __init__(self, question: Question, say: FormatMessage) -> None:
        self._ids = [option.id for option in question.options]
        told = _instruction(question, say)
        self._told = say("%(instruction)s Use one of: %(ids)s.", instruction=told, ids=", ".join(self._ids))
        super().__init__(error_messages={"null": ErrorText(ProblemCode.WRONG_TYPE, self._told)})
        self._gone = {
            gone.id: say(
                "%(instruction)s “%(old)s” is no answer any more. Say it now with: %(new)s.",
                instruction=told,
                old=gone.id,
                new=", ".join(f"{sign.question}: {sign.option}" for sign in gone.now),
            )
            for gone in question.gone
        }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if value not in self._ids:
            code = ProblemCode.UNKNOWN_OPTION if isinstance(value, str) else ProblemCode.WRONG_TYPE
            before = value if isinstance(value, list) else [value]
            gone = [self._gone[one] for one in before if isinstance(one, str) and one in self._gone]
            raise ValidationError([ErrorText(code, told) for told in gone or [self._told]])
        return str(value)


class _Choices(fields.List[Any]):
    """Several options, in the order of the questionnaire. An exclusive option stands alone."""

    def __init__(self, question: Question, say: FormatMessage) -> None:
        told = say("%(instruction)s Give a list of option ids.", instruction=_instruction(question, say))
        super().__init__(_Choice(question, say), error_messages={"invalid": ErrorText(ProblemCode.WRONG_TYPE, told)})
        self._options = question.options
        self._say = say

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        chosen = super()._deserialize(value, attr, data, **kwargs)
        if len(set(chosen)) != len(chosen):
            raise ValidationError(ErrorText(ProblemCode.REPEATED, self._say("Select each answer once.")))
        for option in self._options:
            if option.exclusive and option.id in chosen and len(chosen) > 1:
                told = self._say("Select “%(option)s” on its own, or only the others.", option=option.text)
                raise ValidationError(ErrorText(ProblemCode.NOT_ALONE, told))
        return tuple(option.id for option in self._options if option.id in chosen)


class _Moves(fields.List[Any]):
    """Ids of moves. Which there are, and which are in the person's routine, is known to whoever reads the whole check."""

    def __init__(self, question: Question, say: FormatMessage) -> None:
        told = say("%(instruction)s Give a list of move ids.", instruction=_instruction(question, say))
        no_list, length = ErrorText(ProblemCode.WRONG_TYPE, told), ErrorText(ProblemCode.WRONG_LENGTH, told)
        no_text: dict[str, Any] = {"invalid": no_list, "null": no_list}
        words = fields.String(error_messages=no_text, validate=validate.Length(1, MOVE_LENGTH, error=length))
        super().__init__(words, error_messages={"invalid": no_list})
        self._say = say

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        named = super()._deserialize(value, attr, data, **kwargs)
        if len(set(named)) != len(named):
            raise ValidationError(ErrorText(ProblemCode.REPEATED, self._say("Select each answer once.")))
        return tuple(named)


class _Words(fields.String):
    """A text with something in it that can be seen, without what cannot."""

    def __init__(self, missing: str, length: str) -> None:
        told: dict[str, Any] = {**absent(missing), "blank": ErrorText(ProblemCode.BLANK_TEXT, missing)}
        too_long = ErrorText(ProblemCode.WRONG_LENGTH, length)
        super().__init__(required=True, error_messages=told, validate=validate.Length(1, TASK_LENGTH, error=too_long))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = plain_text(super()._deserialize(value, attr, data, **kwargs))
        if value and not has_words(text):
            raise self.make_error("blank")
        return text


def absent(told: str) -> dict[str, Any]:
    """Return what a field says that must be there and of one type, whatever is wrong with that."""
    missing = ErrorText(ProblemCode.MISSING, told)
    return {"required": missing, "null": missing, "invalid": ErrorText(ProblemCode.WRONG_TYPE, told)}


def _instruction(question: Question, say: FormatMessage) -> str:
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


class _Repeating(dict[str, Any]):
    """An object of JSON in which keys stand twice: their names, and the last value of each."""

    names: tuple[str, ...] = ()


def read_json(text: str | bytes, translate: Callable[[str], str] = str) -> Any:
    """Return JSON as plain data.

    Raises:
        IntakeError: a key stands twice: of two answers to one question neither can be trusted.
        ValueError: not JSON in UTF-8, or text in it that is none (RecursionError where it is nested too deeply).
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    repeating: list[_Repeating] = []
    data = json.loads(text, object_pairs_hook=partial(_object, repeating), parse_constant=_refuse_constant)
    if repeating:
        say = sayer(translate)
        raise IntakeError(_twice(data, ErrorText(ProblemCode.DUPLICATE_KEY, say("This is given twice. Give it once."))))
    if _HALF_CHARACTER.search(text):
        json.dumps(data, ensure_ascii=False).encode()  # half of a character cannot be written, nor shown to anybody
    return data


def _object(repeating: list[_Repeating], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    times = Counter(name for name, _ in pairs)
    if len(times) == len(pairs):
        return dict(pairs)
    made = _Repeating(pairs)
    made.names = tuple(sorted(name for name, count in times.items() if count > 1))
    repeating.append(made)
    return made


def _twice(data: Any, told: ErrorText) -> Iterator[InputFault]:
    """Yield a fault for each key that stands twice, wherever that is in an object or a list."""
    waiting: list[tuple[Path, Any]] = [((), data)]
    while waiting:
        path, part = waiting.pop()
        if isinstance(part, _Repeating):
            yield from (InputFault((*path, name), name, told) for name in part.names)
        inner = part.items() if isinstance(part, dict) else enumerate(part)
        waiting += [((*path, name), value) for name, value in inner if isinstance(value, dict | list)]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


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
        extra questions answered, is complete without the later pages; one that answers every page is complete without
        the extra questions.

        Raises:
            IntakeError: every message by question id.
        """
        if not isinstance(raw, Mapping):
            told = self._say("Give the answers as an object of question ids and answers.")
            raise IntakeError([InputFault((), WHOLE_SHEET, ErrorText(ProblemCode.WRONG_TYPE, told))])
        stray = self.stray()
        messages = {str(name): [stray] for name in raw if name not in self.fields}
        answers, faults = self.read_some(raw, self.fields)
        messages.update(faults)
        walk = self._flow.walk(answers)
        for question_id in answers:
            if question_id not in walk.shown:
                messages[question_id] = [self._why_not_shown(question_id)]
            elif self._flow.not_offered(question_id, answers):
                messages[question_id] = [self.not_offered(question_id, answers)]
        for question_id in () if walk.is_complete else walk.missing:
            messages.setdefault(question_id, [self.instruction(question_id)])
        if messages:
            raise IntakeError(faults_by_name(self._in_order(messages)))
        return Intake(answers, self._supplied).found_complete(self._flow)

    def instruction(self, question_id: str) -> ErrorText:
        """Return what to do about a question that has no answer yet."""
        told = _instruction(self._questionnaire.questions[question_id], self._say)
        return ErrorText(ProblemCode.MISSING, told)

    def not_offered(self, question_id: str, answers: Mapping[str, Answer]) -> ErrorText:
        """Return what to do about an answer that another answer does not offer, or contradicts: both are named."""
        found = self._flow.contradiction(question_id, answers)
        if found is None:
            return ErrorText(ProblemCode.NOT_OFFERED, self._say("Select one of the places you ticked."))
        option, sign = found
        questions = self._questionnaire.questions
        told = self._say(
            "“%(one)s” and “%(other)s” cannot both be true. Change one of them.",
            one=questions[question_id].option(option).text,
            other=questions[sign.question].option(sign.option).text,
        )
        return ErrorText(ProblemCode.CONTRADICTS, told)

    def stray(self) -> ErrorText:
        """Return what to do about an answer to a question that there is not."""
        told = self._say("This is not a question of the questionnaire. Remove it.")
        return ErrorText(ProblemCode.UNKNOWN_QUESTION, told)

    def read_some(
        self, raw: Mapping[str, Any], question_ids: Iterable[str]
    ) -> tuple[dict[str, Answer], dict[str, list[ErrorText]]]:
        """Return the usable answers to some questions, and the messages of those that cannot be used. Blanks are skipped.

        The questions may be of any occasion.
        """
        answers: dict[str, Answer] = {}
        messages: dict[str, list[ErrorText]] = {}
        for question_id in question_ids:
            value = raw.get(question_id)
            if value is None or value == "" or value == []:
                continue
            try:
                answers[question_id] = self._every[question_id].deserialize(value)
            except ValidationError as error:
                messages[question_id] = list(dict.fromkeys(_flat(error.messages)))
        return answers, messages

    def _why_not_shown(self, question_id: str) -> ErrorText:
        question = self._questionnaire.questions[question_id]
        conditions = [
            part for part in (self._questionnaire.page_of[question_id].shown_if, question.shown_if) if part is not None
        ]
        asked = " and ".join(in_words(condition, self._questionnaire) for condition in conditions)
        told = self._say(
            "This question is not asked with these answers: remove it. It is asked only if %(condition)s.",
            condition=asked,
        )
        return ErrorText(ProblemCode.NOT_ASKED, told)

    def _in_order(self, messages: Mapping[str, list[ErrorText]]) -> dict[str, list[ErrorText]]:
        known = [question_id for question_id in self.fields if question_id in messages]
        return {name: messages[name] for name in [*known, *sorted(set(messages) - set(known))]}


def _raw(answer: Answer) -> Any:
    if isinstance(answer, Task):
        return {"task": answer.task, "score": answer.score}
    return list(answer) if isinstance(answer, tuple) else answer


def _field(question: Question, say: FormatMessage) -> fields.Field[Any]:
    told = _instruction(question, say)
    match question.kind:
        case QuestionKind.ONE:
            return _Choice(question, say)
        case QuestionKind.MANY:
            return _Choices(question, say)
        case QuestionKind.NUMBER:
            low, high = question.minimum, question.maximum
            return WholeNumber(
                error_messages={"invalid": ErrorText(ProblemCode.WRONG_TYPE, told)},
                validate=validate.Range(low, high, error=ErrorText(ProblemCode.OUT_OF_RANGE, told)),
            )
        case QuestionKind.MOVES:
            return _Moves(question, say)
        case QuestionKind.TASK:
            return fields.Nested(_task_schema(question, say))


def _task_schema(question: Question, say: FormatMessage) -> type[Schema]:
    low, high = question.minimum, question.maximum
    number = say("Enter a whole number from %(low)s to %(high)s.", low=low, high=high)
    words = say("Name one thing you want to do better.")
    length = say("Use 1 to %(most)s characters.", most=TASK_LENGTH)

    class TaskSchema(Schema):
        error_messages = {
            "unknown": ErrorText(ProblemCode.UNKNOWN_MEMBER, say("This is not part of the answer. Remove it.")),
            "type": ErrorText(ProblemCode.WRONG_TYPE, _instruction(question, say)),
        }

        class Meta:
            unknown = RAISE

        task = _Words(words, length)
        score = WholeNumber(
            required=True,
            error_messages=absent(number),
            validate=validate.Range(low, high, error=ErrorText(ProblemCode.OUT_OF_RANGE, number)),
        )

        @post_load
        def build(self, data: dict[str, Any], **_: Any) -> Task:
            return Task(" ".join(data["task"].split()), data["score"])

    return TaskSchema


def _flat(messages: Any) -> list[ErrorText]:
    if isinstance(messages, dict):
        return [text for inner in messages.values() for text in _flat(inner)]
    return list(messages)
