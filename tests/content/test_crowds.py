"""Properties over crowds: nobody healthy is refused, and every routine keeps the order and dose rows and fills its time.

``pytest -rP tests/test_crowds.py`` prints who is asked to see someone, by rule, and how well routines fill their time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from recommender.assembly.final_check import check_assembly
from recommender.assembly.routine import assemble
from recommender.assembly.screening import Candidate, ExerciseScreening
from recommender.models.conditions import atoms
from recommender.models.levels import Level, ReviewKind, Stage
from recommender.models.questionnaire import Intake
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Item
from recommender.service.recommend import Recommender
from tests.support.crowds import BANDS, allowed_people, has_nothing_to_hold, healthy_people
from tests.support.order_and_dose import CHECKS, NEAR_DUPLICATES, STAGES, Session, broken_rows, session
from tests.support.sample import small_and_whole

pytestmark = pytest.mark.dear
# How many people, in `make test` and in `make test-deep`.
HEALTHY, BARE, ALLOWED = (140, 1000), 150, (80, 400)
BUDGETS = ("3", "5", "10", "15", "20")
SEED = 20261121
# The least number of moves that DOS-08 asks for, by row.
MOVES_AT_LEAST = {3: 2, 5: 3, 10: 6, 15: 8, 20: 10}
# The most of one kind: DOS-01 for each stage, with the four strength moves of its note.
KINDS_AT_MOST: Mapping[Stage, Mapping[str, int]] = {
    Stage.SETTLE: {"stretch": 2, "strength": 1},
    Stage.BUILD: {"strength": 3},
    Stage.STRENGTHEN: {"strength": 6},
}
AFRAID_AT_MOST = 5  # IN-12
ALL_OVER_AT_MOST = {Stage.SETTLE: 3, Stage.BUILD: 6, Stage.STRENGTHEN: 6}  # CI-R13
# ORD-07, and the two pairs of its note.
ALIKE = (*NEAR_DUPLICATES, {"cat_cow", "seated_cat_cow"}, {"pelvic_tilt", "standing_pelvic_tilt_wall"})


# --- nobody healthy is refused ---


@pytest.fixture(scope="module", params=small_and_whole(*HEALTHY, long=2000))
def healthy(request: pytest.FixtureRequest, recommender: Recommender) -> list[Recommendation]:
    people = healthy_people(recommender, request.param, SEED + request.param)
    told = [recommender.recommend(intake) for intake in people]
    assert len(told) == request.param
    return told


def refusing(recommendation: Recommendation) -> list[str]:
    """Return the rules that leave somebody without a routine."""
    outcomes = [(branch.rule_id, branch.then.disposition) for branch in recommendation.decision.outcomes]
    return list(dict.fromkeys(rule for rule, outcome in outcomes if outcome and not outcome.level.shows_routine))


def test_nobody_healthy_is_refused_at_any_age(healthy: list[Recommendation]) -> None:
    refused = [(refusing(one), dict(one.intake.answers)) for one in healthy if one.assembly is None]
    assert refused == []
    bands = Counter(one.intake.answers["age_band"] for one in healthy)
    assert min(bands[band] for band in BANDS) >= len(healthy) // len(BANDS)


def test_healthy_people_are_asked_to_see_someone_only_by_rules_of_review(healthy: list[Recommendation]) -> None:
    """The report of who gets ``routine_review``, and by which rules."""
    asking: Counter[str] = Counter()
    for one in healthy:
        outcomes = [(branch.rule_id, branch.then.disposition) for branch in one.decision.outcomes]
        asking.update({rule for rule, outcome in outcomes if outcome and outcome.level is Level.ROUTINE_REVIEW})
    review = sum(one.level is Level.ROUTINE_REVIEW for one in healthy)
    print(f"routine_review: {review / len(healthy):.1%} of {len(healthy)} healthy people")
    for rule, count in asking.most_common():
        print(f"  {rule}: {count / len(healthy):.1%}")
    assert {one.level for one in healthy} == {Level.ROUTINE, Level.ROUTINE_REVIEW}


def test_no_check_in_booking_or_question_ends_at_routine_and_nothing_else_ends_above(
    healthy: list[Recommendation],
) -> None:
    for one in healthy:
        asked = {outcome.kind for branch in one.decision.outcomes if (outcome := branch.then.disposition)}
        assert None not in asked
        assert (one.level is Level.ROUTINE) == (asked == {ReviewKind.NET}), one.decision.fired_ids


def test_without_a_thing_in_the_room_only_too_few_moves_refuse(recommender: Recommender) -> None:
    """Without even a chair or a wall, a floor, a bed or a seat suffices for everybody without a limit.

    Who is limited, or can only stand there, may be left with too few moves (GEN-06).
    """
    nothing = healthy_people(recommender, BARE, SEED + 1, more={"equipment": ("none",)})
    told = [recommender.recommend(intake) for intake in nothing]
    lost = [one for one in told if has_nothing_to_hold(one.intake.answers)]
    refused = [one for one in told if one.assembly is None]
    print(f"nothing to hold, and a limit or only room to stand: {len(refused)} of {len(lost)} have too few moves")
    assert len(lost) < len(told)
    assert {id(one) for one in refused} <= {id(one) for one in lost}
    assert {rule for one in refused for rule in refusing(one)} == {"GEN-06"}
    assert len(refused) < len(lost) / 4


# --- every routine keeps the order and dose rows, and fills its time ---


@dataclass(frozen=True)
class Made:
    """One routine of the crowd. ``possible`` is how many moves the rules leave, whatever the minutes."""

    session: Session
    seconds: int
    possible: int

    @property
    def share(self) -> float:
        """Return the share of the smaller of the budget and the stage's own cap that is filled."""
        return self.seconds / (60 * self.session.minutes)

    @property
    def is_short_on_purpose(self) -> bool:
        """Whether fear or pain all over keeps the routine short, whatever the minutes (brief 0.4, 4.2)."""
        answers = self.session.intake
        return (
            "afraid" in answers.chosen("confidence")
            or "struggling" in answers.chosen("coping")
            or "widespread_pain" in answers.chosen("conditions")
        )

    @property
    def has_enough(self) -> bool:
        return self.possible >= MOVES_AT_LEAST[self.session.row]


@pytest.fixture(scope="module", params=small_and_whole(*ALLOWED, long=1020))
def routines(request: pytest.FixtureRequest, recommender: Recommender) -> list[Made]:
    """Every routine of the crowd, for each number of minutes."""
    made = []
    for person in allowed_people(recommender, request.param, SEED + request.param):
        first = with_minutes(recommender, person, BUDGETS[0])
        if first.assembly is None:
            assert refusing(first) == ["GEN-06"]
            continue
        for recommendation in (first, *(other_minutes(recommender, first, minutes) for minutes in BUDGETS[1:])):
            assert recommendation.assembly is not None
            this = session(recommendation)
            made.append(
                Made(this, recommendation.assembly.routine.seconds, possible_moves(recommender, recommendation))
            )
    return made


def with_minutes(recommender: Recommender, person: Intake, minutes: str) -> Recommendation:
    return recommender.recommend(Intake({**person.answers, "minutes": minutes}, person.supplied))


def other_minutes(recommender: Recommender, first: Recommendation, minutes: str) -> Recommendation:
    """Return what the same person gets for other minutes. No condition reads them, so the decision stands."""
    intake = Intake({**first.intake.answers, "minutes": minutes}, first.intake.supplied)
    catalogue = recommender.content.catalogue
    assembly = assemble(catalogue, first.decision, intake)
    check_assembly(assembly, first.decision, intake, catalogue)
    return replace(first, intake=intake, assembly=assembly)


def possible_moves(recommender: Recommender, recommendation: Recommendation) -> int:
    """Return how many moves the allowed ones leave: one of each kind alike, half of them for the main place."""
    screen = ExerciseScreening(recommender.content.catalogue, recommendation.decision, recommendation.intake)
    this = session(recommendation)
    left = [found for found in screen.results if isinstance(found, Candidate) and found.wanted]
    left = [found for found in left if found.exercise.id != this.items[0].exercise.id]
    count: Counter[tuple[str, bool]] = Counter()
    taken: set[str] = set()
    for found in sorted(left, key=lambda found: not found.exercise.regions & this.target):
        slot, name = found.exercise.slot, found.exercise.id
        most = KINDS_AT_MOST[this.stage].get(slot, len(left))
        most = min(most, 1) if slot == "strength" and this.ticked("goal", "relax") else most
        in_slot = count[slot, True] + count[slot, False]
        if slot in ("mobility", "stretch", "strength", "relief") and name not in taken and in_slot < most:
            count[slot, bool(found.exercise.regions & this.target)] += 1
            taken |= {name}.union(*(group for group in ALIKE if name in group))
    helping = sum(number for (_, helps), number in count.items() if helps)
    others = sum(number for (_, helps), number in count.items() if not helps)
    afraid = AFRAID_AT_MOST if "IN-12" in this.fired else len(left)
    all_over = ALL_OVER_AT_MOST[this.stage] if "CI-R13" in this.fired else len(left)
    return min(helping + min(helping, others), STAGES[this.stage].moves, afraid, all_over)


def test_no_condition_reads_the_minutes(recommender: Recommender) -> None:
    read = {
        getattr(atom, "subject", None)
        for branch in recommender.content.rule_set.branches
        for atom in atoms(branch.when)
    }
    assert "minutes" not in read and "pain_score" in read


def test_the_crowd_is_mixed(routines: list[Made], request: pytest.FixtureRequest) -> None:
    people = request.node.callspec.params["routines"]
    assert len(routines) >= 0.98 * people * len(BUDGETS)
    assert {made.session.stage for made in routines} == set(Stage)
    ticked = Counter(
        option
        for made in routines
        for question in ("conditions", "limits")
        for option in made.session.intake.chosen(question)
    )
    assert {"floor", "stand", "wheelchair", "wrist"} <= set(ticked)
    if people > ALLOWED[0]:
        assert {"osteoporosis", "pregnant", "glaucoma", "spine_surgery"} <= set(ticked)


def test_every_routine_keeps_every_row_of_order_and_dose(routines: list[Made]) -> None:
    broken = [
        (fault, dict(made.session.intake.answers), [item.form.key for item in made.session.items])
        for made in routines
        for fault in broken_rows(made.session)
    ]
    assert broken == []


def test_routines_fill_their_time_where_enough_moves_are_allowed(routines: list[Made]) -> None:
    enough = [made for made in routines if made.has_enough]
    print(f"{len(enough)} of {len(routines)} routines have enough moves allowed")
    for stage in Stage:
        for minutes in BUDGETS:
            some = [made for made in routines if made.session.stage is stage and made.session.asked == int(minutes)]
            print(f"  {stage} {minutes} min: {report(some)}; enough moves: {report([m for m in some if m.has_enough])}")
    usual = [made for made in enough if made.session.stage is not Stage.SETTLE and not made.is_short_on_purpose]
    filled = sum(made.share >= 0.9 for made in usual)
    print(f"build and strengthen, not short on purpose, filled to 90 %: {filled / len(usual):.1%} of {len(usual)}")
    assert filled >= 0.95 * len(usual)
    assert sum(made.share >= 0.7 for made in enough) >= 0.95 * len(enough)
    assert len(enough) > len(routines) / 3 and len(usual) > len(enough) / 6


def report(some: list[Made]) -> str:
    if not some:
        return "nobody"
    return f"{len(some)}, {sum(made.share >= 0.7 for made in some) / len(some):.0%} filled to 70 %"


def test_routines_with_few_moves_allowed_use_nearly_all_of_them(routines: list[Made]) -> None:
    """Where a rule or the room keeps the number of moves down, time is left over, but not moves."""
    few = [made for made in routines if not made.has_enough]
    using = [made for made in few if len(made.session.moves) >= made.possible]
    print(f"{len(using)} of {len(few)} use every move that is left")
    assert len(using) >= 0.95 * len(few)


# --- the checks notice what is wrong ---

Breaker = Callable[[Session], Session]


def items_of(this: Session, items: list[Item]) -> Session:
    return Session(this.intake, this.stage, items, this.fired)


def change_first_move(**changes: Any) -> Breaker:
    """Return a breaker that changes the dose of the first move."""

    def breaker(this: Session) -> Session:
        first = replace(this.moves[0], dose=replace(this.moves[0].dose, **changes))
        return items_of(this, [this.items[0], first, *this.items[2:]])

    return breaker


def repeated(this: Session) -> Session:
    return items_of(this, [*this.items[:-1], this.items[1], this.items[-1]])


def strength_first(item: Item) -> tuple[str, bool]:
    return item.form.position, item.slot != "strength"


def twice_down(this: Session) -> Session:
    up = replace(this.items[0], slot="mobility")
    return items_of(this, [*this.items[:-1], up, *this.items[-2:]])


def elsewhere(this: Session) -> Session:
    """Return the session of somebody whose pain is in another place."""
    sore = Intake({**this.intake.answers, "pain_location": ("neck",), "pain_main": "neck"}, this.intake.supplied)
    other = Session(sore, this.stage, this.items, this.fired)
    return items_of(other, [item for item in this.items if not item.exercise.regions & other.target])


def holds_first(this: Session) -> Session:
    ordered = sorted(this.moves, key=lambda item: item.exercise.kind != "static_stretch")
    return items_of(this, [this.items[0], *ordered, this.items[-1]])


def three_holds(this: Session) -> Session:
    hold = next(item for item in this.moves if item.exercise.kind == "static_stretch")
    return items_of(this, [*this.items[:2], hold, hold, hold, this.items[-1]])


def bend_then_arch(this: Session) -> Session:
    hold = next(item for item in this.moves if item.exercise.kind == "static_stretch")
    bend, arch = (
        replace(hold, form=replace(hold.form, tags=frozenset([tag]))) for tag in ("flexion_end", "extension_end")
    )
    return items_of(this, [*this.items[:2], bend, arch, this.items[-1]])


BREAKS: dict[str, list[Breaker]] = {
    "ORD-01": [lambda this: items_of(this, [this.items[1], this.items[0], *this.items[2:]]), holds_first],
    "ORD-02": [lambda this: items_of(this, [this.items[0], *sorted(this.moves, key=strength_first), this.items[-1]])],
    "ORD-03": [lambda this: items_of(this, [this.items[0], *this.items[-2:0:-1], this.items[-1]]), twice_down],
    "ORD-05": [elsewhere],
    "ORD-06": [three_holds],
    "ORD-07": [repeated],
    "ORD-08": [bend_then_arch],
    "ORD-09": [lambda this: items_of(this, [*this.items[:-2], this.items[-1], this.items[-2]])],
    "DOS-01": [change_first_move(hold_seconds=25), change_first_move(sets=2)],
    "DOS-02": [lambda this: items_of(this, [stronger(item) for item in this.items])],
    "DOS-03": [lambda this: items_of(this, [*three_holds(this).items[:1], *longer(three_holds(this))])],
    "DOS-06": [lambda this: items_of(this, [stronger(item) for item in this.items])],
    "DOS-07": [lambda this: Session(Intake({**this.intake.answers, "age_band": "70_plus"}), this.stage, longer(this), this.fired)],
    "DOS-08": [change_first_move(reps=200), lambda this: items_of(this, [replace(item, seconds=5) for item in this.items])],
    "DOS-13": [change_first_move(per_side=True)],
    "rows of words": [lambda this: Session(this.intake, this.stage, this.items, this.fired - {"DOS-05"})],
}  # fmt: skip


def longer(this: Session) -> list[Item]:
    return [replace(item, dose=replace(item.dose, hold_seconds=40)) for item in this.items]


def stronger(item: Item) -> Item:
    return replace(item, dose=replace(item.dose, reps=12)) if item.exercise.kind == "strengthening" else item


@pytest.mark.parametrize("row", CHECKS)
def test_the_check_of_each_row_notices_a_routine_that_breaks_it(recommender: Recommender, row: str) -> None:
    from tests.support.sheets import full_intake

    simple = session(recommender.recommend(full_intake(recommender, {})))
    assert [*broken_rows(simple)] == []
    for breaker in BREAKS[row]:
        assert [*CHECKS[row](breaker(simple))] != []
