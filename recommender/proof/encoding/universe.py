"""What there is to prove over: the questions of a first visit, the rules that read them, and the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType

from recommender.engine.staging import STAGE_FINDINGS, stage_rules
from recommender.models.conditions import Chosen, Condition, Found, Only, atoms
from recommender.models.content import Content
from recommender.models.levels import Stage
from recommender.models.questionnaire import Question, QuestionKind
from recommender.models.rules import Branch

GIVEN = "given"
"""What stands for every answer to a question whose words no rule reads."""

Value = str | int
"""An option of a question, or a number."""


class Universe:
    """One loaded content, with what is worked out from it once and for all sheets."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.questionnaire = content.questionnaire
        self.catalogue = content.catalogue
        self.rule_set = content.rule_set
        self.staged = stage_rules(content.rule_set)
        self.supplied = {fact.id: fact.first_value for fact in content.rule_set.supplied if not fact.after_assembly}
        self.questions = content.questionnaire.intake_questions
        self.by_id: Mapping[str, Question] = {question.id: question for question in self.questions}

    @cached_property
    def before_assembly(self) -> tuple[Branch, ...]:
        """The branches that fire before a routine is put together, in the order of the rule set."""
        late = {branch.id for branch in self.staged.after_assembly}
        return tuple(branch for branch in self.rule_set.branches if branch.id not in late)

    @cached_property
    def outcomes(self) -> tuple[Branch, ...]:
        """The branches that give a level before assembly."""
        return tuple(branch for branch in self.before_assembly if branch.then.disposition)

    def values(self, question: str) -> tuple[Value, ...]:
        """Return everything that can be answered to the question, one of them or several by its kind."""
        return self._values[question]

    @cached_property
    def _values(self) -> Mapping[str, tuple[Value, ...]]:
        return MappingProxyType({question.id: _values_of(question) for question in self.questions})

    def questions_read_by(self, branch: Branch) -> frozenset[str]:
        """Return every question on which it hangs whether the branch fires, through findings and the stage too."""
        return self._read_by_branch[branch.id]

    @cached_property
    def _read_by_branch(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        by_branch: dict[str, frozenset[str]] = {}
        for layer in self.staged.finding_layers:
            for branch in layer:
                by_branch[branch.id] = read_in(branch.when, found)
            for branch in layer:
                for finding in branch.then.derive:
                    found[finding] = found.get(finding, frozenset()) | by_branch[branch.id]
        for branch in self.staged.outcomes:
            by_branch[branch.id] = read_in(branch.when, found)
        capping = (branch for branch in self.staged.outcomes if branch.then.cap_stage)
        of_stage = frozenset[str]().union(
            *(found.get(f"base_stage={stage}", frozenset()) for stage in Stage),
            *(by_branch[branch.id] for branch in capping),
        )
        found |= dict.fromkeys(STAGE_FINDINGS.values(), of_stage)
        for branch in self.staged.plans:
            by_branch[branch.id] = read_in(branch.when, found)
        return MappingProxyType(by_branch)

    def is_shown_by(self, question: Question) -> frozenset[str]:
        """Return the questions on which it hangs whether this one is asked, and which of its answers may stand."""
        page = self.questionnaire.page_of[question.id]
        conditions = (question.shown_if, page.shown_if, question.asked_if, question.after_result)
        read = (read_in(condition, {}) for condition in conditions if condition is not None)
        source = [question.options_from] if question.options_from else []
        beside = [sign.question for option in question.options for sign in option.not_with]
        return frozenset([*source, *beside]).union(*read)

    def dependents(self, changed: Iterable[str]) -> tuple[Question, ...]:
        """Return the questions that may be asked otherwise once these have other answers, in order of asking."""
        reached = set(changed)
        found = []
        for question in self.questions:
            if question.id not in reached and not reached.isdisjoint(self.is_shown_by(question)):
                reached.add(question.id)
                found.append(question)
        return tuple(found)


def read_in(condition: Condition, found: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the questions that a condition reads, those behind its findings included."""
    read: set[str] = set()
    for atom in atoms(condition):
        match atom:
            case Found(finding):
                read |= found.get(finding, frozenset())
            case Chosen(question, _) | Only(question, _):
                read.add(question)
            case _:
                read.add(atom.subject)
    return frozenset(read)


def _values_of(question: Question) -> tuple[Value, ...]:
    match question.kind:
        case QuestionKind.NUMBER:
            return tuple(range(question.minimum, question.maximum + 1))
        case QuestionKind.ONE | QuestionKind.MANY:
            return tuple(option.id for option in question.options)
        case _:
            return (GIVEN,)
