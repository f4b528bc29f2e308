"""What a person changed in their routine, and what they may change, in the words of one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recommender.models.catalogue import Exercise, Form
from recommender.models.content import Content
from recommender.models.routine import AppliedEdit, Choices


@dataclass(frozen=True, slots=True)
class ShownEdit:
    """``outcome`` is an id of Outcome."""

    unwanted: Exercise
    instead: Exercise | None
    outcome: str


@dataclass(frozen=True, slots=True)
class ShownChoices:
    """``chosen_for`` is the move that the item was chosen in place of, if it was. ``stays`` is an id of Stays."""

    chosen_for: Exercise | None
    instead: tuple[tuple[Exercise, Form], ...]
    stays: str | None


def changes_shown(changes: Iterable[AppliedEdit], content: Content) -> list[ShownEdit]:
    """Return the changes to a routine, as the page shows them."""
    exercises = content.catalogue.by_id
    return [
        ShownEdit(
            exercises[change.edit.unwanted],
            exercises[change.edit.instead] if change.edit.instead else None,
            change.outcome.value,
        )
        for change in changes
    ]


def choices_shown(choices: Mapping[str, Choices], content: Content) -> dict[str, ShownChoices]:
    """Return what can be changed about each exercise, by its id."""
    catalogue = content.catalogue
    return {
        exercise: ShownChoices(
            chosen_for=catalogue.by_id[given.origin.id] if given.origin.id != exercise else None,
            instead=tuple((catalogue.by_id[form.exercise], catalogue.forms[form.key]) for form in given.instead),
            stays=given.stays.value if given.stays else None,
        )
        for exercise, given in choices.items()
    }
