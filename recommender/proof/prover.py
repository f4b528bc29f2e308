"""What every obligation is given: one encoded rule set, a solver, and what is known of the questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from recommender.models.answer_order import AnswerOrder
from recommender.models.content import Content
from recommender.models.forbidden import CombinedFloors, ForbiddenTable
from recommender.models.movement import MovementTable
from recommender.models.safety import SafetyNet
from recommender.proof.encoding.answers import Answers, new_ticks
from recommender.proof.encoding.forms import FormEncoding
from recommender.proof.encoding.graph import Graph, Literal
from recommender.proof.encoding.rules import RuleEncoding
from recommender.proof.encoding.universe import Universe
from recommender.proof.forbidden_forms import forbidden_forms
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
    """What the package itself holds against rules.

    The safety net, floors of answers together, the table of forbidden moves, what moves do by their steps, the order of answers.
    """

    net: SafetyNet
    combined: CombinedFloors
    table: ForbiddenTable
    movements: MovementTable
    order: AnswerOrder


@dataclass
class Prover:
    """One content, encoded. ``with_people`` False leaves out to look for the smallest person of each hole.

    ``beside`` is another content with the same questions: both stand on the same answers, and what is the same in both is
    not asked again.
    """

    content: Content
    knowledge: Knowledge
    with_people: bool = True
    beside: Prover | None = None

    def __post_init__(self) -> None:
        self.universe = Universe(self.content)
        beside = self.beside
        self.graph: Graph = beside.graph if beside else Graph()
        ticks = beside.answers.ticks if beside else new_ticks(self.universe, self.graph)
        self.answers: Answers = Answers(self.universe, self.graph, ticks)
        self.rules = RuleEncoding(self.answers)
        self.forms: FormEncoding = FormEncoding(self.rules, beside.forms if beside else None)
        self.solver: Solver = beside.solver if beside else Solver(self.graph)
        self.solver.require(self.answers.is_whole)

    @cached_property
    def forbidden_forms(self) -> tuple[tuple[str, ...], ...]:
        """The keys of the forms of which each row of the table of forbidden moves speaks, row by row."""
        other, known = self.beside, self.knowledge
        if other is not None and other.knowledge is known and other.universe.catalogue is self.universe.catalogue:
            return other.forbidden_forms
        return forbidden_forms(known.table, known.movements, self.universe.catalogue)

    def can_hold(self, *literals: Literal) -> bool:
        """Return whether all of it holds for anybody who can fill in the sheet."""
        return self.solver.can_hold(*literals)

    def hole(self, subject: str, told: str, *literals: Literal) -> Hole:
        """Return the hole with the smallest person for whom all of the literals hold."""
        person = smallest(self.universe, self.solver, self.answers, literals) if self.with_people else None
        return Hole(subject, told, person)

    def each_that_can_hold(self, named: Iterable[tuple[str, Literal]], *given: Literal) -> list[str]:
        """Return the names of the literals that can hold beside what is given, in their order."""
        return self.solver.each_that_can_hold(dict(named), *given)


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


def signs(prover: Prover) -> Iterator[tuple[str, str]]:
    """Yield every sign of a list, by question and option."""
    order = prover.knowledge.order
    for name in order.signs:
        reassuring = order.reassuring.get(name, frozenset())
        for option in prover.universe.by_id[name].options:
            if not option.exclusive and option.id not in reassuring:
                yield name, option.id
