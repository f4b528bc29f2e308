"""durable_rules, behind one class: the only module that imports it.

The C functions are used directly, one constant session at a time under a lock, because the library's own host and
actions are not safe under concurrent requests. See docs/engine.md for each trap and how it is kept away.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recommender.engine.compile import CountedPart, Shard, Wave, compile_stage
from recommender.engine.properties import RESERVED, Properties, Texts
from recommender.engine.staging import STAGE_FINDINGS, StagedRules, effective_stage
from recommender.engine.turns import Turns
from recommender.errors import DecisionError
from recommender.models.conditions import Found, atoms
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
_WARM = Shard("warm", {"_warm": {"all": [{"m": {"_g": "warm"}}]}}, {"_warm": "_warm"}, ())
_ACCEPTED = (0, 1)  # the engine's answers for a fact that matched, and for one that matched nothing


@dataclass(frozen=True, slots=True)
class _CompiledStage:
    """One stage of evaluation: its shards, and whether its rules read the effective stage."""

    waves: tuple[Wave, ...]
    reads_stage: bool = False


class RuleEngine:
    """One compiled rule set. Safe to share between threads; every evaluation leaves nothing behind."""

    def __init__(self, staged: StagedRules, questionnaire: Questionnaire) -> None:
        self._before_assembly = _before_assembly(staged, questionnaire)
        self._after_assembly = _after_assembly(staged, questionnaire)
        self.late_ids = frozenset(branch.id for branch in staged.after_assembly)

    def fire(self, intake: Intake) -> frozenset[str]:
        """Return the ids of the branches that fire before assembly.

        Raises:
            DecisionError: the engine refused a fact, or does not answer.
        """
        return self._before_assembly.fire(intake)

    def fire_after_assembly(self, intake: Intake) -> frozenset[str]:
        """Return the ids of the branches that look at the assembled routine and fire.

        Raises:
            DecisionError: the engine refused a fact, or does not answer.
        """
        return self._after_assembly.fire(intake) & self.late_ids

    @property
    def is_stuck(self) -> bool:
        """Whether the engine hangs, so that nobody can be given an answer."""
        return self._before_assembly.turns.is_stuck or self._after_assembly.turns.is_stuck


class _Program:
    """Stages that are worked through one after the other, as one ruleset of the engine with one session at a time."""

    def __init__(
        self, name: str, stages: tuple[_CompiledStage, ...], branches: Mapping[str, Branch], properties: Properties
    ) -> None:
        _refuse_colliding_names(RESERVED | properties.names)
        self._stages = stages
        self._properties = properties
        shards = [shard for stage in stages for wave in stage.waves for shard in wave]
        self._stands_for: dict[str, Branch | CountedPart] = {
            rule: branches[meant] if isinstance(meant, str) else meant
            for shard in shards
            for rule, meant in shard.stands_for.items()
        }
        rules = {rule: expression for shard in (*shards, _WARM) for rule, expression in shard.engine_rules.items()}
        self.turns = Turns()
        self._handle = durable_rules_engine.create_ruleset(name, json.dumps(rules))
        self._warm_up()

    def fire(self, intake: Intake) -> frozenset[str]:
        """Return the ids of every branch that fires.

        Raises:
            DecisionError: the engine refused a fact.
        """
        texts = self._properties.of_intake(intake)
        fired: dict[str, Branch] = {}
        with self.turns.taken():
            try:
                for stage in self._stages:
                    if stage.reads_stage:
                        self._properties.tell_findings(texts, [_effective_stage(list(fired.values()))])
                    for wave in stage.waves:
                        fired |= self._run(wave, texts)
            finally:
                self._forget()
        return frozenset(fired)

    def _run(self, wave: Wave, texts: Texts) -> dict[str, Branch]:
        """Tell the facts of a wave, return the branches that fire, and note what they derive and what is counted."""
        fired: dict[str, Branch] = {}
        counted: set[CountedPart] = set()
        for rule in self._assert_facts(wave, texts):
            meant = self._stands_for[rule]
            if isinstance(meant, CountedPart):
                counted.add(meant)
            else:
                fired[meant.id] = meant
        self._properties.tell_counts(texts, Counter(part.count for part in counted))
        self._properties.tell_findings(texts, (finding for branch in fired.values() for finding in branch.then.derive))
        return fired

    def _warm_up(self) -> None:
        """Fire one rule once: the engine may only delete a session in which something has fired."""
        with self.turns.taken():
            try:
                if self._assert_facts([_WARM], {}) != ["_warm"]:
                    raise DecisionError("durable_rules did not start: its warm-up rule did not fire")
            finally:
                self._forget()

    def _forget(self) -> None:
        with contextlib.suppress(durable_rules_engine.error):  # refused only where no session exists
            durable_rules_engine.delete_state(self._handle, _SESSION)

    def _assert_facts(self, shards: Iterable[Shard], texts: Texts) -> list[str]:
        """Return the engine rules that fire once the facts of the shards are told."""
        offset = None
        for shard in shards:
            code, offset = durable_rules_engine.assert_fact(self._handle, shard.fact(texts, _SESSION))
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


def _before_assembly(staged: StagedRules, questionnaire: Questionnaire) -> _Program:
    properties = Properties(questionnaire)
    layers = (
        _CompiledStage(compile_stage(str(number), layer, properties))
        for number, layer in enumerate(staged.finding_layers)
    )
    outcomes = _CompiledStage(compile_stage("outcomes", staged.outcomes, properties))
    plans = _CompiledStage(compile_stage("plans", staged.plans, properties), reads_stage=True)
    return _program("triage", (*layers, outcomes, plans), staged, properties)


def _after_assembly(staged: StagedRules, questionnaire: Questionnaire) -> _Program:
    """Return the program of what looks at the assembled routine: with the findings again, if any of it reads one."""
    properties = Properties(questionnaire)
    read = (atom for branch in staged.after_assembly for atom in atoms(branch.when))
    layers = staged.finding_layers if any(isinstance(atom, Found) for atom in read) else ()
    again = (_CompiledStage(compile_stage(f"late{number}", layer, properties)) for number, layer in enumerate(layers))
    late = _CompiledStage(compile_stage("late", staged.after_assembly, properties))
    return _program("after", (*again, late), staged, properties)


def _program(name: str, stages: tuple[_CompiledStage, ...], staged: StagedRules, properties: Properties) -> _Program:
    return _Program(name, stages, {branch.id: branch for branch in staged.every_branch}, properties)


def _effective_stage(fired: list[Branch]) -> str:
    """Return the finding that names the stage, given what fired before it is read."""
    findings: dict[str, bool | None] = {finding: True for branch in fired for finding in branch.then.derive}
    return STAGE_FINDINGS[effective_stage(findings, fired)]


def _refuse_colliding_names(names: frozenset[str]) -> None:
    """The engine tells property names apart by a 32-bit FNV-1a hash only."""
    seen: dict[int, str] = {}
    for name in sorted(names):
        value = 0x811C9DC5
        for byte in name.encode("ascii"):
            value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
        if value in seen:
            raise DecisionError(f"the engine cannot tell '{name}' from '{seen[value]}'. Rename one.")
        seen[value] = name
