"""Where to go next in the questionnaire. Knows the walk through it, not Flask."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from recommender.models.levels import Level
from recommender.models.questionnaire import Question, QuestionKind
from recommender.questionnaire.steps import EXTRA_SLUG, Step, Walk

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
    place = slugs.index(slug) + 1 if slug in slugs else 0
    return walk.steps[place] if place < len(walk.steps) else None


def previous_step(walk: Walk, slug: str) -> Step | None:
    """Return the step before the one named; None where it is the first."""
    slugs = [step.slug for step in walk.steps]
    place = slugs.index(slug)
    return walk.steps[place - 1] if place else None


def is_finished(walk: Walk) -> bool:
    """Return whether the form ended early and nothing is missing: the result comes next."""
    return walk.stop is not None and not walk.missing


def progress_at(walk: Walk, slug: str, questions: Mapping[str, Question]) -> PageProgress:
    """Return how far somebody is at a step; ``questions`` are all there are, in the language that is read."""
    slugs = [step.slug for step in walk.steps]
    place = slugs.index(slug)
    seconds = sum(_seconds(step, questions) for step in walk.steps[place:])
    return PageProgress(place + 1, len(slugs), max(1, round(seconds / 60)))


def _seconds(step: Step, questions: Mapping[str, Question]) -> float:
    """Return how long a step takes whoever reads all that can be seen."""
    asked = [questions[question.id] for question in step.questions]
    words = _WORDS_A_PAGE + sum(_words(question) for question in asked)
    taps = _TAPS_A_PAGE + sum(_TAPS.get(question.kind, 1) for question in asked)
    return words * 60 / WORDS_A_MINUTE + taps * SECONDS_A_TAP


def _words(question: Question) -> int:
    shown = (question.text, question.hint, *(group.heading for group in question.groups))
    options = (words for option in question.options for words in (option.text, option.hint))
    return sum(len(words.split()) for words in (*shown, *options) if words)
