"""A change that makes somebody less safe fails unless it is accepted: this change, with a reason, and not another like it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recommender.cli.accepted_changes import AcceptedChanges
from recommender.cli.main import main
from recommender.errors import ContentError
from recommender.loaders.answer_order import accepted_changes
from recommender.models.answer_order import AcceptedChange, SignedDecision
from recommender.models.content import Content
from recommender.models.rules import Branch
from recommender.proof.compare import Change
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from tests.support.sheets import TESTS

HERE = str(TESTS.parent)
WHY = "The guideline of this year says so, in its section on lying."


def table(folder: Path, *changes: dict[str, Any]) -> Path:
    path = folder / "accepted.yaml"
    path.write_text(json.dumps({"accepted": [], "changes": list(changes)}), encoding="utf-8")
    return path


def accepting(*changes: AcceptedChange, folder: Path = Path()) -> AcceptedChanges:
    return AcceptedChanges(changes, folder, read_settings({"DATA_DIR": str(folder / "no-record")}))


class TestTable:
    def test_what_nobody_accepted_is_named_with_what_to_do(self) -> None:
        [line] = accepting().faults(["cobra/floor may come where a rule left it out (0123456789abcdef)"])
        assert line.startswith("Not accepted: cobra/floor may come") and "accepted.yaml" in line

    def test_what_is_accepted_without_a_decision_is_told_as_not_decided(self) -> None:
        accepted = accepting(AcceptedChange(("a (1)",), WHY))
        assert list(accepted.faults(["a (1)"])) == []
        assert list(accepted.told(["a (1)"])) == [f"Accepted, not decided yet by two clinicians: {WHY}"]

    def test_another_change_that_does_the_same_is_not_accepted_with_it(self) -> None:
        accepted = accepting(AcceptedChange(("a (1)",), WHY))
        assert len(list(accepted.faults(["a (1)", "a (2)"]))) == 1

    def test_once_there_are_signers_each_change_needs_their_decision(self, tmp_path: Path) -> None:
        signed = AcceptedChange(("b (2)",), WHY, decision=SignedDecision("a" * 64, "Stays.", "b.json"))
        accepted = accepting(AcceptedChange(("a (1)",), WHY), signed, folder=tmp_path)
        [line] = accepted.faults(["a (1)"])
        assert "needs their decision" in line

    def test_a_decision_that_cannot_be_checked_accepts_nothing(self, tmp_path: Path) -> None:
        signed = AcceptedChange(("b (2)",), WHY, decision=SignedDecision("a" * 64, "Stays.", "b.json"))
        [line] = accepting(signed, folder=tmp_path).faults(["b (2)"])
        assert "Its decision cannot be checked" in line and "the key of the record is gone" in line

    def test_the_shipped_table_gives_a_reason_for_each_change(self) -> None:
        assert all(len(change.why) > 40 and change.less_safe for change in accepted_changes())

    @pytest.mark.parametrize(
        "change", [{"why": WHY}, {"less_safe": ["a"]}, {"less_safe": ["a"], "why": WHY, "by": "me"}]
    )
    def test_a_change_without_a_name_or_a_reason_is_a_fault(self, tmp_path: Path, change: dict[str, Any]) -> None:
        with pytest.raises(ContentError):
            accepted_changes(table(tmp_path, change))


def changed(content: Content, rule: str, change: Callable[[Branch], Branch]) -> Content:
    rules = tuple(
        replace(one, branches=tuple(map(change, one.branches))) if one.id == rule else one
        for one in content.rule_set.rules
    )
    return replace(content, rule_set=replace(content.rule_set, rules=rules))


def without_outcome(branch: Branch) -> Branch:
    return replace(branch, then=replace(branch.then, disposition=None))


def names(old: Content, new: Content) -> dict[str, str]:
    """Return what is less safe: what it is called, by what it does."""
    shifts = Change(old, new, with_people=False).compare().shifts
    return {shift.told: shift.name for shift in shifts if shift.is_less_safe}


@pytest.mark.deep
@pytest.mark.usefixtures("solver")
class TestNames:
    def test_a_change_is_called_the_same_beside_others_and_another_change_otherwise(
        self, recommender: Recommender
    ) -> None:
        content = recommender.content
        one, other = (changed(content, rule, without_outcome) for rule in ("RF-U10", "RF-U01"))
        first, second = names(content, one), names(content, other)
        shared = set(first) & set(second)
        assert shared, "both lower the level of somebody in the same way"
        assert all(first[told] != second[told] for told in shared)
        words = changed(one, "CI-A12", lambda branch: replace(branch, say="Something else."))
        assert names(content, words) == first
        elsewhere = changed(one, "CI-A15", lambda branch: replace(branch, then=replace(branch.then, exclude=())))
        beside = names(content, elsewhere)
        assert {told: beside[told] for told in first} == first
        assert set(beside) > set(first)
        both = names(content, changed(one, "RF-U01", without_outcome))
        assert all(both[told] not in (first[told], second[told]) for told in shared)


def planted(folder: Path) -> str:
    """Return a copy of the rules with one limit read for another."""
    for part in ("rules", "catalogue"):
        shutil.copytree(TESTS.parent / part, folder / part)
    rule = next((folder / "rules" / "contraindications").glob("CI-A15*.yaml"))
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("limits: {includes: lie_front}", "limits: {includes: kneel}"), encoding="utf-8")
    return str(folder)


@pytest.mark.deep
@pytest.mark.usefixtures("solver")
def test_the_command_fails_on_a_planted_change_until_that_change_is_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = planted(tmp_path / "new")

    def status(*changes: dict[str, Any]) -> int:
        return main(["diff", HERE, new, "--json", "--accepted", str(table(tmp_path, *changes))])

    assert status() == 1
    told = capsys.readouterr()
    less_safe: Sequence[str] = [shift["name"] for shift in json.loads(told.out)["shifts"] if shift["less_safe"]]
    assert less_safe and told.err.count("Not accepted: ") == len(less_safe)
    assert status({"less_safe": less_safe, "why": WHY}) == 0
    assert f"not decided yet by two clinicians: {WHY}" in capsys.readouterr().err
    other = [f"{name[:-2]}0)" if not name.endswith("0)") else f"{name[:-2]}1)" for name in less_safe]
    assert status({"less_safe": other, "why": WHY}) == 1
    assert status({"less_safe": less_safe[1:], "why": WHY}) == 1
