"""Names of the subjects, lists and formats of exports.

They are in a module of their own, so that the command line can offer them without loading exports.
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
