"""Whole answer sheets for tests: a few answers that matter, the rest from the baseline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from recommender.lab.cases import at_check
from recommender.loaders.vignettes import Vignette
from recommender.models.questionnaire import Intake
from recommender.service.recommend import Recommender

TESTS = Path(__file__).resolve().parents[1]
_EVERYBODY: dict[str, Any] = yaml.safe_load((TESTS / "vignettes" / "baseline.yaml").read_text(encoding="utf-8"))
BASELINE: dict[str, Any] = _EVERYBODY["answers"]
FOLLOW_UP: dict[str, Any] = _EVERYBODY["follow_up"]


def full_sheet(recommender: Recommender, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a raw sheet: the given answers, and the baseline's for every other question whose answer can matter."""
    raw = {**BASELINE, **given}
    while True:
        answers, messages = recommender.sheet.read_some(raw, recommender.sheet.fields)
        assert not messages, messages
        shown = recommender.flow.walk(answers).shown - recommender.flow.of_no_matter(answers)
        fewer = {question: answer for question, answer in raw.items() if question in given or question in shown}
        for question in list(fewer):
            if question not in given and recommender.flow.not_offered(question, answers):
                asked = recommender.content.questionnaire.questions[question]
                offered = [raw[asked.options_from][0]] if asked.options_from else [one.id for one in asked.options]
                fewer[question] = next(
                    one for one in offered if not recommender.flow.contradiction(question, {**answers, question: one})
                )
        if fewer == raw:
            return raw
        raw = fewer


def full_intake(recommender: Recommender, given: Mapping[str, Any], facts: Mapping[str, int] | None = None) -> Intake:
    """Return a complete, valid intake from a few answers, with facts supplied over time if they matter.

    Raises:
        IntakeError: a given answer is to a question that is not shown, or is no option of it.
    """
    intake = recommender.sheet.read(full_sheet(recommender, given))
    return Intake(intake.answers, {**intake.supplied, **(facts or {})})


def checked_intake(
    recommender: Recommender, given: Mapping[str, Any], follow_up: Mapping[str, Any], facts: Mapping[str, int]
) -> Intake:
    """Return a complete intake as it stands at a first check, or before a session if that is what was answered."""
    return at_check(recommender, full_intake(recommender, given), follow_up, baseline=FOLLOW_UP, facts=facts)


def intake_of(recommender: Recommender, vignette: Vignette) -> Intake:
    """Return the complete intake of a vignette."""
    if vignette.follow_up is None:
        return full_intake(recommender, vignette.answers, vignette.facts)
    return checked_intake(recommender, vignette.answers, vignette.follow_up, vignette.facts)
