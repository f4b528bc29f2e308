"""Sixty written people for a reader (tools/reader): each gets a routine, and the text holds what the reader must judge."""

from __future__ import annotations

from collections import Counter

from recommender.assembly.final_check import check_assembly
from recommender.models.levels import Stage
from recommender.service.recommend import Recommender
from tools.reader.texts import cases, recommended, told


def test_sixty_different_people_get_a_routine_that_the_last_check_lets_through(recommender: Recommender) -> None:
    people = [recommended(recommender, case) for case in cases()]
    assert len(people) == len({case["who"] for case in cases()}) == 60
    assert [case["who"] for case, one in zip(cases(), people, strict=True) if one.assembly is None] == []
    for one in people:
        assert one.assembly is not None
        check_assembly(one.assembly, one.decision, one.intake, recommender.content.catalogue)
    assert min(Counter(one.decision.stage for one in people)[stage] for stage in Stage) >= 4
    assert {one.intake.chosen("minutes")[0] for one in people} == {"3", "5", "10", "15", "20"}
    assert {one.intake.chosen("place")[0] for one in people} == {"floor_mat", "bed", "chair_only", "standing_desk"}
    asked = {one.intake.chosen("goal")[0] for one in people}
    assert asked == {"ease_pain", "move_freely", "sit_comfortably", "prevent", "get_stronger", "relax"}


def test_the_text_names_every_move_with_its_dose_and_its_reason(recommender: Recommender) -> None:
    case = cases()[0]
    assembly = recommended(recommender, case).assembly
    assert assembly is not None
    text = told(recommender, case)
    assert case["who"] in text and f"{assembly.routine.seconds} seconds of 10 minutes" in text
    for item in assembly.routine.items:
        assert item.exercise.name in text and item.form.name in text and f"{item.seconds} s)" in text
        assert item.reasons[0].say and item.reasons[0].say in text
    repeated = next(item for item in assembly.routine.items if item.dose.reps)
    assert f"{repeated.dose.sets} x {repeated.dose.reps}" in text


def test_a_reason_is_in_front_again_only_where_a_move_has_no_other(recommender: Recommender) -> None:
    again = 0
    for case in cases():
        assembly = recommended(recommender, case).assembly
        assert assembly is not None
        said: set[str] = set()
        for item in assembly.routine.items:
            is_again = item.reasons[0].id in said
            assert not is_again or {reason.id for reason in item.reasons} <= said, (case["who"], item.exercise.id)
            again += is_again
            said.add(item.reasons[0].id)
    assert again
