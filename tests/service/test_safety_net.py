"""The package's own safety net: its sentinels, its floors, and a rule set that falls short of either."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from recommender.engine.decide import decide
from recommender.errors import ContentError, DecisionError
from recommender.loaders.safety import shipped_safety_net
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.questionnaire import Answer, Intake, Page, Question
from recommender.models.rules import Rule
from recommender.models.safety import Floor, floors_above
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.plain import PlainRecommender
from recommender.service.recommend import Recommender
from recommender.service.safety_check import lost_answers, sentinel_intake, torn_places
from tests.support.sample import spread
from tests.support.sheets import full_intake

NET = shipped_safety_net()
ONE_ANSWER = ("age_band", "stiff_girdle", "assessed")
SIGNS = ("rf_nerve", "rf_emergency", "rf_illness", "rf_bone_nerve", "rf_neck")
# Rules without which every sheet still comes to its level, since another case says the same.
SAID_TWICE = {"RF-U19": "GEN-04"}


def torn(content: Content) -> list[str]:
    return list(torn_places(PlainRecommender(content), NET))


def without(content: Content, *gone: str) -> Content:
    """Return the content without some rules, as if nobody had ever listed them."""
    rules = tuple(rule for rule in content.rule_set.rules if rule.id not in gone)
    return replace(content, rule_set=replace(content.rule_set, rules=rules))


def asking(content: Content, name: str, **changes: object) -> Content:
    """Return the content with one question otherwise."""

    def page(old: Page) -> Page:
        return replace(old, questions=tuple(map(question, old.questions)))

    def question(old: Question) -> Question:
        return replace(old, **changes) if old.id == name else old  # type: ignore[arg-type]

    pages = tuple(map(page, content.questionnaire.pages))
    return replace(content, questionnaire=replace(content.questionnaire, pages=pages))


def test_the_shipped_rules_hold_the_net(recommender: Recommender) -> None:
    assert torn(recommender.content) == []
    assert recommender.faults == ()


def test_there_is_a_sentinel_for_each_emergency_and_urgent_case(recommender: Recommender) -> None:
    rule_set = recommender.content.rule_set
    wanted = {
        branch.id for branch in rule_set.branches if branch.then.disposition and branch.then.disposition.level.is_urgent
    }
    assert wanted <= {sentinel.case for sentinel in NET.sentinels}
    for sentinel in NET.sentinels:
        fired = recommender.oracle.fire(sentinel_intake(recommender, NET, sentinel))
        assert sentinel.case in fired, sentinel
        assert decide(rule_set, fired).level is sentinel.level, sentinel


def red_flags() -> Iterator[str]:
    """Yield the rules of the red flags, and whatever else gives an urgent level."""
    yield from dict.fromkeys(sentinel.case.partition("/")[0] for sentinel in NET.sentinels)


@pytest.mark.parametrize("rule", spread(red_flags(), 10))
def test_no_red_flag_can_go_unnoticed_even_where_the_manifest_agrees(recommender: Recommender, rule: str) -> None:
    gone = {rule, SAID_TWICE.get(rule, rule)}
    told = torn(without(recommender.content, *gone))
    assert any(f"sentinel {rule}" in line and "must come to" in line for line in told), told
    if rule in SAID_TWICE:
        assert torn(without(recommender.content, rule)) == []


def test_a_case_that_was_weakened_is_noticed(recommender: Recommender) -> None:
    content = recommender.content

    def weaker(rule: Rule) -> Rule:
        mild = content.rule_set.by_id["RF-P01"].branches[0].then.disposition
        branches = (replace(branch, then=replace(branch.then, disposition=mild)) for branch in rule.branches)
        return replace(rule, branches=tuple(branches)) if rule.id == "RF-E13" else rule

    rules = tuple(map(weaker, content.rule_set.rules))
    told = torn(replace(content, rule_set=replace(content.rule_set, rules=rules)))
    assert [line for line in told if "RF-E13" in line and "see_before_start" in line and "emergency_now" in line]


@pytest.mark.parametrize("rule", ["FU-08", "GEN-05"])
def test_the_safety_questions_must_be_asked_again(recommender: Recommender, rule: str) -> None:
    told = torn(without(recommender.content, rule))
    moment = "at a check" if rule == "FU-08" else "before a session with 'pre_session: yes'"
    assert f"question 'rf_nerve' is not asked again {moment}." in told


@pytest.mark.parametrize("name", spread(sorted({*NET.always_asked, *NET.asked_where_shown}), 25))
def test_a_safety_question_is_never_optional_and_never_hidden(recommender: Recommender, name: str) -> None:
    assert f"question '{name}' is not required." in torn(asking(recommender.content, name, required=False))
    hidden = recommender.content.questionnaire.questions["rf_neck"].shown_if
    told = torn(asking(recommender.content, name, shown_if=hidden)) if name in NET.always_asked else None
    assert told is None or f"question '{name}' is not asked of everybody." in told


def test_a_question_that_is_hidden_from_those_it_is_for_is_noticed(recommender: Recommender) -> None:
    never = recommender.content.questionnaire.questions["preg_weeks"].shown_if
    told = torn(asking(recommender.content, "rf_neck", shown_if=never))
    assert any("sentinel RF-E13" in line for line in told)


@pytest.mark.parametrize("name", SIGNS)
def test_a_lost_question_or_option_is_named(recommender: Recommender, name: str) -> None:
    content = recommender.content
    question = content.questionnaire.questions[name]
    for option in question.options:
        fewer = tuple(other for other in question.options if other is not option)
        told = list(lost_answers(asking(content, name, options=fewer).questionnaire, NET))
        assert (f"option '{option.id}' of question '{name}' is missing." in told) is (
            option.id != "none" or name in {"rf_nerve", "rf_emergency"}
        )
    pages = tuple(
        replace(page, questions=tuple(one for one in page.questions if one.id != name))
        for page in content.questionnaire.pages
    )
    assert f"question '{name}' is missing." in lost_answers(replace(content.questionnaire, pages=pages), NET)


def test_a_question_that_no_sign_of_danger_needs_may_go(recommender: Recommender) -> None:
    """What a clinic does not ask is not held against it, and neither is what it asks besides."""
    content = recommender.content
    pages = tuple(
        replace(page, questions=tuple(one for one in page.questions if one.id != "main_task"))
        for page in content.questionnaire.pages
    )
    assert torn(replace(content, questionnaire=replace(content.questionnaire, pages=pages))) == []


def test_every_answer_about_a_sign_of_danger_has_a_floor(recommender: Recommender) -> None:
    """Of pages B and C; an answer without one would be a hole that nobody decided on."""
    named = {pair for floor in NET.floors for pair in floor.named}
    questionnaire = recommender.content.questionnaire
    for page in questionnaire.intake_pages[1:3]:
        for question in page.questions:
            missing = [option.id for option in question.options if (question.id, option.id) not in named]
            assert set(missing) <= {question.none_of_these}, question.id
    for floor in NET.floors:
        for name, option in floor.named:
            assert questionnaire.questions[name].option(option)


def test_no_answer_of_the_emergency_page_has_a_floor_below_the_same_day(recommender: Recommender) -> None:
    page = recommender.content.questionnaire.intake_pages[1]
    for question in page.questions:
        for option in question.options:
            floors = list(floors_above(Level.ROUTINE, Intake({question.id: (option.id,)}), NET.floors))
            most = max((floor.level.rank for floor in floors), default=0)
            assert (most >= Level.URGENT_SAME_DAY.rank) is (option.id != "none"), option.id
        unknown = Intake({question.id: ("an_option_that_a_clinic_adds",)})
        assert any(floors_above(Level.URGENT_48H, unknown, NET.floors))


def given_by(floor: Floor) -> Iterator[dict[str, Answer]]:
    """Yield the answers with which a floor holds, one of them at a time."""
    for name, options in floor.answers.items():
        for option in sorted(options):
            beside = {other: tuple(sorted(more)[:1]) for other, more in floor.beside.items()}
            own: tuple[str, ...] = (*beside.pop(name, ()), option)
            place = {"pain_location": ("neck",)} if "rf_neck" in {name, *floor.beside} else {}
            yield {
                **place,
                name: own[0] if name in ONE_ANSWER else own,
                **{other: one[0] if other in ONE_ANSWER else one for other, one in beside.items()},
            }


@pytest.mark.parametrize(
    "floor", spread(NET.floors, 100, name=lambda floor: f"{floor.brief} {floor.level} {[*floor.named]}")
)
def test_no_sheet_comes_to_less_than_its_floor(recommender: Recommender, floor: Floor) -> None:
    chance, questionnaire, held = random.Random(floor.brief), recommender.content.questionnaire, 0
    for given in given_by(floor):
        for rate, more in ((0.0, {"assessed": "no"}), (0.0, {"assessed": "yes"}), (0.0, {}), (0.05, {}), (0.1, {})):
            fixed = {**given, **more}
            sheet = random_sheet(questionnaire, recommender.flow, chance, sign_rate=rate, fixed=fixed)
            intake = Intake(sheet, recommender.supplied)
            held += floor.holds(intake)
            level = recommender.decide(intake).level
            assert list(floors_above(level, intake, NET.floors)) == [], (level, sheet)
    assert held or not floor.answers


def test_a_sheet_that_came_to_less_is_never_told(recommender: Recommender) -> None:
    """Whatever lost the sign on the way: for every outcome, not only for a routine."""
    mild = PlainRecommender(without(recommender.content, "RF-U02", "RF-E12"))
    for given in ({"rf_bone_nerve": ["foot_weak"]}, {"rf_bone_nerve": ["foot_weak"], "told_no_exercise": "yes"}):
        intake = full_intake(mild, given)
        assert not mild.decide(intake).level.is_urgent
        with pytest.raises(DecisionError):
            mild.recommend(intake)
        assert recommender.recommend(full_intake(recommender, given)).level is Level.URGENT_SAME_DAY


def test_a_floor_speaks_of_what_is_beside_it_and_unless() -> None:
    floor = Floor(
        Level.URGENT_48H,
        "a test",
        answers={"a": frozenset({"x", "y"})},
        beside={"b": frozenset({"z"}), "c": frozenset({"z"})},
        unless={"d": frozenset({"no"}), "e": frozenset({"no"})},
    )
    whole: dict[str, Answer] = {"a": ("w", "x"), "b": ("z",), "c": "z", "d": ("yes",)}
    assert floor.holds(Intake(whole))
    for less in ({"a": ("w",)}, {"b": ("y",)}, {"c": "y"}, {"d": ("yes", "no")}, {"e": "no"}):
        assert not floor.holds(Intake({**whole, **less}))
    assert list(floors_above(Level.SEE_BEFORE_START, Intake(whole), [floor])) == [floor]
    assert list(floors_above(Level.URGENT_48H, Intake(whole), [floor])) == []


def test_a_broken_net_is_told_by_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr("recommender.loaders.safety.FOLDER", tmp_path)
    with pytest.raises((ContentError, OSError)):
        shipped_safety_net.__wrapped__()
