"""The figures of a crowd as a page to read: what was drawn and from where, what people get, and what becomes of ten of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.crowd.people import ROW

# What the figures were found to come from; it is written and not worked out.
WHY = Path(__file__).with_name("why.md")
HEAD = """# What a plausible crowd gets

Made by a program (`make crowd`); **no patient and no clinician has been asked yet**. The people are drawn from the weights below,
which come from published figures where there are any and are guesses, said to be so, where there are none. The figures say how
the service treats such people, not how people are.
"""
_STORY_COLUMNS = (
    "day",
    "action",
    "level",
    "stage",
    "minutes",
    "moves",
    "held",
    "strength",
    "sets",
    "repeats",
    "hold_seconds",
)


def page(figures: Mapping[str, Any], weights: Mapping[str, Any], stories: Mapping[str, Any]) -> str:
    """Return the report as Markdown."""
    parts = [
        HEAD,
        WHY.read_text(encoding="utf-8"),
        "## Figures\n",
        *_figures(figures),
        "## Ten people over twelve weeks\n",
        *_stories(stories),
    ]
    parts += ["## What the crowd is drawn from\n", *_weights(weights)]
    return "\n".join(parts).rstrip() + "\n"


def _figures(figures: Mapping[str, Any]) -> Iterator[str]:
    plain = {name: value for name, value in figures.items() if not isinstance(value, Mapping | list)}
    yield _table(("figure", "value"), plain.items())
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield f"### {name.capitalize()}\n"
            yield _table(("", "value"), value.items())
        elif isinstance(value, list):
            yield f"### {name.capitalize()}\n"
            yield _listed(value)


def _listed(value: Sequence[Any]) -> str:
    words = [f"{entry[0]} {entry[1]}" if isinstance(entry, list | tuple) else str(entry) for entry in value]
    return (", ".join(words) or "none") + "\n"


def _stories(stories: Mapping[str, Any]) -> Iterator[str]:
    for name, story in stories.items():
        yield f"### {name}: {story['who']}\n"
        yield _table(_STORY_COLUMNS, ([moment[column] for column in _STORY_COLUMNS] for moment in story["moments"]))


def _weights(weights: Mapping[str, Any]) -> Iterator[str]:
    yield _table(("source", "what it says"), weights["sources"].items())
    drawn = ((name, given["from"], _drawn(given)) for name, given in weights.items() if "from" in _mapping(given))
    yield _table(("question", "from", "weights"), drawn)


def _drawn(given: Mapping[str, Any]) -> str:
    """Return the weights of a question as they are read: rows that go with answers, what all others are drawn by, what multiplies."""
    parts = [f"{_beside(row)}: {_weighed(row)}" for row in given.get("by", ())]
    if "one" in given or "many" in given:
        parts.append(f"{'otherwise: ' if parts else ''}{_weighed(given)}")
    times = ", ".join(f"{_beside(row)}: {_listed_weights(row['times'])}" for row in given.get("times", ()))
    return "; ".join([*parts, *([f"times ({times})"] if times else [])])


def _weighed(row: Mapping[str, Any]) -> str:
    return _listed_weights(row["one"] if "one" in row else row["many"])


def _listed_weights(weights: Mapping[Any, float]) -> str:
    return ", ".join(f"{option} {weight}" for option, weight in weights.items())


def _beside(row: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {(' to ' if isinstance(values[0], int) else ' or ').join(map(str, values))}"
        for name, values in row.items()
        if name not in ROW
    )


def _mapping(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _table(head: Sequence[str], rows: Any) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, tuple | list):
        return ", ".join(map(_cell, value))
    return str(value).replace("|", "/").replace("\n", " ")
