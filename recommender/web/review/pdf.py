"""The rule book with its signatures as a PDF. It needs the extra `[pdf]`, and takes too long to be a page."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from recommender.errors import RecommenderError
from recommender.web.core.pictures import read_picture
from recommender.web.core.state import current_state
from recommender.web.core.static_files import read_built
from recommender.web.review import views as review

HOW_TO_INSTALL = (
    "A PDF needs WeasyPrint and Pango. Install both: pip install 'back-routine-recommender[pdf]', and on Debian"
    " apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
)


def rule_book_pdf(app: Flask) -> bytes:
    """Return the whole rule book of an application with the approvals that stand today, as a tagged PDF with bookmarks.

    Raises:
        RecommenderError: WeasyPrint or what it needs is missing, or the rules cannot be used.
        DatabaseUnavailable: the review database cannot be reached.
    """
    try:
        weasyprint = import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise RecommenderError(HOW_TO_INSTALL) from error
    with app.test_request_context("/review/print"):
        if current_state().recommender is None:
            raise RecommenderError("The rules cannot be used. `recommender check` says why.")
        page = review.signed_rule_book(None)

    # WeasyPrint says nothing of its types.
    class BuiltFiles(weasyprint.urls.URLFetcher):  # type: ignore[misc, name-defined]
        """Gives the style sheets and drawings of the page, and refuses everything else: nothing is asked of any network."""

        def fetch(self, url: str, headers: object = None) -> object:
            is_drawing = url.endswith(".svg")
            content = read_picture(url) if is_drawing else read_built(url)
            kind = "image/svg+xml" if is_drawing else "text/css"
            return weasyprint.urls.URLFetcherResponse(url, content, {"Content-Type": kind})

    document = weasyprint.HTML(string=page, base_url="http://localhost/", url_fetcher=BuiltFiles(fail_on_errors=True))
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return made
