#!/usr/bin/env python3
"""Record what a running server replies to about two hundred calls of its API, so that a later version can be held to it.

`python -m tools.record_replies http://127.0.0.1:8000` asks a server of the version to keep, with REGION=GB, and writes
tests/web/api/recorded/replies.json.xz. Only HTTP is used: the server may be of any version. Record anew only after a
release that meant its replies to change, and only once the changelog names each change.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from recommender.loaders.vignettes import Vignette, load_vignettes
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import read_settings
from tests.support.check_ins import FLARE, Returning, returning
from tests.support.recorded import RECORDED, Reply, Request, save
from tests.support.sheets import TESTS, full_sheet

API = "/api/v1"
RECOMMENDATIONS, CHECK_INS = f"{API}/recommendations", f"{API}/check-ins"
EXAMPLES, EVERY_NTH_JOURNEY, EVERY_NTH_IN_SPANISH = "worked-examples", 3, 4
BETTER: dict[str, Any] = {"fu_change": "better", "fu_pain": 2}
STORIES: dict[str, tuple[dict[str, Any], tuple[tuple[int, dict[str, Any]], ...]]] = {
    "a flare": (
        FLARE,
        (
            (7, {"fu_change": "better", "fu_pain": 4}),
            (14, {"fu_change": "better", "fu_pain": 3}),
            (28, {"fu_change": "same", "fu_pain": 3}),
            (42, {"fu_change": "worse", "fu_pain": 5}),
            (56, {"fu_change": "worse", "fu_pain": 5}),
        ),
    ),
    "better week by week": ({}, tuple((day, BETTER) for day in (7, 14, 28, 42, 56, 70))),
    "strong soon": (
        {"activity": "active", "pain_score": 2, "irritability": "minutes", "minutes": "10"},
        tuple(
            (day, {"fu_change": "much_better", "fu_hard": "easy", "fu_after": "easier", "fu_pain": 1, "fu_done": "5_plus"})
            for day in (7, 14, 28)
        ),
    ),
    "few sessions, then sore": (
        {"minutes": "15"},
        ((7, {"fu_change": "same", "fu_done": "1_2"}), (14, {"fu_change": "better", "fu_after": "sore_settles"})),
    ),
    "a leg": (
        {"pain_location": ["low_back", "leg"], "pain_main": "low_back", "leg_symptoms": ["thigh_ache"]},
        ((7, {"fu_change": "same", "fu_pain": 4}), (14, {"fu_change": "better", "fu_pain": 3, "fu_leg": "gone_up"})),
    ),
    "a new sign": ({}, ((7, {**BETTER, "rf_nerve": ["saddle"]}),)),
    "no pain": ({"pain_location": ["no_pain"]}, ((7, {"fu_change": "same", "fu_pain": 0}),)),
}  # fmt: skip
# Answers of the baseline sheet that cannot be used, by question.
WRONG_ANSWERS: tuple[tuple[str, Any], ...] = (
    ("rf_nerve", []), ("rf_nerve", ["none", "saddle"]), ("rf_nerve", ["moon"]), ("rf_nerve", "none"), ("pain_score", "4"),
    ("pain_score", 11), ("age_band", ["45_49"]), ("preg_weeks", "lt_16"), ("shoe_size", 44), ("main_task", {"task": "x"}),
)  # fmt: skip
WRONG_BODIES: tuple[Any, ...] = ([], 7, "text", {}, {"answers": 3}, {"answers": {}, "more": 1}, {"answers": {}})
# Changes to a check that could be used; None takes the part away.
WRONG_CHECKS: tuple[tuple[str, Any], ...] = (
    ("answers", None), ("answers.rf_nerve", None), ("answers.shoe_size", 44), ("started", None), ("started", "yesterday"),
    ("started", "2026-02-30"), ("today", None), ("today", "2026-01-04"), ("history", "none"), ("history", [{}] * 61),
    ("history", [7]), ("history", [{"date": "2026-01-10", "follow_up": {}, "more": 1}]),
    ("history", [{"date": "2026-01-10", "follow_up": {"fu_change": "same"}}]),
    ("history", [{"date": "2026-01-10", "follow_up": {"fu_change": "fine"}}]),
    ("history", [{"date": "2026-01-12", "follow_up": {}}]), ("history", [{"date": None, "follow_up": {}}]),
    ("history", [{"date": "2026-01-10", "follow_up": {}}, 7, {"date": "x"}, {}]),
    ("follow_up", None), ("follow_up", []), ("follow_up.fu_change", None), ("follow_up.fu_pain", "4"),
    ("follow_up.rf_neck", ["none"]), ("follow_up.shoe_size", 44), ("follow_up.fu_hurt", ["crunch"]),
    ("before_session", {"pre_session": "no"}), ("routine", None), ("routine", []), ("routine", {"items": []}),
    ("routine", [7] * 31), ("routine.1", "cat_cow"), ("routine.1.name", "Cat-cow"), ("routine.1.dose", None),
    ("routine.1.exercise", "handstand"), ("routine.1.exercise", 7), ("routine.1.exercise", "crunch"),
    ("routine.1.form", "on_the_moon"), ("routine.1.form", {}), ("routine.1.dose", 5), ("routine.1.dose.reps", 99),
    ("routine.1.dose.reps", True), ("routine.1.dose.reps", None), ("routine.1.dose.speed", 4), ("routine.1.dose", {}),
    ("routine.0.dose.seconds", 99_999), ("extra", 1),
)  # fmt: skip

Ask = Callable[[Request], Reply]


def ask_over_http(server: str) -> Ask:
    """Return the function that sends one request to the server."""

    def ask(request: Request) -> Reply:
        headers = {"Accept-Language": request.language, "Content-Type": request.type}
        sent = HttpRequest(server + request.address, request.data, headers, method=request.method)
        try:
            with urlopen(sent, timeout=60) as answer:
                return Reply(answer.status, answer.headers.get_content_type(), json.load(answer))
        except HTTPError as error:
            return Reply(error.code, error.headers.get_content_type(), json.load(error))

    return ask


def content_calls(recommender: Recommender) -> Iterator[Request]:
    for language in ("en", "es"):
        for part in ("questionnaire", "rules", "exercises", "sources"):
            yield Request(part, f"{part} in {language}", "GET", f"{API}/{part}", language=language)
    for rule in recommender.content.rule_set.rules[::20]:
        yield Request("rule", rule.id, "GET", f"{API}/rules/{rule.id}")
    for exercise in recommender.content.catalogue.exercises[::20]:
        yield Request("exercise", exercise.id, "GET", f"{API}/exercises/{exercise.id}")
    for address in ("nowhere", "rules/NO-99", "exercises/no_such"):
        yield Request("problem", f"no {address}", "GET", f"{API}/{address}")
    yield Request("problem", "another method", "GET", RECOMMENDATIONS)
    yield Request("problem", "another method for rules", "DELETE", f"{API}/rules")


def recommendation_calls(recommender: Recommender) -> Iterator[Request]:
    journeys = [one for one in load_vignettes(TESTS / "vignettes") if one.path.startswith("journeys/")]
    chosen = [one for one in journeys if EXAMPLES in one.path or journeys.index(one) % EVERY_NTH_JOURNEY == 0]
    for number, journey in enumerate(chosen):
        body = {"answers": _sheet(recommender, journey)}
        language = "es" if number % EVERY_NTH_IN_SPANISH == 0 else "en"
        yield Request("recommendation", journey.name, "POST", RECOMMENDATIONS, body, language=language)
    signs = {"age_band": "45_49", "pain_location": ["low_back"], "rf_nerve": ["saddle"]}
    yield Request("recommendation", "an emergency, nothing else answered", "POST", RECOMMENDATIONS, {"answers": signs})
    for question, answer in WRONG_ANSWERS:
        body = {"answers": {**full_sheet(recommender, {}), question: answer}}
        yield Request("problem", f"{question}: {answer}", "POST", RECOMMENDATIONS, body, language="es")
    for body in WRONG_BODIES:
        yield Request("problem", f"the body {body}", "POST", RECOMMENDATIONS, body)
    yield Request("problem", "no JSON", "POST", RECOMMENDATIONS, text="{")
    yield Request("problem", "a key twice", "POST", RECOMMENDATIONS, text='{"answers": {}, "answers": {}}')
    yield Request("problem", "another type", "POST", RECOMMENDATIONS, text="answers=1", type="text/plain")
    yield Request("problem", "too large", "POST", RECOMMENDATIONS, {"answers": {"main_task": "x" * 70_000}})


def _sheet(recommender: Recommender, journey: Vignette) -> dict[str, Any]:
    return full_sheet(recommender, journey.answers)


def check_in_calls(recommender: Recommender, ask: Ask) -> Iterator[Request]:
    """Yield the checks of each story; the routine of the next one is that of the reply before."""
    for name, (given, checks) in STORIES.items():
        person = returning(recommender, **given)
        for day, answers in checks:
            body = person.filled(person.body(day, **answers))
            request = Request("check-in", f"{name}, day {day}", "POST", CHECK_INS, body)
            yield request
            person.remember(body, ask(request).body)
    yield from _single_checks(returning(recommender))


def _single_checks(person: Returning) -> Iterator[Request]:
    body = person.body(7, **BETTER)
    yield Request("check-in", "in Spanish", "POST", CHECK_INS, body, language="es")
    dated = {name: part for name, part in body.items() if name != "started"}
    first = [{"date": body["started"]}]
    yield Request("check-in", "started by the history", "POST", CHECK_INS, {**dated, "history": first})
    before = {name: part for name, part in body.items() if name != "follow_up"}
    for answer, call in (("no", "check-in"), ("not_sure", "problem")):
        session = {**before, "before_session": {"pre_session": answer}}
        yield Request(call, f"before a session, {answer}", "POST", CHECK_INS, session)
    for number, (place, value) in enumerate(WRONG_CHECKS):
        changed = json.loads(json.dumps(body))
        _put(changed, place, value)
        language = "es" if number % EVERY_NTH_IN_SPANISH == 0 else "en"
        yield Request(
            "problem", f"a check with {place}: {str(value)[:40]}", "POST", CHECK_INS, changed, language=language
        )
    twice = {**body, "routine": [*body["routine"], body["routine"][1]]}
    yield Request("problem", "a check with a move twice", "POST", CHECK_INS, twice)
    others: tuple[Any, ...] = ([], 7, {})
    for other in others:
        yield Request("problem", f"a check that is {other}", "POST", CHECK_INS, other)


def _put(body: Any, place: str, value: Any) -> None:
    *steps, last = place.split(".")
    for step in steps:
        body = body[int(step)] if isinstance(body, list) else body[step]
    if isinstance(body, list):
        body[int(last)] = value
    elif value is None:
        del body[last]
    else:
        body[last] = value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="such as http://127.0.0.1:8000")
    parser.add_argument("--to", type=Path, default=RECORDED)
    given = parser.parse_args()
    ask = ask_over_http(given.server.rstrip("/"))
    recommender = load_recommender(read_settings({}))
    played = [
        (request, ask(request))
        for calls in (content_calls(recommender), recommendation_calls(recommender), check_in_calls(recommender, ask))
        for request in calls
    ]
    save(given.to, played)
    print(f"{len(played)} replies, {given.to.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
