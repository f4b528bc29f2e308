"""Plausible people: answers drawn by the weights of weights.yaml, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from recommender.models.questionnaire import Answer, Intake, Question, QuestionKind, Questionnaire
from recommender.questionnaire.random_sheets import random_sheet_to_the_end
from recommender.service.recommend import Recommender

WEIGHTS = Path(__file__).with_name("weights.yaml")
# What rows of the weights may name beside answers: the place that hurts most, and how many hurt.
MAIN, PLACES = "main_place", "places"
# What a row of the weights holds beside the answers that it goes with.
ROW = frozenset({"one", "many", "alone", "times"})


def plausible_people(recommender: Recommender, count: int, seed: int) -> Iterator[Intake]:
    """Yield complete sheets of so many people, whatever their outcome.

    Every question of every person is drawn from a chance of its own: a weight that is changed leaves all other draws as they were.
    """
    weights: Mapping[str, Any] = yaml.safe_load(WEIGHTS.read_text(encoding="utf-8"))
    content, rate = recommender.content, weights["sign_rate"]
    _hold_against(weights)
    for number in range(count):
        own = f"{seed}/{number}"
        fixed = _drawn(content.questionnaire, weights, own)
        chance = random.Random(own)
        answers = random_sheet_to_the_end(content.questionnaire, recommender.flow, chance, sign_rate=rate, fixed=fixed)
        shown = recommender.flow.shown(answers)
        whole = {**answers, **{name: value for name, value in fixed.items() if name in shown and name not in answers}}
        yield Intake(whole, recommender.supplied)


def _drawn(questionnaire: Questionnaire, weights: Mapping[str, Any], own: str) -> dict[str, Answer]:
    """Return the answers of one person, question by question in the order of the weights."""
    known: dict[str, Any] = {}
    for name, given in weights.items():
        question, chance = questionnaire.questions.get(name), random.Random(f"{own}/{name}")
        if name == MAIN:
            known[MAIN] = _one(given["one"], chance)
        elif name == "other_places":
            known |= _places(known[MAIN], _many(_given(given, known)["many"], chance))
        elif question is not None:
            known[name] = _answer(question, _given(given, known), chance)
    return {name: answer for name, answer in known.items() if name in questionnaire.questions}


def _places(main: str, others: Sequence[str]) -> dict[str, Any]:
    if main == "no_pain":
        return {"pain_location": (main,), PLACES: 0}
    places = tuple(dict.fromkeys([main, *others]))
    return {"pain_location": places, PLACES: len(places), **({"pain_main": main} if len(places) > 1 else {})}


def _given(given: Mapping[str, Any], drawn: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the weights that go with what was drawn before: of the first row that fits, times every row of ``times`` that does.

    A row names a range for a number, some options for a question.
    """
    row = next((row for row in given.get("by", ()) if _fits(row, drawn)), given)
    kind = "one" if "one" in row else "many"
    weights = dict(row[kind])
    for more in given.get("times", ()):
        if _fits(more, drawn):
            weights |= {option: weights[option] * by for option, by in more["times"].items() if option in weights}
    return {"alone": row.get("alone", given.get("alone")), kind: weights}


def _fits(row: Mapping[str, Any], drawn: Mapping[str, Any]) -> bool:
    """Return whether every answer is as the row says; the first row counts of which that is so."""
    return all(_is_within(drawn[name], values) for name, values in row.items() if name not in ROW)


def _is_within(answer: Any, values: Sequence[Any]) -> bool:
    if isinstance(answer, int):
        return bool(values[0] <= answer <= values[-1])
    return not {answer}.isdisjoint(values) if isinstance(answer, str) else not set(answer).isdisjoint(values)


def _hold_against(weights: Mapping[str, Any]) -> None:
    """YAML reads 45_49 as a number unless it is quoted: then it is no option, and would pass unnoticed."""
    known = [given for given in weights.values() if isinstance(given, dict)]
    rows = [row for given in known for key in ("by", "times") for row in given.get(key, ())]
    parts = [part for given in (*known, *rows) for part in given.values()]
    named = [
        key for part in parts for key in (part if isinstance(part, dict | list) else ()) if not isinstance(key, dict)
    ]
    if strange := {key for key in named if not isinstance(key, str)} - set(range(13)):
        raise ValueError(f"weights.yaml: put quotes around the options {sorted(strange)}")


def _answer(question: Question, given: Mapping[str, Any], chance: random.Random) -> Answer:
    known = {option.id for option in question.options}
    if question.kind is QuestionKind.MANY:
        if "one" in given:
            return (str(_one(_of(given["one"], known), chance)),)
        ticked = tuple(option for option in _many(given["many"], chance) if option in known)
        return ticked or (str(given["alone"]),)
    drawn = _one(given["one"] if question.kind is QuestionKind.NUMBER else _of(given["one"], known), chance)
    return int(drawn) if question.kind is QuestionKind.NUMBER else str(drawn)


def _of(weights: Mapping[Any, float], known: set[str]) -> Mapping[Any, float]:
    return {option: weight for option, weight in weights.items() if option in known}


def _one(weights: Mapping[Any, float], chance: random.Random) -> Any:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def _many(rates: Mapping[str, float], chance: random.Random) -> list[str]:
    return [option for option, rate in rates.items() if chance.random() < rate]
