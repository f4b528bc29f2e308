"""What must hold for everybody who comes back: hundreds of random people, each with a few random checks."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from recommender.assembly.final_check import check_assembly
from recommender.models.catalogue import DoseType
from recommender.models.check_in import ChangeKind, CheckInResult
from recommender.models.follow_up import Action
from recommender.models.routine import Item
from recommender.presentation.check_in import present_check_in
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.check_in import check_in
from recommender.service.recommend import Recommender
from tests.support.check_ins import START, Returning, items_of, returning
from tests.support.sample import small_and_whole

pytestmark = pytest.mark.dear
PEOPLE, CHECKS = (60, 170), 3
FIGURES = ("sets", "reps", "hold_seconds", "seconds")

# (the routine before, the request, the result)
Visit = tuple[list[dict[str, Any]], dict[str, Any], CheckInResult]


def random_follow_up(recommender: Recommender, chance: random.Random, person: Returning) -> dict[str, Any]:
    """Return random answers to a check: mostly without a sign, and better more often than worse."""
    page = next(page for page in recommender.content.questionnaire.pages if page.id == "FU")
    given: dict[str, Any] = {}
    for question in page.questions:
        if question.options:
            given[question.id] = chance.choice(question.options).id
    given["fu_change"] = chance.choice(["much_better", "better", "better", "better", "same", "worse"])
    given["fu_hard"] = chance.choice(["easy", "right", "right", "hard"])
    given["fu_after"] = chance.choice(["easier", "easier", "same", "sore_settles", "sore_lasts"])
    given["fu_pain"] = chance.randint(0, 6)
    if chance.random() < 0.3:
        given["fu_hurt"] = [chance.choice(person.routine[1:])["exercise"]]
    if chance.random() < 0.1:
        given["rf_nerve"] = [chance.choice(["saddle", "both_legs", "not_sure", "sexual"])]
    if chance.random() < 0.05:
        given["rf_illness"] = ["fever"]
    if not ("leg_symptoms" in person.raw or "arm_symptoms" in person.raw) or chance.random() < 0.7:
        given["fu_leg"] = None if not symptoms(person) else "same"
    elif not symptoms(person):
        given["fu_leg"] = None
    return given


def symptoms(person: Returning) -> bool:
    return any(person.raw.get(name) not in (None, ["none"], "none") for name in ("leg_symptoms", "arm_symptoms"))


@pytest.fixture(scope="module", params=small_and_whole(*PEOPLE))
def visits(request: pytest.FixtureRequest, recommender: Recommender) -> list[Visit]:
    chance, found = random.Random(f"checks of {request.param}"), list[Visit]()
    questionnaire = recommender.content.questionnaire
    people = 0
    while people < request.param:
        person = Returning(recommender, raw_answers(random_sheet(questionnaire, recommender.flow, chance, sign_rate=0)))
        if not person.routine:
            continue
        people += 1
        day = 0
        for _ in range(CHECKS):
            day += chance.choice([3, 7, 7, 14])
            before = [dict(item) for item in person.routine]
            given = random_follow_up(recommender, chance, person)
            if person.raw["pain_location"] == ["no_pain"]:
                given["fu_pain"] = chance.randint(0, 1)
            body = person.filled(person.body(day, **given))
            result = check_in(recommender, recommender.check_in_sheet.read(body))
            person.remember(body, present_check_in(result, recommender.content, "GB"))
            found.append((before, body, result))
            if result.recommendation.assembly is None:
                break
    return found


def moves(result: CheckInResult) -> dict[str, Item]:
    assert result.recommendation.assembly is not None
    items = result.recommendation.assembly.routine.items
    return {item.exercise.id: item for item in items if item.slot not in ("warm_up", "closing")}


def with_routine(visits: list[Visit]) -> list[Visit]:
    return [visit for visit in visits if visit[2].recommendation.assembly]


@pytest.fixture
def people(request: pytest.FixtureRequest) -> int:
    """How many people the visits are of."""
    return int(request.node.callspec.params["visits"])


def test_the_visits_are_many_and_of_every_kind(visits: list[Visit], people: int) -> None:
    actions = Counter(result.action for _, _, result in visits)
    assert len(visits) > 1.8 * people
    least = 15 if people == PEOPLE[-1] else 2
    assert all(actions[action] >= least for action in Action), actions
    kinds = Counter(change.kind for _, _, result in visits for change in result.changes)
    # A harder move comes last of all: hardly any of these people get so far.
    assert set(kinds) >= set(ChangeKind) - {ChangeKind.HARDER}, kinds


def test_a_harder_move_comes_when_the_amounts_are_as_high_as_they_go(recommender: Recommender) -> None:
    person = returning(recommender, activity="active", pain_score=2, irritability="minutes", minutes="10")
    told = []
    for day in (7, 14, 28):
        well = {"fu_change": "much_better", "fu_hard": "easy", "fu_after": "easier", "fu_pain": 1, "fu_done": "5_plus"}
        body = person.filled(person.body(day, **well))
        result = check_in(recommender, recommender.check_in_sheet.read(body))
        person.remember(body, present_check_in(result, recommender.content, "GB"))
        told += [change.kind for change in result.changes]
    assert ChangeKind.HARDER in told and set(told) <= {ChangeKind.MORE, ChangeKind.HARDER}


def test_a_red_flag_is_never_followed_by_a_routine(visits: list[Visit], people: int) -> None:
    flagged = [
        result
        for _, body, result in visits
        if body["follow_up"]["rf_nerve"] != ["none"] or body["follow_up"]["rf_illness"] != ["none"]
    ]
    assert len(flagged) > 0.12 * people
    for result in flagged:
        assert result.action is Action.REFER
        assert result.recommendation.level.is_urgent and result.recommendation.assembly is None


def test_to_refer_and_to_show_no_routine_are_the_same(visits: list[Visit]) -> None:
    for _, _, result in visits:
        assert (result.action is Action.REFER) == (result.recommendation.assembly is None)
        assert bool(result.reasons)


def test_every_next_routine_passes_the_last_check(visits: list[Visit], recommender: Recommender) -> None:
    for _, _, result in with_routine(visits):
        told = result.recommendation
        assert told.assembly is not None
        check_assembly(told.assembly, told.decision, told.intake, recommender.content.catalogue)


def is_restored(result: CheckInResult) -> bool:
    return any(branch.then.follow_up and branch.then.follow_up.restore for branch in result.reasons)


def test_so_many_things_more_at_most_and_only_where_it_goes_well(visits: list[Visit]) -> None:
    for before, body, result in with_routine(visits):
        more = [change for change in result.changes if change.is_more]
        follow_up = body["follow_up"]
        assert is_restored(result) or len(more) <= (3 if follow_up["fu_hard"] == "easy" else 1)
        no_pain = body["answers"]["pain_location"] == ["no_pain"] and follow_up["fu_hard"] == "easy"
        well = follow_up["fu_change"] in ("better", "much_better") or no_pain or is_restored(result)
        assert not more or (result.action is Action.PROGRESS and well)
        raised = [
            (name, figure)
            for name, item in moves(result).items()
            for sent in before
            if sent["exercise"] == name and sent["dose"]["type"] == item.dose.type
            for figure in FIGURES
            if (getattr(item.dose, figure) or 0) > (sent["dose"][figure] or 0)
        ]
        assert len(raised) <= len([change for change in more if change.kind is ChangeKind.MORE])


def test_the_changes_told_are_all_that_is_different(visits: list[Visit]) -> None:
    for before, _, result in with_routine(visits):
        ends = {before[0]["exercise"], before[-1]["exercise"]}
        had = {item["exercise"]: item for item in before if item["exercise"] not in ends}
        has = moves(result)
        new = {
            change.exercise.id
            for change in result.changes
            if change.kind not in (ChangeKind.MORE, ChangeKind.LESS, ChangeKind.REMOVED)
        }
        gone = {change.exercise.id for change in result.changes if change.kind is ChangeKind.REMOVED}
        gone |= {change.instead.id for change in result.changes if change.instead}
        assert has.keys() - had.keys() - ends == new - ends
        assert had.keys() - has.keys() <= gone
        for name in has.keys() & had.keys():
            figures = {change.figure for change in result.changes if change.exercise.id == name}
            different = {figure for figure in FIGURES if getattr(has[name].dose, figure) != had[name]["dose"][figure]}
            assert different == figures


def test_less_is_less(visits: list[Visit]) -> None:
    regressed = [visit for visit in with_routine(visits) if visit[2].action is Action.REGRESS]
    for before, _, result in regressed:
        doses = {item["exercise"]: item["dose"] for item in before}
        for name, item in moves(result).items():
            for figure in FIGURES if name in doses and doses[name]["type"] == item.dose.type else ():
                assert (getattr(item.dose, figure) or 0) <= (doses[name][figure] or 0)
            if name in doses and item.dose.reps and doses[name]["reps"] and doses[name]["reps"] > 1:
                shares = [branch.then.follow_up.dose_factor for branch in result.reasons if branch.then.follow_up]
                assert item.dose.reps <= max(3, doses[name]["reps"] * (shares[0] or 1))
    assert regressed


def test_no_dose_is_above_what_the_rules_on_dosing_allow(visits: list[Visit]) -> None:
    for _, _, result in with_routine(visits):
        for item in moves(result).values():
            usual, dose = item.exercise.dose, item.dose
            assert dose.sets <= usual.sets[1]
            assert dose.reps is None or usual.reps is None or dose.reps <= usual.reps[1]
            if dose.type is DoseType.HOLD and item.exercise.kind == "static_stretch":
                assert dose.hold_seconds is not None and dose.hold_seconds <= 30
                assert dose.hold_seconds * (dose.reps or 0) * dose.sets <= 60 or not any(
                    change.exercise is item.exercise and change.kind is ChangeKind.MORE for change in result.changes
                )


def test_a_move_that_hurt_is_not_in_the_next_routine_unless_it_is_to_warm_up(visits: list[Visit]) -> None:
    for _, body, result in with_routine(visits):
        for name in body["follow_up"].get("fu_hurt", []):
            if result.action in (Action.REGRESS, Action.KEEP) and "FU-05" in {
                branch.rule_id for branch in result.reasons
            }:
                assert name not in moves(result)


def test_worse_twice_is_always_a_referral(visits: list[Visit], people: int) -> None:
    seen = 0
    for _, body, result in visits:
        answers = [body["follow_up"], *(check["follow_up"] for check in body["history"])]
        worse = [
            one for one in answers if one["fu_change"] in ("worse", "much_worse") or one["fu_after"] == "sore_lasts"
        ]
        if len(worse) >= 2 and worse[0] is body["follow_up"]:
            seen += 1
            assert result.action is Action.REFER
    assert seen > 0.03 * people


def test_the_same_check_gives_the_same_answer(visits: list[Visit], recommender: Recommender) -> None:
    for _, body, result in visits[::20]:
        again = check_in(recommender, recommender.check_in_sheet.read(body))
        content = recommender.content
        assert present_check_in(again, content, "GB") == present_check_in(result, content, "GB")


def test_the_next_check_is_after_this_one(visits: list[Visit]) -> None:
    for _, body, result in visits:
        if result.next_check:
            assert START.isoformat() < body["today"] < result.next_check.first.isoformat()
            assert result.next_check.first <= result.next_check.last


def test_what_is_shown_can_be_sent_back(visits: list[Visit], recommender: Recommender) -> None:
    for _, body, result in with_routine(visits)[::10]:
        shown = present_check_in(result, recommender.content, "GB")
        follow_up = {name: answer for name, answer in body["follow_up"].items() if name != "fu_hurt"}
        again = {**body, "routine": items_of(shown["recommendation"]), "follow_up": follow_up}
        assert recommender.check_in_sheet.read(again).done
