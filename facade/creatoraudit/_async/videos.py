"""Individually tracked posts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Unpack
from uuid import UUID

from creatoraudit_api import models, operations
from creatoraudit_api.models import MetricsPeriod, OrderDirection, Platform, VideoOrder
from creatoraudit_api.types import JSON, UNSET, Unset

from .._core.arguments import Day, period_arguments, resource_id, resource_ids
from .._core.options import CreateOptions, RequestOptions, WaitOptions
from .._core.urls import post_platform, text_of
from .._results.deltas import DEFAULT_WINDOWS, VideoDeltas
from .._results.metrics import Metrics
from .batch import AsyncParts
from .deltas import AsyncDeltasJob, Via
from .metrics import AsyncMetricsJob
from .operations import AsyncOperations
from .pager import AsyncPageFetcher, AsyncPager
from .wait import wait_until_refreshed


class AsyncVideos:
    """Individually tracked posts."""

    def __init__(self, operations: AsyncOperations) -> None:
        self._operations = operations

    def list(
        self,
        *,
        platform: Platform | None = None,
        account_id: UUID | str | None = None,
        is_active: bool | None = None,
        q: str | None = None,
        order_by: VideoOrder | None = None,
        order_direction: OrderDirection | None = None,
        sort: str | None = None,
        include_total: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[models.Video]:
        """List individually tracked posts with their newest figures.

        Nothing is sent until you iterate. The API documentation only implies `platform`,
        `is_active` and `q` here. The `filters` of a page say whether the server applied them.

        Args:
            platform: Only posts of this platform.
            account_id: Only posts of this account.
            is_active: Only active (True) or only paused (False) posts.
            q: Only posts that contain this text, regardless of case.
            order_by: Field to sort by. Defaults to newest added first.
            order_direction: Direction of `order_by`. Defaults to the server's default.
            sort: Older form: one signed field name, such as `-added_at`. `order_by` wins.
            include_total: Ask for `total_count` in each page; the server then has to count.
            limit: Items per page, 1 to 200. Defaults to 200.
            cursor: Where to start: `resume_cursor` of an exception or `next_cursor` of a page.
            max_items: Stop after this many items.
            **options: See `RequestOptions`.

        Returns:
            A pager of `Video`.

        Raises:
            UsageError: An argument is out of bounds.
            ValidationError: On iteration, for example for a cursor of another filter or sort.
            CreatorAuditError: On iteration, as described in `creatoraudit.errors`.

        Example:
            >>> async for video in ca.videos.list(platform="tiktok", max_items=3):
            ...     print(video.id, video.view_count)

        Docs: https://docs.creatoraudit.com/api-reference/videos/list-tracked-videos
        """
        arguments = {
            "platform": platform,
            "account_id": account_id,
            "is_active": is_active,
            "q": q,
            "order_by": order_by,
            "order_direction": order_direction,
            "sort": sort,
            "include_total": include_total,
            "limit": limit,
            "cursor": cursor,
        }
        fetcher = AsyncPageFetcher(self._operations, operations.list_videos, arguments, options)
        return AsyncPager(fetcher, max_items)

    async def get(self, video_id: UUID | str, **options: Unpack[RequestOptions]) -> models.Video:
        """Read one individually tracked post.

        Args:
            video_id: Its id, a UUID.
            **options: See `RequestOptions`.

        Raises:
            UsageError: The id is not a UUID.
            NotFoundError: The organization has no such video.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> video = await ca.videos.get(video_id)

        Docs: https://docs.creatoraudit.com/data-freshness
        """
        reply = await self._operations.invoke(operations.get_video, {"video_id": video_id}, options)
        return reply.value.data

    async def track(
        self,
        identifier: str | int,
        *,
        platform: Platform | None = None,
        metadata: Mapping[str, JSON] | Unset | None = UNSET,
        is_active: bool | Unset | None = UNSET,
        scrape_interval_hours: int | Unset | None = UNSET,
        **options: Unpack[CreateOptions],
    ) -> models.Video:
        """Start tracking one Instagram post or TikTok video.

        The video exists at once; its first figures follow within seconds (see
        `wait_until_refreshed`). All tries carry the same Idempotency-Key, but the API
        documents that as best effort: a duplicate is still possible, and a ConflictError after a
        retry may mean that the first try succeeded.

        Args:
            identifier: The post's URL, numeric id or Instagram shortcode, 1 to 512 characters. A
                URL tells the platform.
            platform: Platform of the post. Required with an id or a shortcode.
            metadata: Your own tags: at most 20, with at most 255 characters each.
            is_active: False to create it paused.
            scrape_interval_hours: Hours between refreshes, 6 to 720. Defaults to 24.
            **options: See `CreateOptions`.

        Returns:
            The video; `last_scrape_time` is None until the first refresh.

        Raises:
            UsageError: The identifier is not a URL of a platform and `platform` is missing, or a
                value is out of bounds.
            ConflictError: The current state does not allow it, for example a duplicate.
            NotFoundError: The API documents no cause; perhaps the post does not exist.
            ValidationError: The server refuses the identifier or another value.
            InsufficientScopeError: The key lacks the write scope.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> video = await ca.videos.track("https://www.tiktok.com/@user/video/712345")

        Docs: https://docs.creatoraudit.com/api-reference/videos/track-a-video
        """
        text = text_of("identifier", identifier)
        arguments = {
            "platform": post_platform(text, platform),
            "identifier": text,
            "metadata": metadata,
            "is_active": is_active,
            "scrape_interval_hours": scrape_interval_hours,
        }
        reply = await self._operations.invoke(operations.track_video, arguments, options)
        return reply.value.data

    async def update(
        self,
        video_id: UUID | str,
        *,
        is_active: bool | Unset | None = UNSET,
        **options: Unpack[RequestOptions],
    ) -> models.Video:
        """Change settings of a tracked video.

        Only `is_active` is documented; send other members with `extra_body=`. A member that you
        do not pass stays as it is; None is sent as null.

        Args:
            video_id: Its id, a UUID.
            is_active: True to resume tracking, False to pause it.
            **options: See `RequestOptions`.

        Returns:
            The updated video.

        Raises:
            UsageError: The id is not a UUID, or there is nothing to change.
            NotFoundError: The organization has no such video.
            InsufficientScopeError: The key lacks the write scope.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> await ca.videos.update(video_id, extra_body={"scrape_interval_hours": 12})

        Docs: https://docs.creatoraudit.com/migration
        """
        reply = await self._operations.change(
            operations.update_video, {"video_id": video_id}, {"is_active": is_active}, options
        )
        return reply.value.data

    async def pause(self, video_id: UUID | str, **options: Unpack[RequestOptions]) -> models.Video:
        """Pause tracking a post. Same as `update(..., is_active=False)`.

        Example:
            >>> await ca.videos.pause(video_id)

        Docs: https://docs.creatoraudit.com/migration
        """
        return await self._switch(video_id, options, is_active=False)

    async def resume(self, video_id: UUID | str, **options: Unpack[RequestOptions]) -> models.Video:
        """Resume tracking a post. Same as `update(..., is_active=True)`.

        Example:
            >>> await ca.videos.resume(video_id)

        Docs: https://docs.creatoraudit.com/migration
        """
        return await self._switch(video_id, options, is_active=True)

    async def _switch(
        self, video_id: UUID | str, options: RequestOptions, *, is_active: bool
    ) -> models.Video:
        path, changes = {"video_id": video_id}, {"is_active": is_active}
        operation = operations.update_video
        return (await self._operations.change(operation, path, changes, options)).value.data

    async def delete(self, video_id: UUID | str, **options: Unpack[RequestOptions]) -> None:
        """Stop tracking a post.

        Args:
            video_id: Its id, a UUID.
            **options: See `RequestOptions`.

        Raises:
            UsageError: The id is not a UUID.
            NotFoundError: The organization has no such video.
            InsufficientScopeError: The key lacks the write scope.
            NetworkError: No response arrived. The request may have been carried out, so it is
                not retried.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> await ca.videos.delete(video_id)

        Docs: https://docs.creatoraudit.com/glossary
        """
        await self._operations.invoke(operations.delete_video, {"video_id": video_id}, options)

    async def deltas(
        self,
        video_ids: Iterable[UUID | str],
        windows: Iterable[int] = DEFAULT_WINDOWS,
        *,
        via: Via = "post",
        **options: Unpack[RequestOptions],
    ) -> VideoDeltas:
        """Fetch how much the views of posts changed over look-back windows.

        Pass any number of ids. They are split into requests of 200 (50 with `via="get"`) that run
        side by side; each id is sent once. You may include ids of account videos, as the vendor's
        tutorial does. Ids that the server does not know are in `not_found`.

        Args:
            video_ids: Ids, UUIDs.
            windows: Look-back windows in days, 1 to 365, at most 10. Defaults to 1, 7, 14
                and 30.
            via: `"post"`, or `"get"` for a key that may not POST.
            **options: See `RequestOptions`.

        Returns:
            A mapping: `deltas[video.id]["7d"]` is the change, or None if the server sent none.
            `not_found` lists the ids that are not tracked.

        Raises:
            UsageError: An id is not a UUID, or a window is out of range. Nothing was sent.
            InsufficientScopeError: The key may not POST; use `via="get"`.
            ContractError: The response has neither documented shape.
            CreatorAuditError: As described in `creatoraudit.errors`, with `done_ids` and
                `pending_ids`.

        Example:
            >>> deltas = await ca.videos.deltas([video.id], windows=[7])
            >>> deltas[video.id]["7d"]

        Docs: https://docs.creatoraudit.com/api-reference/videos/batch-video-engagement-deltas
        """
        job = AsyncDeltasJob(self._operations, windows, via, options)
        return await job.fetch(resource_ids(video_ids, "video_id"))

    def stream_deltas(
        self,
        video_ids: Iterable[UUID | str],
        windows: Iterable[int] = DEFAULT_WINDOWS,
        *,
        via: Via = "post",
        **options: Unpack[RequestOptions],
    ) -> AsyncParts[VideoDeltas]:
        """Like `deltas`, but yield one `VideoDeltas` per request as it arrives, in the order given.

        Example:
            >>> async for part in ca.videos.stream_deltas(video_ids, windows=[7]):
            ...     print(len(part))

        Docs: https://docs.creatoraudit.com/api-reference/videos/batch-video-engagement-deltas
        """
        job = AsyncDeltasJob(self._operations, windows, via, options)
        return job.stream(resource_ids(video_ids, "video_id"))

    async def metrics(
        self,
        video_ids: Iterable[UUID | str],
        *,
        period: MetricsPeriod | None = None,
        start_date: Day | None = None,
        end_date: Day | None = None,
        **options: Unpack[RequestOptions],
    ) -> Metrics:
        """Fetch the totals of many videos over a period.

        Pass any number of ids. They are split into requests of 200 that run side by side; each id
        is sent once.

        Args:
            video_ids: Ids, UUIDs.
            period: `"7d"`, `"30d"` (the server's default) or `"90d"`; or pass both days.
            start_date: First UTC day, included: a date, an aware datetime or an ISO 8601 string.
            end_date: Last UTC day, included.
            **options: See `RequestOptions`.

        Returns:
            A mapping from id to totals, with `not_found` and the period as the server resolved it.

        Raises:
            UsageError: An id is not a UUID, or the period is not valid. Nothing was sent.
            ContractError: The response is not a map of totals.
            CreatorAuditError: As described in `creatoraudit.errors`, with `done_ids` and
                `pending_ids`.

        Example:
            >>> totals = await ca.videos.metrics([video.id], period="7d")
            >>> totals[video.id].views

        Docs: https://docs.creatoraudit.com/api-reference/analytics/batch-windowed-video-metrics
        """
        parts = self.stream_metrics(
            video_ids, period=period, start_date=start_date, end_date=end_date, **options
        )
        return await parts.collect(Metrics.merged)

    def stream_metrics(
        self,
        video_ids: Iterable[UUID | str],
        *,
        period: MetricsPeriod | None = None,
        start_date: Day | None = None,
        end_date: Day | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncParts[Metrics]:
        """Like `metrics`, but yield one `Metrics` per request as it arrives, in the order given.

        Example:
            >>> async for part in ca.videos.stream_metrics(video_ids):
            ...     print(len(part))

        Docs: https://docs.creatoraudit.com/api-reference/analytics/batch-windowed-video-metrics
        """
        operation = operations.batch_video_metrics
        span = period_arguments(operation, period, start_date, end_date)
        job = AsyncMetricsJob(self._operations, operation, "video_ids", span, options)
        return job.stream(resource_ids(video_ids, "video_id"))

    async def wait_until_refreshed(
        self,
        video_id: UUID | str,
        *,
        timeout: float = 300.0,
        poll: float = 2.0,
        after: dt.datetime | None = None,
        **options: Unpack[WaitOptions],
    ) -> models.Video:
        """Wait for the first refresh of a tracked video, or for the next one.

        Reads the video at growing intervals. Nothing else is changed or blocked.

        Args:
            video_id: Its id, a UUID.
            timeout: Seconds to wait at most, more than 0. The last read may take 5 seconds longer.
            poll: Seconds before the second read, more than 0. Each further pause is 1.5 times as
                long, up to a minute.
            after: Wait for a refresh later than this aware datetime. Defaults to the first refresh.
            **options: See `WaitOptions`; they apply to each read.

        Returns:
            The video as read last, with `last_scrape_time` set.

        Raises:
            WaitTimeout: It was not refreshed in time; `last` is the video as read last.
            UsageError: A number is not positive, or `after` has no time zone.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> video = await ca.videos.wait_until_refreshed(video.id, timeout=60)

        Docs: https://docs.creatoraudit.com/data-freshness
        """
        one = resource_id(video_id, "video_id")

        async def read(seconds: float) -> models.Video:
            options["retry_budget"] = seconds
            return await self.get(one, **options)

        budget = options.get("retry_budget", self._operations.settings.retry_budget)
        return await wait_until_refreshed(
            read, one, budget=budget, timeout=timeout, poll=poll, after=after
        )
