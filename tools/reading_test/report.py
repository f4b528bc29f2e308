"""The table of a reading test: who was sent for help in time, what was missed and what was ticked too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from recommender.models.levels import Level
from tools.reading_test.pages import PARTS
from tools.reading_test.score import Reading, Scored
from tools.reading_test.stories import Kind, Story

_HEAD = """\
# The reading test

**Automated readers; no patient yet.** Made by `python -m tools.reading_test report`. Each reader was given the question pages as plain
text, and {count} made-up people in their own words (`tools/reading_test/stories.yaml`), and answered as that person. They had seen
neither the rules nor what a story is for. A program that reads is more patient and more exact than somebody in pain: what it misses is a
fault of the words; what it finds is no proof that people would.

The stories were written from kinds of cases that journals and guidelines describe, which each names, and fixed before the questions were
read; no clinician has judged them. `tools/reading_test/expected.yaml` holds what should be ticked. The ticks are put into a whole sheet, the
answers to later pages are the story's own, and the real rules decide. *In time*: the person is told to get help at least as soon as the
story needs. A sign counts only if a line was ticked ("not sure" is one): who is old or in much pain is told to see
somebody anyway.
*Safety* is the intake up to its page of signs that need seeing soon; *health* the page of conditions and medicines, and that of pregnancy,
where the signs of {later} are asked. *Folded*: only the words that can be seen at once; *opened*: with what is one tap away.

## In time, and too much

| pages | reader | emergency | same day or 48 hours | seen first or asked about | traps sent on | others sent on | lines missed | lines too many | unusable |
|---|---|---|---|---|---|---|---|---|---|
"""


def report(readings: Sequence[Reading], stories: Sequence[Story]) -> str:
    """Return the page as Markdown."""
    _, *others = PARTS.values()
    signs = [story for story in stories if story.kind is Kind.SIGN]
    later = [one.id for one in signs for part in others if one.expected.must_of(part["judged"])]
    head = _HEAD.format(count=len(stories), later=", ".join(later))
    rows = [_overall(one) for one in readings] or ["| none has read yet | | | | | | | | | |"]
    parts = [head + "\n".join(rows), _lines(readings, stories), _misses(readings), _too_many(readings)]
    return "\n\n".join(parts) + "\n"


def _overall(one: Reading) -> str:
    scored = one.scored
    needs: list[Callable[[Level], bool]] = [
        lambda level: level is Level.EMERGENCY_NOW,
        lambda level: level.is_urgent and level is not Level.EMERGENCY_NOW,
        lambda level: not level.is_urgent,
    ]
    signs = [each for each in scored if each.is_read]
    in_time = [_share(each.is_in_time for each in signs if need(each.story.at_least)) for need in needs]
    too_much = [
        _share(each.is_too_much for each in scored if each.story.kind is kind) for kind in (Kind.TRAP, Kind.ORDINARY)
    ]
    counts = [sum(len(each.missed) for each in scored), sum(len(each.over) for each in scored)]
    return _row(_pages(one), one.reader, *in_time, *too_much, *counts, sum(bool(each.fault) for each in scored))


def _lines(readings: Sequence[Reading], stories: Sequence[Story]) -> str:
    """Return a table with a row for each line that some story must tick, or that some reader ticked too much."""
    pages = list(dict.fromkeys(_pages(one) for one in readings))
    must = Counter(_either(group) for story in stories for group in story.expected.must)
    missed = {name: Counter[str]() for name in pages}
    over = {name: Counter[str]() for name in pages}
    for one in readings:
        missed[_pages(one)].update(_either(group) for each in one.scored for group in each.missed)
        over[_pages(one)].update(line for each in one.scored for line in each.over)
    named = list(must) + sorted({line for counts in over.values() for line in counts} - set(must))
    head = ["line", "stories that must", *(f"{kind}: {name}" for name in pages for kind in ("missed", "too many"))]
    rows = []
    for line in named:
        counts = [counted[name][line] if _asks(name, line) else "" for name in pages for counted in (missed, over)]
        rows.append(_row(f"`{line}`", must[line], *counts))
    return "\n".join(["## Line by line", "", _row(*head), "|---" * len(head) + "|", *rows])


def _asks(pages: str, line: str) -> bool:
    """Return whether the pages ask for a line, or for one of several."""
    judged = PARTS[pages.split(", ")[1]]["judged"]
    return any(one.partition(".")[0] in judged for one in line.split(" or "))


def _misses(readings: Sequence[Reading]) -> str:
    found = [(one, each) for one in readings for each in one.scored if each.missed or not each.is_in_time]
    rows = [
        _row(*_who(one, each), "**no**" if not each.is_in_time else "yes", _told(map(_either, each.missed)), each.note)
        for one, each in found
    ]
    head = ["| pages | reader | story | needs | told | in time | not ticked | the reader's note |", "|---" * 8 + "|"]
    return "\n".join(["## Every miss", "", *head, *(rows or ["| none | | | | | | | |"])])


def _too_many(readings: Sequence[Reading]) -> str:
    found = [(one, each) for one in readings for each in one.scored if each.over or each.is_too_much]
    rows = [
        _row(*_who(one, each), _told(_marked(line, each.story) for line in each.over), each.note) for one, each in found
    ]
    head = [
        "| pages | reader | story | at most | told | ticked, not the story's | the reader's note |",
        "|---" * 7 + "|",
    ]
    said = "A line that the story invites and that is not true of it is a *trap*."
    return "\n".join(["## Every line too many", "", said, "", *head, *(rows or ["| none | | | | | | |"])])


def _who(one: Reading, each: Scored) -> tuple[str, ...]:
    needed = each.story.at_most if each.over and not each.missed else each.story.at_least
    return _pages(one), one.reader, each.story.id, needed.value, each.level.value if each.level else each.fault


def _pages(one: Reading) -> str:
    return f"{one.wording}, {one.part}, {one.language}, {one.form}"


def _marked(line: str, story: Story) -> str:
    return f"{line} (trap)" if line in story.expected.trap else line


def _either(group: Sequence[str]) -> str:
    return " or ".join(sorted(group))


def _told(lines: Iterable[str]) -> str:
    return ", ".join(f"`{line}`" for line in lines)


def _share(claims: Iterable[bool]) -> str:
    told = list(claims)
    return f"{sum(told)} of {len(told)}"


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in cells) + " |"
