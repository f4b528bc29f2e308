"""The answers in the order in which a health professional wants them: what was said first, then what was asked and denied.

Every answer is in exactly one part. Which one is said by the questionnaire, and by what can be chosen. Knows no Flask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from recommender.models.questionnaire import NOT_SURE, Option, QuestionKind, SummaryPart
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


def summary_parts(asked: Iterable[QuestionField]) -> SummaryParts:
    """Return the answers by part, each part in the order of the questionnaire."""
    parts = SummaryParts()
    named = {SummaryPart.PAIN: parts.pain, SummaryPart.TIME: parts.time, SummaryPart.MEDICINES: parts.medicines}
    for one in asked:
        own = named.get(one.question.summary) if one.question.summary else None
        if one.question.safety and one.question.kind is QuestionKind.MANY:
            _take_list(parts, one, own)
        else:
            (parts.others if own is None else own).append(one)
    return parts


def _take_list(parts: SummaryParts, one: QuestionField, own: list[QuestionField] | None) -> None:
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
    left = tuple(option.text for option in one.options if _is_sign(option) and option not in ticked)
    because = next((option.text for option in one.options if option.exclusive and option.id in one.chosen), None)
    if left and NOT_SURE not in one.chosen:
        parts.denied.append(Denied(left, because))


def _is_sign(option: Option) -> bool:
    return not option.exclusive and option.id != NOT_SURE
