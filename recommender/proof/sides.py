"""Two rule sets on the answers of the same people: in what they differ, and for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from recommender.models.levels import Level, Stage
from recommender.proof.encoding.breaks import in_breaks
from recommender.proof.encoding.forms import FormEncoding, choose_alike, forms_of
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.encoding.moves import MoveEncoding
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.solver import Solver

NO_LEVEL = "no level"

Moved = tuple[Level | None, Level | None]


class Difference(NamedTuple):
    """One thing that differs: in words, for whom, and what it is called by if it makes them less safe.

    ``moved`` are the levels before and after, where it is these that differ.
    """

    told: str
    is_less_safe: bool
    when: tuple[Literal, ...]
    cause: tuple[str | Literal, ...]
    moved: Moved | None = None


class Sides:
    """The two rule sets. With ``first`` it is of a check, and what a first visit shows of the same person is left out."""

    def __init__(self, before: RuleEncoding, after: RuleEncoding, solver: Solver, first: Sides | None = None) -> None:
        self.before, self.after, self._solver, self._first = before, after, solver, first
        self.graph = before.graph

    def differences(self) -> Iterator[Difference]:
        """Yield everything that differs in levels, movements and stages."""
        yield from self._levels()
        yield from self._movements()
        yield from self._refusals()
        yield from self._stages()

    @property
    def both_routines(self) -> tuple[Literal, Literal]:
        return self.before.shows_routine, self.after.shows_routine

    def each_that_can_hold(self, when: Mapping[str, Literal], *given: Literal) -> list[str]:
        """Return the names of those that can hold beside what is given, in their order."""
        return self._solver.each_that_can_hold(when, *given)

    def _can(self, *literals: Literal) -> bool:
        return self._solver.can_hold(*literals)

    def difference(
        self, told: str, is_less_safe: bool, when: Iterable[Literal], cause: Iterable[str | Literal], *moved: Moved
    ) -> Difference:
        """Return a difference with its name for good; one of a check says so."""
        told = told if self._first is None else f"at a check: {told}"
        return Difference(told, is_less_safe, tuple(when), tuple(cause) if is_less_safe else (), *(moved or (None,)))

    @cached_property
    def moved(self) -> Mapping[Moved, Literal]:
        """Who comes from which level to which other, what is less safe first and the highest level first; None is no level."""
        if self.before.at_least == self.after.at_least:
            return {}
        levels = (*Level, None)
        pairs = [(was, now) for was in levels for now in levels if was is not now]
        pairs.sort(key=lambda pair: (rank(pair[1]) > rank(pair[0]), -rank(pair[0]), rank(pair[1])))
        found = {pair: self._comes(*pair) for pair in pairs}
        return {pair: literal for pair, literal in found.items() if self._can(literal)}

    def _comes(self, was: Level | None, now: Level | None) -> Literal:
        comes = self.graph.both(_exactly(self.before, was), _exactly(self.after, now))
        return comes if self._first is None else self.graph.both(comes, -self._first._comes(was, now))

    def _levels(self) -> Iterator[Difference]:
        for (was, now), when in self.moved.items():
            is_lower = rank(now) < rank(was)
            cause = self._outcomes_lost(was, now, when) if is_lower else ()
            told = f"{was or NO_LEVEL} becomes {now or NO_LEVEL}"
            yield self.difference(told, is_lower, [when], cause, (was, now))

    def _outcomes_lost(self, was: Level | None, now: Level | None, when: Literal) -> Iterator[str | Literal]:
        """Yield each outcome that some of these people had and have no longer, with its level, before and after."""
        for branch in sorted(self.before.universe.outcomes, key=lambda one: one.id):
            level = branch.then.disposition.level if branch.then.disposition else None
            fired = self.before.fired[branch.id]
            if rank(level) > rank(now) and self._can(when, fired):
                yield from (branch.id, str(level), fired, self.after.fired.get(branch.id, FALSE))

    @cached_property
    def forms_before(self) -> FormEncoding:
        return FormEncoding(self.before)

    @cached_property
    def forms_after(self) -> FormEncoding:
        return FormEncoding(self.after, self.forms_before)

    @cached_property
    def chooses_alike(self) -> bool:
        return choose_alike(self.before, self.after)

    @cached_property
    def _gained(self) -> Mapping[str, Literal]:
        """When each form may come now and could not before."""
        return {} if self.chooses_alike else _only_in(self.forms_before, self.forms_after)

    @cached_property
    def _lost(self) -> Mapping[str, Literal]:
        return {} if self.chooses_alike else _only_in(self.forms_after, self.forms_before)

    def _movements(self) -> Iterator[Difference]:
        """Yield each form that may come now and could not before, and the other way round, with a routine before and after."""
        if self.chooses_alike:
            return
        more, fewer = (self._beyond_the_first(name) for name in ("_gained", "_lost"))
        may_come = [forms_that_may_come(forms) for forms in (self.forms_before, self.forms_after)]
        left_out = {
            key: self.graph.both(when, self.forms_before.excluded.get(key, FALSE)) for key, when in more.items()
        }
        others = {key: self.graph.both(when, -left_out[key]) for key, when in more.items()}
        # A form that is new in the catalogue was never impossible for anybody: nothing is known against it.
        possible = {key: self.forms_before.possible.get(key, TRUE) for key in more}
        for told, is_less_safe, when in (
            ("may come where a rule left it out", True, left_out),
            ("may come where it could not be done", True, self._each_both(others, possible, -1)),
            ("may come where nothing asked for it", False, self._each_both(others, possible, 1)),
            ("no longer comes where it did", False, fewer),
        ):
            for key in self.each_that_can_hold(when, *self.both_routines):
                cause = [forms.get(key, FALSE) for forms in may_come]
                yield self.difference(f"{key} {told}", is_less_safe, (*self.both_routines, when[key]), cause)

    def _each_both(
        self, when: Mapping[str, Literal], beside: Mapping[str, Literal], sign: int
    ) -> Mapping[str, Literal]:
        """Return that each holds, and what stands beside it does (``sign`` 1) or does not (-1)."""
        return {key: self.graph.both(literal, sign * beside[key]) for key, literal in when.items()}

    def _beyond_the_first(self, name: str) -> Mapping[str, Literal]:
        """Return when a form comes, or no longer comes, of whom the first visit does not show the same."""
        mine: Mapping[str, Literal] = getattr(self, name)
        if self._first is None:
            return mine
        first, routines = getattr(self._first, name), self._first.both_routines
        shown = {key: self.graph.every((first.get(key, FALSE), *routines)) for key in mine}
        return {key: self.graph.both(literal, -shown[key]) for key, literal in mine.items()}

    def _refusals(self) -> Iterator[Difference]:
        """Yield whether somebody is turned away now for want of moves, or is no longer."""
        late = [rules.universe.staged.after_assembly for rules in (self.before, self.after)]
        if self.chooses_alike and late[0] == late[1]:
            return
        before, after = self._follows
        for told, is_less_safe, when in (
            ("too few moves are left now", False, (before, -after)),
            ("too few moves were left before", True, (-before, after)),
        ):
            asked = (*self.both_routines, self._new_to_first(*when))
            if before != after and self._can(*asked):
                yield self.difference(told, is_less_safe, asked, (before, after))

    @cached_property
    def _follows(self) -> tuple[Literal, Literal]:
        return MoveEncoding(self.forms_before).routine_follows, MoveEncoding(self.forms_after).routine_follows

    def _new_to_first(self, before: Literal, after: Literal) -> Literal:
        """Return that both hold; at a check, of whom they do not hold on a first visit by its own rules."""
        both = self.graph.both(before, after)
        if self._first is None:
            return both
        signs = [1 if literal == mine else -1 for literal, mine in zip((before, after), self._follows, strict=True)]
        first = (sign * literal for sign, literal in zip(signs, self._first._follows, strict=True))
        return self.graph.both(both, -self.graph.every((*first, *self._first.both_routines)))

    def _stages(self) -> Iterator[Difference]:
        if self.before.stage == self.after.stage:
            return
        for was in Stage:
            for now in Stage:
                asked = (*self.both_routines, self._changes_stage(was, now))
                if was is not now and self._can(*asked):
                    cause = (self.before.stage[was], self.after.stage[now])
                    yield self.difference(f"stage {was} becomes {now}", now.rank > was.rank, asked, cause)

    def _changes_stage(self, was: Stage, now: Stage) -> Literal:
        changes = self.graph.both(self.before.stage[was], self.after.stage[now])
        if self._first is None:
            return changes
        first = (self._first._changes_stage(was, now), *self._first.both_routines)
        return self.graph.both(changes, -self.graph.every(first))


def forms_that_may_come(forms: FormEncoding) -> Mapping[str, Literal]:
    """Return when each form may come, into a routine or into a break, by its key."""
    by_key = forms_of(forms.universe.catalogue)
    breaks = in_breaks(forms)
    return {
        key: forms.graph.either(forms.may_be_used(exercise, form), breaks.get(key, FALSE))
        for key, (exercise, form) in by_key.items()
    }


def _only_in(without: FormEncoding, within: FormEncoding) -> dict[str, Literal]:
    """Return when each form may come on the second and not on the first."""
    before = forms_that_may_come(without)
    return {
        key: within.graph.both(literal, -before.get(key, FALSE)) for key, literal in forms_that_may_come(within).items()
    }


def rank(level: Level | None) -> int:
    """Return how high a level is; none at all is below them all."""
    return -1 if level is None else level.rank


def _exactly(rules: RuleEncoding, level: Level | None) -> Literal:
    return rules.no_level if level is None else rules.level[level]
