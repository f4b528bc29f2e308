"""The safety case: what the service is for, what can go wrong, and what is done about it. In the shape of DCB0129."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a hazard can come to, the mildest first, as DCB0129 names it."""

    MINOR = "minor"
    SIGNIFICANT = "significant"
    CONSIDERABLE = "considerable"
    MAJOR = "major"
    CATASTROPHIC = "catastrophic"


class Likelihood(StrEnum):
    """How likely that is, the least likely first."""

    VERY_LOW = "very_low"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A risk as it is weighed."""

    severity: Severity
    likelihood: Likelihood


@dataclass(frozen=True, slots=True)
class Controls:
    """What keeps a hazard down: ids of rules, tables of the package, names of tests, addresses of pages, documents."""

    rules: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hazard:
    """``before`` is the risk without the controls, ``after`` with them; ``left`` is what they do not do."""

    id: str
    title: str
    causes: tuple[str, ...]
    effect: str
    before: Estimate
    after: Estimate
    controls: Controls
    owner: str
    left: str


@dataclass(frozen=True, slots=True)
class SafetyCase:
    """``risk_matrix`` gives the risk, 1 to 5, of each likelihood and severity; up to ``most_that_may_stay`` may stay."""

    intended_use: tuple[str, ...]
    users: tuple[str, ...]
    not_for: tuple[str, ...]
    owner_note: str
    incident_route: tuple[str, ...]
    recall: tuple[str, ...]
    device_law: tuple[str, ...]
    risk_matrix: Mapping[Likelihood, Mapping[Severity, int]]
    most_that_may_stay: int
    hazards: tuple[Hazard, ...]

    def risk(self, estimate: Estimate) -> int:
        """Return the risk of an estimate, 1 to 5."""
        return self.risk_matrix[estimate.likelihood][estimate.severity]

    def may_not_stay(self) -> Iterator[Hazard]:
        """Yield every hazard whose risk is too high although all that stands here is done."""
        return (hazard for hazard in self.hazards if self.risk(hazard.after) > self.most_that_may_stay)

    def kept_down_by_rule(self, rule: str) -> tuple[Hazard, ...]:
        """Return the hazards that a rule helps to keep down."""
        return tuple(hazard for hazard in self.hazards if rule in hazard.controls.rules)
