"""`recommender batch` says of every sheet of a file what the service says of it, whatever the form of the file."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from recommender.batch.columns import COLUMNS
from recommender.batch.rows import Answered, Counts, Row
from recommender.batch.workers import AHEAD, Forked
from recommender.errors import DecisionError, IntakeError, RecommenderError
from recommender.loaders.languages import SOURCE_LANGUAGE
from recommender.models.questionnaire import Intake
from recommender.presentation.localised import localise
from recommender.presentation.schemas.recommendation import RecommendationSchema
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.service.recommend import Recommender
from tests.support.sheet_files import FORMS, Batch, read_bad, read_outcomes, write_sheets

Sheets = list[dict[str, Any]]
BAD_ROWS = 3
# The processes of the tests have threads; the command that is run has none.
FORKS = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


def outcomes(recommender: Recommender, sheets: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the service says of each sheet, in the columns that are usual."""
    told = []
    for number, raw in enumerate(sheets, 1):
        found = recommender.recommend(recommender.sheet.read(raw))
        items = found.assembly.routine.items if found.assembly else ()
        told.append(
            {
                "id": f"p{number}",
                "level": found.level.value,
                "items": [item.exercise.id for item in items],
                "fired": list(dict.fromkeys(branch.rule_id for branch in found.fired)),
            }
        )
    return told


@pytest.fixture(scope="module")
def expected(recommender: Recommender, sheets: Sheets) -> list[dict[str, Any]]:
    return outcomes(recommender, sheets)


@pytest.mark.parametrize("form", FORMS)
def test_each_sheet_of_a_file_gets_what_the_service_gives_it(
    batch: Batch, sheets: Sheets, expected: list[dict[str, Any]], tmp_path: Path, parquet: None, form: str
) -> None:
    source = write_sheets(tmp_path / f"in.{form}", sheets)
    assert batch(source, tmp_path / f"out.{form}") == 0
    found = read_outcomes(tmp_path / f"out.{form}")
    assert [{name: row[name] for name in expected[0]} for row in found] == expected
    assert {row["level"] for row in found} >= {"routine", "emergency_now"}
    assert {row["kind"] for row in found if row["level"] == "routine_review"} <= {"check_in", "book", "ask_now"}


@pytest.mark.deep
@FORKS
def test_several_processes_write_the_same_bytes_as_one(batch: Batch, sheets: Sheets, tmp_path: Path) -> None:
    source = write_sheets(tmp_path / "in.csv", [*sheets, {"pain_score": 99}])
    for count in ("1", "2", "3"):
        status = batch(source, tmp_path / f"{count}.csv.gz", "--processes", count, "--chunk-rows", "3")
        assert status == BAD_ROWS
    for ending in ("csv.gz", "csv.gz.bad.csv"):
        first, *others = ((tmp_path / f"{count}.{ending}").read_bytes() for count in ("1", "2", "3"))
        assert others == [first, first]


def test_every_column_is_written_as_the_dictionary_says(
    batch: Batch, recommender: Recommender, sheets: Sheets, tmp_path: Path
) -> None:
    source = write_sheets(tmp_path / "in.jsonl", sheets[:12])
    assert (
        batch(source, tmp_path / "out.jsonl", "--columns", "all,reply", "--today", "2026-03-01", "--region", "GB") == 0
    )
    told = json.loads((tmp_path / "out.jsonl.dictionary.json").read_text(encoding="utf-8"))
    types: dict[str, Any] = {"text": str, "whole number": int, "list": list, "object": dict}
    rows = read_outcomes(tmp_path / "out.jsonl")
    assert [column["column"] for column in told["outcomes"]] == list(COLUMNS) == list(rows[0])
    for row in rows:
        for column in told["outcomes"]:
            value = row[column["column"]]
            assert value is None or isinstance(value, types[column["type"]]), column
            assert value is None or value in column.get("values", [value])
        assert RecommendationSchema().validate(row["reply"]) == {}
        assert row["reply"]["cases"] == row["cases"]
    assert {question["column"] for question in told["sheets"]} >= set(recommender.sheet.fields)
    assert told["rule_set"]["hash"] == recommender.content.hash


def test_a_full_reply_is_that_of_the_api(
    batch: Batch, recommender: Recommender, sheets: Sheets, tmp_path: Path
) -> None:
    source = write_sheets(tmp_path / "in.jsonl", sheets[:4])
    assert batch(source, tmp_path / "out.jsonl", "--columns", "reply", "--today", "2026-03-01") == 0
    localised = localise(recommender, SOURCE_LANGUAGE)
    for row, raw in zip(read_outcomes(tmp_path / "out.jsonl"), sheets, strict=False):
        found = recommender.recommend(recommender.sheet.read(raw))
        shown = localised.present(found, None, date(2026, 3, 1))
        assert row["reply"] == json.loads(json.dumps(shown))


WRONG: tuple[dict[str, Any], ...] = (
    {"pain_score": 99},
    {"rf_nerve": ["none", "saddle"]},
    {"rf_nerve": ["moon"]},
    {"age_band": None},
    {"preg_weeks": "lt_16"},
    {"main_task": {"task": "socks", "score": 99}},
)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_wrong_with_a_sheet_stands_in_the_file_of_bad_rows_with_the_codes_of_the_api(
    batch: Batch, recommender: Recommender, sheets: Sheets, tmp_path: Path, parquet: None, form: str
) -> None:
    base = next(raw for raw in sheets if "pain_score" in raw and "preg_weeks" not in raw)
    wrong = [{**base, **change} for change in WRONG]
    source = write_sheets(tmp_path / f"in.{form}", [base, *wrong, base])
    assert batch(source, tmp_path / f"out.{form}") == BAD_ROWS
    assert [row["id"] for row in read_outcomes(tmp_path / f"out.{form}")] == ["p1", f"p{len(wrong) + 2}"]
    first = {"csv": 2, "jsonl": 1, "parquet": 1}[form.partition(".")[0]]
    expected = []
    for number, raw in enumerate(wrong, 1):
        with pytest.raises(IntakeError) as refused:
            recommender.sheet.read({name: answer for name, answer in raw.items() if answer is not None})
        expected += [
            (str(first + number), f"p{number + 1}", fault.place, fault.told.code.value, str(fault.told))
            for fault in refused.value.faults
        ]
    assert [tuple(row.values()) for row in read_bad(tmp_path / f"out.{form}.bad.csv")] == expected


class Faulty(Recommender):
    """Fails on some sheets, in one way or another."""

    faults = ()
    wrong: dict[str, Exception]

    def recommend(self, intake: Intake, **more: Any) -> Any:
        for name, error in self.wrong.items():
            if raw_answers(intake.answers).get("age_band") == name:
                raise error
        return super().recommend(intake, **more)


def test_a_fault_of_the_engine_in_one_sheet_is_a_bad_row_and_never_a_routine(
    batch: Batch, recommender: Recommender, sheets: Sheets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = Faulty(recommender.content)
    faulty.wrong = {"25_44": DecisionError("they differ"), "70_plus": ZeroDivisionError("secret")}
    monkeypatch.setattr("recommender.cli.batch.load_recommender", lambda settings: faulty)
    assert batch(write_sheets(tmp_path / "in.csv", sheets), tmp_path / "out.csv") == BAD_ROWS
    ages = {f"p{number}": raw.get("age_band") for number, raw in enumerate(sheets, 1)}
    bad = {row["id"]: row["code"] for row in read_bad(tmp_path / "out.csv.bad.csv")}
    codes = {"25_44": "no_safe_answer", "70_plus": "internal_error"}
    assert bad == {name: codes[age] for name, age in ages.items() if age in codes}
    assert set(bad.values()) == set(codes.values())
    assert {row["id"] for row in read_outcomes(tmp_path / "out.csv")} == set(ages) - set(bad)
    assert "secret" not in (tmp_path / "out.csv.bad.csv").read_text(encoding="utf-8")


def test_a_run_whose_engine_hangs_stops_and_goes_on_later(
    batch: Batch,
    recommender: Recommender,
    sheets: Sheets,
    expected: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source, target = write_sheets(tmp_path / "in.jsonl", sheets), tmp_path / "out.jsonl"
    answered = 0

    def hang(intake: Intake) -> Any:
        nonlocal answered
        answered += 1
        if answered > 20:
            raise DecisionError("it does not answer")
        return Recommender.recommend(recommender, intake)

    with monkeypatch.context() as patch:
        patch.setattr(recommender, "recommend", hang)
        patch.setattr(type(recommender.engine), "is_stuck", property(lambda engine: answered > 20))
        assert batch(source, target, "--chunk-rows", "5") == 2
    assert "hangs" in capsys.readouterr().err
    assert not target.exists()
    assert batch(source, target, "--chunk-rows", "5") == 0
    assert [row["fired"] for row in read_outcomes(target)] == [row["fired"] for row in expected]


def test_rules_whose_self_test_finds_differences_answer_nothing(
    batch: Batch, recommender: Recommender, sheets: Sheets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = Recommender(recommender.content)
    torn.__dict__["faults"] = ("a sign is not caught",)
    monkeypatch.setattr("recommender.cli.batch.load_recommender", lambda settings: torn)
    assert batch(write_sheets(tmp_path / "in.jsonl", sheets), tmp_path / "out.jsonl") == 2
    assert not (tmp_path / "out.jsonl").exists()


@FORKS
def test_a_process_that_ends_is_told_with_the_lines_that_it_answered(sheets: Sheets) -> None:
    chunks = [(Row(number, str(number), {}),) for number in range(1, 9)]

    def answer(chunk: Any) -> Any:
        os._exit(7)

    with pytest.raises(RecommenderError, match=r"status 7.*lines 1 to 1|status 7.*lines 2 to 2"):
        list(Forked(answer, 2).in_order(chunks))


def test_nothing_comes_of_a_file_without_sheets(batch: Batch, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text("\n\n", encoding="utf-8")
    assert batch(source, tmp_path / "out.csv") == 0
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "id,level,kind,items,fired\n"


@FORKS
def test_no_chunk_is_lost_where_one_takes_so_long_that_the_others_wait_for_it() -> None:
    """The first is answered only once as many others are done as may be ahead of it."""
    gate = multiprocessing.get_context("fork").Semaphore(0)
    every = [(Row(number, str(number), {}),) for number in range(30)]

    def answer(chunk: Any) -> Answered:
        if chunk[0].line:
            gate.release()
        else:
            for _ in range(2 * AHEAD - 1):
                gate.acquire()
        return Answered(chunk[0].id.encode(), b"", Counts(1))

    found = [answered.written.decode() for answered in Forked(answer, 2).in_order(every)]
    assert found == [str(number) for number in range(30)]


class Forgetful:
    """Answers some chunks, and says nothing of the others."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def in_order(self, every: Iterable[Any]) -> Iterator[Answered]:
        return map(self._answer, islice(every, 2))


def test_a_run_that_was_not_answered_to_its_end_is_never_whole(
    batch: Batch,
    sheets: Sheets,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = write_sheets(tmp_path / "in.jsonl", sheets)
    with monkeypatch.context() as patch:
        patch.setattr("recommender.cli.batch.Alone", Forgetful)
        assert batch(source, tmp_path / "out.jsonl", "--chunk-rows", "4") == 2
    assert "not answered to its end" in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()
    assert batch(source, tmp_path / "out.jsonl", "--chunk-rows", "4") == 0
    assert len(read_outcomes(tmp_path / "out.jsonl")) == len(sheets)
