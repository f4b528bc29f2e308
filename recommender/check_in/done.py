"""Read the routine that a person did. Nothing in it is trusted: ids and doses are held against the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recommender.answer_sheet import Say
from recommender.models.catalogue import Catalogue, DefaultRoutine, DoseType, Exercise
from recommender.models.check_in import Done
from recommender.models.routine import Dose

ITEMS_AT_MOST = 30
_ITEM_KEYS = frozenset({"exercise", "form", "dose"})
_FIGURES = ("sets", "reps", "hold_seconds", "seconds")
_GIVEN_BY_CATALOGUE = frozenset({"type", "per_side", "rest_seconds"})
FRAME_SLOTS = ("warm_up", "closing")
SECONDS_AT_MOST = 3600

Messages = dict[str, list[str]]


class DoneReader:
    """Reads routines against one catalogue."""

    def __init__(self, catalogue: Catalogue, say: Say) -> None:
        self._catalogue = catalogue
        self._say = say

    def read(self, raw: Any, place: str, messages: Messages) -> tuple[Done, ...]:
        """Return the items, in order; () where a message was added for one of them."""
        if not isinstance(raw, list) or not 0 < len(raw) <= ITEMS_AT_MOST:
            messages[place] = [self._say("Give the routine that was done as a list: exercise, form and dose of each.")]
            return ()
        found: list[Done] = []
        for number, entry in enumerate(raw):
            item = self._item(entry, f"{place}.{number}", messages)
            if item is None:
                continue
            if any(item.exercise.id == other.exercise.id for other in found):
                messages[f"{place}.{number}.exercise"] = [self._say("This exercise stands twice. Give it once.")]
            found.append(item)
        return tuple(found)

    def _item(self, raw: Any, place: str, messages: Messages) -> Done | None:
        if not isinstance(raw, Mapping) or set(raw) != _ITEM_KEYS:
            messages[place] = [self._say("Give exercise, form and dose, and nothing else.")]
            return None
        exercise = self._catalogue.by_id.get(raw["exercise"]) if isinstance(raw["exercise"], str) else None
        if exercise is None:
            messages[f"{place}.exercise"] = [
                self._say("This exercise is unknown. They are listed at /api/v1/exercises.")
            ]
            return None
        if exercise.default_routine is DefaultRoutine.NO:
            messages[f"{place}.exercise"] = [self._say("This exercise is never part of a routine. Remove it.")]
            return None
        form = next((form for form in exercise.forms if form.id == raw["form"]), None)
        if form is None:
            forms = ", ".join(form.id for form in exercise.forms)
            messages[f"{place}.form"] = [self._say("This form is unknown. Use one of: %(forms)s.", forms=forms)]
            return None
        dose = self._dose(raw["dose"], exercise, f"{place}.dose", messages)
        return None if dose is None else Done(exercise, form, dose)

    def _dose(self, raw: Any, exercise: Exercise, place: str, messages: Messages) -> Dose | None:
        if not isinstance(raw, Mapping):
            messages[place] = [self._say("Give the dose as an object, as it was given.")]
            return None
        faults: Messages = {
            f"{place}.{name}": [self._say("This is not part of a dose. Remove it.")]
            for name in raw
            if name not in _FIGURES and name not in _GIVEN_BY_CATALOGUE
        }
        figures = {name: raw[name] for name in _FIGURES if raw.get(name) is not None}
        for name, most in self._most(exercise, figures).items():
            value = figures.get(name)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
                told = self._say("Give a whole number from 1 to %(most)s.", most=most)
                faults[f"{place}.{name}"] = [told]
        for name in set(figures) - set(self._most(exercise, figures)):
            faults[f"{place}.{name}"] = [self._say("This exercise has no such figure. Remove it.")]
        messages |= faults
        if faults:
            return None
        kind = DoseType.TIME if "seconds" in figures else exercise.dose.type
        return Dose(type=kind, **{"sets": 1, **figures}, per_side=exercise.dose.per_side)

    def _most(self, exercise: Exercise, figures: Mapping[str, Any]) -> dict[str, int]:
        """Return the figures that the dose must have, each with the most that the catalogue has for it.

        Any move may be given as a time, as a warm-up or closing item is.
        """
        usual = exercise.dose
        most = {"sets": usual.sets[1]} if "sets" in figures else {}
        if "seconds" in figures or usual.type is DoseType.TIME:
            # The plan of a session may give a warm-up more time than the catalogue does.
            limit = usual.seconds[1] if usual.seconds and exercise.slot not in FRAME_SLOTS else SECONDS_AT_MOST
            return {**most, "seconds": limit}
        most["reps"] = usual.reps[1] if usual.reps else 1
        if usual.hold_seconds and (usual.type is DoseType.HOLD or "hold_seconds" in figures):
            most["hold_seconds"] = usual.hold_seconds[1]
        return most
