"""The journeys and random sheets that the tests of the case lab run."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from sheets import TESTS

from recommender.loaders.vignettes import load_vignettes
from recommender.models.questionnaire import Intake
from recommender.sampling import random_sheet
from recommender.service import Recommender

FOLDER = TESTS / "vignettes"
VIGNETTES = load_vignettes(FOLDER)
EXAMPLES = [vignette for vignette in VIGNETTES if vignette.path == "journeys/worked-examples.yaml"]
JOURNEYS = [pytest.param(vignette, id=vignette.name) for vignette in VIGNETTES if vignette.rule is None]
SEED = 20260704


def random_intakes(recommender: Recommender, count: int) -> Iterator[Intake]:
    """Yield complete sheets; half of the people have hardly any warning sign, so that many of them get a routine."""
    chance = random.Random(SEED)
    for number in range(count):
        rate = 0.05 if number % 2 else 0.004
        answers = random_sheet(recommender.content.questionnaire, recommender.flow, chance, sign_rate=rate)
        yield Intake(answers, recommender.supplied)
