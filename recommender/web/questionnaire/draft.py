"""A sheet being filled in, as it is kept between two pages. Knows the questionnaire, not Flask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recommender.models.questionnaire import Answer
from recommender.questionnaire.answer_sheet import raw_answers
from recommender.web.questionnaire.mistake import Mistake, mistake_of
from recommender.web.questionnaire.progress import is_extra

if TYPE_CHECKING:
    from recommender.service.recommend import Recommender


@dataclass(frozen=True, slots=True)
class Draft:
    """A sheet being filled in. ``visited`` are the slugs of the pages sent in, so that optional pages are seen once.

    ``after`` is the id of the safety stop after which it was begun from its first page, if there was one. ``mistake`` is
    the page that was sent last, where it has to be put right.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    visited: frozenset[str] = frozenset()
    after: str | None = None
    mistake: Mistake | None = None


def to_data(draft: Draft, questions: int = 1) -> dict[str, Any]:
    """Return a draft as JSON data: raw answers, slugs of pages, the id of a stop if any, and what has to be put right.

    ``questions`` is the version of the questionnaire that is answered.
    """
    data: dict[str, Any] = {"answers": raw_answers(draft.answers), "visited": sorted(draft.visited)}
    if draft.mistake:
        data["wrong"] = draft.mistake.data
    return data | ({"after": draft.after} if draft.after else {}) | ({"q": questions} if questions != 1 else {})


def from_data(data: Mapping[str, Any], recommender: Recommender) -> Draft:
    """Return the draft. Answers and pages that no longer fit the questionnaire are dropped, and all of another version."""
    if data.get("q", 1) != recommender.content.questionnaire.version:
        data = {"after": data.get("after")}
    raw = data.get("answers")
    answers, _ = recommender.sheet.read_some(raw if isinstance(raw, dict) else {}, recommender.sheet.fields)
    visited = data.get("visited")
    slugs = (slug for slug in visited if isinstance(slug, str)) if isinstance(visited, list) else ()
    pages, after = frozenset(slug for slug in slugs if is_page(recommender, slug)), data.get("after")
    wrong = mistake_of(data.get("wrong"))
    return Draft(recommender.flow.prune(answers), pages, after if isinstance(after, str) else None, wrong)


def is_page(recommender: Recommender, slug: str) -> bool:
    """Return whether the questionnaire can ever show a page under this slug."""
    return is_extra(slug) or any(page.slug == slug for page in recommender.content.questionnaire.intake_pages)


def first_slug(recommender: Recommender) -> str:
    """Return the slug of the first page."""
    return recommender.content.questionnaire.intake_pages[0].slug
