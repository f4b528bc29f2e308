"""What is kept of a proof: of which rules, by which program, against which tables, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

PROOF_FILE = "proof.json"  # beside the rules


class ProofState(StrEnum):
    """What is known of the rules that run. Only ``CURRENT`` speaks of them."""

    CURRENT = "current"
    STALE = "stale"
    NONE = "none"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class ProvedObligation:
    """``id`` and ``says`` are as `recommender prove` prints them; ``accepted`` are the subjects that are known and stay."""

    id: str
    says: str
    accepted: Sequence[str]


@dataclass(frozen=True, slots=True)
class ProofRecord:
    """A whole proof that holds.

    ``rule_set`` is the hash of the content, ``tables`` that of the package's floors, forbidden movements, order of answers
    and what is accepted; ``sheets`` is the exact number of whole sheets, ``sheets_by_level`` what share of it has each level.
    """

    rule_set: str
    tables: str
    software: str
    obligations: Sequence[ProvedObligation]
    sheets: int
    sheets_by_level: dict[str, int]

    def state(self, rule_set: str, tables: str, software: str) -> ProofState:
        """Return whether it speaks of these rules, held against these tables by this version."""
        is_of = (self.rule_set, self.tables, self.software) == (rule_set, tables, software)
        return ProofState.CURRENT if is_of else ProofState.STALE


@dataclass(frozen=True, slots=True)
class KeptProof:
    """What lies beside the rules: a record; none; or, where it is not ``is_readable``, something else."""

    record: ProofRecord | None = None
    is_readable: bool = True

    def state(self, rule_set: str, tables: str, software: str) -> ProofState:
        """Return what it says of these rules, held against these tables by this version."""
        if self.record is not None:
            return self.record.state(rule_set, tables, software)
        return ProofState.NONE if self.is_readable else ProofState.UNREADABLE


NO_PROOF = KeptProof()
