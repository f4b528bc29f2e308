"""The element where a reply is late, broken, incomplete or of other rules: no routine, and where to get help all the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Page, Route, expect

from recommender.service.recommend import Recommender
from tests.support.embedded import INSIDE, Data, begin, go_on_until, shows_no_routine, walk
from tests.support.sheets import full_sheet

pytestmark = pytest.mark.deep


def hashed(told: Data) -> None:
    told["rule_set"]["hash"] = "0" * 64


def urgent(told: Data) -> None:
    told["disposition"]["level"] = "urgent_same_day"


def unknown(told: Data) -> None:
    told["disposition"]["level"] = "fine"


def without_stop_words(told: Data) -> None:
    told["stop_rules"] = []


def half_a_review(told: Data) -> None:
    told["review"]["text"] = ""


def without_steps(told: Data) -> None:
    told["routine"]["items"][-1]["steps"] = []


def without_dose(told: Data) -> None:
    told["routine"]["items"][0]["dose"] = {**told["routine"]["items"][0]["dose"], "type": "forever"}


def half_a_dose(told: Data) -> None:
    told["routine"]["items"][0]["dose"] = {"type": "hold", "sets": 1, "reps": 3, "hold_seconds": None}


def without_moves(told: Data) -> None:
    told["routine"]["items"] = []


def without(named: str) -> Callable[[Data], None]:
    """Return what takes one part out of a reply: of its first move, or where the name has no point, of the reply itself."""

    def spoil(told: Data) -> None:
        place, _, name = named.rpartition(".")
        del {"": told, "move": told["routine"]["items"][0], "disposition": told["disposition"]}[place][name]

    spoil.__name__ = f"without {named}"
    return spoil


MISSING = (
    "move.breathing",
    "review",
    "contacts",
    "not_approved",
    "answer_again",
    "disposition.worse",
    *(f"move.{name}" for name in ("feel_it", "not_here", "form_name", "purpose", "easier_move", "figure")),
)
BROKEN = (
    without(MISSING[0]),
    hashed,
    urgent,
    unknown,
    without_stop_words,
    half_a_review,
    without_steps,
    without_dose,
    half_a_dose,
    without_moves,
    *(without(named) for named in MISSING[1:]),
)


def first_deep(cases: Sequence[Any], count: int) -> list[Any]:
    """Return the cases, all but the first few of them for the long tests."""
    return [*cases[:count], *(pytest.param(one, marks=pytest.mark.long) for one in cases[count:])]


def spoiled_by(page: Page, call: str, change: Callable[[Data], None]) -> None:
    """Have each reply to a call changed on its way."""

    def spoil(route: Route) -> None:
        reply = route.fetch()
        told = reply.json()
        change(told)
        route.fulfill(response=reply, body=json.dumps(told))

    page.route(f"**/api/v1/{call}", spoil)


def half_of_the_help(told: Data) -> None:
    if told.get("stop"):
        told["stop"]["advice"] = [{"topic": "unknown"}]
        told["stop"]["disposition"].update(reasons=None, steps=7, worse=None)


def help_by_other_rules(told: Data) -> None:
    told["rule_set"]["hash"] = "0" * 64
    told["routine"] = None
    told["disposition"]["level"] = "urgent_same_day"


def test_where_to_get_help_is_told_though_the_rest_of_the_reply_is_broken(
    page: Page, site: str, elsewhere: str, recommender: Recommender
) -> None:
    spoiled_by(page, "next", half_of_the_help)
    begin(page, elsewhere)
    walk(page, full_sheet(recommender, {"rf_nerve": ["saddle"]}))
    expect(page.locator(f"{INSIDE} .emergency h2")).to_be_visible()
    expect(page.locator(f"{INSIDE} .emergency .numbers")).to_contain_text("999")


def test_where_to_get_help_is_told_though_other_rules_have_just_come(
    page: Page, site: str, elsewhere: str, recommender: Recommender
) -> None:
    spoiled_by(page, "recommendations", help_by_other_rules)
    begin(page, elsewhere)
    walk(page, full_sheet(recommender, {}))
    expect(page.locator(f"{INSIDE} .urgent h2")).to_be_visible()
    assert page.locator(f"{INSIDE} .moves").count() == 0


@pytest.mark.parametrize("broken", first_deep(BROKEN, 4), ids=lambda one: one.__name__)
def test_a_broken_reply_shows_no_routine(
    page: Page, site: str, elsewhere: str, recommender: Recommender, broken: Callable[[Data], None]
) -> None:
    spoiled_by(page, "recommendations", broken)
    begin(page, elsewhere)
    walk(page, full_sheet(recommender, {}))
    shows_no_routine(page)
    page.unroute_all()
    page.locator(f"{INSIDE} button", has_text="Try again").click()
    expect(page.locator(f"{INSIDE} .moves").first).to_be_visible()


@pytest.mark.parametrize("name", ["next", "recommendations"])
@pytest.mark.parametrize(
    "wrong", first_deep(("no reply", "half of it", "status 429", "no JSON", "status 500", "another place"), 3)
)
def test_no_reply_or_one_that_is_none_shows_no_routine(
    page: Page, site: str, elsewhere: str, recommender: Recommender, wrong: str, name: str
) -> None:
    def spoil(route: Route) -> None:
        if wrong == "no reply":
            return route.abort()
        if wrong == "another place":
            return route.fulfill(
                status=302, headers={"Location": f"{site}/api/v1/rule-set", "Access-Control-Allow-Origin": elsewhere}
            )
        reply = route.fetch()
        status = int(wrong.rpartition(" ")[2]) if "status" in wrong else 200
        body = {"no JSON": "<p>Good morning</p>", "half of it": reply.text()[:-200]}.get(wrong, reply.text())
        return route.fulfill(response=reply, status=status, body=body)

    begin(page, elsewhere)
    page.route(f"**/api/v1/{name}", spoil)
    walk(page, full_sheet(recommender, {}))
    shows_no_routine(page)


def test_a_reply_that_comes_too_late_shows_no_routine(
    page: Page, site: str, elsewhere: str, recommender: Recommender
) -> None:
    page.clock.install()
    begin(page, elsewhere)
    held: list[Route] = []
    page.route("**/api/v1/recommendations", lambda route: held.append(route))
    go_on_until(page, full_sheet(recommender, {}), lambda: bool(held))
    expect(page.locator(f"{INSIDE} [role=status]")).to_have_text("One moment, please.")
    page.clock.run_for(21_000)
    shows_no_routine(page)
    with suppress(Error):  # it has been given up
        held[0].continue_()
    shows_no_routine(page)


def test_an_element_that_was_taken_away_forgets_all_and_takes_no_late_reply(
    page: Page, site: str, elsewhere: str, recommender: Recommender
) -> None:
    begin(page, elsewhere)
    walk_to_the_end = full_sheet(recommender, {})
    page.evaluate("""() => { const real = window.fetch; window.held = [];
      window.fetch = (address, given) => address.endsWith("/recommendations")
        ? new Promise(done => window.held.push(() => real(address, { ...given, signal: undefined }).then(done)))
        : real(address, given); }""")
    go_on_until(page, walk_to_the_end, lambda: bool(page.evaluate("window.held.length")))
    page.evaluate(
        "() => { const one = document.querySelector('back-routine'); const at = one.parentNode; one.remove(); at.append(one); }"
    )
    page.evaluate("() => Promise.all(window.held.map(one => one()))")
    page.evaluate("() => new Promise(done => setTimeout(done, 0))")
    expect(page.locator(f"{INSIDE} h2")).to_have_text("A routine for a sore or stiff back")
    assert page.locator(f"{INSIDE} .moves, {INSIDE} form").count() == 0
