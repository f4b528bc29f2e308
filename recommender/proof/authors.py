"""What authors may want to look at: rules that never speak on a first visit, or whose outcome or exclusion is never needed."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.models.conditions import Number, atoms
from recommender.models.rules import Branch
from recommender.proof.encoding.forms import forms_of
from recommender.proof.prover import Hole, Prover


def rules_that_never_speak(prover: Prover) -> Iterator[Hole]:
    """Yield each case that fires on no sheet of a first visit, though nothing in it asks for a later one."""
    for branch in prover.universe.before_assembly:
        if not _is_for_later(prover, branch) and not prover.can_hold(prover.rules.fired[branch.id]):
            yield Hole(branch.id, "It fires for nobody on a first visit.")


def outcomes_that_never_decide(prover: Prover) -> Iterator[Hole]:
    """Yield each outcome beside which another of the same level, or a higher one, always stands."""
    outcomes = [(branch, branch.then.disposition) for branch in prover.universe.outcomes]
    for branch, given in outcomes:
        fired = prover.rules.fired[branch.id]
        if given is None or not prover.can_hold(fired):
            continue
        others = [
            -prover.rules.fired[other.id]
            for other, told in outcomes
            if told is not None and other.id != branch.id and told.level.rank >= given.level.rank
        ]
        if not prover.can_hold(fired, *others):
            yield Hole(branch.id, f"Without it nobody's level would be another than {given.level}, or a higher one.")


def exclusions_that_are_never_needed(prover: Prover) -> Iterator[Hole]:
    """Yield each case of which no form is left out by it alone, where a routine follows."""
    for branch in prover.universe.before_assembly:
        if branch.then.exclude and prover.can_hold(prover.rules.fired[branch.id], prover.rules.shows_routine):
            if not any(_is_needed_for(prover, branch, key) for key in forms_of(prover.universe.catalogue)):
                yield Hole(branch.id, "Whatever it leaves out, another rule leaves out too.")


def _is_needed_for(prover: Prover, branch: Branch, key: str) -> bool:
    mine = prover.forms.left_out_by(key, [branch.id])
    others = [-when for other, when in prover.forms.against[key] if other != branch.id]
    return prover.can_hold(mine, prover.rules.shows_routine, prover.forms.possible[key], *others)


def _is_for_later(prover: Prover, branch: Branch) -> bool:
    """Return whether the case asks for a check, a later week, or an answer of another occasion."""
    universe = prover.universe
    first_visit = set(universe.by_id)
    read = universe.questions_read_by(branch)
    numbers = [atom for atom in atoms(branch.when) if isinstance(atom, Number) and atom.subject in universe.supplied]
    return not read <= first_visit | set(universe.supplied) or any(
        not prover.can_hold(prover.answers.number(atom.subject, atom.low, atom.high)) for atom in numbers
    )
