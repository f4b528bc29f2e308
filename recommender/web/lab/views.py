"""The case lab: one case and everything that led to its result. Answers travel in forms only; nothing is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, abort, make_response, render_template, request
from flask_limiter import Limiter

from recommender.errors import ErrorText, IntakeError, ProblemCode, faults_by_name
from recommender.lab.answer_changes import AnswerChanges
from recommender.lab.cases import LabCase, complete, vignette_file
from recommender.lab.compare import compare
from recommender.lab.counterfactual import counterfactuals
from recommender.lab.trace import trace
from recommender.loaders.vignettes import Vignette, load_baseline, load_vignettes
from recommender.models.levels import Level
from recommender.models.plain_text import has_words, plain_text
from recommender.models.questionnaire import Question
from recommender.questionnaire.answer_sheet import raw_answers, read_json
from recommender.web.core.limits import one_at_a_time
from recommender.web.core.state import current_state
from recommender.web.lab.pages import (
    JOURNEYS,
    LabWords,
    elsewhere,
    exercise_groups,
    fired_groups,
    folders,
    raw_case,
    vignette_groups,
    ways,
)
from recommender.web.lab.sampled import TICKS, NotDrawn, drawn_case, is_available
from recommender.web.questionnaire.question_form import QuestionField, as_shown
from recommender.web.questionnaire.question_form import raw_answers as sent_answers

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender

blueprint = Blueprint("lab", __name__)

CASES_FROM_ONE_ADDRESS = "20 per minute"
# Tracing a case keeps one core busy for seconds, and anybody may try one: one at a time in each process.
_HEAVY = frozenset({"show", "side_by_side", "draw"})

FIRST, CASE, VIGNETTE, NAME, FILL, FACT = "first", "case", "vignette", "name", "fill", "fact-"
LONGEST_NAME = 120
_FACT = re.compile("-?[0-9]{1,3}")


def limit_cases(app: Flask, limiter: Limiter) -> None:
    """Limit how many cases one address may try, and how many are traced at once."""
    limiter.limit(CASES_FROM_ONE_ADDRESS, methods=["POST"])(blueprint)
    one_at_a_time(app, blueprint, _HEAVY)


@blueprint.route("/lab", methods=["GET", "POST"])
def index() -> str:
    """Choose a case; with a first case in the form, the one to compare it with."""
    return _index()


def _index(not_drawn: str = "") -> str:
    given = request.values
    vignettes = _vignettes()
    about = given.get("about")
    wanted = "" if about else given.get("q", "").strip()
    return render_template(
        "lab/index.html",
        first=_sent_case(FIRST),
        first_text=request.form.get(FIRST, ""),
        folders=folders(vignettes),
        groups=vignette_groups(vignettes, about or JOURNEYS, wanted),
        wanted=wanted,
        about=about or JOURNEYS,
        words=_words(),
        levels=list(Level) if is_available() else (),
        ticks=TICKS,
        not_drawn=not_drawn,
        about_rule=_rule_named(wanted),
    )


@blueprint.route("/lab/answers", methods=["GET", "POST"])
def answers() -> Response:
    """Every question on one page, filled in from a case or from the baseline."""
    if request.method == "GET" and not _baseline():
        return _form(raw_case("", {}, _recommender().supplied), {})
    try:
        case = _chosen_case() if request.method == "POST" else complete(_recommender(), "", {}, baseline=_baseline())
    except IntakeError as error:
        return _form(_given(), error.messages)
    return _form(raw_case(case.name, raw_answers(case.intake.answers), case.intake.supplied), {})


@blueprint.post("/lab/case")
def show() -> Response:
    """The outcome of one case, and its whole trace."""
    try:
        case = _chosen_case()
    except IntakeError as error:
        return _form(_given(), error.messages)
    return _whole_case(case, _rule_chosen())


@blueprint.post("/lab/sample")
def draw() -> Response:
    """Somebody who gets a level, or on whom a rule fires, drawn at random."""
    level, rule, ticks = (request.form.get(name, "").strip() for name in ("level", "rule", "ticks"))
    if not is_available() or level not in ("", *Level) or ticks not in TICKS:
        abort(400)
    try:
        sent = drawn_case(current_state().settings, _recommender().content.hash, level, rule, ticks)
    except NotDrawn as error:
        return make_response(_index(str(error)), 422)
    return _whole_case(_complete_sent(sent))


def _whole_case(case: LabCase, about_rule: str = "") -> Response:
    recommender = _recommender()
    changes = AnswerChanges(recommender, case.intake)
    traced = trace(recommender, case.intake, changes)
    found = elsewhere(traced, counterfactuals(recommender, traced.recommendation, changes))
    body = render_template(
        "lab/case.html",
        case=case,
        sent=_as_sent(case),
        trace=traced,
        elsewhere=found,
        outs=exercise_groups(traced),
        fired=fired_groups(traced, recommender.content),
        about_rule=about_rule,
        **_common(),
    )
    return make_response(body)


@blueprint.post("/lab/compare")
def side_by_side() -> Response:
    """Two cases, and how they differ."""
    first = _sent_case(FIRST)
    if first is None:
        abort(400)
    try:
        one, second = _complete_sent(first), _chosen_case()
    except IntakeError as error:
        return _form(_given(), error.messages)
    recommender = _recommender()
    traces = [trace(recommender, case.intake) for case in (one, second)]
    body = render_template(
        "lab/compare.html",
        cases=(one, second),
        sents=(_as_sent(one), _as_sent(second)),
        comparison=compare(*traces),
        **_common(),
    )
    return make_response(body)


@blueprint.post("/lab/vignette")
def save() -> Response:
    """The case as a vignette file, to download."""
    try:
        case = _chosen_case()
    except IntakeError as error:
        return _form(_given(), error.messages)
    name = _name() or case.name or "a case from the lab"
    result = _recommender().recommend(case.intake)
    response = make_response(vignette_file(_recommender(), _baseline(), name, result))
    file = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60] or "case"
    response.headers["Content-Type"] = "application/yaml; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}.yaml"'
    return response


def _chosen_case() -> LabCase:
    """Return the case that was chosen: a vignette, one that travelled with the form, or the answers filled in.

    Raises:
        IntakeError: every message by question id.
    """
    key = request.form.get(VIGNETTE)
    if key is not None:
        vignettes = _vignettes()
        if not key.isdecimal() or len(key) > len(str(len(vignettes))) or int(key) >= len(vignettes):
            abort(404)
        chosen = vignettes[int(key)]
        return complete(_recommender(), chosen.name, chosen.answers, baseline=_baseline(), facts=chosen.facts)
    sent = _sent_case(CASE)
    if sent is not None:
        return _complete_sent(sent)
    typed = _typed()
    baseline = _baseline() if FILL in request.form else {}
    given = {question: answer for question, answer in typed["answers"].items() if answer not in (None, "", [])}
    return _completed(typed[NAME], given, typed["facts"], baseline)


def _rule_named(words: str) -> str:
    """Return the rule that these words are the id of, however it is written; "" if none."""
    wanted = words.upper()
    return wanted if wanted in _recommender().content.rule_set.by_id else ""


def _rule_chosen() -> str:
    """Return the rule whose vignette was chosen, which ``_chosen_case`` has found; "" if it is no vignette of a rule."""
    key = request.form.get(VIGNETTE)
    return "" if key is None else _vignettes()[int(key)].rule or ""


def _complete_sent(sent: Mapping[str, Any]) -> LabCase:
    return _completed(sent[NAME], sent["answers"], sent["facts"], {})


def _completed(name: str, given: Mapping[str, Any], facts: Mapping[str, Any], baseline: Mapping[str, Any]) -> LabCase:
    """Return the case.

    Raises:
        IntakeError: every message, of answers by question id and of facts by the name of their field.
    """
    numbers, messages = _facts(facts)
    try:
        case = complete(_recommender(), name, given, baseline=baseline, facts=numbers)
    except IntakeError as error:
        raise IntakeError([*error.faults, *faults_by_name(messages)]) from error
    if messages:
        raise IntakeError(faults_by_name(messages))
    return case


def _sent_case(field: str) -> dict[str, Any] | None:
    """Return a case that travelled with the form, or None without one. One that is not whole is refused."""
    text = request.form.get(field)
    if not text:
        return None
    try:
        sent = read_json(text)
    except (ValueError, RecursionError, IntakeError):
        abort(400)
    shapes = {NAME: str, "answers": dict, "facts": dict}
    if not isinstance(sent, dict) or not all(isinstance(sent.get(key), shape) for key, shape in shapes.items()):
        abort(400)
    return sent


def _given() -> dict[str, Any]:
    """Return the case that was sent, however it was."""
    return _sent_case(CASE) or _typed()


def _typed() -> dict[str, Any]:
    """Return what was filled in, as it was typed."""
    facts = {fact: request.form.get(f"{FACT}{fact}", "") for fact in _recommender().supplied}
    return raw_case(_name(), sent_answers(_questions(), request.form), facts)


def _name() -> str:
    """Return the name that was typed for a case, in one line; "" where there is nothing in it to see."""
    name = " ".join(plain_text(request.form.get(NAME, "")).split())[:LONGEST_NAME]
    return name if has_words(name) else ""


def _facts(given: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, list[ErrorText]]]:
    """Return the supplied facts, one left open with its first value, and messages for those that are no such number."""
    facts, messages = dict(_recommender().supplied), dict[str, list[ErrorText]]()
    for fact in _recommender().content.rule_set.supplied:
        text = str(given.get(fact.id, ""))
        if fact.id not in facts or not text:
            continue
        if _FACT.fullmatch(text):
            facts[fact.id] = int(text)
        else:
            told = f"Enter a whole number from -999 to 999: {fact.meaning}."
            messages[f"{FACT}{fact.id}"] = [ErrorText(ProblemCode.WRONG_TYPE, told)]
    return facts, messages


def _form(given: dict[str, Any], messages: Mapping[str, list[str]]) -> Response:
    questionnaire = _recommender().content.questionnaire
    asked: dict[str, QuestionField] = {
        question.id: _asked(question, given["answers"].get(question.id), messages) for question in _questions()
    }
    body = render_template(
        "lab/answers.html",
        given=given,
        pages=questionnaire.intake_pages,
        asked=asked,
        messages=messages,
        supplied=[fact for fact in _recommender().content.rule_set.supplied if not fact.after_assembly],
        first=_sent_case(FIRST),
        first_text=request.form.get(FIRST, ""),
        **_common(),
    )
    return make_response(body, 422 if messages else 200)


def _asked(question: Question, answer: Any, messages: Mapping[str, list[str]]) -> QuestionField:
    shown = as_shown(question, answer, {}, " ".join(messages[question.id]) if question.id in messages else None)
    return QuestionField(question, question.options, shown.chosen, shown.task, shown.error)


def _as_sent(case: LabCase) -> str:
    """Return a case as the text of a hidden field."""
    sent = raw_case(case.name, raw_answers(case.intake.answers), case.intake.supplied)
    return json.dumps(sent, ensure_ascii=False, separators=(",", ":"))


def _common() -> dict[str, Any]:
    return {"words": _words(), "ways": ways}


def _words() -> LabWords:
    return LabWords(_recommender().content)


def _questions() -> tuple[Question, ...]:
    return _recommender().content.questionnaire.intake_questions


def _recommender() -> Recommender:
    return current_state().ready


def _vignettes() -> tuple[Vignette, ...]:
    return _read_vignettes(current_state().settings.vignettes_dir)[0]


def _baseline() -> Mapping[str, Any]:
    return _read_vignettes(current_state().settings.vignettes_dir)[1]


@lru_cache(maxsize=2)
def _read_vignettes(folder: Path) -> tuple[tuple[Vignette, ...], Mapping[str, Any]]:
    # The lab asks what the intake asks: cases of a check are for tests and for the rule book.
    return tuple(one for one in load_vignettes(folder) if one.follow_up is None), load_baseline(folder)
