"""Ways to narrow a list, as the catalogue and the rule book have them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet. ``text`` is None where the page has words of its own for it."""

    id: str
    text: str | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a list, named as in its address. ``label`` is empty where the page has words of its own."""

    name: str
    label: str
    values: tuple[FacetValue, ...]

    @property
    def chosen(self) -> tuple[FacetValue, ...]:
        """Return the values that the list is narrowed to; none leaves all of it."""
        return tuple(value for value in self.values if value.is_chosen)

    @property
    def choice(self) -> str | None:
        """Return the id of the value that was chosen, for a facet with one at most."""
        return next((value.id for value in self.chosen), None)

    @property
    def items(self) -> list[dict[str, Any]]:
        """Return the values as the select component wants them, and first the one for all."""
        every = {"value": "", "text": "All", "selected": not self.chosen}
        return [every, *({"value": one.id, "text": one.text, "selected": one.is_chosen} for one in self.values)]


def facet(name: str, values: Mapping[str, str | None], chosen: Container[str], label: str = "") -> Facet:
    """Return a facet with these values by id. What was chosen and is none of them is ignored."""
    return Facet(name, label, tuple(FacetValue(id, text, id in chosen) for id, text in values.items()))
