"""What a change of rules does: the same rules differ in nothing, a change mirrors its opposite, and who is less safe is shown."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.cli.main import main
from recommender.engine.decide import decide
from recommender.loaders.answer_order import shipped_answer_order
from recommender.models.conditions import All, AnyOf, AtLeast, Condition, Not, Number
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.questionnaire import Intake
from recommender.models.rules import Branch
from recommender.proof.compare import Change, Comparison
from recommender.service.recommend import Recommender
from tests.support.sheets import TESTS

pytestmark = [pytest.mark.deep, pytest.mark.usefixtures("solver")]


def changed(content: Content, rule: str, change: Callable[[Branch], Branch]) -> Content:
    rules = tuple(
        replace(one, branches=tuple(map(change, one.branches))) if one.id == rule else one
        for one in content.rule_set.rules
    )
    return replace(content, rule_set=replace(content.rule_set, rules=rules))


def with_least(condition: Condition, subject: str, least: int) -> Condition:
    match condition:
        case Number(name, low, high) if name == subject and low is not None:
            return Number(name, least, high)
        case All(parts):
            return All(tuple(with_least(part, subject, least) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(with_least(part, subject, least) for part in parts))
        case AtLeast(n, parts):
            return AtLeast(n, tuple(with_least(part, subject, least) for part in parts))
        case Not(part):
            return Not(with_least(part, subject, least))
        case _:
            return condition


@pytest.fixture(scope="module")
def later(recommender: Recommender) -> Content:
    """Return the rules with severe pain beginning one step later."""
    return changed(
        recommender.content, "RF-P12", lambda branch: replace(branch, when=with_least(branch.when, "pain_score", 10))
    )


@pytest.fixture(scope="module")
def comparison(recommender: Recommender, later: Content) -> Comparison:
    first = shipped_answer_order().counted_in
    return Change(recommender.content, later).compare(with_counts=True, first=first)


def test_the_same_rules_differ_in_nothing(recommender: Recommender) -> None:
    assert Change(recommender.content, recommender.content).compare().is_empty


def test_a_threshold_that_moves_lowers_the_level_of_a_person_who_shows_it(
    recommender: Recommender, later: Content, comparison: Comparison
) -> None:
    assert comparison.is_less_safe
    assert comparison.others["cases with other conditions"] == ("RF-P12/1",)
    shift = comparison.shifts[0]
    assert shift.told == "see_before_start becomes routine"
    assert shift.person is not None and shift.person.answers["pain_score"] == 9
    after = Recommender(later)
    levels = [
        decide(one.content.rule_set, one.oracle.fire(Intake(shift.person.answers, one.supplied))).level
        for one in (recommender, after)
    ]
    assert levels == [Level.SEE_BEFORE_START, Level.ROUTINE]


def test_the_change_back_is_the_mirror_of_the_change(
    recommender: Recommender, later: Content, comparison: Comparison
) -> None:
    first = shipped_answer_order().counted_in
    back = Change(later, recommender.content).compare(with_counts=True, first=first)
    assert not back.is_less_safe
    turned = {" becomes ".join(reversed(shift.told.split(" becomes "))): shift.sheets for shift in back.shifts}
    assert turned == {shift.told: shift.sheets for shift in comparison.shifts}
    assert all(shift.sheets for shift in comparison.shifts)


def test_an_exclusion_taken_out_is_a_movement_that_may_come_and_no_level(recommender: Recommender) -> None:
    without = changed(recommender.content, "CI-A12", lambda one: replace(one, then=replace(one.then, exclude=())))
    found = Change(recommender.content, without).compare()
    assert found.is_less_safe
    told = [shift.told for shift in found.shifts]
    assert any("may come where a rule left it out" in one for one in told)
    assert not any("becomes" in one for one in told)
    assert found.others["cases with another 'exclude'"]
    people = [shift.person.answers for shift in found.shifts if shift.person and shift.is_less_safe]
    assert people and all("wrist" in answers["limits"] for answers in people)


def test_words_alone_are_told_though_nobody_gets_anything_else(recommender: Recommender) -> None:
    other = changed(recommender.content, "CI-A12", lambda one: replace(one, say="Something else."))
    found = Change(recommender.content, other).compare()
    assert found.shifts == ()
    assert not found.is_empty
    assert found.others["cases with other words"]
    assert found.others["cases with another 'advise'"] == ()


def test_the_command_compares_two_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for part in ("rules", "catalogue"):
        shutil.copytree(TESTS.parent / part, tmp_path / part)
    rule = next((tmp_path / "rules" / "contraindications").glob("CI-A15*.yaml"))
    rule.write_text(
        rule.read_text(encoding="utf-8").replace("limits: {includes: lie_front}", "limits: {includes: kneel}")
    )
    assert main(["diff", str(TESTS.parent), str(tmp_path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["less_safe"]
    assert any("lie_front" in shift["case"]["answers"]["limits"] for shift in told["shifts"] if shift["less_safe"])
    assert main(["diff", str(TESTS.parent), str(TESTS.parent)]) == 0
    assert "Nothing else differs." in capsys.readouterr().out


def test_what_is_neither_folder_nor_revision_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "nowhere-at-all", "HEAD"]) == 2
    assert "neither a folder nor a revision" in capsys.readouterr().err
