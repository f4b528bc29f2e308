"""Holds the encoded rules against the evaluator, sheet by sheet: cases, level, stage, first doses, every form, moves left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from recommender.assembly.screening import ExerciseScreening
from recommender.assembly.selection import count_usable
from recommender.engine.decide import decide
from recommender.models.levels import Level, Stage
from recommender.models.questionnaire import Intake
from recommender.proof.encoding.forms import forms_of
from recommender.proof.encoding.graph import Literal
from recommender.proof.encoding.moves import MoveEncoding
from recommender.service.recommend import Recommender
from tests.support.encoded import Encoded, Sheet

COUNTED = 4


def hold_against_the_evaluator(
    recommender: Recommender, code: Encoded, sheets: Sequence[Sheet], *, and_the_engine: bool = False
) -> int:
    """Hold everything that the encoding says of each sheet against the evaluator, and return how many show a routine.

    With ``and_the_engine`` what durable_rules fires is held against it as well.
    """
    rules, forms = code.rules, code.forms
    moves = MoveEncoding(forms)
    left = {count: moves.at_least(count) for count in range(1, COUNTED + 1)}
    value = code.on(sheets, [*_literals(code), *left.values(), moves.routine_follows])
    with_routine = 0
    for number, sheet in enumerate(sheets):
        intake = Intake(sheet, recommender.supplied)
        fired = recommender.oracle.fire(intake)
        if and_the_engine:
            assert recommender.engine.fire(intake) == fired
        decision = decide(recommender.content.rule_set, fired)

        def holds(literal: Literal, number: int = number) -> bool:
            return bool(value[literal] >> number & 1)

        assert {branch for branch, literal in rules.fired.items() if holds(literal)} == fired
        assert [level for level in Level if holds(rules.level[level])] == [decision.level]
        assert [stage for stage in Stage if holds(rules.stage[stage])] == [decision.stage]
        screen = ExerciseScreening(recommender.content.catalogue, decision, intake)
        _hold_forms(code, screen, holds)
        enough = [count_usable(screen.moves, decision) >= count for count in left]
        assert [holds(left[count]) for count in left] == enough
        if decision.level.shows_routine:
            assert holds(moves.routine_follows) == recommender.recommend(intake).decision.level.shows_routine
        with_routine += decision.level.shows_routine
    return with_routine


def _literals(code: Encoded) -> list[Literal]:
    rules, forms = code.rules, code.forms
    doses = [
        when
        for exercise, form in forms_of(code.universe.catalogue).values()
        for _, when in forms.doses.start(exercise, form)
    ]
    against = [when for pairs in forms.against.values() for _, when in pairs]
    told = [*rules.fired.values(), *rules.level.values(), *rules.stage.values()]
    return [*told, *doses, *against, *forms.possible.values(), *forms.allowed.values()]


def _hold_forms(code: Encoded, screen: ExerciseScreening, holds: Callable[[Literal], bool]) -> None:
    forms = code.forms
    usable = {form.key for candidate in screen.candidates.values() for form in candidate.forms}
    assert {key for key, literal in forms.allowed.items() if holds(literal)} == usable
    for key, (exercise, form) in forms_of(code.universe.catalogue).items():
        assert holds(forms.possible[key]) == (not any(screen.lacking(form))), key
        told = {branch.id for branch in screen.excluded_by(form)}
        assert {branch for branch, when in forms.against[key] if holds(when)} == told, key
        starts = [dose for dose, when in forms.doses.start(exercise, form) if holds(when)]
        assert starts == [replace(screen.dosing.start(exercise, form), rest_seconds=0)], key
