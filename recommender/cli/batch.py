"""recommender batch: a file of answer sheets becomes a file of outcomes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.batch.columns import COLUMNS, EVERY_COLUMN, USUAL, columns_of
from recommender.batch.dictionary import write_dictionary
from recommender.batch.journal import begun_on
from recommender.batch.progress import progress_on
from recommender.batch.reading import form_of
from recommender.batch.rows import Counts, FileForm, FileKind, Options
from recommender.batch.running import Places, Run, Workforce
from recommender.batch.workers import Alone, Forked, cores
from recommender.cli.approved import refuse_unapproved
from recommender.errors import RecommenderError
from recommender.models.levels import Level
from recommender.service.recommend import Recommender, load_recommender
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.batch.answering import Answering

_OK, BAD_ROWS = 0, 3
_STOPPED = 128 + 2
_SHEETS_AT_A_TIME = 200

_DESCRIPTION = """\
Answers every sheet of a file. What IN and OUT are, their names say: .csv, .jsonl or .ndjson, each also with .gz, and .parquet.

A table (CSV, Parquet) has a column for each question, named by its id; JSON Lines has {"id": ..., "answers": {...}} on each line.
A sheet that cannot be used, or that the engine fails on, goes to the file of bad rows, and the exit status is 3.
A run that was stopped goes on where it was: give the same command again."""


def add_batch_command(commands: Any) -> None:
    """Add the command to those of the parser."""
    command = commands.add_parser(
        "batch",
        help="answer a file of sheets of any size: CSV, JSON Lines or Parquet",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("source", type=Path, metavar="IN", help="the file of sheets")
    command.add_argument("target", type=Path, metavar="OUT", help="the file of outcomes to write")
    _add_options_of_files(command)
    _add_options_of_runs(command)
    command.set_defaults(run=_batch)


def _add_options_of_files(command: argparse.ArgumentParser) -> None:
    columns = f"what to write beside the id, with commas: {', '.join(COLUMNS)}, or {EVERY_COLUMN} of them but reply"
    command.add_argument("--columns", default=",".join(USUAL), help=f"{columns} (default: %(default)s)")
    command.add_argument("--id", metavar="COLUMN", help="the column, or member, of ids; without it sheets are numbered")
    command.add_argument("--ignore", default="", metavar="COLUMNS", help="columns that are no answers, with commas")
    between = "between the options of a list in a cell (default: %(default)s)"
    command.add_argument("--list-separator", default=";", help=between)
    command.add_argument("--delimiter", default=",", help="between the cells of a CSV file (default: %(default)s)")
    command.add_argument("--bad", type=Path, metavar="FILE", help="the file of bad rows (default: OUT.bad.csv)")
    means = "what each column means (default: OUT.dictionary.json)"
    command.add_argument("--dictionary", type=Path, metavar="FILE", help=means)


def _add_options_of_runs(command: argparse.ArgumentParser) -> None:
    region = "the country whose numbers full replies name (default: the setting REGION)"
    command.add_argument("--region", help=region)
    day = "the day of the answers (default: the day on which the run began)"
    command.add_argument("--today", type=date.fromisoformat, metavar="DAY", help=day)
    processes = "processes that answer (default: one for each core, %(default)s)"
    command.add_argument("--processes", type=_count, default=cores(), help=processes)
    scheduler = "answer on the Dask cluster of this scheduler, as tcp://10.0.0.5:8786"
    command.add_argument("--scheduler", metavar="ADDRESS", help=scheduler)
    rows = "sheets that are answered and kept together (default: %(default)s)"
    command.add_argument("--chunk-rows", type=_count, default=_SHEETS_AT_A_TIME, help=rows)
    command.add_argument("--restart", action="store_true", help="begin anew, and replace what is there")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _batch(given: argparse.Namespace, settings: Settings) -> int:
    from recommender.batch.answering import Answering  # not loaded by the other commands

    places = _places(given)
    options = _options(given, settings, places)
    recommender = _sound(load_recommender(settings), options)
    refuse_unapproved(recommender.content, settings)
    answering = Answering(recommender, options, _form_kept(places))
    if given.restart:
        places.clear()
    begun = time.monotonic()
    try:
        with _workforce(given, recommender, places, options, answering) as workforce, progress_on(sys.stderr) as moved:
            counts = Run(places, options, recommender.content, answering.head(), workforce, moved).finish()
    except KeyboardInterrupt:
        print("Stopped. Run the same command again: it goes on from here.", file=sys.stderr)
        return _STOPPED
    write_dictionary(given.dictionary or _beside(places.target, "dictionary.json"), recommender.content, options)
    print("\n".join(summary(counts, time.monotonic() - begun, places)))
    return BAD_ROWS if counts.bad else _OK


def _places(given: argparse.Namespace) -> Places:
    """Return where the run reads and writes.

    Raises:
        RecommenderError: a name does not say what the file is, or two are the same.
    """
    source, target = given.source, given.target
    for path in (source, target):
        form_of(path)
    places = Places(source, target, given.bad or _beside(target, "bad.csv"))
    paths = [path.resolve() for path in (source, target, places.bad, places.journal, places.partial)]
    if len(set(paths)) < len(paths):
        raise RecommenderError("IN, OUT and the file of bad rows must be different files.")
    return places


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")


def _form_kept(places: Places) -> FileForm:
    """Return the form in which outcomes are kept while the run goes on: Parquet is made of lines at its end."""
    form = form_of(places.target)
    if form.kind is not FileKind.PARQUET:
        return form
    from recommender.batch import parquet  # noqa: F401 - what is missing is told now, not after hours

    return FileForm(FileKind.JSON_LINES, False)


def _options(given: argparse.Namespace, settings: Settings, places: Places) -> Options:
    """Return the options of the run. The day is that on which it began, where none is given.

    Raises:
        RecommenderError: they cannot be used.
    """
    separator, delimiter = given.list_separator, given.delimiter
    if len(delimiter) != 1 or not separator or delimiter in separator:
        raise RecommenderError("--delimiter must be one character, and must not stand in --list-separator.")
    columns = columns_of(_names(given.columns))
    day = given.today or (None if given.restart else begun_on(places.journal)) or date.today()
    return Options(
        columns=tuple(column.name for column in columns),
        id_column=given.id,
        list_separator=separator,
        delimiter=delimiter,
        ignored=tuple(_names(given.ignore)),
        region=given.region or settings.region,
        today=str(day),
        chunk_rows=given.chunk_rows,
    )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _sound(recommender: Recommender, options: Options) -> Recommender:
    """Return the service, if it may answer at all.

    Raises:
        RecommenderError: the self-test found differences, or there is no such region.
    """
    if recommender.faults:
        raise RecommenderError(
            "The self-test found differences, so nothing is answered:\n" + "\n".join(recommender.faults)
        )
    known = recommender.content.catalogue.every_region
    if options.region is not None and options.region not in known:
        raise RecommenderError(f"--region must be one of {', '.join(known)}, not '{options.region}'.")
    return recommender


@contextmanager
def _workforce(
    given: argparse.Namespace, recommender: Recommender, places: Places, options: Options, answering: Answering
) -> Iterator[Workforce]:
    if given.scheduler:
        from recommender.batch.cluster import on_cluster  # only who has a cluster needs Dask

        with on_cluster(given.scheduler, recommender.content.hash, options, _form_kept(places)) as cluster:
            yield cluster
    else:
        yield Alone(answering.chunk) if given.processes == 1 else Forked(answering.chunk, given.processes)


def summary(counts: Counts, seconds: float, places: Places) -> Iterator[str]:
    """Yield the table that tells a person what came of a run; ``seconds`` are those of the last part of it."""
    yield f"{counts.sheets} sheets: {counts.sheets - counts.bad} outcomes in {places.target}, {counts.bad} bad. {seconds:.0f} s."
    yield from _table("level", {level.value: counts.levels[level.value] for level in Level}, counts.sheets)
    yield from _table("asked beside a routine", counts.kinds, counts.sheets)
    yield from _table(f"wrong, see {places.bad}", counts.codes, counts.sheets)


def _table(heading: str, figures: Mapping[str, int], of: int) -> Iterator[str]:
    rows = {name: number for name, number in figures.items() if number}
    if rows:
        yield f"  {heading}"
        yield from (f"    {name:28} {number:>10}  {number / of:7.2%}" for name, number in rows.items())
