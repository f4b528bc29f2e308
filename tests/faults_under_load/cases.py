"""Answer sheets with the whole reply that is right for each, worked out here by the plain evaluator alone."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from recommender.loaders.content import load_content
from recommender.loaders.languages import SOURCE_LANGUAGE
from recommender.presentation.localised import localise
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.questionnaire.random_sheets import random_sheet
from recommender.service.recommend import Evaluator, Recommender
from recommender.settings import read_settings

REGION = "GB"
_SIGN_RATES = (0.0, 0.0, 0.01, 0.05)
_LIKELY = {"pain_location": ("low_back",), "age_band": "25_44", "told_no_exercise": "no", "conditions": ("none",)}
_MOVES = re.compile(r"moves_at_least: (\d+), moves_at_most: (\d+)")


@dataclass(frozen=True)
class Case:
    """A sheet as it is sent, and the reply to it under each rule set, by that set's hash."""

    body: bytes
    right: Mapping[str, Any]


class ByEvaluator(Recommender):
    """The service without the rules engine: what it says is what the evaluator says."""

    def _compiled(self) -> Evaluator:
        return self.oracle


def cases(
    count: int, *, seed: int, rule_sets: Iterable[Path | None] = (None,), approved: bool = False
) -> tuple[Case, ...]:
    """Return sampled sheets. ``rule_sets`` are folders of rules, all with the same questions; None is the shipped one."""
    shipped = read_settings({})
    services = [ByEvaluator(load_content(rules or shipped.rules_dir, shipped.catalogue_dir)) for rules in rule_sets]
    spoken = [localise(service, SOURCE_LANGUAGE) for service in services]
    chance = random.Random(seed)
    made = []
    for number in range(count):
        first = services[0]
        fixed = _LIKELY if number % 2 else None  # else most of them would be told to see somebody first
        rate = _SIGN_RATES[number % len(_SIGN_RATES)]
        raw = raw_answers(random_sheet(first.content.questionnaire, first.flow, chance, sign_rate=rate, fixed=fixed))
        right = {}
        for service, words in zip(services, spoken, strict=True):
            recommendation = service.recommend(service.sheet.read(raw), approved=approved)
            right[service.content.hash] = plain(
                json.loads(json.dumps(words.present(recommendation, REGION, date.today())))
            )
        made.append(Case(json.dumps({"answers": raw}).encode(), right))
    return tuple(made)


def plain(reply: Any) -> Any:
    """Return a reply without the days that it names: they turn while a test runs, or a clock jumps."""
    if isinstance(reply, dict):
        return {key: plain(value) for key, value in reply.items() if key != "by"}
    return [plain(value) for value in reply] if isinstance(reply, list) else reply


def make_shorter(rules: Path) -> None:
    """Change a copy of the rules so that most routines have a move less."""
    (path,) = rules.glob("dosing/DOS-01-*.yaml")
    text, count = _MOVES.subn(
        lambda found: f"moves_at_least: {found[1]}, moves_at_most: {max(int(found[1]), int(found[2]) - 1)}",
        path.read_text(encoding="utf-8"),
    )
    assert count > 0
    path.write_text(text, encoding="utf-8")
