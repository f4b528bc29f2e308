"""Encoder, evaluator and durable_rules agree on sheets of every level: drawn evenly, with hardly a sign, and stopped early."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from recommender.engine.decide import decide
from recommender.models.levels import Level
from recommender.models.questionnaire import Intake
from recommender.proof.sampling import Population, Sheet, Ticks
from recommender.service.recommend import Recommender
from tests.support.agreement import hold_against_the_evaluator
from tests.support.encoded import Encoded

pytestmark = pytest.mark.usefixtures("diagrams")

# 6 levels, evenly and with few ticks, and each of these again as it was asked: with the larger number about 2,000 sheets for each seed.
SOME_OF_EACH, OF_EACH = 24, 84


class Drawn:
    """Sheets of every level, by seed. To weigh all sheets of a level takes a second: that is done once for all seeds."""

    def __init__(self, recommender: Recommender) -> None:
        population = Population(recommender.content)
        self._chance = random.Random()
        self._sheets = {
            (level, ticks): population.draw(population.of_level(level), ticks, self._chance)
            for level in Level
            for ticks in Ticks
        }

    def some(self, level: Level, ticks: Ticks, seed: int, count: int) -> list[Sheet]:
        self._chance.seed(f"{seed} {level} {ticks}")
        return list(islice(self._sheets[level, ticks], count))


@pytest.fixture(scope="module")
def population(recommender: Recommender) -> Drawn:
    return Drawn(recommender)


def as_asked(recommender: Recommender, sheet: Sheet) -> Sheet | None:
    """Return what is asked of somebody with these answers when the form stops early; None where it does not."""
    walk = recommender.flow.walk(sheet)
    return {name: answer for name, answer in sheet.items() if name in walk.shown} if walk.stop else None


@pytest.mark.parametrize(
    ("seed", "of_each"),
    [
        pytest.param(5149, SOME_OF_EACH, marks=pytest.mark.deep),
        *(pytest.param(5150 + number, OF_EACH, marks=pytest.mark.long) for number in range(50)),
    ],
)
def test_all_three_agree_on_sheets_of_every_level(
    recommender: Recommender, code: Encoded, population: Drawn, seed: int, of_each: int
) -> None:
    whole: list[Sheet] = []
    for level in Level:
        for ticks in Ticks:
            drawn = population.some(level, ticks, seed, of_each)
            fired = [recommender.oracle.fire(Intake(sheet, recommender.supplied)) for sheet in drawn]
            assert {decide(recommender.content.rule_set, one).level for one in fired} == {level}
            whole += drawn
    stopped = [asked for sheet in whole if (asked := as_asked(recommender, sheet)) is not None]
    assert len(whole) == len(Level) * len(Ticks) * of_each
    assert len(stopped) > len(whole) / 4
    with_routine = hold_against_the_evaluator(recommender, code, [*whole, *stopped], and_the_engine=True)
    assert with_routine >= 4 * of_each
