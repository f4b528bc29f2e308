"""How fast one decision is: durable_rules against the plain evaluator, on the same sheets in one run.

Trust the ratios, not the milliseconds.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

from recommender.engine.decide import decide
from recommender.models.questionnaire import Intake
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.recommend import load_recommender
from recommender.settings import read_settings

SHEETS = 300


def milliseconds(act: Callable[[Intake], object], intakes: list[Intake]) -> float:
    """Return the median time of one call."""
    took = []
    for intake in intakes:
        start = time.perf_counter()
        act(intake)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def main() -> None:
    start = time.perf_counter()
    recommender = load_recommender(read_settings())
    loaded = time.perf_counter() - start
    start = time.perf_counter()
    assert recommender.faults == ()
    print(f"load and compile {loaded:.2f} s, self-test {time.perf_counter() - start:.2f} s")
    chance = random.Random(3)
    questionnaire = recommender.content.questionnaire
    sheets = [random_sheet(questionnaire, recommender.flow, chance, sign_rate=0.01) for _ in range(SHEETS)]
    raws = [raw_answers(sheet) for sheet in sheets]
    intakes = [recommender.sheet.read(raw) for raw in raws]
    reading = iter(raws)
    steps: dict[str, Callable[[Intake], object]] = {
        "plain evaluator": recommender.oracle.fire,
        "durable_rules": recommender.engine.fire,
        "read and check the sheet": lambda _: recommender.sheet.read(next(reading)),
        "decide": lambda intake: decide(recommender.content.rule_set, recommender.oracle.fire(intake)),
        "recommend, whole": recommender.recommend,
    }
    base = milliseconds(steps["plain evaluator"], intakes)
    for name, act in steps.items():
        took = milliseconds(act, intakes)
        print(f"{name:26} {took:7.3f} ms   x evaluator {took / base:5.2f}")


if __name__ == "__main__":
    main()
