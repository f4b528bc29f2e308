"""The table of the blind test: each result follows from its verdicts, and the page counts what the table holds."""

from __future__ import annotations

import csv
from pathlib import Path

from recommender.models.figures import Figures

DOCS = Path(__file__).resolve().parents[2] / "docs"
# What did not pass at one reading is read again at the next, among others that had passed.
READINGS = tuple(
    f"recognition-2026-11{which}.csv" for which in ("", "-second", "-third", "-fourth", "-fifth", "-sixth")
)
VERDICTS = ("verdict_1", "verdict_2", "verdict_3")


def read(name: str) -> list[dict[str, str]]:
    with (DOCS / "figures" / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def rows() -> list[dict[str, str]]:
    return [row for name in READINGS for row in read(name)]


def test_a_form_passes_if_two_readers_recognise_it_and_none_sees_another_movement() -> None:
    wrong = []
    for row in rows():
        verdicts = [row[name] for name in VERDICTS]
        passed = verdicts.count("yes") >= 2 and "other" not in verdicts
        if row["result"] != ("pass" if passed else "not passed"):
            wrong.append(row["form"])
    assert wrong == []


def test_every_picture_has_three_answers_with_a_verdict_known() -> None:
    for name in READINGS:
        table = read(name)
        assert len({row["form"] for row in table}) == len({row["picture"] for row in table}) == len(table)
    table = rows()
    assert {row[name] for row in table for name in VERDICTS} == {"yes", "part", "other"}
    assert [row["form"] for row in table if not all(row[f"answer_{reader}"] for reader in (1, 2, 3))] == []


def test_what_is_not_said_right_is_explained() -> None:
    right = ["yes", "yes", "yes"]
    assert [r["form"] for r in rows() if bool(r["read_otherwise"]) == ([r[name] for name in VERDICTS] == right)] == []


def test_the_page_counts_and_names_what_did_not_pass() -> None:
    page = (DOCS / "figures.md").read_text(encoding="utf-8")
    results = {row["form"]: row["result"] for row in rows()}
    failed = [form for form, result in results.items() if result == "not passed"]
    assert f"{len(results) - len(failed)} of {len(results)} forms pass, {len(failed)} do not" in page
    assert [form for form in failed if f"`{form}`" not in page] == []


def test_every_form_has_been_read_or_the_page_says_that_it_has_not(figures: Figures) -> None:
    page = (DOCS / "figures.md").read_text(encoding="utf-8")
    read_forms = {row["form"] for row in rows()}
    shipped = {f"{exercise}/{form}" for exercise, poses in figures.exercises.items() for form in poses.forms}
    assert read_forms - shipped == set()
    assert [form for form in sorted(shipped - read_forms) if f"`{form}`" not in page] == []
