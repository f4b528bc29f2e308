"""The eight weeks of a plan on a phone without JavaScript, on a site whose day moves between the visits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from tests.support.people import CALM, FLARE
from tests.support.planner import Clock, site_at
from tests.support.sheets import BASELINE, full_sheet
from tests.support.stand import served
from tests.web.plan.test_plan_story import STORY

pytestmark = pytest.mark.deep

PHONE: ViewportSize = {"width": 390, "height": 844}
INPUTS = "main input:not([type=hidden])"
READ_BOXES = "boxes => boxes.map(box => [box.name, box.type, box.value])"


@dataclass
class Walker:
    """Somebody with one page open, the answers that they give when asked, and the clock of the site."""

    page: Page
    home: str
    clock: Clock

    def press(self, words: str) -> None:
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.get_by_role("button", name=words, exact=True).first.click()

    def fill_in(self, raw: dict[str, Any]) -> None:
        """Answer page after page for as long as there are questions."""
        while self.page.get_by_role("button", name="Continue", exact=True).count():
            before = self.page.url
            for name, kind, value in self.page.locator(INPUTS).evaluate_all(READ_BOXES):
                question, _, part = name.partition("-")
                answer = raw.get(question)
                if isinstance(answer, dict):
                    answer = answer.get(part)
                wanted = (
                    [] if answer is None else [str(one) for one in (answer if isinstance(answer, list) else [answer])]
                )
                if kind == "text" and wanted:
                    self.page.locator(f'input[name="{name}"]').fill(wanted[0])
                elif value in wanted:
                    self.page.locator(f'input[name="{name}"][value="{value}"]').check()
            self.fits()
            self.press("Continue")
            assert self.page.url != before, self.page.locator("main").inner_text()
            assert not self.page.locator(".govuk-error-summary").count(), self.page.locator("main").inner_text()[:600]

    def check(self, given: dict[str, Any]) -> str:
        """Do the check of today from the page of the plan, and return the heading of what comes of it."""
        self.page.goto(f"{self.home}/plan")
        self.press("Do your check")
        self.fill_in({**BASELINE, **CALM, **given})
        expect(self.page.locator("h1")).to_have_text("Check your answers")
        self.fits()
        self.press("Show what comes next")
        self.fits()
        return self.heading

    @property
    def heading(self) -> str:
        return " ".join(self.page.locator("h1").inner_text().split())

    def fits(self) -> None:
        edges = self.page.evaluate(
            "() => ['html', 'main'].map(name => document.querySelector(name).getBoundingClientRect().right)"
        )
        assert max(edges) <= PHONE["width"], self.page.url


@pytest.fixture
def walker(browser: Browser, recommender: Recommender) -> Iterator[Walker]:
    clock = Clock()
    app = site_at(clock, replace(read_settings({}), region="GB"), recommender)
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, java_script_enabled=False)
    with served(app) as home:
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(home)
        yield Walker(page, home, clock)
        context.close()


def test_a_plan_is_kept_followed_for_eight_weeks_and_ends_with_someone(
    walker: Walker, recommender: Recommender
) -> None:
    page = walker.page
    with page.expect_navigation():
        page.get_by_role("button", name="Start now").click()
    walker.fill_in(full_sheet(recommender, FLARE))
    walker.press("Show my routine")
    assert not [one for one in page.context.cookies() if one["name"] == "plan"]
    walker.press("Remember my plan")
    assert walker.heading == "Your plan"

    walker.press("Start today\u2019s session")
    walker.fill_in({**BASELINE, **CALM})
    assert walker.heading == "Today\u2019s session"
    assert page.locator(".app-move").count() > 0

    seen = []
    for day, given, _ in STORY:
        walker.clock.day = walker.clock.__class__().day
        walker.clock.pass_days(day)
        seen.append(walker.check(given))
        assert (page.locator(".app-move").count() > 0) == (day < 56)
    assert [told.removeprefix("Advice: ") for told in seen] == [told.removeprefix("Advice: ") for _, _, told in STORY]

    page.goto(f"{walker.home}/plan/today")
    expect(page.get_by_role("heading", name="Your plan is on hold")).to_be_visible()
    assert page.locator(".app-move").count() == 0
    walker.press("Forget my plan on this device")
    assert walker.heading == "Your plan is forgotten"
    assert not [one for one in page.context.cookies() if one["name"] in ("plan", "check")]


def test_a_new_sign_before_a_session_leads_to_help_and_not_to_the_routine(
    walker: Walker, recommender: Recommender
) -> None:
    page = walker.page
    with page.expect_navigation():
        page.get_by_role("button", name="Start now").click()
    walker.fill_in(full_sheet(recommender, FLARE))
    walker.press("Show my routine")
    walker.press("Remember my plan")
    walker.clock.pass_days(2)
    walker.press("Start today\u2019s session")
    walker.fill_in({**BASELINE, **CALM, "pre_session": "not_sure", "rf_nerve": ["saddle"]})
    assert walker.heading.endswith("Call 999 now")
    expect(page.get_by_role("link", name="Call 999").first).to_be_in_viewport()
    assert page.locator(".app-move").count() == 0


def test_the_scores_are_drawn_with_their_words_and_numbers(walker: Walker, recommender: Recommender) -> None:
    page = walker.page
    with page.expect_navigation():
        page.get_by_role("button", name="Start now").click()
    walker.fill_in(full_sheet(recommender, FLARE))
    walker.press("Show my routine")
    page.goto(f"{walker.home}/questions/make-it-fit?from=result")
    walker.fill_in(full_sheet(recommender, FLARE))
    walker.press("Remember my plan")
    walker.clock.pass_days(7)
    walker.check(STORY[0][1])
    page.goto(f"{walker.home}/plan")
    box = page.locator("svg.app-scores__drawing").bounding_box()
    assert box
    assert box["height"] > 150
    assert box["width"] > 300
    scores = page.get_by_role("table", name="Your scores, from 0 to 10")
    expect(scores).to_be_visible()
    assert scores.locator("td").all_inner_texts() == ["6", "3", "5", "4"]
    walker.fits()
