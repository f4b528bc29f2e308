"""Make the conformance kit of the rules: ``python -m tools.conformance``. It needs the extra [proof].

Run it after every change of rules, questions or exercises; a test says when the kit is of other rules than those of today.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from recommender import __version__
from recommender.conformance.compare import expected_of
from recommender.conformance.kit import About, Case, Grade, Reached, kit_folder, write_kit
from recommender.lab.cases import complete
from recommender.loaders.languages import SOURCE_LANGUAGE
from recommender.loaders.vignettes import load_baseline, load_vignettes
from recommender.models.questionnaire import Answer
from recommender.presentation.localised import LocalisedContent, localise
from recommender.proof.prove import shipped_knowledge
from recommender.proof.prover import Prover
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import Settings, read_settings
from tools.conformance.sheets import sheets
from tools.conformance.targets import possible, targets


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=kit_folder(), help="the folder (default: %(default)s)")
    given = parser.parse_args()
    settings = read_settings({})
    recommender = load_recommender(settings)
    prover = Prover(recommender.content, shipped_knowledge())
    wanted, never = possible(prover, list(targets(prover)))
    cases: dict[Grade, list[Case]] = {grade: [] for grade in Grade}
    maker = _Maker(recommender)
    for shown in sheets(prover, wanted):
        cases[shown.grade].append(maker.case(shown.grade, [target.name for target in shown.targets], shown.answers))
    shown_of, never_of = (Counter(target.grade for target in group) for group in (wanted, never))
    every = [case for group in cases.values() for case in group]
    for name, answers in _after_assembly(recommender, settings, every):
        cases[Grade.RULES].append(maker.case(Grade.RULES, [name], answers))
        shown_of[Grade.RULES] += 1
    reached = {grade: Reached(shown_of[grade], never_of[grade]) for grade in Grade}
    content = recommender.content
    write_kit(given.to, About(content.rule_set.version, content.hash, __version__, reached), cases)
    for grade in Grade:
        size = (given.to / grade.file).stat().st_size
        told = reached[grade]
        print(f"{grade}: {len(cases[grade])} sheets show {told.shown}, {told.impossible} are impossible; {size} bytes")
    return 0


class _Maker:
    """Makes cases, each with what the service of today says."""

    def __init__(self, recommender: Recommender) -> None:
        self._recommender = recommender
        self._localised: LocalisedContent = localise(recommender, SOURCE_LANGUAGE)
        self._counts: Counter[Grade] = Counter()

    def case(self, grade: Grade, shows: Sequence[str], answers: Mapping[str, Answer]) -> Case:
        self._counts[grade] += 1
        raw = raw_answers(answers)
        recommendation = self._recommender.recommend(self._recommender.sheet.read(raw))
        reply = self._localised.present(recommendation, None, date.today())
        return Case(f"{grade}-{self._counts[grade]:04}", tuple(shows), raw, expected_of(reply))


def _after_assembly(
    recommender: Recommender, settings: Settings, cases: Iterable[Case]
) -> Iterator[tuple[str, Mapping[str, Answer]]]:
    """Yield sheets for the cases that look at the assembled routine, of which the encoded rules do not know: vignettes."""
    missing = {branch.id for branch in recommender.staged.after_assembly}
    missing -= {fired for case in cases for fired in case.expected.cases}
    baseline = load_baseline(settings.vignettes_dir)
    for vignette in load_vignettes(settings.vignettes_dir):
        if vignette.follow_up is None and missing.intersection(vignette.expected("fires")):
            case = complete(recommender, vignette.name, vignette.answers, baseline=baseline, facts=vignette.facts)
            fired = missing.intersection(recommender.recommend(case.intake).decision.fired_ids)
            if fired:
                missing -= fired
                yield f"{', '.join(sorted(fired))} fires", case.intake.answers


if __name__ == "__main__":
    sys.exit(main())
