"""durable_rules, behind one class: the only module that imports it.

The C functions are used directly, one constant session at a time under a lock, because the library's own host and
actions are not safe under concurrent requests. See docs/engine.md for each trap and how it is kept away.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from recommender.engine.compile import Shard, compile_stage
from recommender.engine.evaluate import View
from recommender.engine.staging import STAGE_FINDINGS, StagedRules, effective_stage
from recommender.errors import DecisionError
from recommender.models.questionnaire import Intake, Questionnaire
from recommender.models.rules import Branch

try:
    import durable_rules_engine
except ImportError as error:  # pragma: no cover - depends on how the extension was built
    raise ImportError(
        "durable_rules does not import: reinstall it with "
        "'CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject pip install --force-reinstall --no-binary :all: "
        "durable-rules==2.0.28' (needed on Python 3.13; `make` does it)."
    ) from error

_SESSION = "0"
_WARM: dict[str, Any] = {"_g": "warm"}
_ACCEPTED = (0, 1)  # the engine's answers for a fact that matched, and for one that matched nothing

Fact = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Stage:
    """One stage of evaluation: its shards, and whether its rules read the effective stage."""

    shards: tuple[Shard, ...]
    reads_stage: bool = False

    def facts(self, intake: Intake, fired: Iterable[Branch]) -> list[Fact]:
        """Return the facts of this stage, given what fired in the stages before it."""
        before = list(fired)
        findings: dict[str, bool | None] = {finding: True for branch in before for finding in branch.then.derive}
        if self.reads_stage:
            findings[STAGE_FINDINGS[effective_stage(findings, before)]] = True
        view = View(intake, findings)
        return [shard.fact(view) for shard in self.shards]


class RuleEngine:
    """One compiled rule set. Safe to share between threads; every evaluation leaves nothing behind."""

    def __init__(self, staged: StagedRules, questionnaire: Questionnaire) -> None:
        layers = [
            compile_stage(str(number), layer, questionnaire) for number, layer in enumerate(staged.finding_layers)
        ]
        self._findings = [_Stage(shards) for shards in layers]
        self._outcomes = _Stage(compile_stage("outcomes", staged.outcomes, questionnaire))
        self._plans = _Stage(compile_stage("plans", staged.plans, questionnaire), reads_stage=True)
        self._late = _Stage(compile_stage("late", staged.after_assembly, questionnaire))
        shards = [
            shard for stage in (*self._findings, self._outcomes, self._plans, self._late) for shard in stage.shards
        ]
        _refuse_colliding_names({name for shard in shards for name in shard.readers})
        branches = {branch.id: branch for branch in staged.every_branch}
        self._branch_of = {rule: branches[branch_id] for shard in shards for rule, branch_id in shard.branch_of.items()}
        self.late_ids = frozenset(branch.id for branch in staged.after_assembly)
        rules = {rule: expression for shard in shards for rule, expression in shard.engine_rules.items()}
        rules["_warm"] = {"all": [{"m": _WARM}]}
        self._lock = threading.Lock()
        self._handle = durable_rules_engine.create_ruleset("triage", json.dumps(rules))
        self._warm_up()

    def fire(self, intake: Intake) -> frozenset[str]:
        """Return the ids of the branches that fire before assembly.

        Raises:
            DecisionError: the engine refused a fact.
        """
        return self._evaluate(intake, (*self._findings, self._outcomes, self._plans))

    def fire_after_assembly(self, intake: Intake) -> frozenset[str]:
        """Return the ids of the branches that look at the assembled routine and fire.

        Raises:
            DecisionError: the engine refused a fact.
        """
        return self._evaluate(intake, (*self._findings, self._late)) & self.late_ids

    def _evaluate(self, intake: Intake, stages: Iterable[_Stage]) -> frozenset[str]:
        fired: dict[str, Branch] = {}
        with self._lock:
            try:
                for stage in stages:
                    for rule in self._assert_stage(stage.facts(intake, fired.values())):
                        branch = self._branch_of[rule]
                        fired[branch.id] = branch
            finally:
                self._forget()
        return frozenset(fired)

    def _warm_up(self) -> None:
        """Fire one rule once: the engine may only delete a session in which something has fired."""
        with self._lock:
            try:
                if self._assert_stage([_WARM]) != ["_warm"]:
                    raise DecisionError("durable_rules did not start: its warm-up rule did not fire")
            finally:
                self._forget()

    def _forget(self) -> None:
        with contextlib.suppress(durable_rules_engine.error):  # refused only where no session exists
            durable_rules_engine.delete_state(self._handle, _SESSION)

    def _assert_stage(self, facts: list[Fact]) -> list[str]:
        offset = None
        for fact in facts:
            message = json.dumps({**fact, "sid": _SESSION, "id": fact["_g"]})
            code, offset = durable_rules_engine.assert_fact(self._handle, message)
            if code not in _ACCEPTED:
                raise DecisionError(f"durable_rules refused a fact with code {code}")
        fired: list[str] = []
        if offset is None:
            return fired
        started = durable_rules_engine.start_action_for_state(self._handle, offset)
        action = started and started[1]
        while action is not None:  # '{"r1.0_7":{"m":{...}}}'
            fired.append(action[2 : action.index('"', 2)])
            action = durable_rules_engine.complete_and_start_action(self._handle, offset)
        return fired


def _refuse_colliding_names(names: set[str]) -> None:
    """The engine tells property names apart by a 32-bit FNV-1a hash only."""
    seen: dict[int, str] = {}
    for name in sorted(names):
        value = 0x811C9DC5
        for byte in name.encode("ascii"):
            value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
        if value in seen:
            raise DecisionError(f"the engine cannot tell '{name}' from '{seen[value]}'. Rename one.")
        seen[value] = name
