"""What a proposed rule does to people: in a process of its own, bounded, one at a time, and never taken for "no change"."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.proposals.bench import Bench
from recommender.proposals.drafts import Draft, Drafts
from recommender.proposals.impact_run import Bounds, ImpactRuns, State, Told, _environment
from recommender.service.recommend import Recommender
from recommender.settings import Settings, read_settings
from tests.support.proposing import RULE, WIDER, few_vignettes

KEY = b"k" * 32
# Whoever was told not to exercise is given a routine all the same.
RED_FLAG = "RF-P01"
LOOSER = {
    "/then/disposition/level": ["routine_review"],
    "/then/disposition/kind": ["book"],
    "/then/disposition/within": ["P14D"],
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    vignettes = few_vignettes(tmp_path / "vignettes")
    given = {"DATA_DIR": str(tmp_path), "VIGNETTES_DIR": str(vignettes)}
    return read_settings(given)


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path, KEY)


@pytest.fixture(scope="module")
def bench(recommender: Recommender) -> Bench:
    known = read_settings({})
    return Bench(recommender.content, known.rules_dir, known.catalogue_dir)


def draft_of(bench: Bench, given: Mapping[str, Sequence[str]] = WIDER, rule: str = RULE) -> Draft:
    file = bench.open(rule)
    proposal = bench.propose(file, given)
    assert not proposal.faults
    return Draft(bench.content.hash, rule, file.rule.path, file.sha256, proposal.text, given)


def worked_out(runs: ImpactRuns, draft: Draft) -> Told:
    assert runs.begin(draft)
    while (told := runs.told(draft.name)).state is State.RUNNING:
        time.sleep(0.05)
    return told


def workers() -> list[str]:
    """Return the processes of ours that work out an impact."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words, status = (place / "cmdline").read_text(), (place / "status").read_text()
        except OSError:
            continue
        if "impact_worker" in words and f"PPid:\t{os.getpid()}\n" in status:
            found.append(place.name)
    return found


@pytest.mark.deep
def test_whom_an_edit_makes_less_safe_is_told_first(
    bench: Bench, drafts: Drafts, settings: Settings, tmp_path: Path
) -> None:
    """And that the service would not start with it: a sign of danger would not be caught any more."""
    own = replace(settings, vignettes_dir=few_vignettes(tmp_path / "own", "red_flags", RED_FLAG))
    told = worked_out(ImpactRuns(drafts, own), draft_of(bench, LOOSER, RED_FLAG))
    assert told.state is State.DONE, told.why
    assert told.found["met"]["crowd"] == 500
    assert told.found["counts"]["less_safe"] > 0
    groups = [one["group"] for one in told.found["affected"]]
    assert groups[0] == "less_safe"
    assert groups == sorted(groups, key=["less_safe", "turned_away", "otherwise"].index)
    assert told.found["affected"][0]["told"]
    assert told.found["not_served"]


def test_what_takes_too_long_is_killed_and_said_so(bench: Bench, drafts: Drafts, settings: Settings) -> None:
    told = worked_out(ImpactRuns(drafts, settings, Bounds(seconds=1)), draft_of(bench))
    assert (told.state, told.why, told.found) == (State.FAILED, "It took more than 1 seconds, and was ended.", {})
    assert workers() == []


@pytest.mark.deep
@pytest.mark.parametrize("bounds", [Bounds(megabytes=50), Bounds(processor_seconds=1)], ids=["memory", "processor"])
def test_what_needs_too_much_is_ended_by_the_system(
    bounds: Bounds, bench: Bench, drafts: Drafts, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    told = worked_out(ImpactRuns(drafts, settings, bounds), draft_of(bench))
    assert (told.state, told.found) == (State.FAILED, {})
    assert "broke off" in told.why
    assert "the impact of a proposed edit broke off with" in caplog.text, "whoever runs the service can see it"


@pytest.mark.deep
def test_other_rule_files_than_those_that_run_are_not_compared(
    bench: Bench, drafts: Drafts, settings: Settings
) -> None:
    draft = draft_of(bench)
    other = Draft("0" * 64, draft.rule, draft.path, draft.base, draft.text, draft.given)
    told = worked_out(ImpactRuns(drafts, settings), other)
    assert told.state is State.FAILED
    assert "not those that run here" in told.why


def test_one_is_worked_out_at_a_time(bench: Bench, drafts: Drafts, settings: Settings) -> None:
    runs = ImpactRuns(drafts, settings)
    drafts.folder.mkdir(parents=True)
    with open(drafts.folder / "running.lock", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert not runs.begin(draft_of(bench))
    assert runs.told(draft_of(bench).name).state is State.NONE


def test_what_was_broken_off_with_the_service_is_told_as_that(bench: Bench, drafts: Drafts, settings: Settings) -> None:
    draft = draft_of(bench)
    drafts.keep_impact(draft.name, {"state": "running"})
    told = ImpactRuns(drafts, settings).told(draft.name)
    assert (told.state, told.found) == (State.FAILED, {})
    assert "stopped" in told.why


def test_a_result_that_somebody_changed_counts_as_none(bench: Bench, drafts: Drafts, settings: Settings) -> None:
    draft = draft_of(bench)
    drafts.keep(draft)
    drafts.keep_impact(draft.name, {"state": "done", "found": {"counts": {"less_safe": 3}}})
    for file in drafts.folder.glob("*.json"):
        file.write_text(file.read_text().replace("less_safe", "otherwise").replace("kneel", "floor"))
    assert ImpactRuns(drafts, settings).told(draft.name).state is State.NONE
    assert drafts.draft(draft.name) is None


def test_a_name_that_leads_elsewhere_names_no_draft(drafts: Drafts, tmp_path: Path) -> None:
    (tmp_path / "secret.draft.json").write_text(json.dumps({"told": {}, "mac": ""}))
    for name in ("../secret", "..", "", "a" * 31, f"{'a' * 32}\n"):
        assert drafts.draft(name) is None


def test_the_process_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL", "AUDIT_KEY", "MAIL_PASSWORD"):
        monkeypatch.setenv(name, "not to be told")
    assert "not to be told" not in _environment().values()


def test_only_the_newest_drafts_are_kept(bench: Bench, drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.proposals.drafts._MOST_KEPT", 2)
    made = [draft_of(bench, {"/title": [f"Hands {number}"]}) for number in range(3)]
    for number, draft in enumerate(made):
        drafts.keep(draft)
        os.utime(drafts.folder / f"{draft.name}.draft.json", (number, number))
    drafts.keep(made[2])
    assert [drafts.draft(one.name) is not None for one in made] == [False, True, True]
