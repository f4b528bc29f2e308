"""Whoever is told to be seen is told whom to see and by when, and each is asked for what the brief asks of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recommender.models.actions import DispositionAction
from recommender.models.levels import Level, ReviewKind, Role
from recommender.models.rules import Branch
from recommender.presentation.recommendation import present
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake

# By when somebody is seen before they start, by rule or case; the rest have no time of their own.
TIMES = {
    "P2D": ("RF-P28/1", "RF-P28/2", "RF-U23/2", "RF-U24/2"),
    "P3D": ("RF-P10", "RF-P12", "RF-P14/3", "RF-P25", "RF-P28/3"),
    "P7D": (
        *("RF-P02", "RF-P09", "RF-P11", "RF-P13", "RF-P14", "RF-P15", "RF-P16", "RF-P17", "RF-P21", "RF-P22"),
        *("RF-P23/2", "RF-P28/4", "GEN-04", "FU-05", "FU-06"),
    ),
    "P14D": ("RF-P06", "RF-P07", "RF-P19", "RF-P22/4", "RF-P29/1", "GEN-06", "GEN-07", "GEN-08"),
}
WHOM_WITHOUT_A_DATE = {
    "RF-P01": Role.WHO_ADVISED_YOU,
    "RF-P03": Role.MIDWIFE_OR_GP,
    "RF-P04": Role.MIDWIFE_OR_GP,
    "RF-P05": Role.SURGICAL_TEAM,
    "RF-P08": Role.NERVE_TEAM,
    "RF-P20": Role.SPECIALIST_OR_GP,
    "RF-P23": Role.CANCER_TEAM_OR_GP,
    "RF-P24": Role.EYE_TEAM,
    "RF-P26": Role.RHEUMATOLOGY_TEAM,
    "RF-P27": Role.SPECIALIST_OR_GP,
}
# What each rule asks for where the brief names one kind for all of it.
KINDS = {
    ReviewKind.NET: ("RF-R01", "RF-R16", "RF-R18"),
    ReviewKind.CHECK_IN: ("RF-P21/2", "RF-R08"),
    ReviewKind.ASK_NOW: (
        *("RF-U07/5", "RF-R15", "RF-R05", "RF-R06", "RF-R12", "RF-P10/3", "RF-P11/2", "RF-P23/3", "RF-U24/3"),
        *("GEN-12", "GEN-07/2"),
    ),
}


def told(recommender: Recommender, *levels: Level) -> Iterator[tuple[Branch, DispositionAction]]:
    for branch in recommender.content.rule_set.branches:
        if (action := branch.then.disposition) and action.level in levels:
            yield branch, action


def test_each_is_seen_before_they_start_in_the_time_of_the_brief(recommender: Recommender) -> None:
    wanted = {name: time for time, names in TIMES.items() for name in names}
    given = {
        branch.id: (action.within, wanted.get(branch.id, wanted.get(branch.rule_id)))
        for branch, action in told(recommender, Level.SEE_BEFORE_START)
    }
    assert {case: times for case, times in given.items() if times[0] != times[1]} == {}


def test_who_has_no_date_is_told_whom_to_ask(recommender: Recommender) -> None:
    given = {
        branch.rule_id: action.who
        for branch, action in told(recommender, Level.SEE_BEFORE_START)
        if action.within is None
    }
    assert given == WHOM_WITHOUT_A_DATE


def test_each_case_with_a_routine_is_of_the_kind_of_the_brief(recommender: Recommender) -> None:
    wanted = {name: kind for kind, names in KINDS.items() for name in names}
    actions = dict(told(recommender, Level.ROUTINE, Level.ROUTINE_REVIEW))
    other = {
        branch.id: action.kind
        for branch, action in actions.items()
        if action.kind is not wanted.get(branch.id, wanted.get(branch.rule_id, action.kind))
    }
    assert other == {}
    assert {branch.id for branch in actions} | {branch.rule_id for branch in actions} >= set(wanted)


def test_a_line_about_being_seen_is_one_sentence(recommender: Recommender) -> None:
    for branch, action in told(recommender, Level.ROUTINE, Level.ROUTINE_REVIEW):
        assert action.act is not None
        assert re.findall(r"[.!?](?=\s|$)", action.act) == ["."], branch.id
        assert action.act.endswith("."), branch.id


def test_the_first_step_says_whom_to_see_and_by_when(recommender: Recommender) -> None:
    intake = full_intake(
        recommender, {"leg_symptoms": ["below_knee"], "trend": "worse_slow", "told_no_exercise": "yes"}
    )
    shown = present(recommender.recommend(intake), recommender.content, "GB")["disposition"]
    assert shown["steps"][:2] == [
        "Ask a GP or physiotherapist to see you within 7 days.",
        "Ask the person who gave you that advice, and follow it until then.",
    ]
    assert shown["within"] == "P7D"


def test_to_check_in_again_says_when_in_its_own_words(recommender: Recommender) -> None:
    """Where something stronger comes first its day is not shown, so the words alone must say it."""
    words = {"P7D": "in 1 week", "P14D": "in 2 weeks"}
    actions = [branch.then.disposition for branch in recommender.content.rule_set.branches if branch.then.disposition]
    checks = [action for action in actions if action.kind is ReviewKind.CHECK_IN]
    assert len(checks) > 8
    assert [action.act for action in checks if words[action.within or ""] not in (action.act or "")] == []
