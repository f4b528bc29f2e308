"""What a change does to people: one threshold that moves, one exclusion and one word, each under both rule sets."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.cli.main import main
from recommender.lab.impact import CROWD, VIGNETTE, Affected, Comparing, Effect, Impact
from recommender.loaders.content import load_content
from recommender.loaders.vignettes import Vignette, load_baseline, load_vignettes
from recommender.models.actions import Exclusion, Scope
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.review.impact_record import impact_name, read_impact, write_impact
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.settings.folders import content_folder
from tests.support.sheets import intake_of
from tests.support.signing import KEY

FACT = "findings/FACT-01-*.yaml"


def edited(folder: Path, pattern: str, change: Callable[[str], str]) -> Content:
    """Return the content with one file of the rules changed, from files of its own in this folder."""
    for name in ("rules", "catalogue"):
        shutil.copytree(content_folder(name), folder / name)
    (file,) = (folder / "rules").glob(pattern)
    before = file.read_text(encoding="utf-8")
    file.write_text(change(before), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != before
    return load_content(folder / "rules", folder / "catalogue")


def from_60(text: str) -> str:
    return text.replace("'50_59', ", "")


def some_vignettes(question: str, value: str) -> list[Vignette]:
    """Return every vignette with an answer, and one in forty of the others."""
    every = load_vignettes(read_settings({}).vignettes_dir)
    named = [one for one in every if value in str(one.answers.get(question, ""))]
    return [*named, *[one for one in every if one not in named][::40]]


def comparing(old: Content, new: Content) -> Comparing:
    folder = read_settings({}).vignettes_dir
    return Comparing(old, new, load_baseline(folder), load_baseline(folder, "follow_up"))


@pytest.fixture(scope="module")
def from_60_on(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """The rules with the age of FACT-01 moved from 50 to 60."""
    return edited(tmp_path_factory.mktemp("from_60"), FACT, from_60)


@pytest.fixture(scope="module")
def impact(recommender: Recommender, from_60_on: Content) -> Impact:
    return comparing(recommender.content, from_60_on).impact(some_vignettes("age_band", "50_59"), crowd=600, seed=16)


@pytest.mark.deep
class TestOneThreshold:
    def test_at_least_eight_vignettes_become_less_urgent_and_stand_first(self, impact: Impact) -> None:
        less_urgent = [one for one in impact.affected if one.effect is Effect.LEVEL_FALLS]
        assert list(impact.affected[: len(less_urgent)]) == less_urgent
        vignettes = [one for one in less_urgent if one.source == VIGNETTE]
        assert len(vignettes) >= 8
        assert all(rank_of(one, "after") < rank_of(one, "before") for one in less_urgent)

    def test_the_worst_come_first(self, impact: Impact) -> None:
        badness = [one.badness for one in impact.affected]
        assert badness == sorted(badness)
        falls = [rank_of(one, "before") for one in impact.affected if one.effect is Effect.LEVEL_FALLS]
        assert falls == sorted(falls, reverse=True) and falls[0] == Level.URGENT_SAME_DAY.rank

    def test_each_is_told_as_a_person_with_a_case_that_the_lab_takes(
        self, recommender: Recommender, impact: Impact
    ) -> None:
        for one in impact.affected[:12]:
            assert any("50" in line for line in one.told), one.told
            answers, messages = recommender.sheet.read_some(one.case["answers"], recommender.sheet.fields)
            assert answers and not messages

    def test_nobody_of_another_age_is_touched(self, impact: Impact) -> None:
        assert {one.case["answers"]["age_band"] for one in impact.affected} == {"50_59"}

    def test_people_of_the_crowd_are_told_by_kind_with_how_many_there_are(self, impact: Impact) -> None:
        crowd = [one for one in impact.affected if one.source == CROWD]
        assert crowd and impact.met[CROWD] == 600
        assert len({one.kind for one in crowd}) == len(crowd)
        assert sum(one.count for one in crowd) < 600

    def test_the_change_back_makes_nobody_less_urgent(self, recommender: Recommender, from_60_on: Content) -> None:
        back = comparing(from_60_on, recommender.content).impact(some_vignettes("age_band", "50_59"))
        assert [one for one in back.affected if one.effect is Effect.LEVEL_FALLS] == []
        assert back.affected


def rank_of(one: Affected, side: str) -> int:
    level: Level = getattr(one, side).level
    return level.rank


@pytest.mark.deep
def test_the_same_crowd_comes_from_the_same_seed_on_any_number_of_cores(
    recommender: Recommender, from_60_on: Content
) -> None:
    one, two = (
        comparing(recommender.content, from_60_on).impact((), crowd=600, seed=3, processes=processes)
        for processes in (1, 2)
    )
    assert one == two and one.affected


@pytest.mark.deep
def test_a_move_that_a_rule_left_out_before_is_less_safe_though_no_level_falls(recommender: Recommender) -> None:
    """The rules of before are those of now, with one more move left out by a case that fires for this person."""
    content = recommender.content
    vignette = next(one for one in load_vignettes(read_settings({}).vignettes_dir) if one.path.startswith("journeys/"))
    result = recommender.recommend(intake_of(recommender, vignette))
    assert result.assembly is not None
    form, fired = result.assembly.routine.items[1].form, result.decision.fired[0]
    more = (*fired.then.exclude, Exclusion(Scope(forms=frozenset({form.key}))))
    strict = replace(fired, then=replace(fired.then, exclude=more))
    rules = tuple(
        replace(rule, branches=tuple(strict if one.id == fired.id else one for one in rule.branches))
        for rule in content.rule_set.rules
    )
    before = replace(content, rule_set=replace(content.rule_set, rules=rules))
    [first] = comparing(before, content).impact([vignette]).affected
    assert form.key in first.moves_back
    assert first.effect is Effect.MOVE_IS_BACK and first.effect.is_less_safe
    assert first.moves_back and set(first.moves_back) <= {move.key for move in first.after.moves}
    assert not set(first.moves_back) & {move.key for move in first.before.moves}
    assert first.before.level is first.after.level


@pytest.mark.deep
def test_a_rule_that_the_package_itself_holds_is_missed_and_nothing_is_shown(
    recommender: Recommender, tmp_path: Path
) -> None:
    other = edited(
        tmp_path, "contraindications/CI-A12-*.yaml", lambda text: text.replace("includes: wrist", "includes: kneel")
    )
    first = comparing(recommender.content, other).impact(some_vignettes("limits", "wrist")).affected[0]
    assert first.effect is Effect.TURNED_AWAY and first.after.level is None and first.after.moves == ()


def test_a_word_that_changes_affects_nobody(recommender: Recommender) -> None:
    rules = tuple(
        replace(rule, branches=tuple(replace(one, say="Something else.") for one in rule.branches))
        for rule in recommender.content.rule_set.rules
    )
    content = replace(recommender.content, rule_set=replace(recommender.content.rule_set, rules=rules))
    vignettes = load_vignettes(read_settings({}).vignettes_dir)[:30]
    assert comparing(recommender.content, content).impact(vignettes, crowd=40).affected == ()


def record(old: str = "a" * 64, new: str = "b" * 64) -> dict[str, object]:
    return {"old": {"hash": old}, "new": {"hash": new}, "affected": []}


class TestRecord:
    def test_it_is_read_again_by_whoever_holds_the_key(self, tmp_path: Path) -> None:
        path = tmp_path / impact_name("a" * 64, "b" * 64)
        assert path.name == "impact-aaaaaaaaaaaa-bbbbbbbbbbbb.json"
        write_impact(path, KEY, record())
        assert read_impact(path, KEY) == record()
        assert read_impact(path, b"another key, as long as the first") is None

    def test_what_is_altered_or_named_after_other_rules_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / impact_name("a" * 64, "b" * 64)
        write_impact(path, KEY, record())
        told = json.loads(path.read_text(encoding="utf-8"))
        for altered in ({**told, "affected": [1]}, {**told, "mac": "0" * 64}, {**told, "more": 1}, [], {}):
            path.write_text(json.dumps(altered), encoding="utf-8")
            assert read_impact(path, KEY) is None
        other = tmp_path / impact_name("c" * 64, "b" * 64)
        write_impact(other, KEY, record())
        assert read_impact(other, KEY) is None


@pytest.mark.deep
@pytest.mark.usefixtures("solver", "diagrams")
def test_the_command_keeps_a_signed_record_with_every_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], recommender: Recommender
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("AUDIT_KEY", KEY.decode())
    vignettes = read_settings({}).vignettes_dir
    shutil.copytree(vignettes / "findings", tmp_path / "vignettes" / "findings")
    shutil.copy(vignettes / "baseline.yaml", tmp_path / "vignettes")
    monkeypatch.setenv("VIGNETTES_DIR", str(tmp_path / "vignettes"))
    new = edited(tmp_path / "new", FACT, from_60)
    old = str(content_folder("rules").parent)
    status = main(["diff", old, str(tmp_path / "new"), "--crowd", "300", "--seed", "2", "--record"])
    assert status == 1, "somebody is less safe"
    path = tmp_path / "data" / "impact" / impact_name(recommender.content.hash, new.hash)
    told = read_impact(path, KEY)
    assert told is not None, capsys.readouterr().err
    assert told["affected"][0]["effect"] == "level_falls" and told["affected"][0]["is_less_safe"]
    assert [one["case"] for one in told["sentences"]] == ["FACT-01"]
    assert any("50\N{EN DASH}59" in str(one["before"]) for one in told["texts"]), "logic is told in sentences"
    assert told["exact"]["less_safe"] and all(shift["sheets"] for shift in told["exact"]["shifts"][:1])
    assert (told["met"]["crowd"], told["seed"]) == (300, 2)
    wrong = tmp_path / "wrong.json"
    assert main(["diff", old, str(tmp_path / "new"), "--record", str(wrong)]) == 2
    assert "is named by both rule sets" in capsys.readouterr().err and not wrong.exists()
