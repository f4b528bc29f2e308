"""The safety case and its hazard log: whole, weighed by one table, and each control is there."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.errors import ContentError
from recommender.loaders.safety_case import FOLDER, control_faults, read_safety_case, shipped_safety_case, tests_in
from recommender.models.safety_case import Controls, Estimate, Hazard, Likelihood, SafetyCase, Severity
from recommender.service.recommend import Recommender

ROOT = Path(__file__).resolve().parents[2]
CASE = shipped_safety_case()


def with_controls(**named: tuple[str, ...]) -> SafetyCase:
    """Return the safety case whose first hazard has these controls alone."""
    first, *others = CASE.hazards
    return replace(CASE, hazards=(replace(first, controls=Controls(**named)), *others))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the safety case that a test may spoil."""
    shutil.copytree(FOLDER / "hazards", tmp_path / "hazards")
    shutil.copy(FOLDER / "safety_case.yaml", tmp_path)
    return tmp_path


def test_every_control_of_the_hazard_log_is_there(recommender: Recommender) -> None:
    assert list(control_faults(CASE, recommender.content, tests_in(ROOT / "tests"))) == []
    for hazard in CASE.hazards:
        assert [name for name in hazard.controls.documents if not (ROOT / name).is_file()] == [], hazard.id


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"rules": ("RF-E99",)}, "there is no rule 'RF-E99'. Did you mean 'RF-E09'?"),
        ({"tables": ("flors",)}, "there is no table 'flors'. Did you mean 'floors'?"),
        ({"tests": ("test_nothing_like_it",)}, "there is no test 'test_nothing_like_it'."),
        ({"documents": ("docs/figures.md",)}, "nothing keeps it down. Name a rule, a table or a test."),
    ],
    ids=["rule", "table", "test", "none"],
)
def test_a_control_that_is_gone_is_told_with_its_hazard(
    recommender: Recommender, named: dict[str, tuple[str, ...]], told: str
) -> None:
    (fault,) = control_faults(with_controls(**named), recommender.content, tests_in(ROOT / "tests"))
    assert fault.path.startswith("safety/hazards/HZ-01-") and told in fault.message


def test_beside_a_package_that_was_installed_no_test_can_be_missed(recommender: Recommender, tmp_path: Path) -> None:
    assert tests_in(tmp_path) is None
    case = with_controls(tests=("test_nothing_like_it",))
    assert list(control_faults(case, recommender.content, None)) == []


def test_a_risk_grows_with_how_bad_and_how_likely_it_is() -> None:
    for likelihood in Likelihood:
        risks = [CASE.risk(Estimate(severity, likelihood)) for severity in Severity]
        assert risks == sorted(risks), likelihood
    for severity in Severity:
        risks = [CASE.risk(Estimate(severity, likelihood)) for likelihood in Likelihood]
        assert risks == sorted(risks), severity


def test_no_control_makes_a_hazard_worse_and_each_lowers_it() -> None:
    def by_order(hazard: Hazard) -> tuple[int, int]:
        severities, likelihoods = list(Severity), list(Likelihood)
        before, after = hazard.before, hazard.after
        return (
            severities.index(before.severity) - severities.index(after.severity),
            likelihoods.index(before.likelihood) - likelihoods.index(after.likelihood),
        )

    for hazard in CASE.hazards:
        assert by_order(hazard) > (0, 0) and min(by_order(hazard)) >= 0, hazard.id


def test_what_may_not_stay_is_named_and_says_what_is_left() -> None:
    open_ones = list(CASE.may_not_stay())
    assert [one.id for one in open_ones] == [one.id for one in CASE.hazards if CASE.risk(one.after) > 3]
    assert open_ones and all(one.left for one in open_ones), "no person has read the pages or the Spanish yet"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("safety_case.yaml", "low: {minor: 1", "low: {minor: 9", "must give risks from 1 to 5."),
        (
            "safety_case.yaml",
            "catastrophic: 5}\n  medium",
            "}\n  medium",
            "must give a risk for each likelihood and severity.",
        ),
        ("safety_case.yaml", "most_that_may_stay: 3", "most_that_may_stay: 5", "must be from 1 to 4."),
        ("hazards/HZ-07-pain-in-a-session.yaml", "severity: considerable", "severity: bad", "Must be one of"),
        ("hazards/HZ-07-pain-in-a-session.yaml", "id: HZ-07", "id: HZ-70", "must begin with its id, HZ-70-."),
        ("hazards/HZ-07-pain-in-a-session.yaml", "left:", "lefft:", "key"),
    ],
    ids=["risk", "hole", "most", "severity", "name", "key"],
)
def test_a_fault_of_the_safety_case_is_told_with_its_file(
    folder: Path, file: str, old: str, new: str, told: str
) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        read_safety_case(folder)
    assert any(fault.path == f"safety/{file}" and told in fault.message for fault in raised.value.faults)
