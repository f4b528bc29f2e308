"""Branches that nearly fired: one condition more, and they would have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recommender.analysis.satisfiability import without_findings
from recommender.engine.evaluate import View, evaluate
from recommender.engine.staging import STAGE_FINDINGS
from recommender.lab.answer_changes import AnswerChange, AnswerChanges
from recommender.models.conditions import All, Always, AnyOf, AtLeast, Atom, Condition, Found, Not, Number, atoms
from recommender.models.levels import Stage
from recommender.models.questionnaire import Intake
from recommender.models.rules import Branch

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A branch that did not fire because of one atom, which ought to be ``wanted``.

    ``answers`` are the changes of one answer that make it fire, each tried; () where it hangs on a number that is not
    asked for, or on the stage. ``is_alone`` says that it would do so whatever else is answered: nothing else speaks for it.
    """

    branch: Branch
    atom: Atom
    wanted: bool
    answers: tuple[AnswerChange, ...]
    is_alone: bool


def near_misses(recommender: Recommender, intake: Intake, stage: Stage, changes: AnswerChanges) -> Iterator[NearMiss]:
    """Yield the branches that are exactly one condition away, in order of rule id.

    ``intake`` has the facts of the assembled routine too. Findings are followed back to the answers behind them.
    """
    view = View(intake, {STAGE_FINDINGS[stage]: True})
    for branch in recommender.content.rule_set.branches:
        condition = without_findings(branch.when, recommender.staged.derivations)
        if evaluate(condition, view):
            continue
        read = tuple(dict.fromkeys(atoms(condition)))
        for atom in read:
            wanted = not evaluate(atom, view)
            settled = _settled(condition, atom, wanted)
            if not evaluate(settled, view):
                continue
            answers = tuple(
                change
                for change in changes.by_question.get(_subject(atom), ())
                if branch.id in changes.fired_after(change)
            )
            if answers or _is_known(atom, intake):
                yield NearMiss(branch, atom, wanted, answers, bool(evaluate(settled, View(Intake({})))))


def _settled(condition: Condition, atom: Atom, value: bool) -> Condition:
    """Return the condition with one atom taken as true, or as false, wherever it stands."""
    match condition:
        case All(parts):
            return All(tuple(_settled(part, atom, value) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_settled(part, atom, value) for part in parts))
        case AtLeast(n, parts):
            return AtLeast(n, tuple(_settled(part, atom, value) for part in parts))
        case Not(part):
            return Not(_settled(part, atom, value))
        case _ if condition == atom:
            return Always() if value else Not(Always())
        case _:
            return condition


def _subject(atom: Atom) -> str:
    match atom:
        case Found(finding):
            return finding
        case Number(subject, _, _):
            return subject
        case _:
            return atom.question


def _is_known(atom: Atom, intake: Intake) -> bool:
    """Return whether the atom reads the stage, or a number that is supplied and not asked for."""
    return isinstance(atom, Found) or _subject(atom) in intake.supplied
