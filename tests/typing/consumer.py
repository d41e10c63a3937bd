"""What a user's type checker sees: checked by mypy --strict and basedpyright, never run.

Each `assert_type` fails when a result becomes `Any`, or anything else than what it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import assert_type
from uuid import UUID

import httpx
import pandas as pd

from creatoraudit import (
    JSON,
    AccountVideo,
    APIError,
    ApiMeta,
    AsyncCreatorAudit,
    AsyncPager,
    BatchPart,
    Breakout,
    Breakouts,
    CreatorAudit,
    CreatorAuditError,
    Downloaded,
    Health,
    Page,
    Pager,
    Reply,
    Skipped,
    Video,
    VideoDeltas,
    WhoAmI,
    arrow,
)
from creatoraudit.frames import to_pandas
from creatoraudit_api import operations
from creatoraudit_api.models import VideoDeltasResponse, WhoAmIEnvelope


def sync_consumer(ca: CreatorAudit, some_id: UUID) -> None:
    assert_type(ca.whoami(), WhoAmI)
    assert_type(ca.health(), Health)
    assert_type(ca.meta(), ApiMeta)
    assert_type(ca.videos.get(some_id), Video)
    assert_type(ca.videos.get("3c90c3cc-0d44-4b50-8888-8dd25736052a", timeout=5), Video)
    assert_type(ca.videos.list(platform="tiktok"), Pager[Video])
    assert_type(ca.account_videos.list(limit=50), Pager[AccountVideo])
    assert_type(ca.videos.list().first(), Video | None)
    assert_type(ca.videos.list().to_list(), list[Video])
    assert_type(ca.videos.list().total_count(), int | None)
    assert_type(ca.videos.list().pages(), Iterator[Page[Video]])
    for video in ca.videos.list():
        assert_type(video, Video)
        assert_type(video.id, str)
    for page in ca.videos.list().pages():
        assert_type(page.items, Sequence[Video])
        assert_type(page.next_cursor, str | None)
        assert_type(page.filters, Mapping[str, JSON])
    deltas = ca.videos.deltas([some_id], windows=[7], via="get")
    assert_type(deltas, VideoDeltas)
    assert_type(deltas["x"]["7d"], int | None)
    found = ca.breakouts(window=7, by="growth", source="both")
    assert_type(found, Breakouts)
    assert_type(found[0], Breakout)
    assert_type(found.skipped, Skipped)
    for post in found:
        assert_type(post.video, Video | AccountVideo)
        assert_type(post.delta, int)
        assert_type(post.growth, float | None)
    assert_type(found.to_dict(), dict[str, JSON])
    assert_type(ca.call(operations.whoami), Reply[WhoAmIEnvelope])
    assert_type(ca.call(operations.whoami).value.data, WhoAmI)
    assert_type(ca.call("whoami"), Reply[object])
    assert_type(ca.download("whoami", "whoami.json", max_bytes=1000), Downloaded)
    assert_type(ca.paginate(operations.list_videos), Pager[Video])
    assert_type(ca.paginate("list_videos"), Pager[object])
    batch = ca.batch(operations.batch_video_deltas, ["x"])
    assert_type(next(batch), BatchPart[VideoDeltasResponse])
    for part in batch:
        assert_type(part.reply.value, VideoDeltasResponse)


async def async_consumer(ca: AsyncCreatorAudit, some_id: UUID) -> None:
    assert_type(await ca.whoami(), WhoAmI)
    assert_type(await ca.videos.get(some_id), Video)
    assert_type(ca.videos.list(), AsyncPager[Video])
    assert_type(await ca.videos.list().first(), Video | None)
    assert_type(await ca.videos.list().to_list(), list[Video])
    assert_type(ca.videos.list().pages(), AsyncIterator[Page[Video]])
    async for video in ca.videos.list():
        assert_type(video, Video)
    assert_type(await ca.videos.deltas([some_id]), VideoDeltas)
    assert_type(await ca.breakouts(), Breakouts)
    assert_type(await ca.call(operations.whoami), Reply[WhoAmIEnvelope])
    assert_type(await ca.download(operations.whoami, Path("whoami.json")), Downloaded)
    assert_type(ca.paginate(operations.list_account_videos), AsyncPager[AccountVideo])
    async for part in ca.batch(operations.batch_video_deltas, ["x"]):
        assert_type(part, BatchPart[VideoDeltasResponse])


def models_are_mappings_of_json(video: Video) -> None:
    assert_type(video["view_count"], JSON)
    assert_type(video.get("view_count"), JSON | None)
    assert_type(list(video), list[str])
    assert_type(dict(video), dict[str, JSON])


def lists_and_results_become_frames(ca: CreatorAudit) -> None:
    frames: list[pd.DataFrame] = [
        ca.videos.list().to_pandas(expand=["metadata"]),
        ca.breakouts().to_pandas(),
        to_pandas(ca.videos.list()),
        to_pandas(ca.videos.list().to_list()),
        to_pandas(ca.breakouts()[:3]),
        to_pandas(ca.videos.deltas([])),
    ]
    assert_type(frames, list[pd.DataFrame])
    for part in arrow.batches(ca, "videos", rows=5, windows=[7], platform="tiktok"):
        assert_type(part.next_cursor, str | None)


def contexts_keep_the_type() -> None:
    with CreatorAudit("key", http_client=httpx.Client()) as ca:
        assert_type(ca, CreatorAudit)


def a_key_may_be_a_callable() -> CreatorAudit:
    return CreatorAudit(lambda: "key", base_url="http://127.0.0.1:1", timeout=1, concurrency=2)


def errors_are_typed(error: CreatorAuditError) -> None:
    assert_type(error.request_id, str | None)
    assert_type(error.resume_cursor, str | None)
    if isinstance(error, APIError):
        assert_type(error.status, int)
        assert_type(error.code, str | None)
        assert_type(error.retry_after, float | None)
        assert_type(error.errors, Sequence[Mapping[str, JSON]])
