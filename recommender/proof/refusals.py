"""Who is turned away and who is not: the obligation that nobody without a sign, a limit or a condition is turned away without being told what is
missing, and that nobody gets a routine of too few moves.
"""

from __future__ import annotations

from collections.abc import Iterator

from recommender.models.answer_order import NothingWrong
from recommender.models.conditions import Chosen, atoms
from recommender.models.rules import Branch
from recommender.proof.encoding.graph import Literal
from recommender.proof.encoding.moves import MoveEncoding
from recommender.proof.prover import Hole, Prover

EQUIPMENT = "equipment"


def nobody_is_refused_unexplained(prover: Prover) -> Iterator[Hole]:
    """Yield each rule that turns somebody away with whom nothing is wrong, and too few moves that nothing explains."""
    nothing_wrong = nothing_is_wrong(prover, prover.knowledge.order.nothing_wrong)
    for branch in prover.universe.outcomes:
        given, fired = branch.then.disposition, prover.rules.fired[branch.id]
        if given is not None and not given.level.shows_routine and prover.can_hold(nothing_wrong, fired):
            told = f"{branch.id} gives {given.level} to somebody with whom nothing is wrong."
            yield prover.hole(branch.id, told, nothing_wrong, fired)
    moves = MoveEncoding(prover.forms)
    named = prover.graph.any(when for branch, when in moves.too_few.items() if _names_what_is_missing(prover, branch))
    turned_away = (nothing_wrong, prover.rules.shows_routine, -moves.routine_follows, -named)
    if prover.can_hold(*turned_away):
        told = "Too few moves are left, and nobody says which place or thing would make more possible."
        yield prover.hole("too few moves", told, *turned_away)


def no_routine_has_too_few_moves(prover: Prover) -> Iterator[Hole]:
    """Yield somebody who gets a routine though fewer kinds of moves are left than one must have."""
    moves, least = MoveEncoding(prover.forms), prover.knowledge.order.moves_at_least
    too_thin = (moves.routine_follows, -moves.at_least(least))
    if prover.can_hold(*too_thin):
        yield prover.hole("too few moves", f"A routine follows, and fewer than {least} moves are left.", *too_thin)


def nothing_is_wrong(prover: Prover, said: NothingWrong) -> Literal:
    """Return that the person has no sign, and that every other answer is among those of somebody with nothing wrong."""
    answers, graph, order = prover.answers, prover.graph, prover.knowledge.order
    parts = []
    for name, options in said.answers.items():
        wrong = (value for value in prover.universe.values(name) if value not in options)
        parts.append(-answers.any_of(name, wrong))
    for name, most in said.at_most.items():
        parts.append(-answers.number(name, most + 1, None))
    for name in order.signs:
        question = prover.universe.by_id[name]
        if question.safety or name in said.no_sign_of:
            told = order.reassuring.get(name, frozenset())
            signs = (one.id for one in question.options if not one.exclusive and one.id not in told)
            parts.append(-answers.any_of(name, signs))
    return graph.every(parts)


def _names_what_is_missing(prover: Prover, branch_id: str) -> bool:
    """Return whether a rule that finds too few moves speaks of the place or of the equipment that was named."""
    branch: Branch = prover.universe.rule_set.branch_by_id[branch_id]
    return any(isinstance(atom, Chosen) and atom.question == EQUIPMENT for atom in atoms(branch.when))
