"""Every value of every rule that the form offers can be set otherwise: the file says just that, and all else byte for byte."""

from __future__ import annotations

import copy
import difflib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recommender.loaders.content import load_content
from recommender.loaders.yaml_edit import GONE, edited, value_at
from recommender.loaders.yaml_source import read_text
from recommender.proposals.bench import Bench
from recommender.proposals.fields import FieldKind, RuleField
from recommender.proposals.patch import patch_of
from recommender.rulebook.digest import digests
from recommender.rulebook.targets import Target, TargetKind
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from tests.support.sample import spread

SETTINGS = read_settings({})
FILES = sorted(path for path in SETTINGS.rules_dir.glob("*/*.yaml") if path.parent.name != "questionnaire")
# What YAML would take for something else wherever it is written bare.
ODD = "is it: 'so', \"or\" # not\nsecond [line], {x}"


@pytest.fixture(scope="module")
def bench(recommender: Recommender) -> Bench:
    return Bench(recommender.content, SETTINGS.rules_dir, SETTINGS.catalogue_dir)


def others_for(field: RuleField) -> Iterator[tuple[str, ...]]:
    """Yield other values of a field: another number, word or text, one word more and one less, or nothing at all."""
    now = field.chosen
    unused = [choice.id for choice in field.choices if choice.id not in now]
    match field.kind:
        case FieldKind.NUMBER:
            yield ("17",)
        case FieldKind.TEXT:
            yield (ODD,)
            yield (("A longer text than any line of the file holds. " * 4).strip(),)
        case FieldKind.ONE | FieldKind.YES_NO:
            yield from ((one,) for one in unused[:1])
        case FieldKind.MANY:
            yield from ((*now, one) for one in unused[:1])
            yield from ((one,) for one in unused[:1])
            yield from (now[1:], now[:-1]) if len(now) > 1 else ()
        case FieldKind.ITEMS:
            yield (*now, ODD)
            yield (ODD, *now)
    if field.may_go and field.is_there:
        yield ()


def set_in(data: Any, location: tuple[Any, ...], value: Any) -> Any:
    data = copy.deepcopy(data)
    holder = value_at(data, location[:-1])
    if value is GONE:
        del holder[location[-1]]
    else:
        holder[location[-1]] = value
    return data


@pytest.mark.parametrize("path", spread(FILES, 8, name=lambda path: path.name[:6]))
def test_each_value_can_be_set_otherwise_and_nothing_else_changes(path: Path, bench: Bench) -> None:
    rule = next(one for one in bench.content.rule_set.rules if one.path.endswith(path.name))
    file = bench.open(rule.id)
    before = read_text(file.text, "").data
    comments = [line.partition("#")[2] for line in file.text.split("\n") if " # " in line]
    tried = 0
    for field in file.fields:
        for given in others_for(field):
            change = field.change(given)
            assert change is not None, (field.name, given)
            location, value = change
            if value is GONE and len(value_at(before, location[:-1])) == 1:
                continue  # the last key of a mapping: what it belongs to would go with it
            text = edited(file.text, dict([change]))
            tried += 1
            assert read_text(text, "").data == set_in(before, location, value), field.name
            assert all(comment in text for comment in comments)
            lines = list(difflib.ndiff(file.text.split("\n"), text.split("\n")))
            gone = sum(line.startswith("- ") for line in lines)
            assert gone <= _lines_of(file.text, before, location) + 1, (field.name, given)
    assert tried > 5


def _lines_of(text: str, data: Any, location: tuple[Any, ...]) -> int:
    """Return over how many lines the value at a place goes, or that of its holder where nothing stands there."""
    document = read_text(text, "")
    within = [line for place, line in document.lines.items() if place[: len(location)] == location]
    value = value_at(data, location)
    words = str(value) if value is not GONE else ""
    return (max(within) - min(within) if within else 0) + words.count("\n") + len(words) // 60 + 2


def test_a_form_sent_as_it_stands_changes_no_file(bench: Bench) -> None:
    for path in FILES[::9]:
        rule = next(one for one in bench.content.rule_set.rules if one.path.endswith(path.name))
        file = bench.open(rule.id)
        assert not bench.propose(file, {field.name: field.chosen for field in file.fields}).is_changed


def test_every_rule_has_a_form(bench: Bench) -> None:
    content = bench.content
    assert len(FILES) == len(content.rule_set.rules)
    for rule in content.rule_set.rules[::7]:
        names = {field.name for field in bench.open(rule.id).fields}
        assert {"/title", "/why", "/sources", "/strength"} <= names


def test_a_patch_applies_in_a_checkout_and_makes_the_very_rule_that_was_proposed(bench: Bench, tmp_path: Path) -> None:
    rule = next(rule for rule in bench.content.rule_set.rules if rule.id == "CI-A12")
    file = bench.open(rule.id)
    proposal = bench.propose(file, {"/when/limits": ("wrist", "kneel"), "/say": (ODD,), "/sources": ("nice_ng59",)})
    assert not proposal.faults
    subprocess.run(["cp", "-r", str(SETTINGS.rules_dir), str(tmp_path / "rules")], check=True)
    (tmp_path / "edit.patch").write_text(proposal.patch)
    subprocess.run(["git", "apply", "edit.patch"], cwd=tmp_path, check=True)
    loaded = load_content(tmp_path / "rules", SETTINGS.catalogue_dir)
    assert loaded.rule_set.by_id[rule.id] == proposal.rule
    assert digests(loaded)[Target(TargetKind.RULE, rule.id)].sha256 == proposal.sha256


def test_the_patch_of_a_file_without_a_last_line_end_applies(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("id: X\ntitle: One")
    (tmp_path / "edit.patch").write_text(patch_of("a.yaml", "id: X\ntitle: One", "id: X\ntitle: Two"))
    subprocess.run(["git", "apply", "edit.patch"], cwd=tmp_path, check=True)
    assert (tmp_path / "a.yaml").read_text() == "id: X\ntitle: Two"
