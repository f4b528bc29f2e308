"""Which answers say that something is wrong, and which of two is the worse: what proofs need to know of the questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

# Options by question.
Named = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Scale:
    """The answers to one question, mildest first. Those of one step are as bad as each other; others stand outside.

    A number has no ``steps``: the higher is the worse.
    """

    question: str
    steps: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class AllClear:
    """An answer that gives the all-clear, and the ``doubts`` beside which it must not count."""

    question: str
    clear: str
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SameAs:
    """Answers to a detail that say what another answer, ``also``, says: naming the detail alone must not be milder."""

    question: str
    options: tuple[str, ...]
    also: Named


@dataclass(frozen=True, slots=True)
class NothingWrong:
    """Somebody with whom nothing is wrong: ``answers`` are the only ones where these questions are asked, numbers of at most so much.

    ``no_sign_of`` are questions, beside those about safety, of which no sign is ticked.
    """

    answers: Named
    at_most: Mapping[str, int]
    no_sign_of: tuple[str, ...]


@dataclass(frozen=True)
class AnswerOrder:
    """``signs`` are questions of which every option is a sign but those that stand alone; ``reassuring`` options are none.

    ``signs_alone`` stand alone and are signs all the same: nothing else is added to them. ``moves_at_least`` is how many kinds of
    moves must be left for a routine.
    """

    signs: tuple[str, ...]
    reassuring: Named
    signs_alone: Named
    scales: tuple[Scale, ...]
    nothing_wrong: NothingWrong
    moves_at_least: int
    all_clears: tuple[AllClear, ...] = ()
    same_as: tuple[SameAs, ...] = ()
    counted_in: tuple[str, ...] = ()

    @cached_property
    def scale_of(self) -> Mapping[str, Scale]:
        return MappingProxyType({scale.question: scale for scale in self.scales})


@dataclass(frozen=True, slots=True)
class Accepted:
    """Something that a proof found and that stays as it is. ``point`` is the number of what a clinician must still settle."""

    obligation: str
    subjects: tuple[str, ...]
    why: str
    point: int | None = None


@dataclass(frozen=True, slots=True)
class SignedDecision:
    """``sha256`` is the version of the point, ``decided`` what was decided of it, word for word.

    ``export`` is the file of the record that shows it, beside the table.
    """

    sha256: str
    decided: str
    export: str


@dataclass(frozen=True, slots=True)
class AcceptedChange:
    """A change of rules that makes somebody less safe and stays. ``less_safe`` are the names that `recommender diff` gives.

    ``decision`` is that of two clinicians. Without one it is not decided, and ``point`` is the number of what must be settled.
    """

    less_safe: tuple[str, ...]
    why: str
    point: int | None = None
    decision: SignedDecision | None = None
