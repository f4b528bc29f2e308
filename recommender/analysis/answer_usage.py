"""Who reads each answer: the branches that ask about it, directly or through findings, and what else depends on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from recommender.engine.staging import StagedRules, stage_rules
from recommender.models.conditions import Chosen, Condition, Found, Number, Only, atoms
from recommender.models.facts import AtStart, CheckCount, Difference, Elapsed, Named, RunTotal, SuppliedFact
from recommender.models.questionnaire import Question, Questionnaire
from recommender.models.rules import Branch, RuleSet


@dataclass(frozen=True, slots=True)
class Reading:
    """A branch that reads an answer. ``through`` are the findings in between, the one that it reads first; () if none."""

    branch: Branch
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that may be given; ``option`` is None for the number of a question that asks for one."""

    question: str
    option: str | None


@dataclass(frozen=True)
class Readers:
    """``of`` holds the readings of every answer; ``shows`` the questions and pages that appear or not by a question."""

    of: Mapping[Answer, tuple[Reading, ...]]
    shows: Mapping[str, tuple[str, ...]]
    _questions: Mapping[str, Question]

    @cached_property
    def unread(self) -> tuple[Answer, ...]:
        """The options that no branch reads, in page order."""
        return tuple(answer for answer, readings in self.of.items() if answer.option and not readings)

    def of_question(self, question: str) -> tuple[Reading, ...]:
        """Return who reads any answer to a question, each branch once."""
        found: dict[str, Reading] = {}
        for answer, readings in self.of.items():
            for reading in readings if answer.question == question else ():
                known = found.get(reading.branch.id)
                if known is None or len(reading.through) < len(known.through):
                    found[reading.branch.id] = reading
        return tuple(found.values())


def readers(questionnaire: Questionnaire, rule_set: RuleSet) -> Readers:
    """Return who reads each answer to each question, in page order."""
    questions = questionnaire.questions
    staged = stage_rules(rule_set)
    facts = {fact.id: tuple(answers_measured(fact, questions)) for fact in rule_set.supplied}
    found: defaultdict[Answer, dict[str, Reading]] = defaultdict(dict)
    for branch in rule_set.branches:
        for answer, through in _read(branch.when, staged, facts, ()):
            known = found[answer].get(branch.id)
            if known is None or len(through) < len(known.through):
                found[answer][branch.id] = Reading(branch, through)
    every = [Answer(question.id, option.id) for question in questions.values() for option in question.options]
    numbers = [Answer(question.id, None) for question in questions.values() if not question.options]
    order = {question: number for number, question in enumerate(questions)}
    asked = sorted([*every, *numbers], key=lambda answer: order[answer.question])
    return Readers(
        MappingProxyType({answer: tuple(found[answer].values()) for answer in asked}),
        MappingProxyType(_shown_by(questionnaire)),
        questions,
    )


def questions_read(condition: Condition) -> tuple[str, ...]:
    """Return the questions, and facts worked out by the program, that a condition itself reads, each once."""
    subjects = (
        atom.subject if isinstance(atom, Number) else atom.question
        for atom in atoms(condition)
        if not isinstance(atom, Found)
    )
    return tuple(dict.fromkeys(subjects))


def findings_read(condition: Condition) -> tuple[str, ...]:
    """Return the findings that a condition itself reads, each once."""
    return tuple(dict.fromkeys(atom.finding for atom in atoms(condition) if isinstance(atom, Found)))


def questions_measured(fact: SuppliedFact) -> tuple[str, ...]:
    """Return the questions whose answers make a supplied fact what it is, each once."""
    match fact.measure:
        case Elapsed(_, _, where, _) if where is not None:
            found = questions_read(where)
        case CheckCount(where, _):
            found = questions_read(where)
        case RunTotal(question, _, where, _):
            found = (question, *questions_read(where))
        case Difference(first, now, _, _):
            found = (first, now)
        case AtStart(question) | Named(question):
            found = (question,)
        case _:
            found = ()
    return tuple(dict.fromkeys(found))


def answers_in(condition: Condition | None) -> Iterator[Answer]:
    """Yield the answers that a condition on answers reads; none where there is no condition."""
    for atom in atoms(condition) if condition is not None else ():
        match atom:
            case Chosen(question, options):
                yield from (Answer(question, option) for option in options)
            case Only(question, option):
                yield Answer(question, option)
            case Number(subject, _, _):
                yield Answer(subject, None)


def answers_measured(fact: SuppliedFact, questions: Mapping[str, Question]) -> Iterator[Answer]:
    """Yield the answers that make a supplied fact what it is."""
    measure = fact.measure
    where = getattr(measure, "where", None)
    yield from answers_in(where)
    if isinstance(measure, RunTotal):
        yield from (Answer(measure.question, option) for option in measure.worth)
    elif not where:
        yield from (Answer(question, None) for question in questions_measured(fact) if not questions[question].options)


def _read(
    condition: Condition,
    staged: StagedRules,
    facts: Mapping[str, tuple[Answer, ...]],
    through: tuple[str, ...],
) -> Iterator[tuple[Answer, tuple[str, ...]]]:
    for atom in atoms(condition):
        match atom:
            case Chosen(question, options):
                yield from ((Answer(question, option), through) for option in options)
            case Only(question, option):
                yield Answer(question, option), through
            case Number(subject, _, _):
                yield Answer(subject, None), through
                yield from ((answer, (*through, subject)) for answer in facts.get(subject, ()))
            case Found(finding):
                for branch in staged.behind.get(finding, ()):
                    yield from _read(branch.when, staged, facts, (*through, finding))


def _shown_by(questionnaire: Questionnaire) -> dict[str, tuple[str, ...]]:
    """Return the ids of the questions that are asked or not by the answer to each question, or take its options."""
    shown: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for page in questionnaire.pages:
        for question in page.questions:
            offered = (option.shown_if for option in question.options)
            for condition in (page.shown_if, question.shown_if, question.asked_if, question.after_result, *offered):
                for gate in questions_read(condition) if condition else ():
                    shown[gate][question.id] = None
            if question.options_from:
                shown[question.options_from][question.id] = None
    return {question: tuple(found) for question, found in shown.items()}
