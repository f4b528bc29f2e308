"""What the review room refuses."""

from __future__ import annotations

from recommender.errors import RecommenderError


class ReviewRefused(RecommenderError):
    """Something this clinician may not do, or not in this way. The message tells the clinician what to do."""


class WrongPassword(ReviewRefused):
    """The current password was asked for, and is not this."""

    def __init__(self) -> None:
        super().__init__("The current password is not right.")


class StaleVersion(ReviewRefused):
    """The content has changed since the clinician read it."""


class DatabaseUnavailable(RecommenderError):
    """The review database cannot be reached, or cannot be used."""
