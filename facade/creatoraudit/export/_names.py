"""What can be exported, from which lists and in which formats: names only.

Apart from `export`, so that the command line can offer them without loading what exports.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

What: TypeAlias = Literal["accounts", "videos", "account-videos", "creators", "deltas", "metrics"]
Source: TypeAlias = Literal["videos", "account-videos", "accounts"]
Format: TypeAlias = Literal["csv", "jsonl", "parquet"]
Compression: TypeAlias = Literal["none", "gzip", "snappy", "zstd"]

WHATS: tuple[What, ...] = get_args(What)
SOURCES: tuple[Source, ...] = get_args(Source)
FORMATS: tuple[Format, ...] = get_args(Format)
COMPRESSIONS: tuple[Compression, ...] = get_args(Compression)
