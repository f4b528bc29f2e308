"""What a change of rules does to people: every vignette and a crowd, under the rules of before and under those of after.

Where a proof says what holds for every sheet, this shows what becomes of people, worst first.
"""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from recommender.assembly.screening import ExerciseScreening
from recommender.errors import DecisionError, IntakeError
from recommender.lab.because import BECAUSE
from recommender.lab.cases import at_check, complete
from recommender.loaders.vignettes import Vignette
from recommender.models.content import Content
from recommender.models.levels import Level, Stage
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet_to_the_end
from recommender.questionnaire.said import in_words, usual_answers
from recommender.service.plain import PlainRecommender

VIGNETTE, CROWD = "vignette", "crowd"
_IN_ROUTINE, _UNKNOWN = "In the routine", "No such move"
# Of every four people of a crowd one has no sign at all, and each of the others more.
SIGN_RATES = (0.0, 0.004, 0.015, 0.05)
_AT_ONCE = 250

# Vignettes or crowd, from which on, how many, and the seed.
_Part = tuple[str, int, int, int]


class Effect(StrEnum):
    """What becomes of somebody, what is less safe first."""

    LEVEL_FALLS = "level_falls"
    MOVE_IS_BACK = "move_is_back"
    STAGE_RISES = "stage_rises"
    TURNED_AWAY = "turned_away"
    OTHERWISE = "otherwise"

    @property
    def is_less_safe(self) -> bool:
        return self in (Effect.LEVEL_FALLS, Effect.MOVE_IS_BACK, Effect.STAGE_RISES)


@dataclass(frozen=True, slots=True)
class Move:
    """One item of a routine: its form by key, what it is called, and its dose as plain data."""

    key: str
    name: str
    dose: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A move that is in or out under one rule set and not so, or not for the same reason, under the other.

    ``told`` says where it is in words, and ``rules`` are the cases behind it.
    """

    name: str
    told: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule set makes of somebody. ``level`` is None where it is not sure of its answer and shows nothing.

    ``rules`` are the cases that fired under this rule set alone, ``findings`` what was found under it alone, ``decided_by``
    the cases that give the level. ``places`` are the moves that differ, in the same order on both sides.
    """

    level: Level | None
    stage: Stage | None = None
    decided_by: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    findings: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def shows_routine(self) -> bool:
        return self.level is not None and self.level.shows_routine


@dataclass(frozen=True, slots=True)
class Affected:
    """Somebody who gets something else now. ``count`` is of how many people of the crowd this is one, the shortest told.

    ``told`` are the answers that differ from those of somebody without any sign, ``case`` is one for the lab.
    """

    source: str
    name: str
    effect: Effect
    before: Outcome
    after: Outcome
    told: tuple[str, ...]
    case: Mapping[str, Any]
    count: int = 1
    moves_back: tuple[str, ...] = ()

    @property
    def badness(self) -> tuple[Any, ...]:
        """Return what puts the worst first: what becomes of them, from how high a level, to how low a one."""
        was, now = (-1 if one.level is None else one.level.rank for one in (self.before, self.after))
        return list(Effect).index(self.effect), -was, now, self.source != VIGNETTE, -self.count, self.name

    @property
    def kind(self) -> tuple[Any, ...]:
        """Return what people of a crowd have in common who are told of as one."""
        levels = (self.before.level, self.after.level)
        return self.effect, levels, self.before.rules, self.after.rules, self.moves_back


@dataclass(frozen=True, slots=True)
class Impact:
    """Everybody who is affected, worst first; ``met`` is how many were looked at, ``lost`` who cannot be asked any more."""

    affected: tuple[Affected, ...]
    met: Mapping[str, int]
    lost: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"met": dict(self.met), "lost": list(self.lost), "affected": [_plain(one) for one in self.affected]}


_Found = tuple[list[Affected], list[str]]


@dataclass
class Comparing:
    """Two contents, side by side. ``usual`` are the raw answers that vignettes start from, at first and at a check."""

    old: Content
    new: Content
    usual: Mapping[str, Any] = field(default_factory=dict)
    usual_at_check: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before, self.after = PlainRecommender(self.old), PlainRecommender(self.new)
        self._same_questions = self.old.questionnaire == self.new.questionnaire
        asked = {question.id: question for question in self.old.questionnaire.intake_questions}
        before, after = self.old.rule_set.branch_by_id, self.new.rule_set.branch_by_id
        self._changed = frozenset(name for name in {*before, *after} if before.get(name) != after.get(name))
        late = {branch.id for one in (self.before, self.after) for branch in one.staged.after_assembly}
        self._differ_in_cases_only = (
            self.old.catalogue == self.new.catalogue
            and self.old.rule_set.check_in_schedule == self.new.rule_set.check_in_schedule
            and self._changed.isdisjoint(late)
        )
        self._unchanged = {
            question.id for question in self.new.questionnaire.intake_questions if asked.get(question.id) == question
        }

    def impact(self, vignettes: Sequence[Vignette], crowd: int = 0, seed: int = 0, processes: int = 1) -> Impact:
        """Return what becomes of the vignettes, and of so many people drawn by a seed."""
        self._vignettes = vignettes
        parts = [(VIGNETTE, begin, _AT_ONCE, seed) for begin in range(0, len(vignettes), _AT_ONCE)]
        parts += [(CROWD, begin, min(_AT_ONCE, crowd - begin), seed) for begin in range(0, crowd, _AT_ONCE)]
        found, lost = [], []
        for affected, gone in self._in_parts(parts, processes):
            found += affected
            lost += gone
        single = [one for one in found if one.source == VIGNETTE]
        by_kind = _by_kind(one for one in found if one.source == CROWD)
        everybody = tuple(sorted((*single, *by_kind), key=lambda one: one.badness))
        return Impact(everybody, {VIGNETTE: len(vignettes), CROWD: crowd}, tuple(lost))

    def _in_parts(self, parts: Sequence[_Part], processes: int) -> Iterator[_Found]:
        if processes == 1 or len(parts) < 2:
            yield from map(self.of_part, parts)
            return
        global _comparing  # a fork finds it in place: contents cannot be sent to another process
        _comparing = self
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            yield from pool.imap(_of_part, parts)

    def of_part(self, part: _Part) -> _Found:
        """Return who is affected in one part of the vignettes or of the crowd, and which vignettes cannot be asked any more."""
        source, begin, count, seed = part
        if source == CROWD:
            return self._of_crowd(f"{seed}-{begin}", count), []
        return self._of_vignettes(self._vignettes[begin : begin + count])

    def _of_vignettes(self, vignettes: Iterable[Vignette]) -> _Found:
        found: list[Affected] = []
        lost: list[str] = []
        for vignette in vignettes:
            name = f"{vignette.path}: {vignette.name}"
            try:
                sheets = [self._intake(one, vignette) for one in (self.before, self.after)]
            except IntakeError as error:
                lost.append(f"{name}: {next(iter(error.messages))}")
                continue
            found += self._meet(VIGNETTE, name, *sheets)
        return found, lost

    def _intake(self, recommender: PlainRecommender, vignette: Vignette) -> Intake:
        case = complete(recommender, vignette.name, vignette.answers, baseline=self.usual, facts=vignette.facts)
        if vignette.follow_up is None:
            return case.intake
        given, usual = vignette.follow_up, self.usual_at_check
        return at_check(recommender, case.intake, given, baseline=usual, facts=vignette.facts)

    def _of_crowd(self, seed: str, count: int) -> list[Affected]:
        """Return who is affected of so many people drawn by a seed."""
        chance, questionnaire, flow = random.Random(seed), self.old.questionnaire, self.before.flow
        found: list[Affected] = []
        for number in range(count):
            rate = SIGN_RATES[number % len(SIGN_RATES)]
            sheet = random_sheet_to_the_end(questionnaire, flow, chance, sign_rate=rate)
            asked = sheet
            if not self._same_questions:
                fixed = {name: answer for name, answer in sheet.items() if name in self._unchanged}
                asked = random_sheet_to_the_end(
                    self.new.questionnaire, self.after.flow, chance, sign_rate=rate, fixed=fixed
                )
            sheets = (Intake(sheet, self.before.supplied), Intake(asked, self.after.supplied))
            found += self._meet(CROWD, f"seed {seed}, number {number + 1}", *sheets)
        return found

    def _meet(self, source: str, name: str, first: Intake, second: Intake) -> Iterator[Affected]:
        """Yield somebody if the two rule sets make something else of them."""
        if self._is_same(first, second):
            return
        results = [_result(*pair) for pair in ((self.before, first), (self.after, second))]
        before, after = _outcomes(*results)
        if before == after:
            return
        before, after = _in_full(before, after, *results)
        back = self._moves_back(first, before, after)
        usual = usual_answers(self.new.questionnaire.intake_questions)
        yield Affected(
            source,
            name,
            _effect(before, after, back),
            before,
            after,
            tuple(in_words(self.new.questionnaire.intake_questions, second.answers, usual)),
            {"name": name, "answers": raw_answers(second.answers), "facts": dict(second.supplied)},
            moves_back=back,
        )

    def _is_same(self, first: Intake, second: Intake) -> bool:
        """Return whether the same answers fire the same cases, none of them changed, before the same moves: nothing can differ."""
        if not self._differ_in_cases_only or first.answers != second.answers or first.supplied != second.supplied:
            return False
        fired = self.before.oracle.fire(first)
        return fired.isdisjoint(self._changed) and fired == self.after.oracle.fire(second)

    def _moves_back(self, intake: Intake, before: Outcome, after: Outcome) -> tuple[str, ...]:
        """Return the forms that are in the routine now and that a rule left out before."""
        if not (before.shows_routine and after.shows_routine):
            return ()
        screening = ExerciseScreening(self.old.catalogue, self.before.decide(intake), intake)
        new = {move.key for move in after.moves} - {move.key for move in before.moves}
        forms = (self.old.catalogue.forms[key] for key in sorted(new) if key in self.old.catalogue.forms)
        return tuple(form.key for form in forms if screening.excluded_by(form))


_comparing: Comparing


def _of_part(part: _Part) -> _Found:
    return _comparing.of_part(part)


def _by_kind(people: Iterable[Affected]) -> Iterable[Affected]:
    """Return one of each kind, the shortest told, with how many are like that."""
    kinds: dict[tuple[Any, ...], Affected] = {}
    for one in people:
        known = kinds.get(one.kind, one)
        shorter = min((known, one), key=lambda each: len(each.told))
        kinds[one.kind] = replace(shorter, count=known.count + 1 if one.kind in kinds else 1)
    return kinds.values()


def _result(recommender: PlainRecommender, intake: Intake) -> Recommendation | None:
    try:
        return recommender.recommend(intake)
    except DecisionError:
        return None


def _outcomes(first: Recommendation | None, second: Recommendation | None) -> tuple[Outcome, Outcome]:
    fired = [frozenset(one.decision.fired_ids) if one else frozenset[str]() for one in (first, second)]
    return _outcome(first, fired[0] - fired[1]), _outcome(second, fired[1] - fired[0])


def _outcome(result: Recommendation | None, rules: frozenset[str]) -> Outcome:
    if result is None:
        return Outcome(None)
    given = [(branch.id, branch.then.disposition) for branch in result.decision.outcomes]
    items = result.assembly.routine.items if result.assembly else ()
    return Outcome(
        level=result.level,
        stage=result.decision.stage if result.assembly else None,
        decided_by=tuple(name for name, outcome in given if outcome is not None and outcome.level is result.level),
        rules=tuple(sorted(rules)),
        moves=tuple(
            Move(item.form.key, f"{item.exercise.name}, {item.form.name}", asdict(item.dose)) for item in items
        ),
    )


def _in_full(
    before: Outcome, after: Outcome, first: Recommendation | None, second: Recommendation | None
) -> tuple[Outcome, Outcome]:
    """Return both with what the lab shows of two cases side by side: findings of one only, and moves in or out otherwise.

    Moves are told of only where both have a routine.
    """
    found = [frozenset(one.decision.findings) if one else frozenset[str]() for one in (first, second)]
    places = [_places(one) for one in (first, second)]
    moves = {**places[0], **places[1]} if all(places) else {}  # where one has no routine, every move differs
    differ = [move for move in moves if places[0].get(move) != places[1].get(move)]
    return (
        replace(before, findings=_sorted(found[0] - found[1]), places=_of(differ, *places)),
        replace(after, findings=_sorted(found[1] - found[0]), places=_of(differ, *reversed(places))),
    )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def _of(moves: Iterable[str], own: Mapping[str, Place], other: Mapping[str, Place]) -> tuple[Place, ...]:
    return tuple(own.get(move) or Place(other[move].name, _UNKNOWN, ()) for move in moves)


def _places(result: Recommendation | None) -> dict[str, Place]:
    """Return where each move is, by its id; none where there is no routine."""
    if result is None or result.assembly is None:
        return {}
    inside = {
        item.exercise.id: Place(item.exercise.name, _IN_ROUTINE, tuple(one.id for one in item.reasons))
        for item in result.assembly.routine.items
    }
    outside = {
        left.exercise.id: Place(left.exercise.name, BECAUSE[left.because], tuple(one.id for one in left.reasons))
        for left in result.assembly.left_out
    }
    return {**outside, **inside}


def _effect(before: Outcome, after: Outcome, back: tuple[str, ...]) -> Effect:
    if after.level is None or (before.shows_routine and not after.shows_routine):
        return Effect.TURNED_AWAY
    if before.level is not None and after.level.rank < before.level.rank:
        return Effect.LEVEL_FALLS
    if back:
        return Effect.MOVE_IS_BACK
    if before.stage is not None and after.stage is not None and after.stage.rank > before.stage.rank:
        return Effect.STAGE_RISES
    return Effect.OTHERWISE


def _plain(one: Affected) -> dict[str, Any]:
    return {**asdict(one), "is_less_safe": one.effect.is_less_safe}
