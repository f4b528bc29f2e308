"""Sheets drawn at random: each has the level or fires the rule it was drawn for, and none is favoured."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import islice
from math import sqrt
from typing import Any

import pytest

from recommender.cli.main import main
from recommender.loaders.safety import shipped_safety_net
from recommender.models.levels import Level
from recommender.models.questionnaire import Answer, Intake, QuestionKind
from recommender.proof.sampling import Population, Sheet, Ticks
from recommender.service.recommend import Recommender

pytestmark = [pytest.mark.deep, pytest.mark.usefixtures("diagrams")]

OF_EACH = 40
FREE = "medicines"


@pytest.fixture(scope="module")
def population(recommender: Recommender) -> Population:
    return Population(recommender.content)


def drawn(population: Population, region: Any, ticks: Ticks, count: int, seed: int = 15) -> list[Sheet]:
    return list(islice(population.draw(region, ticks, random.Random(seed)), count))


@pytest.mark.parametrize("ticks", Ticks)
@pytest.mark.parametrize("level", Level)
def test_whoever_is_drawn_of_a_level_gets_it_from_the_service(
    recommender: Recommender, population: Population, level: Level, ticks: Ticks
) -> None:
    sheets = drawn(population, population.of_level(level), ticks, OF_EACH)
    for sheet in sheets:
        walk = recommender.flow.walk_to_the_end(sheet)
        assert not walk.missing and set(sheet) <= walk.shown, "it can be filled in"
        assert recommender.decide(Intake(sheet, recommender.supplied)).level is level
    assert len({tuple(sheet.items()) for sheet in sheets}) == OF_EACH


def test_few_ticks_are_fewer_than_many(population: Population) -> None:
    region = population.of_level(Level.URGENT_SAME_DAY)
    few, many = (sum(signs(population, one) for one in drawn(population, region, ticks, OF_EACH)) for ticks in Ticks)
    few, many = sorted((few, many))
    assert few < many / 4


@pytest.mark.parametrize("case", ["RF-U10", "RF-E12/2", "CI-A12"])
@pytest.mark.parametrize("ticks", Ticks)
def test_whoever_is_drawn_for_a_rule_fires_it(
    recommender: Recommender, population: Population, case: str, ticks: Ticks
) -> None:
    for sheet in drawn(population, population.of_case(case), ticks, OF_EACH):
        fired = recommender.oracle.fire(Intake(sheet, recommender.supplied))
        assert any(name == case or name.startswith(f"{case}/") for name in fired)


def test_a_rule_that_there_is_not_is_not_drawn_for(population: Population) -> None:
    with pytest.raises(KeyError):
        population.of_case("RF-X99")


def test_nobody_is_drawn_where_there_is_nobody(population: Population) -> None:
    nobody = population.of_level(Level.ROUTINE) & population.of_level(Level.EMERGENCY_NOW)
    assert drawn(population, nobody, Ticks.MANY, 1) == []


def signs(population: Population, sheet: Sheet) -> int:
    """Return how many boxes are ticked in lists, but for those that stand alone."""
    return sum(
        not question.option(option).exclusive
        for question in population.universe.questions
        if question.kind is QuestionKind.MANY
        for option in Intake(sheet).chosen(question.id)
    )


@pytest.fixture(scope="module")
def few_people(population: Population) -> Any:
    """Everybody without any sign but for one list, of which every choice is free."""
    answers, usual = population.rules.answers, shipped_safety_net().nobody_in_danger
    fixed = [one for one in population.universe.questions if one.id != FREE and not isinstance(usual.get(one.id), dict)]
    region = population.everybody
    for question in fixed:
        given = usual.get(question.id, ())
        wanted = set(given) if isinstance(given, list) else {given}
        ticked = (
            answers.tick(question.id, value) if value in wanted else -answers.tick(question.id, value)
            for value in population.universe.values(question.id)
        )
        same = answers.graph.every(ticked)
        region &= population.diagrams.of(answers.graph.either(-answers.is_answered(question.id), same))
    return region


@pytest.mark.parametrize("ticks", Ticks)
def test_each_sheet_is_as_likely_as_every_other_with_as_many_ticks(
    population: Population, few_people: Any, ticks: Ticks
) -> None:
    total = population.diagrams.count(few_people)
    assert 60 < total < 3000
    each = 10
    count = each * total
    seen: Counter[tuple[tuple[str, Answer], ...]] = Counter()
    by_ticks: Counter[int] = Counter()
    for sheet in drawn(population, few_people, ticks, count):
        seen[tuple(sheet.items())] += 1
        by_ticks[signs(population, sheet)] += 1
    if ticks is Ticks.MANY:
        assert len(seen) > 0.99 * total
        spread = sum((number - each) ** 2 / each for number in seen.values()) + each * (total - len(seen))
        assert abs(spread - total) < 6 * sqrt(2 * total)
    else:
        ways = Counter(signs(population, dict(sheet)) for sheet in seen)
        least = min(by_ticks)
        expected = by_ticks[least] * ways[least + 1] / ways[least] / ticks.odds
        assert abs(by_ticks[least + 1] - expected) < 6 * sqrt(expected)


def test_the_command_prints_cases_that_the_service_reads(
    recommender: Recommender, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", "--level", "urgent_48h", "--rule", "RF-P12", "--count", "3", "--seed", "7"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["hash"] == recommender.content.hash
    assert len(told["cases"]) == 3
    for case in told["cases"]:
        answers, messages = recommender.sheet.read_some(case["answers"], recommender.sheet.fields)
        assert not messages
        decision = recommender.decide(Intake(answers, recommender.supplied))
        assert decision.level is Level.URGENT_48H
        assert any(branch.rule_id == "RF-P12" for branch in decision.fired)
    assert main(["sample", "--level", "routine", "--rule", "RF-E01"]) == 1
    assert json.loads(capsys.readouterr().out)["cases"] == []
    assert main(["sample", "--rule", "RF-X99"]) == 2
    assert "There is no rule or case 'RF-X99'" in capsys.readouterr().err
