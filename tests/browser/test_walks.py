"""From the start page to every outcome, on a phone, with JavaScript and without, and back to put a mistake right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from recommender.models.levels import Level
from recommender.models.questionnaire import Question, QuestionKind
from recommender.presentation.wording import Wording
from recommender.web.core.filters import first_sentence
from tests.support.fields import BOXES, READ_BOXES, wanted
from tests.support.people import URGENT, example
from tests.support.sheets import full_sheet
from tests.support.stand import Place, Stand

RIGHT_EDGES = """() => ["html", "main"].map(name => document.querySelector(name).getBoundingClientRect().right)"""
PHONE: ViewportSize = {"width": 390, "height": 844}
CARE = [level for level in Level if not level.shows_routine]
# An answer ticked by mistake, and the one that was meant.
MISTAKES: dict[Level, tuple[str, Any, Any]] = {
    Level.EMERGENCY_NOW: ("rf_nerve", ["saddle"], ["none"]),
    Level.URGENT_SAME_DAY: ("rf_bone_nerve", ["foot_weak"], ["none"]),
    Level.URGENT_48H: ("rf_illness", ["night_constant"], ["none"]),
    Level.SEE_BEFORE_START: ("told_no_exercise", "yes", "no"),
}


class Walker:
    """Somebody with one page open, who reads one language."""

    def __init__(self, page: Page, stand: Stand, language: str = "en") -> None:
        self.page = page
        self.stand = stand
        self.localised = stand.localised(language)

    def open(self, address: str, given: Mapping[str, Any], before: str | None = None) -> None:
        """Open a page as somebody who answered everything, or everything before one screen."""
        self.stand.bring(self.page, Place(address, "", address, draft=self.stand.draft(given, before)))

    def press(self, words: str) -> None:
        self._go(self.page.get_by_role("button", name=self._said(words), exact=True).first)

    def follow(self, words: str) -> None:
        self._go(self.page.get_by_role("link", name=self._said(words), exact=True))

    def change(self, question: str) -> None:
        """Follow the link beside one answer of the check answers page, which may be among those that are folded away."""
        link = self.page.locator(f'a[href$="#{question}"]')
        if not link.is_visible():
            self.page.locator("details", has=link).locator("summary").click()
        self._go(link)

    def fill_in(self, raw: Mapping[str, Any]) -> None:
        """Make the page that is open say what the raw sheet says."""
        boxes = self.page.locator(BOXES).evaluate_all(READ_BOXES)
        for name, kind, value, is_checked in boxes:
            if kind == "checkbox" and is_checked and value not in wanted(raw, name):
                self.box(name, value).uncheck()
        for name, _, value, _ in boxes:
            if value in wanted(raw, name):
                self.box(name, value).check()
        for text in self.page.locator("input[type=text]").all():
            for words in wanted(raw, text.get_attribute("name") or ""):
                text.fill(words)

    def box(self, name: str, value: str) -> Locator:
        return self.page.locator(f'input[name="{name}"][value="{value}"]')

    def answer_pages(self, raw: Mapping[str, Any]) -> list[str]:
        """Answer page after page for as long as there are questions; return the headings seen."""
        headings = []
        while "/questions/" in self.page.url:
            before = self.page.url
            headings.append(self.page.locator("h1").inner_text())
            assert fits(self.page), f"{before} is wider than the screen"
            self.fill_in(raw)
            self.press("Continue")
            assert self.page.url != before, self.page.locator("main").inner_text()
        return headings

    def walk(self, raw: Mapping[str, Any]) -> list[str]:
        """Go from the start page to the result; return the headings of the screens of questions."""
        self.press("Start now")
        headings = self.answer_pages(raw)
        if self.page.url.endswith("/check-answers"):
            self.press("Show my routine")
        return headings

    def expect_outcome(self, level: Level) -> None:
        catalogue = self.localised.content.catalogue
        expect(self.page.locator("h1")).to_contain_text(Wording(catalogue, "GB")(catalogue.dispositions[level].heading))
        assert (self.page.locator(".app-move").count() > 0) == level.shows_routine
        assert fits(self.page)

    def headings(self, given: Mapping[str, Any]) -> list[str]:
        """Return the headings of the screens that these answers call for."""
        pages = [self.localised.shown(step).page for step in self.stand.steps(given)]
        return [page.title if page else self._said("A few more questions") for page in pages]

    def _said(self, words: str) -> str:
        return str(self.localised.language.interface.gettext(words))

    def _go(self, at: Locator) -> None:
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            at.click()


def fits(page: Page) -> bool:
    return all(edge <= PHONE["width"] for edge in page.evaluate(RIGHT_EDGES))


def told_in_summary(page: Page, question: Question, answer: str) -> Locator:
    """Return where the summary tells an answer: what was ticked of a list is a sign, any other stands by its question."""
    if question.kind is QuestionKind.MANY:
        return page.get_by_role("listitem").get_by_role("strong").get_by_text(answer, exact=True)
    row = page.locator(".app-brief > div", has=page.get_by_text(first_sentence(question.text), exact=True))
    return row.locator("dd").get_by_text(answer, exact=True)


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, address: str, has_script: bool, faults: list[str]) -> Iterator[Page]:
    """A phone. Whatever the console complains about, and any request to another host, ends up in faults."""
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, java_script_enabled=has_script)
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("request", lambda sent: None if sent.url.startswith(address) else faults.append(sent.url))
    opened.goto(address)
    yield opened
    context.close()


@pytest.fixture
def walker(page: Page, stand: Stand) -> Walker:
    """Somebody on the start page."""
    return Walker(page, stand)


@pytest.mark.parametrize("level", [level for level in Level if level is not Level.EMERGENCY_NOW])
def test_a_person_walks_to_every_outcome(walker: Walker, level: Level, faults: list[str]) -> None:
    given = example(level)
    assert walker.walk(full_sheet(walker.stand.recommender, given)) == walker.headings(given)
    walker.expect_outcome(level)
    assert faults == []


def test_a_person_walks_to_an_emergency_and_sees_the_number_at_once(walker: Walker, faults: list[str]) -> None:
    headings = walker.walk(full_sheet(walker.stand.recommender, example(Level.EMERGENCY_NOW)))
    assert headings == ["About you and your pain", "Check for an emergency"]
    walker.expect_outcome(Level.EMERGENCY_NOW)
    expect(walker.page.get_by_role("link", name="Call 999")).to_be_in_viewport()
    assert faults == []


@pytest.mark.deep
def test_check_answers_and_a_routine_say_what_was_answered(walker: Walker) -> None:
    page = walker.page
    walker.open("/check-answers", {"main_task": {"task": "Put on my socks", "score": 3}})
    expect(page.get_by_text("Put on my socks, 3 out of 10")).to_be_visible()
    walker.press("Show my routine")
    page.locator(".app-move__row").first.click()
    page.get_by_text("Why this is in your routine").first.click()
    expect(page.locator(".app-move .app-told").first).to_be_visible()


@pytest.mark.deep
def test_the_extra_screen_after_an_urgent_answer_needs_its_answers(walker: Walker) -> None:
    page, extra = walker.page, walker.stand.steps(URGENT)[-1].slug
    walker.open(f"/questions/{extra}", URGENT, before=extra)
    expect(page.locator("h1")).to_have_text("A few more questions")
    expect(page.get_by_text("Almost done.")).to_be_visible()
    walker.press("Continue")
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert walker.answer_pages(full_sheet(walker.stand.recommender, URGENT)) == ["A few more questions"]
    walker.expect_outcome(Level.URGENT_SAME_DAY)


@pytest.mark.deep
@pytest.mark.parametrize("level", [Level.EMERGENCY_NOW, Level.SEE_BEFORE_START])
def test_a_mistake_is_put_right_from_a_care_page(walker: Walker, level: Level, faults: list[str]) -> None:
    page, (question, mistaken, meant) = walker.page, MISTAKES[level]
    walker.open("/result", {question: mistaken})
    walker.expect_outcome(level)
    expect(page.get_by_role("heading", name="Answered something by mistake?")).to_be_visible()
    walker.follow("check and change your answers")
    expect(page.locator("h1")).to_have_text("Check your answers")
    walker.change(question)
    for value in wanted({question: mistaken}, question):
        expect(walker.box(question, value)).to_be_checked()
    walker.answer_pages(full_sheet(walker.stand.recommender, {question: meant}))
    expect(page.locator("h1")).to_have_text("Check your answers")
    walker.press("Show my routine")
    walker.expect_outcome(Level.ROUTINE)
    assert faults == []


@pytest.mark.deep
def test_changing_one_answer_comes_back_to_check_answers_with_the_rest_unchanged(walker: Walker) -> None:
    page, answers = walker.page, walker.page.locator(".govuk-summary-list__value")
    age = walker.localised.content.questionnaire.questions["age_band"].option("25_44")
    walker.open("/check-answers", {})
    before = answers.all_inner_texts()
    walker.change("age_band")
    expect(page.locator("#age_band")).to_be_in_viewport()
    walker.box("age_band", "25_44").check()
    walker.press("Continue")
    expect(page.locator("h1")).to_have_text("Check your answers")
    after = answers.all_inner_texts()
    assert len(after) == len(before)
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [age.text]


@pytest.mark.deep
def test_going_back_from_a_change_changes_nothing(walker: Walker) -> None:
    page, answers = walker.page, walker.page.locator(".govuk-summary-list__value")
    walker.open("/check-answers", {})
    before = answers.all_inner_texts()
    walker.change("age_band")
    walker.box("age_band", "60_64").check()
    walker.follow("Back")
    expect(page.locator("h1")).to_have_text("Check your answers")
    assert answers.all_inner_texts() == before


@pytest.mark.deep
def test_a_change_that_is_an_emergency_leads_to_help_at_once(walker: Walker) -> None:
    question, dangerous, _ = MISTAKES[Level.EMERGENCY_NOW]
    walker.open("/check-answers", {})
    walker.change(question)
    walker.fill_in(full_sheet(walker.stand.recommender, {question: dangerous}))
    walker.press("Continue")
    walker.expect_outcome(Level.EMERGENCY_NOW)


@pytest.mark.deep
@pytest.mark.parametrize("level", CARE)
def test_a_care_page_leads_to_a_summary_and_back(walker: Walker, level: Level, has_script: bool) -> None:
    page, (question, given, _) = walker.page, MISTAKES[level]
    walker.open("/result", {question: given})
    walker.follow("A summary to show or print")
    expect(page.locator("h1")).to_have_text("Summary for a health professional")
    content = walker.localised.content
    expect(page.get_by_text(f"{content.catalogue.dispositions[level].title}.", exact=True)).to_be_visible()
    asked = content.questionnaire.questions[question]
    for value in wanted({question: given}, question):
        expect(told_in_summary(page, asked, asked.option(value).text)).to_be_visible()
    expect(page.get_by_role("button", name="Print this page")).to_be_visible(visible=has_script)
    walker.follow("Back to your result")
    walker.expect_outcome(level)


@pytest.mark.deep
@pytest.mark.parametrize("has_script", [True])
def test_a_journey_in_spanish_stays_in_spanish(page: Page, stand: Stand, address: str, faults: list[str]) -> None:
    page.context.add_cookies([{"name": "language", "value": "es", "url": address}])
    page.reload()
    walker = Walker(page, stand, "es")
    assert walker.walk(full_sheet(stand.recommender, URGENT)) == walker.headings(URGENT)
    walker.expect_outcome(Level.URGENT_SAME_DAY)
    walker.follow("check and change your answers")
    walker.change("rf_illness")
    walker.answer_pages(full_sheet(stand.recommender, {}))
    walker.press("Show my routine")
    walker.expect_outcome(Level.ROUTINE)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert faults == []


def test_an_error_says_what_to_do_and_leads_to_the_question(walker: Walker, has_script: bool) -> None:
    page = walker.page
    walker.press("Start now")
    walker.press("Continue")
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_visible()
    if has_script:
        expect(summary).to_be_focused()
    summary.get_by_role("link", name="How old are you?").click()
    if has_script:
        expect(page.locator("#age_band")).to_be_focused()
    else:
        assert page.url.endswith("#age_band")


@pytest.mark.deep
def test_none_of_these_stands_alone(walker: Walker, has_script: bool) -> None:
    page = walker.page
    walker.press("Start now")
    walker.fill_in(full_sheet(walker.stand.recommender, {}))
    walker.press("Continue")
    walker.box("rf_emergency", "none").check()
    walker.box("rf_nerve", "sexual").check()
    walker.box("rf_nerve", "none").check()
    if has_script:
        expect(walker.box("rf_nerve", "sexual")).not_to_be_checked()
    else:
        walker.press("Continue")
        expect(page.locator("#rf_nerve-error")).to_contain_text("on its own, or only the others")


@pytest.mark.deep
def test_the_back_button_of_the_browser_keeps_the_answers(walker: Walker) -> None:
    walker.press("Start now")
    walker.fill_in(full_sheet(walker.stand.recommender, {"age_band": "60_64"}))
    walker.press("Continue")
    walker.page.go_back()
    expect(walker.box("age_band", "60_64")).to_be_checked()
