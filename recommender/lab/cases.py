"""Cases for the lab: from a few answers to a whole sheet, and from a sheet to a vignette file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from recommender.errors import ErrorText, IntakeError, ProblemCode, faults_by_name
from recommender.models.conditions import Always
from recommender.models.facts import CheckCount
from recommender.models.questionnaire import Answer, Intake, Occasion
from recommender.models.recommendation import Recommendation
from recommender.questionnaire.answer_sheet import raw_answers

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender

_PLAIN = re.compile(r"[a-z][a-z0-9_]*")
_NOT_TEXT = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
_NO_ANSWERS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LabCase:
    """One complete case. ``dropped`` were given, but are not asked with these answers; ``filled`` come from the baseline."""

    name: str
    intake: Intake
    dropped: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()


def complete(
    recommender: Recommender,
    name: str,
    given: Mapping[str, Any],
    *,
    baseline: Mapping[str, Any] = _NO_ANSWERS,
    facts: Mapping[str, int] = _NO_ANSWERS,
) -> LabCase:
    """Return a case from raw answers, with the baseline's for every other question that is shown.

    An answer given as None stays open, whatever the baseline says.

    Raises:
        IntakeError: every message by question id.
    """
    _refuse_unknown(recommender, given)
    raw = {**baseline, **given}
    answers, messages = recommender.sheet.read_some(raw, recommender.sheet.fields)
    if messages:
        raise IntakeError(faults_by_name(messages))
    while True:
        shown = recommender.flow.walk(answers).shown
        kept = {question: answer for question, answer in answers.items() if question in shown}
        for question in [question for question in kept if recommender.flow.not_offered(question, kept)]:
            _offer_first(recommender, question, kept)
        if kept == answers:
            break
        answers = kept
    intake = recommender.sheet.read(raw_answers(answers))
    told = [question for question, answer in given.items() if answer not in (None, "", [])]
    usable, _ = recommender.sheet.read_some(given, told)
    return LabCase(
        name,
        Intake(intake.answers, {**intake.supplied, **facts}),
        dropped=tuple(question for question in told if intake.answers.get(question) != usable[question]),
        filled=tuple(question for question in intake.answers if question not in told),
    )


def at_check(
    recommender: Recommender,
    intake: Intake,
    given: Mapping[str, Any],
    *,
    baseline: Mapping[str, Any] = _NO_ANSWERS,
    facts: Mapping[str, int] = _NO_ANSWERS,
) -> Intake:
    """Return an intake with the raw answers given before or in a session, or at the first check with the baseline's.

    Raises:
        IntakeError: every message by question id.
    """
    asked = recommender.content.questionnaire.pages_asked
    pages = (*asked(Occasion.EACH_SESSION), *asked(Occasion.DURING_SESSION))
    is_check = not any(question.id in given for page in pages for question in page.questions)
    raw = {**baseline, **given} if is_check else given
    answers, messages = recommender.sheet.read_some(raw, raw)
    if messages:
        raise IntakeError(faults_by_name(messages))
    counts = {
        fact.id: int(is_check)
        for fact in recommender.content.rule_set.supplied
        if isinstance(fact.measure, CheckCount) and isinstance(fact.measure.where, Always)
    }
    return Intake({**intake.answers, **answers}, {**intake.supplied, **counts, **facts})


def vignette_file(recommender: Recommender, baseline: Mapping[str, Any], name: str, result: Recommendation) -> str:
    """Return the text of a vignette file for a case: what differs from the baseline, and what came of it."""
    lines = [f"# Saved from the case lab. Rule set {result.version}, {result.hash[:12]}.", f"- name: {_yaml(name)}"]
    lines += _block("answers", _different(recommender, baseline, result.intake))
    first = recommender.supplied
    lines += _block("facts", {name: value for name, value in result.intake.supplied.items() if value != first[name]})
    lines += _block("expect", _expectations(result))
    return "\n".join(lines) + "\n"


def _refuse_unknown(recommender: Recommender, given: Mapping[str, Any]) -> None:
    stray = [question for question in given if question not in recommender.sheet.fields]
    if stray:
        told = ErrorText(ProblemCode.UNKNOWN_QUESTION, "This is not a question of the questionnaire. Remove it.")
        raise IntakeError(faults_by_name({name: [told] for name in stray}))


def _offer_first(recommender: Recommender, question_id: str, answers: dict[str, Answer]) -> None:
    """Answer with the first of the places that are ticked, or that contradicts nothing, in place of one that is not."""
    question = recommender.content.questionnaire.questions[question_id]
    source = question.options_from
    offered = Intake(answers).chosen(source) if source else tuple(option.id for option in question.options)
    fitting = [one for one in offered if not recommender.flow.contradiction(question_id, {**answers, question_id: one})]
    if fitting:
        answers[question_id] = fitting[0]
    else:
        del answers[question_id]


def _different(recommender: Recommender, baseline: Mapping[str, Any], intake: Intake) -> dict[str, Any]:
    """Return the raw answers from which ``complete`` makes this sheet again."""
    raw = raw_answers(intake.answers)
    given = {question: answer for question, answer in raw.items() if baseline.get(question) != answer}
    made = raw_answers(complete(recommender, "", given, baseline=baseline).intake.answers)
    open_ones: dict[str, Any] = {question: None for question in made if question not in raw}
    given |= {question: answer for question, answer in raw.items() if made.get(question) != answer}
    order = list(recommender.sheet.fields)
    return dict(sorted({**given, **open_ones}.items(), key=lambda entry: order.index(entry[0])))


def _expectations(result: Recommendation) -> dict[str, Any]:
    fires = [
        branch.id
        for branch in result.decision.outcomes
        if branch.then.disposition and branch.then.disposition.level is result.level
    ]
    expected: dict[str, Any] = {"level": result.level.value, "fires": fires}
    if result.assembly:
        expected["stage"] = result.decision.stage.value
        expected["offered"] = [item.exercise.id for item in result.assembly.routine.items]
    return expected


def _block(key: str, values: Mapping[str, Any]) -> Iterator[str]:
    if not values and key == "facts":
        return
    yield f"  {key}:" if values else f"  {key}: {{}}"
    for name, value in values.items():
        yield f"    {name}: {_yaml(value)}"


def _yaml(value: Any) -> str:
    """Return a value as YAML in one line; what could be read as something else stands in quotes."""
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_yaml(part)}' for name, part in value.items())}}}"
    if isinstance(value, str) and (not _PLAIN.fullmatch(value) or value in _NOT_TEXT):
        # JSON text is YAML text, but for letters that YAML wants written out.
        return "".join(
            letter if letter.isprintable() else _escaped(letter) for letter in json.dumps(value, ensure_ascii=False)
        )
    return "null" if value is None else str(value)


def _escaped(letter: str) -> str:
    return f"\\U{ord(letter):08X}"
