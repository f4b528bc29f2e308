"""The moves that a person took out or swapped, in an encrypted cookie in their own browser. The server keeps nothing."""

from __future__ import annotations

from collections.abc import Container

from flask import Request, Response

from recommender.models.wishes import NO_WISHES, Wish, Wishes
from recommender.settings import Settings
from recommender.web.sealed_cookie import SealedCookie

NAME = "changes"


class WishCookie:
    """Seals wishes for the browser and opens what comes back."""

    def __init__(self, settings: Settings) -> None:
        self._sealed = SealedCookie(NAME, settings)

    def read(self, request: Request, exercises: Container[str]) -> Wishes:
        """Return the wishes that speak of these exercise ids; none if there is no cookie that we made in time.

        Whether a wish may be met is decided anew each time it is read, from the answers of that moment.
        """
        wishes = NO_WISHES
        for unwanted, instead in (self._sealed.open(request) or {}).items():
            if unwanted in exercises and (instead is None or (isinstance(instead, str) and instead in exercises)):
                wishes = wishes.add(Wish(unwanted, instead))
        return wishes

    def write(self, response: Response, wishes: Wishes) -> None:
        """Put the wishes in the response's cookie, or take the cookie back if there are none left."""
        if wishes.each:
            self._sealed.seal(response, {wish.unwanted: wish.instead for wish in wishes.each})
        else:
            self.clear(response)

    def clear(self, response: Response) -> None:
        self._sealed.clear(response)
