"""The organizations of a sandbox: each has an id, keys, and a world of its own."""

from __future__ import annotations

import errno
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from .cursors import Cursors
from .keys import ApiKey, KeyRing, bearer
from .private import check_is_ours
from .store import Store
from .texts import Posts
from .world import DEFAULT_SEED, organization_id

#: The samples show a prefix in one place and a UUID in another; clients treat ids as opaque.
_DEFAULT_ID: Final = "0b3f2c14-9a6d-4f1e-8b2a-1c2d3e4f5a6b"
#: Maximum bytes of cached JSON for all organizations together.
_MOST_KEPT: Final = 64_000_000
# Maximum number of posts in memory; the tables of a world count as a few hundred.
_MOST_ROOM: Final = 500_000
_POSTS_PER_WORLD: Final = 500
_CONFIG_HEAD: Final = "# The made-up organizations of a sandbox, written when it was started.\n"


class _LoadedWorld:
    """A world in memory."""

    def __init__(self, store: Store, most_kept: int) -> None:
        self.store = store
        self.posts = Posts(store, most_kept)
        self._at_first = store.changes

    @property
    def changed(self) -> bool:
        """Whether anything changed since the world was made."""
        return self.store.changes != self._at_first


class _Worlds:
    """The worlds of all organizations, made when they are first needed.

    Unchanged worlds are dropped when others need the memory, because they can be made again.
    """

    def __init__(self, make: Callable[[int | str], Store], first: int, count: int) -> None:
        self._make = make
        self._first = first
        self._most_kept = _MOST_KEPT // count
        self._loaded: OrderedDict[int | str, _LoadedWorld] = OrderedDict()

    def of(self, seed: int | str) -> _LoadedWorld:
        """The world of a seed."""
        if seed not in self._loaded:
            self._loaded[seed] = _LoadedWorld(self._make(seed), self._most_kept)
            self._make_room()
        self._loaded.move_to_end(seed)
        return self._loaded[seed]

    def _make_room(self) -> None:
        others = list(self._loaded)[:-1]
        room = _MOST_ROOM - sum(map(self._size, self._loaded))
        for seed in others:
            if room >= 0:
                return
            if seed != self._first and not self._loaded[seed].changed:
                room += self._size(seed)
                self._loaded.pop(seed).store.close()

    def _size(self, seed: int | str) -> int:
        return self._loaded[seed].store.world.post_count + _POSTS_PER_WORLD

    def close(self) -> None:
        """Give up all worlds."""
        for live in self._loaded.values():
            live.store.close()


class Organization:
    """One organization of a sandbox."""

    def __init__(self, name: str, seed: int | str, keys: KeyRing, worlds: _Worlds) -> None:
        #: Its name in a configuration file.
        self.name = name
        #: The id that `whoami` returns.
        self.id = _DEFAULT_ID if seed == DEFAULT_SEED else organization_id(seed)
        self.keys = keys
        self.cursors = Cursors(seed)
        self._seed = seed
        self._worlds = worlds

    @property
    def api_key(self) -> str:
        """The key with the admin scope."""
        return self.keys.admin.secret

    @property
    def write_key(self) -> str:
        """A key with the write scope."""
        return self.keys.write.secret

    @property
    def read_key(self) -> str:
        """A key with the read scope."""
        return self.keys.read.secret

    @property
    def store(self) -> Store:
        """The store of what it tracks."""
        return self._worlds.of(self._seed).store

    @property
    def posts(self) -> Posts:
        """Its posts as JSON texts."""
        return self._worlds.of(self._seed).posts


class Organizations:
    """All organizations of a sandbox, in order."""

    def __init__(
        self, seed: int, count: int, api_key: str | None, make: Callable[[int | str], Store]
    ) -> None:
        if count < 1:
            raise ValueError("a sandbox has at least one organization")
        width = len(str(count))
        seeds: list[int | str] = [seed, *(f"{seed}-{n}" for n in range(2, count + 1))]
        self._worlds = _Worlds(make, seed, count)
        self.every = tuple(
            Organization(
                f"org-{number:0{width}}",
                own,
                KeyRing(own, api_key if number == 1 else None),
                self._worlds,
            )
            for number, own in enumerate(seeds, 1)
        )
        self._by_secret = {
            key.secret: (key, each) for each in self.every for key in each.keys.every
        }

    def close(self) -> None:
        """Give up all worlds."""
        self._worlds.close()

    def find(self, authorization: str | None) -> tuple[ApiKey | None, Organization]:
        """The key of an Authorization header, in any state, and its organization.

        For an unknown key, the key is None and the organization is the first one; its world is not
        shown then.
        """
        return self._by_secret.get(bearer(authorization), (None, self.every[0]))


def write_config(path: Path, organizations: Iterable[Organization], base_url: str) -> None:
    """Write a file that names organizations for the client, with their keys in files beside it.

    Raises:
        FileExistsError: The file, or a key file, exists and was not written by this function.
    """
    organizations = tuple(organizations)
    keys = path.parent / "keys"
    try:
        ours = path.read_text(encoding="utf-8", errors="replace").startswith(_CONFIG_HEAD)
        others = [] if ours else [path]
    except FileNotFoundError:
        others = [file for each in organizations if (file := keys / each.name).exists()]
    if others:
        raise FileExistsError(
            errno.EEXIST, "exists and was not written by a sandbox", str(others[0])
        )
    keys.mkdir(mode=0o700, exist_ok=True)
    check_is_ours(keys)
    text = [_CONFIG_HEAD]
    for each in organizations:
        _write(keys / each.name, each.api_key, 0o600)
        text.append(
            f'\n[organizations.{each.name}]\nkey = "file:keys/{each.name}"\n'
            f'base_url = "{base_url}"\n'
        )
    _write(path, "".join(text), 0o666)


def _write(path: Path, text: str, mode: int) -> None:
    """Replace a file atomically."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
