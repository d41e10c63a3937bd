"""`creatoraudit search`: finds accounts by username, creators by name, videos by caption.

All three kinds of hits are in one list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from creatoraudit_api import operations

from . import _safe
from ._connect import Connection
from ._options import command, from_contract
from ._output import Column, Output, Row, Shape

if TYPE_CHECKING:
    from creatoraudit import SearchResponse

_SHAPE = Shape(
    names=("section", "id", "platform", "name", "account_username"),
    columns={
        "section": Column("section"),
        "id": Column("id", from_width=80),
        "platform": Column("platform", from_width=60),
        "name": Column("name", flexible=True),
        "account_username": Column("account", from_width=100, flexible=True),
    },
    empty="Nothing has this text in a username, a creator's name or a caption.",
)


# The sections, with the member that names a hit.
_NAMES = {"accounts": "username", "creators": "name", "videos": "caption"}


def _rows(found: SearchResponse) -> Iterator[Row]:
    for section, name in _NAMES.items():
        for hit in getattr(found.data, section) or ():
            sent: Row = hit.to_dict()
            own = {member: sent.get(member) for member in ("id", "platform", "account_username")}
            yield {"section": section, "name": sent.get(name), **own}


def _search(to: Output, q: str, limit: int | None, **options: object) -> None:
    with to.rows(_SHAPE) as rows, Connection.of(options).client() as ca:
        found = ca.search(q, limit=limit)
        rows.write(_rows(found))
    caps = found.meta.effective_caps
    for section, cap in caps.to_dict().items() if caps else ():
        if isinstance(cap, int) and cap < (limit or 0):
            click.echo(_safe.line(f"the server shows {cap} {section} at most"), err=True)


search = command(
    "search",
    "Find accounts by username, creators by name and videos by caption.",
    ("creatoraudit search studio", 'creatoraudit search "one pan" --limit 25 --format json'),
    _search,
    click.argument("q", metavar="TEXT"),
    from_contract(operations.search, "limit", "Hits per section (default 10), not in all."),
)
