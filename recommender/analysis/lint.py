"""Faults that only the whole rule set shows: circles, branches that can never fire, rules that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from recommender.analysis.satisfiability import can_hold
from recommender.analysis.stand_ins import stand_in_faults
from recommender.analysis.unread_answers import unread_answer_faults
from recommender.engine.staging import stage_rules
from recommender.errors import ContentError, Fault
from recommender.models.actions import Actions, Order
from recommender.models.catalogue import Catalogue, DefaultRoutine
from recommender.models.conditions import Found, atoms
from recommender.models.levels import Level
from recommender.models.questionnaire import Questionnaire
from recommender.models.rules import Branch, RuleSet


def lint(questionnaire: Questionnaire, rule_set: RuleSet, catalogue: Catalogue | None) -> list[Fault]:
    """Return every fault of a rule set whose files are each in order. ``catalogue`` is None where it did not load."""
    try:
        derivations = stage_rules(rule_set).derivations
    except ContentError as error:
        return list(error.faults)
    supplied = {fact.id: fact for fact in rule_set.supplied}
    faults = [*_misplaced_stage(rule_set), *_mixed_findings(rule_set), *_contradictions(rule_set)]
    for branch in rule_set.branches:
        if not can_hold(branch.when, questionnaire, derivations, supplied):
            faults.append(
                _fault(
                    rule_set,
                    branch,
                    f"'{branch.id}' can never fire: its condition contradicts itself. Mend or delete it.",
                )
            )
    faults += unread_answer_faults(questionnaire, rule_set)
    if catalogue is not None:
        faults += [*_unusable(rule_set, catalogue), *_missing_words(catalogue)]
        faults += stand_in_faults(questionnaire, rule_set, catalogue)
    return faults


def _fault(rule_set: RuleSet, branch: Branch, message: str) -> Fault:
    return Fault(rule_set.by_id[branch.rule_id].path, branch.line, message)


def _misplaced_stage(rule_set: RuleSet) -> Iterator[Fault]:
    for branch in rule_set.branches:
        reads = any(isinstance(atom, Found) and atom.finding.startswith("stage=") for atom in atoms(branch.when))
        if reads and (branch.then.derive or branch.then.disposition or branch.then.cap_stage):
            yield _fault(
                rule_set,
                branch,
                f"'{branch.id}' reads the stage, which is known only after findings, outcomes and caps. Read base_stage.",
            )


def _mixed_findings(rule_set: RuleSet) -> Iterator[Fault]:
    """Findings are worked out before anything else: a branch that derives one can do nothing more."""
    for branch in rule_set.branches:
        if branch.then.derive and branch.then != Actions(derive=branch.then.derive):
            yield _fault(
                rule_set, branch, f"'{branch.id}' derives a finding and does something else. Make two rules of it."
            )
        if any(finding.startswith("stage=") for finding in branch.then.derive):
            yield _fault(
                rule_set,
                branch,
                f"'{branch.id}' derives the stage, which follows from base_stage and caps. Derive base_stage.",
            )


def _contradictions(rule_set: RuleSet) -> Iterator[Fault]:
    """Two rules that give the same setting of order or plan would be settled by file order."""
    given: dict[str, Branch] = {}
    for branch in rule_set.branches:
        settings = [
            f"order.{part.name}"
            for part in fields(Order)
            if branch.then.order and getattr(branch.then.order, part.name) is not None
        ]
        for setting in [*settings, *(["plan"] if branch.then.plan else [])]:
            if setting in given:
                yield _fault(
                    rule_set,
                    branch,
                    f"'{branch.id}' and '{given[setting].id}' both give {setting}. Keep it in one of them.",
                )
            given[setting] = branch


def _unusable(rule_set: RuleSet, catalogue: Catalogue) -> Iterator[Fault]:
    never = {exercise.id for exercise in catalogue.exercises if exercise.default_routine is DefaultRoutine.NO}
    for branch in rule_set.branches:
        named = {exercise for preference in branch.then.prefer for exercise in preference.exercises} | {
            *branch.then.swap_in,
            *branch.then.swap_in_if_preferred,
        }
        for exercise in sorted(named & never):
            yield _fault(
                rule_set,
                branch,
                f"'{branch.id}' asks for '{exercise}', which is never chosen (default_routine 'no'). Name another.",
            )


def _missing_words(catalogue: Catalogue) -> Iterator[Fault]:
    for level in Level:
        if level not in catalogue.dispositions:
            yield Fault("catalogue/dispositions.yaml", 1, f"level '{level}' has no words. Add an entry with this id.")
