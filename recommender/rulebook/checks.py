"""What a branch makes of a check, in words: the action, the steps of progress, the plan of checks, and what is asked again."""

from __future__ import annotations

from collections.abc import Iterable

from recommender.models.follow_up import Action, CheckPlan, Figure, FollowUp, Progress, ProgressStep, StageMove
from recommender.models.questionnaire import Page
from recommender.rulebook.parts import Parts, counted, joined, listed, quoted, text, word

_ACTIONS = {
    Action.PROGRESS: "do a little more",
    Action.KEEP: "keep the amounts",
    Action.REGRESS: "do less",
    Action.REFER: "stop, and see someone",
}
_STAGES = {
    StageMove.ONE_UP: "the stage may go up by one",
    StageMove.SAME: "the stage does not go up",
    StageMove.ONE_DOWN: "the stage goes down by one",
}
_FIGURES = {
    Figure.MOVES: "more {}",
    Figure.REPS: "more {} of one",
    Figure.HOLD_SECONDS: "longer for one hold, by {}",
    Figure.HARDER: "a harder move in place of one",
    Figure.SETS: "more {} of one",
}
_NOUNS = {Figure.MOVES: "move", Figure.REPS: "repeat", Figure.HOLD_SECONDS: "second", Figure.SETS: "set"}


def follow_up_phrase(given: FollowUp) -> Parts:
    """Return the action of a check and all that goes with it."""
    first, last = given.check_in_days or (0, 0)
    details = [
        _STAGES[given.stage] if given.action is not Action.REFER or given.stage is not StageMove.SAME else "",
        f"{given.times:.0%} of the repeats, holds and seconds" if given.times is not None else "",
        f"no hold under {counted(given.hold_seconds_at_least, 'second')}"
        if given.hold_seconds_at_least is not None
        else "",
        f"{counted(given.swap_moves, 'move')} changed for another of the same use" if given.swap_moves else "",
        f"a session {counted(given.rows_down, 'step')} shorter in the time plan" if given.rows_down else "",
        "an easier move in place of each that hurt, or none" if given.ease_hurting else "",
        f"the next check in {first} to {last} days" if given.check_in_days else "",
    ]
    said = [text(part) for part in details if part]
    return word(_ACTIONS[given.action]) + (text(": ") + listed(said) if said else ())


def progress_phrases(given: Progress) -> tuple[Parts, ...]:
    steps = joined((text(_step(step)) for step in given.steps), text(", then "))
    return (
        word("raise one thing, the first that can be") + text(": ") + steps,
        word("hold one stretch for")
        + text(f" {counted(given.hold_total_seconds_at_most, 'second')} in all at most, on each side"),
        word("say, where nothing can be raised") + text(": ") + quoted(given.full),
    )


def _step(step: ProgressStep) -> str:
    amount = counted(step.by, _NOUNS[step.figure]) if step.figure in _NOUNS else ""
    most = f" to {step.at_most} at most" if step.at_most is not None else ""
    many = f" ({step.by} at a time)" if step.figure is Figure.HARDER and step.by > 1 else ""
    return _FIGURES[step.figure].format(amount) + most + many


def plan_phrases(given: CheckPlan) -> tuple[Parts, ...]:
    days = listed([text(str(day)) for day in given.on_days])
    rules = joined((text(rule) for rule in given.first_to_decide), text(", then "))
    return (
        word("check on the days") + text(" ") + days + text(" after the start"),
        word("let decide, where several fit") + text(": ") + rules,
    )


def ask_again_phrase(pages: Iterable[Page]) -> Parts:
    return word("ask again") + text(" the pages ") + listed([quoted(page.title) for page in pages])
