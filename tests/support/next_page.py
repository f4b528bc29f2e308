"""The questions by the call for the next page, asked by the renderer that stands in the documents; and by the pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask.testing import FlaskClient

from docs.integrate.renderer import walk
from recommender.web.core.language import localised_content
from recommender.web.questionnaire.answer_store import ANSWERS, current_draft, new_draft
from recommender.web.questionnaire.first_answers import first_answers
from tests.support.visitor import FROM_HERE, Visitor, form

NEXT = "/api/v1/next"
Data = dict[str, Any]


class Asked(NamedTuple):
    """One page: its slug, and the ids of its questions in order."""

    slug: str
    questions: tuple[str, ...]


def sent(client: FlaskClient, body: Data, **more: Any) -> Data:
    """Return the reply of the call, whether or not something has to be put right."""
    reply: Data = client.post(NEXT, json=body, **more).get_json(force=True)
    return reply


def by_calls(
    client: FlaskClient, raw: Mapping[str, Any], body: Data | None = None, holder: str = "answers"
) -> tuple[list[Asked], Data]:
    """Return the pages that a sheet is asked by the call alone, and the reply at the end. A page that comes back is an error."""
    pages: list[Asked] = []

    def show(reply: Data) -> Data:
        names = [question["id"] for question in reply["questions"]]
        page = Asked(reply["page"]["slug"], tuple(names))
        assert page not in pages, (page, reply["errors"])
        pages.append(page)
        return {name: raw.get(name) for name in names}

    end = walk(lambda given: sent(client, given), show, body or {"answers": {}}, holder)
    return pages, end


def by_pages(visitor: Visitor, raw: Mapping[str, Any], first: str, within: str) -> tuple[list[Asked], str]:
    """Return the pages that a sheet is asked on the site, and the address at the end."""
    visitor.seen.clear()
    visitor.shown.clear()
    end = visitor.go_on(first, raw, within)
    known = visitor.recommender.content.questionnaire.questions
    return [
        Asked(
            re.sub(r"[?#].*", "", address).rpartition("/")[2],
            tuple(dict.fromkeys(name for name in _fields_of(page) if name in known)),
        )
        for address, page in zip(visitor.seen, visitor.shown, strict=True)
    ], end


def by_forms(visitor: Visitor, raw: Mapping[str, Any], first: str) -> tuple[list[Asked], str]:
    """Return the same of the first answers without looking at the pages, which takes most of the time: forms are sent one
    after another, and what stands on the page that each leads to is worked out as its view does.
    """
    client, address, pages = visitor.client, first, list[Asked]()
    while address.startswith("/questions/"):
        slug = re.sub(r"[?#].*", "", address).rpartition("/")[2]
        pages.append(Asked(slug, _questions_at(visitor, slug)))
        sent_form = client.post(address, data=form(raw), headers=FROM_HERE)
        assert sent_form.status_code == 303, sent_form.text
        before, address = address, sent_form.headers["Location"]
        assert address != before, f"{before} was sent and came back"
    return pages, address


def _questions_at(visitor: Visitor, slug: str) -> tuple[str, ...]:
    kept = visitor.client.get_cookie(ANSWERS)
    with visitor.client.application.test_request_context(headers={"Cookie": f"{ANSWERS}={kept.value}"} if kept else {}):
        run = first_answers(visitor.recommender, localised_content(), current_draft() or new_draft())
        step = run.step_at(slug)
    assert step is not None, slug
    return tuple(question.id for question in step.questions)


def _fields_of(page: str) -> list[str]:
    return re.findall(r'<(?:input|textarea)[^>]* name="(\w+)', page)
