"""What the plain data behind a signature says, in sentences: when a case applies, and what it does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.models.conditions import Always
from recommender.models.content import Content
from recommender.rulebook.action_sentences import ActionSentences
from recommender.rulebook.condition_sentences import Conditions, in_line
from recommender.rulebook.labels import Names
from recommender.rulebook.read_back import actions_of, condition_of
from recommender.rulebook.sentence_parts import plain

# What holds a condition, by key.
_CONDITIONS = frozenset(
    {"when", "shown_if", "asked_if", "after_result", "page_shown_if", "stops_if_see_first", "where"}
)
# Of what is signed, that which holds conditions in the language of the rules: rules, pages of questions, and facts.
_WITH_LOGIC = frozenset({"rule", "questions", "supplied_facts"})
_WHEN, _THEN, _RULE, _CASES = "when", "then", "rule", "branches"
_CASE = (_RULE, _CASES)


@dataclass(frozen=True, slots=True)
class Told:
    """A text, and the data that it says in a sentence; None where the text is all."""

    text: str
    data: Any = None


class ToldAgain:
    """Writes the conditions and actions of any version in sentences, with the names that one content has for things.

    What that content has no name for, such as an answer that is gone, stands as the rule files write it.
    """

    def __init__(self, content: Content) -> None:
        names = Names(content)
        self._questionnaire = content.questionnaire
        self._conditions = Conditions(names, content.questionnaire)
        self._actions = ActionSentences(names, content)

    def __call__(self, path: Sequence[str], value: Any, whole: Any) -> Told | None:
        """Return a condition, or the actions of a case, as a sentence; None for anything else.

        ``whole`` is all that the value is a part of, and ``path`` the keys that lead to it.
        """
        if not isinstance(whole, Mapping) or _WITH_LOGIC.isdisjoint(whole):
            return None
        key, is_of_case = path[-1] if path else "", tuple(path[: len(_CASE)]) == _CASE
        if key == _THEN and is_of_case and isinstance(value, Mapping):
            return Told(_said(self._deeds, value), value)
        if key not in _CONDITIONS or not (isinstance(value, Mapping) or value == "always"):
            return None
        own, adds = _own(value, _before(whole, path[len(_CASE)])) if key == _WHEN and is_of_case else (value, False)
        told = _said(self._condition, "always" if own is None else own)
        return Told(f"{told} Only where no case before it applies." if adds else told, own)

    def _condition(self, value: Any) -> str:
        condition = condition_of(value, self._questionnaire)
        if isinstance(condition, Always):
            return "For everyone."
        return f"When {plain(in_line(self._conditions.of(condition)))}."

    def _deeds(self, value: Mapping[str, Any]) -> str:
        return "; ".join(plain(phrase) for phrase in self._actions.phrases(actions_of(value))) or "Nothing of its own."


def _said(write: Callable[[Any], str], value: Any) -> str:
    try:
        return write(value)
    except (KeyError, TypeError, ValueError, AttributeError):
        return json.dumps(value, ensure_ascii=False, default=str)


def _before(whole: Any, case: str) -> list[list[Any]]:
    """Return, for each case of a rule before one, its condition and every part of that."""
    cases = whole[_RULE][_CASES]
    place = next((number for number, one in enumerate(cases) if one.get("id") == case), 0)
    return [list(_nodes(one[_WHEN])) for one in cases[:place]]


def _own(value: Any, before: list[list[Any]]) -> tuple[Any, bool]:
    """Return a condition without what is added where only the first case that fits counts, and whether it is.

    What is added is that the condition of no case before it holds: a change of one of those is told there alone.
    """
    if not before or not isinstance(value, Mapping):
        return value, False
    inner = value.get("not")
    if isinstance(inner, Mapping) and len(inner.get("any", ())) == len(before):
        is_added = all(part in nodes for part, nodes in zip(inner["any"], before, strict=True))
        return (None, True) if is_added else (value, False)
    if "all" not in value:
        return value, False
    parts = [_own(part, before) for part in value["all"]]
    kept = [part for part, _ in parts if part is not None]
    if not any(added for _, added in parts):
        return value, False
    return (kept[0] if len(kept) == 1 else {"all": kept}), True


def _nodes(value: Any) -> Iterator[Any]:
    """Yield a condition and every condition in it."""
    yield value
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _nodes(part)
