"""The journeys and random sheets that the tests of the case lab run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from recommender.models.questionnaire import Intake
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.recommend import Recommender
from tests.support.sample import spread
from tests.support.sheets import TESTS
from tests.support.shipped import vignettes

FOLDER = TESTS / "vignettes"
VIGNETTES = vignettes()
EXAMPLES = [vignette for vignette in VIGNETTES if vignette.path == "journeys/worked-examples.yaml"]
JOURNEYS = [vignette for vignette in VIGNETTES if vignette.rule is None]
SEED = 20260704


def spread_journeys(percent: int, up_to: int = 100) -> list[Any]:
    """Return every journey as a parameter: about so many of a hundred fast, and one of each outcome at least.

    Those ``up_to`` a place of a hundred are deep, the rest long.
    """
    return spread(JOURNEYS, percent, name=lambda one: one.name, kind=lambda one: one.expect["level"], up_to=up_to)


def random_intakes(recommender: Recommender, count: int, seed: int = SEED) -> Iterator[Intake]:
    """Yield complete sheets; half of the people have hardly any warning sign, so that many of them get a routine."""
    chance = random.Random(seed)
    for number in range(count):
        rate = 0.05 if number % 2 else 0.004
        answers = random_sheet(recommender.content.questionnaire, recommender.flow, chance, sign_rate=rate)
        yield Intake(answers, recommender.supplied)
