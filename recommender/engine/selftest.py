"""At start, hold the rules engine against the plain evaluator on a fixed set of intakes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Protocol

from recommender.models.questionnaire import Answer, Intake, Question, QuestionKind, Questionnaire, Task

SAMPLE_SEED = 20240229
SAMPLE_SIZE = 100


class Fires(Protocol):
    """Anything that says which branches fire."""

    def fire(self, intake: Intake) -> frozenset[str]: ...


def differences(engine: Fires, oracle: Fires, questionnaire: Questionnaire, supplied: dict[str, int]) -> list[str]:
    """Return a line for every canary intake on which the two disagree; [] means that they agree on all."""
    found = []
    for name, intake in _canaries(questionnaire, supplied):
        differing = engine.fire(intake) ^ oracle.fire(intake)
        if differing:
            found.append(f"{name}: {', '.join(sorted(differing))}")
    return found


def _canaries(questionnaire: Questionnaire, supplied: dict[str, int]) -> Iterator[tuple[str, Intake]]:
    """Yield the canary sheets as first intakes, and random answers of every occasion with random facts, as at a check."""
    for name, answers in canary_sheets(questionnaire):
        yield name, Intake(answers, supplied)
    chance = random.Random(SAMPLE_SEED)
    questions = tuple(questionnaire.questions.values())
    for number in range(SAMPLE_SIZE):
        yield f"check {number}", Intake(random_answers(questions, chance), random_facts(supplied, chance))


def random_facts(supplied: Iterable[str], chance: random.Random) -> dict[str, int]:
    """Return a random number for each fact: mostly a small one, and now and then one below 0."""
    return {fact: chance.choice((0, chance.randint(0, 6), chance.randint(-10, 99))) for fact in supplied}


def canary_sheets(questionnaire: Questionnaire) -> Iterator[tuple[str, dict[str, Answer]]]:
    """Yield a fixed set of sheets: empty, every box ticked, each single option, and a seeded sample.

    They need not be sheets that a person could fill in: the two evaluators must agree on any answers at all.
    """
    questions = questionnaire.intake_questions
    yield "empty", {}
    yield "all boxes", {question.id: _every(question) for question in questions}
    for question in questions:
        for answer in _single_answers(question):
            yield f"{question.id} {answer}", {question.id: answer}
    chance = random.Random(SAMPLE_SEED)
    for number in range(SAMPLE_SIZE):
        yield f"sample {number}", random_answers(questions, chance)


def random_answers(questions: tuple[Question, ...], chance: random.Random) -> dict[str, Answer]:
    """Return random answers to a random part of the questions, any combination of options."""
    answers: dict[str, Answer] = {}
    for question in questions:
        if chance.random() < 0.9:
            answers[question.id] = random_answer(question, chance)
    return answers


def random_answer(question: Question, chance: random.Random) -> Answer:
    if question.kind is QuestionKind.ONE:
        return chance.choice(question.options).id
    if question.kind is QuestionKind.MANY:
        ticked = [option.id for option in question.options if chance.random() < 0.2]
        return tuple(ticked) or (chance.choice(question.options).id,)
    if question.kind is QuestionKind.MOVES:
        return ()
    score = chance.randint(question.minimum, question.maximum)
    return score if question.kind is QuestionKind.NUMBER else Task("walk", score)


def _every(question: Question) -> Answer:
    if question.kind is QuestionKind.MANY:
        return tuple(option.id for option in question.options)
    return next(_single_answers(question))


def _single_answers(question: Question) -> Iterator[Answer]:
    if question.kind is QuestionKind.ONE:
        yield from (option.id for option in question.options)
    elif question.kind is QuestionKind.MANY:
        yield from ((option.id,) for option in question.options)
    elif question.kind is QuestionKind.NUMBER:
        yield from range(question.minimum, question.maximum + 1)
    else:
        yield Task("walk", question.maximum)
