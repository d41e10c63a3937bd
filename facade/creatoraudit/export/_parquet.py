"""Writes rows as Parquet, with a type per column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from .._results.columns import Kind
from .._results.tables import Table, arrow_schema
from ._names import Compression

# Rows in a row group: enough for readers that skip groups, few enough to be held twice.
GROUP_ROWS = 20_000


class Parquet:
    """Parquet with typed columns."""

    def __init__(self, columns: Mapping[str, Kind], compression: Compression) -> None:
        self._compression = compression
        self._schema = arrow_schema(columns)

    def encode(self, table: Table) -> pa.Table:
        """Convert a page to an Arrow table.

        Raises:
            ContractError: A value does not have the type of its column.
        """
        return table.to_arrow()

    def write(self, file: BinaryIO, pages: Sequence[pa.Table]) -> None:
        """Write pages as one Parquet file."""
        pq.write_table(pa.concat_tables(pages), file)
        _let_go()

    def join(self, file: BinaryIO, parts: Sequence[Path], about: Mapping[str, str]) -> None:
        """Join parts with row groups of equal size; `about` becomes metadata of the file."""
        schema = self._schema.with_metadata(dict(about))
        with pq.ParquetWriter(file, schema, compression=self._compression) as writer:
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
    """Return unused memory to the system, which otherwise adds up to a hundred megabytes."""
    pa.default_memory_pool().release_unused()
