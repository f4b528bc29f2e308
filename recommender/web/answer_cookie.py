"""The answers so far, in one encrypted cookie in the person's own browser. The server keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Request, Response

from recommender.answer_sheet import raw_answers
from recommender.models.questionnaire import Answer
from recommender.settings import Settings
from recommender.web.sealed_cookie import SealedCookie

NAME = "answers"


@dataclass(frozen=True, slots=True)
class Draft:
    """A sheet being filled in. ``visited`` are the slugs of the pages sent in, so that optional pages are seen once."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    visited: frozenset[str] = frozenset()


class AnswerCookie:
    """Seals drafts for the browser and opens what comes back."""

    def __init__(self, settings: Settings) -> None:
        self._sealed = SealedCookie(NAME, settings)

    def is_sent(self, request: Request) -> bool:
        return self._sealed.is_sent(request)

    def read(self, request: Request) -> dict[str, Any] | None:
        """Return {"answers": raw answers, "visited": slugs}, or None if there is no cookie that we made in time."""
        return self._sealed.open(request)

    def write(self, response: Response, draft: Draft) -> None:
        """Put the draft in the response's cookie.

        Raises:
            RecommenderError: the answers do not fit in a cookie.
        """
        self._sealed.seal(response, {"answers": raw_answers(draft.answers), "visited": sorted(draft.visited)})

    def clear(self, response: Response) -> None:
        self._sealed.clear(response)
