"""The table of every check of an assembled routine, and what they find.

A check is a function of a ``Case`` that yields what it finds. A check that is not in the table is never made;
tests/assembly/test_final_check.py holds one broken routine for each, and refuses a check without one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recommender.assembly.final_check import dose_checks, item_checks, order_checks, routine_checks
from recommender.assembly.final_check.case import Case, Check
from recommender.assembly.final_check.grounds import Grounds
from recommender.errors import DecisionError
from recommender.models.catalogue import Catalogue
from recommender.models.decision import Decision
from recommender.models.questionnaire import Intake
from recommender.models.routine import Assembly, ExclusionReason, LeftOut


@dataclass(frozen=True, slots=True)
class RoutineFault:
    """One thing amiss: the check that found it, the id of the exercise it concerns or "routine", and what is wrong."""

    check: str
    about: str
    text: str


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            routine_checks.level_shows_a_routine,
            routine_checks.level_is_not_below_a_floor,
            routine_checks.has_a_time_plan,
            routine_checks.has_a_move,
            routine_checks.accounts_for_the_whole_catalogue,
            routine_checks.other_days_have_nothing_that_is_not_for_every_day,
            routine_checks.no_move_passes_for_an_end,
            routine_checks.is_made_for_the_stage,
            routine_checks.minutes_are_within_the_rules,
            routine_checks.moves_are_within_the_rules,
            routine_checks.slots_are_within_their_limits,
            routine_checks.enough_moves_help_the_main_place,
            routine_checks.main_place_has_a_move,
            routine_checks.minutes_are_within_those_given,
            routine_checks.fits_its_minutes,
            routine_checks.each_item_has_the_time_it_takes,
            routine_checks.fills_its_minutes,
            item_checks.form_is_of_the_catalogue,
            item_checks.form_is_of_the_exercise,
            item_checks.exercise_is_of_the_catalogue,
            item_checks.may_be_chosen_by_the_program,
            item_checks.is_asked_for_if_it_must_be,
            item_checks.is_not_left_out_by_a_rule,
            item_checks.is_not_forbidden_by_the_package,
            item_checks.is_no_longer_than_a_rule_allows,
            item_checks.form_is_one_that_the_rules_allow,
            item_checks.fits_the_place,
            item_checks.fits_the_position,
            item_checks.has_all_its_equipment,
            item_checks.has_one_of_each_kind_of_equipment,
            dose_checks.hold_is_within_the_rules,
            dose_checks.repeats_are_within_the_rules,
            dose_checks.sets_are_within_the_rules,
            dose_checks.hold_is_within_the_start_figure,
            dose_checks.seconds_are_within_the_start_figure,
            dose_checks.hold_is_within_the_usual,
            dose_checks.repeats_are_within_the_usual,
            dose_checks.sets_are_within_the_usual,
            dose_checks.seconds_are_within_the_usual,
            dose_checks.has_a_set,
            dose_checks.says_how_much,
            dose_checks.is_timed_only_if_it_is_of_that_kind,
            dose_checks.is_of_the_kind_of_the_exercise,
            dose_checks.is_shown_with_its_watch_outs,
            order_checks.begins_with_a_warm_up,
            order_checks.ends_with_a_closing_item,
            order_checks.goes_down_to_the_floor_no_more_than_allowed,
            order_checks.has_no_two_near_duplicates,
            order_checks.has_no_hold_straight_after_one_it_must_not_follow,
            order_checks.moves_the_place_before_it_is_held,
            order_checks.has_not_too_many_holds_of_a_place_in_a_row,
        )
    }
)


def faults(assembly: Assembly, decision: Decision, intake: Intake, catalogue: Catalogue) -> tuple[RoutineFault, ...]:
    """Return everything that is amiss with the routine, in the order of the checks; () if it may be shown.

    The routine of the other days is held against the same checks, after the other; what is amiss with an item of both is
    told once.
    """
    case = Case(assembly, Grounds(decision, intake, catalogue))
    return tuple(
        RoutineFault(name, about, text)
        for each in (case, *_on_other_days(case))
        for name, check in CHECKS.items()
        for about, text in check(each)
    )


def _on_other_days(case: Case) -> Iterator[Case]:
    """Yield the routine of the other days as a case of its own, if there is one.

    It was made from the routine, as one at a check is made from the one before. So it need not be filled with what is not
    for every day.
    """
    routine = case.assembly.other_days
    if routine is None:
        return
    here = {item.exercise.id for item in routine.items}
    others = [one for one in case.catalogue.exercises if one.id not in here]
    left_out = tuple([LeftOut(one, ExclusionReason.NOT_FOR_YOUR_ANSWERS) for one in others])
    yield Case(Assembly(routine, left_out, breaks=(), facts={}, is_carried_on=True), case.grounds, before=case)


def check_assembly(assembly: Assembly, decision: Decision, intake: Intake, catalogue: Catalogue) -> None:
    """Return quietly if the routine may be shown.

    Raises:
        DecisionError: naming everything that breaks a rule.
    """
    found = faults(assembly, decision, intake, catalogue)
    if found:
        raise DecisionError(f"the final check refused the routine: {'; '.join(fault.text for fault in found)}")
