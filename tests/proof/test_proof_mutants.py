"""Slips in the rules: whichever makes somebody less safe is found by an obligation. `python -m tools.proof_mutants` tries all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from recommender.assembly.breaks import POSITIONS
from recommender.assembly.screening import ExerciseScreening
from recommender.errors import DecisionError
from recommender.models.actions import MicroRoutine
from recommender.models.catalogue import Catalogue
from recommender.models.decision import Decision
from recommender.models.questionnaire import Intake
from recommender.proof.compare import Change, Shift
from recommender.proof.prove import shipped_knowledge
from recommender.proof.prover import Prover
from recommender.proof.sides import NO_LEVEL
from recommender.rule_mutants.mutants import Mutant
from recommender.service.recommend import Recommender
from tests.support.sample import seeds
from tools.proof_mutants import Beside, Fate, shuffled, verdicts, with_slip

# All slips in an order that a seed chooses, in so many parts of about sixty; the first ten are tried each time.
PARTS, DEEP_PARTS, SEED = 95, 3, 1500

pytestmark = pytest.mark.usefixtures("solver")


@pytest.fixture(scope="module")
def slips(recommender: Recommender) -> list[Mutant]:
    return shuffled(recommender.content, SEED)


@pytest.mark.parametrize("part", seeds(0, fast=0, deep=DEEP_PARTS, long=PARTS - DEEP_PARTS))
def test_each_slip_that_makes_somebody_less_safe_is_found(
    recommender: Recommender, slips: list[Mutant], part: int
) -> None:
    told = list(verdicts(recommender.content, slips[part::PARTS]))
    assert len(told) >= 58
    assert [one.mutant.key for one in told if one.fate is Fate.MISSED] == []
    assert Counter(one.fate for one in told)[Fate.FOUND] > 5


@pytest.mark.long
def test_what_is_asked_all_at_once_is_what_a_diff_says(recommender: Recommender, slips: list[Mutant]) -> None:
    right = Prover(recommender.content, shipped_knowledge(), with_people=False)
    seen = Counter[Fate]()
    for mutant in slips[:12]:
        shifts = shifts_of(recommender, mutant)
        wrong = Prover(with_slip(recommender.content, mutant), right.knowledge, with_people=False, beside=right)
        beside = Beside(right, wrong)
        less_safe = any(map(is_worse, shifts))
        assert (beside.is_less_safe(), beside.is_the_same()) == (less_safe, not shifts), mutant.key
        seen[Fate.FOUND if less_safe else Fate.NOT_LESS_SAFE if shifts else Fate.SAME] += 1
    assert len(seen) > 1


def is_worse(shift: Shift) -> bool:
    """Return whether somebody comes to a lower level, a higher stage or a movement that was left out: not to a routine of many moves."""
    return shift.is_less_safe and not shift.told.startswith("too few")


def shifts_of(recommender: Recommender, mutant: Mutant) -> list[Shift]:
    """Return what a diff says of first visits: the proofs say nothing of checks."""
    change = Change(recommender.content, with_slip(recommender.content, mutant), with_people=False)
    return [shift for shift in change.compare().shifts if not shift.at_check]


def found(recommender: Recommender, slips: list[Mutant], count: int) -> Iterator[Mutant]:
    """Yield so many slips that an obligation finds."""
    told = (one.mutant for one in verdicts(recommender.content, slips) if one.fate is Fate.FOUND)
    yield from islice(told, count)


@pytest.mark.parametrize("seed", seeds(SEED, fast=0, deep=0, long=13))
def test_a_person_shows_the_fault_to_the_service_that_runs_the_wrong_rules(recommender: Recommender, seed: int) -> None:
    """Before the last check, which may stop what the rules let through."""
    for mutant in found(recommender, shuffled(recommender.content, seed), 4):
        names = [one.name for one in shifts_of(recommender, mutant) if is_worse(one)]
        content = with_slip(recommender.content, mutant)
        change = Change(recommender.content, content, known=names[1:]).compare()
        shift = next(one for one in change.shifts if one.name == names[0])
        assert is_shown_by(shift, recommender, Recommender(content)), (mutant.key, shift)


def is_shown_by(shift: Shift, right: Recommender, wrong: Recommender) -> bool:
    """Return whether the two services, asked about the person of the shift, do what it tells."""
    assert shift.person is not None
    intake = Intake(shift.person.answers, right.supplied)
    was = right.decide(intake)
    try:
        now = wrong.decide(intake)
    except DecisionError:
        return shift.told == f"{was.level} becomes {NO_LEVEL}"
    if " becomes " in shift.told:
        return shift.told in (f"{was.level} becomes {now.level}", f"stage {was.stage} becomes {now.stage}")
    key = shift.told.partition(" ")[0]
    catalogue = right.content.catalogue
    offered = [offered_by(catalogue, decision, intake) for decision in (was, now)]
    return key not in offered[0] and key in offered[1]


def offered_by(catalogue: Catalogue, decision: Decision, intake: Intake) -> set[str]:
    """Return the forms that may come into the routine, or into a break."""
    screen = ExerciseScreening(catalogue, decision, intake)
    asked = {item.exercise for one in decision.fired for item in (one.then.micro_routine or MicroRoutine("", ())).items}
    in_breaks = [form for name in asked for form in screen.forms_passing_exclusions(catalogue.by_id[name])]
    return {
        *(form.key for one in screen.candidates.values() for form in one.forms),
        *(form.key for form in in_breaks if form.position in POSITIONS),
    }
