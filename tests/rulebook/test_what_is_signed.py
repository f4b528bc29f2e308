"""What of the program itself is signed: its words by clinicians, room by room, and every file of it with the release."""

from __future__ import annotations

import ast
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recommender import __version__
from recommender.cli.translations import interface_source
from recommender.figures.manifest import PICTURES
from recommender.loaders.safety_case import shipped_safety_case
from recommender.loaders.software import PACKAGE, Software, hash_of, this_software
from recommender.models.content import Content
from recommender.review.release import seal
from recommender.rulebook import digest as digest_module
from recommender.rulebook import shared_parts
from recommender.rulebook.digest import digests
from recommender.rulebook.interface_words import interface_words
from recommender.rulebook.points import points
from recommender.rulebook.targets import (
    RELEASE,
    SAFETY_CASE,
    Digest,
    Target,
    TargetKind,
    hazard_target,
    is_of_safety_case,
)
from recommender.service.recommend import Recommender

# Nobody but clinicians and operators reads these, and they are signed with the release.
ELSEWHERE = ("web/review/", "web/core/errors.py", "web/templates/rulebook/", "web/templates/site/styleguide")


@pytest.fixture(scope="module")
def content(recommender: Recommender) -> Content:
    return recommender.content


def hashes(found: dict[Target, Digest]) -> dict[Target, str]:
    return {target: digest.sha256 for target, digest in found.items()}


@pytest.mark.deep  # the messages are gathered as translators get them, which takes seconds
def test_every_message_that_a_translator_gets_is_signed_but_for_those_of_errors() -> None:
    signed = {words for files in interface_words().values() for texts in files.values() for words in texts}
    for message in interface_source():
        if message.id and not all(place[0].startswith(ELSEWHERE) for place in message.locations):
            assert set(message.id if isinstance(message.id, tuple) else (message.id,)) <= signed, message.locations


def test_the_words_of_a_page_are_signed_in_the_room_that_it_belongs_to() -> None:
    assert {"questionnaire", "result", "plan", "site", "shared"} <= set(interface_words())
    assert not {"review", "rulebook", "lab", "cli"} & set(interface_words())
    shown = (PACKAGE / "web/templates/plan/hurt_stop.html").read_text(encoding="utf-8")
    words = interface_words()["plan"]["web/templates/plan/hurt_stop.html"]
    assert words and all(one in shown for one in words)


def test_a_changed_word_of_a_page_is_another_version_of_its_room_alone(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "web/templates", tmp_path / "web/templates")
    before = interface_words(tmp_path)
    page = tmp_path / "web/templates/plan/hurt_stop.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace('_("', '_("Changed ', 1), encoding="utf-8")
    interface_words.cache_clear()
    after = interface_words(tmp_path)
    assert {room for room in before if before[room] != after[room]} == {"plan"}


def test_every_file_of_the_program_is_bound_to_the_release(tmp_path: Path) -> None:
    """One of each kind: code, template, style, script, picture, table of the safety net."""
    kinds = {path.suffix: path for path in sorted(PACKAGE.rglob("*")) if path.is_file() and path.suffix != ".pyc"}
    kinds |= {"safety": PACKAGE / "safety/floors.yaml", "picture": next(PICTURES.glob("*.svg"))}
    assert {".py", ".html", ".css", ".js", ".svg", ".yaml", ".json"} <= set(kinds)
    for path in set(kinds.values()):
        copy = tmp_path / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    before = hash_of(tmp_path)
    for path in set(kinds.values()):
        copy = tmp_path / path.relative_to(PACKAGE)
        whole = copy.read_bytes()
        copy.write_bytes(whole + b" ")
        assert hash_of(tmp_path) != before, path
        copy.write_bytes(whole)
        moved = copy.rename(copy.with_name(f"moved-{copy.name}"))
        assert hash_of(tmp_path) != before, path
        moved.rename(copy)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/a.pyc").write_bytes(b"made by Python")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/rule-set.yaml").write_bytes(b"signed for itself")
    assert hash_of(tmp_path) == before


@pytest.mark.parametrize("changed", [Software("9.9.9", this_software().sha256), Software(__version__, "b" * 64)])
def test_other_software_voids_the_release_and_the_certificate_and_no_approval_of_an_item(
    content: Content, monkeypatch: pytest.MonkeyPatch, changed: Software
) -> None:
    before, sealed = hashes(dict(digests(content))), seal(content)
    monkeypatch.setattr(digest_module, "this_software", lambda: changed)
    monkeypatch.setattr("recommender.review.release.this_software", lambda: changed)
    after = hashes(dict(digests(content)))
    assert {target for target in before if before[target] != after[target]} == {RELEASE}
    assert seal(content) != sealed


def test_another_picture_is_another_version_of_its_move_alone(
    content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hashes(dict(digests(content)))
    (drawn,) = (key for key in ("cat_cow/all_fours",) if key.partition("/")[0] in content.catalogue.by_id)
    exercise = drawn.partition("/")[0]
    real = digest_module.picture_hash
    monkeypatch.setattr(
        digest_module, "picture_hash", lambda name: "0" * 64 if name.startswith(exercise) else real(name)
    )
    after = hashes(dict(digests(content)))
    assert {target for target in before if before[target] != after[target]} == {
        Target(TargetKind.EXERCISE, exercise),
        RELEASE,
    }


def test_a_rule_that_is_marked_and_that_no_point_speaks_of_is_a_point_of_its_own(content: Content) -> None:
    named = [point.id for point in points(content) if not point.unread]
    assert all(name.isdecimal() for name in named), "each marked rule is spoken of today"
    silent = next(rule for rule in content.rule_set.rules if not rule.needs_clinical_decision)
    marked = tuple(
        replace(rule, needs_clinical_decision=True) if rule is silent else rule for rule in content.rule_set.rules
    )
    found = [point.id for point in points(replace(content, rule_set=replace(content.rule_set, rules=marked)))]
    spoken_of = any(silent.id in point.rules for point in content.catalogue.review_points)
    assert (silent.id in found) is not spoken_of


def test_the_words_of_the_program_are_read_again_where_the_interpreter_mistakes_its_depth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.html").write_text("{{ _('Stop') }}")
    parse, failing = ast.parse, iter([True, True, False])

    def mistaken(*given: Any, **named: Any) -> ast.AST:
        if next(failing, False):
            raise SystemError("AST constructor recursion depth mismatch (before=81, after=78)")
        return parse(*given, **named)

    monkeypatch.setattr(ast, "parse", mistaken)
    assert interface_words(tmp_path) == {"web": {"page.html": ("Stop",)}}


def test_a_hazard_that_is_weighed_anew_is_another_version_of_itself_alone(
    content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, case = hashes(dict(digests(content))), shipped_safety_case()
    first, *others = case.hazards
    assert {hazard_target(hazard.id) for hazard in case.hazards} < set(before)
    weighed = replace(first, after=first.before)
    monkeypatch.setattr(shared_parts, "shipped_safety_case", lambda: replace(case, hazards=(weighed, *others)))
    after = hashes(dict(digests(content)))
    changed = {target for target in before if before[target] != after[target]}
    assert changed == {hazard_target(first.id), RELEASE}


def test_a_hazard_that_is_taken_out_and_a_risk_that_may_stay_longer_change_the_safety_case(
    content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, case = hashes(dict(digests(content))), shipped_safety_case()
    monkeypatch.setattr(shared_parts, "shipped_safety_case", lambda: replace(case, hazards=case.hazards[1:]))
    after = hashes(dict(digests(content)))
    assert after[SAFETY_CASE] != before[SAFETY_CASE] and hazard_target(case.hazards[0].id) not in after
    monkeypatch.setattr(shared_parts, "shipped_safety_case", lambda: replace(case, most_that_may_stay=4))
    after = hashes(dict(digests(content)))
    assert {target for target in before if is_of_safety_case(target) and after[target] == before[target]} == set()
