"""What the rules say of the open catalogue: which moves stay under a filter, and which answers rule a form out.

Nobody has answered here. A rule counts only where it is certain whatever else would be answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recommender.assembly.dose import Dosing
from recommender.engine.evaluate import View, evaluate
from recommender.engine.reference import Oracle
from recommender.engine.staging import STAGE_FINDINGS
from recommender.models.actions import Order
from recommender.models.catalogue import Exercise, Form
from recommender.models.conditions import All, Condition
from recommender.models.content import Content
from recommender.models.decision import Decision
from recommender.models.levels import Level, Stage
from recommender.models.questionnaire import Intake
from recommender.models.routine import Dose
from recommender.models.rules import Branch

LIMITS = "limits"
_STOP = "stop"


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """What somebody wants to see, as ids of the catalogue. A field without values does not filter.

    ``equipment`` is all that is at hand; an id of nothing, such as "none", means that nothing is. ``limits`` are
    options of the question of that name.
    """

    regions: frozenset[str] = frozenset()
    positions: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """An exercise and those of its forms that fit the filter, at least one."""

    exercise: Exercise
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A reason that can rule forms out, in the person's words, and the forms."""

    say: str
    forms: tuple[Form, ...]


def matching(content: Content, oracle: Oracle, wanted: CatalogueFilter) -> tuple[Match, ...]:
    """Return what fits the filter, in catalogue order."""
    known = _certain(content, oracle, wanted.limits)
    everyone = {branch.id for branch in _certain(content, oracle).fired}
    dosing = Dosing(known)
    following = [branch for branch in known.fired if branch.id not in everyone]
    found = []
    for exercise in content.catalogue.exercises:
        forms = tuple(
            form
            for form in exercise.forms
            if _fits(form, wanted) and not any(dosing.leaves_out(branch.then, exercise, form) for branch in following)
        )
        if forms and _is_wanted(exercise, wanted):
            found.append(Match(exercise, forms))
    return tuple(found)


def bars(content: Content, oracle: Oracle, exercise: Exercise) -> tuple[Bar, ...]:
    """Return every reason for which some answers rule out forms of the exercise, in order of the rules.

    A case of a rule that only narrows one already listed, and speaks of no other form, is not listed again. Rules that
    hold for everybody are not answers: they are not listed.
    """
    known = _certain(content, oracle)
    dosing = Dosing(known)
    barred: dict[Branch, frozenset[str]] = {}
    for branch in content.rule_set.branches:
        forms = frozenset(form.key for form in exercise.forms if dosing.leaves_out(branch.then, exercise, form))
        if forms and branch not in known.fired:
            barred[branch] = forms
    words: dict[str, frozenset[str]] = {}
    for branch, forms in barred.items():
        if not any(_narrows(branch, other) and forms <= covered for other, covered in barred.items()):
            words[branch.say] = words.get(branch.say, frozenset()) | forms
    return tuple(Bar(say, tuple(form for form in exercise.forms if form.key in forms)) for say, forms in words.items())


def first_dose(content: Content, oracle: Oracle, exercise: Exercise) -> Dose:
    """Return how much to begin with, before anybody has said anything that lowers it."""
    return Dosing(_certain(content, oracle)).start(exercise, exercise.forms[0])


def stop_advice(content: Content, oracle: Oracle) -> tuple[str, ...]:
    """Return when to stop, as far as it holds for everybody."""
    given = _certain(content, oracle).each(lambda branch: branch.then.advise)
    return tuple(dict.fromkeys(text for _, advice in given if advice.topic == _STOP for text in advice.items))


def _certain(content: Content, oracle: Oracle, limits: frozenset[str] = frozenset()) -> Decision:
    """Return what is certain of anybody with these limits. It has no outcome: that depends on the other answers."""
    asked = frozenset(content.questionnaire.questions) | {fact.id for fact in content.rule_set.supplied}
    still_open = asked - {LIMITS} if limits else asked
    intake = Intake({LIMITS: tuple(sorted(limits))} if limits else {})
    unknown_stage: dict[str, bool | None] = dict.fromkeys(STAGE_FINDINGS.values())
    view = View(intake, {**oracle.findings(intake, still_open), **unknown_stage}, still_open)
    fired = tuple(branch for branch in content.rule_set.branches if evaluate(branch.when, view))
    return Decision(
        fired=fired,
        level=Level.ROUTINE,
        outcomes=(),
        base_stage=Stage.SETTLE,
        stage=Stage.SETTLE,
        findings=frozenset(),
        targets=frozenset(),
        order=Order(),
        plan=next((branch.then.plan for branch in fired if branch.then.plan), None),
    )


def _is_wanted(exercise: Exercise, wanted: CatalogueFilter) -> bool:
    return (not wanted.regions or bool(wanted.regions & exercise.regions)) and (
        not wanted.kinds or exercise.kind in wanted.kinds
    )


def _fits(form: Form, wanted: CatalogueFilter) -> bool:
    """Return whether the form is done in a wanted position and with what is at hand."""
    if wanted.positions and form.position not in wanted.positions:
        return False
    if not wanted.equipment:
        return True
    return form.equipment <= wanted.equipment and all(group & wanted.equipment for group in form.equipment_any)


def _narrows(branch: Branch, other: Branch) -> bool:
    """Return whether the branch asks for everything that the other case of the same rule asks for, and more."""
    return branch.rule_id == other.rule_id and set(_parts(other.when)) < set(_parts(branch.when))


def _parts(condition: Condition) -> Iterable[Condition]:
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _parts(part)
    else:
        yield condition
