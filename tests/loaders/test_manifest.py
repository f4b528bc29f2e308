"""A file that is lost is missed: whatever the manifests list and is not there is named, and nothing is served."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.cli.main import main
from recommender.errors import ContentError
from recommender.loaders.content import load_content
from recommender.loaders.yaml_source import read_document
from recommender.settings import Settings, read_settings
from recommender.settings.folders import content_folder
from recommender.web.app import create_app
from tests.support.content_copy import CATALOGUE, RULE_SET, copied, strike_out
from tests.support.sample import spread
from tests.support.sheets import BASELINE

RULES, EXERCISES = content_folder("rules"), content_folder("catalogue") / "exercises"
# Somebody with bladder, saddle and leg signs.
IN_DANGER = {"age_band": "45_49", "pain_location": ["low_back"], "rf_nerve": ["bladder", "saddle", "both_legs"]}


def rule_files() -> Iterator[str]:
    for path in sorted(RULES.glob("*/*.yaml")):
        if path.parent.name != "questionnaire":
            yield path.relative_to(RULES.parent).as_posix()


def questions() -> Iterator[tuple[str, str]]:
    """Yield every question with the file that asks it."""
    for path in sorted(RULES.glob("questionnaire/*.yaml")):
        for question in read_document(path, path.name).data["questions"]:
            yield path.relative_to(RULES.parent).as_posix(), question["id"]


def exercises() -> Iterator[str]:
    for path in sorted(EXERCISES.glob("*.yaml")):
        yield path.stem


def rule_of(file: str) -> str:
    rule = re.match(r"[A-Z]+-[A-Z]?\d+", Path(file).name)
    assert rule
    return rule[0]


def leave_out(root: Path, file: str, question: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    fewer = re.sub(rf"  - id: {question}\n(?:    .*\n|\n)*", "", text)
    assert fewer != text
    (root / file).write_text(fewer, encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path)


def told(root: Path) -> ContentError:
    with pytest.raises(ContentError) as refused:
        load_content(root / "rules", root / "catalogue")
    return refused.value


EACH_RULE_FILE = spread(rule_files(), 1, kind=lambda file: file.rpartition("/")[0], others=pytest.mark.long)
EACH_QUESTION = spread(questions(), 3, name=lambda asked: asked[1], others=pytest.mark.long)
EACH_EXERCISE = spread(exercises(), 3, others=pytest.mark.long)


@pytest.mark.parametrize("file", EACH_RULE_FILE)
def test_each_rule_file_is_missed(copy: Path, file: str) -> None:
    (copy / file).unlink()
    assert f"rule '{rule_of(file)}' is missing." in told(copy).reasons


@pytest.mark.parametrize("asked", EACH_QUESTION)
def test_each_question_is_missed(copy: Path, asked: tuple[str, str]) -> None:
    leave_out(copy, *asked)
    assert f"question '{asked[1]}' is missing." in told(copy).reasons


@pytest.mark.parametrize("exercise", EACH_EXERCISE)
def test_each_exercise_is_missed(copy: Path, exercise: str) -> None:
    (copy / "catalogue" / "exercises" / f"{exercise}.yaml").unlink()
    refused = told(copy)
    assert f"exercise '{exercise}' is missing." in refused.reasons
    [missing] = [fault for fault in refused.faults if fault.public]
    line = (copy / CATALOGUE).read_text(encoding="utf-8").splitlines()[missing.line - 1]
    assert missing.path == CATALOGUE and exercise in line


@pytest.mark.deep
@pytest.mark.parametrize("half", [0, 1])
def test_of_the_half_that_is_lost_each_file_and_question_is_missed_and_no_other(copy: Path, half: int) -> None:
    """Each one alone is lost in `make test-long`: it takes a whole load for each."""
    files, asked, moves = [*rule_files()][half::2], [*questions()][half::2], [*exercises()][half::2]
    for file in files:
        (copy / file).unlink()
    for one in asked:
        leave_out(copy, *one)
    for move in moves:
        (copy / "catalogue" / "exercises" / f"{move}.yaml").unlink()
    lost = {f"rule '{rule_of(file)}' is missing." for file in files}
    lost |= {f"question '{question}' is missing." for _, question in asked}
    lost |= {f"exercise '{move}' is missing." for move in moves}
    assert {reason for reason in told(copy).reasons if reason.endswith("is missing.")} == lost


def test_each_disposition_is_missed(copy: Path) -> None:
    path = copy / "catalogue" / "dispositions.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("id: urgent_48h", "id: urgent_same_day"), encoding="utf-8")
    assert "disposition 'urgent_48h' is missing." in told(copy).reasons


def test_what_is_given_up_on_purpose_is_not_missed(copy: Path) -> None:
    (copy / "catalogue" / "exercises" / "cobra.yaml").unlink()
    strike_out(copy, CATALOGUE, "cobra")
    assert not any(fault.public for fault in told(copy).faults)  # other files still name it, and say so
    (copy / "rules" / "sitting" / "SIT-06-screen.yaml").unlink()
    strike_out(copy, RULE_SET, "SIT-06")
    assert not any("SIT-06" in fault.message for fault in told(copy).faults)


def test_what_nobody_wrote_down_is_named(copy: Path) -> None:
    strike_out(copy, RULE_SET, "SIT-06")
    strike_out(copy, RULE_SET, "coping")
    strike_out(copy, CATALOGUE, "cobra")
    refused = told(copy)
    assert {(fault.path, fault.message) for fault in refused.faults} == {
        ("rules/sitting/SIT-06-screen.yaml", _unlisted("rule", "SIT-06", "rules/rule-set.yaml")),
        ("rules/questionnaire/H-body.yaml", _unlisted("question", "coping", "rules/rule-set.yaml")),
        ("catalogue/exercises/cobra.yaml", _unlisted("exercise", "cobra", "catalogue/catalogue.yaml")),
    }
    assert "rule 'SIT-06' is not listed in the manifest." in refused.reasons


def _unlisted(kind: str, name: str, home: str) -> str:
    return f"{kind} '{name}' is not listed in {home}. Add it there, or delete it here."


def test_a_manifest_without_a_list_or_with_one_twice_is_a_fault(copy: Path) -> None:
    path = copy / RULE_SET
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("SIT-06, ", "SIT-06, SIT-06, "), encoding="utf-8")
    assert any("'SIT-06' is listed twice" in fault.message for fault in told(copy).faults)
    path.write_text(re.sub(r"manifest:\n(?:  .*\n)+", "", text), encoding="utf-8")
    assert any("'manifest' is missing" in fault.message for fault in told(copy).faults)
    (copy / CATALOGUE).unlink()
    assert "the file catalogue.yaml is missing." in told(copy).reasons


def test_a_file_that_cannot_be_read_is_not_taken_for_lost_too(copy: Path) -> None:
    path = copy / "rules" / "questionnaire" / "G-plan.yaml"
    path.write_text("questions: [", encoding="utf-8")
    faults = told(copy).faults
    assert any("is not valid YAML" in fault.message for fault in faults)
    assert not any(fault.public for fault in faults)


HOLES = {
    "a red flag": "rules/red_flags/RF-E01-bladder-bowel-saddle.yaml",
    "a rule": "rules/contraindications/CI-A07-glaucoma.yaml",
    "a page of questions": "rules/questionnaire/B-emergency.yaml",
    "an exercise": "catalogue/exercises/cobra.yaml",
}
NAMED = {
    "a red flag": "rule 'RF-E01' is missing.",
    "a rule": "rule 'CI-A07' is missing.",
    "a page of questions": "question 'rf_nerve' is missing.",
    "an exercise": "exercise 'cobra' is missing.",
}


@pytest.mark.parametrize("hole", HOLES)
def test_with_a_hole_nothing_is_served(
    copy: Path,
    hole: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    (copy / HOLES[hole]).unlink()
    with caplog.at_level(logging.ERROR):
        client = create_app(settings_of(copy)).test_client()
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert NAMED[hole] in ready.get_json()["reasons"]
    assert not any(part in ready.text for part in (str(copy), "/", ".yaml:"))
    assert client.post("/api/v1/recommendations", json={"answers": {**BASELINE, **IN_DANGER}}).status_code == 503
    assert NAMED[hole].split("'")[1] in caplog.text
    monkeypatch.setenv("RULES_DIR", str(copy / "rules"))
    monkeypatch.setenv("CATALOGUE_DIR", str(copy / "catalogue"))
    assert main(["check"]) == 1
    assert NAMED[hole].removesuffix(" is missing.") in capsys.readouterr().err


@pytest.mark.parametrize(
    "agreed",
    [
        pytest.param(False, id="as it is"),
        pytest.param(True, id="with the manifest edited to agree", marks=pytest.mark.deep),
    ],
)
def test_without_any_red_flag_nothing_is_served(
    copy: Path, agreed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With bladder, saddle and leg signs somebody once got four moves from such a rule set."""
    for path in (copy / "rules" / "red_flags").iterdir():
        path.unlink()
        if agreed:
            strike_out(copy, RULE_SET, "-".join(path.name.split("-")[:2]))
    if agreed:
        stop_listing_unread_answers(copy)
    client = create_app(settings_of(copy)).test_client()
    reasons = client.get("/readyz").get_json()["reasons"]
    told = "sentinel RF-E01/1 " if agreed else "rule 'RF-E01' is missing."
    assert client.get("/readyz").status_code == 503 and any(reason.startswith(told) for reason in reasons)
    reply = client.post("/api/v1/recommendations", json={"answers": IN_DANGER})
    assert reply.status_code == 503 and "routine" not in json.loads(reply.data)
    monkeypatch.setenv("RULES_DIR", str(copy / "rules"))
    assert main(["check"]) == 1
    assert ("sentinel RF-E01/1 " if agreed else "rule 'RF-E01'") in capsys.readouterr().err


def stop_listing_unread_answers(root: Path) -> None:
    """Take out the list that would notice that no rule reads the signs any more."""
    path = root / RULE_SET
    text, count = re.subn(r"(?m)^unread_answers:\n(?: +.*\n)+", "", path.read_text(encoding="utf-8"))
    assert count == 1
    path.write_text(text, encoding="utf-8")


def settings_of(root: Path) -> Settings:
    return replace(read_settings({}), rules_dir=root / "rules", catalogue_dir=root / "catalogue")
