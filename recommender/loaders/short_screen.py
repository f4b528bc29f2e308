"""The lines of a short safety screen, made from the short words of the options that it stands in for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from recommender.loaders.yaml_source import Document
from recommender.models.conditions import AnyOf, Condition
from recommender.models.questionnaire import NOT_SURE, Option, Page, Question, QuestionKind, Sign

Pages = list[tuple[Document, Page]]


def with_short_screens(pages: Pages) -> Pages:
    """Return the pages with the lines of every short screen before its own options; faults are added to the documents.

    Options with the same short words share a line, whose id is that of the first.
    """
    known = {question.id: question for _, page in pages for question in page.questions}
    wanted = {name for question in known.values() for name in question.stands_in_for}
    _check_words(pages, wanted)
    return [
        (document, replace(page, questions=tuple(_with_lines(question, known) for question in page.questions)))
        for document, page in pages
    ]


def _with_lines(question: Question, known: Mapping[str, Question]) -> Question:
    if not question.stands_in_for or question.kind is not QuestionKind.MANY:
        return question
    lines: dict[str, list[Sign]] = {}
    offered: dict[str, list[Condition | None]] = {}
    for source in (known[name] for name in question.stands_in_for if name in known):
        for option in source.options:
            if option.short is not None:
                lines.setdefault(option.short, []).append(Sign(source.id, option.id))
                offered.setdefault(option.short, []).append(option.shown_if)
    made = (
        Option(signs[0].option, words, stands_for=tuple(signs), shown_if=_any_of(offered[words]))
        for words, signs in lines.items()
    )
    return replace(question, options=(*made, *question.options))


def _any_of(conditions: Sequence[Condition | None]) -> Condition | None:
    """Return when a line is offered: where one of its signs is."""
    asked = tuple(dict.fromkeys(condition for condition in conditions if condition is not None))
    if len(asked) == 0 or None in conditions:
        return None
    return asked[0] if len(asked) == 1 else AnyOf(asked)


def _check_words(pages: Pages, wanted: set[str]) -> None:
    """Fault options that a short screen would not name."""
    for document, page in pages:
        for index, question in enumerate(page.questions):
            if question.id not in wanted or question.none_of_these is not None:
                continue
            for number, option in enumerate(question.options):
                if option.short is None and not option.exclusive and option.id != NOT_SURE:
                    told = (
                        f"'{option.id}' has no 'short' words, so that the short safety screen would not ask about it. "
                        "Give it up to 15, or those of another option to share its line."
                    )
                    document.faults.append(document.fault(("questions", index, "options", number), told))
