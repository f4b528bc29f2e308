"""One run: what is left of the sheets is answered, written in order, and noted as finished chunk by chunk."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from recommender import __version__
from recommender.batch.journal import Finished, Journal, digest_after, refuse_if_in_use, sync
from recommender.batch.reading import Reader, chunks, form_of, opened
from recommender.batch.rows import Answered, Chunk, Counts, FileKind, Moved, Options
from recommender.batch.tables import BAD_COLUMNS, as_csv
from recommender.errors import RecommenderError
from recommender.models.content import Content


class Workforce(Protocol):
    """Whoever answers the chunks: this process, several processes of this machine, or a cluster."""

    def in_order(self, every: Iterable[Chunk]) -> Iterator[Answered]:
        """Yield what came of each chunk, in their order; only a few are read ahead."""


@dataclass(frozen=True)
class Places:
    """Where a run reads and writes. What is not whole yet has another name than what is."""

    source: Path
    target: Path
    bad: Path

    @property
    def journal(self) -> Path:
        return self.target.with_name(f"{self.target.name}.journal")

    @property
    def partial(self) -> Path:
        return self.target.with_name(f"{self.target.name}.partial")

    @property
    def made(self) -> Path:
        return self.target.with_name(f"{self.target.name}.made")

    def clear(self) -> None:
        """Take away whatever an earlier run has left.

        Raises:
            RecommenderError: it goes on.
        """
        refuse_if_in_use(self.journal)
        for path in (self.target, self.partial, self.made, self.bad, self.journal):
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Run:
    """One run, from wherever it is to its end. ``head`` is what the file of outcomes begins with."""

    places: Places
    options: Options
    content: Content
    head: bytes
    workforce: Workforce
    moved: Moved

    def finish(self) -> Counts:
        """Answer every sheet that is not answered yet, and return what came of all of them.

        Raises:
            RecommenderError: a file cannot be read or written, or what is there is of another run.
        """
        with Journal(self.places.journal, self._identity()) as journal:
            if journal.is_new and self.places.target.exists():
                journal.path.unlink()
                told = f"{self.places.target} is there already. Give another name, or --restart to replace it."
                raise RecommenderError(told)
            with opened(self.places.source, self.content.questionnaire, self.options) as reader:
                if journal.finished.is_whole:
                    self._hold_against(reader, journal.finished)
                else:
                    self._answer_the_rest(reader, journal)
            self._publish()
            return journal.finished.counts

    def _identity(self) -> dict[str, Any]:
        """Return what must be the same for a run to go on."""
        options = asdict(self.options).items()
        return {
            "software": __version__,
            "rule_set": self.content.hash,
            "sheets": self.places.source.name,
            "bad": self.places.bad.name,
            **{name: list(value) if isinstance(value, tuple) else value for name, value in options},
        }

    def _answer_the_rest(self, reader: Reader, journal: Journal) -> None:
        finished = deepcopy(journal.finished)
        every = chunks(reader, self.options.chunk_rows)
        self._skip(every, finished)
        digests: deque[str] = deque()
        with (
            _going_on(self.places.partial, finished.written, self.head) as written,
            _going_on(self.places.bad, finished.bad, as_csv([BAD_COLUMNS])) as bad,
        ):
            self.moved(finished.counts, reader.share())
            for answered in self.workforce.in_order(_noting(every, finished.digest, digests)):
                written.write(answered.written)
                bad.write(answered.bad)
                finished.counts.add(answered.counts)
                finished.chunks += 1
                finished.digest = digests.popleft()
                _note(finished, written, bad, journal)
                self.moved(finished.counts, reader.share())
            if digests or next(every, None) is not None:
                raise RecommenderError(f"{self.places.source} was not answered to its end. Run the same command again.")
            finished.is_whole = True
            _note(finished, written, bad, journal)

    def _hold_against(self, reader: Reader, finished: Finished) -> None:
        """See that the sheets are those that were answered, all of them and no others.

        Raises:
            RecommenderError: they are not.
        """
        every = chunks(reader, self.options.chunk_rows)
        self._skip(every, finished)
        if next(every, None) is not None:
            raise self._other_sheets()

    def _skip(self, every: Iterator[Chunk], finished: Finished) -> None:
        """Read past what is answered.

        Raises:
            RecommenderError: that is not what was read before.
        """
        digest = Finished().digest
        for _ in range(finished.chunks):
            digest = digest_after(digest, next(every, ()))
        if digest != finished.digest:
            raise self._other_sheets()

    def _other_sheets(self) -> RecommenderError:
        told = f"{self.places.source} is not what it was when this run began."
        return RecommenderError(f"{told} Put it back, or give --restart to begin anew.")

    def _publish(self) -> None:
        """Give the outcomes their name, once they are whole; as Parquet they are made only now."""
        places = self.places
        if not places.partial.exists():
            if not places.target.exists():
                raise RecommenderError(f"{places.target} was written, and is gone. Give --restart to write it again.")
        elif form_of(places.target).kind is FileKind.PARQUET:
            from recommender.batch.parquet import write_parquet  # only who wants such a file needs the library

            write_parquet(places.partial, places.made, self.options.columns)
            places.made.replace(places.target)
            places.partial.unlink()
        else:
            places.partial.replace(places.target)


def _note(finished: Finished, written: BinaryIO, bad: BinaryIO, journal: Journal) -> None:
    """Note what is finished, once it is on the disk."""
    for file in (written, bad):
        sync(file)
    finished.written, finished.bad = written.tell(), bad.tell()
    journal.add(finished)


def _noting(every: Iterator[Chunk], digest: str, digests: deque[str]) -> Iterator[Chunk]:
    """Yield each chunk, and keep the digest of everything up to it until it is answered."""
    for chunk in every:
        digest = digest_after(digest, chunk)
        digests.append(digest)
        yield chunk


def _going_on(path: Path, length: int, head: bytes) -> BinaryIO:
    """Return the file open for what comes next, without what was written to it after the last finished chunk."""
    try:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
    except OSError as error:
        raise RecommenderError(f"{path} cannot be written: {error.strerror}.") from error
    if os.fstat(file.fileno()).st_size < length:
        file.close()
        raise RecommenderError(f"{path} is shorter than the journal says. Give --restart to begin anew.")
    file.truncate(length)
    file.seek(length)
    if not length:
        file.write(head)
    return file
