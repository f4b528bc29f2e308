"""Two hundred replies recorded from the version before, played again: what is different now is named here, and why.

A row allows one difference everywhere below its call, and whatever lies under a place that changed as a whole. A row
that nothing needs any more fails too, so that the table says no more than is true.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.recorded import ADDED, CHANGED, GONE, Difference, Reply, Request, differences, flat, load, renamed

CONTENT = ("questionnaire", "rules", "rule", "exercises", "exercise", "sources")
WORDING = "words were mended, and who has started is spoken to as such (brief 0.4, section 6)"
FOLLOW_UP = "checks carry people on (brief 0.4, section 5)"
BRIEF_04 = "patterns of danger are caught, and moves left out, that were not (brief 0.4, sections 1 and 9)"
LADDER = "an easier or harder move is one step on the same tissue"
ROUTINES_04 = "the sore place first, minutes filled with movement, held stretches (brief 0.4, section 4)"
QUESTIONS_04 = "questions and answers are new, or ask for less at once (brief 0.4, section 2)"
STOPS_04 = "who must be seen first need not finish the form, and 48 hours no longer end it (brief 0.4, 2.7 and GEN-15)"
LEVELS_04 = "two levels that mean something, and one thing to do about being seen (brief 0.4, section 3)"
FIT = "what cannot matter is not asked, and some questions wait until there is a routine"
SHORT_WORDS = "a question is a few plain words, and so is an answer (docs/brief/wording.md)"
# The questions whose words stand in what to do about an answer.
IN_SHORT_WORDS = (
    *(
        "answers.rf_nerve",
        "assessed",
        "better_with",
        "conditions",
        "duration",
        "follow_up.fu_pain",
        "function",
        "history",
    ),
    *("before_session.rf_bone_nerve", "before_session.rf_emergency", "before_session.rf_illness"),
    *("before_session.rf_nerve", "history.0.follow_up.fu_pain", "irritability", "limits", "medicines", "minutes"),
    *("pain_location", "pain_score", "rf_bone_nerve", "rf_emergency", "rf_illness", "rf_nerve", "sit_hours"),
    *("sit_stretch", "told_no_exercise", "trend", "worse_with"),
)
# (calls, place, what, why)
READING = "each source says where it is, and how far it has been read"
MEANT: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    ((*CONTENT, "recommendation"), "rule_set.hash", CHANGED, "it is that of the content of today"),
    (("check-in",), "recommendation.rule_set.hash", CHANGED, "it is that of the content of today"),
    (("recommendation",), "routine.items.*.harder_move", ADDED, "the allowed form of the harder exercise"),
    (("check-in",), "recommendation.routine.items.*.harder_move", ADDED, "the allowed form of the harder exercise"),
    (("recommendation",), "link", GONE, "nothing filled it"),
    (("check-in",), "recommendation.link", GONE, "nothing filled it"),
    (("recommendation",), "routine.items.*.figure", CHANGED, "every form is drawn"),
    (("check-in",), "recommendation.routine.items.*.figure", CHANGED, "every form is drawn"),
    (("recommendation",), "breaks.*.items.*.figure", CHANGED, "every form is drawn"),
    (("recommendation",), "language.digest", CHANGED, "drawings are told in words, in Spanish too"),
    (("check-in",), "recommendation.language.digest", CHANGED, "drawings are told in words, in Spanish too"),
    (("recommendation",), "routine.items.*.easier_move.figure", ADDED, "every form is drawn"),
    (("check-in",), "recommendation.routine.items.*.easier_move.figure", ADDED, "every form is drawn"),
    (("exercises",), "exercises.*.forms.*.figure", ADDED, "a program can show each form"),
    (("exercise",), "exercise.forms.*.figure", ADDED, "a program can show each form"),
    (("recommendation",), "breaks.*.items.*.easier", GONE, "a short routine offers no other move: nothing filled it"),
    (("recommendation",), "breaks.*.items.*.easier_move", GONE, "a short routine offers no other move"),
    (("recommendation",), "breaks.*.items.*.harder", GONE, "a short routine offers no other move"),
    (("sources",), "sources.*.checked", GONE, READING),
    *((("sources",), f"sources.*.{name}", ADDED, READING) for name in ("read", "read_on", "section", "url")),
    (("sources",), "sources.*.doi", CHANGED, "some were missing"),
    (("rules",), "rules.*.branches.*.asked", ADDED, "a case that speaks at checks only says so"),
    (("rule",), "rule.needs_clinical_decision", CHANGED, "its stricter rows are a point to settle"),
    (("rule",), "rule.branches.*.asked", ADDED, "a case that speaks at checks only says so"),
    (("exercises",), "exercises.*.aliases.*", CHANGED, "the plain name of the hip hinge is another move's now"),
    (("exercises",), "exercises.*.default_reason", CHANGED, WORDING),
    (("exercises",), "exercises.*.aliases", CHANGED, "an article's own name for it finds it"),
    (("exercise",), "exercise.default_reason", CHANGED, WORDING),
    (
        ("recommendation",),
        "routine.other_days",
        ADDED,
        "the days between strength days are filled with other moves (4.5)",
    ),
    (
        ("recommendation",),
        "routine.strength_days",
        ADDED,
        "on how many days strength is built stands by the routine (4.5)",
    ),
    (("exercises",), "exercises.*.easier", CHANGED, LADDER),
    (("exercises",), "exercises.*.harder", CHANGED, LADDER),
    (("exercise",), "exercise.easier", CHANGED, LADDER),
    (("exercise",), "exercise.harder", CHANGED, LADDER),
    (("exercises",), "exercises.*.movement_directions", GONE, "nothing read it"),
    (("exercises",), "exercises.*.joints_loaded", GONE, "nothing read it"),
    (("exercise",), "exercise.movement_directions", GONE, "nothing read it"),
    (("exercise",), "exercise.joints_loaded", GONE, "nothing read it"),
    (("exercises",), "exercises.*.forms.*.tags", CHANGED, "a tag says which stretches are held two or three times"),
    (("recommendation",), "language.digest", CHANGED, "the translation has the words of today"),
    (("check-in",), "recommendation.language.digest", CHANGED, "the translation has the words of today"),
    (("rules",), "rules.*.branches.*.then.swap_in", GONE, "what comes only where a rule prefers it is named apart"),
    (("rules",), "rules.*.branches.*.then.swap_in", CHANGED, "a stand-in that can never come is promised no more"),
    (("rules",), "rules.*.branches.*.then.swap_in_if_preferred", ADDED, "what comes only where a rule prefers it"),
    (("rules",), "rules.*.notes", CHANGED, "notes say what was chosen here without naming texts that are not shipped"),
    (("rule",), "rule.notes", CHANGED, "notes say what was chosen here without naming texts that are not shipped"),
    (("questionnaire",), "pages.*.questions.*.options", CHANGED, "one may say that effort makes it worse (RF-U24)"),
    (("questionnaire",), "version", ADDED, "it rises when kept answers must be asked again"),
    (("questionnaire",), "pages.*.questions", CHANGED, QUESTIONS_04),
    (("questionnaire",), "before_session.*.questions.*.options.*.not_with", ADDED, "answers that it cannot go with"),
    (("recommendation",), "review", CHANGED, QUESTIONS_04),
    (("rules",), "rules.*.branches", CHANGED, BRIEF_04),
    (("rules",), "rules.*.why", CHANGED, BRIEF_04),
    (("rules",), "rules.*.sources", CHANGED, BRIEF_04),
    (("rule",), "rule.branches", CHANGED, BRIEF_04),
    (("rule",), "rule.why", CHANGED, BRIEF_04),
    (("recommendation",), "cases", CHANGED, BRIEF_04),
    (("recommendation",), "fired", CHANGED, BRIEF_04),
    (("recommendation",), "disposition.reasons", CHANGED, BRIEF_04),
    (("recommendation",), "disposition.within", CHANGED, BRIEF_04),
    (("recommendation",), "left_out", CHANGED, ROUTINES_04),
    (("recommendation",), "routine.items", CHANGED, ROUTINES_04),
    (("recommendation",), "routine.seconds", CHANGED, ROUTINES_04),
    (("check-in",), "changes", CHANGED, ROUTINES_04),
    (("check-in",), "recommendation.cases", CHANGED, ROUTINES_04),
    (("check-in",), "recommendation.left_out", CHANGED, ROUTINES_04),
    (("check-in",), "recommendation.routine.items", CHANGED, ROUTINES_04),
    (("check-in",), "recommendation.routine.seconds", CHANGED, ROUTINES_04),
    (("problem",), "type", CHANGED, "it is the address of a page about it"),
    (("problem",), "problems", ADDED, "beside errors, for programs: pointer, question, code and words"),
    (("problem",), "title", CHANGED, "in the language that was asked for"),
    (("problem",), "detail", CHANGED, "in the language that was asked for"),
    (("check-in",), "changes", CHANGED, FOLLOW_UP),
    (("check-in",), "reasons", CHANGED, FOLLOW_UP),
    (("check-in",), "recommendation.advice", CHANGED, FOLLOW_UP),
    (("check-in",), "recommendation.cases", CHANGED, FOLLOW_UP),
    (("check-in",), "recommendation.disposition.reasons", CHANGED, FOLLOW_UP),
    (("check-in",), "recommendation.fired", CHANGED, FOLLOW_UP),
    (("check-in",), "recommendation.left_out", CHANGED, FOLLOW_UP),
    (("check-in",), "recommendation.routine", CHANGED, FOLLOW_UP),
    (("questionnaire",), "follow_up", CHANGED, "a short safety screen between full ones"),
    (("questionnaire",), "before_session.*.questions.*.options.*.short", ADDED, "words of a short safety screen"),
    (("questionnaire",), "before_session.*.questions.*.options.*.stands_for", ADDED, "signs behind a line of it"),
    (("questionnaire",), "before_session.*.questions.*.stands_in_for", ADDED, "what a short screen answers"),
    (("questionnaire",), "pages.*.questions.*.stands_in_for", ADDED, "what a short screen answers"),
    (("rules",), "rules.*.needs_clinical_decision", CHANGED, FOLLOW_UP),
    (("rules",), "rules.*.title", CHANGED, FOLLOW_UP),
    (("check-in",), "recommendation.disposition.act", CHANGED, WORDING),
    (("check-in",), "recommendation.disposition.do_not.*", CHANGED, WORDING),
    (("check-in",), "recommendation.disposition.heading", CHANGED, WORDING),
    (("check-in",), "recommendation.disposition.meanwhile", CHANGED, WORDING),
    (("check-in",), "recommendation.disposition.message", CHANGED, WORDING),
    (("check-in",), "recommendation.disposition.steps.*", CHANGED, WORDING),
    (("check-in",), "recommendation.disposition.tell_staff", CHANGED, WORDING),
    (("check-in",), "recommendation.disposition.title", CHANGED, WORDING),
    (("exercise",), "exercise.forms.*.steps.*", CHANGED, WORDING),
    (("exercises",), "exercises.*.forms.*.cautions.*", CHANGED, WORDING),
    (("exercises",), "exercises.*.forms.*.steps.*", CHANGED, WORDING),
    (("recommendation",), "breaks.*.items.*.steps.*", CHANGED, WORDING),
    (("recommendation",), "disposition.meanwhile", CHANGED, WORDING),
    (("recommendation",), "disposition.message", CHANGED, WORDING),
    (("recommendation",), "routine.items.*.steps.*", CHANGED, WORDING),
    (("check-in",), "mode", ADDED, "after twelve weeks a plan maintains what was gained"),
    (("check-in",), "next_check_text", ADDED, "a check that is not planned is never left without a word"),
    (("rules",), "rules.*.kept_by", CHANGED, "the tests that keep a rule moved to other folders"),
    (("rule",), "rule.kept_by", CHANGED, "the tests that keep a rule moved to other folders"),
    (("recommendation",), "review.by", ADDED, LEVELS_04),
    (("recommendation",), "review.kind", ADDED, LEVELS_04),
    (("recommendation",), "review.others", ADDED, LEVELS_04),
    (("recommendation",), "review.text", ADDED, LEVELS_04),
    (("recommendation",), "review.who", ADDED, LEVELS_04),
    (("recommendation",), "review", CHANGED, LEVELS_04),
    (("recommendation",), "review.rule", CHANGED, LEVELS_04),
    (("recommendation",), "review.within", CHANGED, LEVELS_04),
    (("recommendation",), "disposition.level", CHANGED, LEVELS_04),
    (("recommendation",), "disposition.worse.*", CHANGED, LEVELS_04),
    (("check-in",), "recommendation.review.by", ADDED, LEVELS_04),
    (("check-in",), "recommendation.review.kind", ADDED, LEVELS_04),
    (("check-in",), "recommendation.review.others", ADDED, LEVELS_04),
    (("check-in",), "recommendation.review.text", ADDED, LEVELS_04),
    (("check-in",), "recommendation.review.who", ADDED, LEVELS_04),
    (("check-in",), "recommendation.review", CHANGED, LEVELS_04),
    (("check-in",), "recommendation.review.rule", CHANGED, LEVELS_04),
    (("check-in",), "recommendation.review.within", CHANGED, LEVELS_04),
    (("check-in",), "recommendation.disposition.level", CHANGED, LEVELS_04),
    (("check-in",), "recommendation.disposition.worse.*", CHANGED, LEVELS_04),
    (("check-in",), "recommendation.disposition.within", CHANGED, LEVELS_04),
    (("recommendation",), "disposition.act", CHANGED, LEVELS_04),
    (("recommendation",), "disposition.heading", CHANGED, LEVELS_04),
    (("recommendation",), "disposition.steps.*", CHANGED, LEVELS_04),
    (("recommendation",), "disposition.tell_staff", CHANGED, LEVELS_04),
    (("recommendation",), "disposition.title", CHANGED, LEVELS_04),
    (("recommendation",), "advice", CHANGED, LEVELS_04),
    (("questionnaire",), "before_session.*.questions.*.groups", ADDED, "a long list stands under headings"),
    (("questionnaire",), "before_session.*.stops_if_see_first", ADDED, STOPS_04),
    (("questionnaire",), "pages.*.stops_if_see_first", ADDED, STOPS_04),
    (("questionnaire",), "pages.*.stops_if_urgent", CHANGED, STOPS_04),
    (("questionnaire",), "pages.*.safety_line", CHANGED, "what to do in an emergency is said on the safety pages"),
    (("exercises",), "exercises.*.forms.*.cautions", CHANGED, "a rule says when a chair may have wheels"),
    (("recommendation",), "breaks.*.items.*.cautions", CHANGED, "a rule says when a chair may have wheels"),
    (("exercises",), "exercises.*.forms.*.place", CHANGED, "who has only a chair may stand up from it, holding on"),
    (("exercise",), "exercise.forms.*.place", CHANGED, "who has only a chair may stand up from it, holding on"),
    (("exercises",), "exercises.*.not_here", CHANGED, "words of brief 0.4, section 6"),
    (("recommendation",), "breaks.*.items.*.not_here", CHANGED, "words of brief 0.4, section 6"),
    (("recommendation",), "answer_again", ADDED, "what somebody was not sure of may be answered again"),
    (("check-in",), "recommendation.answer_again", ADDED, "what somebody was not sure of may be answered again"),
    (("questionnaire",), "before_session.*.questions.*.options.*.shown_if", ADDED, FIT),
    (("questionnaire",), "before_session.*.questions.*.asked_if", ADDED, FIT),
    (("questionnaire",), "before_session.*.questions.*.after_result", ADDED, FIT),
    (("questionnaire",), "before_session.*.after_result", ADDED, FIT),
    (("questionnaire",), "pages.*.after_result", ADDED, FIT),
    (("questionnaire",), "before_session.*.questions.*.changes", ADDED, FIT),
    (("questionnaire",), "before_session.*.questions.*.support", ADDED, FIT),
    (("questionnaire",), "pages.*.slug", CHANGED, FIT),
    (("questionnaire",), "pages.*.title", CHANGED, FIT),
    (("questionnaire",), "pages.*.intro", CHANGED, FIT),
    (("recommendation",), "routine.how_often", ADDED, "how often is said by a rule"),
    (
        ("problem",),
        "errors.follow_up.*",
        CHANGED,
        "the answers about a move that hurts are a third way to send a check",
    ),
    (("exercises",), "exercises.*.forms.*.name", CHANGED, WORDING),
    (("exercises",), "exercises.*.breath", ADDED, "a move of breathing may have a pace"),
    (("exercise",), "exercise.breath", ADDED, "a move of breathing may have a pace"),
    (("questionnaire",), "during_session", ADDED, "a move that hurts in a session is asked about"),
    (("questionnaire",), "after_session", ADDED, "how a session was can be kept with the plan"),
    (("rules",), "rules.*.branches.*.then.follow_up.drop_hurting", ADDED, "a move that hurts may be left out"),
    (("rule",), "rule.branches.*.then.follow_up.drop_hurting", ADDED, "a move that hurts may be left out"),
    (("questionnaire",), "before_session.*.questions.*.options.*.detail", ADDED, "what counts as an answer"),
    (("questionnaire",), "before_session.*.questions.*.options.*.text", CHANGED, SHORT_WORDS),
    (("questionnaire",), "before_session.*.title_shown", ADDED, "some titles are for those who do not see the page"),
    (("questionnaire",), "pages.*.title_shown", ADDED, "some titles are for those who do not see the page"),
    (("questionnaire",), "pages.*.intro", CHANGED, SHORT_WORDS),
    (("questionnaire",), "pages.*.title", CHANGED, SHORT_WORDS),
    (("recommendation",), "breaks.*.items.*.why.*.answers.*.text", CHANGED, SHORT_WORDS),
    (("recommendation",), "breaks.*.why.answers.*.text", CHANGED, SHORT_WORDS),
    *((("problem",), f"errors.{question}.*", CHANGED, SHORT_WORDS) for question in IN_SHORT_WORDS),
)
# Keys of a rule that have another name now, with the name; what they hold must be the same.
RENAMED_IN_RULES: dict[str, str] = {
    "confirm": "needs_clinical_decision",
    "branches.*.then.checks": "check_in_schedule",
    "branches.*.then.mix": "slot_limits",
    "branches.*.then.provide": "equipment_available",
    "branches.*.then.size": "session_size",
    "branches.*.then.target": "target_regions",
    "branches.*.then.follow_up.times": "dose_factor",
    "branches.*.then.modify.*.times": "dose_factor",
    "branches.*.then.modify.*.at_start": "keep_start_dose",
}
RENAMED = {f"{rule}.{place}": name for rule in ("rule", "rules.*") for place, name in RENAMED_IN_RULES.items()}
# Cases of rules that are gone: they held settings of the rule set and said nothing to anybody.
CASES_GONE = frozenset({"FU-01/4"})
# What is new: findings that name what other rules wrote out, patterns of danger that were not caught, and their sources.
NEW = frozenset(
    {"FACT-12", "FACT-15", "FACT-16", "RF-E15", "RF-U23", "RF-U24", "FU-12", "FU-13", "ratamess_2009"}
    | {"bond_manian_2016", "yusuf_2019", "fedor_2011", "stetkarova_2021", "robertson_2017", "nice_cg95"}
    | {"FACT-13", "FACT-14", "RF-P29", "CI-R17", "CI-R18", "CI-R19", "nice_ng206", "nice_ng123", "sosort_2016"}
    | {"FACT-17", "FACT-18", "RF-R19", "CI-A23", "nice_ng249", "nice_ng232", "IN-19", "IN-20", "FU-14"}
    | {
        "band_pull_apart",
        "band_row",
        "eyes_head_neck",
        "heel_raise",
        "hip_hinge",
        "seated_neck_nod",
        "side_lying_rotation",
    }
    | {"side_step_band", "single_leg_bridge", "standing_hamstring_step", "step_up", "suitcase_hold"}
    | {"supported_split_squat", "wall_angel"}
)
_NOT_STANDING, _UNSTEADY = ["wheelchair", "stand"], ["stand_long", "balance"]
_NO_STANDING: Any = {"limits": {"includes_any": _NOT_STANDING}}
_LOW = ["low_back", "mid_back", "tailbone", "buttock", "hip_groin", "leg", "no_pain"]
# (what rules say now, what they wrote out before)
WRITTEN_OUT: tuple[tuple[Any, Any], ...] = (
    ({"standing_limited": {"is": "all"}}, _NO_STANDING),
    (
        {"standing_limited": {"is": "some"}},
        {"all": [{"limits": {"includes_any": _UNSTEADY}}, {"not": _NO_STANDING}]},
    ),
    ({"standing_limited": {"is": "none"}}, {"not": {"limits": {"includes_any": [*_NOT_STANDING, *_UNSTEADY]}}}),
    ({"finding": "low_place"}, {"any": [{"main_place": {"is": place}} for place in _LOW]}),
)
# Words of before, and the words of now: CI-A01 promised stand-ins that never come.
RETOLD = {
    "Some moves are left out for everybody, whatever they answer. Gentler moves stand in for them.": (
        "Some moves are left out for everybody, whatever they answer."
    ),
    "Algunos movimientos se dejan fuera para todas las personas, respondan lo que respondan. Los sustituyen movimientos "
    "más suaves.": "Algunos movimientos se dejan fuera para todas las personas, respondan lo que respondan.",
}
FROM_50 = ("50_59", "60_64", "65_69", "70_plus")
GIRDLE_PLACES = {"neck", "shoulders", "upper_back", "arm", "low_back", "buttock", "hip_groin"}
PLAYED = load()


@pytest.fixture(scope="module")
def replies(app: Any) -> list[tuple[Request, Reply, Reply]]:
    """Every request with the reply of before and the reply of now, conditions of rules in one spelling."""
    client = app.test_client()
    return [
        (
            request,
            replace(before, body=as_now(flat(renamed(before.body, RENAMED)))),
            replace(now, body=flat(as_before(now.body))),
        )
        for request, before in PLAYED
        for now in (play(client, request),)
    ]


def as_now(body: Any) -> Any:
    """Return a recorded body in the words of now, without the cases that are gone, and without a rule that fired through
    these alone."""
    if isinstance(body, list):
        return [as_now(part) for part in body if not _is_gone(part)]
    if isinstance(body, str):
        return RETOLD.get(body, body)
    if not isinstance(body, dict):
        return body
    kept = {name: as_now(part) for name, part in body.items()}
    if "cases" in kept and "fired" in kept:
        fired = {case.partition("/")[0] for case in kept["cases"]}
        kept["fired"] = [rule for rule in kept["fired"] if rule in fired]
    return kept


def as_before(body: Any) -> Any:
    """Return a body of now without what is new, findings written out where a rule reads it."""
    if isinstance(body, list):
        return [as_before(part) for part in body if not _is_new(part)]
    if not isinstance(body, dict):
        return body
    inner = {name: as_before(part) for name, part in body.items()}
    return next((before for now, before in WRITTEN_OUT if now == inner), inner)


def _is_new(part: Any) -> bool:
    named = part.get("id") if isinstance(part, dict) else part
    return isinstance(named, str) and named.partition("/")[0] in NEW


def _is_gone(part: Any) -> bool:
    return (part.get("id") if isinstance(part, dict) else str(part)) in CASES_GONE


def asked_now(body: Any) -> Any:
    """Return a recorded body with answers to what is asked now, as somebody without that sign would give them."""
    answers = body.get("answers") if isinstance(body, dict) else None
    if isinstance(answers, dict) and isinstance(told := answers.get("preg_cleared"), list):
        told = set(told)
        cleared = next((one for one in ("complication", "ok", "uncomplicated") if one in told), "not_sure")
        answers = {**answers, "preg_cleared": cleared, "preg_pgp": "yes" if "pgp" in told else "no"}
        body = {**body, "answers": answers}
    if not isinstance(answers, dict) or answers.get("age_band") not in FROM_50:
        return body
    if not set(answers.get("pain_location") or ()) & GIRDLE_PLACES:
        return body
    again = body.get("follow_up")
    if isinstance(again, dict) and "rf_illness" in again:
        body = {**body, "follow_up": {"stiff_girdle": "no", **again}}
    return {**body, "answers": {"stiff_girdle": "no", **answers}}


def play(client: FlaskClient, request: Request) -> Reply:
    headers = {"Accept-Language": request.language}
    request = replace(request, body=asked_now(request.body))
    response = client.open(
        request.address, method=request.method, data=request.data, content_type=request.type, headers=headers
    )
    return Reply(response.status_code, response.mimetype, response.get_json(force=True))


def meant() -> set[Difference]:
    return {Difference(call, place, what) for calls, place, what, _ in MEANT for call in calls}


def test_every_call_is_still_answered_with_the_same_status_and_type(
    replies: list[tuple[Request, Reply, Reply]],
) -> None:
    other = [
        f"{request.call} '{request.name}': {now.status} {now.type}, before {before.status} {before.type}"
        for request, before, now in replies
        if (before.status, before.type) != (now.status, now.type)
    ]
    assert other == []


@pytest.mark.parametrize("call", sorted({request.call for request, _ in PLAYED}))
def test_nothing_is_different_but_what_is_meant(replies: list[tuple[Request, Reply, Reply]], call: str) -> None:
    found: dict[Difference, list[str]] = defaultdict(list)
    for request, before, now in replies:
        if request.call == call:
            for difference in differences(call, before.body, now.body):
                found[difference].append(request.name)
    strange = {one: names for one, names in found.items() if not any(one.is_within(other) for other in meant())}
    assert [f"{one.place} {one.what}, such as in '{names[0]}'" for one, names in strange.items()] == []


def test_every_difference_that_is_meant_is_there(replies: list[tuple[Request, Reply, Reply]]) -> None:
    found = {
        difference
        for request, before, now in replies
        for difference in differences(request.call, before.body, now.body)
    }
    assert [other for other in meant() if not any(one.is_within(other) for one in found)] == []


def test_every_name_that_is_said_to_be_old_was_there_and_is_gone(
    replies: list[tuple[Request, Reply, Reply]],
) -> None:
    lists = [one.body for request, one in PLAYED if request.call == "rules"]
    places = [place for place in RENAMED if place.startswith("rules.")]
    assert [place for place in places if all(renamed(body, {place: "new"}) == body for body in lists)] == []
    assert all(renamed(now.body, RENAMED) == now.body for _, _, now in replies)


def test_every_text_that_is_told_in_other_words_was_told_before(replies: list[tuple[Request, Reply, Reply]]) -> None:
    before = str([one.body for _, one in PLAYED])
    assert [text for text in RETOLD if text not in before] == []
    assert [text for text in RETOLD if text in str([now.body for _, _, now in replies])] == []


def test_the_record_is_large_and_of_every_kind() -> None:
    kinds = {request.call for request, _ in PLAYED}
    assert len(PLAYED) >= 200
    assert kinds == {
        "questionnaire", "rules", "rule", "exercises", "exercise", "sources", "recommendation", "check-in", "problem"
    }  # fmt: skip
    assert {reply.body["disposition"]["level"] for request, reply in PLAYED if request.call == "recommendation"} == {
        "routine", "routine_review", "see_before_start", "urgent_48h", "urgent_same_day", "emergency_now"
    }  # fmt: skip
    assert {reply.body["action"] for request, reply in PLAYED if request.call == "check-in"} == {
        "progress", "keep", "regress", "refer"
    }  # fmt: skip


def test_a_difference_is_told_where_it_stands() -> None:
    before = {"a": [{"b": 1, "c": 2}], "d": [1]}
    assert set(differences("x", before, {"a": [{"b": 2, "e": 2}], "d": [1, 2]})) == {
        Difference("x", "a.*.b", CHANGED),
        Difference("x", "a.*.c", GONE),
        Difference("x", "a.*.e", ADDED),
        Difference("x", "d", CHANGED),
    }
