"""recommender diff: whom a change of the rules makes less safe, and what else it changes."""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.errors import RecommenderError
from recommender.loaders.answer_order import shipped_answer_order
from recommender.loaders.content import load_content
from recommender.models.content import Content
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.proof.compare import Comparison, Shift

_SAFE, _LESS_SAFE = 0, 1
_PARTS = ("rules", "catalogue")
_MOST_LISTED = 12


def add_diff_command(commands: Any) -> None:
    """Add the command to those of the parser."""
    command = commands.add_parser(
        "diff",
        help="say whom a change of the rules makes less safe, and what else it changes",
        description="Compares two rule sets over every answer sheet of a first visit. Each is a folder that holds rules/ and "
        "catalogue/, or a revision of the git repository in the current folder. The exit status is 1 where somebody is less safe.",
    )
    command.add_argument("old", help="a folder, or a revision")
    command.add_argument("new", help="a folder, or a revision")
    command.add_argument(
        "--counts", action="store_true", help="say of how many sheets, exactly; it takes a few seconds more"
    )
    command.add_argument("--json", action="store_true", help="print JSON, with a case for the lab beside each change")
    command.set_defaults(run=_diff)


def _diff(given: argparse.Namespace, settings: Settings) -> int:
    from recommender.proof.compare import Change  # not loaded by the other commands

    old, new = read(given.old), read(given.new)
    comparison = Change(old, new).compare(with_counts=given.counts, first=shipped_answer_order().counted_in)
    if given.json:
        supplied = {fact.id: fact.first_value for fact in new.rule_set.supplied if not fact.after_assembly}
        print(json.dumps(as_data(comparison, supplied), indent=2, ensure_ascii=False))
    else:
        print("\n".join(report(comparison)))
    return _LESS_SAFE if comparison.is_less_safe else _SAFE


def read(name: str) -> Content:
    """Return the content in a folder, or in a revision of the repository in the current folder.

    Raises:
        RecommenderError: it is neither.
        ContentError: it has faults.
    """
    if Path(name).is_dir():
        return load_content(*(Path(name) / part for part in _PARTS))
    told = subprocess.run(["git", "archive", "--format=tar", name, *_PARTS], capture_output=True, check=False)
    if told.returncode:
        raise RecommenderError(f"'{name}' is neither a folder nor a revision with rules/ and catalogue/.")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(told.stdout)) as archive:
            archive.extractall(folder, filter="data")
        return load_content(*(Path(folder) / part for part in _PARTS))


def report(comparison: Comparison) -> Iterator[str]:
    """Yield the lines that tell a person what the change does."""
    for heading, less_safe in (("Less safe", True), ("Not less safe", False)):
        shifts = [shift for shift in comparison.shifts if shift.is_less_safe is less_safe]
        yield f"{heading}: {len(shifts) or 'nobody'}."
        for shift in shifts:
            yield f"  {shift.told}{_counted(shift)}"
            if shift.person is not None:
                yield from (f"      {line}" for line in shift.person.told)
    if any(shift.sheets is not None for shift in comparison.shifts):
        yield "Shares of sheets are not shares of people."
    others = {what: names for what, names in comparison.others.items() if names}
    yield "What else differs:" if others else "Nothing else differs."
    for what, names in others.items():
        more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
        yield f"  {what}: {', '.join(names[:_MOST_LISTED])}{more}"
    yield "Check-ins, the choice among allowed movements and translations are not compared."


def _counted(shift: Shift) -> str:
    return "" if shift.sheets is None else f" ({shift.sheets} sheets)"


def as_data(comparison: Comparison, supplied: dict[str, int]) -> dict[str, Any]:
    """Return the comparison as plain data."""
    return {
        "less_safe": comparison.is_less_safe,
        "shifts": [_as_data(shift, supplied) for shift in comparison.shifts],
        "others": {what: list(names) for what, names in comparison.others.items() if names},
    }


def _as_data(shift: Shift, supplied: dict[str, int]) -> dict[str, Any]:
    told: dict[str, Any] = {"told": shift.told, "less_safe": shift.is_less_safe, "sheets": shift.sheets}
    if shift.person is not None:
        told |= {"person": list(shift.person.told), "case": shift.person.case(shift.told, supplied)}
    return told
