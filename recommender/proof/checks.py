"""What a change of rules does at checks: what becomes of the routine, how much may be raised, and what is asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import TypeVar

from recommender.models.follow_up import Action, FollowUp, Progress, StageMove
from recommender.models.rules import Branch
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.sides import Difference, Sides

Said = TypeVar("Said", FollowUp, Progress)

_AS_BEFORE = FollowUp(Action.KEEP)
_STRICTER_FIRST = (Action.REFER, Action.REGRESS, Action.KEEP, Action.PROGRESS)
_LOWER_FIRST = (StageMove.ONE_DOWN, StageMove.SAME, StageMove.ONE_UP)


def differences_at_checks(sides: Sides) -> Iterator[Difference]:
    """Yield everything that differs at a check, before or in a session, and not on a first visit as well."""
    yield from sides.differences()
    yield from _other_answers(sides, "no rule decides", _deciding, _eases, _in_short)
    yield from _other_answers(sides, "nothing is raised", _raising, _raises_more, _steps)
    yield from _asked_less(sides)


def _other_answers(
    sides: Sides,
    nothing: str,
    of: Callable[[RuleEncoding], Mapping[Said | None, Literal]],
    is_less_safe: Callable[[Said | None, Said | None], bool],
    words: Callable[[Said, Said | None], str],
) -> Iterator[Difference]:
    """Yield what a rule says now in place of another, where a routine follows before and after."""
    before, after = of(sides.before), of(sides.after)
    if before == after:
        return
    told: dict[str, tuple[bool, Literal]] = {}
    for was, when_before in before.items():
        for now, when_after in after.items():
            if was != now:
                both = sides.graph.both(when_before, when_after)
                name = f"{words(was, now) if was else nothing} becomes {words(now, was) if now else nothing}"
                worse, when = told.get(name, (False, FALSE))
                told[name] = worse or is_less_safe(was, now), sides.graph.either(when, both)
    for name in sides.each_that_can_hold({name: when for name, (_, when) in told.items()}, *sides.both_routines):
        worse, when = told[name]
        yield sides.difference(name, worse, (*sides.both_routines, when), [when])


def _deciding(rules: RuleEncoding) -> Mapping[FollowUp | None, Literal]:
    """Return when each thing becomes of the routine: what the first rule that decides says; None where none does."""
    schedule = rules.universe.rule_set.check_in_schedule
    order = {rule: number for number, rule in enumerate(schedule.first_to_decide if schedule else ())}
    said = [
        branch
        for branch in rules.universe.before_assembly
        if branch.then.follow_up and branch.then.follow_up.action is not Action.REFER
    ]
    said.sort(key=lambda branch: order.get(branch.rule_id, len(order)))
    return _first(rules, said, lambda branch: branch.then.follow_up)


def _raising(rules: RuleEncoding) -> Mapping[Progress | None, Literal]:
    """Return when each step of progress may be taken; None where none may."""
    said = [branch for branch in rules.universe.before_assembly if branch.then.progress]
    return _first(rules, said, lambda branch: branch.then.progress)


def _first(
    rules: RuleEncoding, branches: list[Branch], says: Callable[[Branch], Said | None]
) -> Mapping[Said | None, Literal]:
    found: dict[Said | None, Literal] = {}
    none_before = TRUE
    for branch in branches:
        when = rules.graph.both(none_before, rules.fired[branch.id])
        found[says(branch)] = rules.graph.either(found.get(says(branch), FALSE), when)
        none_before = rules.graph.both(none_before, -rules.fired[branch.id])
    return {**found, None: none_before}


def _eases(was: FollowUp | None, now: FollowUp | None) -> bool:
    """Return whether the second asks for more of the body than the first, or spares it less.

    It does where any of the figures below is higher, or any relief is gone. Days of checks are compared by both ends, and
    ``swap_moves`` and ``keep_one_of`` not at all: neither is more or less to ask for.

    Where no rule decides any more a check fails: nobody is told anything.
    """
    if now is None:
        return True
    old, new = was or _AS_BEFORE, now
    return (
        _STRICTER_FIRST.index(new.action) > _STRICTER_FIRST.index(old.action)
        or _LOWER_FIRST.index(new.stage) > _LOWER_FIRST.index(old.stage)
        or _figure(new.dose_factor, 1) > _figure(old.dose_factor, 1)
        or _figure(new.reps_at_least, 0) > _figure(old.reps_at_least, 0)
        or _figure(new.hold_seconds_at_least, 0) > _figure(old.hold_seconds_at_least, 0)
        or any(getattr(old, name) and not getattr(new, name) for name in ("step_back", "ease_hurting", "drop_hurting"))
        or (new.restore and not old.restore)
        or new.rows_down < old.rows_down
        or _is_later(old.check_in_days, new.check_in_days)
    )


def _is_later(was: tuple[int, int] | None, now: tuple[int, int] | None) -> bool:
    """Return whether a check may begin later, or end later, than it was asked for; without days any day is late enough."""
    return was is not None and (now is None or now[0] > was[0] or now[1] > was[1])


def _figure(given: float | None, usual: float) -> float:
    return usual if given is None else given


def _raises_more(was: Progress | None, now: Progress | None) -> bool:
    if was is None or now is None:
        return was is None
    return (
        now.things_at_most > was.things_at_most
        or now.hold_total_seconds_at_most > was.hold_total_seconds_at_most
        or not set(now.steps) <= set(was.steps)
    )


def _in_short(one: FollowUp, beside: FollowUp | None) -> str:
    """Return the action, with those of its figures that it gives and that are not the same beside."""
    other, bare = beside or _AS_BEFORE, FollowUp(one.action)
    names = [part.name for part in fields(one) if part.name != "action"]
    told = [
        f"{name} {getattr(one, name)}"
        for name in names
        if getattr(one, name) not in (getattr(other, name), getattr(bare, name))
    ]
    return f"{one.action} ({', '.join(told)})" if told else str(one.action)


def _steps(one: Progress, beside: Progress | None) -> str:
    told = [
        f"{step.figure} by {step.by} to {step.at_most}"
        for step in one.steps
        if beside is None or step not in beside.steps
    ]
    limits = f"at most {one.things_at_most} at a time, held {one.hold_total_seconds_at_most} seconds in all"
    return f"more ({'; '.join([*told, limits])})"


def _asked_less(sides: Sides) -> Iterator[Difference]:
    """Yield each page that is no longer asked again, or no longer in full."""
    before, after = (_asked_again(rules) for rules in (sides.before, sides.after))
    for name in {**before, **after}:
        was, now = before.get(name, FALSE), after.get(name, FALSE)
        for told, is_less_safe, when in (
            (f"page {name} is not asked again any more", True, sides.graph.both(was, -now)),
            (f"page {name} is asked again now", False, sides.graph.both(-was, now)),
        ):
            if sides.each_that_can_hold({told: when}):
                yield sides.difference(told, is_less_safe, [when], [was, now])


def _asked_again(rules: RuleEncoding) -> Mapping[str, Literal]:
    """Return when each page is asked again, and when in full, by its id."""
    found: dict[str, Literal] = {}
    short: dict[str, Literal] = {}
    for branch in rules.universe.before_assembly:
        fired = rules.fired[branch.id]
        for page in branch.then.ask_again:
            found[page] = rules.graph.either(found.get(page, FALSE), fired)
        for page in branch.then.short_screen:
            short[page] = rules.graph.either(short.get(page, FALSE), fired)
    in_full = {f"{page} in full": rules.graph.both(when, -short.get(page, FALSE)) for page, when in found.items()}
    return {**found, **in_full}
