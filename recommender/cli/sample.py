"""recommender sample: answer sheets at random among all that come to a level, or on which a rule fires."""

from __future__ import annotations

import argparse
import json
import random
from itertools import islice
from typing import Any

from recommender.errors import RecommenderError
from recommender.loaders.content import load_content
from recommender.models.levels import Level
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.settings import Settings

_DRAWN, _NOBODY = 0, 1


def add_sample_command(commands: Any) -> None:
    """Add the command to those of the parser."""
    command = commands.add_parser(
        "sample",
        help="print answer sheets drawn at random among all of a level, or among all on which a rule fires",
        description="Needs the extra [proof]. Whole sheets of a first visit, each as likely as any other with as many ticks. What is "
        "printed is JSON; each case is one that the lab opens. The exit status is 1 where there is no such sheet.",
    )
    command.add_argument("--level", type=Level, choices=list(Level), metavar="LEVEL", help=", ".join(Level))
    command.add_argument("--rule", help="the id of a rule, or of one of its cases, such as RULE/2")
    command.add_argument(
        "--ticks", choices=["few", "many"], default="few", help="hardly more boxes ticked than must be, or half of them"
    )
    command.add_argument("--count", type=int, default=1)
    command.add_argument("--seed", type=int, default=0)
    command.set_defaults(run=_sample)


def _sample(given: argparse.Namespace, settings: Settings) -> int:
    from recommender.proof.sampling import Population, Ticks  # not loaded by the other commands

    if given.count < 1:
        raise RecommenderError("--count must be at least 1.")
    content = load_content(settings.rules_dir, settings.catalogue_dir)
    people = Population(content)
    try:
        sheets = people.everybody if given.rule is None else people.of_case(given.rule)
    except KeyError:
        raise RecommenderError(f"There is no rule or case '{given.rule}' that is asked before a routine.") from None
    if given.level is not None:
        sheets &= people.of_level(given.level)
    drawn = islice(people.draw(sheets, Ticks(given.ticks), random.Random(given.seed)), given.count)
    facts = dict(people.universe.supplied)
    cases = [
        {"name": _name(given, number), "answers": raw_answers(sheet), "facts": facts}
        for number, sheet in enumerate(drawn, 1)
    ]
    print(json.dumps({"hash": content.hash, "cases": cases}, indent=2, ensure_ascii=False))
    return _DRAWN if cases else _NOBODY


def _name(given: argparse.Namespace, number: int) -> str:
    of = " ".join(filter(None, (given.level, given.rule))) or "anybody"
    return f"{of}, {given.ticks} ticks, seed {given.seed}, number {number}"
