"""A routine as a signed link holds it: forms and doses, the words of care and of stopping, and the rules it is of.

It holds no answer, no reason and no level. What it says can only be read with the very content that it was made from: it
names forms and words by their number there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from recommender.errors import DecisionError
from recommender.models.actions import Timing
from recommender.models.catalogue import DoseType, Exercise, Form
from recommender.models.content import Content
from recommender.models.recommendation import Recommendation
from recommender.models.routine import Dose, Item
from recommender.models.rules import Branch
from recommender.models.slots import Slot

# What a link says besides the moves: when to stop, when to get help, how often, and what is for some days only.
STOP, SAFETY_NET, HOW_OFTEN, STRENGTH_DAYS = "stop", "safety_net", "how_often", "strength_days"
TOPICS = (STOP, SAFETY_NET, HOW_OFTEN, STRENGTH_DAYS)
# Letters of the content's hash: enough, since nobody else can make a link.
_HASH_LENGTH = 16


@dataclass(frozen=True, slots=True)
class LinkedRoutine:
    """``told`` are the branches whose words on stopping, help and how often go with it.

    ``after`` is the id of the safety stop after which the routine was made, if there was one.
    """

    items: tuple[Item, ...]
    timing: Timing
    told: tuple[Branch, ...]
    after: str | None = None

    @property
    def seconds(self) -> int:
        """Return how long it takes."""
        return sum(item.seconds for item in self.items)

    @property
    def not_daily(self) -> frozenset[str]:
        """Return the parts of the routine that are for some days of the week."""
        orders = [branch.then.order for branch in self.told if branch.then.order]
        return frozenset(part for order in orders for part in order.not_daily or ())


def linked(recommendation: Recommendation, after: str | None = None) -> LinkedRoutine:
    """Return what a link holds of a recommendation.

    Raises:
        DecisionError: it has no routine.
    """
    plan = recommendation.decision.plan
    if recommendation.assembly is None or plan is None:
        raise DecisionError("there is no routine to make a link to")
    told = tuple(branch for branch in recommendation.fired if _speaks(branch))
    return LinkedRoutine(recommendation.assembly.routine.items, plan.timing, told, after)


def to_data(routine: LinkedRoutine, content: Content) -> dict[str, Any]:
    """Return the routine as JSON data, as short as it can be: it has to fit in an address that a camera can read."""
    numbers = _numbers(content)
    data: dict[str, Any] = {
        "r": content.hash[:_HASH_LENGTH],
        "i": [_item_data(item, numbers) for item in routine.items],
        "t": list(astuple(routine.timing)),
        "w": [numbers.tellers.index(branch.id) for branch in routine.told],
    }
    return data | ({"a": routine.after} if routine.after else {})


def is_of(data: Mapping[str, Any], content: Content) -> bool:
    """Return whether the data of a link was made from exactly this content."""
    return data.get("r") == content.hash[:_HASH_LENGTH]


def from_data(data: Mapping[str, Any], content: Content) -> LinkedRoutine | None:
    """Return the routine, or None where the data has another shape, or is of other content."""
    if not is_of(data, content):
        return None
    numbers, branches = _numbers(content), content.rule_set.branch_by_id
    try:
        items = tuple(_item(one, numbers, content) for one in data["i"])
        told = tuple(branches[numbers.tellers[number]] for number in data["w"])
        after = str(data["a"]) if "a" in data else None
        return LinkedRoutine(items, Timing(*map(int, data["t"])), told, after) if items else None
    except (KeyError, TypeError, ValueError, IndexError):
        return None


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What a link names by its number: forms by key, ids of branches, and (branch id, note)."""

    forms: tuple[str, ...]
    tellers: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]


def _numbers(content: Content) -> _Numbers:
    branches = sorted(content.rule_set.branch_by_id.values(), key=lambda branch: branch.id)
    return _Numbers(
        forms=tuple(sorted(form.key for exercise in content.catalogue.exercises for form in exercise.forms)),
        tellers=tuple(branch.id for branch in branches if _speaks(branch)),
        notes=tuple((branch.id, change.note) for branch in branches for change in branch.then.modify if change.note),
    )


def _item_data(item: Item, numbers: _Numbers) -> list[Any]:
    notes = [numbers.notes.index((branch.id, note)) for branch, note in item.notes]
    form = numbers.forms.index(item.form.key)
    kind, *figures = astuple(item.dose)
    return [form, list(Slot).index(item.slot), item.seconds, kind.value, *figures, notes]


def _item(data: list[Any], numbers: _Numbers, content: Content) -> Item:
    number, slot, seconds, kind, *figures, notes = data
    exercise, form = _form(numbers.forms[number], content)
    branches = content.rule_set.branch_by_id
    said = tuple((branches[branch_id], note) for branch_id, note in (numbers.notes[one] for one in notes))
    return Item(exercise, form, list(Slot)[slot], Dose(DoseType(kind), *figures), int(seconds), (), said)


def _form(key: str, content: Content) -> tuple[Exercise, Form]:
    exercise = content.catalogue.by_id[key.partition("/")[0]]
    return exercise, next(form for form in exercise.forms if form.key == key)


def _speaks(branch: Branch) -> bool:
    return any(advice.topic in TOPICS for advice in branch.then.advise)
