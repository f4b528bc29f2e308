"""The shapes of what is presented, as plain data: what the API replies with and what the pages show.

They say for mypy what ``presentation.schemas`` says for readers of JSON, and a test holds the two together. Plain dicts
and not objects: they become JSON as they are, once for every request.
"""

from __future__ import annotations

from typing import Any, TypedDict


class AnswerShown(TypedDict):
    question: str
    option: str | None
    text: str


class ReasonShown(TypedDict):
    rule: str
    text: str
    answers: list[AnswerShown]


class OutcomeReasonShown(ReasonShown):
    level: str
    within: str | None
    act: str | None
    sources: list[str]


class DispositionWords(TypedDict):
    level: str
    title: str
    heading: str
    message: str
    act: str
    within: str | None
    steps: list[str]
    tell_staff: str | None
    do_not: list[str]
    meanwhile: list[str]
    worse: list[str]


class DispositionShown(DispositionWords):
    reasons: list[OutcomeReasonShown]


class ReviewLineShown(TypedDict):
    kind: str
    who: str
    text: str
    rule: str


class ReviewShown(ReviewLineShown):
    by: str | None
    within: str | None
    others: list[ReviewLineShown]


class DoseShown(TypedDict):
    type: str
    sets: int
    reps: int | None
    hold_seconds: int | None
    seconds: int | None
    per_side: bool
    rest_seconds: int


class FigureSideShown(TypedDict):
    side: str
    mirrored: bool


class FigureShown(TypedDict):
    alt: str
    frames: list[str]
    motion: str | None
    width: int
    height: int
    sides: list[FigureSideShown]


class MoveShown(TypedDict):
    exercise: str
    name: str
    form: str
    form_name: str
    dose: DoseShown
    steps: list[str]
    cautions: list[str]
    figure: FigureShown | None


class BreakItemShown(MoveShown):
    slot: str
    position: str
    seconds: int
    purpose: str
    breathing: str
    feel_it: str
    not_here: str
    common_mistakes: list[str]
    why: list[ReasonShown]


class ItemShown(BreakItemShown):
    every_day: bool
    easier: str | None
    easier_move: MoveShown | None
    harder: str | None
    harder_move: MoveShown | None


class OtherDaysShown(TypedDict):
    seconds: int
    items: list[ItemShown]


class RoutineShown(TypedDict):
    how_often: str | None
    strength_days: str | None
    other_days: OtherDaysShown | None
    minutes_budget: int
    seconds: int
    stage: str
    items: list[ItemShown]


class LeftOutShown(TypedDict):
    exercise: str
    name: str
    because: str
    text: str | None
    regions: list[str]
    why: list[ReasonShown]
    instead: str | None


class BreakShown(TypedDict):
    name: str
    why: ReasonShown
    items: list[BreakItemShown]


class AdviceShown(TypedDict):
    rule: str
    topic: str
    text: str


class ContactShown(TypedDict):
    name: str
    number: str | None
    by_text: bool
    note: str | None


class ContactsShown(TypedDict):
    region: str
    name: str
    emergency: list[ContactShown]
    urgent: list[ContactShown]
    crisis: list[ContactShown]


class RuleSetShown(TypedDict):
    version: str
    hash: str
    approved: bool


class LanguageShown(TypedDict):
    code: str
    clinically_checked: bool
    digest: str


class UnsureQuestionShown(TypedDict):
    question: str
    text: str


class RecommendationShown(TypedDict):
    disposition: DispositionShown
    answer_again: list[UnsureQuestionShown]
    review: ReviewShown | None
    routine: RoutineShown | None
    left_out: list[LeftOutShown]
    advice: list[AdviceShown]
    stop_rules: list[str]
    breaks: list[BreakShown]
    contacts: list[ContactsShown]
    fired: list[str]
    cases: list[str]
    rule_set: RuleSetShown
    not_approved: str | None
    language: LanguageShown


class ChangeShown(TypedDict):
    kind: str
    exercise: str
    name: str
    figure: str | None
    before: int | None
    after: int | None
    instead_of: str | None
    text: str
    why: list[ReasonShown]


# One of its keys is a word of Python.
NextCheckShown = TypedDict("NextCheckShown", {"from": str, "to": str})


class CheckInShown(TypedDict):
    action: str
    reasons: list[ReasonShown]
    full: str | None
    changes: list[ChangeShown]
    recommendation: RecommendationShown
    next_check: NextCheckShown | None
    mode: str
    next_check_text: str


class NextPageShown(TypedDict):
    id: str | None
    slug: str
    title: str
    title_shown: bool
    intro: str | None
    safety_line: str | None


class NextOptionShown(TypedDict):
    id: str
    text: str
    hint: str | None
    detail: str | None
    exclusive: bool


class OptionGroupShown(TypedDict):
    heading: str
    options: list[str]


class NextQuestionShown(TypedDict):
    id: str
    kind: str
    text: str
    why: str
    hint: str | None
    required: bool
    safety: bool
    several: bool
    options: list[NextOptionShown]
    groups: list[OptionGroupShown]
    minimum: int | None
    maximum: int | None
    low_label: str | None
    high_label: str | None
    characters_at_most: int | None
    picture: str | None
    changes: str | None
    named: str | None
    answer: Any
    error: str | None


class StopShown(TypedDict):
    disposition: DispositionShown
    answer_again: list[UnsureQuestionShown]
    advice: list[AdviceShown]
    contacts: list[ContactsShown]
    fired: list[str]


class WalkProgressShown(TypedDict):
    number: int
    total: int
    minutes_left: int


class NextShown(TypedDict):
    done: bool
    stop: StopShown | None
    page: NextPageShown | None
    questions: list[NextQuestionShown]
    after_result: list[NextQuestionShown]
    missing: list[str]
    answers: dict[str, Any]
    progress: WalkProgressShown | None
    questions_version: int
    rule_set: RuleSetShown


class ShortMoveShown(TypedDict):
    exercise: str
    form: str
    dose: dict[str, int]
    seconds: int
    cautions: list[str]


class ShortRoutineShown(TypedDict):
    how_often: str | None
    strength_days: str | None
    minutes_budget: int
    seconds: int
    stage: str
    items: list[int]
    other_days: list[int] | None
    moves: list[ShortMoveShown]


class ShortBreakShown(TypedDict):
    name: str
    rule: str
    moves: list[ShortMoveShown]


class ShortReasonShown(TypedDict):
    rule: str
    text: str
    within: str | None
    act: str | None


class ShortDispositionShown(DispositionWords):
    reasons: list[ShortReasonShown]


class ShortRecommendationShown(TypedDict):
    disposition: ShortDispositionShown
    answer_again: list[UnsureQuestionShown]
    review: ReviewShown | None
    routine: ShortRoutineShown | None
    left_out: dict[str, list[str]]
    advice: list[AdviceShown]
    stop_rules: list[str]
    breaks: list[ShortBreakShown]
    contacts: list[ContactsShown]
    fired: list[str]
    rule_set: RuleSetShown
    not_approved: str | None
    language: LanguageShown
