"""The lists of the review room, narrowed: by theme, kind, whose it is, and how far it is. Knows no database and no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from recommender.models.themes import Theme
from recommender.review.tables import Clinician
from recommender.review.work import NO_WORK, Work
from recommender.rulebook.targets import Target
from recommender.web.review.pages import LIST_FILTERS, ReviewQueue, ReviewRow

ME, NOBODY = "me", "nobody"
STATES = {
    "needs_me": "Needs you",
    "open": "Not approved yet",
    "blocked": "Changes requested",
    "lapsed": "Changed since it was approved",
    "due": "Due, with a day",
    "seen": "Seen by you",
    "unseen": "Not seen by you",
    "approved": "Approved or settled",
}


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One thing in a list: where it stands, who is to look at it, and whether this clinician has marked it as seen."""

    group: str
    row: ReviewRow
    work: Work
    is_seen: bool


@dataclass(frozen=True)
class Known:
    """What lists are made from: the room as somebody finds it, what belongs to each theme, the work, and what was seen."""

    room: ReviewQueue
    themes: tuple[Theme, ...]
    members: Mapping[str, frozenset[Target]]
    work: Mapping[Target, Work]
    seen: frozenset[Target]
    me: Clinician
    people: tuple[Clinician, ...]
    today: date

    @cached_property
    def rows(self) -> tuple[WorkRow, ...]:
        """Return everything that can be reviewed, in the order of the room."""
        return tuple(
            WorkRow(group.id, row, self.work.get(row.target, NO_WORK), row.target in self.seen)
            for group in self.room.groups
            for row in group.rows
        )

    @cached_property
    def options(self) -> dict[str, dict[str, str]]:
        """Return what each filter offers, by what stands in an address."""
        return {
            "theme": {theme.id: theme.title for theme in self.themes},
            "group": {group.id: group.title for group in self.room.groups},
            "whose": {
                ME: "Assigned to you",
                NOBODY: "Assigned to nobody",
                **{str(person.id): f"Assigned to {person.name}" for person in self.people if person.id != self.me.id},
            },
            "state": STATES,
        }


class WorkList:
    """Everything that fits a choice of filters, in the order of the room. What is not known narrows nothing."""

    def __init__(self, known: Known, chosen: Mapping[str, str]) -> None:
        self._known = known
        self.options = known.options
        self.chosen = {
            name: value for name in LIST_FILTERS if (value := chosen.get(name, "")) in self.options[name] and value
        }
        self.rows = tuple(row for row in known.rows if self._fits(row))

    @property
    def query(self) -> str:
        """Return the filters as the query of an address."""
        return urlencode(self.chosen)

    @property
    def title(self) -> str:
        """Return what the list is of, in words."""
        return ", ".join(self.options[name][value] for name, value in self.chosen.items()) or "Everything"

    @property
    def seen(self) -> int:
        """Return how many rows are marked as seen."""
        return sum(row.is_seen for row in self.rows)

    @property
    def approved(self) -> int:
        """Return how many rows are approved or settled."""
        return sum(row.row.standing.is_approved for row in self.rows)

    def beside(self, target: Target) -> tuple[ReviewRow | None, ReviewRow | None]:
        """Return what stands before and after something in the list; None at an end, or where it is not in it."""
        rows = [row.row for row in self.rows]
        place = next((number for number, row in enumerate(rows) if row.target == target), None)
        if place is None:
            return None, (rows[0] if rows else None)
        return (rows[place - 1] if place else None), (rows[place + 1] if place + 1 < len(rows) else None)

    def _fits(self, one: WorkRow) -> bool:
        theme, group, whose, state = (self.chosen.get(name) for name in LIST_FILTERS)
        target = one.row.target
        if theme and target not in self._known.members[theme]:
            return False
        if group and one.group != group:
            return False
        return self._is_of(one, whose) and self._is_in(one, state)

    def _is_of(self, one: WorkRow, whose: str | None) -> bool:
        if not whose:
            return True
        waiting = one.work.waiting
        if whose == NOBODY:
            return not waiting and not one.row.standing.is_approved
        wanted = self._known.me.id if whose == ME else int(whose)
        return any(assigned.person.id == wanted for assigned in waiting)

    def _is_in(self, one: WorkRow, state: str | None) -> bool:
        row = one.row
        match state:
            case "needs_me":
                return row.needs_me
            case "open":
                return not row.standing.is_approved
            case "blocked":
                return bool(row.standing.requested)
            case "lapsed":
                return bool(row.standing.lapsed)
            case "due":
                return one.work.due() is not None
            case "seen":
                return one.is_seen
            case "unseen":
                return not one.is_seen
            case "approved":
                return row.standing.is_approved
        return True
