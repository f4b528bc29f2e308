"""What people read: no fear, no promise we cannot keep, no placeholder left open."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from recommender.cli.translations import interface_source
from recommender.loaders.languages import CONTENT, INTERFACE
from recommender.models.translatable import texts
from recommender.presentation.recommendation import present
from recommender.service.recommend import Recommender
from recommender.settings import read_settings
from tests.support.sheets import full_intake

# GEN-10 and DOS-17, by language: words that frighten, and promises that no study bears out.
FEAR = {
    "en": r"damag|crumbl|slipped out|degenerat|wear and tear|worn out|out of place|unstable spine|bone on bone|paralys|cripp|ruptur",
    "es": r"\bdañ|desmoron|degenera|desgast|fuera de (su )?(lugar|sitio)|se (le )?ha salido|columna inestable"
    r"|hueso (con|contra|sobre) hueso|par[aá]lisis|paral[ií]tic|inválid|\bruptura",
}
CLAIMS = {
    "en": r"prevents? (future )?injur|lengthens? (your |the )?muscle|corrects? (your )?posture|fix(es)? your posture|cortisol|emotions|cures?\b|guarantee",
    "es": r"(prev(ien|en)|evit)\w* (futuras )?lesion|alarga\w* (el |los |sus? )?m[úu]scul|(corri[gj]|correg|arregl)\w* (la |su )?postura"
    r"|cortisol|emociones|\bcura(n|r|rá)?\b|garanti[zc]",
}
PLACEHOLDERS = {"emergency_number", "urgent_line", "crisis_line", "regions", "place"}


def content_words(recommender: Recommender) -> list[tuple[str, str]]:
    return [(places[0], text) for text, places in texts(recommender.content).items()]


def interface_words() -> list[tuple[str, str]]:
    messages = [message.id for message in interface_source() if message.id]
    return [
        ("interface", text) for message in messages for text in (message if isinstance(message, tuple) else (message,))
    ]


def translated_words(code: str) -> list[tuple[str, str]]:
    """Return every text of a language, with what it translates."""
    found = []
    for name in (CONTENT, INTERFACE):
        with (read_settings({}).translations_dir / code / name).open("rb") as file:
            for message in read_po(file, locale=code):
                said = message.string if isinstance(message.string, tuple) else (message.string,)
                found += [(str(message.id), text) for text in said if message.id]
    return found


@pytest.fixture(scope="module", params=["en", "es"])
def spoken(request: pytest.FixtureRequest, recommender: Recommender) -> tuple[str, list[tuple[str, str]]]:
    """Return each language with every text that a person can meet in it."""
    code: str = request.param
    return code, [*content_words(recommender), *interface_words()] if code == "en" else translated_words(code)


def found(words: list[tuple[str, str]], pattern: str) -> list[str]:
    return [f"{where}: {text}" for where, text in words if re.search(pattern, text, re.IGNORECASE)]


def test_no_fear_words_reach_the_person(spoken: tuple[str, list[tuple[str, str]]]) -> None:
    code, words = spoken
    assert len(words) > 2000
    assert found(words, FEAR[code]) == []


def test_no_claim_we_cannot_keep_reaches_the_person(spoken: tuple[str, list[tuple[str, str]]]) -> None:
    code, words = spoken
    assert found(words, CLAIMS[code]) == []


@pytest.mark.parametrize(
    ("code", "fear", "claim"),
    [
        ("en", "Your disc has slipped out.", "It prevents injury."),
        ("en", "This is wear and tear.", "It corrects your posture."),
        ("es", "Su disco se ha salido.", "Previene lesiones."),
        ("es", "Su espalda tiene desgaste.", "Corrige la postura."),
    ],
)
def test_the_lists_find_what_they_are_for(code: str, fear: str, claim: str) -> None:
    assert found([("", fear)], FEAR[code]) and found([("", claim)], CLAIMS[code])


def test_every_placeholder_is_one_that_the_page_fills(recommender: Recommender) -> None:
    used = {name for _, text in content_words(recommender) for name in re.findall(r"\{(.*?)\}", text)}
    assert used <= PLACEHOLDERS


def test_nothing_shouts_or_is_marked_up(spoken: tuple[str, list[tuple[str, str]]]) -> None:
    assert found(spoken[1], r"[!\u00a1]|\*\*|</?\w+>|\u2014") == []


def test_only_general_words_stand_above_routine_review(recommender: Recommender) -> None:
    """No message of an outcome without a routine names a movement of the catalogue."""
    catalogue = recommender.content.catalogue
    names = {exercise.name for exercise in catalogue.exercises} | {
        alias for exercise in catalogue.exercises for alias in exercise.aliases
    }
    names = {re.sub(r" \(.*\)", "", name).lower() for name in names} - {
        "walking",
        "walk",
    }  # everyday words, asked about on page D
    said: list[tuple[str, str]] = [
        (level, text)
        for level, words in catalogue.dispositions.items()
        if not level.shows_routine
        for text in texts(words)
    ]
    for branch in recommender.content.rule_set.branches:
        if branch.then.disposition and not branch.then.disposition.level.shows_routine:
            said += [(branch.id, f"{branch.say} {branch.then.disposition.act or ''}")]
    assert [
        f"{where}: {name}"
        for where, text in said
        for name in names
        if re.search(rf"\b{re.escape(name)}\b", text.lower())
    ] == []


def test_every_text_only_rule_names_a_test_that_exists(recommender: Recommender, request: object) -> None:
    from tests.support.sheets import TESTS

    for rule in recommender.content.rule_set.rules:
        if rule.text_only:
            path, _, name = str(rule.kept_by).partition("::")
            assert f"def {name}(" in (TESTS.parent / path).read_text(encoding="utf-8"), rule.id


def test_points_to_confirm_are_exactly_those_of_the_review_list(recommender: Recommender) -> None:
    listed = {rule for point in recommender.content.catalogue.review_points for rule in point.rules}
    marked = {rule.id for rule in recommender.content.rule_set.rules if rule.needs_clinical_decision}
    assert marked == listed & set(recommender.content.rule_set.by_id)


def test_wheels_of_a_chair_are_spoken_of_only_where_nobody_said_that_there_are_none(recommender: Recommender) -> None:
    """The moves themselves say nothing of them, so that whoever ticked a firm chair without wheels reads nothing."""
    assert not [one for one in texts(recommender.content.catalogue.exercises) if "chair has wheels" in one]

    def told(equipment: list[str]) -> bool:
        given = {"place": "chair_only", "equipment": equipment, "sit_hours": "gt_8"}
        recommendation = recommender.recommend(full_intake(recommender, given))
        return "chair has wheels" in str(present(recommendation, recommender.content, "GB"))

    assert told(["wall"]) and not told(["chair", "wall"])
