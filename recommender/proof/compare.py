"""What a change of rules does to people: who gets less, who gets more, and what else is different.

Both rule sets stand on the same answers, so that what the change does not touch is the same formula and needs no question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from recommender.models.content import Content
from recommender.models.levels import Level, Stage
from recommender.models.rules import Branch
from recommender.proof.counting import Diagrams, regions
from recommender.proof.encoding.answers import Answers, Ticks, new_ticks
from recommender.proof.encoding.forms import FormEncoding, forms_of
from recommender.proof.encoding.graph import FALSE, TRUE, Graph, Literal
from recommender.proof.encoding.moves import MoveEncoding
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.encoding.universe import Universe
from recommender.proof.person import Person, smallest
from recommender.proof.solver import Solver

_CONDITION, _WORDS = ("when",), ("say", "why")


@dataclass(frozen=True)
class Shift:
    """People to whom the change does one thing. ``sheets`` is how many sheets that is, where it was counted."""

    told: str
    is_less_safe: bool
    person: Person | None = None
    sheets: int | None = None


@dataclass(frozen=True)
class Comparison:
    """The shifts, those that are less safe first and the worst of them before, and what else differs, by kind."""

    shifts: tuple[Shift, ...]
    others: Mapping[str, tuple[str, ...]]

    @property
    def is_less_safe(self) -> bool:
        return any(shift.is_less_safe for shift in self.shifts)

    @property
    def is_empty(self) -> bool:
        return not self.shifts and not any(self.others.values())


class Change:
    """Two contents, encoded on the same answers."""

    def __init__(self, old: Content, new: Content, *, with_people: bool = True) -> None:
        self.old, self.new = Universe(old), Universe(new)
        self._with_people = with_people
        self.graph = Graph()
        ticks = new_ticks(self.old, self.graph)
        more = {key: literal for key, literal in new_ticks(self.new, self.graph).items() if key not in ticks}
        self.before = RuleEncoding(self._answers(self.old, {**ticks, **more}))
        self.after = RuleEncoding(self._answers(self.new, {**ticks, **more}))
        self.solver = Solver(self.graph)
        for rules in (self.before, self.after):
            self.solver.require(rules.answers.is_whole)

    def _answers(self, universe: Universe, ticks: Ticks) -> Answers:
        known = {(question.id, value) for question in universe.questions for value in universe.values(question.id)}
        return Answers(universe, self.graph, {key: literal for key, literal in ticks.items() if key in known})

    @cached_property
    def forms_before(self) -> FormEncoding:
        return FormEncoding(self.before)

    @cached_property
    def forms_after(self) -> FormEncoding:
        return FormEncoding(self.after)

    def compare(self, *, with_counts: bool = False, first: Sequence[str] = ()) -> Comparison:
        """Return everything that the change does. ``first`` are questions to look at first where sheets are counted."""
        counts = self._counts(first) if with_counts else {}
        levels = list(self._levels(counts))
        found = [*levels, *self._movements(), *self._refusals(), *self._stages()]
        shifts = sorted(found, key=lambda shift: not shift.is_less_safe)
        return Comparison(tuple(shifts), dict(_other_changes(self.old, self.new)))

    def moved(self) -> list[tuple[Level, Level]]:
        """Return from which level to which somebody comes, what is less safe first, and the highest level first."""
        pairs = [(was, now) for was in Level for now in Level if was is not now]
        pairs.sort(key=lambda pair: (pair[1].rank > pair[0].rank, -pair[0].rank, pair[1].rank))
        return [pair for pair in pairs if self.solver.can_hold(self.before.level[pair[0]], self.after.level[pair[1]])]

    def _levels(self, counts: Mapping[tuple[Level, Level], int]) -> Iterator[Shift]:
        for was, now in self.moved():
            told = f"{was} becomes {now}"
            literals = (self.before.level[was], self.after.level[now])
            yield self._shift(told, now.rank < was.rank, literals, counts.get((was, now)))

    def _movements(self) -> Iterator[Shift]:
        """Yield each form that may come now and could not before, and the other way round, with a routine before and after."""
        before, after = self.forms_before, self.forms_after
        more, fewer = self._only_in(before, after), self._only_in(after, before)
        left_out = {key: self.graph.both(when, before.excluded.get(key, FALSE)) for key, when in more.items()}
        others = {key: self.graph.both(when, -left_out[key]) for key, when in more.items()}
        for told, is_less_safe, when in (
            ("may come where a rule left it out", True, left_out),
            ("may come where nothing asked for it, or it could not be done", False, others),
            ("no longer comes where it did", False, fewer),
        ):
            for key in self._that_can_hold(when):
                yield self._shift(f"{key} {told}", is_less_safe, (*self._both_routines, when[key]))

    def _that_can_hold(self, when: Mapping[str, Literal]) -> list[str]:
        waiting = {key: literal for key, literal in when.items() if literal != FALSE}
        every = list(waiting)
        while waiting and self.solver.can_hold(*self._both_routines, self.graph.any(waiting.values())):
            for key in [key for key, literal in waiting.items() if self.solver.is_true(literal)]:
                del waiting[key]
        return [key for key in every if key not in waiting]

    def _only_in(self, without: FormEncoding, within: FormEncoding) -> dict[str, Literal]:
        """Return when each form may be used on the second and not on the first."""
        usable = usable_forms(without)
        return {key: self.graph.both(literal, -usable.get(key, FALSE)) for key, literal in usable_forms(within).items()}

    @property
    def _both_routines(self) -> tuple[Literal, Literal]:
        return self.before.shows_routine, self.after.shows_routine

    def _refusals(self) -> Iterator[Shift]:
        """Yield whether somebody is turned away now for want of moves, or is no longer."""
        before, after = (MoveEncoding(forms).routine_follows for forms in (self.forms_before, self.forms_after))
        for told, is_less_safe, literals in (
            ("too few moves are left now", False, (*self._both_routines, before, -after)),
            ("too few moves were left before", True, (*self._both_routines, -before, after)),
        ):
            if before != after and self.solver.can_hold(*literals):
                yield self._shift(told, is_less_safe, literals)

    def _stages(self) -> Iterator[Shift]:
        for was in Stage:
            for now in Stage:
                literals = (*self._both_routines, self.before.stage[was], self.after.stage[now])
                if was is not now and self.solver.can_hold(*literals):
                    yield self._shift(f"stage {was} becomes {now}", now.rank > was.rank, literals)

    def _shift(self, told: str, is_less_safe: bool, literals: tuple[Literal, ...], sheets: int | None = None) -> Shift:
        given = [literal for literal in literals if literal != TRUE]
        person = smallest(self.old, self.solver, self.before.answers, given) if self._with_people else None
        return Shift(told, is_less_safe, person, sheets)

    def _counts(self, first: Sequence[str]) -> Mapping[tuple[Level, Level], int]:
        """Return how many sheets come from each level to each other; nothing where the questions differ."""
        moved = self.moved()
        if not moved or self.before.answers.ticks != self.after.answers.ticks:
            return {}
        diagrams = Diagrams(self.before.answers, first)
        touched = diagrams.whole() & diagrams.of(self._fires_otherwise())
        was, now = (
            {level: region for level, region, _ in regions(diagrams, rules, touched)}
            for rules in (self.before, self.after)
        )
        return {(one, other): diagrams.count(was[one] & now[other]) for one, other in moved}

    def _fires_otherwise(self) -> Literal:
        """Return that some outcome fires on one of the two sheets alone, or gives another level: no other level can differ."""
        differing = []
        outcomes = [{one.id: one for one in universe.outcomes} for universe in (self.old, self.new)]
        for name in {**outcomes[0], **outcomes[1]}:
            before, after = self.before.fired.get(name, FALSE), self.after.fired.get(name, FALSE)
            levels = {
                one.then.disposition.level for side in outcomes if (one := side.get(name)) and one.then.disposition
            }
            fires = (self.graph.both(before, -after), self.graph.both(-before, after))
            differing.append(self.graph.any((before, after) if len(levels) > 1 else fires))
        return self.graph.any(differing)


def usable_forms(forms: FormEncoding) -> Mapping[str, Literal]:
    """Return when each form may come into a routine, by its key."""
    by_key = forms_of(forms.universe.catalogue)
    return {key: forms.may_be_used(exercise, form) for key, (exercise, form) in by_key.items()}


def _other_changes(old: Universe, new: Universe) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what differs between two contents, whatever it does to people: no list may be read as all clear."""
    before, after = old.rule_set.branch_by_id, new.rule_set.branch_by_id
    both = [name for name in before if name in after]
    yield "cases that are new", tuple(name for name in after if name not in before)
    yield "cases that are gone", tuple(name for name in before if name not in after)
    yield "cases with other conditions", tuple(n for n in both if _differ(before[n], after[n], _CONDITION))
    yield "cases with other words", tuple(n for n in both if _differ(before[n], after[n], _WORDS))
    for part in fields(next(iter(before.values())).then):
        named = tuple(n for n in both if getattr(before[n].then, part.name) != getattr(after[n].then, part.name))
        yield f"cases with another '{part.name}'", named
    yield from _listed("questions", old.questionnaire.questions, new.questionnaire.questions)
    yield from _listed("exercises", old.catalogue.by_id, new.catalogue.by_id)
    texts = ("dispositions", "words", "common_questions", "regions", "topics", "tags")
    changed = (name for name in texts if getattr(old.catalogue, name) != getattr(new.catalogue, name))
    yield "other parts of the catalogue", tuple(changed)


def _listed(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield f"{what} that are new", tuple(name for name in new if name not in old)
    yield f"{what} that are gone", tuple(name for name in old if name not in new)
    yield f"{what} that differ", tuple(name for name in old if name in new and old[name] != new[name])


def _differ(old: Branch, new: Branch, parts: Sequence[str]) -> bool:
    return any(getattr(old, part) != getattr(new, part) for part in parts)
