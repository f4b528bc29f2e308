"""One whole recommendation, from raw answers to the bytes of the reply, timed by stage over the worked examples.

The stages are timed where the service itself calls them, so that what is measured is what is served. Each example counts
with the CPU time of its quickest round, so that a busy machine disturbs it less. Still trust the ratios, not the
milliseconds.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

from recommender.lab.cases import complete
from recommender.loaders.languages import SOURCE_LANGUAGE
from recommender.loaders.vignettes import load_baseline, load_vignettes
from recommender.presentation.localised import LocalisedContent, localise
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.service import recommend as service
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings
from recommender.web.api.json_replies import encoded

VIGNETTES = Path(__file__).parents[1] / "tests" / "vignettes"
EXAMPLES = "journeys/worked-examples.yaml"
ROUNDS = 30
STAGES = ("read", "engine", "evaluator", "assembly", "last check", "present", "dump", "the rest")


class Stopwatch:
    """Adds up the seconds spent in each stage."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)

    def around(self, stage: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            start = time.thread_time()
            try:
                return act(*given, **named)
            finally:
                self.spent[stage] += time.thread_time() - start

        return timed

    @contextmanager
    def watching(self, recommender: Recommender) -> Iterator[None]:
        """Time the stages inside the service while this is open."""
        with ExitStack() as stack:
            for evaluator, stage in ((recommender.engine, "engine"), (recommender.oracle, "evaluator")):
                for name in ("fire", "fire_after_assembly"):
                    timed = self.around(stage, getattr(evaluator, name))
                    stack.enter_context(patch.object(evaluator, name, timed))
            for name, stage in (("assemble", "assembly"), ("check_assembly", "last check")):
                stack.enter_context(patch.object(service, name, self.around(stage, getattr(service, name))))
            yield


def worked_examples(recommender: Recommender) -> list[dict[str, Any]]:
    """Return the raw answers of the worked examples, as a client would send them."""
    baseline = load_baseline(VIGNETTES)
    cases = [vignette for vignette in load_vignettes(VIGNETTES) if vignette.path == EXAMPLES]
    given = (complete(recommender, one.name, one.answers, baseline=baseline, facts=one.facts) for one in cases)
    return [raw_answers(case.intake.answers) for case in given]


def answered(
    recommender: Recommender, localised: LocalisedContent, raw: dict[str, Any], region: str | None, watch: Stopwatch
) -> bytes:
    """Return the reply to raw answers, with its stages on the stopwatch."""
    intake = watch.around("read", localised.sheet.read)(raw)
    recommendation = recommender.recommend(intake)
    shown = watch.around("present", localised.present)(recommendation, region, date.today())
    reply: bytes = watch.around("dump", encoded)(shown)
    return reply


def measure(recommender: Recommender, region: str | None) -> list[dict[str, float]]:
    """Return the milliseconds of each stage, and of the "whole", in the quickest round of each example."""
    rows, localised = [], localise(recommender, SOURCE_LANGUAGE)
    for raw in worked_examples(recommender):
        rounds = []
        for _ in range(ROUNDS):
            watch = Stopwatch()
            with watch.watching(recommender):
                start = time.thread_time()
                answered(recommender, localised, raw, region, watch)
                whole = time.thread_time() - start
            rounds.append({**watch.spent, "the rest": whole - sum(watch.spent.values()), "whole": whole})
        quickest = min(rounds, key=lambda spent: spent["whole"])
        rows.append({stage: seconds * 1000 for stage, seconds in quickest.items()})
    return rows


def main() -> None:
    settings = read_settings()
    recommender = load_recommender(settings)
    assert recommender.faults == ()
    rows = measure(recommender, settings.region)
    for kind, chosen in (
        ("worked examples", rows),
        ("of them with a routine", [row for row in rows if "assembly" in row]),
    ):
        whole = statistics.median(row["whole"] for row in chosen)
        print(f"{kind}: one recommendation {whole:.2f} ms (p50 of {len(chosen)})")
        for stage in STAGES:
            took = statistics.median(row.get(stage, 0.0) for row in chosen)
            print(f"  {stage:12} {took:7.3f} ms  {took / whole:5.0%}")


if __name__ == "__main__":
    main()
