#!/usr/bin/env python3
"""Write docs/brief/questionnaire.md from the questions: `python -m tools.brief_questions`. A test says when it is old."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from recommender.models.questionnaire import Option, Page, Question, Questionnaire
from recommender.questionnaire.condition_phrases import in_words
from recommender.service.recommend import load_recommender
from recommender.settings import read_settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "brief" / "questionnaire.md"
HEAD = """# Questionnaire

Version 0.4 of the evidence brief as it is built: every question with its ids and words, written out of `rules/questionnaire/` by
`python -m tools.brief_questions`.

- *one*: pick one. *many*: tick all that apply. What is marked *alone* clears the rest; `not_sure` may stand beside other ticks.
- A conditional question is mandatory where it is shown, unless it says *optional*. No question depends on an answer of its own page.
- An emergency ends the form at once. What is for the same day ends it after page C and the extra questions (GEN-15 in
  [rules.md](rules.md)). After page F every outcome without a routine ends it; under 18 the form ends after page C.
- Nothing is ticked in advance. No answer means "not answered", never "no" (GEN-01). "Not sure" is a proper answer (GEN-04).
- Each safety page says what to do in an emergency, with the number of the country.
"""


def main() -> int:
    PAGE.write_text(written(load_recommender(read_settings({})).content.questionnaire), encoding="utf-8")
    return 0


def written(questionnaire: Questionnaire) -> str:
    """Return the page for these questions."""
    parts = [HEAD]
    for page in questionnaire.pages:
        parts += [f"\n## Page {page.id}. {page.title}\n", *_about(page, questionnaire)]
        for question in page.questions:
            parts += ["\n", *_question(question, questionnaire)]
    return "".join(parts)


def _about(page: Page, questionnaire: Questionnaire) -> Iterator[str]:
    if page.shown_if is not None:
        yield f"\nOnly if {in_words(page.shown_if, questionnaire)}.\n"
    if page.intro:
        yield f'\n"{page.intro}"\n'


def _question(question: Question, questionnaire: Questionnaire) -> Iterator[str]:
    marks = [question.kind.value, *([] if question.required else ["optional"])]
    yield f"### {question.code} `{question.id}` ({', '.join(marks)})\n\n{question.text}\n"
    if question.shown_if is not None:
        yield f"\nOnly if {in_words(question.shown_if, questionnaire)}.\n"
    if question.hint:
        yield f"\nHint: {question.hint}\n"
    if question.options:
        yield "\n"
    headings = {group.options[0]: group.heading for group in question.groups}
    for option in question.options:
        if option.id in headings:
            yield f"- *{headings[option.id]}*\n"
        yield f"- {_option(option)}\n"
    yield f"\nWhy: {question.why}\n"


def _option(option: Option) -> str:
    told = f"`{option.id}` {option.text}" + (" *alone*" if option.exclusive else "")
    return told + "".join(f" ({told})" for told in (option.hint, option.detail) if told)


if __name__ == "__main__":
    sys.exit(main())
