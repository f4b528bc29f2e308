"""The review room's lists, worked out from the standing of every target. Knows no database and no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.review.approval_status import Standing
from recommender.review.release import needed
from recommender.review.reviews import author_of, same_person, threads_of
from recommender.review.tables import Clinician, Review, Role
from recommender.rulebook.targets import Target, TargetKind

EXERCISES, DISPOSITIONS = "exercises", "dispositions"
# The order of the page; kinds of rules that are not named come last.
_ORDER = ("red_flags", "contraindications", "precautions", "findings", "general", EXERCISES, DISPOSITIONS)
_TITLES = {EXERCISES: "Moves", DISPOSITIONS: "Outcomes"}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One rule, move or outcome as this clinician finds it. ``may_approve``: it is for them, and still to do."""

    target: Target
    title: str
    standing: Standing
    required: int
    is_needed: bool
    is_author: bool
    is_signed: bool
    may_approve: bool

    @property
    def state(self) -> str:
        """Return blocked, approved, part, lapsed or open."""
        if self.standing.requested:
            return "blocked"
        if self.standing.is_approved:
            return "approved"
        if self.standing.approvals:
            return "part"
        return "lapsed" if self.standing.lapsed else "open"

    @property
    def words(self) -> str:
        """Return the state in words."""
        return {
            "blocked": "Changes requested",
            "approved": "Approved",
            "part": f"{len(self.standing.approvals)} of {self.required} approvals",
            "lapsed": "Changed since it was approved",
            "open": "No approval yet",
        }[self.state]

    @property
    def needs_me(self) -> bool:
        """Return whether the release waits for this clinician here."""
        return self.may_approve and self.is_needed and not self.standing.is_approved


@dataclass(frozen=True, slots=True)
class ReviewGroup:
    """Rules of one kind, all moves, or all outcomes."""

    id: str
    title: str
    rows: tuple[ReviewRow, ...]

    @property
    def is_needed(self) -> bool:
        """Return whether the release waits for anything in it."""
        return any(row.is_needed for row in self.rows)

    @property
    def approved(self) -> int:
        """Return how many rows are approved."""
        return sum(row.state == "approved" for row in self.rows)

    @property
    def for_me(self) -> tuple[ReviewRow, ...]:
        """Return the rows that wait for this clinician."""
        return tuple(row for row in self.rows if row.needs_me)

    @property
    def may_approve(self) -> tuple[ReviewRow, ...]:
        """Return the rows that this clinician may approve."""
        return tuple(row for row in self.rows if row.may_approve)

    @property
    def words(self) -> str:
        """Return how far the group is, in words."""
        counts = {
            state: sum(row.state == state for row in self.rows) for state in ("part", "lapsed", "open", "blocked")
        }
        told = [f"{self.approved} of {len(self.rows)} approved"]
        told += [f"{counts['part']} begun"] if counts["part"] else []
        told += [f"{counts['lapsed']} changed since"] if counts["lapsed"] else []
        told += [f"{counts['open']} not begun"] if counts["open"] else []
        told += [f"{counts['blocked']} with changes requested"] if counts["blocked"] else []
        return ", ".join(told) + "."


class ReviewQueue:
    """Everything that can be reviewed, as one clinician finds it, or somebody who only reads."""

    def __init__(
        self, content: Content, standings: Mapping[Target, Standing], required: int, clinician: Clinician | None
    ) -> None:
        needs = frozenset(needed(content))
        self._content = content
        self._clinician = clinician
        self._own_id = clinician.id if clinician else None
        self._required = required
        self.rows: dict[Target, ReviewRow] = {
            target: self._row(target, standing, target in needs)
            for target, standing in standings.items()
            if target.kind is not TargetKind.RELEASE
        }
        self.groups = self._groups()

    def group(self, group_id: str) -> ReviewGroup | None:
        """Return a group by its id; None if there is none."""
        return next((group for group in self.groups if group.id == group_id), None)

    def group_of(self, target: Target) -> ReviewGroup:
        """Return the group that a target is listed in."""
        return next(group for group in self.groups if any(row.target == target for row in group.rows))

    def lapsed_for_me(self) -> list[ReviewRow]:
        """Return what this clinician approved before it changed."""
        return [
            row
            for row in self.rows.values()
            if any(approval.clinician_id == self._own_id for approval in row.standing.lapsed)
        ]

    def to_settle(self) -> list[ReviewRow]:
        """Return the rules that are marked as waiting for a clinician's decision."""
        rules = self._content.rule_set.by_id
        return [
            row
            for row in self.rows.values()
            if row.target.kind is TargetKind.RULE and rules[row.target.id].needs_clinical_decision
        ]

    def requested(self) -> list[ReviewRow]:
        """Return the rows with changes requested."""
        return [row for row in self.rows.values() if row.standing.requested]

    def after(self, target: Target) -> ReviewRow | None:
        """Return what needs this clinician next, from a target onwards and then from the start."""
        rows = [row for group in self.groups for row in group.rows]
        place = next((number for number, row in enumerate(rows) if row.target == target), -1)
        return next((row for row in [*rows[place + 1 :], *rows[: place + 1]] if row.needs_me), None)

    def _row(self, target: Target, standing: Standing, is_needed: bool) -> ReviewRow:
        me = self._clinician
        is_author = me is not None and same_person(author_of(self._content, target), me)
        is_signed = any(approval.clinician_id == self._own_id for approval in standing.approvals)
        return ReviewRow(
            target=target,
            title=title_of(self._content, target),
            standing=standing,
            required=self._required,
            is_needed=is_needed,
            is_author=is_author,
            is_signed=is_signed,
            may_approve=me is not None and me.role is not Role.READER and not is_author and not is_signed,
        )

    def _groups(self) -> tuple[ReviewGroup, ...]:
        rules = self._content.rule_set.by_id
        found: dict[str, list[ReviewRow]] = {}
        for target, row in self.rows.items():
            kind = rules[target.id].kind if target.kind is TargetKind.RULE else f"{target.kind}s"
            found.setdefault(kind, []).append(row)
        groups = [ReviewGroup(kind, _TITLES.get(kind) or kind_title(kind), tuple(rows)) for kind, rows in found.items()]
        return tuple(sorted(groups, key=lambda group: _ORDER.index(group.id) if group.id in _ORDER else len(_ORDER)))


def kind_title(kind: str) -> str:
    """Return a kind of rule as a heading."""
    return kind.replace("_", " ").capitalize()


def title_of(content: Content, target: Target) -> str:
    """Return what a target is called."""
    match target.kind:
        case TargetKind.RULE:
            return content.rule_set.by_id[target.id].title
        case TargetKind.EXERCISE:
            return content.catalogue.by_id[target.id].name
        case TargetKind.DISPOSITION:
            return content.catalogue.dispositions[Level(target.id)].title
    return f"Release {content.rule_set.version}"


def new_replies(said: Sequence[Review], clinician: Clinician) -> list[Review]:
    """Return the last word of every thread that the clinician took part in and somebody else has answered since."""
    waiting = [thread for thread in threads_of(said) if _is_answered((thread.review, *thread.replies), clinician.id)]
    return [(thread.review, *thread.replies)[-1] for thread in waiting]


def _is_answered(reviews: Sequence[Review], clinician_id: int) -> bool:
    return reviews[-1].clinician_id != clinician_id and any(review.clinician_id == clinician_id for review in reviews)
