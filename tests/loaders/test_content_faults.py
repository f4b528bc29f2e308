"""Broken rule and catalogue files: every fault is named with its line and what to do about it, all at once.

The faults are folders, each with the lines that are told of it: tests/loaders/faults/README.md.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from recommender.analysis.lint import lint
from recommender.cli.main import main
from recommender.errors import ContentError
from recommender.loaders.content import load_content

HERE = Path(__file__).resolve().parent
SMALL = HERE / "small"
FAULTS = sorted(path for path in (HERE / "faults").iterdir() if path.is_dir())
EXPECTED = "expected.txt"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    return tmp_path


def lay_over(content: Path, *faults: Path) -> None:
    for fault in faults:
        shutil.copytree(fault, content, dirs_exist_ok=True, ignore=shutil.ignore_patterns(EXPECTED))


def expected(*faults: Path) -> list[str]:
    return sorted(line for fault in faults for line in (fault / EXPECTED).read_text(encoding="utf-8").splitlines())


def told(content: Path) -> list[str]:
    """Return what is told of a content: of its files, or of the whole of them where each is in order."""
    try:
        loaded = load_content(content / "rules", content / "catalogue")
    except ContentError as error:
        return sorted(str(fault) for fault in error.faults)
    return sorted({str(fault) for fault in lint(loaded.questionnaire, loaded.rule_set, loaded.catalogue)})


def test_the_content_that_faults_are_laid_over_has_none(content: Path) -> None:
    assert told(content) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_told_with_its_line_and_what_to_do(content: Path, fault: Path) -> None:
    lay_over(content, fault)
    assert told(content) == expected(fault) != []


def test_a_fault_folder_holds_what_differs_and_nothing_else() -> None:
    for fault in FAULTS:
        files = [path.relative_to(fault) for path in fault.rglob("*") if path.is_file() and path.name != EXPECTED]
        alike = [name for name in files if (SMALL / name).is_file()]
        assert files, fault.name
        assert [name for name in alike if (SMALL / name).read_bytes() == (fault / name).read_bytes()] == [], fault.name


def test_every_fault_is_reported_at_once(content: Path) -> None:
    names = ("tag-misspelt", "yes-without-quotes", "slug-with-a-blank", "topic-twice", "table-row-too-short")
    faults = [HERE / "faults" / name for name in names]
    lay_over(content, *faults)
    assert told(content) == expected(*faults)


def test_check_prints_the_faults_and_fails(
    content: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = HERE / "faults" / "tag-misspelt"
    lay_over(content, fault)
    monkeypatch.setenv("RULES_DIR", str(content / "rules"))
    monkeypatch.setenv("CATALOGUE_DIR", str(content / "catalogue"))
    assert main(["check"]) == 1
    assert all(line in capsys.readouterr().err for line in expected(fault))


def test_check_is_clean_on_the_shipped_content(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "no faults" in capsys.readouterr().out


def test_the_hash_changes_with_the_words_and_not_with_white_space(content: Path) -> None:
    before = load_content(content / "rules", content / "catalogue").hash
    path = content / "catalogue" / "tags.yaml"
    path.write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_content(content / "rules", content / "catalogue").hash == before
    [rule] = (content / "rules").glob("contraindications/CI-A12-*.yaml")
    rule.write_text(rule.read_text(encoding="utf-8").replace("say: a test", "say: another"), encoding="utf-8")
    assert load_content(content / "rules", content / "catalogue").hash != before
