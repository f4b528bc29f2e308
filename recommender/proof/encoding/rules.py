"""What the rules make of one sheet, as literals: which branches fire, the findings, the level and the stage."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from recommender.engine.staging import STAGE_FINDINGS
from recommender.models.actions import Actions
from recommender.models.levels import Level, Stage
from recommender.models.rules import Branch
from recommender.proof.encoding.answers import Answers
from recommender.proof.encoding.graph import FALSE, Literal


class RuleEncoding:
    """The rules on one sheet.

    ``fired`` has a literal for every branch that fires before assembly. With ``beside`` and ``changed`` this is a second sheet
    beside another: only branches that hang on the changed questions are worked out anew.
    """

    def __init__(
        self,
        answers: Answers,
        beside: RuleEncoding | None = None,
        changed: frozenset[str] = frozenset(),
    ) -> None:
        self.answers = answers
        self.universe = answers.universe
        self.graph = answers.graph
        self._beside = beside
        self._changed = changed
        self.fired: dict[str, Literal] = {}
        self.findings: dict[str, Literal] = {}
        self._work_out_findings()
        self._fire(self.universe.staged.outcomes)
        self.at_least = {level: self._reaches(level) for level in Level}
        self.level = {level: self._is_exactly(level) for level in Level}
        self.stage = self._stages()
        self.findings |= {STAGE_FINDINGS[stage]: literal for stage, literal in self.stage.items()}
        self._fire(self.universe.staged.plans)

    @property
    def shows_routine(self) -> Literal:
        """That the level, before assembly, is one with a routine."""
        least = min((level for level in Level if not level.shows_routine), key=lambda level: level.rank)
        return -self.at_least[least]

    @property
    def no_level(self) -> Literal:
        """That no rule gives a level: the service fails, and nobody is told anything."""
        return -self.at_least[min(Level, key=lambda level: level.rank)]

    @cached_property
    def chosen_by(self) -> tuple[tuple[str, Literal, Actions], ...]:
        """Every branch that says anything of which moves there are, which come, and in which dose, with when it fires."""
        branches = self.universe.before_assembly
        return tuple((one.id, self.fired[one.id], one.then) for one in branches if _chooses(one.then))

    def _work_out_findings(self) -> None:
        for layer in self.universe.staged.finding_layers:
            self._fire(layer)
            for branch in layer:
                for finding in branch.then.derive:
                    before = self.findings.get(finding, FALSE)
                    self.findings[finding] = self.graph.either(before, self.fired[branch.id])

    def _fire(self, branches: Iterable[Branch]) -> None:
        for branch in branches:
            if self._beside is not None and self._changed.isdisjoint(self.universe.questions_read_by(branch)):
                self.fired[branch.id] = self._beside.fired[branch.id]
            else:
                self.fired[branch.id] = self.answers.holds(branch.when, self.findings)

    def _reaches(self, level: Level) -> Literal:
        outcomes = [(branch, branch.then.disposition) for branch in self.universe.outcomes]
        return self.graph.any(
            self.fired[branch.id] for branch, given in outcomes if given is not None and given.level.rank >= level.rank
        )

    def _is_exactly(self, level: Level) -> Literal:
        above = [self.at_least[other] for other in Level if other.rank == level.rank + 1]
        return self.graph.every((self.at_least[level], *(-literal for literal in above)))

    def _stages(self) -> dict[Stage, Literal]:
        """Return the effective stage: the base stage lowered by every cap; the lowest where there is no base stage."""
        caps = [(branch, branch.then.cap_stage) for branch in self.universe.staged.outcomes]
        based = [self.findings.get(f"base_stage={stage}", FALSE) for stage in Stage]
        named = dict(zip(Stage, based, strict=True))
        lowest = min(Stage, key=lambda stage: stage.rank)
        named[lowest] = self.graph.either(named[lowest], -self.graph.any(based))
        stages: dict[Stage, Literal] = {}
        for stage in sorted(Stage, key=lambda one: one.rank):
            capped = [self.fired[branch.id] for branch, cap in caps if cap is stage]
            not_lower = [-literal for literal in stages.values()]
            stages[stage] = self.graph.every((self.graph.any((named[stage], *capped)), *not_lower))
        return stages


def _chooses(then: Actions) -> bool:
    """Return whether it says anything of moves and doses: not a level, a fact or words alone."""
    only_told = Actions(
        disposition=then.disposition, derive=then.derive, advise=then.advise, cap_stage=then.cap_stage, ask=then.ask
    )
    return then != only_told
