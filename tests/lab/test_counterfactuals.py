"""Every single answer that the case lab says would lead elsewhere does so when it is tried."""

from __future__ import annotations

from itertools import islice

import pytest

from recommender.errors import IntakeError
from recommender.lab.answer_changes import AnswerChanges
from recommender.lab.counterfactual import Counterfactual, counterfactuals, offered
from recommender.loaders.vignettes import Vignette
from recommender.models.questionnaire import Answer, Intake
from recommender.models.recommendation import Recommendation
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.service.recommend import Recommender
from tests.support.lab_cases import EXAMPLES, SEED, random_intakes, spread_journeys
from tests.support.sample import seeds
from tests.support.sheets import full_intake

SHEETS, CLAIMS, TRIES = 50, 1, 5


def changed(recommender: Recommender, intake: Intake, question: str, answer: Answer) -> Recommendation:
    """Return what comes of one other answer, read afresh as a form would send it.

    Raises:
        IntakeError: the sheet that the change leads to is not complete.
    """
    answers = recommender.flow.prune({**intake.answers, question: answer})
    read = recommender.sheet.read(raw_answers(answers))
    return recommender.recommend(Intake(read.answers, intake.supplied))


def untrue(recommender: Recommender, result: Recommendation, claim: Counterfactual) -> list[str]:
    after = changed(recommender, result.intake, claim.change.question, claim.change.after)
    faults = []
    if claim.level and not (after.level is claim.level is not result.level):
        faults.append(f"level {after.level}, not {claim.level}")
    if claim.stage and not (after.decision.stage is claim.stage is not result.decision.stage):
        faults.append(f"stage {after.decision.stage}, not {claim.stage}")
    if set(claim.brought_in) != offered(after) - offered(result):
        faults.append(f"does not bring in {claim.brought_in}")
    if set(claim.left_out) != offered(result) - offered(after):
        faults.append(f"does not leave out {claim.left_out}")
    if not (claim.level or claim.stage or claim.brought_in or claim.left_out):
        faults.append("it claims nothing")
    return [f"{claim.change}: {fault}" for fault in faults]


@pytest.mark.parametrize("vignette", spread_journeys(1, up_to=30))
def test_every_counterfactual_of_a_journey_is_true_when_tried(recommender: Recommender, vignette: Vignette) -> None:
    journey = full_intake(recommender, vignette.answers, vignette.facts)
    result = recommender.recommend(journey)
    claims = list(counterfactuals(recommender, result, AnswerChanges(recommender, journey)))
    assert claims, "somebody's result hangs on their answers"
    assert [fault for claim in claims for fault in untrue(recommender, result, claim)] == []


def test_no_single_answer_that_matters_is_forgotten(recommender: Recommender) -> None:
    """Held against trying every change, where the search skips those that fire the same rules."""
    for vignette in EXAMPLES[3:6:2]:
        intake = full_intake(recommender, vignette.answers)
        result, changes = recommender.recommend(intake), AnswerChanges(recommender, intake)
        claimed = {claim.change for claim in counterfactuals(recommender, result, changes)}
        for change in [change for given in changes.by_question.values() for change in given]:
            try:
                after = changed(recommender, intake, change.question, change.after)
            except IntakeError:
                assert change not in claimed
                continue
            differs = (after.level, after.decision.stage, offered(after)) != (
                result.level,
                result.decision.stage,
                offered(result),
            )
            assert differs is (change in claimed), change


@pytest.mark.parametrize("seed", seeds(SEED, fast=1, deep=7, long=12))
def test_counterfactuals_of_random_sheets_are_true_when_tried(recommender: Recommender, seed: int) -> None:
    faults, tried = [], 0
    for intake in random_intakes(recommender, SHEETS, seed):
        result = recommender.recommend(intake)
        claims = counterfactuals(recommender, result, AnswerChanges(recommender, intake), most_tries=TRIES)
        for claim in islice(claims, CLAIMS):
            tried += 1
            faults += untrue(recommender, result, claim)
    assert faults == []
    assert tried > SHEETS / 10
