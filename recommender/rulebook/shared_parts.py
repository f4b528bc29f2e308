"""What people read or are kept from that is no rule, move or outcome: pages of questions, numbers, words, the safety net."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from recommender.loaders.forbidden import shipped_forbidden_moves
from recommender.loaders.languages import Language
from recommender.loaders.safety import shipped_safety_net
from recommender.models.content import Content
from recommender.models.questionnaire import Page, Question, Questionnaire
from recommender.rulebook.interface_words import interface_words
from recommender.rulebook.plain_data import plain_condition, plain_data
from recommender.rulebook.points import points
from recommender.rulebook.targets import Target, TargetKind

_CONDITIONS = ("shown_if", "asked_if", "after_result", "stops_if_see_first")
UNKNOWN_REGION = "unknown"


def shared_parts(content: Content, facts: Mapping[str, Any]) -> Iterator[tuple[Target, dict[str, Any]]]:
    """Yield everything that is signed besides rules, moves and outcomes, with what it means.

    ``facts`` are those that are worked out, as plain data, by id.
    """
    for page in content.questionnaire.pages:
        yield Target(TargetKind.PAGE, page.id), _page(page, content.questionnaire)
    catalogue = content.catalogue
    for region in catalogue.every_region.values():
        yield Target(TargetKind.REGION, region.id), plain_data(region)
    yield Target(TargetKind.REGION, UNKNOWN_REGION), plain_data(catalogue.unknown_region)
    for name, parts in _words(content, facts).items():
        yield Target(TargetKind.WORDS, name), parts
    for point in points(content):
        yield Target(TargetKind.POINT, point.id), point.parts
    for room, files in interface_words().items():
        yield Target(TargetKind.INTERFACE, room), {name: list(words) for name, words in files.items()}
    for name, table in _safety_net().items():
        yield Target(TargetKind.SAFETY, name), table


def translations(languages: Iterable[Language]) -> Iterator[tuple[Target, dict[str, Any]]]:
    """Yield every language but the source, with what it says for each text and whether its files call it checked."""
    for language in languages:
        if language.sha256:
            parts = {"files": language.sha256, "is_checked": language.checked, "texts": dict(language.texts)}
            yield Target(TargetKind.LANGUAGE, language.code), parts


def _words(content: Content, facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    catalogue, rules = content.catalogue, content.rule_set
    return {
        "advice": {
            "topics": plain_data(catalogue.topics),
            "words": plain_data(catalogue.words),
            "example": plain_data(catalogue.example),
            "common_questions": {one.id: plain_data(one) for one in catalogue.common_questions},
        },
        "facts": {
            "supplied_facts": dict(facts),
            "check_in_schedule": plain_data(rules.check_in_schedule),
            "unread_answers": plain_data(rules.unread_answers),
            "questions_version": content.questionnaire.version,
        },
        "good_for": plain_data(catalogue.good_for),
        "seed_conflicts": {
            "decisions": plain_data(catalogue.decisions),
            "open_questions": plain_data(catalogue.open_questions),
            "points": [point.number for point in catalogue.review_points],
        },
        "sources": plain_data(catalogue.sources),
        "tags": plain_data(catalogue.tags),
        "vocabulary": plain_data(catalogue.vocabulary),
    }


def _safety_net() -> dict[str, dict[str, Any]]:
    """Return the tables of the package that no setting replaces: what they keep somebody from is signed too."""
    net = plain_data(shipped_safety_net())
    floors, sentinels = net.pop("floors"), {name: net.pop(name) for name in ("sentinels", "nobody_in_danger")}
    return {
        "floors": {"floors": floors},
        "forbidden_moves": plain_data(shipped_forbidden_moves()),
        "minimum": net,
        "sentinels": sentinels,
    }


def _page(page: Page, questionnaire: Questionnaire) -> dict[str, Any]:
    return {
        **_with_conditions(page, frozenset({"questions"}), questionnaire),
        "questions": {question.id: _question(question, questionnaire) for question in page.questions},
    }


def _question(question: Question, questionnaire: Questionnaire) -> dict[str, Any]:
    whole = _with_conditions(question, frozenset(), questionnaire)
    for option, plain in zip(question.options, whole.get("options", ()), strict=False):
        if option.shown_if is not None:
            plain["shown_if"] = plain_condition(option.shown_if, questionnaire)
    return whole


def _with_conditions(part: Page | Question, without: frozenset[str], questionnaire: Questionnaire) -> dict[str, Any]:
    """Return a page or question as plain data, its conditions as the files write them."""
    told: dict[str, Any] = plain_data(part, without=without)
    for name in _CONDITIONS:
        condition = getattr(part, name, None)
        if condition is not None and not isinstance(condition, bool):
            told[name] = plain_condition(condition, questionnaire)
    return told
