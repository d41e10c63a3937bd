"""Writes JSON for responses, and caches the text of posts until something changes.

A sandbox mostly sends pages of posts and their deltas, so each post is written once, not once per
response. `views` defines what a post looks like, `recorded` how it grew, and the store tells when
anything has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from . import recorded, views
from ._types import Json
from .store import Store

#: A part of a body that is already JSON text.
Text: TypeAlias = msgspec.Raw
#: A body whose members may already be JSON text.
Body: TypeAlias = "Json | Mapping[str, Json | Text]"


def write(body: Body) -> bytes:
    """Write a body as compact JSON."""
    return msgspec.json.encode(body)


def read(body: Body) -> Json:
    """Decode the JSON texts in a body."""
    plain: Json = msgspec.json.decode(write(body))
    return plain


def listed(items: Iterable[bytes]) -> Text:
    """A list of items that are already JSON text."""
    return Text(b"[%b]" % b",".join(items))


def mapped(items: Mapping[str, bytes]) -> Text:
    """An object of members that are already JSON text; its keys, UUIDs, need no escapes."""
    return Text(b"{%b}" % b",".join([b'"%b":%b' % (k.encode(), v) for k, v in items.items()]))


class Posts:
    """The posts of a store as JSON texts.

    The cache is emptied after ``most_kept`` bytes; a post takes about 1,000, its deltas 50.
    """

    def __init__(self, store: Store, most_kept: int) -> None:
        self._most_kept = most_kept
        self._store = store
        self._as_of = store.changes
        self._size = 0
        self._shown: dict[str, dict[int, bytes]] = {}
        self._deltas: dict[tuple[int, ...], dict[str, bytes]] = {}

    def _forget_if(self, wrong: bool) -> None:
        if wrong:
            self._shown.clear()
            self._deltas.clear()
            self._size = 0
            self._as_of = self._store.changes

    def shown(self, table: str, rows: Sequence[int]) -> list[bytes]:
        """Posts by row number, in that order."""
        self._forget_if(self._as_of != self._store.changes)
        kept = self._shown.setdefault(table, {})
        missing = [n for n in rows if n not in kept]
        seed, found = self._store.world.seed, table == "account_videos"
        for post in self._store.posts(table, missing):
            text = kept[post.row.n] = write(views.video(post, seed, found=found))
            self._size += len(text)
        shown = [kept[n] for n in rows]
        self._forget_if(self._size > self._most_kept)
        return shown

    def deltas(self, ids: Sequence[str], windows: Sequence[int]) -> dict[str, bytes]:
        """Change in views per window, for the UUIDs that belong to a post, in that order."""
        self._forget_if(self._as_of != self._store.changes)
        kept = self._deltas.setdefault(tuple(windows), {})
        missing = [i for i in ids if i not in kept]
        names = [f"{days}d" for days in windows]
        for video_id, history in self._store.histories(missing).items():
            moves = recorded.deltas(history, windows)
            text = kept[video_id] = write(dict(zip(names, moves, strict=True)))
            self._size += len(text)
        moved = {i: kept[i] for i in ids if i in kept}
        self._forget_if(self._size > self._most_kept)
        return moved
