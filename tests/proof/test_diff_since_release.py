"""What the rules of a checkout are compared with: the last release, else where it left main, else the commit before."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.needs import left_out
from tools import diff_since_release
from tools.diff_since_release import Base, base_of

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Runs git in a new repository; ``commit`` makes a commit, and every command returns what it says."""
    if shutil.which("git") is None:
        left_out("git is not installed")
    for name, value in (("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")):
        monkeypatch.setenv(name, value)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ann")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ann@example.org")

    def run(*arguments: str, folder: Path = tmp_path) -> str:
        if arguments[0] == "commit":
            arguments = ("commit", "--quiet", "--allow-empty", "-m", arguments[1])
        return subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.strip()

    run("init", "--quiet", "--initial-branch=main")
    return run


def test_a_folder_without_a_history_has_nothing_to_compare_with(tmp_path: Path, git: Git) -> None:
    assert base_of(tmp_path) == "this is no checkout with a history"
    git("commit", "first")
    assert base_of(tmp_path) == "this is the first commit"


def test_on_main_it_is_the_commit_before(tmp_path: Path, git: Git) -> None:
    git("commit", "first")
    before = git("rev-parse", "HEAD")
    git("commit", "second")
    assert base_of(tmp_path) == Base(before, "the commit before this one; there is no release yet")


def test_on_a_branch_it_is_where_it_left_main_though_main_went_on(tmp_path: Path, git: Git) -> None:
    git("commit", "first")
    left = git("rev-parse", "HEAD")
    git("checkout", "--quiet", "-b", "work")
    git("commit", "one")
    git("commit", "two")
    git("checkout", "--quiet", "main")
    git("commit", "main goes on")
    git("checkout", "--quiet", "work")
    assert base_of(tmp_path) == Base(left, "where this left main")


def test_after_a_release_it_is_the_release_and_at_a_release_the_one_before(tmp_path: Path, git: Git) -> None:
    git("commit", "first")
    git("tag", "v0.1.0")
    git("commit", "second")
    git("tag", "a-note")
    git("commit", "third")
    assert base_of(tmp_path) == Base("v0.1.0", "the last release")
    git("tag", "v0.2.0")
    assert base_of(tmp_path) == Base("v0.1.0", "the last release")


def test_a_shallow_clone_says_that_it_is_one(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git("commit", "first")
    git("commit", "second")
    shallow = tmp_path / "shallow"
    git("clone", "--quiet", "--depth=1", f"file://{tmp_path}", str(shallow))
    told = base_of(shallow)
    assert isinstance(told, str) and "shallow clone" in told
    monkeypatch.chdir(shallow)
    assert diff_since_release.main() == 0
    assert capsys.readouterr().out == f"Compared with nothing: {told}.\n"


def test_it_says_what_it_compared_with_and_hands_on_what_diff_says(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git("commit", "first")
    before = git("rev-parse", "HEAD")
    git("commit", "second")
    monkeypatch.chdir(tmp_path)
    asked: list[list[str]] = []

    def recommender(arguments: list[str]) -> int:
        asked.append(arguments)
        return 1

    monkeypatch.setattr(diff_since_release, "recommender", recommender)
    assert diff_since_release.main() == 1
    assert asked == [["diff", before, ".", "--accepted"]]
    assert capsys.readouterr().out.startswith(f"Compared with {before[:12]}: the commit before this one")
