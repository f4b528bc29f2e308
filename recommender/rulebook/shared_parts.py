"""What people read or are kept from that is no rule, move or outcome: pages of questions, numbers, words, the safety net."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from recommender.loaders.answer_order import accepted_changes, shipped_accepted, shipped_answer_order
from recommender.loaders.forbidden import shipped_combined_floors, shipped_forbidden_moves
from recommender.loaders.languages import Language
from recommender.loaders.movements import shipped_movements
from recommender.loaders.safety import shipped_safety_net
from recommender.loaders.safety_case import shipped_safety_case
from recommender.models.content import Content
from recommender.models.questionnaire import Page, Question, Questionnaire
from recommender.rulebook.interface_words import interface_words
from recommender.rulebook.plain_data import plain_condition, plain_data
from recommender.rulebook.points import points
from recommender.rulebook.targets import SAFETY_CASE, Target, TargetKind, hazard_target

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
    yield from _safety_case()


def translations(languages: Iterable[Language]) -> Iterator[tuple[Target, dict[str, Any]]]:
    """Yield every language but the source, with what it says for each text of each file."""
    for language in languages:
        if not language.is_source:
            parts = {"files": language.sha256, "texts": {name: dict(own) for name, own in language.texts.items()}}
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
        "combined_floors": plain_data(shipped_combined_floors()),
        "forbidden_moves": plain_data(shipped_forbidden_moves()),
        "movements": plain_data(shipped_movements()),
        "answer_order": plain_data(shipped_answer_order()),
        "accepted": {"accepted": plain_data(shipped_accepted()), "changes": plain_data(accepted_changes())},
        "minimum": net,
        "sentinels": sentinels,
    }


def _safety_case() -> Iterator[tuple[Target, dict[str, Any]]]:
    """Yield the safety case, which names its hazards, and then each of them: one that is weighed anew is signed anew."""
    case = shipped_safety_case()
    own = plain_data(case, without=frozenset({"hazards"}))
    yield SAFETY_CASE, {**own, "hazards": {hazard.id: hazard.title for hazard in case.hazards}}
    for hazard in case.hazards:
        # How high its risk is says the table of the case, so that a table that is bent opens the hazard again.
        risks = {"before": case.risk(hazard.before), "after": case.risk(hazard.after)}
        yield hazard_target(hazard.id), {**plain_data(hazard), "risks": {**risks, "may_stay": case.most_that_may_stay}}


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
