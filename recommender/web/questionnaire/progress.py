"""Where to go next in the questionnaire. Knows the walk through it, not Flask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from recommender.models.levels import Level
from recommender.models.questionnaire import Answer, Option, Question, QuestionKind
from recommender.questionnaire.offered import options_that_may_come
from recommender.questionnaire.steps import EXTRA_SLUG, Step, Walk

if TYPE_CHECKING:
    from recommender.questionnaire.flow import Flow

# At an easy pace. What is folded away is not read.
WORDS_A_MINUTE = 250
SECONDS_A_TAP = 3
# What a page takes besides its questions: its own words, and the button.
_WORDS_A_PAGE, _TAPS_A_PAGE = 10, 1
# Where several options may be ticked, some people tick one, and some a few; a task is typed, and has a number (measured in
# docs/effort.md).
_TAPS = {QuestionKind.MANY: 2, QuestionKind.TASK: 20}


@dataclass(frozen=True, slots=True)
class PageProgress:
    """How far somebody is. ``total`` may still change with the answers; ``minutes_left`` counts this page too."""

    number: int
    total: int
    minutes_left: int


@dataclass(frozen=True, slots=True)
class Promise:
    """About how many minutes all the questions take, as far as can be told before the first answer.

    ``shorter`` are the options of the first page that go with nothing else and spare somebody questions, each with the minutes
    then. ``stops`` are the minutes after which an answer that needs help may end the questions: the earliest, and the latest
    of the pages that ask for such signs.
    """

    minutes: int
    shorter: tuple[tuple[Option, int], ...]
    stops: tuple[int, int] | None


def promise(flow: Flow, questions: Mapping[str, Question]) -> Promise:
    """Return what can be promised of the time; ``questions`` are all there are, in the language that is read."""
    walk = flow.walk({})
    took = list(accumulate(_seconds(step, questions, {}) for step in walk.steps))
    whole = _minutes(took[-1])
    shorter = []
    for question in (questions[one.id] for one in walk.steps[0].questions):
        for option in (one for one in question.options if one.exclusive):
            answers: dict[str, Answer] = {question.id: (option.id,)}
            minutes = _minutes(sum(_seconds(step, questions, answers) for step in flow.walk(answers).steps))
            if minutes < whole:
                shorter.append((option, minutes))
    danger = [time for time, step in zip(took, walk.steps, strict=True) if step.page and step.page.safety_line]
    stops = (_minutes(danger[0]), _minutes(danger[-1])) if danger else None
    return Promise(whole, tuple(shorter), stops)


def step_at(walk: Walk, slug: str) -> Step | None:
    """Return the step under a slug; None where the walk has none."""
    return next((step for step in walk.steps if step.slug == slug), None)


def is_extra(slug: str) -> bool:
    """Return whether the slug is one of the screens that follow an urgent answer."""
    return slug.startswith(f"{EXTRA_SLUG}-")


def first_open(walk: Walk, visited: Collection[str], before: str | None = None) -> Step | None:
    """Return the first step still to be done, looking no further than the step named ``before``.

    A step is done when nothing mandatory is missing and it was sent in once, so that optional pages are seen too.
    Nothing is left to do once an emergency is certain.
    """
    if walk.stop is Level.EMERGENCY_NOW:
        return None
    for step in walk.steps:
        if step.slug == before:
            return None
        if step.missing or step.slug not in visited:
            return step
    return None


def next_step(walk: Walk, visited: Collection[str], slug: str) -> Step | None:
    """Return the step after the one named, or an earlier one that is still open; None when there is no more."""
    earlier = first_open(walk, visited, before=slug)
    if earlier is not None:
        return earlier
    slugs = [step.slug for step in walk.steps]
    place = slugs.index(slug) + 1 if slug in slugs else len(slugs)  # that behind the result comes last
    return walk.steps[place] if place < len(slugs) else None


def previous_step(walk: Walk, slug: str) -> Step | None:
    """Return the step before the one named; None where it is the first."""
    slugs = [step.slug for step in walk.steps]
    place = slugs.index(slug) if slug in slugs else len(slugs)
    return walk.steps[place - 1] if place else None


def is_finished(walk: Walk) -> bool:
    """Return whether the form ended early and nothing is missing: the result comes next."""
    return walk.stop is not None and not walk.missing


def progress_at(
    walk: Walk, slug: str, questions: Mapping[str, Question], answers: Mapping[str, Answer]
) -> PageProgress:
    """Return how far somebody is at a step; ``questions`` are all there are, in the language that is read."""
    slugs = [step.slug for step in walk.steps]
    place = slugs.index(slug) if slug in slugs else len(slugs)
    seconds = sum(_seconds(step, questions, answers) for step in walk.steps[place:])
    return PageProgress(place + 1, len(slugs), _minutes(seconds))


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60))


def _seconds(step: Step, questions: Mapping[str, Question], answers: Mapping[str, Answer]) -> float:
    """Return how long a step takes whoever reads all that can be seen."""
    asked = [questions[question.id] for question in step.questions]
    words = _WORDS_A_PAGE + sum(_words(question, options_that_may_come(question, answers)) for question in asked)
    taps = _TAPS_A_PAGE + sum(_TAPS.get(question.kind, 1) for question in asked)
    return words * 60 / WORDS_A_MINUTE + taps * SECONDS_A_TAP


def _words(question: Question, offered: Iterable[Option]) -> int:
    shown = (question.text, question.hint, *(group.heading for group in question.groups))
    options = (words for option in offered for words in (option.text, option.hint))
    return sum(len(words.split()) for words in (*shown, *options) if words)
