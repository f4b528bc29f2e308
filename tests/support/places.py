"""Every page of the site in every state that matters, each a place that a browser can be brought to.

Shared by the browser tests and tools/screenshots.py. Pages without parameters come from the site's own list of routes,
questions from the questionnaire and outcomes from the worked examples, so that new ones are here from their first day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from recommender.models.catalogue import DefaultRoutine
from recommender.models.levels import Level
from recommender.models.questionnaire import Occasion
from recommender.web.core.day import utc_now
from recommender.web.link.link_store import Session, digest
from recommender.web.link.own_link import routine_token
from recommender.web.plan.check_in_draft import CheckInDraft
from recommender.web.plan.kept_plan import DoneSession, EarlierPlan, Plan, StoredCheck, checked, kept_items
from recommender.web.plan.safety_stop import SafetyStop, stop_by_pain
from tests.support.people import ASKED_EVERYTHING, AT_A_DESK, CALM, FLARE, STRUGGLING, URGENT, example
from tests.support.routes import FILTERED, NO_MATCH, page_rules
from tests.support.sample import place_in_hundred
from tests.support.sheets import full_sheet
from tests.support.stand import ANYWHERE, BROKEN, FAULTY, HOME, Place, Stand

LANGUAGES = ("en", "es")
_SOME_IN_HUNDRED = 5
# How far a survey goes: `make test`, `make test-deep` and `make test-long`.
FEW, HALF, WHOLE = "a few places", "half of the places", "every place in every language"
# These show something only once there are answers; start_again stands for them without.
NEED_ANSWERS = frozenset(
    {
        "questions.check",
        "result.show",
        "result.summary",
        "result.desk",
        "result.play",
        "plan.latest",
        "plan.today",
        "plan.play",
        "plan.summary",
        "check_ins.show",
        "check_ins.check",
        "offline.routine",
        "offline.stopped",
    }
)


def all_places(stand: Stand) -> list[Place]:
    places = [*public_places(stand), *question_places(stand), *check_places(stand), *outcome_places(stand)]
    places += [*changed_places(stand), *sitting_places(stand), *player_places(stand), *plan_places(stand)]
    places += link_places(stand)
    return [*places, *exercise_places(stand), *trouble_places()]


def some_places(places: list[Place]) -> list[Place]:
    """Return the few places that `make test` looks at, chosen by a hash of their names."""
    return [place for place in places if place_in_hundred(place.name) < _SOME_IN_HUNDRED]


def visits_of(places: list[Place], size: str) -> list[tuple[Place, str]]:
    """Return where a survey of one of these sizes goes, and in which language: to a few places, half of them, or to each in each."""
    if size == FEW:
        return [(place, LANGUAGES[0]) for place in some_places(places)]
    if size == HALF:
        half = [place for place in places if place_in_hundred(place.name) < 50]
        return [(place, LANGUAGES[place_in_hundred(place.name) % len(LANGUAGES)]) for place in half]
    return [(place, language) for language in LANGUAGES for place in places]


def public_places(stand: Stand) -> Iterator[Place]:
    """Every page that is the same for everybody, and the start page as it greets somebody who comes back."""
    for rule in page_rules(stand.apps[HOME]):
        if rule.arguments or rule.endpoint in NEED_ANSWERS:
            continue
        place = Place(rule.rule.strip("/").replace("/", "-") or "start", "", rule.rule)
        yield place
        if "<details" in stand.html(rule.rule):
            yield place.opened()
    yield Place("start", "begun", "/", draft=stand.draft({}))
    yield Place("start", "no-country", "/", site=ANYWHERE)


def question_places(stand: Stand) -> Iterator[Place]:
    """Every screen of questions: empty, filled in with every help text open, and sent with something missing."""
    screens = [(ASKED_EVERYTHING, step) for step in stand.steps(ASKED_EVERYTHING)]
    extra = [(URGENT, step) for step in stand.steps(URGENT) if step.page is None]
    for given, step in screens + extra:
        page, address = f"question-{step.slug}", f"/questions/{step.slug}"
        before = stand.draft(given, before=step.slug)
        yield Place(page, "empty", address, draft=before)
        yield Place(page, "filled", address, draft=stand.draft(given)).opened()
        yield Place(page, "errors", address, draft=before, is_sent=True)
    told = {**AT_A_DESK, "main_task": {"task": "Put on my socks", "score": 3}}
    behind = stand.recommender.flow.after_result(stand.draft(told).answers)
    assert behind is not None
    page, address = f"question-{behind.slug}", f"/questions/{behind.slug}?from=result"
    untold = stand.draft(told).answers.keys() - {question.id for question in behind.questions}
    draft = stand.draft(told)
    begun = replace(draft, answers={name: draft.answers[name] for name in untold})
    yield Place(page, "empty", address, draft=begun)
    yield Place(page, "filled", address, draft=draft).opened()
    yield Place(page, "errors", address, draft=begun, is_sent=True)


def check_places(stand: Stand) -> Iterator[Place]:
    yield Place("check-answers", "complete", "/check-answers", draft=stand.draft(ASKED_EVERYTHING))
    yield Place("check-answers", "stopped", "/check-answers", draft=stand.draft(example(Level.EMERGENCY_NOW)))
    yield Place("start-again", "", "/result")


def outcome_places(stand: Stand) -> Iterator[Place]:
    """Each of the outcomes, a fuller one where much is said, and the worst one where we do not know the country."""
    for level in Level:
        page = f"result-{level.value.replace('_', '-')}"
        place = Place(page, "", "/result", draft=stand.draft(example(level)))
        yield place
        yield place.opened()
    for level in (Level.ROUTINE_REVIEW, Level.URGENT_48H, Level.EMERGENCY_NOW):
        yield Place("summary", level.value.replace("_", "-"), "/result/summary", draft=stand.draft(example(level)))
    yield Place("summary", "full", "/result/summary", draft=stand.draft({**ASKED_EVERYTHING, **STRUGGLING})).opened()
    told = {**ASKED_EVERYTHING, **STRUGGLING, "told_no_exercise": "yes"}
    yield Place("summary", "full-without-routine", "/result/summary", draft=stand.draft(told)).opened()
    review, see = "result-routine-review", "result-see-before-start"
    yield Place(review, "full", "/result", draft=stand.draft(STRUGGLING)).opened()
    yield Place(see, "full", "/result", draft=stand.draft({**STRUGGLING, "told_no_exercise": "yes"})).opened()
    for level in (Level.EMERGENCY_NOW, Level.SEE_BEFORE_START, Level.ROUTINE_REVIEW):
        page = f"result-{level.value.replace('_', '-')}"
        yield Place(page, "no-country", "/result", draft=stand.draft(example(level)), site=ANYWHERE).opened()


def changed_places(stand: Stand) -> Iterator[Place]:
    """A routine that somebody changed, and what is said of it elsewhere."""
    draft, edits = stand.draft(AT_A_DESK), stand.edits(AT_A_DESK)
    yield Place("result-routine", "changed", "/result", draft=draft, edits=edits)
    yield Place("result-routine", "changed", "/result", draft=draft, edits=edits).opened()
    yield Place("summary", "changed", "/result/summary", draft=draft, edits=edits)


def sitting_places(stand: Stand) -> Iterator[Place]:
    """The part about sitting on its own page: at a desk, in a wheelchair, at the wheel."""
    for where in ("desk", "wheelchair", "driving"):
        place = Place("sitting", where, "/result/desk", draft=stand.draft({**AT_A_DESK, "sit_where": where}))
        yield place
        yield place.opened() if where == "desk" else replace(place, state=f"{where}-no-country", site=ANYWHERE)


def player_places(stand: Stand) -> Iterator[Place]:
    """A routine one move at a time: before it, at a move with an easier one, at one with a hold, and after it."""
    draft = stand.draft(AT_A_DESK)
    yield Place("player", "begin", "/result/play", draft=draft).opened()
    yield Place("player", "no-country", "/result/play", draft=draft, site=ANYWHERE).opened()
    yield Place("player", "open-question", "/result/play?open=2#move-2", draft=draft)
    for screen in ("move-1", "move-3", "end"):
        yield Place("player", screen, f"/result/play#{screen}", draft=draft).opened()


def plan_places(stand: Stand) -> Iterator[Place]:
    """A plan on its first day, after checks, due, stopped and unreadable, with every page of a check and a session."""
    kept, now = plan_of(stand, FLARE), date.today()
    follow_up = {name: answer for name, answer in CALM.items() if name.startswith("fu_") and name != "fu_leg"}
    safe = {name: CALM[name] for name in ("rf_emergency", "rf_nerve", "rf_illness", "rf_bone_nerve")}
    answers = {**safe, **follow_up, "fu_task": 6}
    week = replace(kept, started=now - timedelta(days=7))
    held = StoredCheck(now, answers)
    grown = checked(week, held, kept.routine)
    stopped = checked(week, StoredCheck(now, {**answers, "fu_change": "much_worse"}), None)
    draft = CheckInDraft(Occasion.FOLLOW_UP, now, answers, frozenset({"emergency-check", "soon-check", "follow-up"}))
    ready = CheckInDraft(Occasion.EACH_SESSION, now, {"pre_session": "no"}, frozenset({"before-a-session"}))
    yield Place("plan", "first-day", "/plan", plan=kept).opened()
    yield Place("plan", "due", "/plan", plan=week)
    yield Place("plan", "scores", "/plan", plan=grown).opened()
    days = [now - timedelta(days=day) for day in (6, 4, 1, 0)]
    done = [DoneSession(day, felt) for day, felt in zip(days, ("hard", "right", "right", None), strict=True)]
    before = EarlierPlan(now - timedelta(days=60), now - timedelta(days=20), 14, (6, 3))
    lived = replace(grown, sessions=tuple(done), earlier=(before,), hurt=(kept.routine[1]["exercise"],))
    yield Place("plan", "sessions", "/plan", plan=lived).opened()
    yield Place("plan-summary", "", "/plan/summary", plan=lived)
    hurting = {"hurt_move": [kept.routine[1]["exercise"]], "hurt_sharp": "yes", "hurt_settles": "no"}
    hurt = CheckInDraft(Occasion.DURING_SESSION, now, hurting, frozenset({"it-hurts"}))
    yield Place("result-stopped", "plan", "/plan", plan=kept, stop=SafetyStop("a", hurt))
    yield Place("result-stopped", "by-link", "/plan", stop=stop_by_pain(now))
    asked = replace(hurt, correcting="a")
    held_on = SafetyStop("a", hurt)
    yield Place("hurt-it-hurts", "filled", "/plan/hurt/it-hurts", plan=kept, check=asked, stop=held_on)
    yield Place("hurt-emergency-check", "", "/plan/hurt/emergency-check", plan=kept, check=asked, stop=held_on)
    yield Place("result-see-before-start", "stopped-plan", "/plan", plan=stopped).opened()
    unsure = CheckInDraft(Occasion.EACH_SESSION, now, {"pre_session": "yes", "rf_nerve": ["not_sure"]})
    yield Place("plan-on-hold", "", "/plan", stop=SafetyStop("a", replace(unsure, answers={}), Level.EMERGENCY_NOW))
    yield Place("start", "on-hold", "/", plan=kept, stop=SafetyStop("a", unsure, Level.URGENT_SAME_DAY))
    yield Place("plan-unreadable", "", "/plan", plan=replace(kept, answers={"no_such_question": "yes"}))
    yield Place("start", "plan", "/", plan=kept)
    yield Place("privacy", "plan", "/privacy", plan=kept)
    yield Place("result-routine", "plan", "/result", plan=kept, draft=stand.draft(FLARE))
    yield Place("plan-latest", "", "/plan/latest", plan=grown).opened()
    yield Place("plan-today", "", "/plan/today", plan=kept, check=ready).opened()
    yield Place("player", "plan", "/plan/today/play#end", plan=kept, check=ready)
    for slug in ("emergency-check", "soon-check", "follow-up"):
        yield Place(f"check-{slug}", "filled", f"/plan/check/{slug}", plan=week, check=draft).opened()
    begun = replace(draft, answers={}, visited=frozenset())
    first = "/plan/check/emergency-check"
    yield Place("check-emergency-check", "errors", first, plan=week, check=begun, is_sent=True)
    yield Place(
        "session",
        "empty",
        "/plan/session/before-a-session",
        plan=kept,
        check=replace(ready, answers={}, visited=frozenset()),
    )
    yield Place("check-check-answers", "", "/plan/check/check-answers", plan=week, check=draft)


def link_places(stand: Stand) -> Iterator[Place]:
    """A routine behind its link: the question, each of its pages, the stop, why a link is refused, and what is kept of it."""
    link = link_of(stand, AT_A_DESK)
    yield Place("link-question", "", link)
    yield Place("link-question", "errors", f"{link}?missing=yes", is_sent=True)
    begun = Session(digest(link.rpartition("/")[2]))
    yield Place("link-moves", "", f"{link}/moves", session=begun)
    yield Place("link-moves", "", f"{link}/moves", session=begun).opened()
    yield Place("player", "link", f"{link}/play#move-1", session=begun).opened()
    yield Place("handout", "", f"{link}/handout")
    draft = CheckInDraft(Occasion.EACH_SESSION, date.today(), {"pre_session": "yes"})
    yield Place("link-stopped", "", f"{link}/stopped", stop=SafetyStop("a", draft, by_link=True))
    yield Place("link-refused", "", "/routine/x", status=404)
    kept = plan_of(stand, FLARE)
    yield Place("kept-routine", "", "/plan/offline", plan=kept)
    yield Place("link-stopped", "kept", "/plan/offline/stopped", plan=kept)


def link_of(stand: Stand, given: Mapping[str, Any]) -> str:
    """Return the address of the link to the routine of somebody who has just answered."""
    recommender = stand.recommender
    recommendation = recommender.recommend(recommender.sheet.read(full_sheet(recommender, given)))

    def lock() -> str:
        with stand.apps[HOME].app_context():
            return routine_token(recommendation, utc_now())

    with ThreadPoolExecutor(1) as apart:
        return f"/routine/{apart.submit(lock).result()}"


def plan_of(stand: Stand, given: Mapping[str, Any]) -> Plan:
    """Return the plan of somebody who keeps the routine of these answers today."""
    answers = full_sheet(stand.recommender, given)
    recommendation = stand.recommender.recommend(stand.recommender.sheet.read(answers))
    routine = stand.localised("en").present(recommendation, "GB", date.today())["routine"]
    assert routine is not None
    version = stand.recommender.content.questionnaire.version
    return Plan(date.today(), answers, kept_items(routine["items"]), questions=version)


def exercise_places(stand: Stand) -> Iterator[Place]:
    """The catalogue under filters, one page with much on it, and one of a move that is never chosen."""
    exercises = stand.recommender.content.catalogue.exercises
    most = max(exercises, key=lambda exercise: (len(exercise.forms), len(exercise.aliases)))
    never = next(exercise for exercise in exercises if exercise.default_routine is DefaultRoutine.NO)
    yield Place("exercises", "filtered", FILTERED).opened()
    yield Place("exercises", "no-match", NO_MATCH).opened()
    yield Place("exercise-many-ways", "", f"/exercises/{most.id}").opened()
    yield Place("exercise-never-chosen", "", f"/exercises/{never.id}")


def trouble_places() -> Iterator[Place]:
    yield Place("not-found", "", "/nowhere", status=404)
    yield Place("not-allowed", "", "/start-again", status=405)
    yield Place("unavailable", "", "/", status=503, site=FAULTY)
    yield Place("unavailable", "without-content", "/", status=503, site=BROKEN)
