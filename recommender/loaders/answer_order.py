"""Reads what proofs need to know of the questions, and what they find and is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import fields

from recommender.errors import ContentError, Fault
from recommender.loaders.fields import ContentSchema, SetOf, Text, TupleOf, Whole, load_into, nested
from recommender.loaders.yaml_source import read_document
from recommender.models.answer_order import Accepted, AllClear, AnswerOrder, NothingWrong, SameAs, Scale
from recommender.models.questionnaire import Questionnaire

FOLDER = Path(__file__).resolve().parents[1] / "safety"
ORDER, ACCEPTED = "answer_order.yaml", "accepted.yaml"


class _ByQuestion(fields.Dict):
    """{question: [options]}"""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=Text(), values=SetOf(Text()), **kwargs)


class ScaleSchema(ContentSchema):
    model = Scale

    question = Text(required=True)
    steps = TupleOf(TupleOf(Text()))


class AllClearSchema(ContentSchema):
    model = AllClear

    question = Text(required=True)
    clear = Text(required=True)
    doubts = TupleOf(Text(), required=True)


class SameAsSchema(ContentSchema):
    model = SameAs

    question = Text(required=True)
    options = TupleOf(Text(), required=True)
    also = _ByQuestion(required=True)


class NothingWrongSchema(ContentSchema):
    model = NothingWrong

    answers = _ByQuestion(required=True)
    at_most = fields.Dict(keys=Text(), values=Whole(), required=True)
    no_sign_of = TupleOf(Text(), required=True)


class AnswerOrderSchema(ContentSchema):
    model = AnswerOrder

    signs = TupleOf(Text(), required=True)
    reassuring = _ByQuestion(required=True)
    signs_alone = _ByQuestion(required=True)
    scales = TupleOf(nested(ScaleSchema), required=True)
    nothing_wrong = nested(NothingWrongSchema, required=True)
    moves_at_least = Whole(required=True)
    all_clears = TupleOf(nested(AllClearSchema))
    same_as = TupleOf(nested(SameAsSchema))
    counted_in = TupleOf(Text())


class AcceptedSchema(ContentSchema):
    model = Accepted

    obligation = Text(required=True)
    subjects = TupleOf(Text(), required=True)
    why = Text(required=True)
    point = Whole()


class AcceptedFileSchema(ContentSchema):
    accepted = TupleOf(nested(AcceptedSchema), required=True)


@cache
def shipped_answer_order() -> AnswerOrder:
    """Return what this package knows of the order of answers.

    Raises:
        ContentError: the package itself is broken.
    """
    order: AnswerOrder = _load(AnswerOrderSchema(), ORDER)
    return order


@cache
def shipped_accepted() -> tuple[Accepted, ...]:
    """Return what this package accepts of what proofs find.

    Raises:
        ContentError: the package itself is broken.
    """
    accepted: tuple[Accepted, ...] = _load(AcceptedFileSchema(), ACCEPTED)["accepted"]
    return accepted


def unknown_answers(order: AnswerOrder, questionnaire: Questionnaire) -> Iterator[Fault]:
    """Yield every question and option that the order speaks of and nobody can answer."""
    questions = {question.id: {option.id for option in question.options} for question in questionnaire.intake_questions}
    for question, options in _named(order):
        if question not in questions:
            yield Fault(f"safety/{ORDER}", 1, f"question '{question}' is unknown.")
            continue
        for option in sorted(set(options) - questions[question]):
            yield Fault(f"safety/{ORDER}", 1, f"option '{option}' of question '{question}' is unknown.")


def _named(order: AnswerOrder) -> Iterator[tuple[str, Iterable[str]]]:
    yield from ((question, ()) for question in (*order.signs, *order.counted_in))
    yield from order.reassuring.items()
    yield from order.signs_alone.items()
    yield from ((scale.question, [option for step in scale.steps for option in step]) for scale in order.scales)
    yield from order.nothing_wrong.answers.items()
    yield from ((question, ()) for question in (*order.nothing_wrong.at_most, *order.nothing_wrong.no_sign_of))
    yield from ((one.question, (one.clear, *one.doubts)) for one in order.all_clears)
    for same in order.same_as:
        yield same.question, same.options
        yield from same.also.items()


def _load(schema: ContentSchema, name: str) -> Any:
    document = read_document(FOLDER / name, f"safety/{name}")
    loaded = None if document.faults else load_into(schema, document)
    if document.faults:
        raise ContentError(document.faults)
    return loaded
