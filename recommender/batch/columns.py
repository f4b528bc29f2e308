"""What can be written of each outcome, column by column, each with its meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from recommender.batch.rows import Row
from recommender.errors import RecommenderError
from recommender.models.recommendation import Recommendation, ReviewDays
from recommender.models.routine import BARRED, Item, Routine
from recommender.presentation.review import review_shown

if TYPE_CHECKING:
    from recommender.presentation.localised import LocalisedContent
    from recommender.presentation.replies import RecommendationShown, ReviewShown

EVERY_COLUMN = "all"
TEXT, WHOLE, LIST, OBJECT = "text", "whole number", "list", "object"


@dataclass(frozen=True)
class Outcome:
    """One sheet and what came of it; a review and a full reply are put together only where a column asks for them."""

    row: Row
    recommendation: Recommendation
    days: ReviewDays
    localised: LocalisedContent
    region: str | None

    @property
    def routine(self) -> Routine | None:
        assembly = self.recommendation.assembly
        return assembly.routine if assembly else None

    @property
    def items(self) -> Sequence[Item]:
        return self.routine.items if self.routine else ()

    @cached_property
    def review(self) -> ReviewShown | None:
        if self.routine is None:
            return None
        say = self.localised.words(self.region).say
        return review_shown(self.recommendation.decision.outcomes, self.days, say)

    @property
    def reply(self) -> RecommendationShown:
        return self.localised.present(self.recommendation, self.region, self.days.today)


class Column(NamedTuple):
    """One column: its name, its type, what it means, and how it is read from an outcome. None is written as nothing."""

    name: str
    type: str
    meaning: str
    read: Callable[[Outcome], Any]


def _allowed(outcome: Outcome) -> list[str]:
    assembly = outcome.recommendation.assembly
    if assembly is None:
        return []
    others = (left.exercise.id for left in assembly.left_out if left.because not in BARRED)
    return sorted({*(item.exercise.id for item in outcome.items), *others})


def _other_days(outcome: Outcome) -> list[str]:
    assembly = outcome.recommendation.assembly
    others = assembly.other_days if assembly else None
    return [item.exercise.id for item in others.items] if others else []


ID = Column(
    "id",
    TEXT,
    "The id of the sheet, or its number in the file, from 1, where no column of ids was named.",
    lambda one: one.row.id,
)
_CHOICES = (
    Column(
        "line",
        WHOLE,
        "Where the sheet begins: the line of a text file, the row of a Parquet file, from 1.",
        lambda one: one.row.line,
    ),
    Column(
        "level",
        TEXT,
        "How soon somebody should be seen: the worst that any rule asks for.",
        lambda one: one.recommendation.level.value,
    ),
    Column(
        "kind",
        TEXT,
        "Beside a routine, what is asked about being seen: net, check_in, book or ask_now. Empty where nothing is.",
        lambda one: one.review and one.review["kind"],
    ),
    Column(
        "who",
        TEXT,
        "Beside a routine, whom to see, tell or ask. Empty where nothing is asked.",
        lambda one: one.review and one.review["who"],
    ),
    Column(
        "within",
        TEXT,
        "Beside a routine, in what time, an ISO 8601 duration. Empty where no time is given.",
        lambda one: one.review and one.review["within"],
    ),
    Column(
        "stage",
        TEXT,
        "How far along the person is: settle, build or strengthen. Empty without a routine.",
        lambda one: one.routine and one.routine.stage.value,
    ),
    Column(
        "minutes",
        WHOLE,
        "The minutes that the routine may take. Empty without a routine.",
        lambda one: one.routine and one.routine.minutes_budget,
    ),
    Column(
        "seconds",
        WHOLE,
        "How long the routine takes. Empty without a routine.",
        lambda one: one.routine and one.routine.seconds,
    ),
    Column(
        "items",
        LIST,
        "The exercises of the routine, in order. Empty without a routine.",
        lambda one: [item.exercise.id for item in one.items],
    ),
    Column(
        "forms",
        LIST,
        "The same with the form of each, as exercise/form.",
        lambda one: [item.form.key for item in one.items],
    ),
    Column(
        "other_days",
        LIST,
        "The exercises of the days between strength days. Empty where every day is alike.",
        _other_days,
    ),
    Column(
        "allowed",
        LIST,
        "Every exercise that this person may do here, in alphabetical order. Empty without a routine.",
        _allowed,
    ),
    Column(
        "fired",
        LIST,
        "The rules that fired, each once.",
        lambda one: list(dict.fromkeys(branch.rule_id for branch in one.recommendation.fired)),
    ),
    Column(
        "cases",
        LIST,
        "The cases of rules that fired, as rule/number.",
        lambda one: list(one.recommendation.decision.fired_ids),
    ),
    Column(
        "reply",
        OBJECT,
        "The whole reply, as the API gives it; in CSV and Parquet as JSON text. Some 40 to 60 kB a sheet.",
        lambda one: one.reply,
    ),
)
COLUMNS = {column.name: column for column in (ID, *_CHOICES)}
USUAL = ("level", "kind", "items", "fired")


def columns_of(names: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of a file of outcomes, the id first.

    Raises:
        RecommenderError: there is no such column.
    """
    wanted = [name for name in names if name != ID.name]
    strange = [name for name in wanted if name not in COLUMNS and name != EVERY_COLUMN]
    if strange:
        raise RecommenderError(f"There is no column '{strange[0]}'. There is: {', '.join(COLUMNS)}.")
    if EVERY_COLUMN in wanted:
        wanted = [name for name in COLUMNS if name not in (ID.name, "reply", *wanted)] + [
            name for name in wanted if name != EVERY_COLUMN
        ]
    return (ID, *(COLUMNS[name] for name in dict.fromkeys(wanted)))
