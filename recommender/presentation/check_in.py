"""What comes of a check as plain data, ready for JSON: the one shape that the API and the page show."""

from __future__ import annotations

from recommender.figures.gallery import Gallery
from recommender.loaders.languages import SOURCE_LANGUAGE, Language
from recommender.models.check_in import ChangeKind, CheckInResult, DoseChange, NextCheck, PlanMode
from recommender.models.content import Content
from recommender.models.follow_up import Action
from recommender.models.recommendation import Recommendation
from recommender.models.rules import Branch
from recommender.presentation.form_words import FormsWorded
from recommender.presentation.reasons import answers_behind
from recommender.presentation.recommendation import present
from recommender.presentation.replies import ChangeShown, CheckInShown, NextCheckShown, ReasonShown
from recommender.presentation.wording import Wording
from recommender.questionnaire.answer_sheet import FormatMessage, sayer


def present_check_in(
    result: CheckInResult,
    content: Content,
    region: str | None,
    language: Language = SOURCE_LANGUAGE,
    words: FormsWorded | None = None,
    is_checked: bool = False,
) -> CheckInShown:
    """Return what comes of a check as data for JSON.

    ``reasons`` say why this action, ``changes`` what is different from last time and why. ``full`` says, where the action
    is to progress and nothing could be raised, that there is nothing left to raise; otherwise it is None.
    ``words`` are those of the region and language, where somebody keeps them.

    Raises:
        RecommenderError: the region is not one of the catalogue's.
    """
    words = words or FormsWorded(Wording(content.catalogue, region, language), Gallery(content.figures, {}))
    text = words.say
    say = sayer(language.interface.gettext)
    return {
        "action": result.action.value,
        "reasons": [_reason(branch, result.recommendation, text) for branch in result.reasons],
        "full": text(result.full) if result.full else None,
        "changes": [_change(change, result.recommendation, text, say) for change in result.changes],
        "recommendation": present(result.recommendation, content, region, language, words, is_checked=is_checked),
        "next_check": _next_check(result.next_check),
        "mode": (PlanMode.MAINTAIN if result.maintains else PlanMode.BUILD_UP).value,
        "next_check_text": _next_check_text(result, say),
    }


def _next_check_text(result: CheckInResult, say: FormatMessage) -> str:
    """Return what to know of the next check: a missing day is never left without a word."""
    if result.action is Action.REFER:
        return say("There is no next check now. See someone first. Then tell us at a check how it went.")
    if result.next_check is None:
        return say("This was the last check. You can start again whenever you like.")
    if result.maintains:
        return say("Now you keep what you have gained. A check every few weeks is up to you.")
    return say("Check in again on that day, or sooner when something changes.")


def _next_check(given: NextCheck | None) -> NextCheckShown | None:
    return None if given is None else {"from": given.first.isoformat(), "to": given.last.isoformat()}


def _reason(branch: Branch, recommendation: Recommendation, text: Wording) -> ReasonShown:
    return {
        "rule": branch.rule_id,
        "text": text(branch.say),
        "answers": answers_behind(recommendation, branch, text),
    }


def _change(change: DoseChange, recommendation: Recommendation, text: Wording, say: FormatMessage) -> ChangeShown:
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


def _sentence(change: DoseChange, text: Wording, say: FormatMessage) -> str:
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


def _figures(change: DoseChange, move: str, say: FormatMessage) -> str:
    values = {"move": move, "after": change.after, "before": change.before}
    match change.figure:
        case "reps":
            return say("%(move)s: repeats %(after)s, before %(before)s.", **values)
        case "sets":
            return say("%(move)s: sets %(after)s, before %(before)s.", **values)
        case "hold_seconds":
            return say("%(move)s: hold for %(after)s seconds, before %(before)s.", **values)
    return say("%(move)s: %(after)s seconds, before %(before)s.", **values)
