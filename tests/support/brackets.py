"""A language made up to find words that nobody can translate."""

from __future__ import annotations

import re

from babel import Locale
from babel.support import NullTranslations

from recommender.loaders.languages import Language

OPEN, CLOSE = "⟦", "⟧"


def bracketed(text: str) -> str:
    return f"{OPEN}{text}{CLOSE}"


class _Bracketed(NullTranslations):
    """Puts every message in brackets."""

    def gettext(self, message: str) -> str:
        return bracketed(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return bracketed(msgid1 if n == 1 else msgid2)

    ugettext, ungettext = gettext, ngettext


BRACKETED = Language(Locale("eo"), _Bracketed(), bracketed)


def outside_brackets(text: str) -> str:
    """Return what stands outside the outermost brackets. A bracket that is never closed runs to the end."""
    depth, kept = 0, []
    for character in text:
        depth += character == OPEN
        if depth == 0:
            kept.append(character)
        depth -= character == CLOSE and depth > 0
    return "".join(kept)


def has_words(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2,}", text))
