"""A signature is bound to what a rule means: a change of meaning anywhere changes exactly the digests that depend on it.

What depends on what is worked out in tests/support/dependents.py, from the raw files and not by the code under test.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from recommender.errors import ContentError
from recommender.loaders.content import load_content
from recommender.loaders.themes import THEMES_FILE
from recommender.models.content import Content
from recommender.review.release import needed
from recommender.rulebook.digest import digests
from recommender.rulebook.targets import Target, TargetKind
from tests.support.dependents import BACKGROUND, HISTORY, Leaf, Oracle, Place, leaves
from tests.support.quick_content import quick_loading
from tests.support.sample import small_and_whole

ROOT = Path(__file__).resolve().parents[2]
RULES, CATALOGUE = ROOT / "rules", ROOT / "catalogue"
LEAVES, SOME, LEAVES_IN_FULL = 2, 24, 118
SEED = 20260
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def raw_files(root: Path) -> dict[str, Any]:
    """Return every file but that of the themes, which sort the work of reviewers and are no part of what is signed."""
    return {
        path.relative_to(root).as_posix(): yaml.load(path.read_text(encoding="utf-8"), _LOADER)
        for path in sorted(root.rglob("*.yaml"))
        if path.name != THEMES_FILE
    }


def is_background(leaf: Leaf) -> bool:
    """Return whether no page and no reply shows a value, or is another by it. The lead still signs anew."""
    if "/figures/kit/" in leaf.path:
        return True  # what a drawing is made with: the drawing itself is signed
    key = leaf.place[0]
    if "/exercises/" in leaf.path:
        return key in BACKGROUND
    if leaf.path == "rules/rule-set.yaml":
        return key in ("version", "manifest", "ranks")  # a rank that no rule names
    if leaf.path.startswith("rules/") and "/questionnaire/" not in leaf.path:
        return key in HISTORY
    return (leaf.path, key) == ("catalogue/catalogue.yaml", "exercises")


@pytest.fixture(scope="module", autouse=True)
def quickly() -> Iterator[None]:
    with quick_loading():
        yield


@pytest.fixture(scope="module")
def files() -> dict[str, Any]:
    return {
        **{f"rules/{k}": v for k, v in raw_files(RULES).items()},
        **{f"catalogue/{k}": v for k, v in raw_files(CATALOGUE).items()},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(RULES, tmp_path / "rules")
    shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    return tmp_path


def loaded(folder: Path) -> Content:
    return load_content(folder / "rules", folder / "catalogue")


def hashes(content: Content) -> dict[Target, str]:
    return {target: digest.sha256 for target, digest in digests(content).items()}


def kind_of(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2])


def sampled(files: Mapping[str, Any], chance: random.Random, least: int) -> list[Leaf]:
    """Return leaves in an order that goes round all kinds of file, and of each kind through all of its keys."""
    by_kind: dict[str, dict[str, list[Leaf]]] = {}
    for path, data in files.items():
        for leaf in leaves(path, data):
            key = ".".join(step for step in leaf.place if isinstance(step, str))
            by_kind.setdefault(kind_of(path), {}).setdefault(key, []).append(leaf)
    rounds = []
    for keys in by_kind.values():
        queue = [chance.choice(found) for found in keys.values()]
        chance.shuffle(queue)
        rounds.append(queue + [chance.choice(chance.choice(list(keys.values()))) for _ in range(least)])
    return [leaf for group in zip(*rounds, strict=False) for leaf in group]


def other_values(leaf: Leaf, files: Mapping[str, Any], chance: random.Random) -> list[Any]:
    """Return values to try in its place: first free text, then words that stand under the same key elsewhere."""
    value = leaf.value
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [round(value / 2, 3)]
    key = [step for step in leaf.place if isinstance(step, str)][-1]
    alike = sorted(
        {
            other.value
            for path, data in files.items()
            if kind_of(path) == kind_of(leaf.path)
            for other in leaves(path, data)
            if [step for step in other.place if isinstance(step, str)][-1] == key
            and isinstance(other.value, str)
            and other.value != value
        }
    )
    chance.shuffle(alike)
    is_word = re.fullmatch(r"[\w/]+", value)
    return [*alike[:3], f"{value} Changed."] if is_word else [f"{value} Changed.", *alike[:3]]


def put(data: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(data, dict):
        return {key: put(part, rest, value) if key == step else part for key, part in data.items()}
    return [put(part, rest, value) if number == step else part for number, part in enumerate(data)]


def write(folder: Path, path: str, data: Any, **how: Any) -> None:
    (folder / path).write_text(
        yaml.safe_dump(data, allow_unicode=True, **{"sort_keys": False, **how}), encoding="utf-8"
    )


@pytest.mark.parametrize("least", small_and_whole(LEAVES, SOME, long=LEAVES_IN_FULL))
def test_a_changed_leaf_changes_exactly_the_digests_that_depend_on_it(
    folder: Path, files: dict[str, Any], least: int
) -> None:
    before = hashes(loaded(folder))
    release, waited_for = Target(TargetKind.RELEASE, "release"), set(needed(before))
    chance, tried, kinds, oracle = random.Random(SEED + least), set[Leaf](), dict[str, int](), Oracle(files)
    for leaf in sampled(files, chance, least):
        if len(tried) >= least:
            break
        if leaf in tried:
            continue
        for value in other_values(leaf, files, chance):
            changed = put(files[leaf.path], leaf.place, value)
            original = (folder / leaf.path).read_bytes()
            write(folder, leaf.path, changed)
            try:
                after = hashes(loaded(folder))
            except ContentError:
                continue
            finally:
                (folder / leaf.path).write_bytes(original)
            expected = oracle.dependents(leaf) | Oracle({**files, leaf.path: changed}).dependents(leaf) | {release}
            differing = {target for target in before.keys() | after.keys() if before.get(target) != after.get(target)}
            assert differing - oracle.screens() == expected - oracle.screens(), (leaf, value)
            assert expected <= differing, (leaf, value)
            # Nobody can change what people see, or are kept from, without a clinician who reads it.
            assert is_background(leaf) or differing & (waited_for | set(needed(after))), (leaf, value)
            tried.add(leaf)
            kinds[kind_of(leaf.path)] = kinds.get(kind_of(leaf.path), 0) + 1
            break
    assert len(tried) >= least
    if least == LEAVES_IN_FULL:
        # Whatever changes in the list of what the catalogue is made of is a fault of it.
        assert set(kinds) == {kind_of(path) for path in files} - {"catalogue/catalogue.yaml"}


@pytest.mark.deep
def test_the_order_of_keys_and_white_space_change_no_digest(folder: Path, files: dict[str, Any]) -> None:
    before = hashes(loaded(folder))
    for path, data in files.items():
        write(folder, path, turned(data), width=40, indent=6, default_flow_style=False)
    assert hashes(loaded(folder)) == before


def turned(value: Any) -> Any:
    """Return the same data with the keys of every mapping in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(part) for part in value] if isinstance(value, list) else value


def test_everything_that_people_see_or_are_kept_from_has_a_digest_of_its_own(recommender: Any) -> None:
    content: Content = recommender.content
    found = digests(content)
    wanted = {Target(TargetKind.RULE, rule.id) for rule in content.rule_set.rules}
    wanted |= {Target(TargetKind.EXERCISE, exercise.id) for exercise in content.catalogue.exercises}
    wanted |= {Target(TargetKind.DISPOSITION, str(level)) for level in content.catalogue.dispositions}
    wanted |= {Target(TargetKind.PAGE, page.id) for page in content.questionnaire.pages}
    wanted |= {Target(TargetKind.REGION, region) for region in content.catalogue.every_region}
    assert wanted < set(found)
    assert {target.kind for target in set(found) - wanted} == {
        *(TargetKind.REGION, TargetKind.WORDS, TargetKind.INTERFACE, TargetKind.SAFETY, TargetKind.POINT),
        TargetKind.RELEASE,
    }
    assert len({digest.sha256 for digest in found.values()}) == len(found)
    assert all(len(digest.sha256) == 64 and digest.parts for digest in found.values())


def test_a_rule_is_bound_to_the_words_of_the_answers_that_its_facts_count(recommender: Any) -> None:
    content: Content = recommender.content
    before = hashes(content)

    def reworded(question: str, option: str) -> set[str]:
        """Return the rules that are another version once an answer has one more word."""
        pages = tuple(
            replace(
                page,
                questions=tuple(
                    replace(
                        one,
                        options=tuple(
                            replace(offered, text=f"{offered.text} very")
                            if (one.id, offered.id) == (question, option)
                            else offered
                            for offered in one.options
                        ),
                    )
                    for one in page.questions
                ),
            )
            for page in content.questionnaire.pages
        )
        after = hashes(replace(content, questionnaire=replace(content.questionnaire, pages=pages)))
        return {target.id for target in after if target.kind is TargetKind.RULE and after[target] != before[target]}

    assert "FU-12" in reworded("fu_hard", "hard"), "it reads how many checks were hard"
    assert "FU-12" not in reworded("fu_hard", "easy")
