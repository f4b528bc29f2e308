"""The findings that the proofs began with: each is mended in the rules, and found again when its mend is taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from recommender.models.actions import Exclusion
from recommender.models.conditions import All, AnyOf, AtLeast, Chosen, Condition, Not
from recommender.models.rules import Branch
from recommender.proof.prove import prove
from recommender.proof.prover import Hole
from recommender.service.recommend import Recommender
from tests.support.changed_rules import with_branches

pytestmark = [pytest.mark.deep, pytest.mark.usefixtures("solver")]

Change = Callable[[Branch], Branch | None]


def without_case(case: str) -> Change:
    return lambda branch: None if branch.id == case else branch


def not_asked_for(question: str, option: str, *cases: str) -> Change:
    """Take an option out of the conditions of some cases, or of all."""

    def rewritten(condition: Condition) -> Condition:
        match condition:
            case Chosen(asked, options) if asked == question:
                return Chosen(asked, tuple(one for one in options if one != option))
            case All(parts):
                return All(tuple(map(rewritten, parts)))
            case AnyOf(parts):
                return AnyOf(tuple(map(rewritten, parts)))
            case AtLeast(n, parts):
                return AtLeast(n, tuple(map(rewritten, parts)))
            case Not(part):
                return Not(rewritten(part))
            case _:
                return condition

    return lambda branch: replace(branch, when=rewritten(branch.when)) if not cases or branch.id in cases else branch


def without_tags(case: str, *tags: str) -> Change:
    def narrower(part: Exclusion) -> Exclusion:
        return replace(part, scope=replace(part.scope, tags=part.scope.tags.difference(tags)))

    def change(branch: Branch) -> Branch:
        if branch.id != case:
            return branch
        return replace(branch, then=replace(branch.then, exclude=tuple(map(narrower, branch.then.exclude))))

    return change


def without_kind(case: str, kind: str) -> Change:
    def kept(part: Exclusion) -> bool:
        return kind not in part.scope.kinds

    def change(branch: Branch) -> Branch:
        if branch.id != case:
            return branch
        return replace(branch, then=replace(branch.then, exclude=tuple(filter(kept, branch.then.exclude))))

    return change


def only_beside(case: str, question: str, option: str) -> Change:
    return lambda branch: (
        replace(branch, when=All((branch.when, Chosen(question, (option,))))) if branch.id == case else branch
    )


def holes_of(recommender: Recommender, obligation: str, change: Change) -> tuple[Hole, ...]:
    content = with_branches(recommender.content, change)
    assert content != recommender.content
    [result] = prove(content, only=[obligation]).results
    return result.holes


@pytest.mark.parametrize(
    ("change", "question", "option", "movement"),
    [
        pytest.param(
            without_tags("CI-A21/2", "floor_transfer"), "limits", "stand", "", id="the-floor-for-who-cannot-stand"
        ),
        pytest.param(not_asked_for("limits", "neck_move", "CI-A10/2"), "limits", "neck_move", "", id="neck-turns"),
        pytest.param(
            without_tags("CI-R12", "hip_adduction_rotation"), "limits", "hip_bend", "knee_rolls", id="knee-rolls"
        ),
        pytest.param(
            without_tags("CI-R12", "hip_adduction_rotation"),
            "limits",
            "hip_bend",
            "supine_spinal_twist",
            id="lying-twist",
        ),
        pytest.param(
            only_beside("CI-R03/3", "surgery_rules", "hip"), "surgery_rules", "leg_behind", "", id="leg-behind"
        ),
    ],
)
def test_a_forbidden_movement_comes_again(
    recommender: Recommender, change: Change, question: str, option: str, movement: str
) -> None:
    holes = [hole for hole in holes_of(recommender, "hazards", change) if movement in hole.subject]
    assert holes
    assert all(hole.person is not None and option in hole.person.answers[question] for hole in holes)


def test_a_stretch_in_its_whole_form_comes_again_to_somebody_whose_pain_is_easily_stirred_up(
    recommender: Recommender,
) -> None:
    holes = holes_of(recommender, "hazards", without_kind("CI-A19", "static_stretch"))
    assert {hole.subject.split(":")[0] for hole in holes} == {"settling_stretches"}, [hole.subject for hole in holes]


def test_a_fusion_named_in_the_details_alone_is_milder_than_one_that_is_ticked(recommender: Recommender) -> None:
    holes = holes_of(recommender, "details", not_asked_for("surgery_rules", "fusion"))
    assert holes
    assert all(hole.subject.startswith("surgery_rules without conditions.spine_surgery") for hole in holes)


@pytest.mark.parametrize(
    ("case", "obligation", "subject"),
    [
        ("RF-P22/5", "combined-floors", "RF-P22 case 5: routine_review"),
        ("RF-P04/3", "combined-floors", "RF-P04 case 3: routine_review"),
        ("RF-P04/3", "silent-signs", "postnatal_issue.not_checked"),
    ],
)
def test_an_answer_that_nobody_reads_is_found(
    recommender: Recommender, case: str, obligation: str, subject: str
) -> None:
    """Pain at the side in second place, and a check after birth that is overdue."""
    assert subject in {hole.subject for hole in holes_of(recommender, obligation, without_case(case))}
