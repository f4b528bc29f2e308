"""What the cases of a kit must show, as literals of the encoded rules: one for each thing, in three grades.

Conditions are shown as MC/DC asks: of each part that a rule's condition is written with, a sheet on which it holds and one
on which it does not, and on both the outcome of the whole hangs on that part alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from recommender.assembly.matching import forms_in
from recommender.conformance.kit import Grade
from recommender.models.conditions import All, Always, AnyOf, AtLeast, Chosen, Condition, Not, Number, Only
from recommender.models.questionnaire import QuestionKind
from recommender.models.rules import Branch
from recommender.models.safety import Floor
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.prover import Prover


class Target(NamedTuple):
    """One thing to show: a name for people, and the literal that holds on the sheets that show it."""

    grade: Grade
    name: str
    literal: Literal


def targets(prover: Prover) -> Iterator[Target]:
    """Yield everything that the kit must show, the core first, each by a name of its own."""
    named: dict[str, int] = {}
    for target in _targets(prover):
        named[target.name] = times = named.get(target.name, 0) + 1
        yield target if times == 1 else target._replace(name=f"{target.name} ({times})")


def _targets(prover: Prover) -> Iterator[Target]:
    """Yield them grade by grade; a name may stand twice."""
    for name, literal in _core(prover):
        yield Target(Grade.CORE, name, literal)
    for name, literal in _of_rules(prover):
        yield Target(Grade.RULES, name, literal)
    for branch in prover.universe.before_assembly:
        for name, literal in _Parts(prover, branch).shown():
            yield Target(Grade.CONDITIONS, f"{branch.id} {name}", literal)
    for name, literal in _of_exclusions(prover):
        yield Target(Grade.CONDITIONS, name, literal)


def _core(prover: Prover) -> Iterator[tuple[str, Literal]]:
    """Yield each urgent outcome where no other rule gives as much, and each answer that an urgent floor names."""
    for branch in filter(_is_urgent, prover.universe.outcomes):
        yield f"{branch.id} alone decides", _decides(prover, branch)
    for floor in prover.knowledge.net.floors:
        if floor.level.is_urgent:
            yield from _of_floor(prover, floor)


def _is_urgent(branch: Branch) -> bool:
    return branch.then.disposition is not None and branch.then.disposition.level.is_urgent


def _of_floor(prover: Prover, floor: Floor) -> Iterator[tuple[str, Literal]]:
    graph, answers = prover.graph, prover.answers
    beside = [answers.any_of(question, options) for question, options in floor.beside.items()]
    unless = [-answers.any_of(question, options) for question, options in floor.unless.items()]
    named = [(question, option) for question, options in floor.answers.items() for option in sorted(options)]
    for question, options in floor.any_but.items():
        named += [(question, str(value)) for value in prover.universe.values(question) if value not in options]
    for question, option in named:
        yield f"floor of {question}.{option}", graph.every((answers.tick(question, option), *beside, *unless))


def _of_rules(prover: Prover) -> Iterator[tuple[str, Literal]]:
    """Yield each case where it fires, where it alone gives the level, and where it alone gives the kind."""
    graph, rules = prover.graph, prover.rules
    for branch in prover.universe.before_assembly:
        yield f"{branch.id} fires", rules.fired[branch.id]
    for branch in prover.universe.outcomes:
        if not _is_urgent(branch):  # those stand in the core
            yield f"{branch.id} alone decides", _decides(prover, branch)
    kinds = [(one, one.then.disposition.kind) for one in prover.universe.outcomes if one.then.disposition]
    for branch, kind in kinds:
        if kind is not None:
            others = (
                rules.fired[one.id] for one, other in kinds if one is not branch and other and other.rank >= kind.rank
            )
            yield (
                f"{branch.id} alone asks for {kind}",
                graph.every((rules.fired[branch.id], rules.shows_routine, -graph.any(others))),
            )


def _decides(prover: Prover, branch: Branch) -> Literal:
    """Return that the level is that of the branch, and comes from no other rule."""
    assert branch.then.disposition is not None
    rank = branch.then.disposition.level.rank
    others = (
        prover.rules.fired[one.id]
        for one in prover.universe.outcomes
        if one.rule_id != branch.rule_id and one.then.disposition and one.then.disposition.level.rank >= rank
    )
    return prover.graph.both(prover.rules.fired[branch.id], -prover.graph.any(others))


def _of_exclusions(prover: Prover) -> Iterator[tuple[str, Literal]]:
    """Yield each branch and exercise of which it alone leaves out a form that would be possible, so that none is left."""
    graph, forms, catalogue = prover.graph, prover.forms, prover.universe.catalogue
    for branch in prover.universe.before_assembly:
        reached = {
            key
            for exclusion in branch.then.exclude
            for key in forms_in(exclusion.scope, catalogue) - forms_in(exclusion.spared, catalogue)
        }
        for exercise in catalogue.exercises:
            keys = [form.key for form in exercise.forms if form.key in forms.allowed]
            if reached.isdisjoint(keys):
                continue
            alone = []
            for key in reached.intersection(keys):
                others = (when for name, when in forms.against[key] if name != branch.id)
                alone.append(
                    graph.every((forms.possible[key], forms.left_out_by(key, [branch.id]), -graph.any(others)))
                )
            none_left = -graph.any(forms.allowed[key] for key in keys)
            yield (
                f"{branch.id} alone leaves out {exercise.id}",
                graph.every((prover.rules.shows_routine, graph.any(alone), none_left)),
            )


class _Parts:
    """The parts of one branch's condition."""

    def __init__(self, prover: Prover, branch: Branch) -> None:
        self._prover = prover
        self._graph = prover.graph
        self._answers = prover.answers
        self._when = branch.when

    def shown(self) -> Iterator[tuple[str, Literal]]:
        """Yield what to show of each part: a name, and the literal of the sheets on which all hangs on it."""
        for place, part, matters in self._parts(self._when, TRUE, "when"):
            for name, literal in self._both_ways(part):
                yield f"{place} {name}", self._graph.both(matters, literal)

    def _parts(self, condition: Condition, matters: Literal, place: str) -> Iterator[tuple[str, Condition, Literal]]:
        match condition:
            case All(parts) | AnyOf(parts) | AtLeast(_, parts):
                holds = [self._holds(part) for part in parts]
                for number, part in enumerate(parts):
                    others = holds[:number] + holds[number + 1 :]
                    tips = self._graph.both(matters, self._tips(condition, others))
                    yield from self._parts(part, tips, f"{place}.{number + 1}")
            case Not(part):
                yield from self._parts(part, matters, f"{place}.not")
            case Always():
                return
            case _:
                yield place, condition, matters

    def _tips(self, condition: Condition, others: Sequence[Literal]) -> Literal:
        """Return that the group hangs on the one part beside these."""
        match condition:
            case All():
                return self._graph.every(others)
            case AnyOf():
                return -self._graph.any(others)
            case AtLeast(n, _):
                return self._graph.both(self._graph.at_least(n - 1, others), -self._graph.at_least(n, others))
            case _:
                return TRUE

    def _both_ways(self, part: Condition) -> Iterator[tuple[str, Literal]]:
        """Yield the answers with which the part holds, each alone, and those with which it does not, the nearest too."""
        match part:
            case Chosen(question, options):
                yield from self._of_options(question, options)
            case Only(question, option):
                ticked = self._answers.tick(question, option)
                yield f"{question} only {option}", self._holds(part)
                yield f"{question} {option} with others", self._graph.both(ticked, -self._holds(part))
                yield f"{question} not {option}", -ticked
            case Number(subject, low, high):
                yield from self._of_bounds(subject, low, high)
            case _:
                yield "holds", self._holds(part)
                yield "holds not", -self._holds(part)

    def _of_options(self, question: str, options: Sequence[str]) -> Iterator[tuple[str, Literal]]:
        ticks = {option: self._answers.tick(question, option) for option in options}
        for option in options:
            others = self._graph.any(literal for other, literal in ticks.items() if other != option)
            yield f"{question} is {option}", self._graph.both(ticks[option], -others)
        none = -self._graph.any(ticks.values())
        yield f"{question} is none of these", none
        for option in self._next_to(question, options):
            yield f"{question} is {option}, and not these", self._graph.both(self._answers.tick(question, option), none)

    def _next_to(self, question: str, options: Sequence[str]) -> Iterable[str]:
        """Return the options of a scale that stand beside one of these: where a slip of one step would show."""
        known = self._prover.universe.by_id.get(question)
        if known is None or known.kind is not QuestionKind.ONE:
            return ()
        scale = [option.id for option in known.options]
        places = {place + step for place, option in enumerate(scale) if option in options for step in (-1, 1)}
        return [scale[place] for place in sorted(places) if 0 <= place < len(scale) and scale[place] not in options]

    def _of_bounds(self, subject: str, low: int | None, high: int | None) -> Iterator[tuple[str, Literal]]:
        edges = [edge for bound, step in ((low, -1), (high, 1)) if bound is not None for edge in (bound, bound + step)]
        for edge in dict.fromkeys(edges):
            yield f"{subject} is {edge}", self._answers.number(subject, edge, edge)

    def _holds(self, condition: Condition) -> Literal:
        return self._answers.holds(condition, self._prover.rules.findings)


def possible(prover: Prover, every: Iterable[Target]) -> tuple[list[Target], list[Target]]:
    """Return the targets that some whole sheet shows, and those that none does."""
    shown: list[Target] = []
    never: list[Target] = []
    for target in every:
        is_possible = target.literal != FALSE and prover.can_hold(target.literal)
        (shown if is_possible else never).append(target)
    return shown, never
