"""Answer sheets made to be dangerous: everything that the table of forbidden movements speaks of, alone and together.

They are made so that a routine comes wherever one may: the rest of the sheet is somebody who was checked, cleared and has
no sign of danger.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from recommender.models.forbidden import MAIN_PLACE, ForbiddenTable, Given, Pattern
from recommender.models.questionnaire import Answer, Intake, Question, QuestionKind, Questionnaire
from recommender.questionnaire.random_sheets import random_sheet_to_the_end
from recommender.service.recommend import Recommender
from tests.support.crowds import NO_SIGN

Ticks = Mapping[str, frozenset[str]]

# Every option of these is tried by itself, whether or not the table speaks of it.
ALL_OPTIONS_OF = ("conditions", "medicines", "limits", "leg_symptoms", "arm_symptoms", "worse_with", "pain_location")
PLACES = ("floor_mat", "bed", "chair_only", "standing_desk")
ON_THE_FLOOR = PLACES[0]
EVERYTHING = (
    "chair",
    "mat",
    "towel_or_strap",
    "cushion",
    "worktop",
    "wall",
    "foam_roller",
    "soft_ball",
    "bike",
    "band",
    "step",
    "weight",
)
# Where most kinds of moves are wanted, and so most can go wrong.
OFTEN = ("buttock", "low_back", "low_back")
# What makes it worse and what eases it: both directions in full, and answers that say nothing of one.
Direction = tuple[tuple[str], tuple[str]]
DIRECTIONS: tuple[Direction, ...] = (
    (("standing_walking",), ("sitting_bending",)),
    (("sitting",), ("standing_walking",)),
    (("lifting",), ("moving_about",)),
    (("morning",), ("lying_front",)),
    (("other",), ("sitting_bending",)),
)
STRONG = DIRECTIONS[:3]
# What was operated on may be cleared or not, unless the sheet has a doubt about it.
OPERATION, CLEARED, UNCLEAR = "surgery_rules", "cleared", ("cleared", "not_sure", "still_rules", "none")
SPINE = ("neck", "shoulders", "upper_back", "mid_back", "low_back", "tailbone", "buttock")
# What opens a question about details; a question that is not here is shown to everybody, or to whoever has pain.
OPENED_BY: Mapping[str, tuple[str, Sequence[str]]] = {
    "bone_detail": ("conditions", ("osteoporosis", "spinal_fracture")),
    "preg_weeks": ("conditions", ("pregnant",)),
    "preg_cleared": ("conditions", ("pregnant",)),
    "preg_pgp": ("conditions", ("pregnant",)),
    "postnatal_detail": ("conditions", ("postnatal",)),
    "postnatal_issue": ("conditions", ("postnatal",)),
    "surgery_when": ("conditions", ("joint_replacement", "spine_surgery")),
    "surgery_rules": ("conditions", ("joint_replacement", "spine_surgery")),
    "heart_detail": ("conditions", ("heart", "stroke")),
    "bp_detail": ("conditions", ("high_bp",)),
    "dizzy_detail": ("conditions", ("vertigo",)),
    "spa_detail": ("conditions", ("axial_spa",)),
    "hyper_detail": ("conditions", ("hypermobile",)),
    "pem_detail": ("conditions", ("me_cfs",)),
    "leg_symptoms": ("pain_location", ("low_back",)),
    "arm_symptoms": ("pain_location", ("neck",)),
    "rf_neck": ("pain_location", ("neck",)),
}
# What lets a routine come: checked, cleared, steady, and nothing new.
LENIENT: Mapping[str, Answer] = {
    **NO_SIGN,
    "history": "same_before",
    "assessed": "yes",
    "onset_age": "45_plus",
    "bone_detail": "never",
    "preg_weeks": "lt_16",
    "preg_flags": ("none",),
    "preg_cleared": "ok",
    "preg_pgp": "no",
    "postnatal_detail": "gt_12w",
    "postnatal_issue": ("none",),
    "surgery_when": "gt_12m",
    "surgery_rules": ("cleared",),
    "heart_detail": "stable",
    "bp_detail": "controlled",
    "dizzy_detail": "bppv",
    "spa_detail": "mobile",
    "hyper_detail": "joint_only",
    "pem_detail": "team_ok",
}


@dataclass(frozen=True, slots=True)
class Way:
    """Answers that matter together: boxes to tick, numbers to give, and boxes to leave empty."""

    ticks: Ticks
    numbers: Mapping[str, int] = field(default_factory=dict)
    avoid: Ticks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Danger:
    """A way to be in danger; ``name`` says where it comes from."""

    name: str
    way: Way


def dangers(table: ForbiddenTable, questionnaire: Questionnaire) -> list[Danger]:
    """Return every way to be somebody of whom a row speaks, and every option of the questions about the body."""
    found = [
        Danger(f"{row.id} {number}", way)
        for row in table.rows
        for number, way in enumerate(way for given in row.when for way in _ways(given, table))
    ]
    for question in ALL_OPTIONS_OF:
        for option in questionnaire.questions[question].options:
            found.append(Danger(f"{question}.{option.id}", Way({question: frozenset({option.id})})))
    unlike = {_frozen(one.way): one for one in reversed(found)}
    return list(reversed(unlike.values()))


def sheets(recommender: Recommender, table: ForbiddenTable, count: int, seed: int) -> Iterator[tuple[str, Intake]]:
    """Yield so many complete sheets: each danger alone in each place first, then pairs and triples drawn at random."""
    every = dangers(table, recommender.content.questionnaire)
    chance = random.Random(seed)
    alone: list[tuple[Sequence[Danger], str, Direction | None]]
    alone = [([danger], place, None) for danger in every for place in PLACES]
    # Again on the floor, for somebody strong of each direction: there most kinds of moves are wanted.
    alone += [([danger], ON_THE_FLOOR, direction) for direction in STRONG for danger in every]
    drawn = (
        (chance.sample(every, 2 + number % 2), chance.choice(PLACES), chance.choice((None, *DIRECTIONS)))
        for number in range(count)
    )
    for number, (group, place, direction) in enumerate(
        islice(chain(alone if count > len(alone) else (), drawn), count)
    ):
        name = " + ".join(danger.name for danger in group)
        told = f"sheet {number} of seed {seed}: {name}, {place}"
        yield told, sheet(recommender, chance, group, place, direction)


def sheet(
    recommender: Recommender, chance: random.Random, group: Sequence[Danger], place: str, strong: Direction | None
) -> Intake:
    """Return a whole sheet with these dangers; the rest is random where it may be, and lenient where it matters."""
    questions = recommender.content.questionnaire.questions
    whole = _together([danger.way for danger in group])
    ticks, numbers = dict(whole.ticks), whole.numbers
    for question in list(ticks):
        if question in OPENED_BY:
            opener, options = OPENED_BY[question]
            if ticks.get(opener, frozenset()).isdisjoint(options):
                ticks[opener] = ticks.get(opener, frozenset()) | {chance.choice(options)}
    fixed: dict[str, Answer] = {**LENIENT, **_free(chance, strong), "place": place, **numbers}
    for question, options in ticks.items():
        if question in questions:
            fixed[question] = _ticked(questions[question], options, chance)
    fixed |= _where(ticks, chance)
    for question, options in whole.avoid.items():
        given = fixed.get(question)
        if isinstance(given, tuple) and set(given) & options:
            kept = [option for option in given if option not in options]
            fixed[question] = tuple(kept) or (_harmless(questions[question], options),)
    fixed = {name: _of_kind(questions[name], answer) for name, answer in fixed.items() if name in questions}
    answers = random_sheet_to_the_end(recommender.content.questionnaire, recommender.flow, chance, fixed=fixed)
    return Intake(answers, recommender.supplied)


def _ticked(question: Question, options: frozenset[str], chance: random.Random) -> Answer:
    if question.kind is not QuestionKind.MANY:
        return chance.choice(sorted(options))
    alone = {option.id for option in question.options if option.exclusive}
    kept = [option.id for option in question.options if option.id in options - alone]
    if question.id == OPERATION and options.isdisjoint(UNCLEAR) and chance.random() < 0.6:
        kept.append(CLEARED)
    return tuple(dict.fromkeys(kept)) or tuple(sorted(options))


def _where(ticks: Ticks, chance: random.Random) -> dict[str, Answer]:
    """Return the places that hurt: those that are asked for, with one of the spine among them, and the main one."""
    mains = ticks.get(MAIN_PLACE, frozenset())
    places = ticks.get("pain_location", frozenset()) | mains or frozenset({chance.choice((*SPINE, *OFTEN))})
    if len(places) > 1:
        places -= {"no_pain"}
    if places.isdisjoint((*SPINE, "no_pain")):
        places |= {"low_back"}
    main = sorted(mains or places & set(SPINE) or places)
    return {"pain_location": tuple(sorted(places)), "pain_main": chance.choice(main)}


def _of_kind(question: Question, answer: Answer) -> Answer:
    """Return the answer as one option or several, whichever the question asks for."""
    if question.kind is QuestionKind.MANY and isinstance(answer, str):
        return (answer,)
    return answer[0] if question.kind is QuestionKind.ONE and isinstance(answer, tuple) else answer


def _harmless(question: Question, avoided: frozenset[str]) -> str:
    """Return the option that says that nothing is wrong, or else one that no row speaks of."""
    left = [option.id for option in question.options if option.id not in avoided]
    return next((option for option in ("none", "other", "rest") if option in left), left[-1])


def _free(chance: random.Random, strong: Direction | None) -> dict[str, Answer]:
    """Return answers that matter for what is offered and are no danger by themselves."""
    worse, better = strong or chance.choice(DIRECTIONS)
    return {
        "age_band": chance.choice(("25_44", "45_49", "50_59", "60_64", "65_69")),
        "duration": chance.choice(("2_6w", "6_12w", "gt_12w")),
        "trend": chance.choice(("better", "same", "up_down")),
        "pain_score": chance.randint(0, 3 if strong else 5),
        "irritability": "minutes" if strong else chance.choice(("minutes", "hours")),
        "function": chance.choice(("not", "bit")),
        "leg_symptoms": ("none",),
        "arm_symptoms": "none",
        "worse_with": worse,
        "better_with": better,
        "limits": ("none",),
        "sit_hours": chance.choice(("4_6", "6_8", "gt_8")),
        "sit_where": chance.choice(("desk", "desk", "mixed")),
        "minutes": chance.choice(("5", "10", "15", "20", "20")),
        "equipment": EVERYTHING,
        "goal": chance.choice(("ease_pain", "move_freely", "prevent", "get_stronger", "relax")),
        "activity": chance.choice(("low", "some", "active", "sport")),
    }


def _ways(given: Given, table: ForbiddenTable) -> list[Way]:
    """Return answers that fit: so many that every option is among them, and every way of each pattern."""
    parts: list[list[Way]] = [
        [Way({question: frozenset({option})}) for option in sorted(options)]
        for question, options in sorted(given.answers.items())
    ]
    parts += [_ways_of_pattern(table.patterns[name], table) for name in sorted(given.patterns)]
    own = Way({}, {question: wanted[0] for question, wanted in given.numbers.items()}, given.but_not)
    count = max(map(len, parts), default=1)
    return [_together([own, *(part[number % len(part)] for part in parts)]) for number in range(count)]


def _ways_of_pattern(pattern: Pattern, table: ForbiddenTable) -> list[Way]:
    """Return the ways in which a pattern can hold; a few of the many where it counts."""
    each = [_ways(given, table) for given in pattern.of]
    if pattern.at_least == 1:
        return [way for ways in each for way in ways]
    starts = range(0, len(each) - pattern.at_least + 1, pattern.at_least)
    return [_together([ways[0] for ways in each[start : start + pattern.at_least]]) for start in starts]


def _together(ways: Iterable[Way]) -> Way:
    ticks: dict[str, frozenset[str]] = {}
    avoid: dict[str, frozenset[str]] = {}
    numbers: dict[str, int] = {}
    for way in ways:
        numbers |= way.numbers
        for question, options in way.ticks.items():
            ticks[question] = ticks.get(question, frozenset()) | options
        for question, options in way.avoid.items():
            avoid[question] = avoid.get(question, frozenset()) | options
    return Way(ticks, numbers, avoid)


def _frozen(way: Way) -> tuple[object, ...]:
    parts = [
        tuple(sorted((name, tuple(sorted(options))) for name, options in part.items()))
        for part in (way.ticks, way.avoid)
    ]
    return (*parts, tuple(sorted(way.numbers.items())))
