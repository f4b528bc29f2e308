"""The recommendation as the API, the page and the command line give it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recommender.cli.main import main
from recommender.figures.gallery import Gallery, drawings_of
from recommender.presentation.recommendation import present
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake, full_sheet


def shown(recommender: Recommender, given: dict[str, Any], region: str | None = "GB") -> dict[str, Any]:
    figures = recommender.content.figures
    gallery = Gallery(figures, drawings_of(figures))
    return present(recommender.recommend(full_intake(recommender, given)), recommender.content, region, gallery=gallery)


def test_every_result_records_fired_rules_and_rule_set_version(recommender: Recommender) -> None:
    for given in ({}, {"rf_nerve": ["saddle"]}, {"told_no_exercise": "yes"}):
        told = shown(recommender, given)
        assert "RF-R16" in told["fired"]
        assert told["rule_set"] == {
            "version": recommender.content.rule_set.version,
            "hash": recommender.content.hash,
            "approved": False,
        }


def test_the_result_says_that_it_is_not_approved(recommender: Recommender) -> None:
    assert "not yet approved" in shown(recommender, {})["not_approved"]


def test_a_reason_names_the_persons_own_answers(recommender: Recommender) -> None:
    told = shown(recommender, {"rf_nerve": ["saddle"]})
    first = told["disposition"]["reasons"][0]
    assert first["rule"] == "RF-E01"
    assert [(answer["question"], answer["option"]) for answer in first["answers"]] == [("rf_nerve", "saddle")]


def test_a_reason_through_a_finding_names_the_answers_below_it(recommender: Recommender) -> None:
    given = {"worse_with": ["sitting"], "better_with": ["arching_back"]}
    items = shown(recommender, given)["routine"]["items"]
    behind = {
        answer["option"] for item in items for why in item["why"] if why["rule"] == "IN-02" for answer in why["answers"]
    }
    assert {"sitting", "arching_back"} <= behind


@pytest.mark.parametrize(
    "given",
    [{"rf_nerve": ["saddle"]}, {"rf_illness": ["fever"]}, {"rf_illness": ["weight_loss"]}, {"told_no_exercise": "yes"}],
)
def test_above_routine_review_no_exercise_is_named(recommender: Recommender, given: dict[str, Any]) -> None:
    told = shown(recommender, given)
    assert told["routine"] is None and told["left_out"] == []
    text = json.dumps(told).lower()
    names = {exercise.name.lower() for exercise in recommender.content.catalogue.exercises} - {"walking"}
    assert [name for name in names if name in text] == []


def test_numbers_come_from_the_region_and_no_country_is_guessed(recommender: Recommender) -> None:
    assert "999" in shown(recommender, {"rf_nerve": ["saddle"]}, "GB")["disposition"]["act"]
    assert "911" in shown(recommender, {"rf_nerve": ["saddle"]}, "US")["disposition"]["act"]
    assert "your emergency number" in shown(recommender, {"rf_nerve": ["saddle"]}, None)["disposition"]["act"]


def test_easier_and_harder_are_named_only_if_allowed(recommender: Recommender) -> None:
    for given in ({}, {"limits": ["lie_back"]}, {"conditions": ["glaucoma"]}):
        told = shown(recommender, given)
        refused = {
            left["exercise"]
            for left in told["left_out"]
            if left["because"] in ("contraindicated", "no_equipment_or_place", "never_automatic")
        }
        for item in told["routine"]["items"]:
            assert item["easier"] not in refused and item["harder"] not in refused


@pytest.mark.deep
def test_the_command_line_prints_what_the_service_says(
    recommender: Recommender, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGION", "GB")
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"answers": full_sheet(recommender, {})}), encoding="utf-8")
    assert main(["recommend", str(path)]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(shown(recommender, {})))


def test_the_command_line_refuses_a_sheet_with_instructions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"answers": {"age_band": "25_44"}}), encoding="utf-8")
    assert main(["recommend", str(path)]) == 1
    assert "rf_nerve" in json.loads(capsys.readouterr().err)["errors"]


def test_a_move_that_stands_in_says_so(recommender: Recommender) -> None:
    items = shown(recommender, {"limits": ["wheelchair", "stand", "floor"], "place": "chair_only"})["routine"]["items"]
    swapped = [why for item in items for why in item["why"] if why["rule"] == "CI-A20"]
    assert swapped
    assert {why["text"] for why in swapped} == {recommender.content.catalogue.words.stand_in}


def test_a_desk_break_carries_steps_and_watch_outs(recommender: Recommender) -> None:
    told = shown(recommender, {"sit_hours": "gt_8", "sit_where": "desk", "age_band": "65_69"})
    assert told["breaks"]
    for item in told["breaks"][0]["items"]:
        assert item["steps"] and item["cautions"] and item["why"]


def test_somebody_worse_with_standing_warms_up_sitting(recommender: Recommender) -> None:
    given = {"worse_with": ["standing_walking"], "better_with": ["sitting_bending"]}
    for minutes in ("3", "5", "10", "15", "20"):
        first = shown(recommender, {**given, "minutes": minutes})["routine"]["items"][0]
        assert first["position"] == "chair", minutes
