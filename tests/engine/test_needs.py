"""Which branches are tested at all: never one too few, and few of what nobody's answers concern."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.engine.evaluate import View, evaluate
from recommender.engine.needs import BranchesByNeed, needs
from recommender.models.actions import Actions
from recommender.models.conditions import ALWAYS, All, AnyOf, AtLeast, Chosen, Condition, Found, Not, Number, Only
from recommender.models.questionnaire import Intake
from recommender.models.rules import Branch
from recommender.service.recommend import Recommender
from tests.support.conditions import CONDITIONS, FACT, FINDINGS, INTAKES, MANY, ONE, SCORE

OLD, KNEEL, SORE = Chosen(ONE, ("old",)), Only(MANY, "kneel"), Found("sore")
YOUNGER = Chosen(ONE, ("young", "middle"))

KNOWN_FINDINGS = st.dictionaries(st.sampled_from(FINDINGS), st.sampled_from((True, False, None)))
OPEN = st.frozensets(st.sampled_from((ONE, MANY, SCORE)))


def branches(*conditions: Condition) -> list[Branch]:
    return [Branch(f"R/{number}", "R", one, Actions(), "say", "why") for number, one in enumerate(conditions)]


@given(st.lists(CONDITIONS, max_size=8), INTAKES, KNOWN_FINDINGS, OPEN)
def test_every_branch_that_holds_or_may_hold_is_tested_in_its_order(
    conditions: list[Condition], intake: Intake, findings: dict[str, bool | None], open_questions: frozenset[str]
) -> None:
    view, every = View(intake, findings, open_questions), branches(*conditions)
    tested = BranchesByNeed(every)
    looked_at = [branch for branch, _ in tested.that_may_hold(view)]
    assert looked_at == [branch for branch in every if branch in looked_at]
    assert [branch for branch in every if evaluate(branch.when, view) is not False and branch not in looked_at] == []
    assert tested.holding(view) == [branch for branch in every if evaluate(branch.when, view)]


@pytest.mark.parametrize(
    ("condition", "needed"),
    [
        (OLD, {(ONE, "old")}),
        (YOUNGER, {(ONE, "young"), (ONE, "middle")}),
        (KNEEL, {(MANY, "kneel")}),
        (SORE, {"sore"}),
        (All((YOUNGER, OLD, Number(SCORE, 1, 2))), {(ONE, "old")}),
        (AnyOf((OLD, KNEEL, SORE)), {(ONE, "old"), (MANY, "kneel"), "sore"}),
        (AtLeast(2, (OLD, KNEEL, SORE)), {(ONE, "old"), (MANY, "kneel"), "sore"}),
        (All((AnyOf((OLD, SORE)), KNEEL)), {(MANY, "kneel")}),
    ],
)
def test_what_a_condition_needs_one_of(condition: Condition, needed: set[object]) -> None:
    assert needs(condition) == needed


@pytest.mark.parametrize(
    "condition",
    [
        ALWAYS,
        Not(OLD),
        Number(FACT, None, 3),
        All((Not(OLD), Number(SCORE, 1, None))),
        AnyOf((OLD, Not(KNEEL))),
        AtLeast(1, (OLD, ALWAYS)),
        AtLeast(0, (OLD, KNEEL)),
        All(()),
    ],
)
def test_what_may_hold_without_any_answer_or_finding_needs_none(condition: Condition) -> None:
    assert needs(condition) is None


def test_what_the_answers_do_not_concern_is_not_tested() -> None:
    tested = BranchesByNeed(branches(OLD, YOUNGER, KNEEL, SORE, Not(OLD)))

    def looked_at(view: View) -> list[str]:
        return [branch.id for branch, _ in tested.that_may_hold(view)]

    nobody = Intake({})
    assert looked_at(View(nobody)) == ["R/4"]
    assert looked_at(View(Intake({ONE: "old", MANY: ("stand", "kneel")}))) == ["R/0", "R/2", "R/4"]
    assert looked_at(View(nobody, {"sore": True, "early": True})) == ["R/3", "R/4"]
    assert looked_at(View(nobody, {"sore": None})) == ["R/3", "R/4"]
    assert looked_at(View(nobody, {"sore": False})) == ["R/4"]
    assert looked_at(View(nobody, {}, frozenset([ONE]))) == ["R/0", "R/1", "R/4"]


def test_most_rules_are_about_few_people(recommender: Recommender) -> None:
    every = recommender.staged.every_branch
    tested = list(BranchesByNeed(every).that_may_hold(View(Intake({}))))
    assert len(tested) < len(every) / 5
