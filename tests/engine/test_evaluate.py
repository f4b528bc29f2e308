"""The plain evaluator: what each kind of condition says of what was answered, and of what may still be answered."""

from __future__ import annotations

import itertools

import pytest

from recommender.engine import evaluate as evaluator
from recommender.engine.evaluate import View, evaluate
from recommender.models.conditions import All, Always, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.questionnaire import Answer, Intake, Task

# Conditions that are True, False and None ("cannot be known yet") of the view below.
YES, NO, OPEN = Found("yes"), Found("no"), Found("open")
KNOWN: dict[str, bool | None] = {"yes": True, "no": False, "open": None}
VALUES = {YES: True, NO: False, OPEN: None}
TRIPLES = list(itertools.product((YES, NO, OPEN), repeat=3))


def view(answers: dict[str, Answer] | None = None, open_questions: frozenset[str] = frozenset()) -> View:
    return View(Intake(answers or {}, {"weeks": 3}), KNOWN, open_questions)


def test_always_holds() -> None:
    assert evaluate(Always(), View(Intake({}))) is True


def test_a_finding_is_as_known_and_false_if_nobody_speaks_of_it() -> None:
    assert [evaluate(condition, view()) for condition in (YES, NO, OPEN, Found("other"))] == [True, False, None, False]
    assert evaluate(YES, View(Intake({}))) is False


def test_a_finding_that_comes_later_is_seen() -> None:
    growing: dict[str, bool | None] = {}
    later = View(Intake({}), growing)
    assert evaluate(YES, later) is False
    growing["yes"] = True
    assert evaluate(YES, later) is True


def test_not_turns_true_and_false_and_leaves_open_what_is_open() -> None:
    assert [evaluate(Not(condition), view()) for condition in (YES, NO, OPEN)] == [False, True, None]


@pytest.mark.parametrize("parts", TRIPLES)
def test_all_any_and_at_least_agree_with_their_meaning(parts: tuple[Found, ...]) -> None:
    """Of every way to settle what is open: a condition is sure only if each of them gives the same."""
    meanings = {
        All(parts): all,
        AnyOf(parts): any,
        **{AtLeast(n, parts): (lambda values, n=n: sum(values) >= n) for n in (1, 2, 3)},
    }
    settled = [[(True, False) if VALUES[part] is None else (VALUES[part],) for part in parts]]
    for condition, meaning in meanings.items():
        outcomes = {bool(meaning(values)) for values in itertools.product(*settled[0])}
        assert evaluate(condition, view()) is (outcomes.pop() if len(outcomes) == 1 else None), condition


def test_the_first_part_that_decides_ends_the_look_at_the_others() -> None:
    for condition, decided in ((All((NO, OPEN)), False), (AnyOf((YES, OPEN)), True)):
        assert evaluate(condition, view()) is decided


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Chosen("one", ("a",)), True),
        (Chosen("one", ("b", "a")), True),
        (Chosen("one", ("b",)), False),
        (Chosen("many", ("a",)), True),
        (Chosen("many", ("c",)), False),
        (Chosen("many", ("c", "b")), True),
        (Chosen("unasked", ("a",)), False),
        (Chosen("pain", ("4",)), False),
        (Chosen("task", ("walk",)), False),
        (Only("one", "a"), True),
        (Only("many", "a"), False),
        (Only("single", "a"), True),
        (Only("single", "b"), False),
        (Only("unasked", "a"), False),
        (Number("pain", 4, None), True),
        (Number("pain", 5, None), False),
        (Number("pain", None, 4), True),
        (Number("pain", None, 3), False),
        (Number("pain", 4, 4), True),
        (Number("pain", 5, 6), False),
        (Number("pain", 2, 3), False),
        (Number("none", 0, 0), True),
        (Number("none", None, None), True),
        (Number("weeks", 3, 3), True),
        (Number("one", None, None), False),
        (Number("unasked", None, 9), False),
        (Number("task", None, None), False),
    ],
)
def test_an_atom_reads_the_answer(condition: Condition, holds: bool) -> None:
    answers: dict[str, Answer] = {
        "one": "a",
        "many": ("a", "b"),
        "single": ("a",),
        "pain": 4,
        "none": 0,
        "task": Task("walk", 4),
    }
    for open_questions in (frozenset[str](), frozenset({"other"})):
        assert evaluate(condition, view(answers, open_questions)) is holds
        assert evaluate(Not(condition), view(answers, open_questions)) is not holds


@pytest.mark.parametrize("condition", [Chosen("later", ("a",)), Only("later", "a"), Number("later", 1, None)])
def test_a_question_that_may_still_be_answered_leaves_it_open(condition: Condition) -> None:
    assert evaluate(condition, view({}, frozenset({"later"}))) is None
    assert evaluate(condition, view({"later": ()}, frozenset({"later"}))) is None
    assert evaluate(condition, view({})) is False


def test_an_answer_settles_a_question_that_was_open() -> None:
    assert evaluate(Chosen("one", ("b",)), view({"one": "a"}, frozenset({"one"}))) is False
    assert evaluate(Number("pain", 5, None), view({"pain": 4}, frozenset({"pain"}))) is False


def test_an_answer_goes_before_a_supplied_fact() -> None:
    assert evaluate(Number("weeks", 5, 5), View(Intake({"weeks": 5}, {"weeks": 3}))) is True


def test_equal_conditions_share_a_test() -> None:
    assert evaluator.test_of(Chosen("one", ("a",))) is evaluator.test_of(Chosen("one", ("a",)))


def test_a_view_keeps_the_intake_that_it_is_of() -> None:
    intake = Intake({"one": "a"})
    assert View(intake).intake is intake
