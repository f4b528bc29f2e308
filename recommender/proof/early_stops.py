"""The obligation that stopping early hides nothing: whoever is told something early is told no less than at the end.

Beside each whole sheet stands what the same person is asked when the form stops: the pages up to there, and the extra
questions of the rules that ask for some. What the whole sheet answers is answered the same; the rest in any way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from recommender.models.conditions import ALWAYS, Condition, Not
from recommender.models.levels import Level
from recommender.models.questionnaire import Page
from recommender.models.rules import Branch
from recommender.proof.encoding.answers import Answers, Ticks
from recommender.proof.encoding.certainty import Certainty
from recommender.proof.encoding.graph import FALSE, TRUE, Literal
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.prover import Hole, Prover
from recommender.questionnaire.condition_phrases import in_words

Asked = Mapping[str, Literal]
_ROUNDS_AT_MOST = 8


class _Stop(NamedTuple):
    """A page after which the form may end, and for whom: when it does, and the sheet that the person has answered by then."""

    named: str
    when: Literal
    rules: RuleEncoding


class _Ending(NamedTuple):
    """For whom an outcome ends the form once it is certain, and which outcomes do; ``named`` None is everybody else."""

    named: str | None
    who: Condition
    outcomes: list[Branch]


def early_stops_hide_nothing(prover: Prover) -> Iterator[Hole]:
    """Yield each page and outcome that somebody would reach at the end, and who is told something milder early."""
    for stop in _stops(prover):
        for branch in prover.universe.outcomes:
            level = _level(branch)
            hidden = (stop.when, prover.rules.fired[branch.id], -stop.rules.at_least[level])
            if prover.can_hold(*hidden):
                told = f"{branch.id} gives {level} at the end; after {stop.named} the form ends with less."
                yield prover.hole(f"{stop.named} hides {branch.id}", told, *hidden)


def _stops(prover: Prover) -> Iterator[_Stop]:
    """Yield each way in which the form may end early, in order of pages; what ended by then does not end again."""
    every = frozenset(prover.universe.by_id)
    waiting = frozenset(question.id for question in prover.universe.questions if question.after_result is not None)
    asked: frozenset[str] = frozenset()
    going_on = TRUE
    for page in prover.universe.questionnaire.intake_pages:
        asked |= {question.id for question in page.questions}
        so_far = _only(prover.answers, asked)
        certainty = Certainty(so_far, (every - asked) | waiting)
        emergency = Certainty(so_far, every).of_any(_from_level(prover, Level.EMERGENCY_NOW))
        going_on = prover.graph.both(going_on, -emergency)
        ended = []
        for ending in _endings(prover, page):
            ends = prover.graph.both(so_far.holds(ending.who), certainty.of_any(ending.outcomes))
            urgent = certainty.of_any(_from_level(prover, _least_urgent()))
            sheet, fits = _with_extras(prover, so_far, asked, urgent)
            when = prover.graph.every((going_on, ends, fits))
            name = f"page {page.id}" + (f" ({ending.named})" if ending.named else "")
            yield _Stop(name, when, RuleEncoding(sheet))
            ended.append(ends)
        going_on = prover.graph.both(going_on, -prover.graph.any(ended))


def _endings(prover: Prover, page: Page) -> Iterator[_Ending]:
    """Yield for whom which outcomes end the form after the page."""
    see_first = page.stops_if_see_first
    if see_first is not None:
        without_routine = [one for one in prover.universe.outcomes if not _level(one).shows_routine]
        named = None if see_first == ALWAYS else in_words(see_first, prover.universe.questionnaire)
        yield _Ending(named, see_first, without_routine)
    if page.stops_if_urgent:
        others: Condition = ALWAYS if see_first is None else Not(see_first)
        yield _Ending(None, others, _from_level(prover, Level.URGENT_SAME_DAY))


def _with_extras(prover: Prover, so_far: Answers, asked: frozenset[str], urgent: Literal) -> tuple[Answers, Literal]:
    """Return the sheet with every extra question answered, and that these answers can stand.

    Extra questions come in rounds: what is answered in one may call for another.
    """
    graph, universe = prover.graph, prover.universe
    fresh = {key: graph.variable() for key in prover.answers.ticks}
    may_ask = {
        question.id: graph.both(urgent, -prover.answers.is_shown(question)) if question.id in asked else TRUE
        for question in universe.questions
    }
    extras: dict[str, Literal] = {}
    sheet = so_far
    for _ in range(_ROUNDS_AT_MOST):
        certainty = Certainty(sheet, frozenset(universe.by_id))
        more = dict(extras)
        for branch in universe.staged.outcomes:
            for name in branch.then.ask:
                wanted = graph.both(certainty.of(branch), may_ask.get(name, FALSE))
                more[name] = graph.either(more.get(name, FALSE), wanted)
        if more == extras:
            break
        extras = more
        sheet = _answered_too(prover, so_far, extras, fresh)
    fits = (
        graph.implies(when, graph.both(sheet.is_answered(name), sheet.is_well_formed(universe.by_id[name])))
        for name, when in extras.items()
    )
    return sheet, graph.every(fits)


def _answered_too(prover: Prover, so_far: Answers, extras: Asked, fresh: Ticks) -> Answers:
    """Return the sheet with extra questions answered: as on the whole sheet, or in any way where that has no answer."""
    graph, whole = prover.graph, prover.answers
    ticks = dict(so_far.ticks)
    for name, when in extras.items():
        answered = whole.is_answered(name)
        for value in prover.universe.values(name):
            key = name, value
            anew = graph.both(when, graph.choose(answered, whole.ticks[key], fresh[key]))
            ticks[key] = graph.either(so_far.ticks[key], anew)
    return Answers(prover.universe, graph, ticks)


def _only(answers: Answers, asked: frozenset[str]) -> Answers:
    """Return the sheet with the answers to these questions alone."""
    ticks = {key: literal if key[0] in asked else FALSE for key, literal in answers.ticks.items()}
    return Answers(answers.universe, answers.graph, ticks)


def _least_urgent() -> Level:
    return min((level for level in Level if level.is_urgent), key=lambda level: level.rank)


def _from_level(prover: Prover, least: Level) -> list[Branch]:
    return [branch for branch in prover.universe.outcomes if _level(branch).rank >= least.rank]


def _level(branch: Branch) -> Level:
    assert branch.then.disposition is not None
    return branch.then.disposition.level
