"""What a crowd is told: levels and the rules behind them, how varied its routines are, and how often each move comes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from statistics import mean, median
from typing import Any

from recommender.models.catalogue import DefaultRoutine
from recommender.models.levels import Level, Stage
from recommender.models.questionnaire import PLACE, Intake
from recommender.service.recommend import Recommender
from tools.crowd.measures import Person, met

NO_PAIN = "no_pain"
# Goals of one person that must not give the same routine, and how much of it two may share (brief 0.4, 4.5).
GOALS = ("ease_pain", "move_freely", "relax", "prevent")
SHARED_AT_MOST = 0.6
ASKED_ABOUT_GOALS = 100


def outcomes(recommender: Recommender, people: Sequence[Person]) -> Mapping[str, Any]:
    """Return the figures of the levels and of variety, as plain data."""
    some = [one for one in people if one.assembly]
    in_pain = [one for one in some if NO_PAIN not in one.intake.chosen("pain_location")]
    review = [one for one in in_pain if one.decision.level is Level.ROUTINE_REVIEW]
    sets = {
        stage.value: round(mean(values), 2)
        for stage in Stage
        if (values := [item.dose.sets for one in some if one.decision.stage is stage for item in one.moves])
    }
    asking = Counter(rule for one in review for rule in _asking(one))
    alone = Counter(rule for one in review if len(rules := _asking(one)) == 1 for rule in rules)
    return {
        "in pain with a routine": len(in_pain),
        "of them asked to be seen or to check again (routine_review)": _part(len(review), len(in_pain)),
        "rules behind routine_review: share of people in pain with a routine, and of those whom no other rule asks": {
            rule: (_part(count, len(in_pain)), _part(alone[rule], len(in_pain))) for rule, count in asking.most_common()
        },
        "how many rules ask, share of people in pain with a routine": {
            number: _part(count, len(in_pain))
            for number, count in sorted(Counter(map(len, map(_asking, review))).items())
        },
        "asked to be seen or to check again, by age": _by_age(in_pain),
        "mean sets of a move, by stage": sets,
        "different sets of moves": _part(len({_moves(one) for one in some}), len(some)),
        "moves shared by two people of one main place and stage, median share": _shared_by_neighbours(some),
        **_goals(recommender, some),
        "use of every move, share of routines": _use(recommender, some),
    }


def _asking(person: Person) -> frozenset[str]:
    """Return the rules that ask this person to be seen, or to check again."""
    return frozenset(
        branch.rule_id
        for branch in person.decision.outcomes
        if branch.then.disposition and branch.then.disposition.level is Level.ROUTINE_REVIEW
    )


def _by_age(in_pain: Sequence[Person]) -> dict[str, float]:
    bands: defaultdict[str, list[bool]] = defaultdict(list)
    for one in in_pain:
        bands[one.intake.chosen("age_band")[0]].append(one.decision.level is Level.ROUTINE_REVIEW)
    return {band: _part(sum(asked), len(asked)) for band, asked in sorted(bands.items())}


def _moves(person: Person) -> frozenset[str]:
    return frozenset(item.exercise.id for item in person.moves)


def _use(recommender: Recommender, some: Sequence[Person]) -> dict[str, float]:
    used = Counter(item.exercise.id for one in some for item in one.items)
    usable = (one.id for one in recommender.content.catalogue.exercises if one.default_routine is not DefaultRoutine.NO)
    return {name: _part(used[name], len(some)) for name in sorted(usable, key=lambda name: (-used[name], name))}


def _shared_by_neighbours(some: Sequence[Person]) -> float:
    alike: defaultdict[tuple[object, ...], list[frozenset[str]]] = defaultdict(list)
    for one in some:
        alike[(one.places, one.decision.stage)].append(_moves(one))
    return round(median(_jaccard(*pair) for group in alike.values() for pair in pairwise(group)), 2)


def _goals(recommender: Recommender, some: Sequence[Person]) -> Mapping[str, Any]:
    """Return of which share of people two goals give nearly the same routine, and of which they cannot but do so.

    Two routines of so many moves, of so many that may be done, share the more the fewer are left over.
    """
    roomy = [
        one
        for one in some
        if one.asked >= 10 and one.decision.stage is not Stage.SETTLE and one.allowed >= 10 and one.places
    ][:ASKED_ABOUT_GOALS]
    alike, cannot = [], 0
    for one in roomy:
        routines = [_moves(met(recommender, _with_goal(one.intake, goal))) for goal in GOALS]
        if any(_jaccard(*pair) > SHARED_AT_MOST for pair in combinations(routines, 2)):
            alike.append(one)
            cannot += (2 * max(map(len, routines)) - one.allowed) / one.allowed > SHARED_AT_MOST
    return {
        "goals: share of people of whom two goals share over 60 % of the moves": _part(len(alike), len(roomy)),
        "goals: of all, those who may do so few moves that two routines must share as much": _part(cannot, len(roomy)),
        "goals: people of whom two goals share over 60 % of the moves, of how many": _split(alike, roomy),
    }


def _split(part: Sequence[Person], whole: Sequence[Person]) -> dict[str, str]:
    """Return how many of how many there are by the minutes, by the place, and of those whose routine is short on purpose."""
    counted = [Counter(kind for one in group for kind in _kinds(one)) for group in (part, whole)]
    return {kind: f"{counted[0][kind]} of {counted[1][kind]}" for kind in sorted(counted[1])}


def _kinds(person: Person) -> list[str]:
    kinds = [f"{person.asked} minutes", f"place: {person.intake.chosen(PLACE)[0]}"]
    return [*kinds, "short on purpose"] if person.is_short_on_purpose else kinds


def _with_goal(intake: Intake, goal: str) -> Intake:
    return replace(intake, answers={**intake.answers, "goal": goal})


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _part(part: int, whole: int) -> float:
    return round(part / max(1, whole), 3)
