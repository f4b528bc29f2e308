"""Hold what came of a vignette against what it expects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from recommender.check_in.outcome import deciding
from recommender.loaders.vignettes import PROMISED, Vignette
from recommender.models.decision import Decision
from recommender.models.follow_up import Action
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Assembly
from recommender.rule_mutants.journey_expectations import broken_promises

_CUT = "..."


def unmet(recommendation: Recommendation, vignette: Vignette) -> Iterator[str]:
    """Yield a line for everything that did not come as expected; nothing means that the vignette holds."""
    yield from unmet_by_decision(recommendation.decision, vignette)
    yield from _unmet_by_routine(recommendation.assembly, vignette)
    yield from broken_promises(recommendation, vignette)


def unmet_by_decision(decision: Decision, vignette: Vignette) -> Iterator[str]:
    """Yield a line for everything that the rules did not do as expected, whatever the routine.

    In the file of a rule, a vignette names every case of that rule that fires.
    """
    expect = vignette.expect
    yield from _firing(decision, vignette)
    if "level" in expect and decision.level != expect["level"]:
        yield f"level is {decision.level}, not {expect['level']}"
    if "stage" in expect and decision.stage != expect["stage"]:
        yield f"stage is {decision.stage}, not {expect['stage']}"
    if "action" in expect and (action := _action(decision)) != expect["action"]:
        yield f"action is {action}, not {expect['action']}"
    findings = {finding.replace("=", ".") for finding in decision.findings}
    yield from (f"no finding {name}" for name in vignette.expected("findings") if name not in findings)
    yield from (f"finding {name}" for name in vignette.expected("no_findings") if name in findings)
    for branch in decision.fired:
        if branch.id in vignette.does:
            yield from (f"{branch.id} {line}" for line in differences(vignette.does[branch.id], branch.then))


def expects_of_routine(vignette: Vignette) -> bool:
    """Return whether the vignette says anything of the moves in the routine, or of its words."""
    return any(vignette.expect.get(key) for key in ("offered", "left_out", *PROMISED))


def _action(decision: Decision) -> str | None:
    """Return what the answers of a check come to, or None where no rule says."""
    if not decision.level.shows_routine:
        return Action.REFER
    assert decision.check_in_schedule is not None, "the rule set says when the checks are"
    branch = deciding(decision, decision.check_in_schedule)
    return branch.then.follow_up.action if branch and branch.then.follow_up else None


def _firing(decision: Decision, vignette: Vignette) -> Iterator[str]:
    ids = {*decision.fired_ids, *(branch.rule_id for branch in decision.fired)}
    named = {*vignette.expected("fires"), *vignette.does}
    yield from (f"{rule} does not fire" for rule in sorted(named) if rule not in ids)
    yield from (f"{rule} fires" for rule in vignette.expected("silent") if rule in ids)
    own = [branch.id for branch in decision.fired if branch.rule_id == vignette.rule]
    yield from (f"{case} fires too" for case in own if case not in named)


def _unmet_by_routine(assembly: Assembly | None, vignette: Vignette) -> Iterator[str]:
    offered = {item.exercise.id for item in assembly.routine.items} if assembly else set()
    yield from (f"{exercise} is not offered" for exercise in vignette.expected("offered") if exercise not in offered)
    if vignette.expect.get("left_out") and not assembly:
        yield "there is no routine to leave anything out of"
    yield from (f"{exercise} is offered" for exercise in vignette.expected("left_out") if exercise in offered)


def differences(wanted: Any, actual: Any, place: str = "") -> Iterator[str]:
    """Yield a line for every place at which two actions differ. A wanted text ending in "..." may go on."""
    if is_dataclass(wanted) and not isinstance(wanted, type) and type(wanted) is type(actual):
        for part in fields(wanted):
            inner = f"{place}.{part.name}" if place else part.name
            yield from differences(getattr(wanted, part.name), getattr(actual, part.name), inner)
    elif isinstance(wanted, tuple) and isinstance(actual, tuple) and len(wanted) == len(actual):
        for number, (one, other) in enumerate(zip(wanted, actual, strict=True)):
            yield from differences(one, other, f"{place}[{number}]")
    elif wanted != actual and not _goes_on(wanted, actual):
        yield f"{place}: {_shown(actual)}, not {_shown(wanted)}"


def _goes_on(wanted: Any, actual: Any) -> bool:
    return (
        isinstance(wanted, str)
        and isinstance(actual, str)
        and wanted.endswith(_CUT)
        and actual.startswith(wanted.removesuffix(_CUT))
    )


def _shown(value: Any) -> str:
    return ", ".join(sorted(map(str, value))) or "none" if isinstance(value, frozenset) else str(value)
