"""What the evidence brief forbids never appears: a table of its own, held against sheets that are made to be dangerous.

The table was written from the brief by somebody who had not read the rules, so the two are independent.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from recommender.assembly.breaks import breaks as desk_breaks
from recommender.assembly.screening import ExerciseScreening
from recommender.engine.decide import decide
from recommender.errors import ContentError
from recommender.loaders.forbidden import FILE, SHOWN, read_table, shipped_forbidden_moves, unknown_words
from recommender.loaders.yaml_source import read_document
from recommender.models.catalogue import DoseType, Form
from recommender.models.decision import Decision
from recommender.models.edits import RoutineEdit, RoutineEdits
from recommender.models.forbidden import ForbiddenMoves, ForbiddenTable, Given, Occasion
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Assembly, Dose, Item
from recommender.models.slots import MOVE_SLOTS, Slot
from recommender.service.recommend import Recommender
from tests.support.dangerous_sheets import sheets
from tests.support.sample import small_and_whole

TABLE = shipped_forbidden_moves()
SHEETS = (70, 2000)
SEED = 20261129
# What can be chosen in the place of a move is tried for one sheet in so many: it takes longer than the routine.
SWAPS_EVERY = 5
# A hold, repeats and sets longer than any row allows, and a dose that none of them minds.
MUCH = Dose(DoseType.HOLD, sets=3, reps=10, hold_seconds=60)
LITTLE = Dose(DoseType.REPS, reps=1)
# Nobody of whom these rows speak gets a routine: they wait for somebody whom a professional has cleared.
NEVER_WITH_A_ROUTINE = {"fused_or_stiff_spine"}
# Rules whose loss lets nothing forbidden through, and why.
NOT_MISSED = {
    "CI-A01": "the catalogue itself says of all that it leaves out that the program never chooses it",
    "GEN-09": "the same",
    "CI-R07": "nobody with a stiff spine gets a routine",
    "FU-09": "fires at checks only",
}


@dataclass(frozen=True)
class Tried:
    """One dangerous sheet, the rows that speak of it, and what it came to."""

    name: str
    intake: Intake
    rows: tuple[ForbiddenMoves, ...]
    told: Recommendation


@pytest.fixture(scope="module", params=small_and_whole(*SHEETS))
def tried(request: pytest.FixtureRequest, recommender: Recommender) -> list[Tried]:
    return [
        Tried(name, intake, TABLE.rows_for(intake), recommender.recommend(intake))
        for name, intake in sheets(recommender, TABLE, request.param, SEED + request.param)
    ]


def shown(assembly: Assembly) -> Iterator[tuple[Occasion, Item]]:
    """Yield every move that the person sees: of the routine and of the other days, easier and harder, and of the breaks."""
    others = assembly.other_days.items if assembly.other_days else ()
    for item in (*assembly.routine.items, *others):
        yield from ((Occasion.ROUTINE, one) for one in (item, item.easier, item.harder) if one)
    yield from ((Occasion.BREAKS, item) for short in assembly.breaks for item in short.items)


def broken(rows: Iterable[ForbiddenMoves], moves: Iterable[tuple[Occasion, Item]]) -> list[str]:
    """Return what must not appear among these moves, and why."""
    return [
        f"{item.form.key} in {occasion}: {row.id} ({row.brief})"
        for occasion, one in moves
        for row, item in TABLE.forbidden(rows, [one], occasion)
    ]


# --- the service against the table ---


def test_nothing_forbidden_appears_in_a_routine_or_a_break(tried: list[Tried]) -> None:
    found = {
        one.name: breaks
        for one in tried
        if one.told.assembly and (breaks := broken(one.rows, shown(one.told.assembly)))
    }
    assert found == {}


def test_nothing_forbidden_is_offered_in_the_place_of_a_move(recommender: Recommender, tried: list[Tried]) -> None:
    """Every move that may be chosen, and the whole routine with one of them chosen."""
    chance = random.Random(SEED)
    found = {}
    for one in tried[::SWAPS_EVERY]:
        choices = recommender.choices(one.told)
        offered = [(origin, form) for origin, choice in choices.items() for form in choice.instead]
        breaks = broken(one.rows, ((Occasion.ROUTINE, as_item(recommender, form, LITTLE)) for _, form in offered))
        if offered:
            instead, form = chance.choice(offered)
            edits = RoutineEdits((RoutineEdit(choices[instead].origin.id, form.exercise),))
            changed = recommender.recommend(one.intake, edits=edits).assembly
            assert changed
            breaks += broken(one.rows, shown(changed))
        if breaks:
            found[one.name] = breaks
    assert found == {}


def test_the_sheets_try_every_row_and_most_get_a_routine(tried: list[Tried]) -> None:
    """``pytest -rP`` prints how many sheets each row speaks of, and how many of them had a routine."""
    speaking = Counter(row.id for one in tried for row in one.rows)
    with_routine = Counter(row.id for one in tried if one.told.assembly for row in one.rows)
    given = sum(one.told.assembly is not None for one in tried)
    print(f"{given} of {len(tried)} sheets had a routine")
    for row in TABLE.rows:
        print(f"  {row.id}: {speaking[row.id]} sheets, {with_routine[row.id]} with a routine")
    assert given >= 0.6 * len(tried)
    if len(tried) >= SHEETS[1]:
        assert [row.id for row in TABLE.rows if not speaking[row.id]] == []
        assert {row.id for row in TABLE.rows if not with_routine[row.id]} == NEVER_WITH_A_ROUTINE


def test_nothing_forbidden_could_be_chosen(recommender: Recommender, tried: list[Tried]) -> None:
    """Not only what was chosen: every form that the rules leave, for the next routine or another length."""
    found = {}
    for one in tried:
        decision = decide(recommender.content.rule_set, recommender.oracle.fire(one.intake))
        if decision.level.shows_routine and (
            breaks := broken(one.rows, could_be_chosen(recommender, decision, one.intake))
        ):
            found[one.name] = breaks
    assert found == {}


@pytest.mark.deep
def test_a_contraindication_that_is_lost_is_missed_by_the_table(recommender: Recommender) -> None:
    """Each rule that leaves moves out is taken away in turn; then something that the table forbids could be chosen."""
    content = recommender.content
    people = [(intake, recommender.oracle.fire(intake)) for _, intake in sheets(recommender, TABLE, SHEETS[1], SEED)]

    def is_missed(rule: str) -> bool:
        gone = {branch.id for branch in content.rule_set.branches if branch.rule_id == rule}
        for intake, fired in people:
            decision = decide(content.rule_set, fired - gone)
            if gone & fired and decision.level.shows_routine:
                rows = TABLE.rows_for(intake)
                if broken(rows, could_be_chosen(recommender, decision, intake)):
                    return True
        return False

    excluding = {branch.rule_id for branch in content.rule_set.branches if branch.then.exclude}
    assert {rule for rule in excluding if not is_missed(rule)} == set(NOT_MISSED)


def could_be_chosen(recommender: Recommender, decision: Decision, intake: Intake) -> Iterator[tuple[Occasion, Item]]:
    """Yield every form that may enter a routine or a break of this person, at its first dose."""
    screen = ExerciseScreening(recommender.content.catalogue, decision, intake)
    for candidate in screen.candidates.values():
        if candidate.wanted or candidate.exercise.slot not in MOVE_SLOTS:
            for form in candidate.forms:
                dose = screen.dosing.start(candidate.exercise, form)
                yield Occasion.ROUTINE, Item(candidate.exercise, form, candidate.exercise.slot, dose, 0, ())
    for short in desk_breaks(screen, recommender.content.catalogue, decision):
        yield from ((Occasion.BREAKS, item) for item in short.items)


# --- each row can fail ---


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.id)
def test_each_row_finds_what_it_forbids(recommender: Recommender, row: ForbiddenMoves) -> None:
    """A routine, or a break, with each form that the row speaks of, as long as may be, is a break of this row."""
    forms = [form for form in recommender.content.catalogue.forms.values() if speaks_of(recommender, row, form)]
    assert forms, "the row forbids nothing that the catalogue has"
    for form in forms:
        item = as_item(recommender, form)
        for occasion in row.occasions:
            assert [found for found, _ in TABLE.forbidden([row], [item], occasion)] == [row]


@pytest.mark.parametrize("row", [row for row in TABLE.rows if row.stand_ins], ids=lambda row: row.id)
def test_each_row_lets_the_stand_ins_of_the_brief_through(recommender: Recommender, row: ForbiddenMoves) -> None:
    catalogue = recommender.content.catalogue
    for named in row.stand_ins:
        forms = [catalogue.forms[named]] if named in catalogue.forms else catalogue.by_id[named].forms
        assert any(not list(TABLE.forbidden([row], [as_item(recommender, form)], Occasion.ROUTINE)) for form in forms)


def speaks_of(recommender: Recommender, row: ForbiddenMoves, form: Form) -> bool:
    item = as_item(recommender, form)
    return row.never.include(item) and not row.but.include(item)


def as_item(recommender: Recommender, form: Form, dose: Dose = MUCH) -> Item:
    return Item(recommender.content.catalogue.by_id[form.exercise], form, Slot.MOBILITY, dose, 0, ())


# --- the table itself ---


def test_every_word_of_the_table_is_known(recommender: Recommender) -> None:
    assert list(map(str, unknown_words(TABLE, recommender.content))) == []


@pytest.mark.parametrize(
    ("word", "slip", "told"),
    [
        ("wrist_weight_bearing", "wrist_weight_baring", "Did you mean 'wrist_weight_bearing'?"),
        ("kneeling_piriformis", "kneeling_piriformes", "Did you mean 'kneeling_piriformis'?"),
        ("cat_cow/all_fours_fists", "cat_cow/all_fours_fist", "Did you mean 'cat_cow/all_fours_fists'?"),
        ("hyper_detail: [joint_only]", "hyper_detail: [joints_only]", "Did you mean 'joint_only'?"),
        ("reflux]}", "refluks]}", "Did you mean 'reflux'?"),
        ("bone_detail: [older_plan]", "bones_detail: [older_plan]", "Did you mean 'bone_detail'?"),
        ("positions: [prone]", "positions: [prones]", "Did you mean 'prone'?"),
        ("kinds: [static_stretch]", "kinds: [static_stretching]", "Did you mean 'static_stretch'?"),
    ],
)
def test_a_word_that_is_unknown_is_a_fault_that_names_the_nearest(
    recommender: Recommender, tmp_path: Path, word: str, slip: str, told: str
) -> None:
    table = changed(tmp_path, word, slip)
    faults = [str(fault) for fault in unknown_words(table, recommender.content)]
    assert faults and all(told in fault for fault in faults)


@pytest.mark.parametrize(
    ("words", "instead", "told"),
    [
        ("is: [sore_nerve]", "is: [sore_nerves]", "pattern 'sore_nerves' is unknown. Did you mean 'sore_nerve'?"),
        ("id: glaucoma", "id: vertigo", "'vertigo' is there twice. Keep one of them."),
        ("never: {tags: [pressure_direct_mild]}", "never: {}", "'never' is empty. Name what must not appear."),
        ("limits: [wrist]", "limits: wrist", "must be a list of words"),
        ("assessed: ['no']", "assessed: [no]", "must be a list of words; put quotes around yes and no."),
    ],
)
def test_a_table_that_cannot_be_meant_is_not_read(tmp_path: Path, words: str, instead: str, told: str) -> None:
    with pytest.raises(ContentError) as refused:
        changed(tmp_path, words, instead)
    assert told in str(refused.value)


def changed(folder: Path, words: str, instead: str) -> ForbiddenTable:
    """Return the shipped table with other words in the place of some."""
    text = FILE.read_text(encoding="utf-8")
    assert words in text
    copy = folder / "forbidden_moves.yaml"
    copy.write_text(text.replace(words, instead), encoding="utf-8")
    return read_table(read_document(copy, SHOWN))


def test_somebody_of_whom_no_row_speaks_has_the_rows_of_everybody_alone() -> None:
    calm = Intake({"pain_location": ("low_back",), "better_with": ("moving_about",), "limits": ("none",)})
    everybody = {row.id for row in TABLE.rows if Given() in row.when}
    assert {row.id for row in TABLE.rows_for(calm)} <= everybody


def test_the_rows_of_somebody_are_those_whose_words_say_so(tried: list[Tried]) -> None:
    """Most rows are not even tried for most people; word by word, every one of those says nothing of them."""
    for one in tried:
        speaking = [row for row in TABLE.rows if any(_holds(part, one.intake) for part in row.when)]
        expected = tuple(row for row in speaking if not any(_holds(part, one.intake) for part in row.unless))
        assert one.rows == expected, one.name


def _holds(part: Given, intake: Intake) -> bool:
    """Return whether these answers are given, as the words of the table say it."""
    places = intake.chosen("pain_location")
    main = intake.chosen("pain_main") or (places if len(places) == 1 else ())

    def given(question: str) -> frozenset[str]:
        return frozenset(main if question == "main_place" else intake.chosen(question))

    patterns = [TABLE.patterns[name] for name in part.patterns]
    return (
        all(given(question) & options for question, options in part.answers.items())
        and not any(given(question) & options for question, options in part.but_not.items())
        and all(intake.number(question) in numbers for question, numbers in part.numbers.items())
        and all(sum(_holds(each, intake) for each in one.of) >= one.at_least for one in patterns)
    )
