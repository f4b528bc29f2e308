"""At start, hold the rule set against the safety net of the package: does it still ask, and does it still catch?

Whoever loses a rule, or thins one out, must hear of it before anybody is told that there is no sign of danger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from recommender.errors import DecisionError
from recommender.models.check_in import Check, CheckInHistory
from recommender.models.questionnaire import Answer, Intake, Occasion, Questionnaire
from recommender.models.safety import SafetyNet, Sentinel

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender

_ANY_DAY = date(2026, 1, 5)


def torn_places(recommender: Recommender, net: SafetyNet) -> Iterator[str]:
    """Yield everything in which a rule set falls short of the safety net, by name and without a path."""
    lost = list(lost_answers(recommender.content.questionnaire, net))
    yield from lost
    yield from _not_asked(recommender.content.questionnaire, net)
    if not lost:  # without its questions nothing can be tried
        yield from _not_asked_again(recommender, net)
        for sentinel in net.sentinels:
            yield from _not_caught(recommender, net, sentinel)


def lost_answers(questionnaire: Questionnaire, net: SafetyNet) -> Iterator[str]:
    """Yield the questions and options that the net speaks of and nobody can answer."""
    named = {pair: None for floor in net.floors for pair in floor.named}
    named |= {(name, option): None for name, options in net.before_session.items() for option in sorted(options)}
    asked = dict.fromkeys((*net.always_asked, *net.asked_where_shown, *net.asked_again, *(name for name, _ in named)))
    yield from (f"question '{name}' is missing." for name in asked if name not in questionnaire.questions)
    for name, option in named:
        question = questionnaire.questions.get(name)
        if question is not None and option not in {one.id for one in question.options}:
            yield f"option '{option}' of question '{name}' is missing."


def _not_asked(questionnaire: Questionnaire, net: SafetyNet) -> Iterator[str]:
    """Yield the questions about safety that some could leave unanswered, or would never see."""
    for name in net.always_asked:
        question, page = questionnaire.questions.get(name), questionnaire.page_of.get(name)
        if question and page and (question.shown_if or page.shown_if or page.occasion is not Occasion.INTAKE):
            yield f"question '{name}' is not asked of everybody."
    for name in (*net.always_asked, *net.asked_where_shown):
        if (question := questionnaire.questions.get(name)) and not question.required:
            yield f"question '{name}' is not required."


def _not_asked_again(recommender: Recommender, net: SafetyNet) -> Iterator[str]:
    """Yield the questions about safety that are not put afresh at a check, or before a session of somebody with news."""
    first = calm_answers(recommender, net, {})
    moments: list[tuple[str, Occasion, dict[str, Answer]]] = [("at a check", Occasion.FOLLOW_UP, {})]
    moments += [
        (f"before a session with '{name}: {option}'", Occasion.EACH_SESSION, {name: option})
        for name, options in net.before_session.items()
        for option in sorted(options)
    ]
    for moment, occasion, answers in moments:
        walk = recommender.check_walk.walk(CheckInHistory(_ANY_DAY, first, (), Check(_ANY_DAY, answers), occasion))
        yield from (
            f"question '{name}' is not asked again {moment}." for name in net.asked_again if name not in walk.missing
        )


def _not_caught(recommender: Recommender, net: SafetyNet, sentinel: Sentinel) -> Iterator[str]:
    """Yield what a sentinel's sheet comes to, where that is less than it must."""
    named = f"sentinel {sentinel.case} ({sentinel.name})"
    try:
        intake = sentinel_intake(recommender, net, sentinel)
        level = recommender.decide(intake).level
    except (DecisionError, LookupError) as error:
        yield f"{named} cannot be tried: {error}."
        return
    if level.rank < sentinel.level.rank:
        yield f"{named} comes to {level}, and must come to {sentinel.level} at least."


def sentinel_intake(recommender: Recommender, net: SafetyNet, sentinel: Sentinel) -> Intake:
    """Return the sheet as somebody would send it: what is not asked is not answered.

    Raises:
        LookupError: an answer is none that can be given.
    """
    later = _read(recommender, sentinel.follow_up)
    return Intake(
        {**calm_answers(recommender, net, sentinel.answers), **later}, {**recommender.supplied, **sentinel.facts}
    )


def calm_answers(recommender: Recommender, net: SafetyNet, given: Mapping[str, Any]) -> dict[str, Answer]:
    """Return the sheet of somebody with no sign of danger but these; what a clinic does not ask is left out of it."""
    questions = recommender.content.questionnaire.questions
    usual, _ = recommender.sheet.read_some(
        net.nobody_in_danger, [name for name in net.nobody_in_danger if name in questions]
    )
    return recommender.flow.prune({**usual, **_read(recommender, given)})


def _read(recommender: Recommender, raw: Mapping[str, Any]) -> dict[str, Answer]:
    strange = [name for name in raw if name not in recommender.content.questionnaire.questions]
    answers, faults = recommender.sheet.read_some(raw, [name for name in raw if name not in strange])
    if strange or faults:
        raise LookupError(f"no such answers can be given to {', '.join([*strange, *faults])}")
    return answers
