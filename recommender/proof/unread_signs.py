"""The obligation that a sign is never passed over in silence where a routine follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from recommender.models.actions import Actions
from recommender.models.conditions import Chosen, Condition, Found, Not, Only, children
from recommender.proof.encoding.universe import Universe
from recommender.proof.prover import Hole, Prover, signs

# A question and one option of it.
Pair = tuple[str, str]


def no_sign_is_passed_over(prover: Prover) -> Iterator[Hole]:
    """Yield each sign beside which a routine follows, and no rule that asks for it says or does anything."""
    asking = _rules_that_ask(prover.universe)
    for question, option in signs(prover):
        acting = [prover.rules.fired[branch] for branch in asking.get((question, option), ())]
        silent = (prover.answers.tick(question, option), prover.rules.shows_routine, -prover.graph.any(acting))
        if prover.can_hold(*silent):
            told = "A routine follows, and no rule that asks for this answer says or does anything."
            yield prover.hole(f"{question}.{option}", told, *silent)


def _rules_that_ask(universe: Universe) -> Mapping[Pair, set[str]]:
    """Return the branches that do something and ask for an option, or for what is asked of whoever ticks it.

    They ask by themselves, or through a finding.
    """
    behind: dict[str, set[Pair]] = {}
    for layer in universe.staged.finding_layers:
        for branch in layer:
            for finding in branch.then.derive:
                behind.setdefault(finding, set()).update(_asked_for(branch.when, behind))
    for stage, branches in universe.staged.behind.items():
        behind.setdefault(stage, set()).update(pair for branch in branches for pair in _asked_for(branch.when, behind))
    asking: dict[Pair, set[str]] = {}
    for branch in universe.before_assembly:
        for pair in _asked_for(branch.when, behind) if _does_something(branch.then) else ():
            asking.setdefault(pair, set()).add(branch.id)
    for question in universe.questions:
        opens = question.shown_if
        if isinstance(opens, Chosen) and universe.by_id[opens.question].safety:
            details = [asking.get((question.id, option.id), set()) for option in question.options]
            for option in opens.options:
                asking.setdefault((opens.question, option), set()).update(*details)
    return asking


def _asked_for(condition: Condition, behind: Mapping[str, set[Pair]]) -> set[Pair]:
    """Return the options for which a condition asks; what must not be given is not among them."""
    match condition:
        case Chosen(question, options):
            return {(question, option) for option in options}
        case Only(question, option):
            return {(question, option)}
        case Found(finding):
            return behind.get(finding, set())
        case Not(_):
            return set()
        case _:
            return set[Pair]().union(*(_asked_for(part, behind) for part in children(condition)))


def _does_something(then: Actions) -> bool:
    """Return whether a person is told or given anything: a finding alone, or a question asked, is only a note."""
    return then != Actions(derive=then.derive, ask=then.ask, ask_again=then.ask_again, short_screen=then.short_screen)
