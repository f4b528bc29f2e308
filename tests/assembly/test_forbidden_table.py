"""The language of the table of forbidden moves: of whom a row speaks, and what it forbids, on the smallest of tables."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.loaders.content import load_content
from recommender.models.catalogue import DoseType, Exercise, Form
from recommender.models.forbidden import ForbiddenMoves, ForbiddenTable, Given, Moves, Occasion, Pattern
from recommender.models.questionnaire import Intake
from recommender.models.routine import Dose, Item
from recommender.models.slots import Slot
from recommender.settings import read_settings

LITTLE = Dose(DoseType.REPS, reps=1)


NO_MOVES = Moves()


def row(*when: Given, never: Moves = NO_MOVES, **more: Any) -> ForbiddenMoves:
    return ForbiddenMoves("row", "brief", "why", when, never, **more)


def table(*rows: ForbiddenMoves, patterns: tuple[Pattern, ...] = ()) -> ForbiddenTable:
    return ForbiddenTable({pattern.id: pattern for pattern in patterns}, rows, 4, 5)


def one(**answers: str) -> Given:
    return Given({question: frozenset(options.split()) for question, options in answers.items()})


def speaks(given: Given, *patterns: Pattern, **answers: Any) -> bool:
    supplied = {name: answers.pop(name) for name in ("check_number",) if name in answers}
    return bool(table(row(given), patterns=patterns).rows_for(Intake(answers, supplied)))


def test_each_question_of_an_entry_must_have_one_of_its_options() -> None:
    given = one(limits="kneel wrist", place="bed")
    assert speaks(given, limits=("kneel",), place="bed")
    assert speaks(given, limits=("none", "wrist"), place="bed")
    assert not speaks(given, limits=("kneel",), place="floor_mat")
    assert not speaks(given, limits=("floor",), place="bed")
    assert not speaks(given, place="bed")


def test_an_entry_that_names_nothing_speaks_of_everybody() -> None:
    assert speaks(Given())


def test_one_option_that_must_not_be_given_is_enough_to_be_left_out() -> None:
    given = Given(one(conditions="disc").answers, but_not=one(limits="floor kneel").answers)
    assert speaks(given, conditions=("disc",), limits=("wrist",))
    assert not speaks(given, conditions=("disc",), limits=("wrist", "kneel"))


def test_numbers_are_within_bounds_that_belong_to_them() -> None:
    least, most = Given(numbers={"pain_score": range(5, 11)}), Given(numbers={"pain_score": range(6)})
    assert speaks(least, pain_score=5) and speaks(most, pain_score=5)
    assert not speaks(least, pain_score=4) and not speaks(most, pain_score=6)
    assert not speaks(least) and not speaks(most)


def test_a_number_that_is_supplied_counts() -> None:
    first = Given(numbers={"check_number": range(1)})
    assert speaks(first, check_number=0) and not speaks(first, check_number=1)


@pytest.mark.parametrize(
    ("answers", "main"),
    [
        ({"pain_location": ("neck",)}, True),
        ({"pain_location": ("neck", "arm"), "pain_main": "neck"}, True),
        ({"pain_location": ("neck", "arm"), "pain_main": "arm"}, False),
        ({"pain_location": ("neck", "arm")}, False),
    ],
)
def test_the_main_place_is_the_one_named_so_or_the_only_one(answers: dict[str, Any], main: bool) -> None:
    assert speaks(one(main_place="neck"), **answers) is main


def test_a_pattern_holds_where_enough_of_it_is_given() -> None:
    each = (one(conditions="disc"), one(conditions="heart"), one(medicines="drowsy"))
    two, any_of_them = Pattern("two", each, at_least=2), Pattern("any", each)
    needs_two, needs_any = Given(patterns=frozenset({"two"})), Given(patterns=frozenset({"two", "any"}))
    assert speaks(needs_any, two, any_of_them, conditions=("disc", "heart"))
    assert speaks(needs_two, two, conditions=("heart",), medicines=("drowsy",))
    assert not speaks(needs_any, two, any_of_them, conditions=("disc",))
    assert speaks(Given(patterns=frozenset({"any"})), any_of_them, conditions=("disc",))
    assert not speaks(Given(patterns=frozenset({"any"})), any_of_them, conditions=("none",))


def test_any_entry_of_a_row_is_enough_and_any_exception_takes_out() -> None:
    speaking = row(one(limits="kneel"), one(limits="wrist"), unless=(one(place="bed"), one(place="chair_only")))
    here = table(speaking)
    assert here.rows_for(Intake({"limits": ("wrist",), "place": "floor_mat"})) == (speaking,)
    assert here.rows_for(Intake({"limits": ("wrist",), "place": "chair_only"})) == ()
    assert here.rows_for(Intake({"limits": ("floor",), "place": "floor_mat"})) == ()


@pytest.fixture(scope="module")
def cat_cow() -> tuple[Exercise, Form, Form]:
    """An exercise with a form on all fours, and one on the fists."""
    settings = read_settings({})
    catalogue = load_content(settings.rules_dir, settings.catalogue_dir).catalogue
    return catalogue.by_id["cat_cow"], *(catalogue.forms[f"cat_cow/all_fours{end}"] for end in ("", "_fists"))


@pytest.mark.parametrize(
    ("never", "flat", "fists"),
    [
        (Moves(tags=frozenset({"wrist_weight_bearing", "prone"})), True, False),
        (Moves(positions=frozenset({"all_fours"})), True, True),
        (Moves(kinds=frozenset({"mobility"})), True, True),
        (Moves(kinds=frozenset({"strengthening"})), False, False),
        (Moves(exercises=frozenset({"cat_cow"})), True, True),
        (Moves(exercises=frozenset({"bird_dog"})), False, False),
        (Moves(forms=frozenset({"cat_cow/all_fours_fists"})), False, True),
        (Moves(other_forms_of=frozenset({"cat_cow/all_fours_fists"})), True, False),
        (Moves(other_forms_of=frozenset({"seated_cat_cow/chair"})), False, False),
        (Moves(), False, False),
    ],
)
def test_moves_are_meant_by_form_exercise_or_what_is_left_of_it(
    cat_cow: tuple[Exercise, Form, Form], never: Moves, flat: bool, fists: bool
) -> None:
    exercise, *forms = cat_cow
    items = [Item(exercise, form, Slot.MOBILITY, LITTLE, 0, ()) for form in forms]
    forbidden = [item for _, item in table().forbidden([row(never=never)], items, Occasion.ROUTINE)]
    assert [item in forbidden for item in items] == [flat, fists]


def test_what_is_spared_is_not_forbidden(cat_cow: tuple[Exercise, Form, Form]) -> None:
    exercise, flat, fists = cat_cow
    items = [Item(exercise, form, Slot.MOBILITY, LITTLE, 0, ()) for form in (flat, fists)]
    sparing = row(never=Moves(exercises=frozenset({"cat_cow"})), but=Moves(forms=frozenset({fists.key})))
    assert list(table().forbidden([sparing], items, Occasion.ROUTINE)) == [(sparing, items[0])]


def test_a_row_forbids_where_it_says_and_everywhere_if_it_does_not(cat_cow: tuple[Exercise, Form, Form]) -> None:
    exercise, flat, _ = cat_cow
    item = Item(exercise, flat, Slot.MOBILITY, LITTLE, 0, ())
    never = Moves(exercises=frozenset({"cat_cow"}))
    breaks_only = row(never=never, occasions=frozenset({Occasion.BREAKS}))
    assert list(table().forbidden([breaks_only], [item], Occasion.ROUTINE)) == []
    assert list(table().forbidden([breaks_only], [item], Occasion.BREAKS)) == [(breaks_only, item)]
    everywhere = row(never=never)
    assert all(list(table().forbidden([everywhere], [item], occasion)) for occasion in Occasion)


@pytest.mark.parametrize(
    ("dose", "hold", "work"),
    [
        (Dose(DoseType.HOLD, reps=2, hold_seconds=10), 10, 30),
        (Dose(DoseType.HOLD, reps=2, hold_seconds=10, per_side=True), 10, 60),
        (Dose(DoseType.HOLD, sets=2, reps=2, hold_seconds=10, rest_seconds=60), 10, 120),
        (Dose(DoseType.REPS, reps=10), 0, 40),
        (Dose(DoseType.REPS, reps=10, hold_seconds=3), 3, 70),
        (Dose(DoseType.REPS, sets=3, reps=5, rest_seconds=30), 0, 120),
        (Dose(DoseType.HOLD, hold_seconds=10), 10, 0),
        (Dose(DoseType.TIME, seconds=45), 0, 45),
        (Dose(DoseType.TIME, seconds=45, per_side=True), 0, 90),
    ],
)
def test_a_row_with_a_most_forbids_only_what_is_longer(
    cat_cow: tuple[Exercise, Form, Form], dose: Dose, hold: int, work: int
) -> None:
    exercise, flat, _ = cat_cow
    item, never = Item(exercise, flat, Slot.MOBILITY, dose, 0, ()), Moves(exercises=frozenset({"cat_cow"}))

    def forbids(**most: int) -> bool:
        return bool(list(table().forbidden([row(never=never, **most)], [item], Occasion.ROUTINE)))

    assert not forbids(longest_work=work) and forbids(longest_work=work - 1)
    assert not forbids(longest_hold=hold) and (hold == 0 or forbids(longest_hold=hold - 1))


def test_a_row_with_a_most_forbids_nothing_that_it_does_not_name(cat_cow: tuple[Exercise, Form, Form]) -> None:
    exercise, flat, _ = cat_cow
    item = Item(exercise, flat, Slot.MOBILITY, Dose(DoseType.HOLD, reps=2, hold_seconds=60), 0, ())
    of_others, but_this = Moves(exercises=frozenset({"sphinx"})), Moves(exercises=frozenset({"cat_cow"}))
    for most in ({"longest_hold": 10}, {"longest_work": 10}):
        others, spared = row(never=of_others, **most), row(never=but_this, but=but_this, **most)
        assert list(table().forbidden([others, spared], [item], Occasion.ROUTINE)) == []


def test_where_a_movement_is_offered_has_the_words_of_the_table() -> None:
    assert [occasion.value for occasion in Occasion] == ["routine", "breaks"]


def test_the_table_knows_every_word_that_it_reads() -> None:
    pattern = Pattern("two", (one(conditions="disc"), Given(numbers={"check_number": range(1)})))
    given = Given(one(limits="kneel").answers, one(place="bed").answers, {"pain_score": range(7)}, frozenset({"two"}))
    whole = table(row(given, unless=(one(minutes="3"),)), patterns=(pattern,))
    assert whole.named == {("conditions", "disc"), ("limits", "kneel"), ("place", "bed"), ("minutes", "3")}
    assert whole.numbers == {"check_number", "pain_score"}
