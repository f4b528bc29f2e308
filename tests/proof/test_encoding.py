"""The encoded rules say of every sheet what the evaluator says: which cases fire, the level, the stage, every form."""

from __future__ import annotations

import random

import pytest

from recommender.engine.reference import Certainty as EvaluatorCertainty
from recommender.errors import IntakeError
from recommender.models.questionnaire import Intake, QuestionKind
from recommender.proof.encoding.certainty import Certainty
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.service.recommend import Recommender
from tests.support.agreement import hold_against_the_evaluator
from tests.support.encoded import Encoded, Sheet, drawn_sheets
from tests.support.sample import seeds

SEED = 1500
SHEETS = 200


@pytest.mark.parametrize("seed", seeds(SEED, fast=1, deep=3, long=246))
def test_the_encoding_agrees_with_the_evaluator_on_cases_levels_stages_and_forms(
    recommender: Recommender, code: Encoded, seed: int
) -> None:
    sheets = list(drawn_sheets(recommender, seed, SHEETS))
    with_routine = hold_against_the_evaluator(recommender, code, sheets)
    stopped = sum(bool(recommender.flow.walk(sheet).stop) for sheet in sheets)
    assert stopped > SHEETS / 10
    assert with_routine > SHEETS / 15


@pytest.mark.parametrize("seed", seeds(SEED + 500, fast=1, deep=3, long=6))
def test_what_is_certain_is_what_the_evaluator_is_certain_of(
    recommender: Recommender, code: Encoded, seed: int
) -> None:
    """On sheets answered up to some page, with all later questions open."""
    chance = random.Random(seed)
    pages = recommender.content.questionnaire.intake_pages
    for number in range(1, len(pages)):
        later = frozenset(question.id for page in pages[number:] for question in page.questions)
        sheets = [
            {name: answer for name, answer in sheet.items() if name not in later and chance.random() < 0.95}
            for sheet in drawn_sheets(recommender, seed + number, 60)
        ]
        certainty = Certainty(code.answers, later)
        branches = [
            *recommender.staged.outcomes,
            *(one for layer in recommender.staged.finding_layers for one in layer),
        ]
        literals = {branch.id: certainty.of(branch) for branch in branches}
        value = code.on(sheets, list(literals.values()))
        told = EvaluatorCertainty(branches, recommender.staged)
        for place, sheet in enumerate(sheets):
            certain = told.of(Intake(sheet, recommender.supplied), later.difference(sheet))
            mine = {branch for branch, literal in literals.items() if value[literal] >> place & 1}
            assert mine == {branch.id for branch in certain}


def is_whole(code: Encoded, sheet: Sheet) -> bool:
    return bool(code.on([sheet], [code.answers.is_whole])[code.answers.is_whole])


@pytest.mark.deep
def test_a_sheet_is_whole_where_it_is_taken_without_a_further_question(recommender: Recommender, code: Encoded) -> None:
    """Each answer of a whole sheet is taken out, and each question that is not asked is answered: the same is refused."""
    for sheet in drawn_sheets(recommender, SEED, 12):
        for changed in (sheet, *neighbours(recommender, sheet)):
            walk = recommender.flow.walk_to_the_end(changed)
            taken = not walk.missing and is_taken(recommender, changed)
            assert is_whole(code, changed) == taken, set(sheet.items()) ^ set(changed.items())


def neighbours(recommender: Recommender, sheet: Sheet) -> list[Sheet]:
    """Return the sheet without each answer, and with the first and the last option of each question beside it."""
    fewer = [{other: answer for other, answer in sheet.items() if other != name} for name in sheet]
    more: list[Sheet] = []
    for question in recommender.content.questionnaire.intake_questions:
        for option in question.options[:1] + question.options[-2:]:
            before = sheet.get(question.id, ())
            ticked = (*(before if isinstance(before, tuple) else ()), option.id)
            ordered = tuple(one.id for one in question.options if one.id in ticked)
            more.append({**sheet, question.id: ordered if question.kind is QuestionKind.MANY else option.id})
    return [*fewer, *more]


def is_taken(recommender: Recommender, sheet: Sheet) -> bool:
    try:
        recommender.sheet.read(raw_answers(sheet))
    except IntakeError:
        return False
    return True
