"""The rule book with its signatures as a PDF. It needs the extra `[pdf]`, and takes too long to be a page."""

from __future__ import annotations

from importlib import import_module

from recommender.errors import RecommenderError
from recommender.settings import Settings
from recommender.web import review
from recommender.web.app import create_app
from recommender.web.site import current_site
from recommender.web.static_files import read_built

HOW_TO_INSTALL = (
    "A PDF needs WeasyPrint and Pango. Install both: pip install 'back-routine-recommender[pdf]', and on Debian"
    " apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
)


def rule_book_pdf(settings: Settings) -> bytes:
    """Return the whole rule book with the approvals that stand today, as a tagged PDF with bookmarks.

    Raises:
        RecommenderError: WeasyPrint or what it needs is missing, or the rules cannot be used.
        DatabaseUnavailable: the review database cannot be reached.
    """
    try:
        weasyprint = import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise RecommenderError(HOW_TO_INSTALL) from error
    app = create_app(settings)
    with app.test_request_context("/review/print"):
        if current_site().recommender is None:
            raise RecommenderError("The rules cannot be used. `recommender check` says why.")
        page = review.signed_rule_book(None)

    # WeasyPrint says nothing of its types.
    class BuiltFiles(weasyprint.urls.URLFetcher):  # type: ignore[misc, name-defined]
        """Gives the style sheets of the page, and refuses everything else: nothing is asked of any network."""

        def fetch(self, url: str, headers: object = None) -> object:
            return weasyprint.urls.URLFetcherResponse(url, read_built(url), {"Content-Type": "text/css"})

    document = weasyprint.HTML(string=page, base_url="http://localhost/", url_fetcher=BuiltFiles(fail_on_errors=True))
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return made
