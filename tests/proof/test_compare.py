"""What a change of rules does: the same rules differ in nothing, a change mirrors its opposite, and who is less safe is shown."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.cli.diff import with_tables, with_translations
from recommender.cli.main import main
from recommender.engine.decide import decide
from recommender.loaders.answer_order import shipped_answer_order
from recommender.models.conditions import All, AnyOf, AtLeast, Condition, Not, Number
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.questionnaire import Intake, Page
from recommender.models.rules import Branch, Rule
from recommender.proof.compare import Change, Comparison
from recommender.proof.other_changes import other_changes
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
    there, again = ([shift for shift in one.shifts if not shift.at_check] for one in (comparison, back))
    turned = {" becomes ".join(reversed(shift.told.split(" becomes "))): shift.sheets for shift in again}
    assert turned == {shift.told: shift.sheets for shift in there}
    assert there and all(shift.sheets for shift in there)


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


def test_what_no_case_says_is_told_too(recommender: Recommender) -> None:
    """Titles, dates, pages, the catalogue: whatever is changed, something says so."""
    content = recommender.content
    rules = content.rule_set.rules
    page, *pages = content.questionnaire.pages
    changes = {
        "rules with another 'since'": with_rules(content, (replace(rules[0], since="9.9.9"), *rules[1:])),
        "rules with another 'sources'": with_rules(content, (replace(rules[0], sources=()), *rules[1:])),
        "the order of rules": with_rules(content, (rules[1], rules[0], *rules[2:])),
        "other parts of the rules": replace(content, rule_set=replace(content.rule_set, check_in_schedule=None)),
        "pages that differ": with_pages(content, (replace(page, title="Another"), *pages)),
        "the questionnaire": with_pages(content, (*pages, page)),
        "other parts of the catalogue": replace(content, catalogue=replace(content.catalogue, open_questions=())),
        "the files, in nothing that is named here": replace(content, hash="0" * 64),
    }
    for what, other in changes.items():
        told = {name for name, names in other_changes(content, other) if names}
        assert what in told, (what, told)
    assert not [names for _, names in other_changes(content, content) if names]


def with_rules(content: Content, rules: tuple[Rule, ...]) -> Content:
    return replace(content, rule_set=replace(content.rule_set, rules=rules))


def with_pages(content: Content, pages: tuple[Page, ...]) -> Content:
    return replace(content, questionnaire=replace(content.questionnaire, pages=pages))


def test_a_translation_in_other_words_is_told(tmp_path: Path) -> None:
    shutil.copytree(TESTS.parent / "translations", tmp_path / "translations")
    file = tmp_path / "translations" / "es" / "content.po"
    first = 'msgstr "'
    text = file.read_text(encoding="utf-8")
    place = text.index(first, text.index("\nmsgid ", text.index("\nmsgid ") + 1)) + len(first)
    file.write_text(f"{text[:place]}Otra cosa. {text[place:]}", encoding="utf-8")
    same = Comparison((), {})
    told = with_translations(same, str(TESTS.parent), str(tmp_path)).others
    assert {what: len(names) for what, names in told.items() if names} == {
        "translations in es/content.po that differ": 1
    }
    assert with_translations(same, str(TESTS.parent), str(tmp_path / "translations")) == same, (
        "there are none to compare"
    )


def test_a_table_of_the_package_that_differs_is_told(tmp_path: Path) -> None:
    """A row that is taken out of it and the rule that it held would else go unseen together."""
    tables = tmp_path / "recommender" / "safety"
    shutil.copytree(TESTS.parent / "recommender" / "safety", tables)
    same = Comparison((), {})
    assert not any(with_tables(same, str(TESTS.parent), str(tmp_path)).others.values())
    (tables / "floors.yaml").write_text("floors: []\n", encoding="utf-8")
    told = with_tables(same, str(TESTS.parent), str(tmp_path)).others
    assert told == {"tables of the package that differ": ("recommender/safety/floors.yaml",)}
    assert with_tables(same, str(TESTS.parent), str(tables)) == same, "there are none to compare"


def test_what_is_neither_folder_nor_revision_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "nowhere-at-all", "HEAD"]) == 2
    assert "neither a folder nor a revision" in capsys.readouterr().err
