"""The reading test (tools/reading_test): pages as the site shows them, stories that give nothing away, and honest counting."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.models.levels import Level
from recommender.service.recommend import Recommender
from tests.support.sheets import BASELINE
from tools.reading_test.page_text import PageText, letters
from tools.reading_test.pages import PARTS, Wording, keep, kept, rendered
from tools.reading_test.prompt import batches, code, prompt
from tools.reading_test.report import report
from tools.reading_test.score import FORMS, Reading, Scored, one_scored, reading, readings
from tools.reading_test.stories import Kind, Story, stories

EVERY = {story.id: story for story in stories()}
EACH_PART = pytest.mark.parametrize("part", PARTS)
DRAWN = """
<p>Before the page</p><main><h1>A page</h1><form><fieldset><legend>Where?</legend>
<details><summary><span aria-hidden="true">?</span><span class="govuk-visually-hidden">Why</span></summary><div>Because</div></details>
<div><input type="checkbox" name="place" value="neck"><label>Neck</label><div>Above the shoulders</div></div>
<div><input type="checkbox" name="place" value="back"><label>Back
 <details><summary>What counts</summary>From the ribs down</details></label></div>
</fieldset><fieldset><legend>When?</legend><input type="radio" name="when" value="now"><label>Now</label></fieldset>
<input type="hidden" name="seen" value="x"><script>words of a script</script></form></main><footer>After the page</footer>
"""


@pytest.fixture(scope="module")
def pages(recommender: Recommender) -> Mapping[str, Wording]:
    return {part: rendered(recommender, "today", part, "en") for part in PARTS}


def ticked_by_the_book(story: Story, wording: Wording) -> dict[str, list[str]]:
    """Return the letters of somebody who ticks the first line of each group, and "none of these" elsewhere."""
    lines = [group[0].partition(".") for group in story.expected.must]
    ticks = {}
    for number, box in wording.boxes.items():
        must = [option for question, _, option in lines if question == box.question]
        own = {**story.expected.rest, **story.expected.about}.get(box.question)
        want = must or own or BASELINE[box.question]
        want = want if isinstance(want, list) else [want]
        ticks[str(number)] = [letter for letter, option in box.options.items() if option in want]
    return ticks


def silent(story: Story) -> Story:
    """Return the person with nothing to tick."""
    told = {group[0].partition(".")[0] for group in story.expected.must}
    rest = {name: answer for name, answer in story.expected.rest.items() if name not in told}
    return replace(story, expected=replace(story.expected, must=(), rest=rest))


def test_half_of_the_sixty_stories_have_a_sign_and_half_have_none() -> None:
    kinds = Counter(story.kind for story in EVERY.values())
    assert len(EVERY) == 60 and kinds[Kind.SIGN] == 30 and kinds[Kind.TRAP] >= 20
    for story in EVERY.values():
        assert 40 <= len(story.text["en"].split()) <= 90, story.id
        assert 40 <= len(story.text["es"].split()) <= 100, story.id
        assert story.at_least.rank <= story.at_most.rank
        assert (story.kind is Kind.SIGN) == bool(story.at_least.rank > Level.ROUTINE.rank), story.id
        assert story.kind is not Kind.TRAP or story.expected.trap, story.id
        assert not story.expected.lines.intersection(story.expected.trap), story.id


def test_every_line_that_a_story_expects_can_be_ticked_on_the_pages(pages: Mapping[str, Wording]) -> None:
    boxes = [box for wording in pages.values() for box in wording.boxes.values()]
    lines = {f"{box.question}.{option}" for box in boxes for option in box.options.values()}
    for story in EVERY.values():
        assert story.expected.lines.union(story.expected.trap) <= lines, story.id


def test_every_emergency_and_every_other_line_of_safety_but_few_has_a_story(pages: Mapping[str, Wording]) -> None:
    judged = {
        f"{box.question}.{option}"
        for box in pages["safety"].boxes.values()
        if box.question in PARTS["safety"]["judged"]
        for option in box.options.values()
    }
    told = {line for story in EVERY.values() for group in story.expected.must for line in group}
    left = {line for line in judged - told if line.rpartition(".")[2] not in ("none", "not_sure", "no")}
    assert left == {
        "rf_emergency.severe_tummy",
        "rf_illness.infection_ever",
        "rf_illness.immune_low",
        "rf_bone_nerve.lift_cough",
        "rf_bone_nerve.shape_change",
        "rf_bone_nerve.arm_weak",
        "rf_bone_nerve.numb_spreading",
        "rf_bone_nerve.electric",
        "rf_neck.new_unusual",
        "rf_neck.neck_injury",
        "rf_neck.dizzy_neck",
    }


@EACH_PART
@pytest.mark.parametrize("story", EVERY.values(), ids=EVERY)
def test_whoever_ticks_what_the_story_tells_gets_the_help_that_it_needs(
    story: Story, part: str, pages: Mapping[str, Wording], recommender: Recommender
) -> None:
    scored = one_scored(recommender, story, ticked_by_the_book(story, pages[part]), pages[part])
    assert not scored.fault
    assert scored.is_in_time and not scored.is_too_much, scored.level
    assert not scored.missed and not scored.over


@EACH_PART
def test_whoever_ticks_nothing_has_found_no_sign(
    part: str, pages: Mapping[str, Wording], recommender: Recommender
) -> None:
    signs = [story for story in EVERY.values() if story.expected.must_of(PARTS[part]["judged"])]
    assert len(signs) >= 3
    for story in signs:
        scored = one_scored(recommender, story, ticked_by_the_book(silent(story), pages[part]), pages[part])
        assert not scored.fault and not scored.over
        assert scored.missed == story.expected.must_of(PARTS[part]["judged"]), story.id
        assert not scored.is_in_time or story.kind is not Kind.SIGN, story.id


def test_a_line_that_is_not_the_storys_is_one_too_many(pages: Mapping[str, Wording], recommender: Recommender) -> None:
    wording, story = pages["safety"], EVERY["T22"]
    number, box = next(
        (number, box) for number, box in wording.boxes.items() if f"{box.question}.saddle" in story.expected.trap
    )
    letter = next(letter for letter, option in box.options.items() if option == "saddle")
    scored = one_scored(
        recommender, story, {**ticked_by_the_book(story, wording), str(number): [letter]}, wording, "hard"
    )
    assert scored.over == (f"{box.question}.saddle",) and scored.is_too_much
    page = report([Reading("today", "safety", "en", "folded", "reader 1", (scored,))], [*EVERY.values()])
    assert f"`{box.question}.saddle (trap)` | hard |" in page


@pytest.mark.parametrize(
    ("ticks", "fault"), [({"99": ["a"]}, "no question 99"), ({"3": ["zz"]}, "zz"), ({}, "not answered")]
)
def test_answers_that_cannot_be_used_are_said_and_count_as_a_miss(
    ticks: Mapping[str, Sequence[str]], fault: str, pages: Mapping[str, Wording], recommender: Recommender
) -> None:
    scored = one_scored(recommender, EVERY["S01"], ticks, pages["safety"])
    assert fault in scored.fault and not scored.is_in_time and scored.missed == EVERY["S01"].expected.must


@EACH_PART
def test_the_pages_have_a_box_for_every_option_that_is_asked(
    part: str, pages: Mapping[str, Wording], recommender: Recommender
) -> None:
    questions = recommender.content.questionnaire.questions
    for question in PARTS[part]["shows"]:
        put = [box for box in pages[part].boxes.values() if box.question == question]
        assert {option for box in put for option in box.options.values()} == {
            option.id for option in questions[question].options
        }


def test_opened_pages_hold_all_that_folded_ones_hold_and_more(pages: Mapping[str, Wording]) -> None:
    for wording in pages.values():
        folded, opened = wording.folded.splitlines(), wording.opened.splitlines()
        more = Counter(opened) - Counter(folded)
        assert not Counter(folded) - Counter(opened) and more
        assert all(line.lstrip().startswith("(? ") for line in more)


def test_a_page_in_spanish_has_the_same_boxes_in_spanish_words(
    pages: Mapping[str, Wording], recommender: Recommender
) -> None:
    spanish = rendered(recommender, "today", "safety", "es")
    assert spanish.boxes == pages["safety"].boxes
    assert "¿" in spanish.folded and "None of these" not in spanish.folded


def test_what_is_folded_away_or_hidden_is_not_among_the_words_that_can_be_seen() -> None:
    page = PageText.of(DRAWN, first_box=4, first_fold=7)
    folded = page.text(opened=False, notes={5: "[a note]"})
    assert folded.split("\n") == [
        *("A page", "", "--- Question 4 ---", "Where?", "(? 7)", "[ ] a Neck", "Above the shoulders", "[ ] b Back"),
        *("(? 8) What counts", "", "--- Question 5 ---", "[a note]", "When?", "( ) a Now"),
    ]
    opened = page.text(opened=True)
    assert "(? 7: Because)" in opened and "(? 8: From the ribs down)" in opened
    assert page.next_fold == 9
    assert {number: box.options for number, box in page.boxes.items()} == {
        4: {"a": "neck", "b": "back"},
        5: {"a": "now"},
    }
    assert [letters(index) for index in (0, 25, 26, 51, 52)] == ["a", "z", "aa", "az", "ba"]


def test_a_wording_that_is_kept_comes_back_as_it_was(pages: Mapping[str, Wording], tmp_path: Path) -> None:
    for part, wording in pages.items():
        keep(wording, tmp_path)
        assert kept("today", part, "en", tmp_path) == wording


@pytest.mark.parametrize("form", FORMS)
@EACH_PART
def test_a_reader_gets_every_story_once_and_nothing_that_tells_what_it_is_for(
    part: str, form: str, pages: Mapping[str, Wording]
) -> None:
    put = batches([*EVERY.values()], 30)
    assert Counter(code(story) for batch in put for story in batch) == dict.fromkeys(map(code, EVERY.values()), 1)
    for batch in put:
        assert {story.kind for story in batch} == set(Kind)
        told = prompt(pages[part], form, batch, "reader 1")
        for story in batch:
            assert f"## Story {code(story)}\n\n{story.text['en'].strip()}" in told
            assert not [secret for secret in (story.id, story.source) if secret in told]
        boxes = pages[part].boxes.values()
        secrets = {one for box in boxes for one in (box.question, *box.options.values()) if "_" in one}
        assert not [secret for secret in secrets if secret in told]


def test_the_page_of_the_test_says_who_read_and_shows_each_miss(
    pages: Mapping[str, Wording], recommender: Recommender
) -> None:
    wording = pages["safety"]
    story = EVERY["S01"]
    missed = one_scored(recommender, story, ticked_by_the_book(silent(story), wording), wording, "a | note")
    found = one_scored(recommender, EVERY["S03"], ticked_by_the_book(EVERY["S03"], wording), wording)
    page = report([Reading("today", "safety", "en", "folded", "reader 1", (missed, found))], [*EVERY.values()])
    assert "**Automated readers; no patient yet.**" in page
    assert "the signs of S16, S21, S22 are asked" in page
    assert "| today, safety, en, folded | reader 1 | 1 of 2 | 0 of 0 | 0 of 0 | 0 of 0 | 0 of 0 | 3 | 0 | 0 |" in page
    assert "| S01 | emergency_now | routine_review | **no** | `rf_nerve.bladder`, `rf_nerve.saddle`" in page
    assert "a / note" in page
    assert "| `rf_nerve.saddle` | 1 | 1 | 0 |" in page


def test_the_answers_of_a_reader_are_read_by_the_code_of_the_story(recommender: Recommender) -> None:
    every = {code(story): story for story in EVERY.values()}
    told = {"wording": "long", "part": "safety", "language": "es", "form": "folded", "reader": "reader 1"}
    ticks = ticked_by_the_book(EVERY["S05"], kept("long", "safety", "es"))
    one = reading(recommender, {**told, "answers": {code(EVERY["S05"]): {"ticks": ticks}}}, every)
    assert [scored.level for scored in one.scored] == [Level.EMERGENCY_NOW]
    assert isinstance(one.scored[0], Scored) and one.language == "es"
    with pytest.raises(ValueError, match="no story or form S05"):
        reading(recommender, {**told, "answers": {"S05": {"ticks": ticks}}}, every)


def test_the_batches_of_one_reader_are_joined(recommender: Recommender, tmp_path: Path) -> None:
    told = {"wording": "long", "part": "safety", "language": "en", "form": "folded"}
    wording = kept("long", "safety", "en")
    for name, reader, story in (("1", "reader 1", "S05"), ("2", "reader 1", "P01"), ("3", "reader 2", "S05")):
        answers = {code(EVERY[story]): {"ticks": ticked_by_the_book(EVERY[story], wording)}}
        (tmp_path / f"{name}.json").write_text(json.dumps({**told, "reader": reader, "answers": answers}))
    found = {one.reader: [scored.story.id for scored in one.scored] for one in readings(recommender, tmp_path)}
    assert found == {"reader 1": ["S05", "P01"], "reader 2": ["S05"]}
