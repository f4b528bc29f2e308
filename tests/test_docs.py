"""What the documents name is there: paths, links, commands, settings and layers."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.cli.main import parser
from recommender.models.levels import Level, Stage
from recommender.service.recommend import Recommender
from recommender.settings import SETTING_ROWS
from tests.test_layers import LAYERS
from tools.screenshots import IN_README

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
FOLDERS = (
    *(".ci/", "benchmarks/", "catalogue/", "docs/", "recommender/", "rules/", "safety/", "tests/", "tools/"),
    "translations/",
)
# What is made by a command, kept at run time, or stands for names to put in.
NOT_KEPT = re.compile(r"[<*{]|^(FILE|ID-)")


def code(document: Path) -> list[str]:
    """Return what stands between backticks, and each line of the blocks of code."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    spans = CODE.findall(re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    return [words for words in (*spans, *lines) if words.strip()]


@EACH
def test_every_link_leads_to_a_file(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_shows_three_small_pictures_before_its_first_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r'<img src="([^"]+)"[^>]* alt="([^"]+)"', text.partition("```")[0])
    assert len(shown) == 3
    assert sum((ROOT / source).stat().st_size for source, _ in shown) < 150_000
    assert {Path(source).stem for source, _ in shown} == set(IN_README), "`make pictures` makes them all"


def paths(document: Path) -> Iterator[str]:
    for words in code(document):
        path = words.split()[0].split("::")[0]
        if path.startswith(FOLDERS) and not NOT_KEPT.search(path):
            yield path


@EACH
def test_every_path_is_there(document: Path) -> None:
    assert [path for path in paths(document) if not (ROOT / path).exists()] == []


@EACH
def test_every_file_named_alone_is_there(document: Path) -> None:
    """A file without its folder, such as `README.md` or `selftest.py`, is somewhere."""
    named = {words for words in code(document) if re.fullmatch(r"[\w.-]+\.(md|py|yaml|toml|txt|po)", words)}
    there = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*")} | {
        path.name for path in ROOT.iterdir()
    }
    missing = [name for name in named if not NOT_KEPT.search(name) and name not in there]
    assert missing == []


def commands(document: Path, program: str) -> Iterator[list[str]]:
    for words in code(document):
        if re.match(rf"{program}( |$)", words):
            yield shlex.split(words, comments=True)


@EACH
def test_every_target_of_make_is_in_the_makefile(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {words[1] for words in commands(document, "make") if len(words) > 1 and "=" not in words[1]}
    assert sorted(named - targets) == []


@EACH
def test_every_command_of_ours_can_be_given(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A command named alone may lack what it works on, but nothing else may be wrong with it."""
    for words in commands(document, "recommender"):
        try:
            parser().parse_args(words[1:])
        except SystemExit as ended:
            assert ended.code == 0 or "the following arguments are required" in capsys.readouterr().err, words


@EACH
def test_every_module_that_is_run_is_there(document: Path) -> None:
    for words in commands(document, "python"):
        if "-m" in words:
            module = words[words.index("-m") + 1]
            where = ROOT / module.replace(".", "/")
            assert module == "pytest" or where.with_suffix(".py").exists() or (where / "__main__.py").exists(), words


def test_the_settings_that_documents_name_are_settings() -> None:
    known = {row.name for row in SETTING_ROWS} | {
        "FORWARDED_ALLOW_IPS",
        "TEST_DATABASE_URL",
        "CPPFLAGS",
        "RLIMIT_FSIZE",
        "LD_PRELOAD",
    }
    named = {words for document in DOCUMENTS for words in code(document) if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", words)}
    assert named - known == set()


def test_contributing_names_the_layers_as_their_test_has_them() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"Imports only go down: `([^`]+)`", text)
    assert tuple(tuple(layer.split(", ")) for layer in told.split(" > ")) == LAYERS


def test_the_architecture_describes_every_package_in_the_order_of_the_layers() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("| package |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert told == [name for layer in LAYERS for name in layer if name not in ("__main__", "wsgi")]


def test_the_glossary_has_the_levels_and_stages_in_order(recommender: Recommender) -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert " < ".join(Level) in text
    assert ", ".join(f"`{stage}`" for stage in Stage) in text
    derived = {name for branch in recommender.content.rule_set.branches for name in branch.then.derive}
    assert "age50" in derived and "flexion_loaded" in recommender.content.catalogue.tags


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("0*.md"))
    for name in listed:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {int(name[:4])}. ")
        assert all(f"**{part}.**" in text for part in ("Decided", "Why", "Cost")), name


def test_every_defence_of_the_threat_model_has_a_test_that_there_is() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!threat|---)(.*) \|$", text, re.MULTILINE)
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"def (test_\w+)\(", tests))
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, row
        assert set(named) <= there, set(named) - there


def test_ci_runs_what_testing_says() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^make ([\w-]+)", script, re.MULTILINE) == [
        "lint",
        "check",
        "proved",
        "diff",
        "audit",
        "test",
        "test-deep",
    ]
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)


def test_documents_say_how_many_slips_in_the_code_make_test_deep_tries() -> None:
    makefile, testing, contributing = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "docs/testing.md", "CONTRIBUTING.md")
    )
    (count,) = re.findall(r"^CODE_MUTANT_COUNT \?= (\d+)$", makefile, re.MULTILINE)
    assert "tools.code_mutants --count $(CODE_MUTANT_COUNT)\n" in makefile
    assert f"approval status, {count} of them" in testing
    assert f"`make test-deep` tries {count}." in contributing
