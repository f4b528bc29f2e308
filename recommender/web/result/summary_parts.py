"""The answers in the order in which a health professional wants them: what was said first, then what was asked and denied.

Every answer is in exactly one part. Which one is said by the questionnaire, and by what can be chosen. Knows no Flask.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from recommender.models.questionnaire import NOT_SURE, Option, Question, QuestionKind, SummaryPart
from recommender.web.questionnaire.question_form import QuestionField


@dataclass(frozen=True, slots=True)
class Denied:
    """What was offered under one question and not ticked. ``because`` is the "none of these" that was, if it was."""

    options: tuple[str, ...]
    because: str | None


@dataclass(frozen=True, slots=True)
class SummaryParts:
    """``signs`` are what was ticked of lists that safety rests on, and ``unsure`` the questions answered "not sure"."""

    signs: list[str] = field(default_factory=list)
    unsure: list[QuestionField] = field(default_factory=list)
    pain: list[QuestionField] = field(default_factory=list)
    denied: list[Denied] = field(default_factory=list)
    time: list[QuestionField] = field(default_factory=list)
    medicines: list[QuestionField] = field(default_factory=list)
    others: list[QuestionField] = field(default_factory=list)


def summary_parts(asked: Sequence[QuestionField], every: Iterable[Question]) -> SummaryParts:
    """Return the answers by part, each part in the order of the questionnaire; ``every`` is each question there is."""
    parts = SummaryParts()
    denied = _denied_lines(asked, every)
    named = {SummaryPart.PAIN: parts.pain, SummaryPart.TIME: parts.time, SummaryPart.MEDICINES: parts.medicines}
    for one in asked:
        own = named.get(one.question.summary) if one.question.summary else None
        if one.question.safety and one.question.kind is QuestionKind.MANY:
            _take_list(parts, one, own, denied)
        else:
            (parts.others if own is None else own).append(one)
    return parts


def _denied_lines(asked: Iterable[QuestionField], every: Iterable[Question]) -> frozenset[str]:
    """Return the lines of a short screen of which each sign was asked about and not ticked: one says them all.

    A line of one sign saves nothing, and its words may be those of a check ("since last time"): that sign keeps its own.
    """
    kept = {(one.question.id, option.id) for one in asked if _says_no(one) for option in one.options}
    ticked = {(one.question.id, option) for one in asked for option in one.chosen}
    signs: dict[str, set[tuple[str, str]]] = {}
    for question in every:
        for option in question.options:
            if option.short is not None:
                signs.setdefault(option.short, set()).add((question.id, option.id))
    return frozenset(line for line, own in signs.items() if len(own) > 1 and own <= kept and not own & ticked)


def _says_no(one: QuestionField) -> bool:
    """Return whether what was not ticked of a list was denied."""
    return bool(one.chosen) and NOT_SURE not in one.chosen


def _take_list(
    parts: SummaryParts, one: QuestionField, own: list[QuestionField] | None, denied: frozenset[str]
) -> None:
    """Take what was ticked as signs, or to the part of its own, and what was not as denied."""
    ticked = [option for option in one.options if option.id in one.chosen and _is_sign(option)]
    if not one.chosen:
        parts.others.append(one)
        return
    if NOT_SURE in one.chosen:
        parts.unsure.append(one)
    if ticked and own is not None:
        own.append(one)
    elif ticked:
        parts.signs.extend(option.text for option in ticked)
    left = [option for option in one.options if _is_sign(option) and option not in ticked]
    told = dict.fromkeys(option.short if option.short in denied else option.text for option in left)
    because = next((option.text for option in one.options if option.exclusive and option.id in one.chosen), None)
    before = {text for each in parts.denied for text in each.options}
    if _says_no(one) and (fresh := tuple(text for text in told if text and text not in before)):
        parts.denied.append(Denied(fresh, because))


def _is_sign(option: Option) -> bool:
    return not option.exclusive and option.id != NOT_SURE
