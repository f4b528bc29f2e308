"""What comes of a check as plain data, ready for JSON: the one shape that the API and the page show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recommender.answer_sheet import Say, sayer
from recommender.loaders.languages import SOURCE_LANGUAGE, Language
from recommender.models.check_in import Change, ChangeKind, CheckInResult, NextCheck
from recommender.models.content import Content
from recommender.models.recommendation import Recommendation
from recommender.models.rules import Branch
from recommender.presenter import filler, present

Text = Callable[[str], str]


def present_check_in(
    result: CheckInResult, content: Content, region: str | None, language: Language = SOURCE_LANGUAGE
) -> dict[str, Any]:
    """Return what comes of a check as data for JSON.

    ``reasons`` say why this action, ``changes`` what is different from last time and why. ``full`` says, where the action
    is to progress and nothing could be raised, that there is nothing left to raise; otherwise it is None.

    Raises:
        RecommenderError: the region is not one of the catalogue's.
    """
    fill = filler(content.catalogue, region)

    def text(words: str) -> str:
        return fill(language.content(words))

    say = sayer(language.interface.gettext)
    return {
        "action": result.action.value,
        "reasons": [_reason(branch, result.recommendation, text) for branch in result.reasons],
        "full": text(result.full) if result.full else None,
        "changes": [_change(change, result.recommendation, text, say) for change in result.changes],
        "recommendation": present(result.recommendation, content, region, language),
        "next_check": _next_check(result.next_check),
    }


def _next_check(given: NextCheck | None) -> dict[str, str] | None:
    return None if given is None else {"from": given.first.isoformat(), "to": given.last.isoformat()}


def _reason(branch: Branch, recommendation: Recommendation, text: Text) -> dict[str, Any]:
    behind = recommendation.behind.get(branch.id, ())
    return {
        "rule": branch.rule_id,
        "text": text(branch.say),
        "answers": [
            {"question": answer.question, "option": answer.option, "text": text(answer.text)} for answer in behind
        ],
    }


def _change(change: Change, recommendation: Recommendation, text: Text, say: Say) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "exercise": change.exercise.id,
        "name": text(change.exercise.name),
        "figure": change.figure,
        "before": change.before,
        "after": change.after,
        "instead_of": change.instead.id if change.instead else None,
        "text": _sentence(change, text, say),
        "why": [_reason(branch, recommendation, text) for branch in change.reasons],
    }


def _sentence(change: Change, text: Text, say: Say) -> str:
    """Return the change in one short sentence."""
    move = text(change.exercise.name)
    other = text(change.instead.name) if change.instead else ""
    match change.kind:
        case ChangeKind.HARDER:
            return say("%(move)s, a harder move, in place of %(other)s.", move=move, other=other)
        case ChangeKind.EASIER:
            return say("%(move)s, an easier move, in place of %(other)s.", move=move, other=other)
        case ChangeKind.SWAPPED:
            return say("%(move)s in place of %(other)s.", move=move, other=other)
        case ChangeKind.ADDED:
            return say("%(move)s is new.", move=move)
        case ChangeKind.REMOVED:
            return say("%(move)s is left out.", move=move)
    return _figures(change, move, say)


def _figures(change: Change, move: str, say: Say) -> str:
    values = {"move": move, "after": change.after, "before": change.before}
    match change.figure:
        case "reps":
            return say("%(move)s: repeats %(after)s, before %(before)s.", **values)
        case "sets":
            return say("%(move)s: sets %(after)s, before %(before)s.", **values)
        case "hold_seconds":
            return say("%(move)s: hold for %(after)s seconds, before %(before)s.", **values)
    return say("%(move)s: %(after)s seconds, before %(before)s.", **values)
