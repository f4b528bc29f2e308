"""Every page of the rule book, the case lab and the review room, each a place that a browser can be brought to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pyotp
from flask import Flask
from playwright.sync_api import Locator, Page, Response

from recommender.loaders.vignettes import Vignette
from recommender.models.levels import Level
from recommender.proposals.impact_run import Bounds
from recommender.review.impact_record import impact_folder, impact_name, write_impact
from recommender.review.keys import audit_key
from recommender.review.sign_in_tries import ACCOUNT_FROM_ADDRESS, begin_try
from recommender.review.tables import Role, now
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from recommender.web.app import create_app
from recommender.web.proposals.room import BOUNDS_KEY, current_drafts
from recommender.web.review.tries import sign_in_try
from tests.browser.test_review_journey import CHANGED_RULE
from tests.support import proposing, shipped
from tests.support.impacts import NEW, OLD, told_of
from tests.support.proposing import ask, proposed, wait_for_impact
from tests.support.reviewers import (
    PEOPLE,
    account,
    one_word_changed,
    open_database,
    password_of,
    review_room,
    signed_in,
)
from tests.support.stand import served

OPEN, AWAY, SINGLE = "open", "database away", "single sign-on"
RULE, EXERCISE, DISPOSITION = "/review/rule/RF-U07", "/review/exercise/pelvic_tilt", "/review/disposition/routine"
BLOCKED = "/review/rule/CI-A05"
LAPSED = f"/review/rule/{CHANGED_RULE}"
# Nothing listens on port 9, so that the provider of single sign-on is away.
PROVIDER = {
    "oidc_issuer": "http://127.0.0.1:9",
    "oidc_client_id": "recommender",
    "oidc_client_secret": "a secret",
    "site_url": "http://127.0.0.1",
}
ACCOUNT = "/review/account"
# A made-up change whose effect on people is kept.
IMPACT = impact_name(OLD, NEW).removesuffix(".json")


@dataclass(frozen=True)
class RoomPlace:
    """A page in one state. ``page`` says which page it is: its states share a title, other pages have another.

    ``act`` does something on the page at the address and returns the response for the page that it leads to.
    """

    page: str
    state: str
    address: str
    who: str | None = None
    status: int = 200
    act: Callable[[Page], Response] | None = None
    site: str = OPEN

    @property
    def name(self) -> str:
        return f"{self.page}: {self.state}" if self.state else self.page


@dataclass(frozen=True)
class Room:
    """The running site with a review room in which things were said, one without its database, one with a provider."""

    app: Flask
    addresses: Mapping[str, str]
    cookies: Mapping[str, str]
    drafts: Sequence[str]

    def bring(self, page: Page, place: RoomPlace) -> Response:
        """Open the place in a page that may have been anywhere before, and return the response for its document.

        Raises:
            AssertionError: the site answers in another way.
        """
        home = self.addresses[place.site]
        page.context.clear_cookies()
        if place.who is not None:
            page.context.add_cookies([{"name": "review", "value": self.cookies[place.who], "url": home}])
        response = page.goto(home + place.address)
        if place.act is not None:
            response = place.act(page)
        assert response is not None
        assert response.status == place.status, f"{place.name}: {response.status}"
        return response

    def set_role(self, name: str, role: Role) -> None:
        with open_database(self.app) as session:
            account(session, name).role = role


@contextmanager
def running_room(recommender: Recommender, folder: Path) -> Iterator[Room]:
    """The sites on loopback ports, until the end of the with statement."""
    with review_room(recommender, folder) as before:
        before.extensions[BOUNDS_KEY] = Bounds(seconds=0)
        _say_something(before)
    with ExitStack() as running:
        app = running.enter_context(review_room(one_word_changed(folder / "content"), folder))
        app.extensions[BOUNDS_KEY] = Bounds(seconds=0)  # nobody waits here for what an edit does to people
        single = running.enter_context(review_room(recommender, folder, **PROVIDER))
        (folder / "file").touch()
        settings = replace(read_settings({}), data_dir=folder, secret_key="s" * 40, region="GB")
        away = create_app(replace(settings, database_url=f"sqlite:///{folder / 'file' / 'review.db'}"), recommender)
        write_impact(impact_folder(settings) / impact_name(OLD, NEW), audit_key(settings), told_of(recommender))
        cookies = {name: _signed_in(app, name) for name in PEOPLE}
        _close_the_door(app, "stranger")
        apps = {OPEN: app, SINGLE: single, AWAY: away}
        addresses = {name: running.enter_context(served(one)) for name, one in apps.items()}
        yield Room(app, addresses, cookies, _proposals(app))


def _say_something(app: Flask) -> None:
    """Leave approvals, a thread with replies, and a request for changes."""
    ana, ben = signed_in(app, "ana"), signed_in(app, "ben")
    sent = [ana.say(LAPSED, "approve"), ben.say(LAPSED, "approve"), ana.say(LAPSED, "comment", "Is that short enough?")]
    thread = re.findall(r'id="thread-(\d+)"', ben.see(LAPSED).text)[-1]
    sent += [ben.say(LAPSED, "comment", "Yes. " * 60, parent=thread)]
    sent += [ana.say(BLOCKED, "request_changes", "Which legs?\n\nBoth?"), ben.say(EXERCISE, "approve", "Well put.")]
    sent += [ben.say("/review/release", "comment", "By the end of the month.")]
    sent += [ask(ana, proposed(ana))]
    assert [one.status_code for one in sent] == [303] * len(sent)


def _proposals(app: Flask) -> tuple[str, str]:
    """Leave two proposals, one whose impact nobody knows, and one that makes somebody less safe."""
    ana = signed_in(app, "ana")
    unknown, known = proposed(ana), proposed(ana, {"/say": ["You told us that your hands are sore."]})
    for draft in (unknown, known):
        wait_for_impact(app, draft)
    with app.app_context():
        current_drafts().keep_impact(known.rpartition("/")[2], {"state": "done", "found": proposing.FOUND})
    return unknown, known


def _close_the_door(app: Flask, name: str) -> None:
    """Let the next try of an account come too soon, for as long as any test takes."""
    with app.test_request_context("/sign-in", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        tried = sign_in_try(f"{name}@example.org")
    with open_database(app) as session:
        for _ in range(ACCOUNT_FROM_ADDRESS.free + 1):
            begin_try(session, tried.own, now() + timedelta(days=1))


def _signed_in(app: Flask, name: str) -> str:
    cookie = signed_in(app, name).client.get_cookie("review")
    assert cookie is not None
    return cookie.value


def room_places(room: Room) -> list[RoomPlace]:
    # The last places change the account of Ben.
    return [
        *book_places(),
        *lab_places(),
        *door_places(),
        *review_places(),
        *proposal_places(room),
        *refused_places(room),
        *account_places(),
    ]


def book_places() -> Iterator[RoomPlace]:
    yield RoomPlace("rules", "", "/rules")
    for state, query in (
        ("found", "q=leaning+hands"),
        ("to settle", "confirm=1"),
        ("of a source", "source=nice_ng59"),
        ("no match", "q=zebra"),
    ):
        yield RoomPlace("rules", state, f"/rules?{query}")
    for rule in ("RF-U07", "CI-A05", "GEN-01", "FACT-08"):
        yield RoomPlace(f"rule {rule}", "", f"/rules/{rule}")
    yield RoomPlace("matrix", "narrowed", "/rules/matrix?question=limits&region=neck")
    yield RoomPlace("matrix", "no match", "/rules/matrix?region=neck&position=prone")
    yield RoomPlace("questions", "", "/rules/questions")
    yield RoomPlace("conflicts", "", "/rules/conflicts")
    yield RoomPlace("proof", "", "/rules/proof")
    yield RoomPlace("safety case", "", "/rules/safety")
    yield RoomPlace("traceability", "", "/rules/safety/traceability")
    yield RoomPlace("impacts", "", "/rules/impact")
    yield RoomPlace("impact", "", f"/rules/impact/{IMPACT}")
    yield RoomPlace("impact", "of one person", f"/rules/impact/{IMPACT}/1")
    yield RoomPlace("rules printed", "", "/rules/print")
    yield RoomPlace("rule unknown", "", "/rules/XX-99", status=404)


def lab_places() -> Iterator[RoomPlace]:
    routine, emergency = journey(Level.ROUTINE), journey(Level.EMERGENCY_NOW)
    yield RoomPlace("lab", "", "/lab")
    yield RoomPlace("lab", "found", "/lab?q=RF-U07")
    yield RoomPlace("lab", "no match", "/lab?q=no+such+words")
    yield RoomPlace("answers", "", "/lab/answers")
    yield RoomPlace("answers", "errors", "/lab/answers", status=422, act=_run_without_answers)
    yield RoomPlace("answers", "wrong number", "/lab/answers", status=422, act=_run_wrong_number)
    yield RoomPlace("case of a routine", "", "/lab", act=lambda page: choose(page, routine))
    yield RoomPlace("case of an emergency", "", "/lab", act=lambda page: choose(page, emergency))
    yield RoomPlace("lab, the second case", "", "/lab", act=lambda page: _with_a_first_case(page, routine))
    yield RoomPlace("compared", "", "/lab", act=lambda page: compare(page, routine, emergency))


def door_places() -> Iterator[RoomPlace]:
    """Signing in, and what is there while something is away."""
    yield RoomPlace("sign in", "", "/sign-in")
    yield RoomPlace("sign in", "wrong password", "/sign-in", status=422, act=lambda page: sign_in(page, "nobody", "x"))
    yield RoomPlace("too often", "", "/sign-in", status=429, act=lambda page: sign_in(page, "stranger", "x"))
    yield RoomPlace("sign in", "no password yet", "/sign-in/code")
    yield RoomPlace("sign in", "single sign-on", "/sign-in", site=SINGLE)
    yield RoomPlace("provider away", "", "/sign-in/oidc", status=503, site=SINGLE)
    yield RoomPlace("provider refused", "", "/sign-in/oidc/callback?state=x&code=x", status=403, site=SINGLE)
    yield RoomPlace("away", "", "/review", "ana", 503, site=AWAY)
    yield RoomPlace("away", "signing in", "/sign-in", None, 503, lambda page: sign_in(page, "ana", "x"), AWAY)


def review_places() -> Iterator[RoomPlace]:
    of_each_role = {role: who for who, (_, role) in reversed(PEOPLE.items())}
    for role, who in of_each_role.items():
        yield RoomPlace("review", role.value, "/review", who)
        yield RoomPlace("release", role.value, "/review/release", who)
        yield RoomPlace("rule with a lapsed approval", role.value, LAPSED, who)
        yield RoomPlace("group", role.value, "/review/group/precautions", who)
    yield RoomPlace("rule to review", "", RULE, "ana")
    yield RoomPlace("rule to review", "reader", RULE, "rea")
    yield RoomPlace("rule to review", "recorded", f"{RULE}?done=comment", "ana")
    yield RoomPlace("rule with a request", "", BLOCKED, "ana")
    yield RoomPlace("exercise to review", "", EXERCISE, "ben")
    yield RoomPlace("point to settle", "", "/review/point/3", "sol")
    yield RoomPlace("hazard to review", "", "/review/safety/safety_case.HZ-01", "sol")
    yield RoomPlace("safety case to review", "", "/review/safety/safety_case", "sol")
    yield RoomPlace("words to review", "", "/review/interface/plan", "ana")
    yield RoomPlace("exercise to review", "reader", EXERCISE, "rea")
    yield RoomPlace("outcome to review", "", DISPOSITION, "ana")
    yield RoomPlace("outcome to review", "reader", DISPOSITION, "rea")
    yield RoomPlace("confirm", "", "/review/confirm?target=rule/RF-U07&target=exercise/pelvic_tilt", "ana")
    yield RoomPlace("confirm nothing", "", "/review/confirm", "ana")
    yield RoomPlace("review printed", "", "/review/print", "ana")
    yield RoomPlace("list", "of a theme", "/review/work?theme=pregnancy", "ben")
    yield RoomPlace("list", "of nothing", "/review/work?state=approved", "ana")
    yield RoomPlace("assign", "", "/review/work/assign?target=rule/RF-U07&target=exercise/pelvic_tilt", "ben")
    yield RoomPlace("assign", "one", "/review/work/assign?target=rule/RF-U07", "ana")
    yield RoomPlace("authors", "", "/review/work/authors", "ben")
    yield RoomPlace("rule to review", "in a list", f"{RULE}?theme=bone", "ana")


def proposal_places(room: Room) -> Iterator[RoomPlace]:
    """Where an edit of a rule is proposed, and what comes of it."""
    yield RoomPlace("rule with an edit", "", proposing.TARGET, "ana")
    yield RoomPlace("propose", "", proposing.FORM, "ana")
    yield RoomPlace("propose", "cases and tables", "/review/propose/GEN-14", "ana")
    yield RoomPlace("propose", "errors", proposing.FORM, "ana", 422, _propose_wrongly)
    yield RoomPlace("proposal", "", room.drafts[0], "ana")
    yield RoomPlace("proposal", "worked out", room.drafts[1], "ana")
    yield RoomPlace("propose, files differ", "", f"/review/propose/{CHANGED_RULE}", "ana", 503)


def account_places() -> Iterator[RoomPlace]:
    """The own account, and signing in with a second factor."""

    def begin(page: Page) -> Response:
        return press(page, page.get_by_role("button", name="Set it up"))

    def turn_on(page: Page) -> Response:
        begin(page)
        secret = page.locator("ol code").inner_text()
        page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
        page.locator("#current-on").fill(password_of("ben"))
        return press(page, page.get_by_role("button", name="Turn it on"))

    def wrong_code(page: Page) -> Response:
        sign_in(page, "ben", password_of("ben"))
        page.get_by_label("Code", exact=True).fill("no code")
        return press(page, page.get_by_role("button", name="Go on"))

    yield RoomPlace("account", "", ACCOUNT, "ana")
    yield RoomPlace("account", "reader", ACCOUNT, "rea")
    yield RoomPlace("account", "changed", f"{ACCOUNT}?done=password", "ana")
    yield RoomPlace(
        "account",
        "refused",
        ACCOUNT,
        "ana",
        422,
        lambda page: press(page, page.get_by_role("button", name="Change the password")),
    )
    yield RoomPlace("account", "setting up", ACCOUNT, "ben", act=begin)
    yield RoomPlace("recovery codes", "", ACCOUNT, "ben", act=turn_on)
    yield RoomPlace("code", "", "/sign-in", act=lambda page: sign_in(page, "ben", password_of("ben")))
    yield RoomPlace("code", "wrong", "/sign-in", status=422, act=wrong_code)


def refused_places(room: Room) -> Iterator[RoomPlace]:
    """Forms that were not taken, each of them possible by waiting too long."""

    def lose_role(page: Page) -> Response:
        room.set_role("rea", Role.REVIEWER)
        page.goto(page.url.replace("/review", RULE))
        room.set_role("rea", Role.READER)
        return _comment(page, "Words of a reader.")

    def lose_session(page: Page) -> Response:
        page.context.clear_cookies()
        return _comment(page, "Words of somebody signed out.")

    yield RoomPlace("refused by role", "", "/review", "rea", 403, lose_role)
    yield RoomPlace("refused, signed out", "", RULE, "ana", 403, lose_session)
    yield RoomPlace("refused, too old", "", RULE, "ana", 400, lambda page: _comment(page, "Old.", csrf_token="old"))
    yield RoomPlace("rule to review", "without words", RULE, "ana", 422, lambda page: _comment(page, ""))
    yield RoomPlace("rule to review", "stale", RULE, "ana", 409, _approve_stale)
    yield RoomPlace("rule with a lapsed approval", "reply without words", LAPSED, "ana", 422, _reply_nothing)


def journey(level: Level) -> Vignette:
    """Return the first made-up journey that ends with this outcome."""
    vignettes = shipped.vignettes()
    return next(one for one in vignettes if one.path.startswith("journeys/") and one.expect.get("level") == level.value)


def press(page: Page, button: Locator) -> Response:
    """Press a button that sends a form, and return the response for the page that it leads to."""
    with page.expect_navigation() as sending:
        button.click()
    response = sending.value
    assert response is not None
    return response


def choose(page: Page, vignette: Vignette) -> Response:
    return press(page, page.get_by_role("button", name=vignette.name, exact=True))


def compare(page: Page, first: Vignette, second: Vignette) -> Response:
    _with_a_first_case(page, first)
    return choose(page, second)


def sign_in(page: Page, name: str, password: str) -> Response:
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(password)
    return press(page, page.get_by_role("button", name="Sign in", exact=True))


def _with_a_first_case(page: Page, vignette: Vignette) -> Response:
    choose(page, vignette)
    return press(page, page.get_by_role("button", name="Compare with another case"))


def _run_without_answers(page: Page) -> Response:
    """Leave two questions of different kinds open."""
    _open_folds(page)
    page.locator("#age_band").select_option("")
    for box in page.locator("input[name=pain_location]:checked").all():
        box.uncheck()
    return press(page, page.get_by_role("button", name="Run the case"))


def _run_wrong_number(page: Page) -> Response:
    _open_folds(page)
    page.locator("[name^=fact-]").first.fill("soon")
    return press(page, page.get_by_role("button", name="Run the case"))


def _open_folds(page: Page) -> None:
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")


def _comment(page: Page, words: str, **hidden: str) -> Response:
    page.get_by_label("Your words").fill(words)
    _set_hidden(page, hidden)
    return press(page, page.get_by_role("button", name="Comment"))


def _propose_wrongly(page: Page) -> Response:
    page.get_by_label("Why, for clinicians").first.fill("")
    page.locator("#f-then-exclude-tags-add").fill("no_such_tag")
    return press(page, page.get_by_role("button", name="Check", exact=True))


def _approve_stale(page: Page) -> Response:
    page.get_by_label("Your words").fill("I read every line.")
    _set_hidden(page, {"seen": "0" * 64})
    return press(page, page.get_by_role("button", name="Approve this version"))


def _reply_nothing(page: Page) -> Response:
    page.get_by_text("Reply").first.click()
    return press(page, page.get_by_role("button", name="Send the reply").first)


def _set_hidden(page: Page, fields: Mapping[str, str]) -> None:
    for name, value in fields.items():
        page.eval_on_selector_all(
            f"main input[name={name}]", "(all, value) => all.forEach(one => { one.value = value; })", value
        )
