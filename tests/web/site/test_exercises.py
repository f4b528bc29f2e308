"""The open catalogue: every move with filters, and a page for each."""

from __future__ import annotations

import gzip
import re
from html import unescape
from urllib.parse import quote

import pytest
import yaml
from flask.testing import FlaskClient

from recommender.models.catalogue import DefaultRoutine
from recommender.service.recommend import Recommender
from recommender.web.core.static_files import FOLDER
from tests.support.sample import seeds
from tests.support.sheets import TESTS


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return unescape(response.text)


def listed(text: str) -> list[str]:
    """Return the ids of the moves listed, in order."""
    return re.findall(r'app-entry__name"><a [^>]*href="/exercises/(\w+)"', text)


def main_heading(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert found
    return found.group(1).strip()


def test_the_list_names_every_move_once_and_says_how_many(client: FlaskClient, recommender: Recommender) -> None:
    text = page(client, "/exercises")
    exercises = recommender.content.catalogue.exercises
    assert sorted(listed(text)) == sorted(exercise.id for exercise in exercises)
    assert f"{len(exercises)} moves" in text
    assert all(exercise.purpose in text for exercise in exercises)


def test_moves_that_are_never_chosen_stand_last_and_are_marked(client: FlaskClient, recommender: Recommender) -> None:
    text = page(client, "/exercises")
    never = [
        exercise.id
        for exercise in recommender.content.catalogue.exercises
        if exercise.default_routine is DefaultRoutine.NO
    ]
    assert listed(text)[-len(never) :] == never
    assert text.count("We never put this in a routine") == len(never)
    assert text.index('id="never"') < text.index("We never put this in a routine")


def test_a_filter_says_what_it_shows_and_how_to_undo_it(client: FlaskClient, recommender: Recommender) -> None:
    text = page(client, "/exercises?region=neck&position=chair&leave_out=kneel")
    shown, total = listed(text), len(recommender.content.catalogue.exercises)
    assert 0 < len(shown) < total
    assert f"{len(shown)} of {total} moves" in text
    assert "Part of the body: <strong>Neck</strong>" in text
    assert "Leave out what is hard for me: <strong>Kneeling</strong>" in text
    assert 'href="/exercises?position=chair&leave_out=kneel#moves"' in text
    assert 'href="/exercises?region=neck&position=chair#moves"' in text
    assert 'href="/exercises#moves">Clear all filters' in text


def test_the_filters_stay_shut_until_one_is_set(client: FlaskClient) -> None:
    assert '<details class="app-filter">' in page(client, "/exercises")
    text = page(client, "/exercises?kind=relief_position")
    assert '<details class="app-filter" open>' in text
    assert re.search(r'value="relief_position"[^>]* checked', text)


def test_a_filter_names_the_ways_that_stay(client: FlaskClient) -> None:
    text = page(client, "/exercises?leave_out=floor&position=supine")
    card = text[text.index('href="/exercises/pelvic_tilt"') :].split("</li>")[0]
    assert "What fits: Lying on a bed</p>" in card
    assert "Standing" not in card


def test_having_nothing_counts_only_alone(client: FlaskClient) -> None:
    nothing = listed(page(client, "/exercises?equipment=none"))
    chair = listed(page(client, "/exercises?equipment=chair"))
    assert set(nothing) < set(chair)
    both = page(client, "/exercises?equipment=none&equipment=chair")
    assert listed(both) == chair
    assert "<strong>Nothing at all</strong>" not in both


def test_values_that_are_not_known_are_ignored(client: FlaskClient, recommender: Recommender) -> None:
    text = page(client, "/exercises?region=moon&leave_out=none&page=2&kind=%3Cscript%3E")
    assert len(listed(text)) == len(recommender.content.catalogue.exercises)
    assert "moon" not in text


def test_an_empty_list_says_what_to_do(client: FlaskClient, recommender: Recommender) -> None:
    text = page(client, "/exercises?region=neck&position=prone")
    assert listed(text) == []
    assert f"0 of {len(recommender.content.catalogue.exercises)} moves" in text
    assert "No move fits all of your choices. Remove one of them above, or clear all filters." in text


def test_every_move_has_a_page_with_all_there_is_to_know(client: FlaskClient, recommender: Recommender) -> None:
    catalogue = recommender.content.catalogue
    for exercise in catalogue.exercises:
        text = page(client, f"/exercises/{exercise.id}")
        assert main_heading(text) == exercise.name
        told = [exercise.purpose, exercise.breathing, exercise.feel_it, exercise.not_here, exercise.default_reason]
        told += [*exercise.aliases, *exercise.common_mistakes]
        for form in exercise.forms:
            tags = [catalogue.tags[tag] for tag in form.tags]
            told += [form.name, *form.steps, *form.cautions, *(tag.say for tag in tags if tag.on_cards)]
        told += [catalogue.by_id[other].name for other in (*exercise.easier, *exercise.harder)]
        told += [catalogue.sources[source].title for source in exercise.dose.sources]
        assert [words for words in told if words not in text] == [], exercise.id


def test_the_usual_amount_stands_in_words(client: FlaskClient) -> None:
    tilt = page(client, "/exercises/pelvic_tilt")
    assert "5 to 10 slow repeats" in tilt
    assert "2 to 5 seconds" in tilt
    stretch = page(client, "/exercises/arm_across_body")
    assert "2 to 3 times" in stretch
    assert "15 to 30 seconds" in stretch
    assert "Both. The amounts are for each side." in stretch
    assert "1 to 3 minutes" in page(client, "/exercises/breathing_relaxation")
    assert "30 seconds to 1 minute" in page(client, "/exercises/wall_ball_massage")


def test_a_page_says_for_which_answers_a_move_or_a_way_is_left_out(client: FlaskClient) -> None:
    cobra = page(client, "/exercises/cobra")
    assert "<q>You told us that leaning on your hands is hard.</q>" in cobra.split("When we leave it out")[1]
    tilt = page(client, "/exercises/pelvic_tilt")
    ways = {part.split('"')[0]: part for part in tilt.split('id="way-')[1:]}
    lying = "<q>You told us that lying flat on your back is hard.</q>"
    assert lying in ways["supine"]
    assert lying not in ways["chair"]


def test_a_page_never_asks_anybody_to_stand_on_a_bed(client: FlaskClient) -> None:
    tilt = page(client, "/exercises/pelvic_tilt")
    ways = {part.split('"')[0]: part for part in tilt.split('id="way-')[1:]}
    assert "<dt>Where</dt><dd>On a bed</dd>" in ways["supine_bed"]
    assert "<dt>Where</dt>" not in ways["standing_wall"].split("</details>")[0]


def test_a_move_that_is_never_chosen_says_so_before_how_it_goes(client: FlaskClient, recommender: Recommender) -> None:
    for exercise in recommender.content.catalogue.exercises:
        text = page(client, f"/exercises/{exercise.id}")
        if exercise.default_routine is DefaultRoutine.NO:
            assert text.index(exercise.default_reason) < text.index(exercise.forms[0].steps[0]), exercise.id
            assert "We leave this move out for everybody." in text
            assert "When we choose it" not in text
        else:
            assert "When we choose it" in text
            assert ("Only when your answers call for it." in text) == (
                exercise.default_routine is DefaultRoutine.CONDITIONAL
            )


def test_a_move_that_is_never_chosen_says_why(client: FlaskClient, recommender: Recommender) -> None:
    exercises = recommender.content.catalogue.exercises
    never = [exercise for exercise in exercises if exercise.default_routine is DefaultRoutine.NO]
    assert len(never) >= 13
    for exercise in never:
        note = page(client, f"/exercises/{exercise.id}").split("app-note--never")[1].split("</div>")[0]
        assert exercise.default_reason in note
        assert "Go by the steps above" not in articles_part(client, exercise.id)
        assert re.match(r"We never give it\b.{20,}", exercise.default_reason), exercise.id


def articles_part(client: FlaskClient, exercise_id: str) -> str:
    _, found, rest = page(client, f"/exercises/{exercise_id}").partition('id="articles"')
    return rest.split("</section>")[0] if found else ""


def test_each_move_of_the_articles_says_what_they_say_and_what_was_decided(
    client: FlaskClient, recommender: Recommender
) -> None:
    catalogue = recommender.content.catalogue
    named = 0
    for exercise in catalogue.exercises:
        part = articles_part(client, exercise.id)
        assert bool(part) == bool(exercise.seeds), exercise.id
        if not part:
            continue
        named += 1
        told = [said.says for said in exercise.seeds]
        told += [catalogue.sources[said.seed].title for said in exercise.seeds]
        assert [words for words in told if words not in part] == [], exercise.id
        decided = [one.id for one in catalogue.decisions.values()
                   if one.id in exercise.decisions or exercise.id in one.touches]  # fmt: skip
        assert re.findall(r'href="/rules/conflicts#(\w+)"', part) == decided, exercise.id
        assert exercise.default_reason in part.split("What we decided, and why")[1]
        wrong = part.split("Where they disagree or are wrong")[1].split("<h3")[0]
        assert wrong.count("<li>") == len(exercise.seed_notes) + len(decided)
    assert named == 49


def test_the_articles_have_plain_names(client: FlaskClient, recommender: Recommender) -> None:
    part = articles_part(client, "childs_pose")
    assert "Hold differs: none (Article 1), 20-30 s (Article 2, Article 5)" in part
    for exercise in recommender.content.catalogue.exercises:
        words = re.sub(r"<[^>]*>", " ", articles_part(client, exercise.id))
        assert re.findall(r"(?i)\bseeds?\b|seed_|\b00\d\b|\w+_\w+", words) == [], exercise.id


def test_every_decision_can_be_reached(client: FlaskClient, recommender: Recommender) -> None:
    decisions = recommender.content.catalogue.decisions
    assert len(decisions) == 55
    conflicts = page(client, "/rules/conflicts")
    assert [one for one in decisions if conflicts.count(f'id="{one}"') != 1] == []
    assert 'href="/rules/conflicts"' in page(client, "/evidence")
    linked = {
        one
        for exercise in recommender.content.catalogue.exercises
        for one in re.findall(r'href="/rules/conflicts#(\w+)"', articles_part(client, exercise.id))
    }
    assert linked <= set(decisions)
    assert {
        one.id for one in decisions.values() if set(one.touches) & set(recommender.content.catalogue.by_id)
    } <= linked


def test_the_notes_on_the_articles_are_marked_as_english(client: FlaskClient, recommender: Recommender) -> None:
    text = unescape(client.get("/exercises/cat_cow?lang=es").text)
    part = text.split('id="articles"')[1].split("</section>")[0]
    exercise = recommender.content.catalogue.by_id["cat_cow"]
    assert f'<dd lang="en" dir="ltr"><span class="app-rows__line">{exercise.seeds[0].says}' in part
    assert '<ul class="govuk-list govuk-list--bullet govuk-list--spaced" lang="en" dir="ltr">' in part
    assert "Estas notas están solo en inglés." in part
    assert "These notes are in English only." not in page(client, "/exercises/cat_cow?lang=en")


def test_both_pages_send_people_to_the_questions_and_say_when_to_stop(client: FlaskClient) -> None:
    for address in ("/exercises", "/exercises/cat_cow"):
        text = page(client, address)
        assert re.search(r'href="/"[^>]*>\s*Answer the questions first', text)
        assert "Stop at once if a pain is sharp or spreads" in text
        assert "Stop and call 999" in text


def test_search_engines_may_list_the_pages_but_not_every_filter(client: FlaskClient) -> None:
    for address in ("/exercises", "/exercises/cat_cow"):
        text = page(client, address)
        assert '<meta name="description" content="' in text
        assert "noindex" not in text
    assert '<meta name="robots" content="noindex">' in page(client, "/exercises?region=neck")


def test_an_unknown_move_is_not_found(client: FlaskClient) -> None:
    response = client.get("/exercises/levitation")
    assert response.status_code == 404
    assert "We cannot find that page" in response.text


def test_no_page_links_on_with_a_filter_in_the_address(client: FlaskClient) -> None:
    text = page(client, "/exercises?leave_out=kneel")
    assert all("?" not in address for address in re.findall(r'href="(/exercises/[^"]*)"', text))
    own = page(client, "/exercises/cat_cow?leave_out=kneel")
    assert "leave_out" not in re.sub(r"<nav.*?</nav>|<header.*?</header>", "", own, flags=re.DOTALL)


def test_the_pages_are_light(client: FlaskClient) -> None:
    shared = sum(
        max(path.stat().st_size for path in FOLDER.glob(pattern)) for pattern in ("app-*.css.gz", "app-*.js.gz")
    )
    for address in ("/exercises", "/exercises/glute_squeeze"):
        assert len(gzip.compress(client.get(address).data)) + shared < 30_000, address


def test_another_language_keeps_the_filters(client: FlaskClient) -> None:
    page = client.get("/exercises?region=low_back&leave_out=kneel&leave_out=wrist").text
    assert 'href="?region=low_back&amp;leave_out=kneel&amp;leave_out=wrist&amp;lang=es"' in page


@pytest.mark.parametrize("part", seeds(0, fast=1, deep=5))
def test_a_move_is_found_by_any_of_its_names(client: FlaskClient, recommender: Recommender, part: int) -> None:
    for exercise in recommender.content.catalogue.exercises[part::6]:
        for name in (exercise.name, *exercise.aliases):
            assert exercise.id in listed(page(client, f"/exercises?q={quote(name)}")), (exercise.id, name)


@pytest.mark.deep
def test_a_move_is_found_by_the_name_that_each_article_gives_it(client: FlaskClient, recommender: Recommender) -> None:
    named: dict[str, dict[str, str]] = yaml.safe_load(
        (TESTS / "content" / "seed_names.yaml").read_text(encoding="utf-8")
    )
    catalogue = recommender.content.catalogue
    assert set(named) == {source.id for source in catalogue.sources.values() if source.seed_file}
    for article, names in named.items():
        for name, move in names.items():
            assert article in {said.seed for said in catalogue.by_id[move].seeds}, (article, name)
            assert move in listed(page(client, f"/exercises?q={quote(name)}")), (article, name)


def test_the_search_forgives_case_accents_and_plurals(client: FlaskClient) -> None:
    found = listed(page(client, "/exercises?q=bridge"))
    assert "pelvic_bridge" in found
    for words in ("BRIDGES", "  Brídge ", "bridge!"):
        assert listed(page(client, f"/exercises?q={words}")) == found


def test_the_search_looks_in_regions_positions_and_what_a_move_is_good_for(client: FlaskClient) -> None:
    for words, move in (
        ("neck", "neck_rotation"),
        ("hamstring chair", "chair_hamstring_stretch"),
        ("sitting", "seated_cat_cow"),
    ):
        assert move in listed(page(client, f"/exercises?q={words}")), words


def test_the_search_and_the_filters_go_together(client: FlaskClient) -> None:
    both = set(listed(page(client, "/exercises?q=bridge&position=supine")))
    assert both and both < set(listed(page(client, "/exercises?q=bridge"))) | {"pelvic_bridge"}
    assert 'name="q" value="bridge"' in page(client, "/exercises?q=bridge&position=supine")


def test_words_that_fit_no_move_say_so(client: FlaskClient) -> None:
    text = page(client, "/exercises?q=zebra")
    assert listed(text) == [] and "No move fits all of your choices" in text


def test_a_spanish_reader_finds_moves_in_both_languages(client: FlaskClient) -> None:
    assert "pelvic_bridge" in listed(page(client, "/exercises?q=puente&lang=es"))
    assert "pelvic_bridge" in listed(page(client, "/exercises?q=bridge&lang=es"))


def test_common_questions_have_short_answers_with_their_sources(client: FlaskClient, recommender: Recommender) -> None:
    catalogue = recommender.content.catalogue
    text = page(client, "/common-questions")
    assert len(catalogue.common_questions) == 7
    for common in catalogue.common_questions:
        assert common.question in text and all(part in text for part in common.answer)
        assert len(" ".join(common.answer).split()) <= 80
        assert common.sources and all(catalogue.sources[source].title in text for source in common.sources)
    assert 'href="/common-questions"' in page(client, "/")
