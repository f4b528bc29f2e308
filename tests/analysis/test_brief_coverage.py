"""Nothing of the evidence brief stays on paper: each of its ids is here, or listed with the reason why not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.analysis.brief import Brief, load_brief
from recommender.analysis.brief_coverage import CoverageState, Line, coverage, report
from recommender.cli import main as cli
from recommender.errors import ContentError
from recommender.loaders.vignettes import load_vignettes
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.settings.folders import brief_folder
from tools import brief_questions

SETTINGS = read_settings({})
ROOT = brief_folder()
SIZES = {"rules": 212, "findings": 18, "exercises": 95, "sources": 92, "decisions": 55, "review_points": 24}


@pytest.fixture(scope="module")
def brief() -> Brief:
    return load_brief(brief_folder())


def lines_of(brief: Brief, recommender: Recommender) -> dict[str, Line]:
    lines = coverage(brief, recommender.content, load_vignettes(SETTINGS.vignettes_dir))
    return {line.id: line for line in lines}


def test_the_list_has_every_id_of_the_brief_once(brief: Brief) -> None:
    for name, size in SIZES.items():
        ids = getattr(brief, name)
        assert len(ids) == len(set(ids)) == size, name


def rows_of(text: str) -> list[str]:
    """Return the ids of the rows of the brief's tables of rules."""
    return re.findall(r"(?m)^\| ((?:GEN|FACT|RF|CI|IN|SIT|DOS|ORD|FU)-[A-Z]?[0-9]+) \|", text)


def test_every_rule_of_the_brief_is_a_rule_here_and_the_other_way_round(brief: Brief, recommender: Recommender) -> None:
    rows = rows_of((ROOT / "rules.md").read_text(encoding="utf-8"))
    assert len(rows) == len(set(rows))
    assert sorted(rows) == sorted(rule.id for rule in recommender.content.rule_set.rules)
    assert sorted(rows) == sorted((*brief.rules, *brief.findings))


def test_what_the_brief_names_is_asked_here(recommender: Recommender) -> None:
    """An answer written as `question.option` exists, so that no row speaks of what was renamed or split."""
    questions = recommender.content.questionnaire.questions
    text = (ROOT / "rules.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+)\.([a-z0-9_]+)`", text)
    assert len(named) > 400
    strange = {
        f"{question}.{option}"
        for question, option in named
        if option != "yaml"
        and (question not in questions or option not in {one.id for one in questions[question].options})
    }
    assert strange == set()


def test_the_questions_of_the_brief_are_those_that_are_asked(recommender: Recommender) -> None:
    """Bring it up to date with `python -m tools.brief_questions`."""
    text = (ROOT / "questionnaire.md").read_text(encoding="utf-8")
    assert text == brief_questions.written(recommender.content.questionnaire)


def test_the_brief_names_no_place_of_whoever_wrote_it() -> None:
    for page in ROOT.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"/(work|tmp|home|root)/|\.txt\b|\.\./shared", text), page.name


def test_every_id_is_here_or_has_a_reason_and_never_both(brief: Brief, recommender: Recommender) -> None:
    lines = lines_of(brief, recommender).values()
    assert [f"{line.id}: {line.note}" for line in lines if line.state is CoverageState.MISSING] == []
    assert {line.id for line in lines if line.state is CoverageState.NOT_YET} == set(brief.not_yet)


def test_the_rules_that_the_brief_has_as_words_change_no_list_here(brief: Brief, recommender: Recommender) -> None:
    lines = lines_of(brief, recommender)
    here = {name: lines[name].state for name in brief.text_only if name not in brief.not_yet}
    assert [name for name, state in here.items() if state not in (CoverageState.WORDS, CoverageState.KEPT)] == []


def test_every_file_named_exists(brief: Brief, recommender: Recommender) -> None:
    root = SETTINGS.rules_dir.parent
    lines = lines_of(brief, recommender).values()
    assert [line.id for line in lines if line.where and not (root / line.where).is_file()] == []


def test_an_id_that_is_gone_or_wrongly_listed_counts_as_missing(brief: Brief, recommender: Recommender) -> None:
    listed = ("GEN-01", "cat_cow", "C01")
    changed = replace(brief, rules=(*brief.rules, "RF-E99"), not_yet=dict.fromkeys(listed, "in work"))
    lines = lines_of(changed, recommender)
    assert {lines[name].state for name in ("RF-E99", *listed)} == {CoverageState.MISSING}
    assert "remove it there" in lines["cat_cow"].note


def test_a_rule_that_no_vignette_fires_counts_as_missing(brief: Brief, recommender: Recommender) -> None:
    lines = {line.id: line for line in coverage(brief, recommender.content, ())}
    assert lines["RF-E01"].state is CoverageState.MISSING
    assert lines["GEN-01"].state is CoverageState.KEPT
    assert "1 MISSING" in report([lines["RF-E01"], lines["GEN-01"]])


@pytest.mark.deep
def test_the_command_prints_the_table_and_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--coverage"]) == 0
    told = capsys.readouterr().out
    assert "RF-E01" in told and "rules/red_flags/RF-E01-bladder-bowel-saddle.yaml" in told
    last = told.strip().splitlines()[-1]
    assert last.startswith(f"All {sum(SIZES.values())} ids of the brief: ") and last.endswith("0 MISSING.")


@pytest.mark.deep
def test_the_command_fails_if_something_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIGNETTES_DIR", str(tmp_path))
    assert cli.main(["check", "--coverage"]) == 1
    assert "no vignette in which it fires" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("rules: [A]\n", "needs a list"),
        ("not_yet: {B: in work}", "'B' is no id of the brief"),
        ("not_yet: {A: 3}", "'A' has no reason"),
        ("not_yet: [A]", "ids and reasons"),
    ],
)
def test_a_list_that_cannot_be_used_is_a_fault_with_its_place(tmp_path: Path, words: str, told: str) -> None:
    lists = "".join(f"{name}: [A]\n" for name in (*SIZES, "text_only")) if "not_yet" in words else ""
    (tmp_path / "ids.yaml").write_text(lists + words, encoding="utf-8")
    with pytest.raises(ContentError) as error:
        load_brief(tmp_path)
    assert told in str(error.value) and "ids.yaml:" in str(error.value)


def test_a_list_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="is missing"):
        load_brief(tmp_path)
