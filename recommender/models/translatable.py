"""Which fields of the content are words for the person: the one list that translation and wording tests go by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

from recommender.models import actions, catalogue, figures, follow_up, questionnaire, rules

Thing = TypeVar("Thing")
Change = Callable[[str, str], str]

# Everything else is an id, a figure, or written for clinicians and translators.
FIELDS: Mapping[type, frozenset[str]] = {
    questionnaire.Page: frozenset({"title", "intro"}),
    questionnaire.Question: frozenset({"text", "why", "hint", "low_label", "high_label"}),
    questionnaire.OptionGroup: frozenset({"heading"}),
    questionnaire.Option: frozenset({"text", "hint", "detail", "short"}),
    rules.Branch: frozenset({"say"}),
    actions.DispositionAction: frozenset({"act"}),
    actions.Modification: frozenset({"note"}),
    actions.Advice: frozenset({"items"}),
    actions.MicroRoutine: frozenset({"name"}),
    follow_up.Progress: frozenset({"full"}),
    catalogue.Exercise: frozenset(
        {"name", "aliases", "purpose", "default_reason", "breathing", "feel_it", "not_here", "common_mistakes"}
    ),
    catalogue.DoseRange: frozenset({"tempo", "frequency", "note"}),
    catalogue.Form: frozenset({"name", "steps", "cautions"}),
    catalogue.Tag: frozenset({"say"}),
    catalogue.Term: frozenset({"name"}),
    catalogue.Disposition: frozenset(
        {"title", "heading", "message", "act", "steps", "tell_staff", "do_not", "meanwhile", "worse"}
    ),
    catalogue.MidPlanWords: frozenset({"title", "heading", "message", "act", "steps", "tell_staff", "do_not"}),
    catalogue.Topic: frozenset({"title"}),
    catalogue.CommonQuestion: frozenset({"question", "answer"}),
    catalogue.FixedWords: frozenset(
        {
            "not_approved",
            "stand_in",
            "for_another_place",
            "not_called_for",
            "unavailable_title",
            "unavailable_message",
            "unavailable_act",
        }
    ),
    catalogue.Contact: frozenset({"name", "note"}),
    catalogue.NumberPhrases: frozenset({"emergency_number_text", "urgent_line_text", "crisis_line_text"}),
    catalogue.Region: frozenset({"name"}),
    figures.FormFigure: frozenset({"alt"}),
}


def map_texts(thing: Thing, change: Change, where: str = "") -> Thing:
    """Return the content with every text for the person changed.

    ``change(text, where)`` gets the text and the ids that lead to it, such as 'pelvic_tilt supine steps'.
    """
    mapped: Any = thing
    if is_dataclass(thing) and not isinstance(thing, type):
        mapped = _map_fields(thing, change, _below(where, thing))
    elif isinstance(thing, tuple):
        mapped = tuple(map_texts(part, change, where) for part in thing)
    elif isinstance(thing, Mapping):
        mapped = MappingProxyType({name: map_texts(part, change, where) for name, part in thing.items()})
    result: Thing = mapped
    return result


def texts(thing: object) -> dict[str, list[str]]:
    """Return every text for the person, each once in order of the content, with all the places where it stands."""
    found: dict[str, list[str]] = {}

    def note(text: str, where: str) -> str:
        places = found.setdefault(text, [])
        if where not in places:
            places.append(where)
        return text

    map_texts(thing, note)
    return found


def _map_fields(thing: Any, change: Change, where: str) -> Any:
    wanted = FIELDS.get(type(thing), frozenset())
    changed = {}
    for field in fields(thing):
        value = getattr(thing, field.name)
        if field.name not in wanted:
            changed[field.name] = map_texts(value, change, where)
        elif isinstance(value, tuple):
            changed[field.name] = tuple(change(text, f"{where} {field.name}") for text in value)
        elif value:
            changed[field.name] = change(value, f"{where} {field.name}")
    return replace(thing, **changed)


def _below(where: str, thing: object) -> str:
    own = getattr(thing, "id", None)
    return f"{where} {own}".strip() if isinstance(own, str) else where
