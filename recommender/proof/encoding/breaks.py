"""Which forms may come in the breaks of a day, as literals. Breaks ask neither for the place nor for equipment."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.assembly.breaks import POSITIONS
from recommender.proof.encoding.forms import FormEncoding, forms_of
from recommender.proof.encoding.graph import FALSE, Literal


def in_breaks(forms: FormEncoding) -> Mapping[str, Literal]:
    """Return when each form may come in a break, by its key: asked for there, and left out by no rule."""
    by_key = forms_of(forms.universe.catalogue)
    found: dict[str, Literal] = {}
    for exercise, when in _asked_for(forms).items():
        for form in forms.universe.catalogue.by_id[exercise].forms:
            if form.position in POSITIONS and form.key in by_key:
                found[form.key] = forms.graph.both(when, -forms.excluded[form.key])
    return found


def _asked_for(forms: FormEncoding) -> Mapping[str, Literal]:
    """Return when a break asks for an exercise, by its id."""
    asked: dict[str, Literal] = {}
    for branch in forms.universe.before_assembly:
        for item in branch.then.micro_routine.items if branch.then.micro_routine else ():
            fired = forms.rules.fired[branch.id]
            asked[item.exercise] = forms.graph.either(asked.get(item.exercise, FALSE), fired)
    return asked
