"""Mutation of code: which slips are made, what is asked of their verdicts, and one slip tried in earnest."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from recommender.rule_mutants.accepted_survivors import load_explained
from tests.support.sample import spread
from tools.code_mutants.__main__ import EXPLAINED, parser, picked, problems_of, stale
from tools.code_mutants.operators import CodeMutant, mutants_of
from tools.code_mutants.runner import ROOT, SURVIVED, Target, Verdict
from tools.code_mutants.targets import TARGETS


@pytest.mark.parametrize(
    ("line", "slips"),
    [
        ("x = a < b", {"x = a <= b", "x = a >= b"}),
        ("x = a is b", {"x = a is not b"}),
        ("x = a and b", {"x = a or b", "x = b", "x = a"}),
        ("x = not a", {"x = a"}),
        ("x = a + b", {"x = a - b"}),
        ("x = 1", {"x = 2", "x = 0"}),
        ("x = 0", {"x = 1"}),
        ("x = True", {"x = False"}),
        ("x = 'word'", {"x = 'word~'"}),
        ("x = None", set()),
        ("x = a if b else c", {"x = a", "x = c"}),
        ("x = any(a)", {"x = all(a)"}),
        ("x = min(a, key=f)", {"x = max(a, key=f)", "x = min(a)"}),
        ("x = (a, b)", {"x = (b,)", "x = (a,)"}),
        ("x(a[b:])", {"pass", "x(a[:])"}),
        ("x = [a for a in b if c]", {"x = [a for a in b]"}),
        ("x = lambda: a", {"x = lambda: None"}),
        ("x[a] = b", {"pass"}),
        ("x(a)", {"pass"}),
        ("raise x", {"pass"}),
        ("x += a", {"pass"}),
        ("x: int = a", set()),
        ("'what a reader is told'", set()),
        ("from a import b", set()),
        ("x = f'words that a log tells {a}'", set()),
        ("Name = dict[str, int]", set()),
    ],
)
def test_each_kind_of_line_slips_in_its_ways(line: str, slips: set[str]) -> None:
    assert {mutant.source(line) for mutant in mutants_of(line, "m.py")} == slips


def test_each_kind_of_statement_slips_in_its_ways() -> None:
    source = """
def walk(steps):
    for step in steps:
        if step.ends:
            continue
        match step:
            case A():
                return step
            case B() | C():
                yield step
"""
    changes = [f"{mutant.where}: {mutant.change}" for mutant in mutants_of(source, "m.py")]
    assert changes == [
        "walk: if step.ends: -> if True:",
        "walk: if step.ends: -> if False:",
        "walk: continue -> break",
        "walk: continue -> pass",
        "walk: match step without case A()",
        "walk: match step without case B() | C()",
        "walk: return step -> return None",
        "walk: B() | C() without B()",
        "walk: B() | C() without C()",
        "walk: yield step -> yield from ()",
    ]


@pytest.mark.deep
@pytest.mark.parametrize("target", spread(TARGETS, 10, name=lambda target: target.path))
def test_every_mutant_of_the_code_is_another_program_with_a_key_of_its_own(target: Target) -> None:
    source = target.source
    mutants = target.mutants()
    original = ast.unparse(ast.parse(source))
    assert len({mutant.key for mutant in mutants}) == len(mutants) > 20
    for mutant in mutants:
        changed = mutant.source(source)
        compile(changed, target.path, "exec")
        assert changed != original, mutant.key


def test_every_survivor_that_is_explained_is_still_a_mutant() -> None:
    assert stale(load_explained(EXPLAINED)) == []
    assert stale({"recommender/gone.py f: a -> b": "why"}) == ["recommender/gone.py f: a -> b"]


MUTANT = CodeMutant("m.py", "f", 1, "a -> b", (), None)


def told(caught_by: str, explained: dict[str, str], number: int = 1, is_whole: bool = True) -> list[str]:
    found = [Verdict(MUTANT, caught_by)]
    found += [Verdict(replace(MUTANT, change=f"{other}"), "a test") for other in range(number - 1)]
    return list(problems_of(found, explained, is_whole))


def test_a_survivor_must_be_explained() -> None:
    assert told("a test", {}) == []
    (problem,) = told(SURVIVED, {}, number=20)
    assert MUTANT.key in problem and "explain it" in problem
    assert told(SURVIVED, {MUTANT.key: "why"}, number=20) == []


def test_an_explained_survivor_that_is_caught_after_all_is_refused() -> None:
    (problem,) = told("a test", {MUTANT.key: "why"})
    assert "is explained, but a test notices it" in problem


def test_too_many_survivors_are_refused_even_if_explained_but_not_in_a_sample() -> None:
    explained = {MUTANT.key: "why"}
    assert told(SURVIVED, explained, number=20) == []
    assert told(SURVIVED, explained, number=19) == ["m.py: less than 95% of the mutants are caught."]
    assert told(SURVIVED, explained, number=19, is_whole=False) == []


def test_a_budget_takes_the_mutants_that_the_seed_chooses() -> None:
    def keys(*arguments: str) -> list[str]:
        return [mutant.key for _, mutant in picked(TARGETS[:2], parser().parse_args(arguments))]

    assert keys("--count", "9", "--seed", "3") == keys("--count", "9", "--seed", "3")
    assert keys("--count", "9", "--seed", "3") != keys("--count", "9", "--seed", "4")
    assert set(keys("--count", "9")) < set(keys())
    assert len(keys("--seconds", "1")) == len(keys())


@pytest.mark.deep
def test_a_few_slips_are_tried_in_earnest() -> None:
    """Each in a process of its own, which this one must not be: it would carry the slip on."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.code_mutants", "approval_status", "--count", "3", "--processes", "1", "--all"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("tests/review/test_approval_status.py::") + done.stdout.count("survived: ") == 3
