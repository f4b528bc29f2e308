"""Obligations that worse answers never lead to something milder: to a lower level, or to a movement left out before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from recommender.models.questionnaire import QuestionKind
from recommender.proof.encoding.forms import FormEncoding, forms_of
from recommender.proof.encoding.graph import FALSE, Literal
from recommender.proof.encoding.neighbours import Neighbour, one_higher, with_answer, with_option, without_option
from recommender.proof.prover import Hole, Prover, listed, signs


class Step(NamedTuple):
    """From one sheet to a worse one: what becomes worse, on which first sheets, and the sheet beside them."""

    subject: str
    before: Literal
    after: Neighbour


def no_worse_answer_lowers_the_level(prover: Prover) -> Iterator[Hole]:
    """Yield each answer and case of which the outcome is lost because the person gives that answer too."""
    for step in steps(prover):
        yield from _lost_outcomes(prover, step)


def _lost_outcomes(prover: Prover, step: Step) -> Iterator[Hole]:
    after = step.after.rules
    for branch in prover.universe.outcomes:
        fired, given = prover.rules.fired[branch.id], branch.then.disposition
        if given is None or fired == after.fired[branch.id]:
            continue
        lost = (step.before, step.after.fits, fired, -after.at_least[given.level])
        if prover.can_hold(*lost):
            told = f"{branch.id} gives {given.level}; with this answer as well the level is lower."
            yield prover.hole(f"{step.subject} takes away {branch.id}", told, *lost)


def no_worse_answer_brings_a_movement_back(prover: Prover) -> Iterator[Hole]:
    """Yield each answer and case that no longer leaves a movement out because the person gives that answer too."""
    for step in steps(prover):
        both = (step.before, step.after.fits, prover.rules.shows_routine, step.after.rules.shows_routine)
        yield from _left_out_only_by(prover, f"{step.subject} brings back what", both, prover.forms, step.after.forms)


def doubt_beats_the_all_clear(prover: Prover) -> Iterator[Hole]:
    """Yield each case that is lost because an all-clear stands beside a doubt."""
    for clear in prover.knowledge.order.all_clears:
        question = prover.universe.by_id[clear.question]
        doubts = prover.answers.any_of(clear.question, clear.doubts)
        before = prover.graph.both(prover.answers.tick(clear.question, clear.clear), doubts)
        stricter = without_option(prover.rules, question, clear.clear)
        yield from _milder_than(prover, f"{clear.question}.{clear.clear}", before, stricter)


def details_count_as_ticked(prover: Prover) -> Iterator[Hole]:
    """Yield each case that is lost because something is named in the details alone."""
    for same in prover.knowledge.order.same_as:
        for name, options in same.also.items():
            for option in sorted(options):
                before = prover.graph.both(
                    prover.answers.any_of(same.question, same.options), -prover.answers.tick(name, option)
                )
                stricter = with_option(prover.rules, prover.universe.by_id[name], option)
                yield from _milder_than(prover, f"{same.question} without {name}.{option}", before, stricter)


def _milder_than(prover: Prover, subject: str, before: Literal, stricter: Neighbour) -> Iterator[Hole]:
    """Yield each outcome, and each exclusion, that the stricter sheet has and the one that was filled in has not."""
    for branch in prover.universe.outcomes:
        given, fired = branch.then.disposition, stricter.rules.fired[branch.id]
        if given is None or fired == prover.rules.fired[branch.id]:
            continue
        lost = (before, stricter.fits, fired, -prover.rules.at_least[given.level])
        if prover.can_hold(*lost):
            yield prover.hole(f"{subject}: {branch.id}", f"{branch.id} would give {given.level}.", *lost)
    both = (before, stricter.fits, prover.rules.shows_routine, stricter.rules.shows_routine)
    yield from _left_out_only_by(prover, f"{subject}:", both, stricter.forms, prover.forms)


def _left_out_only_by(
    prover: Prover, subject: str, given: tuple[Literal, ...], strict: FormEncoding, mild: FormEncoding
) -> Iterator[Hole]:
    """Yield each case by which a form is left out on the one sheet, while nothing leaves it out on the other."""
    changed = [key for key in forms_of(prover.universe.catalogue) if strict.excluded[key] != mild.excluded[key]]
    for branch in prover.universe.before_assembly:
        if strict.rules.fired[branch.id] == mild.rules.fired[branch.id]:
            continue
        lost = {key: prover.graph.both(strict.left_out_by(key, [branch.id]), -mild.excluded[key]) for key in changed}
        named = [(key, literal) for key, literal in lost.items() if literal != FALSE]
        keys = prover.each_that_can_hold(named, *given)
        if keys:
            told = f"On one sheet {branch.id} leaves out {listed(keys)}; on the other nothing does."
            yield prover.hole(f"{subject} {branch.id} leaves out", told, *given, lost[keys[0]])


def steps(prover: Prover) -> Iterator[Step]:
    """Yield every way to a worse sheet: a sign more, or an answer one step up its scale."""
    yield from _more_signs(prover)
    for scale in prover.knowledge.order.scales:
        question = prover.universe.by_id[scale.question]
        if question.kind is QuestionKind.NUMBER:
            yield Step(
                f"{question.id} one higher",
                -prover.answers.tick(question.id, question.maximum),
                one_higher(prover.rules, question),
            )
        for milder, worse in zip(scale.steps, scale.steps[1:], strict=False):
            for option in worse:
                before = prover.answers.any_of(question.id, milder)
                yield Step(f"{question.id}.{option}", before, with_answer(prover.rules, question, option))


def _more_signs(prover: Prover) -> Iterator[Step]:
    """Yield a step for every sign of a list: from the sheet without it to the sheet with it."""
    order = prover.knowledge.order
    for name, option in signs(prover):
        alone = prover.answers.any_of(name, order.signs_alone.get(name, frozenset()))
        before = prover.graph.both(-prover.answers.tick(name, option), -alone)
        yield Step(f"{name}.{option}", before, with_option(prover.rules, prover.universe.by_id[name], option))
