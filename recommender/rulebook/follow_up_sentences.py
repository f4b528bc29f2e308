"""What a branch makes of a check, in words: the action, the steps of progress, the plan of checks, and what is asked again."""

from __future__ import annotations

from collections.abc import Iterable

from recommender.models.follow_up import (
    Action,
    CheckSchedule,
    FollowUp,
    Progress,
    ProgressFigure,
    ProgressStep,
    StageMove,
)
from recommender.models.questionnaire import Page
from recommender.rulebook.sentence_parts import Parts, counted, counted_list, joined, listed, quoted, text, word

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
    ProgressFigure.MOVES: "more {}",
    ProgressFigure.REPS: "more {} of one",
    ProgressFigure.HOLD_SECONDS: "longer for one hold, by {}",
    ProgressFigure.HARDER: "a harder move in place of one",
    ProgressFigure.SETS: "more {} of one",
}
_NOUNS = {
    ProgressFigure.MOVES: "move",
    ProgressFigure.REPS: "repeat",
    ProgressFigure.HOLD_SECONDS: "second",
    ProgressFigure.SETS: "set",
}


def follow_up_phrase(given: FollowUp) -> Parts:
    """Return the action of a check and all that goes with it."""
    first, last = given.check_in_days or (0, 0)
    details = [
        _STAGES[given.stage] if given.action is not Action.REFER or given.stage is not StageMove.SAME else "",
        f"{given.dose_factor:.0%} of the repeats, holds and seconds" if given.dose_factor is not None else "",
        f"no fewer than {counted(given.reps_at_least, 'repeat')}" if given.reps_at_least is not None else "",
        f"no hold under {counted(given.hold_seconds_at_least, 'second')}"
        if given.hold_seconds_at_least is not None
        else "",
        *(f"one {part} move stays, where one may that did not hurt" for part in given.keep_one_of),
        "back to the amounts before the last increase" if given.step_back else "",
        "back to what went well before the last check that asked for less" if given.restore else "",
        f"{counted(given.swap_moves, 'move')} changed for another of the same use" if given.swap_moves else "",
        f"a session {counted(given.rows_down, 'step')} shorter in the time plan" if given.rows_down else "",
        "an easier move in place of each that hurt, or none" if given.ease_hurting else "",
        "each move that hurt left out" if given.drop_hurting else "",
        f"the next check in {first} to {last} days" if given.check_in_days else "",
    ]
    said = [text(part) for part in details if part]
    return word(_ACTIONS[given.action]) + (text(": ") + listed(said) if said else ())


def progress_phrases(given: Progress) -> tuple[Parts, ...]:
    each = [text(_step(step)) for step in given.steps]
    steps = counted_list(each, joined(each, text(", then ")), "in this order, these")
    first = f" ({' and '.join(given.slots_first)} first)" if given.slots_first else ""
    many = given.things_at_most
    raised = "one thing" if many == 1 else f"up to {many} things of different moves"
    return (
        word(f"raise {raised}{first}, the first that can be") + text(": ") + steps,
        word("hold one stretch for")
        + text(f" {counted(given.hold_total_seconds_at_most, 'second')} in all at most, on each side"),
        word("say, where nothing can be raised") + text(": ") + quoted(given.full),
    )


def _step(step: ProgressStep) -> str:
    amount = counted(step.by, _NOUNS[step.figure]) if step.figure in _NOUNS else ""
    most = f" to {step.at_most} at most" if step.at_most is not None else ""
    many = f" ({step.by} at a time)" if step.figure is ProgressFigure.HARDER and step.by > 1 else ""
    return _FIGURES[step.figure].format(amount) + most + many


def schedule_phrases(schedule: CheckSchedule) -> tuple[Parts, ...]:
    """Return which rule decides where several fit, and when the next check is."""
    days = listed([text(str(day)) for day in schedule.on_days])
    rules = joined((text(rule) for rule in schedule.first_to_decide), text(", then "))
    often = schedule.then_every_days
    then = " after the start" + (f", and every {counted(often, 'day')} from then on" if often else "")
    return (
        word("let decide, where several fit") + text(": ") + rules,
        word("check on the days") + text(" ") + days + text(f"{then}, unless a rule names another day or stops"),
    )


def ask_again_phrase(pages: Iterable[Page]) -> Parts:
    return word("ask again") + text(" the pages ") + listed([quoted(page.title) for page in pages])


def short_screen_phrase(pages: Iterable[Page]) -> Parts:
    return word("ask in short") + text(" the pages ") + listed([quoted(page.title) for page in pages])
