"""What a vignette promises of the routine and of the words around it, beyond which exercises are in or out."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.loaders.vignettes import Vignette
from recommender.models.catalogue import Exercise, Form
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Item
from recommender.models.slots import END_SLOTS, Slot


def broken_promises(recommendation: Recommendation, vignette: Vignette) -> Iterator[str]:
    """Yield each promise that the recommendation does not keep. A promise about a routine needs one."""
    expect, items = vignette.expect, routine_items(recommendation)
    offered = {item.exercise.id for item in items}
    wanted = vignette.expected("one_of")
    if wanted and not offered & set(wanted):
        yield f"none of {', '.join(wanted)} is offered"
    for tag in vignette.expected("without_tags"):
        yield from (f"{form.key} carries {tag}" for _, form in shown_forms(recommendation) if tag in form.tags)
    for key, count in measures(recommendation).items():
        if key in expect and (not items or count > expect[key]):
            yield f"{key} is {count}, not {expect[key]}"
    if vignette.expected("without_tags") and not items:
        yield "there is no routine to keep free of tags"
    words = " ".join(words_of(recommendation)).lower()
    yield from (f"nothing says '{wording}'" for wording in vignette.expected("says") if wording.lower() not in words)


def routine_items(recommendation: Recommendation) -> tuple[Item, ...]:
    return recommendation.assembly.routine.items if recommendation.assembly else ()


def shown_forms(recommendation: Recommendation) -> Iterator[tuple[Exercise, Form]]:
    """Yield every form that the person is shown: the items, the easier and harder moves in place of one, and the breaks."""
    if recommendation.assembly is None:
        return
    breaks = [item for short in recommendation.assembly.breaks for item in short.items]
    for item in [*recommendation.assembly.routine.items, *breaks]:
        yield item.exercise, item.form
        for other in filter(None, (item.easier, item.harder)):
            yield other.exercise, other.form


def measures(recommendation: Recommendation) -> dict[str, int]:
    """Return the figures that a promise may limit: seconds of the longest hold, counts of moves, minutes begun."""
    items = routine_items(recommendation)
    moves = [item for item in items if item.slot not in END_SLOTS]
    return {
        "holds_at_most": max((item.dose.hold_seconds or 0 for item in items), default=0),
        "moves_at_most": len(moves),
        "strength_at_most": sum(item.exercise.slot is Slot.STRENGTH for item in moves),
        "minutes_at_most": -(-sum(item.seconds for item in items) // 60),
    }


def words_of(recommendation: Recommendation) -> Iterator[str]:
    """Yield every text that the rules say to this person: reasons, what to do, advice and watch-outs."""
    for branch in recommendation.fired:
        yield branch.say
        yield from (advice for part in branch.then.advise for advice in part.items)
        if branch.then.disposition and branch.then.disposition.act:
            yield branch.then.disposition.act
    for item in routine_items(recommendation):
        yield from (note for _, note in item.notes)
