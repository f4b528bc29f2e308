"""The words of a PDF."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PdfReader


def printed_words(book: PdfReader) -> str:
    """Return all text of a document, a blank between its words. Some fonts write "fi" as one letter: here it is two."""
    text = " ".join(page.extract_text() for page in book.pages)
    return " ".join(unicodedata.normalize("NFKC", text).split())
