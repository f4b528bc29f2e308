"""Answers that no rule reads: each stands in the rule set with why, or somebody is asked for nothing, or a rule is lost."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.analysis.answer_usage import Answer, answers_in, readers
from recommender.errors import Fault
from recommender.models.questionnaire import READ_BY_ASSEMBLY, Question, Questionnaire
from recommender.models.rules import RuleSet

RULE_SET_FILE = "rules/rule-set.yaml"


def unread_answer_faults(questionnaire: Questionnaire, rule_set: RuleSet) -> list[Fault]:
    """Return the answers that no rule reads and nobody wrote down, and those written down that are read, or are none.

    Nothing is looked at where the rule set has no such list.
    """
    if rule_set.unread_answers is None:
        return []
    listed = [Answer(entry.question, option) for entry in rule_set.unread_answers for option in entry.options]
    unread = list(_unread(questionnaire, rule_set))
    faults = [
        _fault(f"No rule reads '{_named(one)}'. Write a rule, or list it in unread_answers with why.")
        for one in unread
        if one not in listed
    ]
    return faults + [
        _fault(f"'{_named(one)}' is listed in unread_answers, and is read or is no answer. Take it out.")
        for one in listed
        if one not in unread
    ]


def _unread(questionnaire: Questionnaire, rule_set: RuleSet) -> Iterator[Answer]:
    """Yield the options that neither a rule nor a condition on a question reads.

    Those that say that nothing fits, the lines of a short safety screen and what assembly itself reads are not meant.
    """
    shown_by = frozenset(_opening(questionnaire))
    for answer in readers(questionnaire, rule_set).unread:
        question = questionnaire.questions[answer.question]
        if answer not in shown_by and not _is_read_otherwise(question, answer.option):
            yield answer


def _is_read_otherwise(question: Question, option: str | None) -> bool:
    says_no = option is not None and question.option(option).exclusive
    return says_no or bool(question.stands_in_for) or question.id in READ_BY_ASSEMBLY


def _opening(questionnaire: Questionnaire) -> Iterator[Answer]:
    """Yield the answers that open a question or a page."""
    for page in questionnaire.pages:
        yield from answers_in(page.shown_if)
        for question in page.questions:
            yield from answers_in(question.shown_if)
            yield from answers_in(question.asked_if)
            yield from answers_in(question.after_result)
            for option in question.options:
                yield from answers_in(option.shown_if)


def _named(answer: Answer) -> str:
    return f"{answer.question}.{answer.option}"


def _fault(told: str) -> Fault:
    return Fault(RULE_SET_FILE, 1, told)
