"""Broken rule and catalogue files: every fault is named with its line and what to do about it, all at once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from recommender.cli import main
from recommender.engine.lint import lint
from recommender.errors import ContentError, Fault
from recommender.loaders.content import load_content
from recommender.settings import content_folder


@dataclass(frozen=True)
class Break:
    """One deliberate fault: in which file which text becomes which, and what the message must say."""

    file: str
    old: str
    new: str
    told: str


BREAKS = [
    Break(
        "rules/contraindications/CI-A12-*.yaml",
        "tags: [wrist_weight_bearing]",
        "tags: [wrist_weight_baring]",
        "Did you mean 'wrist_weight_bearing'?",
    ),
    Break("rules/contraindications/CI-A12-*.yaml", "limits:", "limit:", "Did you mean 'limits'?"),
    Break("rules/contraindications/CI-A12-*.yaml", "includes: wrist", "includes: wrists", "Did you mean 'wrist'?"),
    Break(
        "rules/contraindications/CI-A12-*.yaml",
        "includes: wrist",
        "is: wrist",
        "operator 'is' does not fit question 'limits'. Use one of: includes, includes_any, only.",
    ),
    Break(
        "rules/contraindications/CI-A12-*.yaml",
        "sources: [clinical_consensus]",
        "sources: []",
        "must name at least one source",
    ),
    Break(
        "rules/contraindications/CI-A12-*.yaml",
        "strength: [practice]",
        "strenght: [practice]",
        "Did you mean 'strength'?",
    ),
    Break(
        "rules/contraindications/CI-A12-*.yaml",
        "id: CI-A12",
        "id: CI-A13",
        "does not begin the file's name. Rename the file CI-A13",
    ),
    Break("rules/contraindications/CI-A12-*.yaml", "say:", "says:", "Did you mean 'say'?"),
    Break("rules/red_flags/RF-P01-*.yaml", "is: 'yes'", "is: yes", "option True is not text. Put quotes around it."),
    Break("rules/red_flags/RF-P01-*.yaml", "level: see_before_start", "level: see_first", "Must be one of"),
    Break(
        "rules/questionnaire/B-*.yaml",
        "slug: emergency-check",
        "slug: Emergency check",
        "lower case letters, digits and -",
    ),
    Break(
        "rules/findings/FACT-01-*.yaml",
        "derive: age50",
        "derive: age_50",
        "finding 'age50' is unknown. Did you mean 'age_50'?",
    ),
    Break(
        "rules/rule-set.yaml", "elapsed: {since: start, unit: weeks}", "elapsed: {since: begin, unit: weeks}", "one of"
    ),
    Break(
        "rules/rule-set.yaml",
        "elapsed: {since: start, unit: weeks}",
        "elapsed: {since: run, unit: weeks}",
        "must be given for 'last' and 'run'",
    ),
    Break("rules/rule-set.yaml", "question: conditions, ", "", "must be given for 'answer'"),
    Break(
        "rules/rule-set.yaml", "named: {question: fu_hurt}", "named: {question: fu_hurts}", "Did you mean 'fu_hurt'?"
    ),
    Break("rules/rule-set.yaml", "'1_2': 1, ", "", "must give a number for each of 0, 1_2, 3_4, 5_plus"),
    Break("rules/rule-set.yaml", "fu_leg: {is: gone_down}", "fu_leg: {is: went_down}", "Did you mean 'gone_down'?"),
    Break(
        "rules/rule-set.yaml",
        "named: {question: fu_hurt}",
        "named: {question: fu_hurt}\n    count_checks: {where: always}",
        "stands beside count_checks",
    ),
    Break("rules/questionnaire/follow-up.yaml", "renews: pain_score", "renews: duration", "asks for a number"),
    Break(
        "rules/questionnaire/follow-up.yaml",
        "option: worse_slow",
        "option: worse",
        "'worse' is not an option of 'trend'",
    ),
    Break("rules/questionnaire/D-*.yaml", "option: gt_12w, after", "option: for_ever, after", "not another option"),
    Break("rules/follow_up/FU-08-*.yaml", "ask_again: [B, C]", "ask_again: [B, Z]", "page 'Z' is unknown"),
    Break("rules/follow_up/FU-02-*.yaml", "action: progress", "action: grow", "Must be one of"),
    Break("rules/follow_up/FU-01-*.yaml", "[7, 14, 28,", "[7, 28, 14,", "must be days in order"),
    Break("rules/follow_up/FU-01-*.yaml", "FU-09, FU-06", "FU-99, FU-06", "rule 'FU-99' is unknown"),
    Break("rules/dosing/DOS-11-*.yaml", "figure: sets", "figure: set", "Must be one of"),
    Break("catalogue/exercises/cat_cow.yaml", "position: all_fours", "position: all_four", "Did you mean 'all_fours'?"),
    Break(
        "catalogue/exercises/cat_cow.yaml",
        "id: cat_cow",
        "id: cat_cows",
        "is not the file's name. Make both 'cat_cow'.",
    ),
    Break("catalogue/exercises/cat_cow.yaml", "reps: [5, 10]", "reps: [10, 5]", "must be [least, most]"),
    Break("catalogue/exercises/cat_cow.yaml", "default_routine: 'yes'", "default_routine: yes", "Must be one of"),
    Break("catalogue/tags.yaml", "tags:", "tags: [", "is not valid YAML"),
    Break("catalogue/dispositions.yaml", "id: urgent_48h", "id: emergency_now", "'emergency_now' is there twice."),
    Break("catalogue/advice.yaml", "id: beyond,", "id: desk,", "'desk' is there twice. Keep one of them."),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("rules", "catalogue"):
        shutil.copytree(content_folder(name), tmp_path / name)
    return tmp_path


def break_file(root: Path, fault: Break) -> tuple[str, int]:
    """Make the fault and return the shown path and line of the changed text."""
    [path] = root.glob(fault.file)
    text = path.read_text(encoding="utf-8")
    assert fault.old in text, f"{path.name} no longer holds {fault.old!r}"
    line = text[: text.index(fault.old)].count("\n") + 1
    path.write_text(text.replace(fault.old, fault.new, 1), encoding="utf-8")
    return path.relative_to(root).as_posix(), line


def faults(root: Path) -> tuple[Fault, ...]:
    with pytest.raises(ContentError) as refused:
        load_content(root / "rules", root / "catalogue")
    return refused.value.faults


@pytest.mark.parametrize("fault", BREAKS, ids=lambda fault: fault.told)
def test_a_broken_file_is_named_with_its_line_and_the_fix(copy: Path, fault: Break) -> None:
    path, line = break_file(copy, fault)
    told = faults(copy)
    assert any(fault.told in found.message for found in told), told
    if "is unknown. Did you mean 'age_50'" not in fault.told and "YAML" not in fault.told:
        assert any(found.path == path and found.line == line and fault.told in found.message for found in told), told


def test_every_fault_is_reported_at_once(copy: Path) -> None:
    broken = [BREAKS[0], BREAKS[8], BREAKS[10], BREAKS[12]]
    for fault in broken:
        break_file(copy, fault)
    told = " ".join(str(found) for found in faults(copy))
    assert all(fault.told in told for fault in broken)


def test_check_prints_the_faults_and_fails(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, line = break_file(copy, BREAKS[0])
    monkeypatch.setenv("RULES_DIR", str(copy / "rules"))
    monkeypatch.setenv("CATALOGUE_DIR", str(copy / "catalogue"))
    assert main(["check"]) == 1
    assert f"{path}:{line}: " in capsys.readouterr().err


def test_check_is_clean_on_the_shipped_content(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "no faults" in capsys.readouterr().out


def linted(root: Path) -> list[Fault]:
    content = load_content(root / "rules", root / "catalogue")
    return lint(content.questionnaire, content.rule_set, content.catalogue)


def add_rule(root: Path, folder: str, name: str, body: str) -> None:
    tail = (
        "why: a test\nsay: a test\nsources: [clinical_consensus]\nstrength: [practice]\nauthor: a test\nsince: 0.1.0\n"
    )
    (root / "rules" / folder / name).write_text(body + tail, encoding="utf-8")


def test_findings_that_read_each_other_in_a_circle_are_refused(copy: Path) -> None:
    add_rule(
        copy,
        "findings",
        "FACT-90-a.yaml",
        "id: FACT-90\ntitle: a\nwhen: {finding: circle_b}\nthen: {derive: circle_a}\n",
    )
    add_rule(
        copy,
        "findings",
        "FACT-91-b.yaml",
        "id: FACT-91\ntitle: b\nwhen: {finding: circle_a}\nthen: {derive: circle_b}\n",
    )
    told = linted(copy)
    assert {found.path.rsplit("/", 1)[1] for found in told} == {"FACT-90-a.yaml", "FACT-91-b.yaml"}
    assert all("Break the circle" in found.message for found in told)


@pytest.mark.parametrize(
    "when",
    [
        "{all: [{age_band: {is: '18_24'}}, {finding: age50}]}",
        "{all: [{limits: {only: wrist}}, {limits: {includes: kneel}}]}",
        "{all: [{pain_score: {at_least: 7}}, {pain_score: {at_most: 6}}]}",
        "{all: [{bp_detail: {is: controlled}}, {conditions: {only: none}}]}",
        "{all: [{limits: {includes: wrist}}, {not: {limits: {includes_any: [wrist, kneel]}}}]}",
    ],
)
def test_a_rule_that_can_never_fire_is_refused(copy: Path, when: str) -> None:
    add_rule(
        copy,
        "contraindications",
        "CI-A90-never.yaml",
        f"id: CI-A90\ntitle: never\nwhen: {when}\nthen: {{exclude: {{tags: [prone]}}}}\n",
    )
    assert [found.path for found in linted(copy)] == ["rules/contraindications/CI-A90-never.yaml"]


def test_two_rules_that_give_the_same_setting_are_an_error_naming_both(copy: Path) -> None:
    add_rule(
        copy,
        "ordering",
        "ORD-90-again.yaml",
        "id: ORD-90\ntitle: again\nwhen: always\nthen: {order: {floor_trips_at_most: 2}}\n",
    )
    [found] = linted(copy)
    assert "'ORD-90' and 'ORD-03' both give order.floor_trips_at_most" in found.message


def test_an_outcome_that_reads_the_stage_is_refused(copy: Path) -> None:
    add_rule(
        copy,
        "red_flags",
        "RF-P90-stage.yaml",
        "id: RF-P90\ntitle: stage\nwhen: {stage: {is: settle}}\nthen: {disposition: {level: see_before_start}}\n",
    )
    assert "reads the stage" in linted(copy)[0].message


def test_the_hash_changes_with_the_words_and_not_with_white_space(copy: Path) -> None:
    before = load_content(copy / "rules", copy / "catalogue").hash
    path = copy / "catalogue" / "tags.yaml"
    path.write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_content(copy / "rules", copy / "catalogue").hash == before
    [rule] = (copy / "rules").glob("contraindications/CI-A12-*.yaml")
    rule.write_text(rule.read_text(encoding="utf-8").replace("say: You", "say: Now you"), encoding="utf-8")
    assert load_content(copy / "rules", copy / "catalogue").hash != before
