"""Fire rules with the plain evaluator."""

from __future__ import annotations

from collections.abc import Iterable

from recommender.engine.evaluate import Test, View, test_of
from recommender.engine.staging import STAGE_FINDINGS, StagedRules, effective_stage
from recommender.models.questionnaire import Intake
from recommender.models.rules import Branch

_Tested = tuple[tuple[Branch, Test], ...]
_Findings = dict[str, bool | None]
_NONE_OPEN: frozenset[str] = frozenset()


class Oracle:
    """The same interface as the rules engine, worked out the plain way."""

    is_stuck = False

    def __init__(self, staged: StagedRules) -> None:
        self._layers = _Layers(staged.finding_layers)
        self._outcomes = _tested(staged.outcomes)
        self._plans = _tested(staged.plans)
        self._late = Certainty(staged.after_assembly, staged)

    def findings(self, intake: Intake, open_questions: frozenset[str] = _NONE_OPEN) -> _Findings:
        """Return every finding; None where an open question may still decide it."""
        return self._layers.worked_out(intake, open_questions)[1]

    def fire(self, intake: Intake) -> frozenset[str]:
        """Return the ids of the branches that fire before assembly."""
        view, findings, fired = self._layers.worked_out(intake, _NONE_OPEN)
        outcomes = [branch for branch, test in self._outcomes if test(view)]
        findings[STAGE_FINDINGS[effective_stage(findings, outcomes)]] = True
        plans = [branch for branch, test in self._plans if test(view)]
        return frozenset([branch.id for branch in (*fired, *outcomes, *plans)])

    def fire_after_assembly(self, intake: Intake) -> frozenset[str]:
        """Return the ids of the branches that look at the assembled routine and fire."""
        return frozenset([branch.id for branch in self._late.of(intake)])


class Certainty:
    """Says which of some branches hold whatever is answered to the questions that are open."""

    def __init__(self, branches: Iterable[Branch], staged: StagedRules) -> None:
        self._branches = _tested(branches)
        self._layers = _Layers(staged.layers_behind(branch for branch, _ in self._branches))

    def of(self, intake: Intake, open_questions: frozenset[str] = _NONE_OPEN) -> list[Branch]:
        """Return the branches that hold, in the order in which they were given."""
        view = self._layers.worked_out(intake, open_questions)[0]
        return [branch for branch, test in self._branches if test(view)]


class _Layers:
    """Works findings out, layer by layer."""

    def __init__(self, layers: Iterable[Iterable[Branch]]) -> None:
        self._layers = tuple(map(_tested, layers))

    def worked_out(self, intake: Intake, open_questions: frozenset[str]) -> tuple[View, _Findings, list[Branch]]:
        """Return the view with every finding in it, these findings, and the branches that derive what holds."""
        findings: _Findings = {}
        view = View(intake, findings, open_questions)
        fired = []
        for layer in self._layers:  # a layer reads only what layers before it derive
            for branch, test in layer:
                value = test(view)
                if value:
                    fired.append(branch)
                for finding in branch.then.derive:
                    findings[finding] = _either(findings.get(finding, False), value)
        return view, findings, fired


def _tested(branches: Iterable[Branch]) -> _Tested:
    return tuple((branch, test_of(branch.when)) for branch in branches)


def _either(first: bool | None, second: bool | None) -> bool | None:
    if first or second:
        return True
    return None if first is None or second is None else False
