"""The review room's lists, worked out from the standing of every target. Knows no database and no request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.loaders.safety_case import shipped_safety_case
from recommender.models.content import Content
from recommender.models.levels import Level
from recommender.models.safety_case import Hazard
from recommender.review.approval_status import Standing, is_named, is_one_of
from recommender.review.authorship import own_work
from recommender.review.record_consistency import may_say
from recommender.review.release import ReleaseStatus, needed
from recommender.review.reviews import Standings, spoken, threads_of
from recommender.review.tables import Clinician, Review, Role, Verdict
from recommender.rulebook.named import names_in_files
from recommender.rulebook.points import points
from recommender.rulebook.targets import SAFETY_CASE, Target, TargetKind, hazard_target, is_of_safety_case

# What narrows a list of the room, by its name in an address.
LIST_FILTERS = ("theme", "group", "whose", "state")
# How the list of everything of one kind is called, in an address and as a heading. Rules are listed by their own kinds.
_GROUPS = {
    TargetKind.POINT: ("points", "Points to settle"),
    TargetKind.EXERCISE: ("exercises", "Moves"),
    TargetKind.DISPOSITION: ("dispositions", "Outcomes"),
    TargetKind.PAGE: ("pages", "Questions"),
    TargetKind.REGION: ("regions", "Numbers to call"),
    TargetKind.WORDS: ("words", "Advice, facts, sources and other words"),
    TargetKind.INTERFACE: ("interface", "Words of the site"),
    TargetKind.SAFETY: ("safety", "Safety net"),
    TargetKind.LANGUAGE: ("languages", "Translations"),
}
_SAFETY_CASE = (SAFETY_CASE.id, "Safety case, with its hazards")
# The order of the page; kinds of rules that are not named come last.
_ORDER = ("points", "red_flags", "contraindications", "precautions", "findings", "general", "exercises", "dispositions")
_WORDS = {
    "blocked": "Changes requested",
    "approved": "Approved",
    "decided": "Decided",
    "deferred": "Put off",
    "due": "Put off until a day that is past",
    "lapsed": "Changed since it was approved",
    "open": "No approval yet",
}
_POINT_WORDS = {**_WORDS, "lapsed": "Settled on an older version", "open": "Not settled yet"}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One thing that is signed as this clinician finds it. ``may_approve``: it is for them, and still to do.

    What somebody objects to is never approved together with others, but by itself, and not by whoever objects.
    ``waits_for_another``: enough have approved it, but no safety officer yet, and this clinician is none.
    """

    target: Target
    title: str
    standing: Standing
    required: int
    is_needed: bool
    is_author: bool
    is_signed: bool
    may_approve: bool
    may_settle: bool = False
    waits_for_another: bool = False

    @property
    def own_work(self) -> str:
        return own_work(self.target)

    @property
    def state(self) -> str:
        """Return blocked, decided, deferred, due, approved, part, lapsed or open."""
        if self.standing.requested:
            return "blocked"
        if self.standing.is_due:
            return "due"
        if self.standing.settled is not None:
            return "deferred" if self.standing.settled.verdict is Verdict.DEFER else "decided"
        if self.standing.is_approved:
            return "approved"
        if self.standing.approvals:
            return "part"
        return "lapsed" if self.standing.lapsed else "open"

    @property
    def words(self) -> str:
        """Return the state in words."""
        part = f"{len(self.standing.approvals)} of {self.required} approvals"
        if self.standing.lacks_officer:
            part += ", none by a safety officer"
        return {**(_POINT_WORDS if self.is_point else _WORDS), "part": part}[self.state]

    @property
    def is_point(self) -> bool:
        """Return whether it is a point to settle, which is decided and not approved."""
        return self.target.kind is TargetKind.POINT

    @property
    def may_approve_together(self) -> bool:
        """Return whether this clinician may approve it in one go with others."""
        return self.may_approve and not self.standing.requested

    @property
    def needs_me(self) -> bool:
        """Return whether the release waits for this clinician here. Where changes are asked for it waits for those."""
        if self.standing.is_approved or self.standing.requested or not self.is_needed or self.waits_for_another:
            return False
        return self.may_approve or self.may_settle


@dataclass(frozen=True, slots=True)
class GoneRow:
    """Something that is no longer here, to which somebody objected: it was taken out, or is called otherwise now."""

    target: Target
    standing: Standing

    @property
    def title(self) -> str:
        """Return what it was called."""
        return f"{kind_title(self.target.kind.value)} {self.target.id}"

    @property
    def objectors(self) -> tuple[str, ...]:
        """Return who objects to it."""
        return tuple(dict.fromkeys(request.clinician.name for request in self.standing.requested))


@dataclass(frozen=True, slots=True)
class ReviewGroup:
    """Rules of one kind, all moves, all outcomes, and so on."""

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
        return sum(row.standing.is_approved for row in self.rows)

    @property
    def for_me(self) -> tuple[ReviewRow, ...]:
        """Return the rows that wait for this clinician."""
        return tuple(row for row in self.rows if row.needs_me)

    @property
    def together(self) -> tuple[ReviewRow, ...]:
        """Return the rows that this clinician may approve in one go: those that need them, or else all others."""
        offered = tuple(row for row in self.rows if row.may_approve_together)
        return tuple(row for row in offered if row.needs_me) or offered

    @property
    def words(self) -> str:
        """Return how far the group is, in words."""
        counts = {
            state: sum(row.state == state for row in self.rows)
            for state in ("part", "lapsed", "due", "open", "blocked")
        }
        done = "settled" if all(row.is_point for row in self.rows) else "approved"
        told = [f"{self.approved} of {len(self.rows)} {done}"]
        told += [f"{counts['part']} begun"] if counts["part"] else []
        told += [f"{counts['lapsed']} changed since"] if counts["lapsed"] else []
        told += [f"{counts['due']} due"] if counts["due"] else []
        told += [f"{counts['open']} not begun"] if counts["open"] else []
        told += [f"{counts['blocked']} with changes requested"] if counts["blocked"] else []
        return ", ".join(told) + "."


class ReviewQueue:
    """Everything that can be reviewed, as one clinician finds it, or somebody who only reads."""

    def __init__(self, content: Content, standings: Standings, required: int, clinician: Clinician | None) -> None:
        needs = frozenset(needed(standings.today))
        self._content = content
        self._points = tuple(points(content))
        self._clinician = clinician
        self._own_id = clinician.id if clinician else None
        self._required = required
        self.rows: dict[Target, ReviewRow] = {
            target: self._row(target, standing, target in needs)
            for target, standing in standings.today.items()
            if target.kind is not TargetKind.RELEASE
        }
        self.gone = tuple(GoneRow(target, standing) for target, standing in standings.gone.items())
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

    def points_of(self, target: Target) -> list[ReviewRow]:
        """Return the points that a clinician must settle about a rule."""
        if target.kind is not TargetKind.RULE:
            return []
        return [self.rows[Target(TargetKind.POINT, point.id)] for point in self._points if target.id in point.rules]

    def points(self) -> list[ReviewRow]:
        """Return every point, in order."""
        return [self.rows[Target(TargetKind.POINT, point.id)] for point in self._points]

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
        is_author = me is not None and (
            is_named(names_in_files(self._content, target), me) or is_one_of(me, standing.authors)
        )
        is_signed = any(approval.clinician_id == self._own_id for approval in standing.approvals)
        is_point = target.kind is TargetKind.POINT
        is_objector = any(request.clinician_id == self._own_id for request in standing.requested)
        may_act = me is not None and may_say(me.role, Verdict.APPROVE)
        is_enough = standing.lacks_officer and len(standing.approvals) >= self._required
        return ReviewRow(
            target=target,
            title=title_of(self._content, target),
            standing=standing,
            required=self._required,
            is_needed=is_needed,
            is_author=is_author,
            is_signed=is_signed,
            may_approve=may_act and not (is_author or is_signed or is_objector or is_point),
            may_settle=may_act and is_point and not is_author,
            waits_for_another=is_enough and me is not None and me.role is not Role.SAFETY_OFFICER,
        )

    def _groups(self) -> tuple[ReviewGroup, ...]:
        rules = self._content.rule_set.by_id
        found: dict[str, list[ReviewRow]] = {}
        for target, row in self.rows.items():
            kind = rules[target.id].kind if target.kind is TargetKind.RULE else _GROUPS[target.kind][0]
            found.setdefault(SAFETY_CASE.id if is_of_safety_case(target) else kind, []).append(row)
        titles = dict((*_GROUPS.values(), _SAFETY_CASE))
        groups = [ReviewGroup(kind, titles.get(kind) or kind_title(kind), tuple(rows)) for kind, rows in found.items()]
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
        case TargetKind.RELEASE:
            return f"Release {content.rule_set.version}"
        case TargetKind.PAGE:
            page = next(page for page in content.questionnaire.pages if page.id == target.id)
            return f"{page.id}: {page.title}"
        case TargetKind.REGION:
            region = content.catalogue.every_region.get(target.id)
            return region.name if region else "Where the country is not known"
        case TargetKind.POINT:
            return next(point.text for point in points(content) if point.id == target.id)
        case TargetKind.LANGUAGE:
            return f"Translation: {target.id}"
        case TargetKind.SAFETY if (hazard := hazard_of(target)) is not None:
            return f"{hazard.id}: {hazard.title}"
    return target.id.replace("_", " ").capitalize()


def hazard_of(target: Target) -> Hazard | None:
    """Return the hazard that a target is; None if it is none of this safety case."""
    hazards = shipped_safety_case().hazards
    return next((hazard for hazard in hazards if hazard_target(hazard.id) == target), None)


def release_words(status: ReleaseStatus) -> str:
    """Return how far a release is, in a sentence or two: what it waits for, all of it."""
    if status.faults:
        return "The record is not as it was written, so nothing counts as approved."
    if status.is_approved:
        return "This release is approved."
    waits = (
        _counted(len(status.unapproved), "still to be approved", "still to be approved"),
        _counted(len(status.undecided), "point to settle", "points to settle"),
        _counted(len(status.requested), "request to change the release", "requests to change the release"),
        _counted(len(status.gone), "objection to what is gone", "objections to what is gone"),
    )
    told = ", ".join(words for words in waits if words)
    if told:
        return f"Not ready: {told}."
    if status.authors_unknown:
        return "Everything is approved, and of some rules nobody has said who wrote them."
    if not status.is_proved:
        return "Everything is approved, and nothing is proved of these rules."
    if status.overtaken:
        return "Everything is approved. A point was settled otherwise since a lead signed, so a lead must sign again."
    return "Everything is approved. The release waits for a lead."


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}" if number else ""


def new_replies(said: Sequence[Review], clinician: Clinician) -> list[Review]:
    """Return the last word of every thread that the clinician took part in and somebody else has answered since."""
    waiting = [
        thread for thread in threads_of(spoken(said)) if _is_answered((thread.review, *thread.replies), clinician.id)
    ]
    return [(thread.review, *thread.replies)[-1] for thread in waiting]


def _is_answered(reviews: Sequence[Review], clinician_id: int) -> bool:
    return reviews[-1].clinician_id != clinician_id and any(review.clinician_id == clinician_id for review in reviews)
