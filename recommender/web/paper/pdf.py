"""Pages as PDFs, made by WeasyPrint. It needs the extra `[pdf]`, and nothing is asked of any network."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from threading import Event, Lock, Thread
from typing import Any

from recommender.errors import RecommenderError
from recommender.presentation.form_words import FIGURES_PATH
from recommender.web.core.pictures import read_picture
from recommender.web.core.state import log_place
from recommender.web.core.static_files import read_built

HOW_TO_INSTALL = (
    "A PDF needs WeasyPrint and Pango. Install both: pip install 'back-routine-recommender[pdf]', and on Debian"
    " apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
)
_VARIANT = "pdf/ua-1"


def weasyprint() -> Any:
    """Return the library.

    Raises:
        RecommenderError: it, or what it needs, is missing.
    """
    try:
        return import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise RecommenderError(HOW_TO_INSTALL) from error


def pdf_of(page: str, extra_style: str = "") -> bytes:
    """Return a page of ours as a tagged PDF. Its style sheets and drawings are the built ones; all else is refused.

    Raises:
        RecommenderError: WeasyPrint or what it needs is missing.
    """
    library = weasyprint()

    # WeasyPrint says nothing of its types.
    class BuiltFiles(library.urls.URLFetcher):  # type: ignore[misc, name-defined]
        """Gives the style sheets and drawings of the page, and refuses everything else."""

        def fetch(self, url: str, headers: object = None) -> object:
            content = read_picture(url) if FIGURES_PATH in url else read_built(url)
            kind = "image/svg+xml" if url.endswith(".svg") else "text/css"
            return library.urls.URLFetcherResponse(url, content, {"Content-Type": kind})

    document = library.HTML(string=page, base_url="http://localhost/", url_fetcher=BuiltFiles(fail_on_errors=True))
    extra = [library.CSS(string=extra_style)] if extra_style else []
    made: bytes = document.write_pdf(stylesheets=extra, pdf_variant=_VARIANT)
    return made


class Press:
    """Makes one PDF at a time in this process, and says no where it is busy, or is not done in time.

    What takes too long goes on behind, for a library cannot be broken off; until it ends, nobody else gets a PDF here.
    """

    def __init__(self, seconds: float, make: Callable[[str, str], bytes] = pdf_of) -> None:
        self._seconds = seconds
        self._make = make
        self._gate = Lock()

    def pdf(self, page: str, extra_style: str = "") -> bytes | None:
        """Return a page as a PDF; None where there is none in time."""
        if not self._gate.acquire(blocking=False):
            return None
        made: list[bytes] = []
        is_done = Event()

        def work() -> None:
            try:
                made.append(self._make(page, extra_style))
            except Exception as error:  # whatever it is, the page can be printed all the same
                log_place(error)
            finally:
                self._gate.release()
                is_done.set()

        Thread(target=work, name="pdf", daemon=True).start()
        is_done.wait(self._seconds)
        return made[0] if made else None
