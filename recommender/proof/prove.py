"""Proves every obligation about one content, and says what it found, what of that is accepted, and how long it took."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from recommender.errors import ContentError
from recommender.loaders.answer_order import shipped_accepted, shipped_answer_order, unknown_answers
from recommender.loaders.forbidden import shipped_combined_floors, shipped_forbidden_moves
from recommender.loaders.movements import shipped_movements
from recommender.loaders.safety import shipped_safety_net
from recommender.models.answer_order import Accepted
from recommender.models.content import Content
from recommender.proof.answer_order import (
    details_count_as_ticked,
    doubt_beats_the_all_clear,
    no_worse_answer_brings_a_movement_back,
    no_worse_answer_lowers_the_level,
)
from recommender.proof.authors import (
    exclusions_that_are_never_needed,
    outcomes_that_never_decide,
    rules_that_never_speak,
)
from recommender.proof.counting import Counts, count_sheets
from recommender.proof.early_stops import early_stops_hide_nothing
from recommender.proof.hazards import hazards_hold
from recommender.proof.levels import (
    combined_floors_hold,
    every_routine_has_a_time_plan,
    everybody_gets_a_level,
    floors_hold,
    stages_hold,
)
from recommender.proof.movements import tags_say_what_steps_do
from recommender.proof.prover import Hole, Knowledge, Obligation, Prover
from recommender.proof.refusals import no_routine_has_too_few_moves, nobody_is_refused_unexplained
from recommender.proof.unread_signs import no_sign_is_passed_over

OBLIGATIONS = (
    Obligation("level", "Every answer sheet leads to advice: a routine, or where to get help.", everybody_gets_a_level),
    Obligation("time-plan", "Every routine has a time plan.", every_routine_has_a_time_plan),
    Obligation("floors", "No sign of danger gets milder advice than the evidence asks for.", floors_hold),
    Obligation("combined-floors", "Nor do answers that are worse together.", combined_floors_hold),
    Obligation("stages", "No routine is of a higher stage than the answers allow.", stages_hold),
    Obligation("hazards", "No movement comes to anybody for whom it is forbidden.", hazards_hold),
    Obligation("steps", "What the rules know of each move is what its steps do.", tags_say_what_steps_do),
    Obligation("worse-answers", "No worse answer gets milder advice.", no_worse_answer_lowers_the_level),
    Obligation("movements-back", "No worse answer brings a movement back.", no_worse_answer_brings_a_movement_back),
    Obligation(
        "early-stops",
        "Nobody whose questions end early would be told something more urgent at the end.",
        early_stops_hide_nothing,
    ),
    Obligation("doubt", "Where somebody is cleared and also not sure, the doubt counts.", doubt_beats_the_all_clear),
    Obligation(
        "details", "What is named only in the details counts as if it had been ticked.", details_count_as_ticked
    ),
    Obligation("silent-signs", "No sign is passed over in silence where a routine follows.", no_sign_is_passed_over),
    Obligation(
        "refusals", "Nobody with whom nothing is wrong is turned away unexplained.", nobody_is_refused_unexplained
    ),
    Obligation("few-moves", "No routine is made of too few moves.", no_routine_has_too_few_moves),
    Obligation("never-speaks", "Cases that speak for nobody on a first visit.", rules_that_never_speak, True),
    Obligation("never-decides", "Outcomes that nobody's level hangs on.", outcomes_that_never_decide, True),
    Obligation(
        "never-needed", "Exclusions beside which another always stands.", exclusions_that_are_never_needed, True
    ),
)


@dataclass(frozen=True)
class Result:
    """What became of one obligation. ``accepted`` are the subjects of holes that are known and stay."""

    obligation: Obligation
    holes: tuple[Hole, ...]
    accepted: tuple[str, ...]
    seconds: float
    questions: int

    @property
    def is_broken(self) -> bool:
        return bool(self.holes) and not self.obligation.for_authors


@dataclass(frozen=True)
class Proof:
    """Every result; with ``counts``, where they were asked for, of how many sheets it holds. ``needless`` are lines of what is accepted that nothing found answers to. ``seconds`` are of computing, ``megabytes`` is the peak."""

    results: tuple[Result, ...]
    needless: tuple[str, ...]
    seconds: float
    megabytes: float
    nodes: int
    clauses: int
    counts: Counts | None

    @property
    def holds(self) -> bool:
        return not self.needless and not any(result.is_broken for result in self.results)


def shipped_knowledge() -> Knowledge:
    """Return what the package itself holds against rules."""
    tables = (shipped_combined_floors(), shipped_forbidden_moves(), shipped_movements())
    return Knowledge(shipped_safety_net(), *tables, shipped_answer_order())


def prove(
    content: Content,
    *,
    only: Sequence[str] = (),
    knowledge: Knowledge | None = None,
    accepted: Sequence[Accepted] | None = None,
    with_people: bool = True,
    with_counts: bool = False,
) -> Proof:
    """Return what is proved of a content, and what is not.

    ``only`` names obligations; () means all.

    Raises:
        ContentError: the questionnaire lacks answers that the package speaks of.
        ProofExtraMissing: what solves is not installed.
        KeyError: there is no obligation of such a name.
    """
    begun = time.process_time()
    known = knowledge or shipped_knowledge()
    faults = list(unknown_answers(known.order, content.questionnaire))
    if faults:
        raise ContentError(faults)
    prover = Prover(content, known, with_people)
    counts = count_sheets(prover.rules, known.order.counted_in) if with_counts else None
    wanted = [_by_id[name] for name in only] if only else OBLIGATIONS
    told = shipped_accepted() if accepted is None else tuple(accepted)
    results = tuple(_result(prover, obligation, told) for obligation in wanted)
    return Proof(
        results=results,
        needless=tuple(_needless(results, told)),
        seconds=time.process_time() - begun,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        nodes=len(prover.graph),
        clauses=prover.solver.clauses,
        counts=counts,
    )


_by_id = {obligation.id: obligation for obligation in OBLIGATIONS}


def _result(prover: Prover, obligation: Obligation, accepted: Iterable[Accepted]) -> Result:
    begun, asked = time.process_time(), prover.solver.questions
    found = tuple(obligation.find(prover))
    known = {subject for entry in accepted if entry.obligation == obligation.id for subject in entry.subjects}
    return Result(
        obligation,
        holes=tuple(hole for hole in found if hole.subject not in known),
        accepted=tuple(hole.subject for hole in found if hole.subject in known),
        seconds=time.process_time() - begun,
        questions=prover.solver.questions - asked,
    )


def _needless(results: Iterable[Result], accepted: Iterable[Accepted]) -> Iterator[str]:
    found = {result.obligation.id: set(result.accepted) for result in results}
    for entry in accepted:
        for subject in entry.subjects:
            if entry.obligation not in _by_id or subject not in found.get(entry.obligation, {subject}):
                yield f"{entry.obligation}: {subject}"
