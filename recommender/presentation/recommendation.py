"""A recommendation as plain data, ready for JSON: the one shape that the API, the page and the command line show."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from recommender.figures.gallery import Gallery
from recommender.loaders.languages import SOURCE_LANGUAGE, Language
from recommender.models.actions import DispositionAction
from recommender.models.catalogue import Catalogue, Contact, Region
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.recommendation import Recommendation, ReviewDays
from recommender.models.routine import Assembly, Break, Dose, Item, LeftOut
from recommender.models.rules import Branch
from recommender.presentation.answer_again import answer_again
from recommender.presentation.form_words import FormsWorded
from recommender.presentation.reasons import Reasons
from recommender.presentation.replies import (
    AdviceShown,
    BreakItemShown,
    BreakShown,
    ContactShown,
    ContactsShown,
    DispositionShown,
    DoseShown,
    ItemShown,
    LanguageShown,
    LeftOutShown,
    MoveShown,
    RecommendationShown,
    ReviewShown,
    RoutineShown,
    RuleSetShown,
)
from recommender.presentation.review import duration_hours, review_shown
from recommender.presentation.wording import Wording

# Advice that belongs to getting help. Every other topic speaks of moves, and is for a page with a routine only.
TOPICS_OF_HELP = frozenset({"do_now", "support", "quiet_support"})
_STOP = "stop"
_HOW_OFTEN = "how_often"
_STRENGTH_DAYS = "strength_days"
_IN_ROUTINE = frozenset({_STOP, _HOW_OFTEN, _STRENGTH_DAYS})


def present(
    recommendation: Recommendation,
    content: Content,
    region: str | None,
    language: Language = SOURCE_LANGUAGE,
    words: FormsWorded | None = None,
    gallery: Gallery | None = None,
    day: date | None = None,
    is_checked: bool = False,
) -> RecommendationShown:
    """Return the recommendation as data for JSON, with the numbers of the region in its sentences.

    Above the levels that show a routine it names no exercise: ``routine`` and ``review`` are None, ``left_out``,
    ``stop_rules`` and ``breaks`` are empty, and the advice is about getting help. ``content`` is in that language too.
    ``words`` are those of the region and language, where somebody keeps them; else they are made with the ``gallery``.
    ``day`` is that of the answers, today where it is not given. ``is_checked`` says whether health professionals have
    approved this translation.

    Raises:
        RecommenderError: the region is not one of the catalogue's.
    """
    if words is None:
        words = FormsWorded(Wording(content.catalogue, region, language), gallery or Gallery(content.figures, {}))
    say = words.say
    reasons = Reasons(recommendation, content, say)
    assembly = recommendation.assembly
    review = _review(recommendation, day, say) if assembly else None
    return {
        "disposition": _disposition(recommendation, reasons, review, say),
        "answer_again": answer_again(recommendation, content.questionnaire),
        "review": review,
        "routine": _routine(recommendation, assembly, reasons, words, say) if assembly else None,
        "left_out": [_left_out(left, reasons, say) for left in assembly.left_out] if assembly else [],
        "advice": list(_advice(recommendation, content.catalogue, None if assembly else TOPICS_OF_HELP, say)),
        "stop_rules": _told(recommendation, _STOP, say) if assembly else [],
        "breaks": [_break(short, reasons, words) for short in assembly.breaks] if assembly else [],
        "contacts": [contacts(country) for country in regions_shown(content.catalogue, region)],
        "fired": list(dict.fromkeys(branch.rule_id for branch in recommendation.fired)),
        "cases": list(recommendation.decision.fired_ids),
        "rule_set": _rule_set(recommendation),
        "not_approved": None if recommendation.approved else content.catalogue.words.not_approved,
        "language": _language(language, is_checked),
    }


def _review(recommendation: Recommendation, day: date | None, say: Wording) -> ReviewShown | None:
    days = recommendation.review_days or ReviewDays.from_day(day or date.today())
    return review_shown(recommendation.decision.outcomes, days, say)


def _rule_set(recommendation: Recommendation) -> RuleSetShown:
    return {"version": recommendation.version, "hash": recommendation.hash, "approved": recommendation.approved}


def _language(language: Language, is_checked: bool) -> LanguageShown:
    return {
        "code": language.code,
        "clinically_checked": language.is_source or is_checked,
        "digest": language.digest,
    }


def regions_shown(catalogue: Catalogue, region: str | None) -> tuple[Region, ...]:
    """Return the region, or every region when none is set: a person's country is never guessed."""
    return tuple(catalogue.regions.values()) if region is None else (catalogue.every_region[region],)


def contacts(region: Region) -> ContactsShown:
    """Return where to get help in one country, as data for JSON."""
    return {
        "region": region.id,
        "name": region.name,
        "emergency": [_contact(contact) for contact in region.emergency],
        "urgent": [_contact(contact) for contact in region.urgent],
        "crisis": [_contact(contact) for contact in region.crisis],
    }


def _disposition(
    recommendation: Recommendation, reasons: Reasons, review: ReviewShown | None, say: Wording
) -> DispositionShown:
    words = recommendation.disposition
    actions = sorted(_winning(recommendation), key=_hours)
    times = [action.within for action in actions if action.within]
    shortest = times[0] if times else words.within
    first = [action.act for action in actions if action.act and action.level is Level.SEE_BEFORE_START]
    return {
        "level": recommendation.level.value,
        "title": say(words.title),
        "heading": say(words.heading),
        "message": say(words.message),
        "act": say(words.act),
        "within": review["within"] if review else shortest,
        "steps": [say(text) for text in dict.fromkeys((*first, *words.steps))],
        "tell_staff": say(words.tell_staff) if words.tell_staff else None,
        "do_not": [say(text) for text in words.do_not],
        "meanwhile": [say(text) for text in words.meanwhile],
        "worse": [say(text) for text in words.worse],
        "reasons": [reasons.of_outcome(branch, recommendation.level) for branch in _outcomes(recommendation)],
    }


def _hours(action: DispositionAction) -> float:
    """Return within how many hours; what has no time comes after what has one."""
    return duration_hours(action.within) if action.within else math.inf


def _winning(recommendation: Recommendation) -> list[DispositionAction]:
    """Return what the rules ask for that give the level."""
    actions = (branch.then.disposition for branch in recommendation.decision.outcomes)
    return [action for action in actions if action and action.level is recommendation.level]


def _outcomes(recommendation: Recommendation) -> list[Branch]:
    """Return the outcomes to tell of. Where help comes first, "a routine, and a look in six weeks" only dilutes it."""
    outcomes = recommendation.decision.outcomes
    if recommendation.level.shows_routine:
        return list(outcomes)
    return [
        branch for branch in outcomes if branch.then.disposition and not branch.then.disposition.level.shows_routine
    ]


def _routine(
    recommendation: Recommendation, assembly: Assembly, reasons: Reasons, words: FormsWorded, say: Wording
) -> RoutineShown:
    routine, others = assembly.routine, assembly.other_days
    away = recommendation.decision.order.not_daily or frozenset()
    days = _told(recommendation, _STRENGTH_DAYS, say) if any(item.is_of(away) for item in routine.items) else []
    items = [_item(item, away, reasons, words) for item in routine.items]
    same = dict(zip(map(id, routine.items), items, strict=True))
    return {
        "how_often": next(iter(_told(recommendation, _HOW_OFTEN, say)), None),
        "strength_days": next(iter(days), None),
        "other_days": {
            "seconds": others.seconds,
            "items": [same.get(id(item)) or _item(item, away, reasons, words) for item in others.items],
        }
        if others
        else None,
        "minutes_budget": routine.minutes_budget,
        "seconds": routine.seconds,
        "stage": routine.stage.value,
        "items": items,
    }


def _item(item: Item, away: frozenset[str], reasons: Reasons, words: FormsWorded) -> ItemShown:
    return {
        **_break_item(item, reasons, words),
        "every_day": not item.is_of(away),
        "easier": item.easier.exercise.id if item.easier else None,
        "easier_move": move_shown(item.easier, words) if item.easier else None,
        "harder": item.harder.exercise.id if item.harder else None,
        "harder_move": move_shown(item.harder, words) if item.harder else None,
    }


def _break_item(item: Item, reasons: Reasons, words: FormsWorded) -> BreakItemShown:
    exercise = item.exercise
    own = words(exercise, item.form)
    return {
        **move_shown(item, words),
        "slot": item.slot,
        "position": item.form.position,
        "seconds": item.seconds,
        "purpose": own.purpose,
        "breathing": own.breathing,
        "feel_it": own.feel_it,
        "not_here": own.not_here,
        "common_mistakes": own.common_mistakes,
        "why": [reasons.of_item(branch, exercise) for branch in item.reasons],
    }


def move_shown(item: Item, words: FormsWorded) -> MoveShown:
    """Return one move as data for JSON: its form, its dose and how it is done."""
    own = words(item.exercise, item.form)
    return {
        "exercise": item.exercise.id,
        "name": own.name,
        "form": item.form.id,
        "form_name": own.form_name,
        "dose": _dose(item.dose),
        "steps": own.steps,
        "cautions": _cautions(item, own.cautions, words.say) if item.notes else own.cautions,
        "figure": own.figure,
    }


def _cautions(item: Item, of_form: list[str], say: Wording) -> list[str]:
    """Return what to watch out for: what the rules say to this person, then what holds for everybody."""
    return list(dict.fromkeys((*(say(note) for _, note in item.notes), *of_form)))


def _dose(dose: Dose) -> DoseShown:
    return {
        "type": dose.type.value,
        "sets": dose.sets,
        "reps": dose.reps,
        "hold_seconds": dose.hold_seconds,
        "seconds": dose.seconds,
        "per_side": dose.per_side,
        "rest_seconds": dose.rest_seconds,
    }


def _left_out(left: LeftOut, reasons: Reasons, say: Wording) -> LeftOutShown:
    text, regions = reasons.in_words(left)
    return {
        "exercise": left.exercise.id,
        "name": say(left.exercise.name),
        "because": left.because,
        "text": text,
        "regions": regions,
        "why": [reasons.short(branch) for branch in left.reasons or reasons.of_choice(left.because)],
        "instead": left.instead.id if left.instead else None,
    }


def _break(short: Break, reasons: Reasons, words: FormsWorded) -> BreakShown:
    return {
        "name": words.say(short.name),
        "why": reasons.short(short.reason),
        "items": [_break_item(item, reasons, words) for item in short.items],
    }


def _advice(
    recommendation: Recommendation, catalogue: Catalogue, topics: frozenset[str] | None, say: Wording
) -> Iterable[AdviceShown]:
    """Yield the advice, each text once, by topic in the order of the page."""
    given = [
        (catalogue.topics[advice.topic].order, branch.rule_id, advice.topic, text)
        for branch, advice in recommendation.decision.advice
        if advice.topic not in _IN_ROUTINE and (topics is None or advice.topic in topics)
        for text in advice.items
    ]
    seen: set[tuple[str, str]] = set()
    for _, rule, topic, text in sorted(given, key=lambda entry: entry[0]):
        if (topic, text) not in seen:
            seen.add((topic, text))
            yield {"rule": rule, "topic": topic, "text": say(text)}


def _told(recommendation: Recommendation, topic: str, say: Wording) -> list[str]:
    """Return what rules advise under one topic, each text once."""
    given = recommendation.decision.advice
    return list(dict.fromkeys(say(text) for _, advice in given if advice.topic == topic for text in advice.items))


def _contact(contact: Contact) -> ContactShown:
    return {"name": contact.name, "number": contact.number, "by_text": contact.by_text, "note": contact.note}
