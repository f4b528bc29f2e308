"""The written cases and their routines in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from recommender.models.recommendation import Recommendation
from recommender.models.routine import Dose, ExclusionReason, Item
from recommender.service.recommend import Recommender
from tests.support.sheets import full_intake

CASES = Path(__file__).with_name("cases.yaml")


def cases() -> Sequence[Mapping[str, Any]]:
    """Return the cases as they are written: ``who`` and ``answers``."""
    written: list[Mapping[str, Any]] = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    return written


def recommended(recommender: Recommender, case: Mapping[str, Any]) -> Recommendation:
    """Return what the person of a case is told."""
    return recommender.recommend(full_intake(recommender, case["answers"]))


def told(recommender: Recommender, case: Mapping[str, Any]) -> str:
    """Return a case and its routine as plain text: who, what was answered, each move with dose and reason, and what is out."""
    shown = recommended(recommender, case)
    answers = "; ".join(f"{name}: {_plain(value)}" for name, value in case["answers"].items())
    lines = [case["who"], f"   Said: {answers}", f"   Level: {shown.level}; stage: {shown.decision.stage}"]
    if shown.assembly is None:
        return "\n".join([*lines, "   No routine."])
    routine = shown.assembly.routine
    lines.append(f"   {routine.seconds} seconds of {routine.minutes_budget} minutes, {len(routine.items)} items:")
    if routine.leaves_a_minute:
        lines.append("   The page says: What suits you now takes less time than you have.")
    lines += [f"   - {_item(item)}" for item in routine.items]
    out = [left for left in shown.assembly.left_out if left.because is ExclusionReason.CONTRAINDICATED]
    lines.append(f"   Left out as not right now: {', '.join(left.exercise.name for left in out) or 'nothing'}")
    return "\n".join(lines)


def _item(item: Item) -> str:
    why = item.reasons[0].say if item.reasons else ""
    watch = "".join(f" Watch out: {note}" for _, note in item.notes)
    return f"{item.exercise.name} ({item.slot}; {item.form.name}; {_dose(item.dose)}; {item.seconds} s). {why}{watch}"


def _dose(dose: Dose) -> str:
    if dose.seconds is not None:
        return f"{dose.seconds} s"
    sides = " each side" if dose.per_side else ""
    hold = f", held {dose.hold_seconds} s" if dose.hold_seconds else ""
    return f"{dose.sets} x {dose.reps}{sides}{hold}"


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
