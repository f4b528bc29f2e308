"""What a person typed, as it is read everywhere: without what nobody can see, or what changes how the rest looks."""

from __future__ import annotations

import unicodedata

# Marks within words of some scripts, and of pictures made of several: left where they stand.
_JOINERS = frozenset("\u200c\u200d\u200e\u200f")
_LINES = frozenset("\n\t")
# Letters and signs by their category that show nothing.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def plain_text(typed: str) -> str:
    """Return the text without control characters, direction overrides, zero-width blanks and half characters.

    Lines end as on every system; blanks around it go.
    """
    lines = unicodedata.normalize("NFC", typed).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if not _is_removed(sign)).strip()


def has_words(typed: str) -> bool:
    """Return whether there is anything in the text that can be seen."""
    return any((_kind(sign)[0] in "LNPS") and sign not in _FILLERS for sign in typed)


def _is_removed(sign: str) -> bool:
    return sign not in _JOINERS and sign not in _LINES and _kind(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _kind(sign: str) -> str:
    """Return the category of a sign. Those before Arabic numbers are counted to the invisible marks, and are seen."""
    return "So" if unicodedata.bidirectional(sign) == "AN" else unicodedata.category(sign)
