"""Two clinicians review a rule set to its release; one word of one rule changes; they put it right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from recommender.service.recommend import Recommender
from tests.support import databases
from tests.support.reviewers import CHANGED, approve_all, one_word_changed, password_of, review_room, settle_all
from tests.support.stand import served
from tests.support.ticks import tick_all

PHONE = {"width": 390, "height": 844}
# Groups that are approved on their pages; the others are signed without them, which would take minutes.
BY_HAND = ("red_flags", "dispositions", "safety")
CHANGED_RULE = CHANGED[0].rpartition("/")[2][:6]


# What the room writes into either kind of database is held by tests without a browser (tests/web/review/test_gate.py).
@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.deep), *databases.postgresql_only(pytest.mark.long)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    with databases.postgresql() as server, databases.new_database(server) as url:
        yield url


class Clinician:
    """Somebody at the review room, on a phone without JavaScript."""

    def __init__(self, browser: Browser, home: str, name: str) -> None:
        self.home = home
        self.context = browser.new_context(viewport=PHONE, java_script_enabled=False)
        self.page: Page = self.context.new_page()
        self.page.goto(f"{home}/review")
        self.page.get_by_label("Email").fill(f"{name}@example.org")
        self.page.get_by_label("Password").fill(password_of(name))
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Review room")

    def approve_groups(self, groups: tuple[str, ...] = BY_HAND) -> None:
        for group in groups:
            self.page.goto(f"{self.home}/review/group/{group}")
            self.page.get_by_role("button", name="Read and approve all").click()
            tick_all(self.page, "seen", "Approve those ticked")
            self.page.get_by_role("button", name="Approve those ticked").click()
            expect(self.page.get_by_role("status")).to_contain_text("Your approvals are recorded")

    def approve(self, address: str, button: str) -> None:
        self.page.goto(self.home + address)
        tick_all(self.page, "read", button)
        self.page.get_by_role("button", name=button).click()
        expect(self.page.get_by_role("status")).to_contain_text("Your approval is recorded")

    def settles(self, point: str, reason: str) -> None:
        self.page.goto(f"{self.home}/review/point/{point}")
        self.page.get_by_label("As the rules say today.").check()
        self.page.get_by_label("Your reason").fill(reason)
        self.page.get_by_role("button", name="Decide this point").click()
        expect(self.page.get_by_role("status")).to_contain_text("Your decision is recorded")

    def names_as_author(self, person: str) -> None:
        self.page.goto(f"{self.home}/review/work/authors")
        self.page.get_by_label("Somebody who wrote it").select_option(label=person)
        self.page.get_by_role("button", name="Record it").click()
        expect(self.page.get_by_role("status")).to_contain_text("It is recorded who wrote it")

    def reads(self, address: str, words: str) -> None:
        self.page.goto(self.home + address)
        expect(self.page.locator("main")).to_contain_text(words)


def test_two_clinicians_review_to_release_and_again_after_a_change_of_one_word(
    browser: Browser, recommender: Recommender, tmp_path: Path, database_url: str | None
) -> None:
    folder = tmp_path / "room"
    with ExitStack() as stack:
        app = stack.enter_context(review_room(recommender, folder, database_url))
        home = stack.enter_context(served(app))
        ana, ben = Clinician(browser, home, "ana"), Clinician(browser, home, "ben")
        ana.approve_groups()
        approve_all(app, "ana")
        ben.reads("/review/release", "Not ready")
        ben.approve_groups()
        approve_all(app, "ben")
        ben.reads("/review/release", "22 still to be approved")
        Clinician(browser, home, "sol").approve_groups(("safety_case",))
        ben.reads("/review/release", "points to settle")
        settle_all(app, "ana", but=("10",))
        ben.settles("10", "The lawyer is asked.")
        ben.reads("/review/release", "Nobody has said who wrote")
        ben.names_as_author("Ash Archer (author)")
        ben.approve("/review/release", "Approve this release")
        ben.reads("/review/release", "This release is approved.")
        assert "have not yet approved" not in app.test_client().get("/").text
    with ExitStack() as stack:
        app = stack.enter_context(review_room(one_word_changed(tmp_path / "content"), folder, database_url))
        home = stack.enter_context(served(app))
        assert "have not yet approved" in app.test_client().get("/").text
        ana, ben = Clinician(browser, home, "ana"), Clinician(browser, home, "ben")
        ben.reads("/review/release", "Not ready: 1 still to be approved.")
        ana.reads("/review", "Changed since you approved it")
        page = ana.page
        assert page.locator("del").all_text_contents() == ["Good"]
        assert page.locator("ins").all_text_contents() == ["Strong"]
        rows = page.locator("section", has_text="Changed since you approved it").locator("h3").all_text_contents()
        assert [row.partition(":")[0] for row in rows] == [CHANGED_RULE]
        for clinician in (ana, ben):
            clinician.approve(f"/review/rule/{CHANGED_RULE}", "Approve this version")
        ana.reads("/review", "The release waits for a lead.")
        ben.approve("/review/release", "Approve this release")
        assert "have not yet approved" not in app.test_client().get("/").text
        assert app.test_client().get("/readyz").json["rule_set"]["approved"] is True
