"""Make mutants of a rule set: the same rules with one thing wrong, as a slip of the hand would leave them.

Everything is made from the loaded models, field by field, so that a new kind of action needs no change here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from recommender.engine.evaluate import View, evaluate
from recommender.models.conditions import Condition, Found, atoms
from recommender.models.questionnaire import Intake, Occasion, Questionnaire
from recommender.models.rules import Branch, Rule, RuleSet
from recommender.rule_mutants.operators import Slip, action_slips, condition_slips
from recommender.rule_mutants.source_conditions import cases_not_ruled_out, put, written_conditions


@dataclass(frozen=True, slots=True)
class Mutant:
    """One slip. ``branches`` holds what each case it touches has become; None where the case is gone.

    ``key`` names the slip for people and for the list of survivors that are explained.
    """

    rule: Rule
    slip: Slip
    place: str
    change: str
    branches: Mapping[str, Branch | None]

    @property
    def key(self) -> str:
        return f"{self.place}: {self.change}"

    @property
    def line(self) -> int:
        lines = [branch.line for branch in self.rule.branches if branch.id in self.branches]
        return min(lines, default=1)

    def rule_set(self, original: RuleSet) -> RuleSet:
        """Return the rule set with this slip in it."""
        kept = tuple(
            mutated for branch in self.rule.branches if (mutated := self.branches.get(branch.id, branch)) is not None
        )
        mutated_rule = replace(self.rule, branches=kept)
        return replace(
            original, rules=tuple(mutated_rule if rule.id == self.rule.id else rule for rule in original.rules)
        )


def mutants(rule_set: RuleSet, questionnaire: Questionnaire) -> Iterator[Mutant]:
    """Yield every mutant, rule by rule; no two of them say the same."""
    for rule in rule_set.rules:
        yield from mutants_of(rule, questionnaire)


def mutants_of(rule: Rule, questionnaire: Questionnaire) -> Iterator[Mutant]:
    """Yield every mutant of one rule; none for a rule that is text only."""
    if not rule.branches:
        return
    every = {branch.id: None for branch in rule.branches}
    yield Mutant(rule, Slip.RULE_DELETED, rule.id, "the rule deleted", every)
    for branch in rule.branches if len(rule.branches) > 1 else ():
        yield Mutant(rule, Slip.CASE_DELETED, branch.id, "the case deleted", {branch.id: None})
    yield from _distinct(_of_conditions(rule, questionnaire))
    for branch in rule.branches:
        yield from _distinct(
            Mutant(rule, slip, branch.id, change, {branch.id: replace(branch, then=then)})
            for slip, change, then in action_slips(branch.then, "then")
        )


def _distinct(found: Iterable[Mutant]) -> Iterator[Mutant]:
    seen = []
    for mutant in found:
        if mutant.branches not in seen:
            seen.append(mutant.branches)
            yield mutant


def _of_conditions(rule: Rule, questionnaire: Questionnaire) -> Iterator[Mutant]:
    """Yield the slips in what the rule file says of when. What it says once may be part of several cases."""
    for place, written in written_conditions(rule):
        dropped: tuple[Slip, str, Condition | None] = (Slip.PART_DROPPED, "when dropped", None)
        for slip, change, mutated in (dropped, *condition_slips(written, questionnaire)):
            changed = {
                branch.id: replace(branch, when=when)
                for branch in rule.branches
                if (when := put(branch.when, written, mutated)) is not branch.when
            }
            yield Mutant(rule, slip, place, change, changed)
    yield from _not_asked(rule, questionnaire)
    for branch, without in cases_not_ruled_out(rule):
        changed = {branch.id: replace(branch, when=without)}
        yield Mutant(rule, Slip.PART_DROPPED, branch.id, "earlier cases not ruled out", changed)


def _not_asked(rule: Rule, questionnaire: Questionnaire) -> Iterator[Mutant]:
    """Yield the rule, or each case, without ``asked``; none where it cannot speak without an answer of a check anyway."""
    asked = {
        branch.id: replace(branch, when=branch.own_condition, asked=None) for branch in rule.branches if branch.asked
    }
    needed = [name for name, branch in asked.items() if _may_hold_elsewhere(branch.when, questionnaire)]
    if needed and len(asked) == len(rule.branches):
        yield Mutant(rule, Slip.PART_DROPPED, rule.id, "asked dropped", asked)
        return
    for name in needed:
        yield Mutant(rule, Slip.PART_DROPPED, name, "asked dropped", {name: asked[name]})


def _may_hold_elsewhere(condition: Condition, questionnaire: Questionnaire) -> bool:
    """Return whether the condition may hold with no question of a check answered."""
    at_checks = {question.id for page in questionnaire.pages_asked(Occasion.FOLLOW_UP) for question in page.questions}
    read = list(atoms(condition))
    findings = {atom.finding: None for atom in read if isinstance(atom, Found)}
    subjects = {getattr(atom, "question", getattr(atom, "subject", "")) for atom in read}
    return evaluate(condition, View(Intake({}), findings, frozenset(subjects - at_checks))) is not False
