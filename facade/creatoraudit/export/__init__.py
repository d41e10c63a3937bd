"""Exports whole lists of any length to CSV, JSON lines or Parquet files, in little memory.

    from creatoraudit.export import export

    with CreatorAudit() as ca:
        done = export(ca, "videos", "videos.parquet", platform="tiktok")
        print(done.rows, done.path)

Resuming. The rows are collected in parts, in a folder `<file>.partial` beside the file. After a
part is written, one transaction of the checkpoint (an SQLite file) records it together with the
next cursor and the ids in the part. At the end of the list, the parts are joined into one file,
which is moved to its path in one step, so the file is complete as soon as it exists. After Ctrl-C,
a kill, a lost network or a full disk, the same call resumes after the last part. The checkpoint
also holds the lock that keeps a second process out.

No duplicates. Every id is kept as a packed digest of 16 bytes, about 25 MB for a million ids. Items
that the list repeats because it changes during the walk are dropped. If a cursor is refused with
422, the walk starts again at the first page and skips the items that are already written.

Order of the rows. A list of ten pages or more is walked per platform, side by side, if the
server shows that it applies the filter and the platforms add up to the whole list. The file then
has all items of the first platform, then all of the next, each in the order of the list. Every walk
has its own parts and its own cursor. Shorter lists, and lists whose platform or
order was asked for (`order_by`, `order_direction`, `sort`), are one walk in the order of the list.
Standard output has the same order, so it takes one walk after the other.

Parts end at a page boundary, after the same number of rows in every run, and Parquet row groups
have a fixed number of rows. So if the API returns the same items, an interrupted export gives the
same file as an undisturbed one, byte for byte, except for the time that Parquet files contain.

`_subjects` selects the rows, `_forms` encodes them, `_checkpoint` keeps the state between runs, and
`_run` connects these steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._core.lazy import attribute
from ._names import FORMATS, SOURCES, WHATS, Format, Source, What

if TYPE_CHECKING:
    from ._run import Exported, ExportProgress, export
    from ._subjects import ListFilters, columns

# Loaded on first use, because the command line needs only the names above.
_HOMES = {
    "._run": ("ExportProgress", "Exported", "export"),
    "._subjects": ("ListFilters", "columns"),
}

__all__ = [
    "FORMATS",
    "SOURCES",
    "WHATS",
    "ExportProgress",
    "Exported",
    "Format",
    "ListFilters",
    "Source",
    "What",
    "columns",
    "export",
]


def __getattr__(name: str) -> object:
    return attribute(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted(__all__)
