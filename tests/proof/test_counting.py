"""Exact counts: equal to counting one by one where that can be done, and to themselves in another way of writing a sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product

import pytest

from recommender.engine.decide import decide
from recommender.loaders.answer_order import shipped_answer_order
from recommender.loaders.safety import shipped_safety_net
from recommender.models.levels import Level
from recommender.models.questionnaire import Answer, Intake
from recommender.proof.counting import Counts, Diagrams, count_sheets
from recommender.service.recommend import Recommender
from tests.support.encoded import Encoded

pytestmark = [pytest.mark.deep, pytest.mark.usefixtures("diagrams")]

Free = Mapping[str, Sequence[Answer]]
AGES = ("18_24", "25_44", "45_49", "50_59", "60_64", "65_69", "70_plus")
TRENDS = ("better", "same", "worse_slow", "worse_fast")
# Questionnaires in which all but a few questions have the answers of somebody without any sign, or none where they are not asked.
REDUCED: Mapping[str, Free] = {
    "how the pain is": {
        "age_band": AGES,
        "history": ("first_time", "same_before"),
        "assessed": ("yes", "no"),
        "trend": TRENDS,
        "function": ("bit", "lot", "cannot"),
        "pain_score": tuple(range(11)),
    },
    "bones and nerves": {
        "age_band": AGES,
        "rf_bone_nerve": (("none",), ("fall_knock",), ("foot_weak",), ("fall_knock", "walk_unsteady"), ("not_sure",)),
        "rf_illness": (("none",), ("cancer_past",), ("fever",), ("immune_low", "night_constant")),
        "medicines": (("none",), ("steroids",), ("blood_thinners", "drowsy")),
        "trend": TRENDS,
        "duration": ("lt_2w", "gt_12w"),
    },
    "conditions and their details": {
        "conditions": (("none",), ("high_bp",), ("pregnant",), ("high_bp", "pregnant"), ("heart", "stroke", "vertigo")),
        "bp_detail": ("controlled", "uncontrolled", "very_high", "not_sure"),
        "preg_weeks": ("lt_16", "28_plus"),
        "preg_flags": (("none",), ("bleeding",), ("dizzy_chest", "pee_pain")),
        "preg_cleared": ("ok", "complication"),
        "heart_detail": ("stable", "symptoms"),
        "dizzy_detail": ("bppv", "unchecked"),
        "limits": (("none",), ("stand", "floor")),
    },
}


@pytest.fixture(scope="module")
def counts(code: Encoded) -> Counts:
    return count_sheets(code.rules, shipped_answer_order().counted_in)


def usual_answers(recommender: Recommender) -> dict[str, Answer]:
    usual = shipped_safety_net().nobody_in_danger
    return recommender.sheet.read_some(usual, list(usual))[0]


@pytest.mark.parametrize("free", REDUCED.values(), ids=REDUCED)
def test_the_count_of_each_level_is_that_of_counting_one_by_one(
    recommender: Recommender, code: Encoded, free: Free
) -> None:
    one_by_one: Counter[Level] = Counter()
    usual = usual_answers(recommender)
    seen = set()
    for answers in product(*free.values()):
        given = {**usual, **dict(zip(free, answers, strict=True))}
        shown = recommender.flow.shown(given)
        sheet = {name: answer for name, answer in given.items() if name in shown}
        if tuple(sheet.items()) not in seen:
            seen.add(tuple(sheet.items()))
            fired = recommender.oracle.fire(Intake(sheet, recommender.supplied))
            one_by_one[decide(recommender.content.rule_set, fired).level] += 1
    diagrams = Diagrams(code.answers, shipped_answer_order().counted_in)
    reduced = diagrams.whole()
    for question in code.universe.questions:
        wanted = free.get(question.id, [usual[question.id]])
        given = [is_given(code, question.id, answer) for answer in wanted]
        reduced &= diagrams.of(code.graph.any((-code.answers.is_answered(question.id), *given)))
    reduced &= diagrams.of(everything_shown_is_answered(code))
    counted = {level: diagrams.count(reduced & diagrams.of(code.rules.level[level])) for level in Level}
    assert counted == {level: one_by_one[level] for level in Level}
    assert diagrams.count(reduced) == len(seen) > 100


def is_given(code: Encoded, question: str, answer: Answer) -> int:
    """Return that the question has just this answer."""
    chosen = set(answer) if isinstance(answer, tuple) else {answer}
    values = code.universe.values(question)
    if len(values) == 1:
        return code.answers.is_answered(question)
    return code.graph.every(
        code.answers.tick(question, value) if value in chosen else -code.answers.tick(question, value)
        for value in values
    )


def everything_shown_is_answered(code: Encoded) -> int:
    """Return that each reduced sheet answers also what might be left out."""
    return code.graph.every(
        code.graph.implies(code.answers.is_shown(question), code.answers.is_answered(question.id))
        for question in code.universe.questions
    )


def test_the_levels_share_out_all_sheets_and_most_of_them_are_emergencies(counts: Counts) -> None:
    assert sum(counts.by_level.values()) == counts.sheets > 10**60
    assert all(counts.by_level.values())
    assert counts.by_level[Level.EMERGENCY_NOW] > 0.99 * counts.sheets


def test_another_way_of_writing_a_sheet_comes_to_the_same_counts(code: Encoded, counts: Counts) -> None:
    assert count_sheets(code.rules, shipped_answer_order().counted_in, in_binary=False) == counts
