"""Sort the branches of a rule set into the stages in which they are worked out.

Findings come first, in layers, so that a finding is complete before anything reads it. Then outcomes and stage caps.
Then, with the effective stage known, everything else. Last, what looks at the assembled routine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from recommender.errors import ContentError, Fault
from recommender.models.conditions import Found, Number, atoms
from recommender.models.levels import Stage
from recommender.models.rules import Branch, RuleSet

STAGE_FINDINGS = {stage: f"stage={stage}" for stage in Stage}
_BASE_STAGE = {f"base_stage={stage}": stage for stage in Stage}


@dataclass(frozen=True)
class StagedRules:
    """Branches by stage. ``finding_layers`` are in order; a layer reads only findings of layers before it."""

    finding_layers: tuple[tuple[Branch, ...], ...]
    outcomes: tuple[Branch, ...]
    plans: tuple[Branch, ...]
    after_assembly: tuple[Branch, ...]

    @cached_property
    def every_branch(self) -> tuple[Branch, ...]:
        findings = (branch for layer in self.finding_layers for branch in layer)
        return (*findings, *self.outcomes, *self.plans, *self.after_assembly)

    @cached_property
    def derivations(self) -> Mapping[str, tuple[Branch, ...]]:
        """The branches that derive each finding."""
        found: defaultdict[str, list[Branch]] = defaultdict(list)
        for layer in self.finding_layers:
            for branch in layer:
                for finding in branch.then.derive:
                    found[finding].append(branch)
        return MappingProxyType({finding: tuple(branches) for finding, branches in found.items()})

    @cached_property
    def behind(self) -> Mapping[str, tuple[Branch, ...]]:
        """The branches behind each finding and each effective stage: what derived it, or capped the stage to it."""
        stages = {
            STAGE_FINDINGS[stage]: (
                *self.derivations.get(f"base_stage={stage}", ()),
                *(branch for branch in self.outcomes if branch.then.cap_stage is stage),
            )
            for stage in Stage
        }
        return MappingProxyType({**self.derivations, **stages})

    def layers_behind(self, branches: Iterable[Branch]) -> tuple[tuple[Branch, ...], ...]:
        """Return the layers of findings with only what these branches read, directly or through other findings."""
        read = {finding for branch in branches for finding in _reads_findings(branch)}
        layers: list[tuple[Branch, ...]] = []
        for layer in reversed(self.finding_layers):
            layers.insert(0, tuple(branch for branch in layer if not read.isdisjoint(branch.then.derive)))
            read.update(finding for branch in layers[0] for finding in _reads_findings(branch))
        return tuple(layers)


def stage_rules(rule_set: RuleSet) -> StagedRules:
    """Return the branches by stage.

    Raises:
        ContentError: findings that read each other in a circle.
    """
    late = {fact.id for fact in rule_set.supplied if fact.after_assembly}
    deriving = [branch for branch in rule_set.branches if branch.then.derive]
    others = [branch for branch in rule_set.branches if not branch.then.derive]
    after = [branch for branch in others if _reads_numbers(branch) & late]
    outcomes = [branch for branch in others if branch not in after and _is_outcome(branch)]
    plans = [branch for branch in others if branch not in after and not _is_outcome(branch)]
    return StagedRules(_layers(deriving, rule_set), tuple(outcomes), tuple(plans), tuple(after))


def effective_stage(findings: Mapping[str, bool | None], outcomes: list[Branch]) -> Stage:
    """Return the base stage lowered by every cap that applies; the lowest stage if no base stage was derived."""
    based = [stage for finding, stage in _BASE_STAGE.items() if findings.get(finding)]
    caps = [branch.then.cap_stage for branch in outcomes if branch.then.cap_stage]
    return min([*(based or [Stage.SETTLE]), *caps], key=lambda stage: stage.rank)


def _is_outcome(branch: Branch) -> bool:
    """Return whether the branch gives a level or a cap. Such a branch may do other things too, if it reads no stage."""
    then = branch.then
    return (
        then.disposition is not None
        or then.cap_stage is not None
        or bool(then.ask or then.ask_again or then.short_screen)
    )


def _reads_numbers(branch: Branch) -> set[str]:
    return {atom.subject for atom in atoms(branch.when) if isinstance(atom, Number)}


def _reads_findings(branch: Branch) -> set[str]:
    return {atom.finding for atom in atoms(branch.when) if isinstance(atom, Found)}


def _layers(deriving: list[Branch], rule_set: RuleSet) -> tuple[tuple[Branch, ...], ...]:
    layers: list[tuple[Branch, ...]] = []
    waiting = list(deriving)
    while waiting:
        pending = {finding for branch in waiting for finding in branch.then.derive}
        ready = tuple(branch for branch in waiting if not _reads_findings(branch) & pending)
        if not ready:
            raise ContentError(
                Fault(
                    rule_set.by_id[branch.rule_id].path,
                    branch.line,
                    f"finding of '{branch.id}' depends on itself. Break the circle.",
                )
                for branch in waiting
            )
        layers.append(ready)
        waiting = [branch for branch in waiting if branch not in ready]
    return tuple(layers)
