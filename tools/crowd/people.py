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
OLDER = ("60_64", "65_69", "70_plus")


def plausible_people(recommender: Recommender, count: int, seed: int) -> Iterator[Intake]:
    """Yield complete sheets of so many people, whatever their outcome."""
    weights: Mapping[str, Any] = yaml.safe_load(WEIGHTS.read_text(encoding="utf-8"))
    chance, content = random.Random(seed), recommender.content
    _hold_against(weights)
    for _ in range(count):
        fixed = _drawn(content.questionnaire, weights, chance)
        rate = weights["sign_rate"]
        answers = random_sheet_to_the_end(content.questionnaire, recommender.flow, chance, sign_rate=rate, fixed=fixed)
        shown = recommender.flow.shown(answers)
        whole = {**answers, **{name: value for name, value in fixed.items() if name in shown and name not in answers}}
        yield Intake(whole, recommender.supplied)


def _drawn(questionnaire: Questionnaire, weights: Mapping[str, Any], chance: random.Random) -> dict[str, Answer]:
    age = str(_one(weights["age_band"]["one"], chance))
    main = str(_one(weights["main_place"]["one"], chance))
    fixed: dict[str, Answer] = {"age_band": age, "pain_location": (main,)}
    others = _many(weights["other_places"], chance, False)
    if main != "no_pain" and others:
        fixed |= {"pain_location": tuple(dict.fromkeys([main, *others])), "pain_main": main}
    for name, given in weights.items():
        question = questionnaire.questions.get(name)
        if question is not None and name not in fixed and name != "age_band":
            fixed[name] = _answer(question, _given(given, fixed), chance, age in OLDER)
    return fixed


def _given(given: Mapping[str, Any], drawn: Mapping[str, Answer]) -> Mapping[str, Any]:
    """Return the weights that go with what was drawn before: for a number a range, for a question some of its options.

    The first row counts of which every question was answered so.
    """
    for row in given.get("by", ()):
        if all(_is_within(drawn[name], values) for name, values in row.items() if name != "one"):
            return {**given, "one": row["one"]}
    return given


def _is_within(answer: Answer, values: Sequence[Any]) -> bool:
    return values[0] <= answer <= values[-1] if isinstance(answer, int) else answer in values


def _hold_against(weights: Mapping[str, Any]) -> None:
    """YAML reads 45_49 as a number unless it is quoted: then it is no option, and would pass unnoticed."""
    rows = [row for given in weights.values() if isinstance(given, dict) for row in given.get("by", ())]
    parts = [part for given in (*weights.values(), *rows) if isinstance(given, dict) for part in given.values()]
    strange = {key for part in parts if isinstance(part, dict) for key in part if not isinstance(key, str)}
    if strange - set(range(11)):
        raise ValueError(f"weights.yaml: put quotes around the options {sorted(strange)}")


def _answer(question: Question, given: Mapping[str, Any], chance: random.Random, is_older: bool) -> Answer:
    known = {option.id for option in question.options}
    if question.kind is QuestionKind.MANY:
        if "one" in given:
            return (str(_one(_of(given["one"], known), chance)),)
        ticked = tuple(option for option in _many(given, chance, is_older) if option in known)
        return ticked or (str(given["alone"]),)
    drawn = _one(given["one"] if question.kind is QuestionKind.NUMBER else _of(given["one"], known), chance)
    return int(drawn) if question.kind is QuestionKind.NUMBER else str(drawn)


def _of(weights: Mapping[Any, float], known: set[str]) -> Mapping[Any, float]:
    return {option: weight for option, weight in weights.items() if option in known}


def _one(weights: Mapping[Any, float], chance: random.Random) -> Any:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def _many(given: Mapping[str, Any], chance: random.Random, is_older: bool) -> list[str]:
    rates = given["older"] if is_older and "older" in given else given["many"]
    return [option for option, rate in rates.items() if chance.random() < rate]
