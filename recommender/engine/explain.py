"""Say which of the person's own answers made a rule fire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from recommender.engine.evaluate import View, test_of
from recommender.engine.staging import StagedRules
from recommender.models.conditions import All, Chosen, Condition, Found, Not, Number, Only, children
from recommender.models.questionnaire import Intake, Questionnaire
from recommender.models.recommendation import Supporting
from recommender.models.rules import Branch


@dataclass(slots=True)
class _Evidence:
    """Answers gathered behind one thing: those that are present, and those in place of what is absent.

    ``known`` holds what was gathered before behind a finding (or, with False, in place of one): many rules read the same.
    """

    view: View
    known: dict[tuple[str, bool], _Evidence]
    positive: dict[Supporting, None] = field(default_factory=dict)
    negative: dict[Supporting, None] = field(default_factory=dict)


_Gather = Callable[[_Evidence], None]


class _OnDemand(Mapping[str, tuple[Supporting, ...]]):
    """The answers behind each branch, by its id, worked out when they are first asked for."""

    def __init__(self, branch_ids: Iterable[str], work_out: Callable[[str], tuple[Supporting, ...]]) -> None:
        self._ids = dict.fromkeys(branch_ids)
        self._work_out = work_out
        self._known: dict[str, tuple[Supporting, ...]] = {}

    def __getitem__(self, branch_id: str) -> tuple[Supporting, ...]:
        if branch_id not in self._ids:
            raise KeyError(branch_id)
        if branch_id not in self._known:
            self._known[branch_id] = self._work_out(branch_id)
        return self._known[branch_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


class Explainer:
    """Finds the answers behind a branch, through the findings it reads."""

    def __init__(self, questionnaire: Questionnaire, staged: StagedRules) -> None:
        self._behind = staged.behind
        self._place = {question: number for number, question in enumerate(questionnaire.questions)}
        self._told = {
            question.id: {option.id: Supporting(question.id, option.id, option.text) for option in question.options}
            for question in questionnaire.questions.values()
        }
        self._present = {branch.id: self._gatherer(branch.when) for branch in staged.every_branch}
        self._absent = {branch.id: self._gatherer_of_absent(branch.when) for branch in staged.every_branch}

    def answers_behind(
        self, branches: Iterable[Branch], intake: Intake, findings: frozenset[str]
    ) -> Mapping[str, tuple[Supporting, ...]]:
        """Return the answers that the condition of each branch rests on, in order of the questionnaire, by branch id.

        Answers that something else is absent count only where nothing present speaks for the rule. Each is worked out
        when it is looked up: most branches that fire are behind nothing that is shown.
        """
        view = View(intake, dict.fromkeys(findings, True))
        known: dict[tuple[str, bool], _Evidence] = {}

        def behind(branch_id: str) -> tuple[Supporting, ...]:
            evidence = _Evidence(view, known)
            self._present[branch_id](evidence)
            return tuple(sorted(evidence.positive or evidence.negative, key=self._order))

        return _OnDemand([branch.id for branch in branches], behind)

    def _order(self, answer: Supporting) -> int:
        return self._place.get(answer.question, len(self._place))

    def _gatherer(self, condition: Condition) -> _Gather:
        """Return what gathers the answers behind a condition, as far as it holds."""
        holds, gather = test_of(condition), self._gatherer_where_it_holds(condition)
        return lambda evidence: gather(evidence) if holds(evidence.view) else None

    def _gatherer_where_it_holds(self, condition: Condition) -> _Gather:
        match condition:
            case Chosen(question, options):
                return self._chosen(question, frozenset(options))
            case Only(question, option):
                told = self._told[question][option]
                return lambda evidence: evidence.positive.update({told: None})
            case Number(subject, _, _):
                return lambda evidence: _number(subject, evidence)
            case Found(finding):
                return lambda evidence: self._through(finding, True, evidence)
            case Not(part):
                return self._gatherer_of_absent(part)
            case All(parts):  # then each of them holds
                return _all_of([self._gatherer_where_it_holds(part) for part in parts])
            case _:
                return _all_of([self._gatherer(child) for child in children(condition)])

    def _gatherer_of_absent(self, condition: Condition) -> _Gather:
        """Return what gathers the answers that were given in place of what the condition looks for."""
        match condition:
            case Chosen(question, options):
                return self._chosen_instead(question, frozenset(options))
            case Found(finding):
                return lambda evidence: self._through(finding, False, evidence)
            case _:
                return _all_of([self._gatherer_of_absent(child) for child in children(condition)])

    def _chosen(self, question: str, options: frozenset[str]) -> _Gather:
        told = self._told[question]

        def gather(evidence: _Evidence) -> None:
            for option in evidence.view.chosen[question]:
                if option in options:
                    evidence.positive[told[option]] = None

        return gather

    def _chosen_instead(self, question: str, options: frozenset[str]) -> _Gather:
        told = self._told[question]

        def gather(evidence: _Evidence) -> None:
            for option in evidence.view.chosen.get(question, ()):
                if option not in options:
                    evidence.negative[told[option]] = None

        return gather

    def _through(self, finding: str, is_present: bool, evidence: _Evidence) -> None:
        """Gather what lies behind a finding, or in place of it, through the branches that derive it."""
        behind = evidence.known.get((finding, is_present))
        if behind is None:
            behind = evidence.known[finding, is_present] = _Evidence(evidence.view, evidence.known)
            gatherers = self._present if is_present else self._absent
            for branch in self._behind.get(finding, ()):
                gatherers[branch.id](behind)
        evidence.positive.update(behind.positive)
        evidence.negative.update(behind.negative)


def _number(subject: str, evidence: _Evidence) -> None:
    if subject in evidence.view.intake.answers:
        evidence.positive[Supporting(subject, None, f"{evidence.view.numbers.get(subject)}")] = None


def _all_of(gatherers: list[_Gather]) -> _Gather:
    def gather(evidence: _Evidence) -> None:
        for one in gatherers:
            one(evidence)

    return gather
