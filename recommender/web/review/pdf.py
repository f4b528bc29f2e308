"""The rule book with its signatures as a PDF. It needs the extra `[pdf]`, and takes too long to be a page."""

from __future__ import annotations

from flask import Flask

from recommender.errors import RecommenderError
from recommender.web.core.state import current_state
from recommender.web.paper.pdf import pdf_of, weasyprint
from recommender.web.review import views as review


def rule_book_pdf(app: Flask) -> bytes:
    """Return the whole rule book of an application with the approvals that stand today, as a tagged PDF with bookmarks.

    Raises:
        RecommenderError: WeasyPrint or what it needs is missing, or the rules cannot be used.
        DatabaseUnavailable: the review database cannot be reached.
    """
    weasyprint()  # whoever has it not is told so before all else
    with app.test_request_context("/review/print"):
        if current_state().recommender is None:
            raise RecommenderError("The rules cannot be used. `recommender check` says why.")
        page = review.signed_rule_book(None)
    return pdf_of(page)
