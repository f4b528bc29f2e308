"""A person's own changes to their routine: what is offered can be had, and nothing else can."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import chain

import pytest
from people import AT_A_DESK as DESK
from sheets import full_intake, full_sheet

from recommender.answer_sheet import raw_answers
from recommender.assembly.guard import check_assembly
from recommender.models.catalogue import DefaultRoutine
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Assembly, Because, Choices, Outcome, Stays
from recommender.models.wishes import NO_WISHES, Wish, Wishes
from recommender.sampling import random_sheet
from recommender.service import Recommender

PEOPLE = 200
WALKERS, STEPS = 60, 4


def made(recommendation: Recommendation) -> Assembly:
    assert recommendation.assembly is not None
    return recommendation.assembly


def exercises(recommendation: Recommendation) -> list[str]:
    return [item.exercise.id for item in made(recommendation).routine.items]


def offered(choices: dict[str, Choices]) -> list[Wish]:
    """Return every swap and removal that a page would offer."""
    swaps = [Wish(given.origin.id, form.exercise) for given in choices.values() for form in given.instead]
    return swaps + [Wish(given.origin.id) for given in choices.values() if given.stays is None]


@pytest.fixture(scope="module")
def people(recommender: Recommender) -> list[Recommendation]:
    """Random people who get a routine; every other one has ticked more of the safety questions."""
    chance, found = random.Random(5), list[Recommendation]()
    for number in range(PEOPLE * 20):
        sheet = random_sheet(recommender.content.questionnaire, recommender.flow, chance, sign_rate=0.02 * (number % 2))
        recommendation = recommender.recommend(recommender.sheet.read(raw_answers(sheet)))
        if recommendation.assembly:
            found.append(recommendation)
        if len(found) == PEOPLE:
            break
    return found


@pytest.fixture(scope="module")
def walks(recommender: Recommender, people: list[Recommendation]) -> list[list[tuple[Recommendation, Wish]]]:
    """Random people who go on changing their routine, a few times: each result, with the wish that led there."""
    chance, walks = random.Random(6), []
    for recommendation in people[:WALKERS]:
        walk, now = [], recommendation
        for _ in range(STEPS):
            wishes = offered(dict(recommender.choices(now)))
            if not wishes:
                break
            wish = chance.choice(wishes)
            now = recommender.recommend(now.intake, wishes=now.wishes.add(wish))
            walk.append((now, wish))
        walks.append(walk)
    return walks


def test_every_swap_and_removal_on_offer_gives_that_routine_and_passes_the_guard(
    recommender: Recommender, people: list[Recommendation]
) -> None:
    swaps = removals = 0
    assert len(people) == PEOPLE
    for before in people:
        for wish in offered(dict(recommender.choices(before))):
            after = recommender.recommend(before.intake, wishes=NO_WISHES.add(wish))
            check_assembly(made(after), after.decision, after.intake, recommender.content.catalogue)
            assert made(after).changes[-1].outcome is Outcome.DONE
            assert wish.unwanted not in exercises(after)
            assert wish.instead is None or wish.instead in exercises(after)
            assert len(exercises(after)) == len(exercises(before)) - (wish.instead is None)
            assert after.level is before.level
            swaps += wish.instead is not None
            removals += wish.instead is None
    assert swaps > 500 and removals > 200


def test_one_change_after_another_passes_the_guard_and_keeps_those_before(
    recommender: Recommender, walks: list[list[tuple[Recommendation, Wish]]]
) -> None:
    assert sum(map(len, walks)) > 2 * WALKERS
    for walk in walks:
        for after, _ in walk:
            check_assembly(made(after), after.decision, after.intake, recommender.content.catalogue)
            assert {change.outcome for change in made(after).changes} == {Outcome.DONE}
            assert not after.wishes.unwanted & set(exercises(after))


def test_what_stands_in_has_the_same_purpose_and_a_place_in_common(
    recommender: Recommender, people: list[Recommendation]
) -> None:
    by_id = recommender.content.catalogue.by_id
    for recommendation in people:
        slots = {item.exercise.id: item.slot for item in made(recommendation).routine.items}
        for exercise, given in recommender.choices(recommendation).items():
            for form in given.instead:
                other = by_id[form.exercise]
                if slots[exercise] in ("warm_up", "closing"):
                    continue
                assert slots[exercise] == "direction" or other.slot == by_id[exercise].slot
                assert other.regions & by_id[exercise].regions
                assert other.default_routine is not DefaultRoutine.NO


def test_nothing_that_a_rule_leaves_out_is_ever_on_offer(
    recommender: Recommender, people: list[Recommendation]
) -> None:
    never = {Because.CONTRAINDICATED, Because.NO_EQUIPMENT_OR_PLACE, Because.NEVER_AUTOMATIC}
    for recommendation in people:
        out = {left.exercise.id for left in made(recommendation).left_out if left.because in never}
        on_offer = {form.exercise for given in recommender.choices(recommendation).values() for form in given.instead}
        assert not out & on_offer
        assert not on_offer & set(exercises(recommendation))


def test_a_wish_for_what_is_not_on_offer_is_never_met(recommender: Recommender, people: list[Recommendation]) -> None:
    """Every exercise of the catalogue in the place of every item, as a forged form or cookie could ask for it."""
    catalogue = recommender.content.catalogue
    for recommendation in people[:3]:
        choices = recommender.choices(recommendation)
        for item in made(recommendation).routine.items:
            fitting = {form.exercise for form in choices[item.exercise.id].instead}
            for exercise in catalogue.exercises:
                if exercise.id in fitting:
                    continue
                wishes = NO_WISHES.add(Wish(item.exercise.id, exercise.id))
                after = recommender.recommend(recommendation.intake, wishes=wishes)
                assert made(after).changes[-1].outcome is not Outcome.DONE
                assert set(exercises(after)) <= set(exercises(recommendation)) | closings(recommender)


def closings(recommender: Recommender) -> set[str]:
    branches = recommender.content.rule_set.branches
    return set(chain.from_iterable(branch.then.order.closing or () for branch in branches if branch.then.order))


def test_any_wishes_at_all_give_a_routine_that_passes_the_guard(
    recommender: Recommender, people: list[Recommendation]
) -> None:
    """Wishes may be of other answers, or made up: the routine is then only as changed as it may be."""
    chance = random.Random(8)
    ids = [exercise.id for exercise in recommender.content.catalogue.exercises]
    for recommendation in people[:120]:
        wishes = Wishes(tuple(made_up_wishes(chance, ids, exercises(recommendation))))
        after = recommender.recommend(recommendation.intake, wishes=wishes)
        check_assembly(made(after), after.decision, after.intake, recommender.content.catalogue)
        assert len(made(after).changes) == len(wishes.each)


def made_up_wishes(chance: random.Random, ids: list[str], often: list[str]) -> Iterator[Wish]:
    for unwanted in [*chance.sample(often, k=min(len(often), 4)), "there_is_no_such_move"]:
        yield Wish(unwanted, chance.choice([None, chance.choice(ids)]))


def test_offered_and_left_out_stay_the_whole_catalogue_and_say_who_took_what_out(
    recommender: Recommender, walks: list[list[tuple[Recommendation, Wish]]]
) -> None:
    catalogue = sorted(exercise.id for exercise in recommender.content.catalogue.exercises)
    for walk in walks:
        for after, _ in walk:
            left_out = {left.exercise.id: left for left in made(after).left_out}
            assert sorted([*exercises(after), *left_out]) == catalogue
            taken_out = {id for id, left in left_out.items() if left.because is Because.TAKEN_OUT}
            assert taken_out == after.wishes.unwanted
            for change in made(after).changes:
                instead = left_out[change.wish.unwanted].instead
                assert (instead.id if instead else None) == change.wish.instead


def test_what_is_taken_out_comes_back_neither_as_an_easier_move_nor_in_a_break(
    walks: list[list[tuple[Recommendation, Wish]]],
) -> None:
    for walk in walks:
        for after, _ in walk:
            items = made(after).routine.items
            easier = {item.easier.exercise.id for item in items if item.easier}
            harder = {item.harder.id for item in items if item.harder}
            in_breaks = {item.exercise.id for short in made(after).breaks for item in short.items}
            assert not after.wishes.unwanted & (easier | harder | in_breaks)


def test_every_item_keeps_a_reason(walks: list[list[tuple[Recommendation, Wish]]]) -> None:
    for walk in walks:
        for after, _ in walk:
            assert all(item.reasons for item in made(after).routine.items)


def test_a_removed_move_leaves_a_shorter_routine_with_the_others_as_they_were(recommender: Recommender) -> None:
    before = recommender.recommend(full_intake(recommender, DESK))
    removed = next(wish for wish in offered(dict(recommender.choices(before))) if wish.instead is None)
    after = recommender.recommend(before.intake, wishes=NO_WISHES.add(removed))
    assert exercises(after) == [exercise for exercise in exercises(before) if exercise != removed.unwanted]
    assert made(after).routine.seconds != made(before).routine.seconds


def test_taking_out_all_that_can_go_leaves_a_warm_up_a_move_and_an_ending(recommender: Recommender) -> None:
    now = recommender.recommend(full_intake(recommender, DESK))
    while removals := [wish for wish in offered(dict(recommender.choices(now))) if wish.instead is None]:
        now = recommender.recommend(now.intake, wishes=now.wishes.add(removals[0]))
    stays = [given.stays for given in recommender.choices(now).values()]
    assert stays == [Stays.WARM_UP, Stays.LAST, Stays.CLOSING]


def test_the_rules_are_asked_again_when_the_answers_change(recommender: Recommender) -> None:
    """A swap for a move on hands and knees does not outlive an answer that leaves that position out."""
    before = recommender.recommend(full_intake(recommender, {**DESK, "goal": "get_stronger"}))
    by_id = recommender.content.catalogue.by_id
    for wish in offered(dict(recommender.choices(before))):
        if not wish.instead or any(form.position == "chair" for form in by_id[wish.instead].forms):
            continue
        sheet = full_sheet(recommender, {**DESK, "goal": "get_stronger", "place": "chair_only"})
        after = recommender.recommend(recommender.sheet.read(sheet), wishes=NO_WISHES.add(wish))
        assert wish.instead not in exercises(after)
        assert made(after).changes[0].outcome is not Outcome.DONE
        break
    else:
        pytest.fail("no swap to try this with")


def test_a_move_that_cannot_be_replaced_any_more_stays_out(recommender: Recommender) -> None:
    before = recommender.recommend(full_intake(recommender, DESK))
    removed = next(wish for wish in offered(dict(recommender.choices(before))) if wish.instead is None)
    never = next(
        exercise.id
        for exercise in recommender.content.catalogue.exercises
        if exercise.default_routine is DefaultRoutine.NO
    )
    after = recommender.recommend(before.intake, wishes=NO_WISHES.add(Wish(removed.unwanted, never)))
    assert made(after).changes[0].outcome is Outcome.ONLY_OUT
    assert removed.unwanted not in exercises(after)
    assert never not in exercises(after)


def test_putting_back_gives_the_routine_as_it_was(recommender: Recommender) -> None:
    before = recommender.recommend(full_intake(recommender, DESK))
    for wish in offered(dict(recommender.choices(before))):
        changed = recommender.recommend(before.intake, wishes=NO_WISHES.add(wish))
        again = recommender.recommend(before.intake, wishes=changed.wishes.put_back(wish.unwanted))
        assert again.assembly == before.assembly


def test_swapping_twice_is_one_wish_about_the_first_move(recommender: Recommender) -> None:
    before = recommender.recommend(full_intake(recommender, DESK))
    first = next(given for given in recommender.choices(before).values() if len(given.instead) > 1)
    once = recommender.recommend(before.intake, wishes=NO_WISHES.add(Wish(first.origin.id, first.instead[0].exercise)))
    given = recommender.choices(once)[first.instead[0].exercise]
    assert given.origin == first.origin
    assert first.origin.id not in {form.exercise for form in given.instead}
    assert {form.exercise for form in first.instead[1:]} >= {form.exercise for form in given.instead} != set()


def test_wishes_never_change_the_outcome_or_bring_a_routine_to_whoever_has_none(recommender: Recommender) -> None:
    wishes = NO_WISHES.add(Wish("cat_cow", "pelvic_tilt"))
    urgent = recommender.recommend(full_intake(recommender, {"rf_nerve": ["saddle"]}), wishes=wishes)
    assert urgent.assembly is None
    assert recommender.choices(urgent) == {}
