"""An edit of a rule, proposed in the browser: the form, its errors, its sentence, its patch, and the request that carries it."""

from __future__ import annotations

import hashlib
import html
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from recommender.models.catalogue import DefaultRoutine
from recommender.proposals.impact_run import Bounds
from recommender.review.audit import verify
from recommender.review.keys import audit_key
from recommender.review.tables import Review, Verdict
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import Settings, read_settings
from recommender.web.core.state import current_state
from recommender.web.proposals.room import BOUNDS_KEY, current_drafts
from tests.support.proposing import (
    FORM,
    FOUND,
    RULE,
    TARGET,
    WIDER,
    WORDS,
    ask,
    few_vignettes,
    fill,
    held,
    proposed,
    wait_for_impact,
)
from tests.support.reviewers import Reviewer, open_database, review_room, signed_in
from tests.support.signing import tamper


@pytest.fixture
def app(recommender: Recommender, tmp_path: Path) -> Iterator[Flask]:
    """A room in which nothing is worked out about people: that has tests of its own."""
    with review_room(recommender, tmp_path, vignettes_dir=few_vignettes(tmp_path / "vignettes")) as made:
        made.extensions[BOUNDS_KEY] = Bounds(seconds=0)
        yield made


@pytest.fixture(scope="module")
def room(recommender: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One room for all tests that send no request."""
    folder = tmp_path_factory.mktemp("room")
    with review_room(recommender, folder, vignettes_dir=few_vignettes(folder / "vignettes")) as made:
        made.extensions[BOUNDS_KEY] = Bounds(seconds=0)
        yield made


@pytest.fixture(scope="module")
def ana(room: Flask) -> Reviewer:
    return signed_in(room, "ana")


@pytest.fixture
def sender(app: Flask) -> Reviewer:
    """A reviewer in a room of their own."""
    return signed_in(app, "ana")


def rule_files() -> dict[str, str]:
    folder = read_settings({}).rules_dir
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_the_form_holds_what_the_rule_says(ana: Reviewer) -> None:
    fields = held(ana.see(FORM).text)
    assert fields["/when/limits"] == ["wrist"]
    assert fields["/then/exclude/tags"] == ["wrist_weight_bearing"]
    assert fields["/title"] == ["Hands cannot take weight"]


def test_the_page_of_a_rule_leads_to_the_form(ana: Reviewer) -> None:
    assert f'href="{FORM}"' in ana.see(TARGET).text


def test_a_form_that_was_not_changed_proposes_nothing(ana: Reviewer) -> None:
    sent = fill(ana, {})
    assert sent.status_code == 422
    assert "Nothing is changed yet." in sent.text


def test_a_proposal_shows_its_sentence_and_its_patch(ana: Reviewer) -> None:
    page = ana.see(proposed(ana)).text
    assert "-when: {limits: {includes: wrist}}\n+when: {limits: {includes_any: [wrist, kneel]}}" in page
    assert "As proposed" in page


def test_an_error_stands_at_its_field_in_the_words_of_the_loader(ana: Reviewer) -> None:
    sent = fill(ana, {"/then/exclude/tags": ["wrist_weight_bearing", "wrist_weight_baring"]})
    assert sent.status_code == 422
    assert "Did you mean &#39;wrist_weight_bearing&#39;?" in sent.text
    assert 'href="#f-then-exclude-tags"' in sent.text


def test_what_only_the_whole_rule_set_shows_is_told_before_anything_is_kept(
    ana: Reviewer, recommender: Recommender
) -> None:
    """A move that is never chosen by itself stands in for nothing: the linter says so, and not the loader."""
    exercises = recommender.content.catalogue.exercises
    never = next(one.id for one in exercises if one.default_routine is DefaultRoutine.NO)
    sent = fill(ana, {"/then/swap_in": [never]})
    assert sent.status_code == 422
    assert "which is never chosen" in sent.text


def test_a_piece_of_the_page_says_what_is_wrong_while_somebody_types(ana: Reviewer) -> None:
    fields = held(ana.see(FORM).text)
    told = ana.send(f"{FORM}/check", {**fields, "/then/exclude/longer_than_seconds": "soon"}, page=FORM)
    assert told.status_code == 200
    assert 'data-state="1 thing to mend."' in told.text
    assert 'data-fault="/then/exclude/longer_than_seconds"' in told.text
    assert "<html" not in told.text


def test_the_sentence_changes_with_the_form(ana: Reviewer) -> None:
    told = fill(ana, WIDER, do="check")
    assert told.status_code == 200
    assert "Kneel" in told.text[told.text.index('id="result"') :]


def test_a_request_carries_the_patch_and_blocks_the_rule(app: Flask, sender: Reviewer) -> None:
    draft = proposed(sender)
    assert ask(sender, draft).location == f"{TARGET}?done=request_changes"
    page = sender.see(TARGET).text
    assert "Changes requested" in page
    assert WORDS in page
    number = re.search(r'href="(/review/proposed/\d+/edit\.patch)"', page)
    assert number is not None
    with open_database(app) as session:
        review = session.scalars(select(Review)).one()
        assert review.verdict is Verdict.REQUEST_CHANGES
        assert review.proposal is not None
        assert sender.see(number[1]).text == review.proposal["patch"] == sender.see(f"{draft}/edit.patch").text


def test_a_request_needs_words(sender: Reviewer) -> None:
    draft = proposed(sender)
    sent = ask(sender, draft, "  ")
    assert sent.status_code == 422
    assert "Say in words" in sent.text


def test_a_proposal_sent_twice_is_recorded_once(app: Flask, sender: Reviewer) -> None:
    draft = proposed(sender)
    assert [str(ask(sender, draft).location).partition("done=")[2] for _ in range(2)] == ["request_changes", "already"]


def test_the_same_words_with_another_edit_are_another_request(app: Flask, sender: Reviewer) -> None:
    ask(sender, proposed(sender))
    assert str(ask(sender, proposed(sender, {"/title": ["Hands that cannot take weight"]})).location).endswith(
        "request_changes"
    )
    with open_database(app) as session:
        assert session.scalar(select(func.count()).select_from(Review)) == 2


def test_nothing_is_saved_to_the_rule_set(sender: Reviewer) -> None:
    before = rule_files()
    ask(sender, proposed(sender))
    assert rule_files() == before


def test_a_patch_that_was_changed_in_the_database_is_given_to_nobody(app: Flask, sender: Reviewer) -> None:
    ask(sender, proposed(sender))
    with open_database(app) as session:
        (number,) = session.scalars(select(Review.id))
    changed = f"UPDATE review SET proposal = replace(proposal, 'kneel', 'lie_back') WHERE id = {number}"
    tamper(app.extensions["review_database"].engine, changed)
    assert sender.see(f"/review/proposed/{number}/edit.patch").status_code == 404
    with app.app_context(), open_database(app) as session:
        faults = verify(session, audit_key(current_state().settings)).faults
    assert any(f"Review {number} is not what entry" in fault for fault in faults)


def test_a_reader_proposes_nothing(room: Flask) -> None:
    rea = signed_in(room, "rea")
    assert rea.see(FORM).status_code == 403
    assert rea.send(FORM, {"do": "go"}, page="/review").status_code == 403
    assert f'href="{FORM}"' not in rea.see(TARGET).text


def test_a_stranger_is_led_to_the_door(room: Flask) -> None:
    assert room.test_client().get(FORM).status_code == 303


def test_a_form_without_its_token_is_not_taken(ana: Reviewer) -> None:
    fields = held(ana.see(FORM).text)
    for address in (FORM, f"{FORM}/check"):
        assert ana.send(address, {**fields, "csrf_token": "made up"}).status_code == 400


@pytest.mark.parametrize("address", ["/review/propose/XX-99", "/review/propose/..%2F..%2Fetc", f"{FORM}/{'0' * 32}"])
def test_what_is_not_there_is_not_found(ana: Reviewer, address: str) -> None:
    assert ana.see(address).status_code == 404


def test_a_draft_of_one_rule_is_none_of_another(ana: Reviewer) -> None:
    name = proposed(ana).rpartition("/")[2]
    assert ana.see(f"/review/propose/CI-A05/{name}").status_code == 404


def test_a_draft_can_be_changed_further(ana: Reviewer) -> None:
    name = proposed(ana).rpartition("/")[2]
    assert held(ana.see(f"{FORM}?draft={name}").text)["/when/limits"] == ["kneel", "wrist"]


def test_a_form_of_another_version_is_not_taken(ana: Reviewer) -> None:
    sent = fill(ana, {**WIDER, "file": ["0" * 64]})
    assert sent.status_code == 409
    assert "changed since you opened this page" in sent.text
    assert held(sent.text)["/when/limits"] == ["kneel", "wrist"]


# More of them, without a browser, in tests/proposals/test_bench.py.
HOSTILE = ("</textarea><script>alert(1)</script>", "{when: always}\nthen: {exclude: {}}", "a: b #c 'd' \"e\"")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_that_very_text(ana: Reviewer, text: str) -> None:
    page = ana.see(proposed(ana, {"/say": [text]})).text
    assert "<script>alert" not in page
    name = re.search(rf'{FORM}\?draft=([0-9a-f]+)"', page)
    assert name is not None
    assert held(ana.see(f"{FORM}?draft={name[1]}").text)["/say"] == [text]


def test_rules_that_were_changed_on_disk_are_not_edited(recommender: Recommender, tmp_path: Path) -> None:
    settings = own_rules(tmp_path)
    with review_room(recommender, tmp_path, rules_dir=settings.rules_dir) as app:
        (file,) = settings.rules_dir.rglob(f"{RULE}-*.yaml")
        file.write_text(file.read_text().replace("leaning on your hands", "resting on your hands"))
        page = signed_in(app, "ana").see(FORM)
    assert page.status_code == 503
    assert "has changed since the service was started" in page.text


def own_rules(folder: Path) -> Settings:
    settings = read_settings({})
    subprocess.run(["cp", "-r", str(settings.rules_dir), str(folder / "rules")], check=True)
    return replace(settings, rules_dir=folder / "rules")


@pytest.mark.deep
def test_the_version_that_was_proposed_is_answered_in_one_step(recommender: Recommender, tmp_path: Path) -> None:
    """The patch applies in a checkout, the room finds the very version, and whoever asked says so with one click."""
    with review_room(recommender, tmp_path) as app:
        app.extensions[BOUNDS_KEY] = Bounds(seconds=0)
        ana = signed_in(app, "ana")
        draft = proposed(ana)
        (tmp_path / "edit.patch").write_text(ana.see(f"{draft}/edit.patch").text)
        ask(ana, draft)
        assert "exactly what was proposed" not in ana.see(TARGET).text
    settings = own_rules(tmp_path)
    subprocess.run(["git", "apply", "--directory=", "edit.patch"], cwd=tmp_path, check=True)
    taken = load_recommender(settings)
    with review_room(taken, tmp_path, rules_dir=settings.rules_dir) as app:
        ana, cay, ben = (signed_in(app, name) for name in ("ana", "cay", "ben"))
        assert "exactly what was proposed" in cay.see(TARGET).text
        assert "It is answered: this is what was proposed" not in cay.see(TARGET).text
        assert "It is answered: this is what was proposed" in ben.see(TARGET).text
        page = ana.see(TARGET).text
        assert "Changes requested" in page
        form = page[page.index("exactly what was proposed") :]
        address, seen, text = (
            re.search(pattern, form)
            for pattern in (
                r'action="(/review/answer/\d+)"',
                r'name="seen" value="(\w+)"',
                r'name="text" value="([^"]+)"',
            )
        )
        assert address and seen and text
        sent = ana.send(address[1], {"seen": seen[1], "text": text[1]}, page=TARGET)
        assert sent.location == f"{TARGET}?done=answer"
        assert "Changes requested" not in ana.see(TARGET).text


@pytest.mark.deep
def test_another_version_than_was_proposed_closes_nothing(recommender: Recommender, tmp_path: Path) -> None:
    with review_room(recommender, tmp_path) as app:
        app.extensions[BOUNDS_KEY] = Bounds(seconds=0)
        ana = signed_in(app, "ana")
        ask(ana, proposed(ana))
    settings = own_rules(tmp_path)
    (file,) = settings.rules_dir.rglob(f"{RULE}-*.yaml")
    file.write_text(file.read_text().replace("{includes: wrist}", "{includes_any: [wrist, kneel, lie_back]}"))
    with review_room(load_recommender(settings), tmp_path, rules_dir=settings.rules_dir) as app:
        page = signed_in(app, "ana").see(TARGET).text
    assert "Changes requested" in page
    assert "exactly what was proposed" not in page


@pytest.mark.parametrize(
    "kept, words",
    [
        ({"state": "failed", "why": "It took more than 600 seconds, and was ended."}, "It took more than 600 seconds"),
        ({"state": "running"}, "The service was stopped while it was being worked out"),
        ({"state": "done", "found": {"refused": ["rules/x.yaml:3: 'x' can never fire"]}}, "can never fire"),
    ],
    ids=["too long", "broken off", "refused"],
)
def test_what_is_not_known_is_never_told_as_no_change(
    room: Flask, ana: Reviewer, kept: dict[str, Any], words: str
) -> None:
    draft = proposed(ana)
    name = draft.rpartition("/")[2]
    wait_for_impact(room, draft)
    with room.app_context():
        current_drafts().keep_impact(name, kept)
    page = html.unescape(ana.see(draft).text)
    assert words in page
    assert "nobody knows what it does" in page.lower()
    assert "Nobody of these" not in page
    assert "nobody is less safe" not in page


def test_people_stand_on_the_page_in_words_with_before_and_after(room: Flask, ana: Reviewer) -> None:
    draft = proposed(ana)
    wait_for_impact(room, draft)
    with room.app_context():
        current_drafts().keep_impact(draft.rpartition("/")[2], {"state": "done", "found": FOUND})
    page = ana.see(draft).text
    assert "3 are less safe, nobody is turned away, and nobody gets something else" in page
    person = page[page.index("Told something less urgent") :]
    assert "see before start" in person
    assert "Pain in the low back" in person
    assert page.index("Told something less urgent") < page.index("Turned away")
