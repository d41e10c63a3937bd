"""Stores of the cache and channels: limits that a client rarely reaches."""

from __future__ import annotations

from pathlib import Path

import anyio

from creatoraudit._async import io as io_async
from creatoraudit._core.cache import CachedResponse, DiskStore, MemoryStore
from creatoraudit._core.key import ApiKey
from creatoraudit._sync import io as io_sync


def cached(size: int) -> CachedResponse:
    return CachedResponse('"tag"', b"x" * size)


def test_in_memory_the_responses_used_longest_ago_give_way() -> None:
    store = MemoryStore(most=10)
    store.put(b"a", cached(4))
    store.put(b"b", cached(4))
    assert store.get(b"a") is not None  # used, so b is the older one now
    store.put(b"c", cached(4))
    assert [store.get(name) is not None for name in (b"a", b"b", b"c")] == [True, False, True]


def test_a_response_kept_again_is_counted_once() -> None:
    store = MemoryStore(most=10)
    for _ in range(5):
        store.put(b"a", cached(6))
    store.put(b"b", cached(4))
    assert store.get(b"a") is not None


def test_a_full_file_starts_over(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "cache", most=1)
    store.put(b"a", cached(4))
    store.put(b"b", cached(4))
    assert store.get(b"a") is None
    assert store.get(b"b") == cached(4)
    store.close()


def test_a_closed_channel_takes_nothing_more() -> None:
    async def asynchronously() -> bool:
        channel: io_async.Channel[int] = io_async.Channel(1)
        channel.close()
        return await channel.put(1)

    assert anyio.run(asynchronously) is False
    channel: io_sync.Channel[int] = io_sync.Channel(1)
    channel.close()
    assert channel.put(1) is False


def test_a_key_shows_nothing_of_itself() -> None:
    assert repr(ApiKey("sk-secret")) == "ApiKey(***)"
    assert repr(ApiKey("sk-secret")._spellings) == "_Spellings(***)"
