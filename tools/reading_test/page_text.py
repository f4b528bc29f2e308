"""A page of questions as plain text: what can be seen, each box with a letter, and what is folded away marked with a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

_ALONE = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_IN_LINE = frozenset({"a", "abbr", "b", "code", "em", "i", "label", "small", "span", "strong", "input", "button"})
_UNSEEN = frozenset({"button", "noscript", "script", "style", "svg", "template"})
_UNSEEN_CLASSES = frozenset({"govuk-visually-hidden"})
_BOXES = {"checkbox": "[ ]", "radio": "( )"}


@dataclass
class Box:
    """One question of a page: the field's name, its kind of box, and what each letter stands for."""

    question: str
    is_many: bool
    options: dict[str, str] = field(default_factory=dict)


@dataclass
class _Line:
    words: str = ""
    fold: int | None = None


class PageText(HTMLParser):
    """Reads the main part of one page. ``first_box`` and ``first_fold`` count on from the pages before it.

    ``boxes`` are the questions by number, in order.
    """

    def __init__(self, first_box: int = 1, first_fold: int = 1) -> None:
        super().__init__()
        self.boxes: dict[int, Box] = {}
        self.next_fold = first_fold
        self._next_box = first_box
        self._lines = [_Line()]
        self._heads: dict[int, int] = {}
        self._fieldsets: list[int] = []
        self._folds: list[int] = []
        self._is_main = False
        self._unseen = 0
        self._in_summary = False

    @classmethod
    def of(cls, html: str, first_box: int = 1, first_fold: int = 1) -> PageText:
        """Return the text of a page that was served."""
        page = cls(first_box, first_fold)
        page.feed(html)
        page.close()
        return page

    def text(self, *, opened: bool, notes: Mapping[int, str] | None = None) -> str:
        """Return the lines; those that are folded away only if opened. ``notes`` are put under the numbers of questions."""
        told: list[str] = []
        for index, line in enumerate(self._lines):
            if index in self._heads:
                number = self._heads[index]
                told += ["", f"--- Question {number} ---", *filter(None, [(notes or {}).get(number)])]
            words = " ".join(line.words.split())
            if words and (opened or line.fold is None):
                told.append(f"      (? {line.fold}: {words})" if line.fold is not None else words)
        return "\n".join(told)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._is_main |= tag == "main"
        if not self._is_main or self._skips(tag, given):
            return
        if tag not in _IN_LINE:
            self._break()
        if tag == "fieldset":
            self._fieldsets.append(len(self._lines) - 1)
        elif tag == "details" and "open" not in given:
            self._folds.append(self.next_fold)
            self.next_fold += 1
        elif tag == "summary":
            self._in_summary = True
            self._lines[-1].fold = None
            self._add(f"(? {self._folds[-1]}) " if self._folds else "")
        elif tag == "input" and (kind := given.get("type")) in _BOXES:
            self._break()
            self._box(str(given["name"]), str(given["value"]), str(kind))

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            self._unseen -= tag not in _ALONE
            return
        if tag == "summary":
            self._in_summary = False
        if tag == "details" and self._folds:
            self._folds.pop()
        if tag == "fieldset":
            self._fieldsets.pop()
        if tag == "main":
            self._is_main = False
        if tag not in _IN_LINE:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._is_main and not self._unseen:
            self._add(data)

    def _skips(self, tag: str, given: Mapping[str, str | None]) -> bool:
        classes = (given.get("class") or "").split()
        is_picture = given.get("aria-hidden") == "true" and tag == "div"
        mark = self._in_summary and given.get("aria-hidden") == "true"
        is_unseen = tag in _UNSEEN or "hidden" in given or _UNSEEN_CLASSES.intersection(classes) or is_picture or mark
        if not self._unseen and not is_unseen:
            return False
        self._unseen += tag not in _ALONE
        return True

    def _add(self, words: str) -> None:
        self._lines[-1].words += words

    def _break(self) -> None:
        fold = self._folds[-1] if self._folds and not self._in_summary else None
        if self._lines[-1].words.strip():
            self._lines.append(_Line())
        self._lines[-1].fold = fold

    def _box(self, name: str, value: str, kind: str) -> None:
        number = next((one for one, box in self.boxes.items() if box.question == name), None)
        if number is None:
            number, self._next_box = self._next_box, self._next_box + 1
            self.boxes[number] = Box(name, kind == "checkbox")
            self._heads[self._fieldsets[0] if self._fieldsets else len(self._lines) - 1] = number
        options = self.boxes[number].options
        letter = letters(len(options))
        options[letter] = value
        self._add(f"{_BOXES[kind]} {letter}  ")


def letters(index: int) -> str:
    """Return the letter of an option, counted from 0: a to z, then aa, ab and so on."""
    more, last = divmod(index, 26)
    return (letters(more - 1) if more else "") + chr(ord("a") + last)
