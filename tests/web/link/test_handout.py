"""The handout: one side for four moves, two for eight, on A4 and on Letter; what stops somebody comes first."""

from __future__ import annotations

import html
import io
import re
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from recommender.errors import RecommenderError
from recommender.service.recommend import Recommender
from recommender.settings import Settings
from recommender.web.app import create_app
from recommender.web.link.handout import short_lines, weekdays
from recommender.web.paper import pdf as paper
from recommender.web.paper.pdf import Press
from tests.support.needs import left_out
from tests.support.paper import printed_words
from tests.support.people import AT_A_DESK
from tests.support.visitor import Visitor

SHORT: dict[str, object] = {"minutes": "3"}
LONG: dict[str, object] = AT_A_DESK
ON_A_CHAIR: dict[str, object] = {"minutes": "10", "place": "chair_only", "limits": ["floor"]}
# Standing moves have high drawings: three rows of them.
STANDING: dict[str, object] = {"minutes": "5", "place": "standing_desk", "pain_location": ["neck"], "pain_main": "neck"}
NINE: dict[str, object] = {
    "minutes": "10",
    "worse_with": ["sitting", "bending_forward"],
    "better_with": ["moving_about"],
}
# How many sides so many moves may take.
SIDES = {4: 1, 8: 2, 12: 3, 16: 4}
MILLIMETRE = 72 / 25.4
SIZES = {"a4": (210, 297), "letter": (215.9, 279.4)}


@pytest.fixture(scope="module")
def site(recommender: Recommender, settings: Settings) -> Flask:
    """The site as it is for the world under an address of its own. A busy machine takes longer for a PDF than it may."""
    made = create_app(replace(settings, site_url="https://back.example.org"), recommender)
    made.extensions["handout_press"] = Press(120)
    return made


@pytest.fixture
def pango() -> None:
    try:
        paper.weasyprint()
    except RecommenderError as error:
        left_out(str(error))


def link_of(site: Flask, recommender: Recommender, given: dict[str, object]) -> tuple[FlaskClient, str]:
    visitor = Visitor(site.test_client(), recommender)
    found = re.search(r'href="(/routine/[^"/]+)/handout"', visitor.result_of(given).text)
    assert found
    return visitor.client, found[1]


def moves_in(page: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r"<h3>\d+\. (.*?)</h3>", page)]


def letters(text: str) -> str:
    """Return a text without its blanks: a line on paper ends where it may."""
    return "".join(text.split())


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(SHORT, id="short"),
        pytest.param(LONG, id="long", marks=pytest.mark.deep),
        pytest.param(ON_A_CHAIR, id="on a chair", marks=pytest.mark.deep),
        pytest.param(STANDING, id="standing", marks=pytest.mark.deep),
    ],
)
def test_four_moves_have_one_side_and_eight_have_two(
    site: Flask, recommender: Recommender, given: dict[str, object], size: str
) -> None:
    client, link = link_of(site, recommender, given)
    moves = moves_in(client.get(f"{link}/handout").text)
    reply = client.get(f"{link}/handout.pdf?paper={size}")
    assert reply.mimetype == "application/pdf"
    pdf = PdfReader(io.BytesIO(reply.data))
    assert len(pdf.pages) <= next(sides for most, sides in SIDES.items() if len(moves) <= most), len(moves)
    box = pdf.pages[0].mediabox
    assert [round(float(side) / MILLIMETRE, 0) for side in (box.width, box.height)] == [
        round(side, 0) for side in SIZES[size]
    ]
    assert pdf.root_object["/MarkInfo"]["/Marked"] == True  # noqa: E712  (an object of the PDF)
    assert pdf.root_object["/Lang"] == "en"
    text = letters(printed_words(pdf))
    assert [name for name in moves if letters(name) not in text] == []
    first = letters(pdf.pages[0].extract_text())
    assert letters("Before each session:") in first and letters(moves[0]) in first, "the box is whole, and moves follow"


@pytest.mark.usefixtures("pango")
def test_in_longer_words_nine_moves_have_two_sides_with_the_grid_beside_the_last(
    site: Flask, recommender: Recommender
) -> None:
    client, link = link_of(site, recommender, NINE)
    page = client.get(f"{link}/handout?lang=es").text
    assert len(moves_in(page)) == 9 and page.index('class="ticks"') < page.index("</ol>")
    pdf = PdfReader(io.BytesIO(client.get(f"{link}/handout.pdf?paper=a4&lang=es").data))
    assert len(pdf.pages) == 2


@pytest.mark.usefixtures("pango")
def test_the_pdf_says_what_the_page_says_in_the_same_order(site: Flask, recommender: Recommender) -> None:
    client, link = link_of(site, recommender, LONG)
    page = re.sub(
        r'<nav class="screen".*?</nav>|<title>.*?</title>', "", client.get(f"{link}/handout").text, flags=re.S
    )
    words = [letters(html.unescape(part)) for part in re.split(r"<[^>]+>", page) if part.strip()]
    pdf = PdfReader(io.BytesIO(client.get(f"{link}/handout.pdf").data))
    text = letters(printed_words(pdf))
    assert [word for word in words if word not in text] == []
    headings = [letters(html.unescape(part)) for part in re.findall(r"<h[123]>(.*?)</h[123]>", page)]
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)


def test_what_stops_somebody_and_whom_to_call_come_before_every_move(site: Flask, recommender: Recommender) -> None:
    client, link = link_of(site, recommender, SHORT)
    page = html.unescape(client.get(f"{link}/handout").text)
    first_move = page.index("<h3>")
    assert page.index("When to stop") < first_move
    assert page.index("<strong>999</strong>") < first_move
    assert page.index("Since last time, have you had any of these?") < first_move
    assert page.index("do not do the moves") < first_move


def test_every_move_has_its_dose_two_drawings_and_every_step(site: Flask, recommender: Recommender) -> None:
    client, link = link_of(site, recommender, LONG)
    page = html.unescape(client.get(f"{link}/handout").text)
    moves = page.partition('<ol class="moves">')[2].partition("</ol>")[0].split("</li>")[:-1]
    moves = [move for move in moves if "<h3>" in move]  # the grid may stand beside the last
    assert len(moves) == len(moves_in(page)) >= 8
    by_name = {exercise.name: exercise for exercise in recommender.content.catalogue.exercises}
    for move, name in zip(moves, moves_in(page), strict=True):
        assert 1 <= move.count("<img") <= 2
        assert 'class="dose"' in move
        text = letters(re.sub(r"<[^>]+>", "", move))
        assert any(
            all(letters(step) in text for step in form.steps) and letters(form.name) in text
            for form in by_name[name].forms
        )


@pytest.mark.parametrize("given", [LONG, ON_A_CHAIR], ids=["lying", "on a chair"])
def test_the_left_side_is_drawn_first_as_in_the_player(
    site: Flask, recommender: Recommender, given: dict[str, object]
) -> None:
    client, link = link_of(site, recommender, given)
    page = html.unescape(client.get(f"{link}/handout").text)
    moves = re.findall(r"<h3>\d+\. (.*?)</h3>(.*?)</li>", page, re.DOTALL)
    by_name = {exercise.name: exercise for exercise in recommender.content.catalogue.exercises}
    drawn = []
    for name, move in moves:
        [form] = [one for one in by_name[name].forms if f"<em>{one.name}.</em>" in move]
        side = recommender.content.figures.exercises[by_name[name].id].forms[form.id].working_side
        if "Left side first, unless your right side is easier." in move:
            drawn.append(side)
            assert ("mirrored" in move) == (side == "right"), name
        else:
            assert "mirrored" not in move, name
    assert len(drawn) >= 2 and "right" in drawn and None not in drawn


def test_no_step_of_a_form_that_is_drawn_for_the_right_names_a_side(recommender: Recommender) -> None:
    figures, named = recommender.content.figures.exercises, re.compile(r"\b(left|right)\b")
    for exercise in recommender.content.catalogue.exercises:
        for form in exercise.forms if exercise.id in figures else ():
            poses = figures[exercise.id].forms.get(form.id)
            if poses and poses.working_side == "right":
                assert not [words for words in (*form.steps, poses.alt) if named.search(words)], form.id


def test_the_code_for_a_phone_leads_to_the_link_and_is_there_only_where_the_address_is_known(
    site: Flask, app: Flask, recommender: Recommender
) -> None:
    client, link = link_of(site, recommender, SHORT)
    page = client.get(f"{link}/handout").text
    assert page.count("<svg") == 1
    assert 'role="img"' in page
    stranger, other = link_of(app, recommender, SHORT)
    assert "<svg" not in stranger.get(f"{other}/handout").text


def test_a_handout_that_is_not_approved_says_so_with_its_date_and_version(
    site: Flask, recommender: Recommender
) -> None:
    client, link = link_of(site, recommender, SHORT)
    page = html.unescape(client.get(f"{link}/handout").text)
    content = recommender.content
    assert content.catalogue.words.not_approved in page
    assert f'Rule set {content.rule_set.version}, <span class="app-hash">{content.hash[:12]}</span>.' in page
    assert "From answers of" in page


def test_it_has_a_box_for_each_day_of_two_weeks(site: Flask, recommender: Recommender) -> None:
    client, link = link_of(site, recommender, SHORT)
    table = client.get(f"{link}/handout").text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert table.count("<td></td>") == 14
    with site.test_request_context():
        assert next(name for _, name in weekdays("wide")) == "Monday"


def test_a_link_that_does_not_verify_prints_nothing(site: Flask) -> None:
    client = site.test_client()
    for part in ("handout", "handout.pdf", "calendar.ics?time=18:00"):
        reply = client.get(f"/routine/x/{part}")
        assert (reply.status_code, reply.mimetype) == (404, "text/html")


@pytest.mark.parametrize("query", ["?paper=a3", "?paper=letter"])
def test_where_there_is_no_pdf_the_page_to_print_comes_instead(
    site: Flask, recommender: Recommender, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    client, link = link_of(site, recommender, SHORT)
    monkeypatch.setitem(site.extensions, "handout_press", Press(5, failing))
    reply = client.get(f"{link}/handout.pdf{query}")
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{link}/handout")


def failing(page: str, style: str) -> bytes:
    raise RecommenderError("nothing to print with")


def test_one_pdf_is_made_at_a_time_and_nobody_waits_longer_than_they_may() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def make(page: str, style: str) -> bytes:
        begun.set()
        go_on.wait()
        ended.set()
        return b"late"

    press = Press(0.01, make)
    assert press.pdf("first") is None, "it is not done in time"
    assert begun.wait(10)
    assert press.pdf("second") is None, "the first is still at work"
    go_on.set()
    assert ended.wait(10)


def test_after_one_that_failed_the_next_is_made() -> None:
    tries: list[Callable[[], bytes]] = [lambda: failing("", ""), lambda: b"made"]
    press = Press(10, lambda page, style: tries.pop(0)())
    assert [press.pdf("x"), press.pdf("x")] == [None, b"made"]


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "b", "c", "d"], ["a", "b", "c d"]),
        (["one long step", "b", "c", "d", "e"], ["one long step", "b", "c d e"]),
    ],
)
def test_steps_stand_on_three_lines_at_most_and_none_is_lost(steps: list[str], lines: list[str]) -> None:
    made = short_lines(steps)
    assert " ".join(made).split() == " ".join(steps).split()
    assert len(made) == len(lines)
    assert max(map(len, made)) == max(map(len, lines))
