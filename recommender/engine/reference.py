"""Fire rules with the plain evaluator."""

from __future__ import annotations

from collections.abc import Iterable

from recommender.engine.evaluate import View
from recommender.engine.needs import BranchesByNeed
from recommender.engine.staging import STAGE_FINDINGS, StagedRules, effective_stage
from recommender.models.questionnaire import Intake
from recommender.models.rules import Branch

_Findings = dict[str, bool | None]
_NONE_OPEN: frozenset[str] = frozenset()


class Oracle:
    """The same interface as the rules engine, worked out the plain way."""

    is_stuck = False

    def __init__(self, staged: StagedRules) -> None:
        self._layers = _Layers(staged.finding_layers)
        self._outcomes = BranchesByNeed(staged.outcomes)
        self._plans = BranchesByNeed(staged.plans)
        self._late = Certainty(staged.after_assembly, staged)

    def findings(self, intake: Intake, open_questions: frozenset[str] = _NONE_OPEN) -> _Findings:
        """Return every finding; None where an open question may still decide it."""
        return self._layers.worked_out(intake, open_questions)[1]

    def fire(self, intake: Intake) -> frozenset[str]:
        """Return the ids of the branches that fire before assembly."""
        view, findings, fired = self._layers.worked_out(intake, _NONE_OPEN)
        outcomes = self._outcomes.holding(view)
        findings[STAGE_FINDINGS[effective_stage(findings, outcomes)]] = True
        plans = self._plans.holding(view)
        return frozenset([branch.id for branch in (*fired, *outcomes, *plans)])

    def fire_after_assembly(self, intake: Intake) -> frozenset[str]:
        """Return the ids of the branches that look at the assembled routine and fire."""
        return frozenset([branch.id for branch in self._late.of(intake)])


class Certainty:
    """Says which of some branches hold whatever is answered to the questions that are open."""

    def __init__(self, branches: Iterable[Branch], staged: StagedRules) -> None:
        self._branches = BranchesByNeed(branches)
        self._layers = _Layers(staged.layers_behind(branch for branch, _ in self._branches.each))

    def of(self, intake: Intake, open_questions: frozenset[str] = _NONE_OPEN) -> list[Branch]:
        """Return the branches that hold, in the order in which they were given."""
        return self._branches.holding(self._layers.worked_out(intake, open_questions)[0])


class _Layers:
    """Works findings out, layer by layer."""

    def __init__(self, layers: Iterable[Iterable[Branch]]) -> None:
        self._layers = tuple(map(BranchesByNeed, layers))
        every = (branch for layer in self._layers for branch, _ in layer.each)
        self._none_found = dict.fromkeys((finding for branch in every for finding in branch.then.derive), False)

    def worked_out(self, intake: Intake, open_questions: frozenset[str]) -> tuple[View, _Findings, list[Branch]]:
        """Return the view with every finding in it, these findings, and the branches that derive what holds."""
        findings: _Findings = {**self._none_found}
        view = View(intake, findings, open_questions)
        fired = []
        for layer in self._layers:  # a layer reads only what layers before it derive
            for branch, test in layer.that_may_hold(view):
                value = test(view)
                if value:
                    fired.append(branch)
                for finding in branch.then.derive:
                    findings[finding] = _either(findings[finding], value)
        return view, findings, fired


def _either(first: bool | None, second: bool | None) -> bool | None:
    if first or second:
        return True
    return None if first is None or second is None else False
