"""A recommendation as plain data, ready for JSON: the one shape that the API, the page and the command line show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from recommender.errors import RecommenderError
from recommender.loaders.languages import SOURCE_LANGUAGE, Language
from recommender.models.catalogue import Catalogue, Contact, Exercise, NumberPhrases, Region
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.recommendation import Recommendation, Supporting
from recommender.models.routine import Assembly, Because, Break, Dose, Item, LeftOut
from recommender.models.rules import Branch

Say = Callable[[str], str]

# Advice that belongs to getting help. Every other topic speaks of moves, and is for a page with a routine only.
_TOPICS_WITHOUT_ROUTINE = frozenset({"do_now", "support"})
_STOP = "stop"


def present(
    recommendation: Recommendation, content: Content, region: str | None, language: Language = SOURCE_LANGUAGE
) -> dict[str, Any]:
    """Return the recommendation as data for JSON, with the numbers of the region in its sentences.

    Above the levels that show a routine it names no exercise: ``routine`` and ``review`` are None, ``left_out``,
    ``stop_rules`` and ``breaks`` are empty, and the advice is about getting help. ``content`` is in that language too.

    Raises:
        RecommenderError: the region is not one of the catalogue's.
    """
    fill = filler(content.catalogue, region)

    def say(text: str) -> str:
        return fill(language.content(text))

    reasons = _Reasons(recommendation, content, say)
    assembly = recommendation.assembly
    topics = None if assembly else _TOPICS_WITHOUT_ROUTINE
    return {
        "disposition": _disposition(recommendation, reasons, say),
        "review": _review(recommendation) if assembly else None,
        "routine": _routine(assembly, reasons, say) if assembly else None,
        "left_out": [_left_out(left, reasons, say) for left in assembly.left_out] if assembly else [],
        "advice": list(_advice(recommendation, content.catalogue, topics, say)),
        "stop_rules": _stop_rules(recommendation, say) if assembly else [],
        "breaks": [_break(short, reasons, say) for short in assembly.breaks] if assembly else [],
        "contacts": [contacts(country) for country in regions_shown(content.catalogue, region)],
        "fired": list(dict.fromkeys(branch.rule_id for branch in recommendation.fired)),
        "cases": list(recommendation.decision.fired_ids),
        "rule_set": {
            "version": recommendation.version,
            "hash": recommendation.hash,
            "approved": recommendation.approved,
        },
        "not_approved": None if recommendation.approved else content.catalogue.words.not_approved,
        "language": {"code": language.code, "clinically_checked": language.checked, "digest": language.digest},
        "link": None,
    }


def filler(catalogue: Catalogue, region: str | None) -> Say:
    """Return the function that puts a country's numbers, or general words, in place of the placeholders of a text."""
    phrases = _phrases(catalogue, region)
    words = {
        "{emergency_number}": phrases.emergency_number_text,
        "{urgent_line}": phrases.urgent_line_text,
        "{crisis_line}": phrases.crisis_line_text,
    }
    pattern = re.compile("|".join(map(re.escape, words)))
    return lambda text: pattern.sub(lambda found: words[found.group()], text)


def regions_shown(catalogue: Catalogue, region: str | None) -> tuple[Region, ...]:
    """Return the region, or every region when none is set: a person's country is never guessed."""
    return tuple(catalogue.regions.values()) if region is None else (catalogue.regions[region],)


def contacts(region: Region) -> dict[str, Any]:
    """Return where to get help in one country, as data for JSON."""
    return {
        "region": region.id,
        "name": region.name,
        "emergency": [_contact(contact) for contact in region.emergency],
        "urgent": [_contact(contact) for contact in region.urgent],
        "crisis": [_contact(contact) for contact in region.crisis],
    }


def duration_hours(duration: str) -> int:
    """Return the hours of an ISO 8601 duration in days or hours, such as P14D or PT48H."""
    number = int(re.sub(r"\D", "", duration))
    return number if duration.startswith("PT") else number * 24


class _Reasons:
    """Turns fired branches into reasons with the person's own answers."""

    def __init__(self, recommendation: Recommendation, content: Content, say: Say) -> None:
        self._branches = recommendation.fired
        self._behind = recommendation.behind
        self._rules = content.rule_set.by_id
        self._stand_in = content.catalogue.words.stand_in
        self._say = say

    def short(self, branch: Branch) -> dict[str, Any]:
        return {
            "rule": branch.rule_id,
            "text": self._say(branch.say),
            "answers": [_answer(answer, self._say) for answer in self._behind.get(branch.id, ())],
        }

    def of_item(self, branch: Branch, exercise: Exercise) -> dict[str, Any]:
        """Return why an item is in. What a rule says of leaving out is no reason for what stands in."""
        reason = self.short(branch)
        wanted = any(
            exercise.id in preference.exercises or preference.good_for & exercise.good_for
            for preference in branch.then.prefer
        )
        stands_in = exercise.id in branch.then.swap_in and not wanted
        return {**reason, "text": self._stand_in} if stands_in else reason

    def of_choice(self, because: Because) -> tuple[Branch, ...]:
        """Return the rules behind an exercise that was allowed, but not chosen."""
        match because:
            case Because.TIME:
                return self._fired(lambda branch: branch.then.plan is not None)
            case Because.NEAR_DUPLICATE:
                return self._fired(lambda branch: bool(branch.then.order and branch.then.order.near_duplicates))
            case _:
                return ()

    def _fired(self, does: Callable[[Branch], bool]) -> tuple[Branch, ...]:
        return tuple(branch for branch in self._branches if does(branch))

    def of_outcome(self, branch: Branch, winning: Level) -> dict[str, Any]:
        """Return a reason for the outcome. A milder one says why, but not what to do: "in 6 weeks" must not stand
        beside "now"."""
        action = branch.then.disposition
        assert action is not None
        counts = action.level is winning
        return {
            **self.short(branch),
            "level": action.level.value,
            "within": action.within if counts else None,
            "act": self._say(action.act) if action.act and counts else None,
            "sources": list(self._rules[branch.rule_id].sources),
        }


def _disposition(recommendation: Recommendation, reasons: _Reasons, say: Say) -> dict[str, Any]:
    words = recommendation.disposition
    times = [
        action.within
        for branch in recommendation.decision.outcomes
        if (action := branch.then.disposition) and action.level is recommendation.level and action.within
    ]
    return {
        "level": recommendation.level.value,
        "title": say(words.title),
        "heading": say(words.heading),
        "message": say(words.message),
        "act": say(words.act),
        "within": min(times, key=duration_hours) if times else words.within,
        "steps": [say(text) for text in words.steps],
        "tell_staff": say(words.tell_staff) if words.tell_staff else None,
        "do_not": [say(text) for text in words.do_not],
        "meanwhile": [say(text) for text in words.meanwhile],
        "worse": [say(text) for text in words.worse],
        "reasons": [reasons.of_outcome(branch, recommendation.level) for branch in _outcomes(recommendation)],
    }


def _outcomes(recommendation: Recommendation) -> list[Branch]:
    """Return the outcomes to tell of. Where help comes first, "a routine, and a look in six weeks" only dilutes it."""
    outcomes = recommendation.decision.outcomes
    if recommendation.level.shows_routine:
        return list(outcomes)
    return [
        branch for branch in outcomes if branch.then.disposition and not branch.then.disposition.level.shows_routine
    ]


def _review(recommendation: Recommendation) -> dict[str, Any] | None:
    """Return the earliest time by which a rule wants somebody to be seen if they are not better, or None."""
    timed = [
        (action.within, branch)
        for branch in recommendation.decision.outcomes
        if (action := branch.then.disposition) and action.level is Level.ROUTINE_REVIEW and action.within
    ]
    if not timed:
        return None
    within, branch = min(timed, key=lambda pair: duration_hours(pair[0]))
    return {"within": within, "rule": branch.rule_id}


def _routine(assembly: Assembly, reasons: _Reasons, say: Say) -> dict[str, Any]:
    routine = assembly.routine
    return {
        "minutes_budget": routine.minutes_budget,
        "seconds": routine.seconds,
        "stage": routine.stage.value,
        "items": [_item(item, reasons, say) for item in routine.items],
    }


def _item(item: Item, reasons: _Reasons, say: Say) -> dict[str, Any]:
    exercise, form = item.exercise, item.form
    return {
        "exercise": exercise.id,
        "name": say(exercise.name),
        "form": form.id,
        "form_name": say(form.name),
        "slot": item.slot,
        "position": form.position,
        "dose": _dose(item.dose),
        "seconds": item.seconds,
        "purpose": say(exercise.purpose),
        "steps": [say(text) for text in form.steps],
        "breathing": say(exercise.breathing),
        "feel_it": say(exercise.feel_it),
        "not_here": say(exercise.not_here),
        "cautions": _cautions(item, say),
        "common_mistakes": [say(text) for text in exercise.common_mistakes],
        "easier": item.easier.exercise.id if item.easier else None,
        "easier_move": _easier(item.easier, say) if item.easier else None,
        "harder": item.harder.id if item.harder else None,
        "why": [reasons.of_item(branch, exercise) for branch in item.reasons],
        "figure": None,
    }


def _easier(item: Item, say: Say) -> dict[str, Any]:
    return {
        "exercise": item.exercise.id,
        "name": say(item.exercise.name),
        "form": item.form.id,
        "form_name": say(item.form.name),
        "dose": _dose(item.dose),
        "steps": [say(text) for text in item.form.steps],
        "cautions": _cautions(item, say),
    }


def _cautions(item: Item, say: Say) -> list[str]:
    notes = (note for _, note in item.notes)
    return list(dict.fromkeys(map(say, (*notes, *item.form.cautions))))


def _dose(dose: Dose) -> dict[str, Any]:
    return {
        "type": dose.type.value,
        "sets": dose.sets,
        "reps": dose.reps,
        "hold_seconds": dose.hold_seconds,
        "seconds": dose.seconds,
        "per_side": dose.per_side,
        "rest_seconds": dose.rest_seconds,
    }


def _left_out(left: LeftOut, reasons: _Reasons, say: Say) -> dict[str, Any]:
    return {
        "exercise": left.exercise.id,
        "name": say(left.exercise.name),
        "because": left.because.value,
        "why": [reasons.short(branch) for branch in left.reasons or reasons.of_choice(left.because)],
        "instead": left.instead.id if left.instead else None,
    }


def _break(short: Break, reasons: _Reasons, say: Say) -> dict[str, Any]:
    return {
        "name": say(short.name),
        "why": reasons.short(short.reason),
        "items": [_item(item, reasons, say) for item in short.items],
    }


def _advice(
    recommendation: Recommendation, catalogue: Catalogue, topics: frozenset[str] | None, say: Say
) -> Iterable[dict[str, Any]]:
    """Yield the advice, each text once, by topic in the order of the page."""
    given = [
        (catalogue.topics[advice.topic].order, branch.rule_id, advice.topic, text)
        for branch, advice in recommendation.decision.each(lambda branch: branch.then.advise)
        if advice.topic != _STOP and (topics is None or advice.topic in topics)
        for text in advice.items
    ]
    seen: set[tuple[str, str]] = set()
    for _, rule, topic, text in sorted(given, key=lambda entry: entry[0]):
        if (topic, text) not in seen:
            seen.add((topic, text))
            yield {"rule": rule, "topic": topic, "text": say(text)}


def _stop_rules(recommendation: Recommendation, say: Say) -> list[str]:
    given = recommendation.decision.each(lambda branch: branch.then.advise)
    return list(dict.fromkeys(say(text) for _, advice in given if advice.topic == _STOP for text in advice.items))


def _answer(answer: Supporting, say: Say) -> dict[str, Any]:
    return {"question": answer.question, "option": answer.option, "text": say(answer.text)}


def _contact(contact: Contact) -> dict[str, Any]:
    return {"name": contact.name, "number": contact.number, "by_text": contact.by_text, "note": contact.note}


def _phrases(catalogue: Catalogue, region: str | None) -> NumberPhrases:
    if region is None:
        return catalogue.unknown_region
    if region not in catalogue.regions:
        raise RecommenderError(f"REGION '{region}' is not one of {', '.join(catalogue.regions)}. Change the setting.")
    return catalogue.regions[region].phrases
