"""A rule and its branches: when each applies, what it does, what it says and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from recommender.models.conditions import ALWAYS, All, Condition

if TYPE_CHECKING:
    from recommender.models.actions import Actions
    from recommender.models.facts import SuppliedFact
    from recommender.models.follow_up import CheckSchedule


class Asked(StrEnum):
    """When a rule speaks, where that is not always."""

    AT_CHECK = "at_check"


@dataclass(frozen=True, slots=True)
class Branch:
    """One case of a rule: the unit of firing, tracing and testing. ``id`` is ``RF-U07/2``, or the rule's own id.

    ``asked`` says that it speaks at checks only; then its condition begins with that.
    """

    id: str
    rule_id: str
    when: Condition
    then: Actions
    say: str
    why: str
    line: int = 1
    asked: Asked | None = None

    @property
    def own_condition(self) -> Condition:
        """The condition without what ``asked`` adds."""
        if self.asked is None:
            return self.when
        return self.when.parts[1] if isinstance(self.when, All) and len(self.when.parts) > 1 else ALWAYS


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    title: str
    kind: str
    why: str
    sources: tuple[str, ...]
    strength: tuple[str, ...]
    needs_clinical_decision: bool
    path: str
    branches: tuple[Branch, ...] = ()
    text_only: bool = False
    kept_by: str | None = None
    notes: tuple[str, ...] = ()
    author: str = ""
    since: str = ""
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class UnreadAnswers:
    """Options of a question that no rule reads, on purpose. ``why`` is written for clinicians."""

    question: str
    options: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class RuleSet:
    """``unread_answers`` is None where nobody wrote down which answers no rule reads."""

    version: str
    rules: tuple[Rule, ...]
    supplied: tuple[SuppliedFact, ...] = field(default=())
    check_in_schedule: CheckSchedule | None = None
    unread_answers: tuple[UnreadAnswers, ...] | None = None

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        return MappingProxyType({rule.id: rule for rule in self.rules})

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """Every branch, in order of rule id and case: the order in which reasons are listed."""
        return tuple(branch for rule in self.rules for branch in rule.branches)

    @cached_property
    def branch_by_id(self) -> Mapping[str, Branch]:
        return MappingProxyType({branch.id: branch for branch in self.branches})
