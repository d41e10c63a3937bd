"""The file of `breakouts --seen`, with the posts that were reported before.

It is read before the first request and written in one step after the output. A run that is killed
in between reports its posts again, so none is lost.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve

from .._core.files import read_whole, replace

if TYPE_CHECKING:
    from creatoraudit import Breakouts

_KIND = "creatoraudit seen posts, version 1"


class SeenPosts:
    """The ids in a file, which may not exist yet.

    Raises:
        click.UsageError: The file has other content, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: dict[str, None] = {}
        if path.exists():
            self._ids = dict.fromkeys(_read(path))
        elif not path.parent.is_dir():
            raise click.UsageError(f"--seen {path}: there is no folder {path.parent}")

    def new_in(self, result: Breakouts) -> Breakouts:
        """Return the posts that are not in the file yet, and remember them."""
        new = tuple(post for post in result if post.video.id not in self._ids)
        self._ids |= dict.fromkeys(post.video.id for post in new)
        return evolve(result, posts=new)

    def keep(self) -> None:
        """Write the file."""
        replace(self._path, f"{json.dumps({'kind': _KIND, 'ids': list(self._ids)})}\n".encode())


def _read(path: Path) -> list[str]:
    try:
        value = json.loads(read_whole(path))
        if value["kind"] == _KIND and all(isinstance(one, str) for one in value["ids"]):
            return list(value["ids"])
    except (ValueError, TypeError, KeyError):
        pass
    raise click.UsageError(f"--seen {path} is not a file of seen posts; name another one")
