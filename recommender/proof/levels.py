"""Obligations about levels and stages: everybody gets a level, none below its floor; no routine is of a stage above its ceiling."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.models.levels import Level
from recommender.models.safety import Floor, Named
from recommender.proof.encoding.answers import Answers
from recommender.proof.encoding.given import GivenEncoding
from recommender.proof.encoding.graph import Literal
from recommender.proof.prover import Hole, Prover


def everybody_gets_a_level(prover: Prover) -> Iterator[Hole]:
    """Yield somebody whose sheet no rule gives a level."""
    lowest = min(Level, key=lambda level: level.rank)
    no_level = -prover.rules.at_least[lowest]
    if prover.can_hold(no_level):
        yield prover.hole("no level", "No rule gives this sheet a level.", no_level)


def every_routine_has_a_time_plan(prover: Prover) -> Iterator[Hole]:
    """Yield somebody who would get a routine that no rule gives a time plan."""
    planning = [prover.rules.fired[branch.id] for branch in prover.universe.before_assembly if branch.then.plan]
    without = -prover.graph.any(planning)
    if prover.can_hold(prover.rules.shows_routine, without):
        told = "A routine follows, and no rule says how its time is spent."
        yield prover.hole("no time plan", told, prover.rules.shows_routine, without)


def floors_hold(prover: Prover) -> Iterator[Hole]:
    """Yield somebody whose level is below a floor, for each floor that does not hold."""
    for floor in prover.knowledge.net.floors:
        below = -prover.rules.at_least[floor.level]
        given = floor_given(prover.answers, floor)
        if prover.can_hold(given, below):
            subject = f"{floor.brief}: {floor.level}"
            yield prover.hole(subject, f"The level is below {floor.level}, the floor of {floor.brief}.", given, below)


def combined_floors_hold(prover: Prover) -> Iterator[Hole]:
    """Yield somebody whose level is below the floor of answers given together, for each such floor that does not hold."""
    given_together = GivenEncoding(prover.answers, prover.knowledge.combined.patterns)
    for floor in prover.knowledge.combined.floors:
        below = -prover.rules.at_least[floor.level]
        given = given_together.speaks_of(floor.when, floor.unless)
        if prover.can_hold(given, below):
            subject = f"{floor.brief}: {floor.level}"
            yield prover.hole(subject, f"The level is below {floor.level}, the floor of {floor.brief}.", given, below)


def stages_hold(prover: Prover) -> Iterator[Hole]:
    """Yield somebody with a routine of a higher stage than the answers allow, for each ceiling that does not hold."""
    given_together = GivenEncoding(prover.answers, prover.knowledge.combined.patterns)
    for ceiling in prover.knowledge.combined.stages:
        higher = prover.graph.any(
            literal for stage, literal in prover.rules.stage.items() if stage.rank > ceiling.at_most.rank
        )
        given = given_together.speaks_of(ceiling.when, ceiling.unless)
        if prover.can_hold(prover.rules.shows_routine, given, higher):
            told = f"The stage is above {ceiling.at_most}, the highest by {ceiling.brief}."
            yield prover.hole(f"{ceiling.brief}: {ceiling.at_most}", told, prover.rules.shows_routine, given, higher)


def floor_given(answers: Answers, floor: Floor) -> Literal:
    """Return that the sheet gives the answers of the floor, as the last check reads it."""
    graph = answers.graph
    others = (
        answers.tick(name, value)
        for name, options in floor.any_but.items()
        for value in answers.universe.values(name)
        if value not in options
    )
    return graph.every(
        (
            graph.any((*_each(answers, floor.answers), *others)),
            *_each(answers, floor.beside),
            *(-literal for literal in _each(answers, floor.unless)),
        )
    )


def _each(answers: Answers, named: Named) -> Iterator[Literal]:
    """Yield for each question that one of the options is chosen."""
    return (answers.any_of(question, options) for question, options in named.items())
