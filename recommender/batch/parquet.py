"""Parquet: sheets from one, and a file of outcomes made into one. The only place that knows pyarrow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from recommender.batch.cells import Cells
from recommender.batch.columns import columns_of
from recommender.batch.rows import Options, Row
from recommender.errors import RecommenderError
from recommender.models.questionnaire import Questionnaire

try:
    import pyarrow
    import pyarrow.parquet
except ImportError as error:
    raise RecommenderError("Parquet needs a library: pip install 'back-routine-recommender[batch]'.") from error

_ROWS_AT_ONCE = 1000
_ROWS_IN_GROUP = 10_000


class ParquetReader:
    """A table whose columns are the questions. Lists are lists or, as in CSV, text; a null is no answer."""

    def __init__(self, path: Path, questionnaire: Questionnaire, options: Options) -> None:
        try:
            self._file = pyarrow.parquet.ParquetFile(path)
        except (OSError, pyarrow.ArrowException) as error:
            raise RecommenderError(f"{path} cannot be read as Parquet: {error}.") from error
        self._path = path
        self._total: int = self._file.metadata.num_rows
        self._read = 0
        self._cells = Cells(self._file.schema_arrow.names, questionnaire, options)

    def close(self) -> None:
        self._file.close()

    def share(self) -> float:
        return self._read / self._total if self._total else 1.0

    def rows(self) -> Iterator[Row]:
        try:
            for batch in self._file.iter_batches(batch_size=_ROWS_AT_ONCE):
                columns = [column.to_pylist() for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    self._read += 1
                    own = self._cells.id(cells)
                    name = str(self._read) if own is None else own
                    yield Row(self._read, name, self._cells.answers(cells))
        except (OSError, pyarrow.ArrowException) as error:
            raise RecommenderError(f"{self._path} is damaged: {error}.") from error


def write_parquet(lines: Path, path: Path, names: Sequence[str]) -> None:
    """Write JSON Lines of outcomes as Parquet, some thousands of rows at a time; the same lines make the same bytes."""
    columns = columns_of(names)
    schema = pyarrow.schema([(column.name, _TYPES[column.type]) for column in columns])
    with (
        lines.open(encoding="utf-8") as source,
        pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer,
    ):
        while rows := [json.loads(line) for line in islice(source, _ROWS_IN_GROUP)]:
            for column in columns:
                if column.type == "object":
                    for row in rows:
                        row[column.name] = json.dumps(row[column.name], ensure_ascii=False)
            writer.write_table(pyarrow.Table.from_pylist(rows, schema), row_group_size=_ROWS_IN_GROUP)


_TYPES: dict[str, Any] = {
    "text": pyarrow.string(),
    "whole number": pyarrow.int64(),
    "list": pyarrow.list_(pyarrow.string()),
    "object": pyarrow.string(),
}
