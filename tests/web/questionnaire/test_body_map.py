"""The picture of the body: as many places as the list has, each a label of its box, and asked for by the content."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommender.errors import ContentError
from recommender.loaders.content import load_content
from recommender.models.questionnaire import BODY, CLOCK, Question
from recommender.service.recommend import Recommender
from recommender.settings.folders import content_folder
from recommender.web.questionnaire.question_form import as_shown
from tests.support.visitor import FIRST

LABEL = re.compile(r'<label class="app-body__place app-body__place--(\w+)" for="([\w-]+)">')
BOX = re.compile(r'<input class="govuk-checkboxes__input" id="([\w-]+)" name="(\w+)" type="checkbox" value="(\w+)"')
QUESTIONS = "questionnaire/A-about.yaml"


@pytest.fixture(scope="module")
def pictured(recommender: Recommender) -> Question:
    [question] = [one for one in recommender.content.questionnaire.questions.values() if one.picture == BODY]
    return question


def test_every_place_to_choose_is_drawn_and_every_drawn_place_can_be_chosen(app: Flask, pictured: Question) -> None:
    drawing = app.jinja_env.get_template("shared/body_map.html").module
    drawn = [shape["place"] for shape in (*vars(drawing)["front"], *vars(drawing)["back"])]
    assert set(drawn) == {option.id for option in pictured.options if not option.exclusive}


def test_every_place_is_a_label_of_its_own_box(client: FlaskClient, pictured: Question) -> None:
    page = client.get(FIRST).text
    boxes = {value: box for box, name, value in BOX.findall(page) if name == pictured.id}
    labels = LABEL.findall(page)
    assert {place for place, _ in labels} == {option.id for option in pictured.options if not option.exclusive}
    assert [(place, box) for place, box in labels if boxes[place] != box] == []


def test_the_list_alone_names_the_boxes(client: FlaskClient, pictured: Question) -> None:
    page = client.get(FIRST).text
    assert '<div class="app-body" aria-hidden="true">' in page
    for option in pictured.options:
        name = f"{pictured.id}-{option.id}-label"
        assert page.count(f'aria-labelledby="{name}"') == 1
        assert re.search(rf'<label [^>]*id="{name}"[^>]*>\s*{re.escape(option.text)}', page)


def test_the_drawing_is_small(client: FlaskClient) -> None:
    drawing = "".join(re.findall(r"<svg viewBox.*?</svg>", client.get(FIRST).text, re.DOTALL))
    assert 0 < len(gzip.compress(drawing.encode())) < 5_000


def test_no_picture_stands_where_none_is_asked_for(app: Flask, recommender: Recommender) -> None:
    macro = app.jinja_env.from_string('{% from "shared/field.html" import field %}{{ field(asked) }}')
    for question in recommender.content.questionnaire.questions.values():
        assert ("app-body" in macro.render(asked=as_shown(question, None, {}))) is (question.picture == BODY)
        assert ("app-clock" in macro.render(asked=as_shown(question, None, {}))) is (question.picture == CLOCK)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("picture: body", "picture: spine", "'picture' must be one of: body, clock. Or leave the key out."),
        (
            "kind: one",
            "kind: one\n    picture: body",
            "'picture' is 'body', which is for questions of kind many. Leave the key out, or change the kind.",
        ),
        (
            "picture: body",
            "picture: clock",
            "'picture' is 'clock', which is for questions of kind one. Leave the key out, or change the kind.",
        ),
        (
            "kind: one",
            "kind: one\n    picture: clock",
            "'picture' is 'clock', so the ids of its options must be numbers of minutes.",
        ),
    ],
)
def test_a_picture_that_cannot_be_shown_is_a_fault(tmp_path: Path, old: str, new: str, told: str) -> None:
    shutil.copytree(content_folder("rules"), tmp_path / "rules")
    path = tmp_path / "rules" / QUESTIONS
    text = path.read_text(encoding="utf-8").replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        load_content(tmp_path / "rules", content_folder("catalogue"))
    line = text[: text.index("picture: ")].count("\n") + 1
    assert [
        (fault.path, fault.line, fault.message) for fault in refused.value.faults if "picture" in fault.message
    ] == [(f"rules/{QUESTIONS}", line, told)]
