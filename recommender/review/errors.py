"""What the review room refuses."""

from __future__ import annotations

from recommender.errors import RecommenderError

# What a value raises that was put into a row by hand, and that no code of ours would write.
MALFORMED = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class ReviewRefused(RecommenderError):
    """Something this clinician may not do, or not in this way. The message tells the clinician what to do."""


class WrongPassword(ReviewRefused):
    """The current password was asked for, and is not this."""

    def __init__(self) -> None:
        super().__init__("The current password is not right.")


class StaleVersion(ReviewRefused):
    """The content has changed since the clinician read it."""


class Unreadable(ReviewRefused):
    """A row holds what no code of ours would write."""

    def __init__(self) -> None:
        super().__init__("The record cannot be read: a value in it is of the wrong kind.")


class DatabaseUnavailable(RecommenderError):
    """The review database cannot be reached, or cannot be used."""
