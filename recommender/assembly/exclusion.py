"""Whether a branch that fires leaves a form out: the one meaning of it for routines, the catalogue and the rule book."""

from __future__ import annotations

from recommender.assembly.dose import start_dose, work_seconds
from recommender.assembly.scope import matches
from recommender.models.catalogue import Exercise, Form
from recommender.models.decision import Decision
from recommender.models.rules import Actions, Exclusion, Modification


def leaves_out(then: Actions, exercise: Exercise, form: Form, decision: Decision) -> bool:
    """Return whether the actions leave the form out; the decision says how long its dose takes."""
    return any(excludes(part, exercise, form, decision) for part in then.exclude) or any(
        allows_others_only(change, exercise, form) for change in then.modify
    )


def excludes(exclusion: Exclusion, exercise: Exercise, form: Form, decision: Decision) -> bool:
    """Return whether the exclusion speaks of the form. A time limit without a plan to reckon by excludes."""
    if not matches(exclusion.scope, exercise, form) or matches(exclusion.spared, exercise, form):
        return False
    if exclusion.longer_than_seconds is None or decision.plan is None:
        return True
    return work_seconds(start_dose(exercise, form, decision), decision.plan.timing) > exclusion.longer_than_seconds


def allows_others_only(change: Modification, exercise: Exercise, form: Form) -> bool:
    """Return whether the change names the forms that may be used, and this one is not among them."""
    if not change.only_forms or form.key in change.only_forms:
        return False
    named = any(other.key in change.only_forms for other in exercise.forms)
    return named or (change.scope is not None and matches(change.scope, exercise, form))
