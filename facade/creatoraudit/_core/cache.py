"""Caches responses for conditional requests.

A GET with a cached response is sent with `If-None-Match`; on 304 the cached body is used. The
server is always asked, so freshness does not matter. That is why this is an ETag store
and not an HTTP cache library: those work below authentication, where a stored entry could contain
the key or be served to another key.

Entries are found by a keyed hash over base URL, API key and request, so an entry belongs to one key
and names none. They hold ETag and body: customers' data, but no credentials. On disk they are in an
SQLite file that only its owner may read (mode 0600); in memory the oldest entries are evicted.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias
from urllib.parse import urlencode

from ..errors import ConfigurationError, UsageError
from .arguments import plain
from .files import own_file, path_text
from .key import ApiKey
from .request import PreparedRequest
from .response import RawResponse

MEMORY_BYTES = 64 * 2**20
DISK_BYTES = 512 * 2**20
# How long a request waits for another process that locks the file; a new request is cheap.
PATIENCE_MS = 100
OPENING_MS = 5000
OK = 200
NOT_MODIFIED = 304

CacheSetting: TypeAlias = bool | str | os.PathLike[str] | None


class CachedResponse(NamedTuple):
    """One cached response."""

    etag: str
    content: bytes


class MemoryStore:
    """Caches responses in memory, for the life of the client."""

    def __init__(self, most: int = MEMORY_BYTES) -> None:
        self.salt = secrets.token_bytes(32)
        self._most = most
        self._size = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, CachedResponse] = OrderedDict()

    def get(self, name: bytes) -> CachedResponse | None:
        """Return the response of that name, if it is cached."""
        with self._lock:
            cached = self._kept.get(name)
            if cached is not None:
                self._kept.move_to_end(name)
            return cached

    def put(self, name: bytes, cached: CachedResponse) -> None:
        """Store a response and evict the least recently used ones."""
        with self._lock:
            old = self._kept.pop(name, None)
            self._size += len(cached.content) - (len(old.content) if old else 0)
            self._kept[name] = cached
            while self._size > self._most:
                _, gone = self._kept.popitem(last=False)
                self._size -= len(gone.content)

    def close(self) -> None:
        """Do nothing: there is no file."""


class DiskStore:
    """Caches responses in an SQLite file for later runs; several processes may share it.

    If the file is busy, full or damaged later, nothing is cached, and the call does not fail.
    """

    def __init__(self, path: Path, most: int = DISK_BYTES) -> None:
        self._most = most
        self._lock = threading.Lock()
        try:
            # Create it with mode 0600 before SQLite writes anything into it.
            own_file(path)
            self._db = sqlite3.connect(
                path, timeout=PATIENCE_MS / 1000, check_same_thread=False, isolation_level=None
            )
            try:
                self._refuse_foreign()
                path.chmod(0o600)
                self._set_up()
            except BaseException:
                self._db.close()
                raise
        except (OSError, sqlite3.Error) as error:
            why = str(error)
            raise ConfigurationError(f"cache={str(path)!r} cannot be used: {why}") from None

    def _refuse_foreign(self) -> None:
        """Refuse the database of another program before anything is changed."""
        self._db.execute(f"PRAGMA busy_timeout = {OPENING_MS}")
        held = {name for (name,) in self._db.execute("SELECT tbl_name FROM sqlite_master")}
        if held - {"salt", "kept"}:
            raise OSError("it is the database of another program")

    def _set_up(self) -> None:
        with suppress(sqlite3.OperationalError):
            # It fails while another process has the file open, which then sets this mode itself.
            self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(
            "PRAGMA synchronous=NORMAL;"
            "CREATE TABLE IF NOT EXISTS salt (value BLOB NOT NULL);"
            "CREATE TABLE IF NOT EXISTS kept (name BLOB PRIMARY KEY, etag TEXT NOT NULL,"
            " content BLOB NOT NULL) WITHOUT ROWID;"
        )
        self._db.execute(
            "INSERT INTO salt SELECT ? WHERE NOT EXISTS (SELECT 1 FROM salt)",
            (secrets.token_bytes(32),),
        )
        self.salt: bytes = self._db.execute("SELECT value FROM salt").fetchone()[0]
        self._db.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")

    def get(self, name: bytes) -> CachedResponse | None:
        """Return the response of that name, if it is cached."""
        row = None
        with self._lock, suppress(sqlite3.Error):
            row = self._db.execute(
                "SELECT etag, content FROM kept WHERE name = ?", (name,)
            ).fetchone()
        return None if row is None else CachedResponse(*row)

    def put(self, name: bytes, cached: CachedResponse) -> None:
        """Store a response; a full file is emptied first."""
        with self._lock, suppress(sqlite3.Error):
            pages, page_size = (
                self._db.execute(f"PRAGMA {name_}").fetchone()[0]
                for name_ in ("page_count", "page_size")
            )
            if pages * page_size > self._most:
                self._db.execute("DELETE FROM kept")
                self._db.execute("VACUUM")
            self._db.execute(
                "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)",
                (name, cached.etag, cached.content),
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


class Cache:
    """Finds cached responses and applies the outcome of conditional requests."""

    def __init__(self, open_store: Callable[[], MemoryStore | DiskStore], base_url: str) -> None:
        self._open = open_store
        self._base_url = base_url
        # Those of parent processes come first. They are kept, because a connection of SQLite must
        # not be used or closed after a fork.
        self._stores = [open_store()]
        self._pid = os.getpid()

    @property
    def _store(self) -> MemoryStore | DiskStore:
        """The store of this process. One that was inherited through a fork may be locked."""
        if self._pid != os.getpid():
            self._stores.append(self._open())
            self._pid = os.getpid()
        return self._stores[-1]

    @classmethod
    def of(cls, setting: bool | str | os.PathLike[str], base_url: str) -> Cache:
        """Make the cache for the `cache=` setting of a client.

        Raises:
            ConfigurationError: The file cannot be used.
        """
        if plain(setting) is True:
            return cls(MemoryStore, base_url)
        try:
            path = Path(path_text("cache=", setting)).absolute()
        except UsageError as error:
            raise ConfigurationError(error.message) from None
        return cls(MemoryStore if path.name == ":memory:" else partial(DiskStore, path), base_url)

    def get(self, name: bytes) -> CachedResponse | None:
        """Return the response of that name, if it is cached."""
        return self._store.get(name)

    def close(self) -> None:
        """Close the file, unless it was opened before a fork."""
        if self._pid == os.getpid():
            self._store.close()

    def name(self, request: PreparedRequest, key: ApiKey | None) -> bytes | None:
        """The name under which the response is cached; None if it must not be cached."""
        own = {header.lower() for header in request.headers}
        if request.method != "GET" or "if-none-match" in own:
            return None
        text = "\n".join(
            [
                self._base_url,
                request.url,
                urlencode(request.params, doseq=True, errors="surrogatepass"),
                repr(sorted(request.headers.items())),
            ]
        )
        secret = b"" if key is None else key.reveal().encode("ascii")
        salt = self._store.salt
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=salt)
        digest.update(hashlib.blake2b(secret, key=salt).digest())
        return digest.digest()

    def settle(self, name: bytes, cached: CachedResponse | None, sent: RawResponse) -> RawResponse:
        """Return the cached response if a 304 confirmed it, else the new one."""
        if cached is not None and sent.status_code == NOT_MODIFIED:
            return RawResponse(OK, sent.headers, cached.content, cached=True)
        etag = sent.headers.get("etag", "")
        control = sent.headers.get("cache-control", "").lower()
        if sent.status_code == OK and _usable(etag) and "no-store" not in control and _read(sent):
            self._store.put(name, CachedResponse(etag, sent.content))
        return sent


def _usable(etag: str) -> bool:
    """Whether an ETag can be sent back. Weak ones can, as a compressing proxy makes them weak.

    An asterisk would match any response.
    """
    return etag.isascii() and etag.isprintable() and etag not in ("", "*")


def _read(sent: RawResponse) -> bool:
    """Whether the body is JSON. A truncated body must not be cached."""
    try:
        sent.json()
    except ValueError:
        return False
    return True
