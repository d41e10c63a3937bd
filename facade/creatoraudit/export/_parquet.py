"""Rows as Parquet, with a type per column. The only module that imports pyarrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from .._results.columns import Kind, cell
from ._forms import row_of
from ._subjects import Record

# Rows of a row group: large enough for readers that skip groups, small enough to be held twice.
GROUP_ROWS = 20_000
_TYPES: Mapping[Kind, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "datetime": pa.timestamp("us", "UTC"),
    "json": pa.string(),
}


class Parquet:
    """Typed columns; what does not fit its column's type is missing there."""

    def __init__(self, columns: Mapping[str, Kind]) -> None:
        self._columns = columns
        self._schema = pa.schema([(name, _TYPES[kind]) for name, kind in columns.items()])

    def encode(self, records: Sequence[Record]) -> pa.Table:
        """A table."""
        rows = [row_of(record) for record in records]
        cells = [
            pa.array([cell(row.get(name), kind) for row in rows], self._schema.field(name).type)
            for name, kind in self._columns.items()
        ]
        return pa.table(cells, schema=self._schema)

    def write(self, file: BinaryIO, pages: Sequence[pa.Table]) -> None:
        """Write pages as one Parquet file."""
        pq.write_table(pa.concat_tables(pages), file)
        _let_go()

    def join(self, file: BinaryIO, parts: Sequence[Path]) -> None:
        """Cut what is in the parts into row groups of equal size."""
        with pq.ParquetWriter(file, self._schema) as writer:
            left = self._schema.empty_table()
            for part in parts:
                with pq.ParquetFile(part) as opened:
                    left = pa.concat_tables([left, opened.read()])
                while len(left) >= GROUP_ROWS:
                    writer.write_table(left.slice(0, GROUP_ROWS).combine_chunks())
                    left = left.slice(GROUP_ROWS)
                _let_go()
            writer.write_table(left.combine_chunks())


def _let_go() -> None:
    """Have the allocator give back what it keeps at hand, or it adds up to a hundred megabytes."""
    pa.default_memory_pool().release_unused()
