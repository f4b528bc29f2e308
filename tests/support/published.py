"""A program that knows the questionnaire only as it is published: pages, options and conditions, read from JSON alone."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

Sheet = dict[str, Any]


def holds(condition: Any, sheet: Mapping[str, Any]) -> bool:
    """Return whether a published condition holds, as the documents of the API explain it."""
    if condition in (None, "always"):
        return True
    [(word, inner)] = condition.items()
    match word:
        case "all":
            return all(holds(part, sheet) for part in inner)
        case "any":
            return any(holds(part, sheet) for part in inner)
        case "not":
            return not holds(inner, sheet)
        case "at_least":
            return sum(holds(part, sheet) for part in inner["of"]) >= inner["n"]
    answer = sheet.get(word)
    chosen = set(answer if isinstance(answer, list) else [] if answer is None else [answer])
    [(test, value)] = inner.items()
    match test:
        case "is" | "includes":
            return value in chosen
        case "in" | "includes_any":
            return not chosen.isdisjoint(value)
        case "only":
            return chosen == {value}
    raise ValueError(f"{test} is no test that a page or question uses")


def is_asked(question: Mapping[str, Any], sheet: Mapping[str, Any]) -> bool:
    """Return whether somebody with these answers so far need be asked: it may be answered, and it can matter."""
    return holds(question["shown_if"], sheet) and holds(question["asked_if"], sheet)


def filled_in(
    pages: list[dict[str, Any]], chance: random.Random, *, likely: Mapping[str, float], given: Mapping[str, Any]
) -> Sheet:
    """Return a sheet with an answer to every required question that its page and its own condition show.

    ``likely`` is how often each box of a question is ticked, by question; ``given`` answers are kept where they are shown.
    """
    sheet: Sheet = {}
    for page in pages:
        if not holds(page["shown_if"], sheet):
            continue
        asked = [question for question in page["questions"] if is_asked(question, sheet)]
        for question in asked:
            if question["required"] or chance.random() < 0.3:
                name = question["id"]
                sheet[name] = given[name] if name in given else _answer(question, sheet, chance, likely.get(name, 0.1))
    return sheet


def _answer(question: dict[str, Any], sheet: Sheet, chance: random.Random, rate: float) -> Any:
    ids = [option["id"] for option in question["options"]]
    match question["kind"]:
        case "number":
            return chance.randint(question["minimum"], question["maximum"])
        case "task":
            return {"task": "walking to the shop", "score": chance.randint(question["minimum"], question["maximum"])}
        case "one":
            offered = sheet[question["options_from"]] if question["options_from"] else ids
            return chance.choice([one for one in offered if one not in _contradicted(question, sheet)])
    alone = [option["id"] for option in question["options"] if option["exclusive"]]
    ticked = [option for option in ids if option not in alone and chance.random() < rate]
    return ticked or [chance.choice(alone or ids)]


def _contradicted(question: Mapping[str, Any], sheet: Mapping[str, Any]) -> set[str]:
    """Return the options that another answer rules out."""
    return {
        option["id"]
        for option in question["options"]
        for sign in option["not_with"]
        if sign["option"] in (sheet.get(sign["question"]) or ())
    }
