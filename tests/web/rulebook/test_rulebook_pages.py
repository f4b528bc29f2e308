"""The pages of the rule book: every rule, searchable, with everything that belongs to it, and nothing heavy."""

from __future__ import annotations

import csv
import gzip
import io
import re
from html import unescape
from itertools import pairwise

import pytest
from flask.testing import FlaskClient

from recommender.models.content import Content
from recommender.service.recommend import Recommender

PAGES = (
    "/rules",
    "/rules/matrix",
    "/rules/questions",
    "/rules/conflicts",
    "/rules/proof",
    "/rules/safety",
    "/rules/print",
)


@pytest.fixture
def content(recommender: Recommender) -> Content:
    return recommender.content


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return unescape(response.text)


def words(text: str) -> str:
    """Return the text of a page without its tags, with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


def listed(text: str) -> list[str]:
    """Return the ids of the rules listed, in order."""
    return re.findall(r'<h3[^>]*><a [^>]*href="/rules/([A-Z0-9-]+)"', text)


def test_the_index_names_every_rule_once(client: FlaskClient, content: Content) -> None:
    text = page(client, "/rules")
    assert sorted(listed(text)) == sorted(rule.id for rule in content.rule_set.rules)
    assert f"{len(content.rule_set.rules)} rules" in text
    assert all(rule.title in text for rule in content.rule_set.rules)


def test_a_search_needs_all_words_wherever_they_stand(client: FlaskClient, content: Content) -> None:
    found = listed(page(client, "/rules?q=leaning+HANDS"))
    assert found and set(found) < set(listed(page(client, "/rules?q=hands")))
    for rule in found:
        assert "hand" in words(page(client, f"/rules/{rule}")).casefold(), rule
    by_note = content.rule_set.by_id[next(rule.id for rule in content.rule_set.rules if rule.notes)]
    assert by_note.id in listed(page(client, f"/rules?q={'+'.join(by_note.notes[0].split()[:8])}"))
    assert "No rule fits all of this" in page(client, "/rules?q=zebra")


def test_what_was_searched_for_is_shown_and_cannot_break_the_page(client: FlaskClient) -> None:
    response = client.get("/rules", query_string={"q": '"><script>alert(1)</script>'})
    assert response.status_code == 200
    assert "<script>alert" not in response.text


@pytest.mark.parametrize("facet", ["kind", "region", "question", "exercise", "source", "strength", "tag"])
def test_every_value_of_a_facet_leaves_some_rules_and_not_all(
    client: FlaskClient, content: Content, facet: str
) -> None:
    text = page(client, "/rules")
    select = re.search(rf'<select[^>]*name="{facet}".*?</select>', text, re.DOTALL)
    assert select
    values = [value for value in re.findall(r'<option value="([^"]*)"', select.group(0)) if value]
    assert len(values) > 4
    for value in values[:: max(1, len(values) // 8)]:
        found = listed(page(client, f"/rules?{facet}={value}"))
        assert 0 < len(found) < len(content.rule_set.rules), value
        if facet == "kind":
            assert {content.rule_set.by_id[rule].kind for rule in found} == {value}
        if facet == "source":
            assert set(found) == {rule.id for rule in content.rule_set.rules if value in rule.sources}
        if facet == "strength":
            assert set(found) == {rule.id for rule in content.rule_set.rules if value in rule.strength}


def test_what_needs_a_clinician_can_be_listed(client: FlaskClient, content: Content) -> None:
    found = listed(page(client, "/rules?confirm=1"))
    assert set(found) == {rule.id for rule in content.rule_set.rules if rule.needs_clinical_decision}


def test_unknown_values_are_ignored(client: FlaskClient, content: Content) -> None:
    assert len(listed(page(client, "/rules?kind=moon&confirm=yes&lang=xx"))) == len(content.rule_set.rules)


def test_every_rule_has_a_page_with_all_that_belongs_to_it(client: FlaskClient, content: Content) -> None:
    for rule in content.rule_set.rules:
        text = words(page(client, f"/rules/{rule.id}"))
        told = [rule.title, rule.why, rule.author, rule.since, rule.path, content.rule_set.version, *rule.notes]
        told += [words for branch in rule.branches for words in (branch.say, branch.why)]
        told += [content.catalogue.sources[source].title for source in rule.sources]
        told += [item for branch in rule.branches for advice in branch.then.advise for item in advice.items]
        assert [words for words in told if " ".join(words.split()) not in text] == [], rule.id
        assert re.search(r"SHA-256 of what it means ?[0-9a-f]{64}", text), rule.id
        assert ("Needs a clinician's decision" in text) == rule.needs_clinical_decision
        if len(rule.branches) > 1:
            assert f"Case {len(rule.branches)}" in text


def test_a_rule_page_leads_to_questions_findings_moves_and_vignettes(client: FlaskClient) -> None:
    text = page(client, "/rules/CI-A05")
    assert 'href="/rules/questions#q-leg_symptoms"' in text
    assert 'href="/rules/FACT-08"' in text
    assert 'href="/exercises/pelvic_tilt"' in text
    assert 'href="/rules?tag=flexion_end"' in text
    assert "made-up cases that test it" in text
    assert "Leaves out" in text and "Puts in" in text


def test_an_unknown_rule_is_not_found(client: FlaskClient) -> None:
    assert client.get("/rules/XX-99").status_code == 404


@pytest.mark.deep
def test_no_link_of_the_rule_book_is_dead(client: FlaskClient, content: Content) -> None:
    addresses: set[str] = set()
    for address in (*PAGES, *(f"/rules/{rule.id}" for rule in content.rule_set.rules)):
        addresses |= set(re.findall(r'href="(/(?:rules|exercises)[^"]*)"', page(client, address)))
    texts: dict[str, str] = {}
    for address in sorted(addresses):
        path, _, anchor = address.partition("#")
        if path not in texts:
            texts[path] = page(client, path)
        assert not anchor or f'id="{anchor}"' in texts[path], address
    assert len(texts) > 300


def test_the_matrix_has_a_cell_for_every_move_and_column(client: FlaskClient, content: Content) -> None:
    text = page(client, "/rules/matrix")
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', text, re.DOTALL)
    columns = len(re.findall(r'<th scope="col">', text))
    assert len(rows) == len(content.catalogue.exercises)
    for row in rows:
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        assert len(cells) == columns
        assert all(re.match(r"(Allowed|Left out|Modified|Swapped in|Depends on <a )", cell) for cell in cells)
    spans = [int(width) for width in re.findall(r'scope="colgroup" colspan="(\d+)"', text)]
    assert sum(spans) == columns
    assert 'tabindex="0"' in text


def test_the_csv_holds_the_same_cells_as_the_page(client: FlaskClient) -> None:
    for query in ("", "?question=limits&region=neck"):
        response = client.get(f"/rules/matrix.csv{query}")
        assert response.mimetype == "text/csv"
        table = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
        text = page(client, f"/rules/matrix{query}")
        notes = [row for row in table if row[0] == "note"]
        assert notes == table[-len(notes) :] and all(unescape(note) in words(text) for _, note in notes)
        table = table[: -len(notes)]
        assert len(table) - 1 == len(re.findall(r'<th scope="row">', text))
        assert all(len(row) == len(table[0]) for row in table)
        assert all(cell for row in table for cell in row)
        assert len(table[0]) - 2 == len(re.findall(r'<th scope="col">', text))


def test_filters_of_the_matrix_leave_fewer_rows_and_columns(client: FlaskClient, content: Content) -> None:
    table = list(
        csv.reader(
            io.StringIO(client.get("/rules/matrix.csv?question=limits&position=prone").text.removeprefix("\ufeff"))
        )
    )
    prone = {move.id for move in content.catalogue.exercises if any(form.position == "prone" for form in move.forms)}
    assert {row[0] for row in table[1:] if row[0] != "note"} == prone
    assert all(heading.startswith(("Everyone", "G1 ")) for heading in table[0][2:])


def test_the_matrix_names_the_rule_behind_a_cell(client: FlaskClient) -> None:
    table = list(csv.DictReader(io.StringIO(client.get("/rules/matrix.csv").text.removeprefix("\ufeff"))))
    cobra = next(row for row in table if row["exercise"] == "cobra")
    wrist = next(value for heading, value in cobra.items() if "Leaning on my hands" in heading)
    assert wrist == "left out (CI-A12)"


def test_a_cell_is_not_allowed_where_a_question_that_the_answer_opens_decides(client: FlaskClient) -> None:
    text = page(client, "/rules/matrix?question=conditions")
    cells = re.findall(r"<td[^>]*>(Depends on .*?)</td>", text)
    assert cells
    opened = {id for cell in cells for id in re.findall(r'href="/rules/questions#q-([a-z_]+)">', cell)}
    assert opened and all(f'id="q-{id}"' in page(client, "/rules/questions") for id in opened)
    table = csv.reader(io.StringIO(client.get("/rules/matrix.csv?question=conditions").text))
    assert any(cell.startswith("depends on ") for row in table for cell in row)


def test_every_rule_in_a_cell_is_a_link(client: FlaskClient, content: Content) -> None:
    text = page(client, "/rules/matrix")
    named = [
        id for cell in re.findall(r"<td[^>]*>(.*?)</td>", text) for id in re.findall(r"[A-Z]+-[A-Z]?\d+", words(cell))
    ]
    assert named and set(named) <= set(content.rule_set.by_id)
    linked = [
        id
        for cell in re.findall(r"<td[^>]*>(.*?)</td>", text)
        for id in re.findall(r'href="/rules/([A-Z0-9-]+)"', cell)
    ]
    assert linked == named


def test_only_what_an_answer_changes_is_left_where_that_is_asked_for(client: FlaskClient) -> None:
    whole, narrow = page(client, "/rules/matrix"), page(client, "/rules/matrix?differences=1")
    everyone, others = 1, re.findall(r"<td[^>]*>(.*?)</td>", narrow)
    columns = narrow.count('<th scope="col">')
    assert narrow.count('<th scope="row">') <= whole.count('<th scope="row">')
    assert not any(cell == "Allowed" for number, cell in enumerate(others) if number % columns >= everyone)
    assert len([cell for cell in others if not cell]) > len(others) / 3


def test_one_move_is_a_list_of_answers_that_a_phone_shows_without_a_table(client: FlaskClient) -> None:
    text = page(client, "/rules/matrix?move=cobra&differences=1")
    assert 'class="app-matrix"' not in text
    pregnant = re.search(r"Pregnant now.*?</dt><dd>(.*?)</dd>", text, re.DOTALL)
    assert pregnant and re.search(r"(Left out|Depends on)", pregnant.group(1))
    assert "<dd>Allowed</dd>" not in text


def test_the_question_view_shows_every_answer(client: FlaskClient, content: Content) -> None:
    text = page(client, "/rules/questions")
    for question in content.questionnaire.questions.values():
        part = text.split(f'id="q-{question.id}"')[1].split("</dl>")[0]
        assert all(option.text in part for option in question.options), question.id
    assert "No rule reads this answer" in text
    limits = text.split('id="q-limits"')[1].split("</dl>")[0]
    assert re.search(r"Leaning on my hands</dt><dd>.*?/rules/CI-A12", limits, re.DOTALL)


def test_the_work_list_has_every_point_and_every_decision(client: FlaskClient, content: Content) -> None:
    text = page(client, "/rules/conflicts")
    for point in content.catalogue.review_points:
        part = text.split(f'id="point-{point.number}"')[1].split("</li>\n  <li")[0]
        assert point.text in part
        assert all(f'href="/rules/{rule}"' in part for rule in point.rules)
    assert len(content.catalogue.decisions) == 55
    for decision in content.catalogue.decisions.values():
        assert decision.decision in text and decision.conflict in text
    assert text.count("<strong>Evidence</strong>") > 40


def test_the_printed_book_holds_every_sentence_once(client: FlaskClient, content: Content) -> None:
    text = page(client, "/rules/print")
    assert re.findall(r'<article class="app-printed" id="([^"]+)"', text) and text.count("<article") == len(
        content.rule_set.rules
    )
    for rule in content.rule_set.rules:
        assert f'href="#{rule.id}"' in text
        assert all(branch.say in text for branch in rule.branches)


def test_one_kind_of_rules_is_printed_alone_with_its_sources_and_says_what_the_person_reads_beside_each_case(
    client: FlaskClient, content: Content
) -> None:
    text = page(client, "/rules/print?kind=red_flags")
    of_kind = [rule for rule in content.rule_set.rules if rule.kind == "red_flags"]
    assert re.findall(r'<article class="app-printed" id="([^"]+)"', text) == [rule.id for rule in of_kind]
    named = {source for rule in of_kind for source in rule.sources}
    assert set(re.findall(r"<li><strong>(\w+)</strong>:", text.split(">Sources</h2>")[1])) == named
    for rule in of_kind:
        article = text.split(f'id="{rule.id}"')[1].split("</article>")[0]
        cases = article.split('<h4 class="govuk-heading-s">Case ')[1:] or [article]
        for number, (case, branch) in enumerate(zip(cases, rule.branches, strict=False)):
            before = rule.branches[number - 1].say if number else None
            said = "The person reads the same." if branch.say == before else branch.say
            assert said in case, branch.id
    assert text.count("<article") < page(client, "/rules/print?kind=moon").count("<article")


def test_the_rule_book_stays_in_english(client: FlaskClient) -> None:
    for address in PAGES:
        assert '<html lang="en"' in client.get(address, headers={"Accept-Language": "es"}).text


def test_each_page_has_one_main_heading_and_headings_in_order(client: FlaskClient, content: Content) -> None:
    rules = [f"/rules/{rule.id}" for rule in content.rule_set.rules]
    for address in (*PAGES, "/rules?q=wrist", *rules):
        levels = [int(level) for level in re.findall(r"<h([1-6])[\s>]", page(client, address))]
        assert levels.count(1) == 1 and levels[0] == 1, address
        assert all(after - before <= 1 for before, after in pairwise(levels)), address


def test_the_pages_are_light(client: FlaskClient, content: Content) -> None:
    rules = [f"/rules/{rule.id}" for rule in content.rule_set.rules]
    for address in ("/rules", "/rules/questions", "/rules/conflicts", "/rules?confirm=1", *rules):
        assert len(gzip.compress(client.get(address).data)) < 32_000, address
    for address, most in (("/rules/matrix", 86_000), ("/rules/print", 96_000)):  # the second is the whole book
        assert len(gzip.compress(client.get(address).data)) < most, address
