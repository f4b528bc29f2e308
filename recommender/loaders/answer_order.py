"""Reads what proofs need to know of the questions, and what they find and is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import fields

from recommender.errors import ContentError, Fault
from recommender.loaders.fields import ContentSchema, SetOf, Text, TupleOf, Whole, load_into, nested
from recommender.loaders.yaml_source import read_document
from recommender.models.answer_order import (
    Accepted,
    AcceptedChange,
    AllClear,
    AnswerOrder,
    NothingWrong,
    SameAs,
    Scale,
    SignedDecision,
)
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


class SignedDecisionSchema(ContentSchema):
    model = SignedDecision

    sha256 = Text(required=True)
    decided = Text(required=True)
    export = Text(required=True)


class AcceptedChangeSchema(ContentSchema):
    model = AcceptedChange

    less_safe = TupleOf(Text(), required=True)
    why = Text(required=True)
    point = Whole()
    decision = nested(SignedDecisionSchema)


class AcceptedFileSchema(ContentSchema):
    accepted = TupleOf(nested(AcceptedSchema), required=True)
    changes = TupleOf(nested(AcceptedChangeSchema), required=True)


@cache
def shipped_answer_order() -> AnswerOrder:
    """Return what this package knows of the order of answers.

    Raises:
        ContentError: the package itself is broken.
    """
    order: AnswerOrder = _load(AnswerOrderSchema(), FOLDER / ORDER)
    return order


@cache
def shipped_accepted() -> tuple[Accepted, ...]:
    """Return what this package accepts of what proofs find.

    Raises:
        ContentError: the package itself is broken.
    """
    accepted: tuple[Accepted, ...] = _accepted_in(FOLDER / ACCEPTED)["accepted"]
    return accepted


def accepted_changes(path: Path = FOLDER / ACCEPTED) -> tuple[AcceptedChange, ...]:
    """Return the changes of rules that make somebody less safe and that a table accepts: that of the package, if none is given.

    Raises:
        ContentError: the table has faults.
    """
    changes: tuple[AcceptedChange, ...] = _accepted_in(path)["changes"]
    return changes


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


def _accepted_in(path: Path) -> Mapping[str, Any]:
    table: Mapping[str, Any] = _load(AcceptedFileSchema(), path)
    return table


def _load(schema: ContentSchema, path: Path) -> Any:
    document = read_document(path, f"{path.parent.name}/{path.name}")
    loaded = None if document.faults else load_into(schema, document)
    if document.faults:
        raise ContentError(document.faults)
    return loaded
