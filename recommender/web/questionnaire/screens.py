"""The pages of a run through questions: one screen at a time, then every answer to check.

One set of pages is the adapter of one kind of run: it says where its screens are and where the run leads.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import Response, abort, make_response, redirect, render_template, request

from recommender.errors import RecommenderError
from recommender.models.levels import Level
from recommender.questionnaire.steps import Step
from recommender.web.questionnaire.mistake import Mistake
from recommender.web.questionnaire.question_form import QuestionField, raw_answers, shortened
from recommender.web.questionnaire.run import QuestionnaireRun
from recommender.web.questionnaire.seen import (
    AGAIN,
    CHANGED,
    SEEN,
    fields_shown,
    is_out_of_date,
    notice_in,
    why_not_as_seen,
)

CHECK, RESULT = "check", "result"
CHANGING = {"from": CHECK}
# Where somebody may come from to change one answer, and goes back to.
_ORIGINS = (CHECK, RESULT)

Run = TypeVar("Run", bound=QuestionnaireRun)


class Screens(ABC, Generic[Run]):
    """The pages of one kind of run. ``start`` is the address before its first screen, ``check`` that of its answers."""

    question_template: str
    answers_template: str
    start: str
    check: str

    @abstractmethod
    def address(self, slug: str, **origin: str) -> str:
        """Return where the screen under a slug is."""

    @abstractmethod
    def keep(self, response: Response, run: Run) -> Response:
        """Return the response to a form that was sent in, which has the browser keep the run.

        Only a form does: a page that was merely asked for may arrive late, and would write back what has changed since.
        """

    @abstractmethod
    def finished(self, run: Run) -> Response:
        """Return where a run leads that has ended."""

    def all_answered(self, run: Run) -> Response:
        """Return where a run leads after its last screen."""
        return self.keep(self._redirect(self.check), run)

    def elsewhere(self, run: Run, **notice: str) -> Response:
        """Return a redirect to where a run stands, for an address that is not part of it."""
        step = run.first_open()
        return self._to(step, **notice) if step else self._redirect(self.check, **notice)

    def origin_page(self, origin: str) -> str:
        """Return the page that somebody came from to change one answer."""
        return self.check

    def changed(self, run: Run, origin: str) -> Response:
        """Return where a run leads once somebody has changed one answer."""
        return self.all_answered(run)

    def template(self, run: Run, step: Step) -> str:
        """Return the template of one screen."""
        return self.question_template

    def words(self, run: Run) -> dict[str, Any]:
        """Return what the templates of this kind need besides."""
        return {}

    def begun(self, run: Run) -> Response:
        """Return a redirect to the first screen of a run that begins."""
        return self.keep(self._to(run.walk.steps[0]), run)

    def show(self, run: Run, slug: str) -> Response:
        """Return one screen, or a redirect to the one that comes first."""
        step = self._found(run, slug)
        if step is None:
            return self.elsewhere(run)
        earlier = run.first_open(before=slug)
        if earlier is not None:
            return self._to(earlier)
        return self._page(run, step, run.to_put_right(step) or run.asked(step))

    def take(self, run: Run, slug: str) -> Response:
        """Keep the answers of one screen and go on, or lead back to it with what to do."""
        step = self._found(run, slug)
        if step is None:
            return self.elsewhere(run, **(CHANGED if SEEN in request.form else {}))
        raw = raw_answers(step.questions, request.form)
        taken, errors = run.take(step, raw)
        if taken.walk.stop is Level.EMERGENCY_NOW:
            return self.finished(taken)
        # The same sent twice, by two clicks, says nothing new.
        wrong = Mistake(slug, shortened(step.questions, raw)) if errors else None
        is_new = wrong != run.mistake or (wrong is None and taken.answers != run.answers)
        if is_new and is_out_of_date(request.form, fields_shown(run.asked(step))):
            return self._to(step, **CHANGED)
        if is_new and SEEN not in request.form and run.replaces(step, taken):
            return self._again(run, step, raw)
        if wrong is None:
            return self._next(taken, slug)
        try:
            return self.keep(self._to(step), taken.with_mistake(wrong))
        except RecommenderError:  # it does not fit beside the answers, so it is told at once
            return self.keep(self._page(run, step, run.as_typed(step, raw, errors), status=422), taken)

    def _again(self, run: Run, step: Step, raw: dict[str, Any]) -> Response:
        """Ask again, with what was chosen, where it would replace answers that its page need not have shown."""
        try:
            return self.keep(
                self._to(step, **AGAIN), run.with_mistake(Mistake(step.slug, shortened(step.questions, raw)))
            )
        except RecommenderError:  # it does not fit beside the answers
            return self._to(step, **CHANGED)

    def review(self, run: Run) -> Response:
        """Return every answer, screen by screen, with a way to change each."""
        step = run.first_open()
        if step is not None:
            return self._to(step)
        steps = run.steps()
        sections = [(step, run.asked(step)) for step in steps]
        body = render_template(
            self.answers_template,
            sections=sections,
            seen=_all_shown(run),
            **notice_in(request.args),
            stopped=run.is_stopped,
            back=self.address(steps[-1].slug),
            change=lambda step: self.address(step.slug, **CHANGING),
            **self.words(run),
        )
        return make_response(body)

    def reviewed(self, run: Run) -> Response:
        """Return where a run leads once its answers have been looked at; back to them if others stood there."""
        if run.first_open() is not None:
            return self.elsewhere(run)
        if notice := why_not_as_seen(request.form, _all_shown(run)):
            return self._redirect(self.check, **notice)
        return self.finished(run)

    def _next(self, run: Run, slug: str) -> Response:
        if run.is_finished:
            return self.finished(run)
        step = run.first_open() if _origin() else run.next_step(slug)
        if step is not None:
            return self.keep(self._to(step), run)
        return self.changed(run, _origin()["from"]) if _origin() else self.all_answered(run)

    def _found(self, run: Run, slug: str) -> Step | None:
        step = run.step_at(slug)
        if step is None and not run.is_page(slug):
            abort(404)
        return step

    def _page(self, run: Run, step: Step, asked: list[QuestionField], status: int = 200) -> Response:
        previous = run.previous_step(step.slug)
        body = render_template(
            self.template(run, step),
            step=step,
            asked=asked,
            action=self.address(step.slug, **_origin()),
            origin=_origin(),
            help_open=request.args.get("help"),
            back=self.origin_page(_origin()["from"])
            if _origin()
            else self.address(previous.slug)
            if previous
            else self.start,
            progress=run.progress_at(step.slug),
            seen=fields_shown(run.asked(step)),
            **notice_in(request.args),
            **self.words(run),
        )
        return make_response(body, status)

    def _to(self, step: Step, **notice: str) -> Response:
        return self._redirect(self.address(step.slug, **_origin(), **notice))

    @staticmethod
    def _redirect(address: str, **notice: str) -> Response:
        return make_response(redirect(f"{address}?{urlencode(notice)}" if notice else address, 303))


def _all_shown(run: QuestionnaireRun) -> str:
    """Return the fingerprint of every answer of a run, as they stand on the page of answers to check."""
    return fields_shown(one for step in run.steps() for one in run.asked(step))


def _origin() -> dict[str, str]:
    """Return the part of the address that says where somebody came from to change one answer."""
    origin = request.args.get("from")
    return {"from": origin} if origin in _ORIGINS else {}
