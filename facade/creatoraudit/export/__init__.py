"""Whole lists as files: CSV, JSON lines or Parquet, of any length, in little memory.

    from creatoraudit.export import export

    with CreatorAudit() as ca:
        done = export(ca, "videos", "videos.parquet", platform="tiktok")
        print(done.rows, done.path)

How it survives being interrupted. Beside the file, in a folder `<file>.partial`, the rows are
collected in parts. A part is written, and only then noted, in one transaction of the checkpoint
(an SQLite file), together with the cursor that follows and the ids in it. When the list has ended
the parts are joined into one file, which is moved to its place in one step; so the file is complete
from the moment it can be seen. The same call, made again after Ctrl-C, a kill, a lost network or a
full disk, goes on behind the last part. The checkpoint also holds the lock that keeps a second
process out.

How nothing is written twice. Every id is remembered as a digest of 16 bytes, packed, some 25 MB for
a million of them: items that a list repeats because it changes while it is walked are dropped, and
a walk whose cursor is refused with 422 begins at the first page again and skips what is there.

The order of the rows. A list of ten pages or more is walked per platform, side by side, if the
server shows that it applies the filter and the platforms add up to the whole list. The file then
has all items of the first platform, then all of the next, each in the order of the list: every walk
has parts and a cursor of its own. Shorter lists, and lists whose platform or
order was asked for (`order_by`, `order_direction`, `sort`), are one walk in the order of the list.
Standard output has the same order, so it takes one walk after the other.

Parts are cut where a page ends, after the same number of rows whether or not a run was interrupted,
and row groups of Parquet have a fixed number of rows whatever the parts are. So the file is the
same, byte for byte, as that of an undisturbed run, as long as the API answers the same (but for the
time of writing that Parquet notes).

Decided elsewhere: which rows there are (`_subjects`), what a row looks like in a file (`_forms`),
what is kept between runs (`_checkpoint`), and the order of it all (`_run`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ._names import FORMATS, SOURCES, WHATS, Format, Source, What

if TYPE_CHECKING:
    from ._run import Exported, ExportProgress, export
    from ._subjects import ListFilters, columns

# Loaded on first use: the command line offers the names above without loading what exports.
_HOMES = {
    "Exported": "._run",
    "ExportProgress": "._run",
    "ListFilters": "._subjects",
    "columns": "._subjects",
    "export": "._run",
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
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
