"""The rule book: every rule as sentences made from the data that runs, for anybody to read."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

from flask import Blueprint, Response, abort, make_response, render_template, request

from recommender.loaders.proof_record import accepted_of, read_proof_record
from recommender.loaders.vignettes import load_vignettes
from recommender.models.questionnaire import READ_BY_ASSEMBLY
from recommender.rulebook.book import RuleBook
from recommender.rulebook.points import points
from recommender.service.recommend import Recommender
from recommender.web.core.state import current_state
from recommender.web.rulebook.pages import (
    ListView,
    MatrixView,
    answers_read,
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


@blueprint.app_template_filter("part_link")
def link_of_part(part: object) -> str | None:
    """Return where a piece of a sentence leads."""
    return part_link(part)


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
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
    )


@blueprint.get("/rules/matrix")
def matrix() -> Response:
    """Exercises by limitations and conditions."""
    view: MatrixView = matrix_view(current_book(), request.args)
    return _page("rulebook/matrix.html", view=view)


@blueprint.get("/rules/matrix.csv")
def matrix_csv() -> Response:
    """The same as a table for other software, every cell of what the filters leave."""
    view = matrix_view(current_book(), request.args)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["exercise", "name", *(f"{heading.question}: {heading.full}" for heading in view.headings)])
    for row in view.rows:
        cells = (row.cells[heading.column.id].text for heading in view.headings)
        writer.writerow([row.exercise.id, row.exercise.name, *cells])
    response = make_response("\ufeff" + out.getvalue())  # Excel reads UTF-8 only after a byte order mark
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="matrix.csv"'
    return response


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
    state, record = read_proof_record(current_state().settings.rules_dir, book.content.hash)
    return _page("rulebook/proof.html", state=state.value, proof=record, accepted_of=accepted_of, figure=figure)


@blueprint.get("/rules/print")
def printed() -> Response:
    """The whole rule book on one page."""
    return _page("rulebook/print.html")


def _page(template: str, **values: object) -> Response:
    book = current_book()
    return make_response(
        render_template(template, book=book, catalogue=book.content.catalogue, plain_kind=plain_kind, **values)
    )
