"""The encoded rules say of every sheet what the evaluator says: which cases fire, the level, the stage, every form."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from recommender.assembly.screening import ExerciseScreening
from recommender.assembly.selection import count_usable
from recommender.engine.decide import decide
from recommender.engine.reference import Certainty as EvaluatorCertainty
from recommender.errors import IntakeError
from recommender.models.decision import Decision
from recommender.models.levels import Level, Stage
from recommender.models.questionnaire import Intake, QuestionKind
from recommender.proof.encoding.certainty import Certainty
from recommender.proof.encoding.forms import forms_of
from recommender.proof.encoding.moves import MoveEncoding
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.service.recommend import Recommender
from tests.support.encoded import Encoded, Sheet, drawn_sheets
from tests.support.sample import seeds

SEED = 1500
SHEETS = 400
COUNTED = 4


@pytest.mark.parametrize("seed", seeds(SEED, fast=1, deep=9, long=240))
def test_the_encoding_agrees_with_the_evaluator_on_cases_levels_stages_and_forms(
    recommender: Recommender, code: Encoded, seed: int
) -> None:
    sheets = list(drawn_sheets(recommender, seed, SHEETS))
    rules, forms, moves = code.rules, code.forms, MoveEncoding(code.forms)
    doses = [
        when
        for exercise, form in forms_of(code.universe.catalogue).values()
        for _, when in forms.doses.start(exercise, form)
    ]
    against = [when for pairs in forms.against.values() for _, when in pairs]
    literals = [*rules.fired.values(), *rules.level.values(), *rules.stage.values(), *doses, *against]
    value = code.on(sheets, [*literals, *forms.possible.values(), *forms.allowed.values()])
    left = {count: moves.at_least(count) for count in range(1, COUNTED + 1)}
    value |= code.on(sheets, [*left.values(), moves.routine_follows])
    stopped, with_routine = 0, 0
    for number, sheet in enumerate(sheets):
        intake = Intake(sheet, recommender.supplied)
        fired = recommender.oracle.fire(intake)
        decision = decide(recommender.content.rule_set, fired)

        def holds(literal: int, number: int = number) -> bool:
            return bool(value[literal] >> number & 1)

        assert {branch for branch, literal in rules.fired.items() if holds(literal)} == fired
        assert [level for level in Level if holds(rules.level[level])] == [decision.level]
        assert [stage for stage in Stage if holds(rules.stage[stage])] == [decision.stage]
        screen = ExerciseScreening(recommender.content.catalogue, decision, intake)
        usable = {form.key for candidate in screen.candidates.values() for form in candidate.forms}
        assert {key for key, literal in forms.allowed.items() if holds(literal)} == usable
        for key, (exercise, form) in forms_of(code.universe.catalogue).items():
            assert holds(forms.possible[key]) == (not any(screen.lacking(form))), key
            told = {branch.id for branch in screen.excluded_by(form)}
            assert {branch for branch, when in forms.against[key] if holds(when)} == told, key
            starts = [dose for dose, when in forms.doses.start(exercise, form) if holds(when)]
            assert starts == [replace(screen.dosing.start(exercise, form), rest_seconds=0)], key
        assert [holds(left[count]) for count in left] == [moves_left(screen, decision) >= count for count in left]
        if decision.level.shows_routine:
            shown = recommender.recommend(Intake(sheet, recommender.supplied)).decision.level.shows_routine
            assert holds(moves.routine_follows) == shown
        stopped += bool(recommender.flow.walk(sheet).stop)
        with_routine += decision.level.shows_routine
    assert stopped > SHEETS / 10
    assert with_routine > SHEETS / 15


def moves_left(screen: ExerciseScreening, decision: Decision) -> int:
    return count_usable(screen.moves, decision)


@pytest.mark.parametrize("seed", seeds(SEED + 500, fast=1, deep=9))
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
