"""recommender diff: whom a change of the rules makes less safe, and what else it changes."""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.cli.accepted_changes import AcceptedChanges
from recommender.errors import ContentError, RecommenderError
from recommender.loaders.answer_order import ACCEPTED, FOLDER, accepted_changes, shipped_answer_order
from recommender.loaders.content import load_content
from recommender.loaders.languages import texts_in
from recommender.models.content import Content
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.proof.compare import Comparison, Shift

_SAFE, _LESS_SAFE = 0, 1
_PARTS, _TRANSLATIONS, _TABLES = ("rules", "catalogue"), "translations", "recommender/safety"
_MOST_LISTED = 12
_LONGEST_TEXT = 60


def add_diff_command(commands: Any) -> None:
    """Add the command to those of the parser."""
    command = commands.add_parser(
        "diff",
        help="say whom a change of the rules makes less safe, and what else it changes",
        description="Compares two rule sets over every answer sheet, of a first visit and at checks. Each is a folder that holds rules/ and "
        "catalogue/, or a revision of the git repository in the current folder. The exit status is 1 where somebody is less safe.",
    )
    command.add_argument("old", help="a folder, or a revision")
    command.add_argument("new", help="a folder, or a revision")
    command.add_argument(
        "--counts", action="store_true", help="say of how many sheets, exactly; it takes a few seconds more"
    )
    command.add_argument("--json", action="store_true", help="print JSON, with a case for the lab beside each change")
    command.add_argument(
        "--accepted",
        nargs="?",
        type=Path,
        const=FOLDER / ACCEPTED,
        metavar="TABLE",
        help=f"do not mind what a table accepts with a reason: {ACCEPTED} of the package, if none is named",
    )
    command.add_argument(
        "--crowd",
        type=int,
        metavar="N",
        help="also look what becomes of every vignette, and of so many people drawn by a seed",
    )
    command.add_argument("--seed", type=int, default=0, help="of the crowd")
    command.add_argument(
        "--record",
        nargs="?",
        const="",
        metavar="FILE",
        help="keep what --crowd says, signed, for the page /rules/impact: in its folder of DATA_DIR, if none is named",
    )
    command.set_defaults(run=_diff)


def _diff(given: argparse.Namespace, settings: Settings) -> int:
    from recommender.proof.compare import Change  # not loaded by the other commands

    accepted = None
    if given.accepted is not None:
        accepted = AcceptedChanges(accepted_changes(given.accepted), given.accepted.parent, settings)
    new = read(given.new)
    try:
        old = read(given.old)
    except ContentError:
        if accepted is None:
            raise
        return _verdict(
            accepted, [f"{revision_of(given.old)} cannot be compared with {new.hash[:12]}: this version cannot read it"]
        )
    change = Change(old, new, known=accepted.names if accepted else ())
    comparison = change.compare(
        with_counts=given.counts or given.record is not None, first=shipped_answer_order().counted_in
    )
    comparison = with_tables(with_translations(comparison, given.old, given.new), given.old, given.new)
    if given.crowd is not None or given.record is not None:
        _look_at_people(given, settings, old, new, comparison)
    if given.json:
        print(json.dumps(as_data(comparison, _supplied(new)), indent=2, ensure_ascii=False))
    else:
        print("\n".join(report(comparison)))
    if accepted is None:
        return _LESS_SAFE if comparison.is_less_safe else _SAFE
    return _verdict(accepted, [shift.name for shift in comparison.shifts if shift.is_less_safe])


def _look_at_people(
    given: argparse.Namespace, settings: Settings, old: Content, new: Content, comparison: Comparison
) -> None:
    """Say what becomes of people, and keep it if asked to."""
    from recommender.cli.impact import Clock, impact_of, keep, record_of, summary  # not loaded by the other commands

    clock = Clock()
    impact = impact_of(old, new, settings, given.crowd or 0, given.seed)
    for line in summary(impact, clock.seconds):
        print(line, file=sys.stderr)
    if given.record is not None:
        exact = as_data(comparison, _supplied(new))
        told = record_of(old, new, impact, exact, given.seed, clock.seconds)
        path = keep(told, settings, Path(given.record) if given.record else None)
        print(f"Kept in {path}.", file=sys.stderr)


def _supplied(content: Content) -> dict[str, int]:
    return {fact.id: fact.first_value for fact in content.rule_set.supplied if not fact.after_assembly}


def _verdict(accepted: AcceptedChanges, less_safe: Sequence[str]) -> int:
    """Say what of that which is less safe is accepted, and return the exit status."""
    faults = tuple(accepted.faults(less_safe))
    for line in (*accepted.told(less_safe), *faults):
        print(line, file=sys.stderr)
    return _LESS_SAFE if faults else _SAFE


def revision_of(name: str) -> str:
    """Return how a folder or a revision is called for good: a revision by the first 12 digits of its commit."""
    told = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"], capture_output=True, text=True, check=False
    )
    return name if Path(name).is_dir() or told.returncode else told.stdout[:12]


def read(name: str) -> Content:
    """Return the content in a folder, or in a revision of the repository in the current folder.

    Raises:
        RecommenderError: it is neither.
        ContentError: it has faults.
    """
    with _folder(name, *_PARTS) as folder:
        if folder is None:
            raise RecommenderError(f"'{name}' is neither a folder nor a revision with rules/ and catalogue/.")
        return load_content(*(folder / part for part in _PARTS))


@contextmanager
def _folder(name: str, *parts: str) -> Iterator[Path | None]:
    """Yield a folder, or one with these parts of a revision for as long as it is looked at; None where there is neither."""
    if Path(name).is_dir():
        yield Path(name)
        return
    told = subprocess.run(["git", "archive", "--format=tar", name, *parts], capture_output=True, check=False)
    if told.returncode:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(told.stdout)) as archive:
            archive.extraction_filter = getattr(tarfile, "data_filter", None)  # not before Python 3.11.4; git made it
            archive.extractall(folder)
        yield Path(folder)


def with_translations(comparison: Comparison, old: str, new: str) -> Comparison:
    """Return the comparison with the texts whose translation differs; unchanged where one of the two has no translations."""
    from recommender.proof.other_changes import texts_that_differ  # not loaded by the other commands

    texts = []
    for name in (old, new):
        with _folder(name, _TRANSLATIONS) as folder:
            texts.append({} if folder is None else texts_in(folder / _TRANSLATIONS))
    if not all(texts):
        return comparison
    changed = {what: tuple(map(_cut, names)) for what, names in texts_that_differ(*texts)}
    return replace(comparison, others={**comparison.others, **changed})


def with_tables(comparison: Comparison, old: str, new: str) -> Comparison:
    """Return the comparison with the tables of the package that differ; unchanged where one of the two has none."""
    tables = []
    for name in (old, new):
        with _folder(name, _TABLES) as folder:
            files = sorted((folder / _TABLES).rglob("*.yaml")) if folder is not None else []
            tables.append({path.relative_to(folder or path).as_posix(): path.read_bytes() for path in files})
    if not all(tables):
        return comparison
    differ = tuple(name for name in sorted({*tables[0], *tables[1]}) if tables[0].get(name) != tables[1].get(name))
    return replace(comparison, others={**comparison.others, "tables of the package that differ": differ})


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def report(comparison: Comparison) -> Iterator[str]:
    """Yield the lines that tell a person what the change does."""
    for heading, less_safe in (("Less safe", True), ("Not less safe", False)):
        shifts = [shift for shift in comparison.shifts if shift.is_less_safe is less_safe]
        yield f"{heading}: {len(shifts) or 'nobody'}."
        for shift in shifts:
            yield f"  {shift.name if less_safe else shift.told}{_counted(shift)}"
            if shift.person is not None:
                yield from (f"      {line}" for line in shift.person.told)
    if any(shift.sheets is not None for shift in comparison.shifts):
        yield "Shares of sheets are not shares of people."
    others = {what: names for what, names in comparison.others.items() if names}
    yield "What else differs:" if others else "Nothing else differs."
    for what, names in others.items():
        more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
        yield f"  {what}: {', '.join(names[:_MOST_LISTED])}{more}"
    yield (
        "What is not compared, and can make somebody less safe: by whom, how firmly and by when somebody is to be seen at the same level; "
        "first and gentler doses; pages after which the form may end; the time plan and limits of a routine; advice; the choice among "
        "allowed movements, the days of checks, and how the facts of a check are worked out. What of it differs is listed above. "
        "Translations are compared only where both have some."
    )


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
    if shift.is_less_safe:
        told["name"] = shift.name
    if shift.person is not None:
        told["person"] = list(shift.person.told)
        if not shift.at_check:  # the lab opens first visits
            told["case"] = shift.person.case(shift.told, supplied)
    return told
