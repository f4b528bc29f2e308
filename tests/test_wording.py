"""What people read: no fear, no promise we cannot keep, no placeholder left open."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recommender.models.catalogue import Exercise
from recommender.service import Recommender

FEAR = r"damag|crumbl|slipped out|degenerat|wear and tear|worn out|out of place|unstable spine|bone on bone|paralys|cripp|ruptur"
CLAIMS = r"prevents? (future )?injur|lengthens? (your |the )?muscle|corrects? (your )?posture|fix(es)? your posture|cortisol|emotions|cures?\b|guarantee"
PLACEHOLDERS = {"emergency_number", "urgent_line", "crisis_line"}


def rule_words(recommender: Recommender) -> Iterator[tuple[str, str]]:
    for branch in recommender.content.rule_set.branches:
        then = branch.then
        yield branch.id, branch.say
        if then.disposition and then.disposition.act:
            yield branch.id, then.disposition.act
        yield from ((branch.id, item) for advice in then.advise for item in advice.items)
        yield from ((branch.id, change.note) for change in then.modify if change.note)


def question_words(recommender: Recommender) -> Iterator[tuple[str, str]]:
    for page in recommender.content.questionnaire.pages:
        yield page.id, f"{page.title} {page.intro or ''}"
        for question in page.questions:
            yield question.id, f"{question.text} {question.hint or ''} {question.why}"
            yield from (
                (f"{question.id}.{option.id}", f"{option.text} {option.hint or ''}") for option in question.options
            )


def exercise_words(exercise: Exercise) -> Iterator[tuple[str, str]]:
    texts = [
        exercise.name,
        exercise.purpose,
        exercise.breathing,
        exercise.feel_it,
        exercise.not_here,
        exercise.default_reason,
    ]
    texts += [*exercise.common_mistakes]
    for form in exercise.forms:
        texts += [form.name, *form.steps, *form.cautions]
    yield from ((exercise.id, text) for text in texts)


def catalogue_words(recommender: Recommender) -> Iterator[tuple[str, str]]:
    catalogue = recommender.content.catalogue
    for exercise in catalogue.exercises:
        yield from exercise_words(exercise)
    for level, words in catalogue.dispositions.items():
        texts = [words.title, words.heading, words.message, words.act, words.tell_staff or ""]
        yield from ((level, text) for text in [*texts, *words.steps, *words.do_not, *words.meanwhile, *words.worse])
    words = catalogue.words
    yield from (
        ("words", text)
        for text in (words.not_approved, words.unavailable_title, words.unavailable_message, words.unavailable_act)
    )


def person_facing(recommender: Recommender) -> list[tuple[str, str]]:
    return [*rule_words(recommender), *question_words(recommender), *catalogue_words(recommender)]


def found(recommender: Recommender, pattern: str) -> list[str]:
    return [f"{where}: {text}" for where, text in person_facing(recommender) if re.search(pattern, text, re.IGNORECASE)]


def test_no_fear_words_reach_the_person(recommender: Recommender) -> None:
    assert found(recommender, FEAR) == []


def test_no_claim_we_cannot_keep_reaches_the_person(recommender: Recommender) -> None:
    assert found(recommender, CLAIMS) == []


def test_every_placeholder_is_one_that_the_page_fills(recommender: Recommender) -> None:
    used = {name for _, text in person_facing(recommender) for name in re.findall(r"\{(.*?)\}", text)}
    assert used <= PLACEHOLDERS


def test_nothing_shouts_or_is_marked_up(recommender: Recommender) -> None:
    assert found(recommender, r"!|\*\*|</?\w+>|\u2014") == []


def test_only_general_words_stand_above_routine_review(recommender: Recommender) -> None:
    """No message of an outcome without a routine names a movement of the catalogue."""
    catalogue = recommender.content.catalogue
    names = {exercise.name for exercise in catalogue.exercises} | {
        alias for exercise in catalogue.exercises for alias in exercise.aliases
    }
    names = {re.sub(r" \(.*\)", "", name).lower() for name in names} - {
        "walking",
        "walk",
    }  # everyday words, asked about on page D
    texts = [
        (level, text)
        for level, text in catalogue_words(recommender)
        if level in catalogue.dispositions and not level.shows_routine
    ]
    for branch in recommender.content.rule_set.branches:
        if branch.then.disposition and not branch.then.disposition.level.shows_routine:
            texts += [(branch.id, f"{branch.say} {branch.then.disposition.act or ''}")]
    assert [
        f"{where}: {name}"
        for where, text in texts
        for name in names
        if re.search(rf"\b{re.escape(name)}\b", text.lower())
    ] == []


def test_every_text_only_rule_names_a_test_that_exists(recommender: Recommender, request: object) -> None:
    from sheets import TESTS

    for rule in recommender.content.rule_set.rules:
        if rule.text_only:
            path, _, name = str(rule.kept_by).partition("::")
            assert f"def {name}(" in (TESTS.parent / path).read_text(encoding="utf-8"), rule.id


def test_points_to_confirm_are_exactly_those_of_the_review_list(recommender: Recommender) -> None:
    listed = {rule for point in recommender.content.catalogue.review_points for rule in point.rules}
    marked = {rule.id for rule in recommender.content.rule_set.rules if rule.confirm}
    assert marked == listed & set(recommender.content.rule_set.by_id)
