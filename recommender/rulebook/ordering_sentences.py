"""How a routine is put in order, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from recommender.models.actions import NeverNext, Order, Weights
from recommender.rulebook.labels import Names
from recommender.rulebook.sentence_parts import Parts, counted, counted_list, joined, listed, text, unsaid, word


def _yes_no(words: str) -> Callable[[bool, Names], Parts]:
    return lambda given, names: word("put" if given else "do not put") + text(f" {words}")


def _slots(slots: tuple[str, ...], names: Names) -> Parts:
    said = [names.term("slots", slot) for slot in slots]
    return (
        word("order the parts") + text(": ") + counted_list(said, joined(said, text(", then ")), "in this order, these")
    )


def _positions(positions: tuple[str, ...], names: Names) -> Parts:
    said = [names.term("positions", position) for position in positions]
    return (
        word("order the positions")
        + text(": ")
        + counted_list(said, joined(said, text(", then ")), "in this order, these")
    )


def _weights(weights: Weights, names: Names) -> Parts:
    given = {
        "a move that stands in for one left out": weights.swap,
        "one for the main place": weights.main_place,
        "a usual one": weights.by_default,
    }
    said = [text(move) for move in sorted(given, key=lambda move: -given[move])]
    figures = unsaid(f" ({', '.join(f'{weight} for {move}' for move, weight in given.items())})")
    return word("choose, where no rule prefers one") + text(": ") + joined(said, text(", then ")) + figures


def _near_duplicates(groups: tuple[frozenset[str], ...], names: Names) -> Parts:
    said = [names.exercises(sorted(group), "or") for group in groups]
    return word("use only one of each group") + text(": ") + counted_list(said, joined(said, text("; ")), "these")


def _never_next(pair: NeverNext, names: Names) -> Parts:
    first, then = (
        listed([names.tag(tag) for tag in sorted(tags)], "or") for tags in (pair.first_hold_tags, pair.then_hold_tags)
    )
    return (
        word("never follow") + text(" a hold that involves ") + first + text(" directly by one that involves ") + then
    )


ORDER_WRITERS: Mapping[str, Callable[[Any, Names], Parts]] = MappingProxyType(
    {
        "warm_up_first": _yes_no("the warm-up first"),
        "moving_item_before_hold": _yes_no("a moving item before any hold"),
        "slots": _slots,
        "positions": _positions,
        "floor_tag": lambda tag, names: word("count as a trip to the floor") + text(" what involves ") + names.tag(tag),
        "floor_trips_at_most": lambda most, names: (
            word("allow") + text(f" {counted(most, 'trip')} to the floor at most")
        ),
        "main_place_share_at_least": lambda share, names: (
            word("give") + text(f" at least {share:.0%} of the moves to the main place")
        ),
        "weights": _weights,
        "same_region_holds_at_most": lambda most, names: (
            word("allow") + text(f" {counted(most, 'hold')} of the same place in a row at most")
        ),
        "near_duplicates": _near_duplicates,
        "never_next": _never_next,
        "closing": lambda ids, names: word("end with") + text(" ") + names.exercises(ids, "or"),
        "not_daily": lambda slots, names: (
            word("keep for some days")
            + text(" of the week: ")
            + joined((names.term("slots", slot) for slot in sorted(slots)), text(", "))
            + text(", and fill the other days with other moves")
        ),
    }
)


def order_phrases(order: Order, names: Names) -> tuple[Parts, ...]:
    """Return a phrase for each setting that is given."""
    return tuple(
        write(given, names) for name, write in ORDER_WRITERS.items() if (given := getattr(order, name)) is not None
    )
