"""Fire rules with the plain evaluator."""

from __future__ import annotations

from collections.abc import Iterable

from recommender.engine.evaluate import View, evaluate
from recommender.engine.staging import STAGE_FINDINGS, StagedRules, effective_stage
from recommender.models.questionnaire import Intake
from recommender.models.rules import Branch


class Oracle:
    """The same interface as the rules engine, worked out the plain way."""

    def __init__(self, staged: StagedRules) -> None:
        self._staged = staged

    def findings(self, intake: Intake, open_questions: frozenset[str] = frozenset()) -> dict[str, bool | None]:
        """Return every finding; None where an open question may still decide it."""
        findings: dict[str, bool | None] = {}
        for layer in self._staged.finding_layers:
            view = View(intake, dict(findings), open_questions)
            for branch in layer:
                value = evaluate(branch.when, view)
                for finding in branch.then.derive:
                    findings[finding] = _either(findings.get(finding, False), value)
        return findings

    def fire(self, intake: Intake) -> frozenset[str]:
        """Return the ids of the branches that fire before assembly."""
        findings = self.findings(intake)
        view = View(intake, findings)
        fired = [branch for layer in self._staged.finding_layers for branch in _holding(layer, view)]
        outcomes = _holding(self._staged.outcomes, view)
        stage = effective_stage(findings, outcomes)
        staged_view = View(intake, {**findings, STAGE_FINDINGS[stage]: True})
        return frozenset(branch.id for branch in [*fired, *outcomes, *_holding(self._staged.plans, staged_view)])

    def fire_after_assembly(self, intake: Intake) -> frozenset[str]:
        """Return the ids of the branches that look at the assembled routine and fire."""
        view = View(intake, self.findings(intake))
        return frozenset(branch.id for branch in _holding(self._staged.after_assembly, view))

    def certain(self, branches: Iterable[Branch], intake: Intake, open_questions: frozenset[str]) -> list[Branch]:
        """Return the branches that hold whatever is answered to the open questions."""
        view = View(intake, self.findings(intake, open_questions), open_questions)
        return [branch for branch in branches if evaluate(branch.when, view)]


def _holding(branches: Iterable[Branch], view: View) -> list[Branch]:
    return [branch for branch in branches if evaluate(branch.when, view)]


def _either(first: bool | None, second: bool | None) -> bool | None:
    if first or second:
        return True
    return None if first is None or second is None else False
