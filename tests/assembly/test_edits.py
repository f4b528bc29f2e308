"""A person's own changes to their routine: what is offered can be had, and nothing else can."""

from __future__ import annotations

import random
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.assembly.final_check import check_assembly
from recommender.models.catalogue import DefaultRoutine
from recommender.models.edits import NO_EDITS, RoutineEdit, RoutineEdits
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Assembly, Choices, EditOutcome, ExclusionReason, WhyNotRemovable
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.recommend import Recommender
from tests.support.people import AT_A_DESK as DESK
from tests.support.sample import small_and_whole
from tests.support.sheets import full_intake, full_sheet

pytestmark = pytest.mark.dear
PEOPLE = (10, 60)
WALKERS, STEPS = 60, 4


def made(recommendation: Recommendation) -> Assembly:
    assert recommendation.assembly is not None
    return recommendation.assembly


def exercises(recommendation: Recommendation) -> list[str]:
    return [item.exercise.id for item in made(recommendation).routine.items]


def offered(choices: dict[str, Choices]) -> list[RoutineEdit]:
    """Return every swap and removal that a page would offer."""
    swaps = [RoutineEdit(given.origin.id, form.exercise) for given in choices.values() for form in given.instead]
    return swaps + [RoutineEdit(given.origin.id) for given in choices.values() if given.stays is None]


@pytest.fixture(scope="module", params=small_and_whole(*PEOPLE, long=200))
def people(request: pytest.FixtureRequest, recommender: Recommender) -> list[Recommendation]:
    """Random people who get a routine; every other one has ticked more of the safety questions."""
    chance, found = random.Random(f"edits of {request.param}"), list[Recommendation]()
    for number in range(request.param * 20):
        sheet = random_sheet(recommender.content.questionnaire, recommender.flow, chance, sign_rate=0.02 * (number % 2))
        recommendation = recommender.recommend(recommender.sheet.read(raw_answers(sheet)))
        if recommendation.assembly:
            found.append(recommendation)
        if len(found) == request.param:
            break
    assert len(found) == request.param
    return found


@pytest.fixture(scope="module")
def walks(recommender: Recommender, people: list[Recommendation]) -> list[list[tuple[Recommendation, RoutineEdit]]]:
    """Random people who go on changing their routine, a few times: each result, with the wish that led there."""
    chance, walks = random.Random(6), []
    for recommendation in people[:WALKERS]:
        walk, now = [], recommendation
        for _ in range(STEPS):
            edits = offered(dict(recommender.choices(now)))
            if not edits:
                break
            edit = chance.choice(edits)
            now = recommender.recommend(now.intake, edits=now.edits.add(edit))
            walk.append((now, edit))
        walks.append(walk)
    return walks


def test_every_swap_and_removal_on_offer_gives_that_routine_and_passes_the_guard(
    recommender: Recommender, people: list[Recommendation]
) -> None:
    swaps = removals = 0
    for before in people:
        for edit in offered(dict(recommender.choices(before))):
            after = recommender.recommend(before.intake, edits=NO_EDITS.add(edit))
            check_assembly(made(after), after.decision, after.intake, recommender.content.catalogue)
            assert made(after).changes[-1].outcome is EditOutcome.DONE
            assert edit.unwanted not in exercises(after)
            assert edit.instead is None or edit.instead in exercises(after)
            assert len(exercises(after)) == len(exercises(before)) - (edit.instead is None)
            assert after.level is before.level
            swaps += edit.instead is not None
            removals += edit.instead is None
    assert swaps > 2.5 * len(people) and removals > len(people)


def test_one_change_after_another_passes_the_guard_and_keeps_those_before(
    recommender: Recommender, walks: list[list[tuple[Recommendation, RoutineEdit]]]
) -> None:
    assert sum(map(len, walks)) > 2 * len(walks)
    for walk in walks:
        for after, _ in walk:
            check_assembly(made(after), after.decision, after.intake, recommender.content.catalogue)
            assert {change.outcome for change in made(after).changes} == {EditOutcome.DONE}
            assert not after.edits.unwanted & set(exercises(after))


def test_what_stands_in_has_the_same_purpose_and_a_place_in_common(
    recommender: Recommender, people: list[Recommendation]
) -> None:
    by_id = recommender.content.catalogue.by_id
    for recommendation in people:
        slots = {item.exercise.id: item.slot for item in made(recommendation).routine.items}
        for exercise, choices in recommender.choices(recommendation).items():
            for form in choices.instead:
                other = by_id[form.exercise]
                if slots[exercise] in ("warm_up", "closing"):
                    continue
                assert slots[exercise] == "direction" or other.slot == by_id[exercise].slot
                assert other.regions & by_id[exercise].regions
                assert other.default_routine is not DefaultRoutine.NO


def test_nothing_that_a_rule_leaves_out_is_ever_on_offer(
    recommender: Recommender, people: list[Recommendation]
) -> None:
    never = {ExclusionReason.CONTRAINDICATED, ExclusionReason.NO_EQUIPMENT_OR_PLACE, ExclusionReason.NEVER_AUTOMATIC}
    for recommendation in people:
        out = {left.exercise.id for left in made(recommendation).left_out if left.because in never}
        on_offer = {form.exercise for given in recommender.choices(recommendation).values() for form in given.instead}
        assert not out & on_offer
        assert not on_offer & set(exercises(recommendation))


def test_a_wish_for_what_is_not_on_offer_is_never_met(recommender: Recommender, people: list[Recommendation]) -> None:
    """Every exercise of the catalogue in the place of every item, as a forged form or cookie could ask for it."""
    catalogue = recommender.content.catalogue
    for recommendation in people[: max(1, len(people) // 60)]:
        choices = recommender.choices(recommendation)
        for item in made(recommendation).routine.items:
            fitting = {form.exercise for form in choices[item.exercise.id].instead}
            for exercise in catalogue.exercises:
                if exercise.id in fitting:
                    continue
                edits = NO_EDITS.add(RoutineEdit(item.exercise.id, exercise.id))
                after = recommender.recommend(recommendation.intake, edits=edits)
                assert made(after).changes[-1].outcome is not EditOutcome.DONE
                assert set(exercises(after)) <= set(exercises(recommendation)) | closings(recommender)


def closings(recommender: Recommender) -> set[str]:
    branches = recommender.content.rule_set.branches
    return set(chain.from_iterable(branch.then.order.closing or () for branch in branches if branch.then.order))


@given(st.data())
def test_any_wishes_at_all_give_a_routine_that_passes_the_guard(
    recommender: Recommender, people: list[Recommendation], data: st.DataObject
) -> None:
    """Wishes may be of other answers, or made up: the routine is then only as changed as it may be."""
    ids = [exercise.id for exercise in recommender.content.catalogue.exercises]
    recommendation = people[data.draw(st.integers(0, len(people) - 1), "person")]
    unwanted = st.sampled_from([*exercises(recommendation), "there_is_no_such_move"]) | st.sampled_from(ids)
    wish = st.builds(RoutineEdit, unwanted, st.none() | st.sampled_from(ids))
    wishes = data.draw(st.lists(wish, max_size=5, unique_by=lambda edit: edit.unwanted), "wishes")
    after = recommender.recommend(recommendation.intake, edits=RoutineEdits(tuple(wishes)))
    check_assembly(made(after), after.decision, after.intake, recommender.content.catalogue)
    assert [change.edit for change in made(after).changes] == wishes


def test_offered_and_left_out_stay_the_whole_catalogue_and_say_who_took_what_out(
    recommender: Recommender, walks: list[list[tuple[Recommendation, RoutineEdit]]]
) -> None:
    catalogue = sorted(exercise.id for exercise in recommender.content.catalogue.exercises)
    for walk in walks:
        for after, _ in walk:
            left_out = {left.exercise.id: left for left in made(after).left_out}
            assert sorted([*exercises(after), *left_out]) == catalogue
            taken_out = {id for id, left in left_out.items() if left.because is ExclusionReason.TAKEN_OUT}
            assert taken_out == after.edits.unwanted
            for change in made(after).changes:
                instead = left_out[change.edit.unwanted].instead
                assert (instead.id if instead else None) == change.edit.instead


def test_what_is_taken_out_comes_back_neither_as_an_easier_move_nor_in_a_break(
    walks: list[list[tuple[Recommendation, RoutineEdit]]],
) -> None:
    for walk in walks:
        for after, _ in walk:
            items = made(after).routine.items
            easier = {item.easier.exercise.id for item in items if item.easier}
            harder = {item.harder.exercise.id for item in items if item.harder}
            in_breaks = {item.exercise.id for short in made(after).breaks for item in short.items}
            assert not after.edits.unwanted & (easier | harder | in_breaks)


def test_every_item_keeps_a_reason(walks: list[list[tuple[Recommendation, RoutineEdit]]]) -> None:
    for walk in walks:
        for after, _ in walk:
            assert all(item.reasons for item in made(after).routine.items)


def test_a_removed_move_leaves_the_others_in_their_order_in_no_more_time(recommender: Recommender) -> None:
    before = recommender.recommend(full_intake(recommender, DESK))
    removed = next(edit for edit in offered(dict(recommender.choices(before))) if edit.instead is None)
    after = recommender.recommend(before.intake, edits=NO_EDITS.add(removed))
    assert exercises(after) == [exercise for exercise in exercises(before) if exercise != removed.unwanted]
    assert made(after).routine.seconds <= made(before).routine.seconds


def test_taking_out_all_that_can_go_leaves_a_warm_up_a_move_and_an_ending(recommender: Recommender) -> None:
    now = recommender.recommend(full_intake(recommender, DESK))
    while removals := [edit for edit in offered(dict(recommender.choices(now))) if edit.instead is None]:
        now = recommender.recommend(now.intake, edits=now.edits.add(removals[0]))
    stays = [given.stays for given in recommender.choices(now).values()]
    assert stays == [WhyNotRemovable.WARM_UP, WhyNotRemovable.LAST, WhyNotRemovable.CLOSING]


def test_the_rules_are_asked_again_when_the_answers_change(recommender: Recommender) -> None:
    """A swap for a move on hands and knees does not outlive an answer that leaves that position out."""
    before = recommender.recommend(full_intake(recommender, {**DESK, "goal": "get_stronger"}))
    by_id = recommender.content.catalogue.by_id
    for edit in offered(dict(recommender.choices(before))):
        if not edit.instead or any(form.position == "chair" for form in by_id[edit.instead].forms):
            continue
        sheet = full_sheet(recommender, {**DESK, "goal": "get_stronger", "place": "chair_only"})
        after = recommender.recommend(recommender.sheet.read(sheet), edits=NO_EDITS.add(edit))
        assert edit.instead not in exercises(after)
        assert made(after).changes[0].outcome is not EditOutcome.DONE
        break
    else:
        pytest.fail("no swap to try this with")


def test_a_move_that_cannot_be_replaced_any_more_stays_out(recommender: Recommender) -> None:
    before = recommender.recommend(full_intake(recommender, DESK))
    removed = next(edit for edit in offered(dict(recommender.choices(before))) if edit.instead is None)
    never = next(
        exercise.id
        for exercise in recommender.content.catalogue.exercises
        if exercise.default_routine is DefaultRoutine.NO
    )
    after = recommender.recommend(before.intake, edits=NO_EDITS.add(RoutineEdit(removed.unwanted, never)))
    assert made(after).changes[0].outcome is EditOutcome.ONLY_OUT
    assert removed.unwanted not in exercises(after)
    assert never not in exercises(after)


def test_putting_back_gives_the_routine_as_it_was(recommender: Recommender) -> None:
    before = recommender.recommend(full_intake(recommender, DESK))
    for edit in offered(dict(recommender.choices(before))):
        changed = recommender.recommend(before.intake, edits=NO_EDITS.add(edit))
        again = recommender.recommend(before.intake, edits=changed.edits.put_back(edit.unwanted))
        assert again.assembly == before.assembly


def test_swapping_twice_is_one_wish_about_the_first_move(recommender: Recommender) -> None:
    before = recommender.recommend(full_intake(recommender, DESK))
    first = next(given for given in recommender.choices(before).values() if len(given.instead) > 1)
    once = recommender.recommend(
        before.intake, edits=NO_EDITS.add(RoutineEdit(first.origin.id, first.instead[0].exercise))
    )
    given = recommender.choices(once)[first.instead[0].exercise]
    assert given.origin == first.origin
    assert first.origin.id not in {form.exercise for form in given.instead}
    assert {form.exercise for form in first.instead[1:]} >= {form.exercise for form in given.instead} != set()


def test_wishes_never_change_the_outcome_or_bring_a_routine_to_whoever_has_none(recommender: Recommender) -> None:
    edits = NO_EDITS.add(RoutineEdit("cat_cow", "pelvic_tilt"))
    urgent = recommender.recommend(full_intake(recommender, {"rf_nerve": ["saddle"]}), edits=edits)
    assert urgent.assembly is None
    assert recommender.choices(urgent) == {}
