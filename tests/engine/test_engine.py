"""The rules engine against the plain evaluator, and what happens when the engine fails."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest

from recommender.engine.selftest import canary_sheets, random_answers, random_facts
from recommender.errors import DecisionError
from recommender.models.questionnaire import Intake
from recommender.service.recommend import Recommender
from tests.support.sample import seeds
from tests.support.sheets import full_intake

SEED, PAIRS = 7, 2_000
FIRST = {"weeks_since_start": 0}


def test_engine_and_evaluator_agree_on_every_canary(recommender: Recommender) -> None:
    assert recommender.faults == ()


@pytest.mark.parametrize("seed", seeds(SEED, fast=1, deep=9, long=40))
def test_engine_and_evaluator_agree_on_2_000_random_intakes(recommender: Recommender, seed: int) -> None:
    first, check = (
        recommender.content.questionnaire.intake_questions,
        tuple(recommender.content.questionnaire.questions.values()),
    )
    chance = random.Random(seed)
    fired: set[str] = set()
    for number in range(PAIRS):
        facts = (
            random_facts(recommender.supplied, chance) if number % 2 else {"weeks_since_start": chance.randint(0, 12)}
        )
        intake = Intake(random_answers(check if number % 2 else first, chance), facts)
        by_engine = recommender.engine.fire(intake)
        assert by_engine == recommender.oracle.fire(intake)
        fired |= by_engine
    before_assembly = {
        branch.id for branch in recommender.content.rule_set.branches if branch.id not in recommender.engine.late_ids
    }
    assert len(fired) > 0.95 * len(before_assembly), sorted(before_assembly - fired)


def test_rules_after_assembly_agree_too(recommender: Recommender) -> None:
    questions = recommender.content.questionnaire.intake_questions
    chance = random.Random(8)
    for count in range(200):
        intake = Intake(random_answers(questions, chance), {**FIRST, "allowed_movements": count % 8})
        assert recommender.engine.fire_after_assembly(intake) == recommender.oracle.fire_after_assembly(intake)


def test_order_of_answers_changes_nothing(recommender: Recommender) -> None:
    for _, answers in list(canary_sheets(recommender.content.questionnaire))[-20:]:
        backwards = dict(reversed(answers.items()))
        assert recommender.engine.fire(Intake(answers, FIRST)) == recommender.engine.fire(Intake(backwards, FIRST))


def test_two_requests_at_once_do_not_mix(recommender: Recommender) -> None:
    sheets = [Intake(answers, FIRST) for _, answers in list(canary_sheets(recommender.content.questionnaire))[-60:]]
    expected = [recommender.oracle.fire(intake) for intake in sheets]
    wrong: list[int] = []

    def worker() -> None:
        for number, intake in enumerate(sheets):
            if recommender.engine.fire(intake) != expected[number]:
                wrong.append(number)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.fixture
def broken(recommender: Recommender, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that puts a faulty engine in place for one test."""

    def install(fire: Any) -> None:
        monkeypatch.setattr(recommender.engine, "fire", fire)

    return install


def test_an_engine_that_raises_gives_no_routine(recommender: Recommender, broken: Any) -> None:
    def fire(intake: Intake) -> frozenset[str]:
        raise RuntimeError("killed")

    broken(fire)
    with pytest.raises(DecisionError):
        recommender.recommend(full_intake(recommender, {}))


def test_an_engine_that_drops_a_firing_gives_no_routine(recommender: Recommender, broken: Any) -> None:
    intake = full_intake(recommender, {"conditions": ["glaucoma"]})
    whole = recommender.engine.fire(intake)
    for lost in sorted(whole):
        broken(lambda intake, lost=lost: whole - {lost})
        with pytest.raises(DecisionError):
            recommender.recommend(intake)


def test_an_engine_that_invents_a_firing_gives_no_routine(recommender: Recommender, broken: Any) -> None:
    intake = full_intake(recommender, {})
    whole = recommender.engine.fire(intake)
    broken(lambda intake: whole | {"RF-E01"})
    with pytest.raises(DecisionError):
        recommender.recommend(intake)
