"""The rule book: every rule as sentences made from the data that runs, for anybody to read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request
from werkzeug.exceptions import NotFound

from recommender.loaders.proof_record import accepted_of, proof_state
from recommender.loaders.safety_case import shipped_safety_case, tests_in
from recommender.loaders.vignettes import load_vignettes
from recommender.models.questionnaire import READ_BY_ASSEMBLY
from recommender.rulebook.book import RuleBook
from recommender.rulebook.matrix import Row
from recommender.rulebook.points import points
from recommender.rulebook.readings import grounds, reading_words, rests_on_nothing_opened
from recommender.rulebook.traceability import Trace, by_control, traces
from recommender.service.recommend import Recommender
from recommender.web.core.state import current_state
from recommender.web.rulebook.impact_pages import affected, as_sent, impact_named, in_groups, kept_impacts
from recommender.web.rulebook.pages import (
    FOOTNOTES,
    Heading,
    ListView,
    MatrixView,
    answers_read,
    differs,
    figure,
    list_view,
    matrix_view,
    part_link,
    plain_kind,
    work_list,
)

# The books of the rule sets that are in use: one goes with its rule set, when another is loaded.
_BOOKS: WeakKeyDictionary[Recommender, dict[Path, RuleBook]] = WeakKeyDictionary()
_MAKING = Lock()

blueprint = Blueprint("rulebook", __name__)


def current_book() -> RuleBook:
    """Return the rule book of the content that runs, worked out at the first request for it.

    Raises:
        DecisionError: the service is not ready.
    """
    state = current_state()
    recommender = state.ready
    folder = state.settings.vignettes_dir
    with _MAKING:
        books = _BOOKS.setdefault(recommender, {})
        if folder not in books:
            books[folder] = RuleBook(recommender.content, recommender.oracle, load_vignettes(folder))
        return books[folder]


blueprint.add_app_template_filter(grounds)
blueprint.add_app_template_filter(reading_words)
blueprint.add_app_template_test(rests_on_nothing_opened, "on_nothing_opened")


@blueprint.app_template_filter("part_link")
def link_of_part(part: object) -> str | None:
    """Return where a piece of a sentence leads."""
    return part_link(part)


@blueprint.app_template_filter("differs")
def is_changed(heading: Heading, row: Row) -> bool:
    """Return whether an answer does anything to a move that is not done for everyone."""
    return differs(row, heading)


@blueprint.get("/rules")
def index() -> Response:
    """Every rule that fits the search and the facets. Values that are not known are ignored."""
    view: ListView = list_view(current_book(), request.args)
    return _page("rulebook/index.html", view=view)


@blueprint.get("/rules/<rule_id>")
def show(rule_id: str) -> Response:
    """One rule: what it says, why, what it touches and reads, and how it is tested."""
    book = current_book()
    entry = book.entries.get(rule_id)
    if entry is None:
        abort(404)
    order = list(book.entries)
    place = order.index(rule_id)
    return _page(
        "rulebook/rule.html",
        entry=entry,
        digest=book.digest(entry.rule),
        vignettes=book.vignettes_of(entry.rule),
        followers=book.readers_of_findings(entry.rule),
        points=[point for point in points(book.content) if rule_id in point.rules],
        settled=current_state().settled(book.content),
        hazards=shipped_safety_case().kept_down_by_rule(rule_id),
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
    )


@blueprint.get("/rules/matrix")
def matrix() -> Response:
    """Exercises by limitations and conditions."""
    view: MatrixView = matrix_view(current_book(), request.args)
    return _page("rulebook/matrix.html", view=view, footnotes=FOOTNOTES)


@blueprint.get("/rules/matrix.csv")
def matrix_csv() -> Response:
    """The same as a table for other software, every cell of what the filters leave, and below it how to read it."""
    view = matrix_view(current_book(), request.args)
    headings = ["exercise", "name", *(f"{heading.question}: {heading.full}" for heading in view.headings)]
    rows: list[tuple[str, ...]] = [
        (row.exercise.id, row.exercise.name, *(row.cells[heading.column.id].text for heading in view.headings))
        for row in view.rows
    ]
    return _as_csv("matrix.csv", headings, [*rows, *(("note", line) for line in FOOTNOTES)])


@blueprint.get("/rules/questions")
def questions() -> Response:
    """Each question: who reads each answer, and the answers that nothing reads."""
    return _page("rulebook/questions.html", answers=answers_read(current_book()), read_by_assembly=READ_BY_ASSEMBLY)


@blueprint.get("/rules/conflicts")
def conflicts() -> Response:
    """What was decided where the first articles conflict, and what clinicians must still settle."""
    book = current_book()
    settled = current_state().settled(book.content)
    return _page("rulebook/conflicts.html", work=work_list(book), points=tuple(points(book.content)), settled=settled)


@blueprint.get("/rules/proof")
def proof() -> Response:
    """What is proved of these rules over every answer sheet, and what is not."""
    book = current_book()
    state, record = proof_state(book.content).value, book.content.proof.record
    return _page("rulebook/proof.html", state=state, proof=record, accepted_of=accepted_of, figure=figure)


@blueprint.get("/rules/impact")
def list_impacts() -> Response:
    """Every change of which it was looked at what it does to people."""
    return _page("rulebook/impacts.html", kept=list(kept_impacts()))


@blueprint.get("/rules/impact/<name>")
def show_impact(name: str) -> Response:
    """One change: who is less safe, who is turned away, what else differs, and the exact difference over all sheets."""
    told = impact_named(name)
    return _page("rulebook/impact.html", name=name, told=told, groups=in_groups(told), as_sent=as_sent)


@blueprint.get("/rules/impact/<name>/<int:number>")
def show_affected(name: str, number: int) -> Response:
    """One person under both rule sets, side by side."""
    told = impact_named(name)
    one = affected(told, number)
    return _page("rulebook/impact_person.html", name=name, told=told, one=one, case=as_sent(one))


@blueprint.get("/rules/safety")
def safety() -> Response:
    """The safety case: what it is for, what can go wrong and what keeps that down, and what is done when it has."""
    case = shipped_safety_case()
    return _page("rulebook/safety.html", case=case, open=tuple(case.may_not_stay()))


@blueprint.get("/rules/safety/traceability")
def traceability() -> Response:
    """From each hazard to its controls and where those are, and back."""
    found = _traces()
    return _page("rulebook/traceability.html", traces=found, by_control=by_control(found))


@blueprint.get("/rules/safety/traceability.csv")
def traceability_csv() -> Response:
    """The same as a table for other software, one row for each control of each hazard."""
    words = {True: "yes", False: "no", None: "not known here"}
    rows = [
        (one.hazard.id, one.hazard.title, one.kind, one.control, one.place, words[one.is_there]) for one in _traces()
    ]
    return _as_csv("traceability.csv", ["hazard", "title", "kind", "control", "place", "is there"], rows)


@blueprint.get("/rules/print")
def printed() -> Response:
    """The whole rule book on one page, or the rules of one kind."""
    kinds = tuple(dict.fromkeys(rule.kind for rule in current_book().content.rule_set.rules))
    asked = request.args.get("kind", "")
    return _page("rulebook/print.html", kinds=kinds, shown=(asked,) if asked in kinds else kinds)


def _traces() -> list[Trace]:
    """Return every control of the hazard log, held against the rules that run, this site, and a checkout beside it."""
    tests = current_state().settings.vignettes_dir.parent
    root = tests.parent
    return list(
        traces(
            shipped_safety_case(),
            current_state().ready.content,
            tests_in(tests),
            _is_page,
            (lambda name: (root / name).is_file()) if (root / "docs").is_dir() else None,
        )
    )


def _is_page(address: str) -> bool:
    """Return whether this site answers at an address."""
    try:
        current_app.url_map.bind("localhost").match(address)
    except NotFound:
        return False
    return True


def _as_csv(name: str, headings: Sequence[str], rows: Iterable[Iterable[str]]) -> Response:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([headings, *rows])
    response = make_response("\ufeff" + out.getvalue())  # Excel reads UTF-8 only after a byte order mark
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(template: str, **values: object) -> Response:
    book = current_book()
    return make_response(
        render_template(template, book=book, catalogue=book.content.catalogue, plain_kind=plain_kind, **values)
    )
