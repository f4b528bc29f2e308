"""The schemas of a check as it is sent: what may stand where, and what is said of anything else.

Nothing in it is trusted: answers are held against the questionnaire, moves and doses against the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, cast

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, post_load, pre_load

from recommender.check_in.field_names import (
    ANSWERS,
    BEFORE_SESSION,
    DATE,
    DURING_SESSION,
    FOLLOW_UP,
    HISTORY,
    HURT,
    QUESTIONS,
    ROUTINE,
    STARTED,
    TODAY,
)
from recommender.check_in.request_fields import DayField, HurtField, QuestionsField
from recommender.errors import ErrorText, IntakeError, Path, ProblemCode
from recommender.models.catalogue import Catalogue, DefaultRoutine, DoseType, Exercise
from recommender.models.check_in import Done
from recommender.models.questionnaire import Answer, Occasion, Questionnaire
from recommender.models.routine import Dose
from recommender.models.slots import DOSE_FIGURES, END_SLOTS
from recommender.questionnaire.answer_sheet import AnswerSheet, FormatMessage, absent

OCCASIONS = {
    FOLLOW_UP: Occasion.FOLLOW_UP,
    BEFORE_SESSION: Occasion.EACH_SESSION,
    DURING_SESSION: Occasion.DURING_SESSION,
}
NAMES = {occasion: name for name, occasion in OCCASIONS.items()}
HISTORY_AT_MOST, ITEMS_AT_MOST, SECONDS_AT_MOST = 60, 30, 3600
_WHOLE = "_schema"  # what marshmallow calls a fault of an object as a whole

Faults = dict[str, list[ErrorText]]


class FirstAnswersField(fields.Field[Mapping[str, Answer]]):
    """The complete answers to the intake."""

    def __init__(self, sheet: AnswerSheet, say: FormatMessage, meaning: str) -> None:
        told = say("Give the answers as an object of question ids and answers.")
        super().__init__(required=True, error_messages=absent(told), metadata={"description": meaning})
        self._sheet = sheet

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            return dict(self._sheet.read(value).answers)
        except IntakeError as error:
            messages: dict[str | int, list[ErrorText]] = {}
            for fault in error.faults:
                if not fault.path:
                    raise ValidationError(fault.told) from None
                messages.setdefault(fault.path[0], []).append(fault.told)
            raise ValidationError(cast(Any, messages)) from None


class CheckAnswersField(fields.Field[dict[str, Answer]]):
    """The usable answers of one check: those to its own page, and to intake questions asked again."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        sheet: AnswerSheet,
        occasion: Occasion,
        say: FormatMessage,
        meaning: str,
        required: bool = False,
    ) -> None:
        told = say("Give the answers as an object of question ids and answers.")
        super().__init__(required=required, error_messages=absent(told), metadata={"description": meaning})
        page_of = questionnaire.page_of
        self._known = [name for name in page_of if page_of[name].occasion in (Occasion.INTAKE, occasion)]
        self._sheet = sheet

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise self.make_error("invalid", input=value)
        messages = {str(name): [self._sheet.stray()] for name in value if name not in self._known}
        answers, faults = self._sheet.read_some(value, self._known)
        if messages or faults:
            raise ValidationError({**messages, **faults})
        return answers


class _StrictSchema(Schema):
    """An object that must have all of its keys, or at least no others, or is told of as a whole."""

    needs_all = True

    class Meta:
        unknown = RAISE

    def __init__(self, told: str) -> None:
        self.not_an_object = ErrorText(ProblemCode.WRONG_TYPE, told)
        self._other_members = ErrorText(ProblemCode.WRONG_SHAPE, told)
        super().__init__()

    @pre_load
    def refuse_another_shape(self, data: Any, **_: Any) -> Any:
        known = set(self.declared_fields)
        if not isinstance(data, Mapping):
            raise ValidationError(self.not_an_object)
        if not set(data) <= known or (self.needs_all and set(data) != known):
            raise ValidationError(self._other_members)
        return data


class PastCheckSchema(_StrictSchema):
    """An earlier check."""

    needs_all = False


def _figure(meaning: str, kind: str = "integer") -> fields.Raw:
    """Return a field that takes anything for now: what may stand there depends on the exercise."""
    return fields.Raw(allow_none=True, metadata={"type": f"{kind} or null", "description": meaning})


class DoseDoneSchema(Schema):
    """The figures of a dose as it was done. Which of them there are, and how high, depends on the exercise."""

    class Meta:
        unknown = INCLUDE

    sets = _figure("Sets; null or absent for one.")
    reps = _figure("Repeats of each side and set, unless it is timed.")
    hold_seconds = _figure("How long each repeat is held, where it is held, in seconds.")
    seconds = _figure("How long it is done, where it is timed, in seconds.")
    type = _figure("As in the reply. The catalogue's own counts.", "string")
    per_side = _figure("As in the reply. The catalogue's own counts.", "boolean")
    rest_seconds = _figure("As in the reply. The catalogue's own counts.")


class DoneSchema(_StrictSchema):
    """One item of the routine that was done. Loads into ``Done``."""

    exercise = fields.Raw(
        required=True, allow_none=True, metadata={"type": "string", "description": "Id of the exercise."}
    )
    form = fields.Raw(
        required=True, allow_none=True, metadata={"type": "string", "description": "Id of the form of it."}
    )
    dose = fields.Nested(
        DoseDoneSchema, required=True, metadata={"description": "How much of it, as in the reply that gave it."}
    )

    def __init__(self, catalogue: Catalogue, say: FormatMessage) -> None:
        self._catalogue = catalogue
        self._say = say
        super().__init__(say("Give exercise, form and dose, and nothing else."))

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        if isinstance(field_obj, fields.Nested):
            told = ErrorText(ProblemCode.WRONG_TYPE, self._say("Give the dose as an object, as it was given."))
            field_obj.error_messages["null"] = told
            field_obj.schema.error_messages["type"] = told

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Done:
        exercise = self._exercise(data["exercise"])
        form = next((form for form in exercise.forms if form.id == data["form"]), None)
        if form is None:
            forms = ", ".join(form.id for form in exercise.forms)
            told = self._say("This form is unknown. Use one of: %(forms)s.", forms=forms)
            raise ValidationError(ErrorText(ProblemCode.UNKNOWN_FORM, told), "form")
        return Done(exercise, form, self._dose(data["dose"], exercise))

    def _exercise(self, given: Any) -> Exercise:
        exercise = self._catalogue.by_id.get(given) if isinstance(given, str) else None
        if exercise is None:
            told = self._say("This exercise is unknown. They are listed at /api/v1/exercises.")
            raise ValidationError(ErrorText(ProblemCode.UNKNOWN_EXERCISE, told), "exercise")
        if exercise.default_routine is DefaultRoutine.NO:
            told = self._say("This exercise is never part of a routine. Remove it.")
            raise ValidationError(ErrorText(ProblemCode.NEVER_IN_ROUTINE, told), "exercise")
        return exercise

    def _dose(self, given: Mapping[str, Any], exercise: Exercise) -> Dose:
        figures = {name: given[name] for name in DOSE_FIGURES if given.get(name) is not None}
        most = most_figures(exercise, figures)
        stray = ErrorText(ProblemCode.UNKNOWN_MEMBER, self._say("This is not part of a dose. Remove it."))
        faults: Faults = {name: [stray] for name in given if name not in DoseDoneSchema._declared_fields}
        for name, limit in most.items():
            code = _wrong_figure(figures.get(name), limit)
            if code is not None:
                faults[name] = [ErrorText(code, self._say("Give a whole number from 1 to %(most)s.", most=limit))]
        for name in set(figures) - set(most):
            told = self._say("This exercise has no such figure. Remove it.")
            faults[name] = [ErrorText(ProblemCode.NO_SUCH_FIGURE, told)]
        if faults:
            raise ValidationError({"dose": faults})
        kind = DoseType.TIME if "seconds" in figures else exercise.dose.type
        return Dose(type=kind, **{"sets": 1, **figures}, per_side=exercise.dose.per_side)


def most_figures(exercise: Exercise, given: Mapping[str, Any]) -> dict[str, int]:
    """Return the figures that a dose must have, each with the most that the catalogue has for it.

    Any move may be given as a time, as a warm-up or closing item is.
    """
    usual = exercise.dose
    most = {"sets": usual.sets[1]} if "sets" in given else {}
    if "seconds" in given or usual.type is DoseType.TIME:
        # The plan of a session may give a warm-up more time than the catalogue does.
        limit = usual.seconds[1] if usual.seconds and exercise.slot not in END_SLOTS else SECONDS_AT_MOST
        return {**most, "seconds": limit}
    most["reps"] = usual.reps[1] if usual.reps else 1
    if usual.hold_seconds and (usual.type is DoseType.HOLD or "hold_seconds" in given):
        most["hold_seconds"] = usual.hold_seconds[1]
    return most


def _wrong_figure(value: Any, limit: int) -> ProblemCode | None:
    if value is None:
        return ProblemCode.MISSING
    if isinstance(value, bool) or not isinstance(value, int):
        return ProblemCode.WRONG_TYPE
    return None if 1 <= value <= limit else ProblemCode.OUT_OF_RANGE


class _LimitedList(fields.List[Any]):
    """A list of objects, of a length within limits; anything else has one message."""

    def __init__(self, schema: _StrictSchema, told: str, limits: range, meaning: str, **kwargs: Any) -> None:
        entry = fields.Nested(schema, error_messages={"null": schema.not_an_object})
        messages = {**absent(told), "length": ErrorText(ProblemCode.WRONG_LENGTH, told)}
        described = {"description": meaning}
        super().__init__(entry, error_messages=messages, metadata=described, **kwargs)
        self._limits = limits

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) not in self._limits:
            raise self.make_error("length")
        return super()._deserialize(value, attr, data, **kwargs)


class DoneListField(_LimitedList):
    """The routine that was done, each exercise once."""

    def __init__(self, catalogue: Catalogue, say: FormatMessage, meaning: str) -> None:
        told = say("Give the routine that was done as a list: exercise, form and dose of each.")
        super().__init__(DoneSchema(catalogue, say), told, range(1, ITEMS_AT_MOST + 1), meaning, required=True)
        self._twice = ErrorText(ProblemCode.REPEATED, say("This exercise stands twice. Give it once."))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        messages: dict[Any, Any] = {}
        try:
            done: list[Done] = super()._deserialize(value, attr, data, **kwargs)
        except ValidationError as error:
            if not isinstance(error.messages, dict):  # it is no list at all
                raise
            messages = error.messages
        names = [item.get("exercise") if isinstance(item, Mapping) else None for item in value]
        for number, name in enumerate(names):
            if name is not None and name in names[:number]:
                messages.setdefault(number, {"exercise": [self._twice]})
        if messages:
            raise ValidationError(messages)
        return tuple(done)


class _RequestSchema(Schema):
    class Meta:
        unknown = RAISE


def request_schema(
    questionnaire: Questionnaire, catalogue: Catalogue, sheet: AnswerSheet, say: FormatMessage
) -> Schema:
    """Return the schema of a check as it is sent, with messages in the language of ``say``."""
    answers = partial(CheckAnswersField, questionnaire, sheet, say=say)
    past = PastCheckSchema.from_dict(
        {
            DATE: DayField(say, "The day of it."),
            FOLLOW_UP: answers(Occasion.FOLLOW_UP, meaning="What was answered at it.", required=True),
        },
        name="PastCheckSchema",
    )
    whole_past = cast(type[PastCheckSchema], past)(say("Give each earlier check as a date and its follow_up."))
    request = _RequestSchema.from_dict(
        {
            ANSWERS: FirstAnswersField(sheet, say, "The first answers, as for `POST /api/v1/recommendations`."),
            QUESTIONS: QuestionsField(
                questionnaire, say, "`version` of the questionnaire that `answers` are to; absent for that of today."
            ),
            STARTED: DayField(
                say,
                "The day of the first routine; where it is absent, the first entry of `history` is that day, without answers.",
                say("Give the day of the first routine, such as 2026-11-21."),
            ),
            TODAY: DayField(say, "The day of this check, not before the first routine."),
            HISTORY: _LimitedList(
                whole_past,
                say("Give a list of at most %(most)s earlier checks, or [].", most=HISTORY_AT_MOST),
                range(HISTORY_AT_MOST + 1),
                f"The checks since, in order, one a day, at most {HISTORY_AT_MOST}; absent for none.",
                load_default=list,
            ),
            ROUTINE: DoneListField(
                catalogue, say, f"The routine that was done, as in the last reply, at most {ITEMS_AT_MOST} items."
            ),
            FOLLOW_UP: answers(
                Occasion.FOLLOW_UP, meaning="The answers to its own page, and to every question that it asks again."
            ),
            BEFORE_SESSION: answers(
                Occasion.EACH_SESSION, meaning="In place of `follow_up`: the answers before a session."
            ),
            DURING_SESSION: answers(
                Occasion.DURING_SESSION,
                meaning="In place of `follow_up`: the answers about a move that hurts in a session.",
            ),
            HURT: HurtField(catalogue, say, "Ids of exercises that hurt in sessions so far; absent for none."),
        },
        name="CheckInRequestSchema",
    )
    schema = request()
    stray = say("This is not part of the request. Remove it.")
    schema.error_messages["unknown"] = ErrorText(ProblemCode.UNKNOWN_MEMBER, stray)
    return schema


def by_path(messages: Any, path: Path = ()) -> Iterator[tuple[Path, list[ErrorText]]]:
    """Yield the messages of marshmallow by the path to what they are about."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from by_path(inner, path if name == _WHOLE else (*path, name))
    else:
        yield path, list(messages)
