"""What a reader ticked, as a whole sheet of answers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from recommender.models.questionnaire import QuestionKind
from recommender.service.recommend import Recommender
from tests.support.sheets import BASELINE, full_sheet
from tools.reading_test.page_text import Box
from tools.reading_test.stories import Expected

Ticks = Mapping[str, Sequence[str]]
"""The letters ticked, by the number of the question."""


def in_ids(ticks: Ticks, boxes: Mapping[int, Box]) -> dict[str, list[str]]:
    """Return the options ticked, by question; a question that is put on several pages is joined.

    Raises:
        ValueError: a question or letter that the pages do not have.
    """
    told: dict[str, list[str]] = {}
    for number, chosen in ticks.items():
        box = boxes.get(int(number))
        if box is None:
            raise ValueError(f"there is no question {number}")
        unknown = sorted(set(chosen) - set(box.options))
        if unknown or (not box.is_many and len(chosen) > 1):
            raise ValueError(f"question {number} cannot be answered {', '.join(unknown or chosen)}")
        told.setdefault(box.question, []).extend(box.options[letter] for letter in chosen)
    return {question: list(dict.fromkeys(options)) for question, options in told.items() if options}


def lines(told: Mapping[str, Sequence[str]], judged: Iterable[str]) -> frozenset[str]:
    """Return the lines of the judged questions that were ticked. "None of these" and "no" are none; "not sure" is one."""
    return frozenset(
        f"{question}.{option}"
        for question in judged
        for option in told.get(question, ())
        if option not in _several(BASELINE[question])
    )


def sheet(
    recommender: Recommender, told: Mapping[str, Sequence[str]], expected: Expected, boxes: Mapping[int, Box]
) -> dict[str, Any]:
    """Return a whole raw sheet: what was ticked; to what is not on the pages the story's own answers, and the baseline's.

    What is not asked with these answers is left out, and so is an answer of the story's that is not offered beside them.

    Raises:
        ValueError: a question that is asked on the pages was not answered.
    """
    questions = recommender.content.questionnaire.questions
    on_pages = {box.question for box in boxes.values()}
    read = {name: _raw(recommender, name, options) for name, options in told.items() if name in questions}
    own = {name: answer for name, answer in _own(recommender, expected).items() if name not in on_pages}
    given, shown = _asked(recommender, {**own, **read}, read)
    unanswered = sorted(name for name in on_pages & shown - set(read) if questions[name].required)
    if unanswered:
        raise ValueError(f"not answered: {', '.join(unanswered)}")
    return full_sheet(recommender, given)


def _asked(
    recommender: Recommender, given: Mapping[str, Any], read: Container[str]
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the answers to what is asked with them, and every question that is."""
    while True:
        answers, _ = recommender.sheet.read_some({**BASELINE, **given}, recommender.sheet.fields)
        shown = recommender.flow.walk(answers).shown
        fewer = {
            name: answer
            for name, answer in given.items()
            if name in shown and (name in read or not recommender.flow.not_offered(name, answers))
        }
        if fewer == given:
            return fewer, shown
        given = fewer


def _own(recommender: Recommender, expected: Expected) -> dict[str, Any]:
    """Return the story's answers to everything that it tells: of each line that it must tick, the first that will do."""
    ticked: dict[str, list[str]] = {}
    for group in expected.must:
        question, _, option = group[0].partition(".")
        ticked.setdefault(question, []).append(option)
    must = {name: _raw(recommender, name, options) for name, options in ticked.items()}
    return {**must, **expected.about, **expected.rest}


def _raw(recommender: Recommender, question: str, options: Sequence[str]) -> Any:
    """Return an answer as a form sends it. "None of these" on one page gives way to what was ticked on another."""
    asked = recommender.content.questionnaire.questions[question]
    if asked.kind is QuestionKind.ONE:
        return options[0]
    alone = {option.id for option in asked.options if option.exclusive}
    return [option for option in options if option not in alone] or list(options)


def _several(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else [answer]
