"""The engine counts for itself: "at least" agrees with the plain evaluator, and does so without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.engine import evaluate
from recommender.engine.durable_rules import RuleEngine
from recommender.engine.reference import Oracle
from recommender.engine.staging import StagedRules, stage_rules
from recommender.models.conditions import All, AtLeast, Chosen, Condition, Not
from recommender.models.questionnaire import Answer, Intake, QuestionKind
from recommender.models.rules import Branch
from recommender.service.recommend import Recommender


def options(recommender: Recommender, count: int) -> list[Condition]:
    """Return so many conditions, each on one option of the questionnaire."""
    many = [one for one in recommender.content.questionnaire.intake_questions if one.kind is QuestionKind.MANY]
    return [Chosen(question.id, (option.id,)) for question in many for option in question.options][:count]


def ticked(parts: Iterable[Condition]) -> dict[str, Answer]:
    """Return answers that meet these conditions on options, and no other."""
    answers: dict[str, Answer] = {}
    for part in parts:
        assert isinstance(part, Chosen)
        before = answers.get(part.question, ())
        assert isinstance(before, tuple)
        answers[part.question] = (*before, *part.options)
    return answers


def some_of(parts: Sequence[Condition]) -> st.SearchStrategy[list[Condition]]:
    return st.sets(st.integers(0, len(parts) - 1)).map(lambda chosen: [parts[number] for number in sorted(chosen)])


def engines_of(recommender: Recommender, condition: Condition) -> tuple[RuleEngine, Oracle, Branch]:
    """Return an engine and an evaluator of the real rules, with the condition in place of one rule's own."""
    rule = next(rule for rule in recommender.content.rule_set.rules if rule.branches and rule.branches[0].then.prefer)
    branch = replace(rule.branches[0], when=condition)
    rules = (replace(rule, branches=(branch,)), *(one for one in recommender.content.rule_set.rules if one is not rule))
    staged: StagedRules = stage_rules(replace(recommender.content.rule_set, rules=rules))
    return RuleEngine(staged, recommender.content.questionnaire), Oracle(staged), branch


@pytest.mark.parametrize(
    ("n", "of"),
    [(1, 5), (2, 4), (4, 5), (3, 20), (10, 20), (20, 20)],
    ids=lambda number: str(number),
)
@pytest.mark.parametrize("negated", [False, True], ids=["holds", "does not hold"])
def test_engine_and_evaluator_count_alike(recommender: Recommender, n: int, of: int, negated: bool) -> None:
    parts = options(recommender, of)
    counting: Condition = AtLeast(n, tuple(parts))
    engine, oracle, branch = engines_of(recommender, Not(counting) if negated else counting)

    @given(some_of(parts))
    def agree(chosen: list[Condition]) -> None:
        intake = Intake(ticked(chosen), recommender.supplied)
        by_engine = engine.fire(intake)
        assert by_engine == oracle.fire(intake)
        assert (branch.id in by_engine) is ((len(chosen) >= n) is not negated)

    for enough in (parts[:n], parts[-n:], parts[: n - 1], parts):
        agree = example(enough)(agree)
    agree()


def test_a_count_may_count_counts(recommender: Recommender) -> None:
    parts = options(recommender, 30)
    inner = [AtLeast(2, tuple(parts[start : start + 10])) for start in (0, 10, 20)]
    outer = AtLeast(2, (*inner, *(All((part, Not(parts[0]))) for part in parts[1:10])))
    engine, oracle, branch = engines_of(recommender, outer)

    @given(some_of(parts))
    @example(parts[:13])
    @example(parts[:2])
    @example([parts[10], parts[11], parts[20], parts[21]])
    def agree(chosen: list[Condition]) -> None:
        intake = Intake(ticked(chosen), recommender.supplied)
        by_engine = engine.fire(intake)
        assert by_engine == oracle.fire(intake)
        fired.add(branch.id in by_engine)

    fired = set[bool]()
    agree()
    assert fired == {False, True}


def test_the_engine_counts_without_the_evaluator(recommender: Recommender, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, _, branch = engines_of(recommender, AtLeast(3, tuple(options(recommender, 20))))

    def broken(*_: object) -> bool:
        raise AssertionError("the engine asked the plain evaluator")

    monkeypatch.setattr(evaluate, "evaluate", broken)
    monkeypatch.setattr(evaluate, "test_of", broken)
    monkeypatch.setattr(evaluate, "View", broken)
    first, three, two = (ticked(options(recommender, count)) for count in (20, 3, 2))
    assert branch.id in engine.fire(Intake(first, recommender.supplied))
    assert branch.id in engine.fire(Intake(three, recommender.supplied))
    assert branch.id not in engine.fire(Intake(two, recommender.supplied))
