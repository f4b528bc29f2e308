"""Read the short sentences of pose data: directions, places and contacts."""

from __future__ import annotations

from recommender.loaders.vocabulary import did_you_mean
from recommender.models.figures import Contact, Direction, Place

DIRECTIONS = ("up", "down", "head", "feet", "front", "back", "left", "right", "in", "out")
PLACE_SIDES = ("left", "right", "same", "other")


class SentenceError(ValueError):
    """A sentence that cannot be read; the message is an instruction to the author."""


def read_direction(text: str) -> Direction:
    """Return the words with their weights; a word without a number weighs 1."""
    words: list[tuple[str, float]] = []
    for token in text.split():
        number = _number(token)
        if number is not None and words:
            words[-1] = (words[-1][0], number)
        elif token in DIRECTIONS:
            words.append((token, 1.0))
        else:
            raise SentenceError(
                f"names '{token}', which is no direction.{did_you_mean(token, DIRECTIONS)} "
                f"Directions: {', '.join(DIRECTIONS)}; each may have a number after it."
            )
    if not words:
        raise SentenceError("is empty. Name a direction, such as 'front 2 up 1'.")
    return tuple(words)


def read_angle(text: str, positive: str, negative: str) -> float:
    """Return the degrees of a sentence such as 'left 20'; the sign says which of the two words it is."""
    words = str(text).split()
    number = _number(words[-1]) if len(words) == 2 else None
    if number is None or number < 0 or words[0] not in (positive, negative):
        raise SentenceError(f"must be '{positive}' or '{negative}' and degrees, such as '{positive} 20'.")
    return number if words[0] == positive else -number


def read_place(text: str) -> Place:
    """Return the place of a sentence such as 'same thigh_top' or 'chair_seat'."""
    words = text.split()
    if len(words) == 1:
        return Place(words[0])
    if len(words) == 2 and words[0] in PLACE_SIDES:
        return Place(words[1], words[0])
    raise SentenceError(f"'{text}' is not a place. Write a landmark, with left, right, same or other before it.")


def read_contact(text: str) -> Contact:
    """Return the contact of a sentence such as 'palm on floor by same shoulder'."""
    part, found, rest = text.partition(" on ")
    if not found:
        raise SentenceError("must read 'PART on PLACE', such as 'palm on same thigh_top', or be 'stays'.")
    target, _, by = rest.partition(" by ")
    return Contact(part.strip(), read_place(target), read_place(by) if by else None)


def _number(token: str) -> float | None:
    try:
        return float(token)
    except ValueError:
        return None
