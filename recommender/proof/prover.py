"""What every obligation is given: one encoded rule set, a solver, and what is known of the questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from recommender.models.answer_order import AnswerOrder
from recommender.models.content import Content
from recommender.models.forbidden import CombinedFloors, ForbiddenTable
from recommender.models.safety import SafetyNet
from recommender.proof.encoding.answers import Answers, new_ticks
from recommender.proof.encoding.forms import FormEncoding
from recommender.proof.encoding.graph import Graph, Literal
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.encoding.universe import Universe
from recommender.proof.person import Person, smallest
from recommender.proof.solver import Solver


@dataclass(frozen=True)
class Hole:
    """One thing that does not hold. ``subject`` names it for good; ``person`` is somebody for whom it does not."""

    subject: str
    told: str
    person: Person | None = None


@dataclass(frozen=True)
class Knowledge:
    """What the package itself holds against rules: the safety net, floors of answers together, the table of forbidden moves, the order of answers."""

    net: SafetyNet
    combined: CombinedFloors
    table: ForbiddenTable
    order: AnswerOrder


@dataclass
class Prover:
    """One content, encoded. ``with_people`` False leaves out to look for the smallest person of each hole."""

    content: Content
    knowledge: Knowledge
    with_people: bool = True
    graph: Graph = field(default_factory=Graph)

    def __post_init__(self) -> None:
        self.universe = Universe(self.content)
        self.answers = Answers(self.universe, self.graph, new_ticks(self.universe, self.graph))
        self.rules = RuleEncoding(self.answers)
        self.forms = FormEncoding(self.rules)
        self.solver = Solver(self.graph)
        self.solver.require(self.answers.is_whole)

    def can_hold(self, *literals: Literal) -> bool:
        """Return whether all of it holds for anybody who can fill in the sheet."""
        return self.solver.can_hold(*literals)

    def hole(self, subject: str, told: str, *literals: Literal) -> Hole:
        """Return the hole with the smallest person for whom all of the literals hold."""
        person = smallest(self.universe, self.solver, self.answers, literals) if self.with_people else None
        return Hole(subject, told, person)

    def each_that_can_hold(self, named: Iterable[tuple[str, Literal]], *given: Literal) -> list[str]:
        """Return the names of the literals that can hold beside what is given, in their order."""
        every = dict(named)
        waiting = dict(every)
        while waiting and self.can_hold(*given, self.graph.any(waiting.values())):
            for name in [name for name, literal in waiting.items() if self.solver.is_true(literal)]:
                del waiting[name]
        return [name for name in every if name not in waiting]


class Obligation(NamedTuple):
    """What must hold for every sheet: a name, what it says in words, and how to find the sheets for which it does not.

    One that is ``for_authors`` tells authors what they may want to look at; what it finds is no fault.
    """

    id: str
    says: str
    find: Callable[[Prover], Iterable[Hole]]
    for_authors: bool = False


def listed(names: Sequence[str], most: int = 6) -> str:
    """Return names as a list for a line of text, cut after so many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
