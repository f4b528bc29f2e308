"""Checks of a remembered plan, page by page: the follow-up check, and the question before a session."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from recommender.engine.flow import Step
from recommender.errors import IntakeError
from recommender.models.levels import Level
from recommender.models.questionnaire import Occasion
from recommender.web import journey
from recommender.web.check_in_visit import CheckVisit, current_draft_of, may_check, visit_of
from recommender.web.draft import go, is_page
from recommender.web.plan import latest_page, own_plan, plan_changed_page
from recommender.web.plan_cookie import CheckDraft, NoPlan, plan_cookies
from recommender.web.plan_view import tasks_named
from recommender.web.question_form import AskedQuestion, raw_answers
from recommender.web.site import current_site

blueprint = Blueprint("check_ins", __name__, url_prefix="/plan/<any(check, session):kind>")
OCCASIONS = {"check": Occasion.FOLLOW_UP, "session": Occasion.EACH_SESSION}
CHECK = "check"

View = Callable[..., Response]


def _with_visit(view: View) -> View:
    """Give a view the check that is being filled in, or lead to the plan where there is none."""

    @wraps(view)
    def found(kind: str, **parts: str) -> Response:
        plan = own_plan()
        draft = None if isinstance(plan, NoPlan) else current_draft_of(OCCASIONS[kind], plan)
        if isinstance(plan, NoPlan) or draft is None:
            return go("plan.show")
        try:
            visit = visit_of(plan, draft)
        except IntakeError:
            return plan_changed_page()
        return view(visit, kind, **parts)

    return found


@blueprint.post("")
def begin(kind: str) -> Response:
    """Begin a check today, with nothing filled in."""
    plan, today, occasion = own_plan(), current_site().today(), OCCASIONS[kind]
    if isinstance(plan, NoPlan) or plan.stopped or not may_check(plan.without(occasion, today), occasion, today):
        return go("plan.show")
    try:
        visit = visit_of(plan, CheckDraft(occasion, today))
    except IntakeError:
        return plan_changed_page()
    return _kept(_to(visit.walk.steps[0], kind), visit)


@blueprint.get("/<slug>")
@_with_visit
def show(visit: CheckVisit, kind: str, slug: str) -> Response:
    """One page of questions, or a redirect to the page that comes first."""
    step = _step_at(visit, slug)
    earlier = journey.first_open(visit.walk, visit.draft.visited, before=slug)
    if earlier is not None or step is None:
        return _onward(visit, kind)
    return _kept(_page(visit, kind, step, visit.asked(visit.shown(step))), visit)


@blueprint.post("/<slug>")
@_with_visit
def take(visit: CheckVisit, kind: str, slug: str) -> Response:
    """Keep the answers of one page and go on, or show the page again with what to do."""
    step = _step_at(visit, slug)
    if step is None:
        return _onward(visit, kind)
    step = visit.shown(step)
    raw = raw_answers(step.questions, request.form)
    taken, errors = visit.take(step, raw)
    if taken.walk.stop is Level.EMERGENCY_NOW:
        return finished(taken, kind)
    if errors:
        asked = [visit.as_asked(question, raw[question.id], errors.get(question.id)) for question in step.questions]
        return _kept(_page(visit, kind, step, asked, status=422), taken)
    return _next(taken, kind, slug)


@blueprint.get("/check-answers")
@_with_visit
def check(visit: CheckVisit, kind: str) -> Response:
    """Every answer of this check, page by page, with a way to change each."""
    if journey.first_open(visit.walk, visit.draft.visited) is not None:
        return _onward(visit, kind)
    steps = [visit.shown(step) for step in visit.walk.steps]
    sections = [(step, visit.asked(step)) for step in steps]
    body = render_template("check_in_answers.html", kind=kind, sections=sections, stopped=visit.walk.stop is not None)
    return _kept(make_response(body), visit)


@blueprint.post("/finish")
@_with_visit
def finish(visit: CheckVisit, kind: str) -> Response:
    """Work out what comes of the check, and remember it."""
    return finished(visit, kind)


def finished(visit: CheckVisit, kind: str) -> Response:
    """Return a redirect to what comes of a check, which the plan then remembers."""
    if journey.first_open(visit.walk, visit.draft.visited) is not None:
        return _onward(visit, kind)
    result, shown = visit.result()
    plan, site = visit.plan_after(result, shown), current_site()
    after_check = "plan.latest" if visit.draft.occasion is Occasion.FOLLOW_UP else "plan.today"
    response = go("plan.show" if plan.stopped else after_check)
    is_kept = plan_cookies().write(response, plan, site.ready.content.rule_set, site.today())
    if not is_kept and plan.stopped is None:
        # The routine before this check must not come back, so the plan goes; what comes of the check is shown once.
        response = latest_page(plan, result, shown, is_kept=False)
        plan_cookies().forget(response)
        return response
    return _kept(response, visit)


def _next(visit: CheckVisit, kind: str, slug: str) -> Response:
    if journey.is_finished(visit.walk):
        return finished(visit, kind)
    if _origin():
        step = journey.first_open(visit.walk, visit.draft.visited)
    else:
        step = journey.next_step(visit.walk, visit.draft.visited, slug)
    if step is not None:
        return _kept(_to(step, kind), visit)
    if visit.draft.occasion is Occasion.EACH_SESSION:
        return finished(visit, kind)
    return _kept(go("check_ins.check", address={"kind": kind}), visit)


def _onward(visit: CheckVisit, kind: str) -> Response:
    """Return a redirect to where this check stands, for an address that is not part of its walk."""
    step = journey.first_open(visit.walk, visit.draft.visited)
    return _to(step, kind) if step else go("check_ins.check", address={"kind": kind})


def _to(step: Step, kind: str) -> Response:
    return go("check_ins.show", address={"kind": kind, "slug": step.slug, **_origin()})


def _origin() -> dict[str, str]:
    """Return the part of the address that says somebody came from check answers."""
    return {"from": CHECK} if request.args.get("from") == CHECK else {}


def _step_at(visit: CheckVisit, slug: str) -> Step | None:
    """Return the step of this check under the slug; None where another check may have it."""
    step = journey.step_at(visit.walk, slug)
    pages = current_site().ready.content.questionnaire.pages_asked(visit.draft.occasion)
    if step is None and not is_page(current_site().ready, slug) and slug not in {page.slug for page in pages}:
        abort(404)
    return step


def _kept(response: Response, visit: CheckVisit) -> Response:
    plan_cookies().write_check(response, visit.draft)
    return response


def _page(visit: CheckVisit, kind: str, step: Step, asked: list[AskedQuestion], status: int = 200) -> Response:
    previous = journey.previous_step(visit.walk, step.slug)
    if _origin():
        back = url_for("check_ins.check", kind=kind)
    else:
        back = url_for("check_ins.show", kind=kind, slug=previous.slug) if previous else url_for("plan.show")
    body = render_template(
        "check_in_question.html",
        kind=kind,
        step=visit.shown(step),
        asked=asked,
        back=back,
        tasks=tasks_named(visit.plan, current_site().ready.content.rule_set),
        progress=journey.progress_at(visit.walk, step.slug),
        origin=_origin(),
    )
    return make_response(body, status)
