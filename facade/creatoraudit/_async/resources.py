"""The API's resources. Each method names its arguments and leaves the rest to the operation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, TypeAlias
from uuid import UUID

from creatoraudit_api import operations

from .._deltas import DEFAULT_WINDOWS, VideoDeltas
from .._options import RequestOptions
from .._prepare import resource_id
from .deltas import AsyncDeltas, Via
from .pager import AsyncPager

if TYPE_CHECKING:
    from typing import Unpack

    from creatoraudit_api.models import AccountVideo, Video

    from .caller import AsyncCaller

Platform: TypeAlias = Literal["instagram", "tiktok"]
Direction: TypeAlias = Literal["asc", "desc"]
VideoOrder: TypeAlias = Literal["added_at", "create_time", "view_count", "like_count", "play_count"]


class AsyncVideos:
    """Posts that are tracked one by one."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        platform: Platform | None = None,
        account_id: UUID | str | None = None,
        is_active: bool | None = None,
        q: str | None = None,
        order_by: VideoOrder | None = None,
        order_direction: Direction | None = None,
        sort: str | None = None,
        include_total: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[Video]:
        """List individually tracked posts with their newest figures; nothing is sent yet.

        Args:
            platform: Only posts of this platform.
            account_id: Only posts of this account.
            is_active: Only active (True) or only paused (False) posts.
            q: Only posts with this text, regardless of case.
            order_by: Field to sort by; newest added first when absent.
            order_direction: Direction of `order_by`; the server's default when absent.
            sort: The older way, one signed field name such as `-added_at`; `order_by` wins.
            include_total: Have each page tell `total_count`, at the price of a count.
            limit: Items per page, 1 to 200; 200 when absent.
            cursor: Where to start: the `resume_cursor` of an exception or `next_cursor` of a page.
            max_items: End the walk after this many items.
            **options: See `RequestOptions`.

        Returns:
            A pager of `Video`.

        Raises:
            UsageError: An argument is out of bounds.
            ValidationError: On iteration: a cursor of another filter or sort, among others.
            CreatorAuditError: On iteration, as described in `creatoraudit.errors`.

        Example:
            >>> async for video in ca.videos.list(platform="tiktok", max_items=3):
            ...     print(video.id, video.view_count)

        Docs: https://docs.creatoraudit.com/api-reference/videos/list-tracked-videos
        """
        source = self._caller._pages(
            operations.list_videos,
            {
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
            },
            options,
        )
        return AsyncPager(source, max_items)

    async def get(self, video_id: UUID | str, **options: Unpack[RequestOptions]) -> Video:
        """Read one individually tracked post.

        Args:
            video_id: Its id, a UUID.
            **options: See `RequestOptions`.

        Raises:
            UsageError: The id is no UUID.
            NotFoundError: The organization does not track it.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> video = await ca.videos.get("3c90c3cc-0d44-4b50-8888-8dd25736052a")

        Docs: https://docs.creatoraudit.com/data-freshness
        """
        reply = await self._caller._invoke(operations.get_video, {"video_id": video_id}, options)
        return reply.value.data

    async def deltas(
        self,
        video_ids: Iterable[UUID | str],
        windows: Iterable[int] = DEFAULT_WINDOWS,
        *,
        via: Via = "post",
        **options: Unpack[RequestOptions],
    ) -> VideoDeltas:
        """Ask by how much the views of posts changed over look-back windows.

        Any number of ids: they are split into requests of 200 (50 with `via="get"`), sent side by
        side, each id once. Ids of account videos are taken as well.

        Args:
            video_ids: Ids, UUIDs.
            windows: Look-back windows in days, 1 to 365, at most 10.
            via: `"post"`, or `"get"` for a key that may not POST.
            **options: See `RequestOptions`.

        Returns:
            A mapping: `deltas[video.id]["7d"]` is the change, None where the server sent none;
            `not_found` lists the ids that are not tracked.

        Raises:
            UsageError: An id is no UUID, or a window is out of range; nothing was sent.
            InsufficientScopeError: The key may not POST; use `via="get"`.
            ContractError: The answer has neither documented shape.
            CreatorAuditError: As described in `creatoraudit.errors`, with `done_ids` and
                `pending_ids`.

        Example:
            >>> deltas = await ca.videos.deltas([video.id], windows=[7])
            >>> deltas[video.id]["7d"]

        Docs: https://docs.creatoraudit.com/api-reference/videos/batch-video-engagement-deltas
        """
        asking = AsyncDeltas(self._caller._core, windows, via, options)
        return await asking.ask_all([resource_id(one, "video_id") for one in video_ids])


class AsyncAccountVideos:
    """Posts that were found through tracked accounts."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    def list(
        self,
        *,
        platform: Platform | None = None,
        include_total: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[AccountVideo]:
        """List posts found through tracked accounts; nothing is sent yet.

        Args:
            platform: Only posts of this platform. The documentation only implies this filter: look
                at `filters` of a page to see whether the server applied it.
            include_total: Have each page tell `total_count`, at the price of a count.
            limit: Items per page, 1 to 200; 200 when absent.
            cursor: Where to start: the `resume_cursor` of an exception or `next_cursor` of a page.
            max_items: End the walk after this many items.
            **options: See `RequestOptions`.

        Returns:
            A pager of `AccountVideo`.

        Raises:
            UsageError: An argument is out of bounds.
            CreatorAuditError: On iteration, as described in `creatoraudit.errors`.

        Example:
            >>> newest = await ca.account_videos.list().first()

        Docs: https://docs.creatoraudit.com/tutorials/viral-posts
        """
        source = self._caller._pages(
            operations.list_account_videos,
            {
                "platform": platform,
                "include_total": include_total,
                "limit": limit,
                "cursor": cursor,
            },
            options,
        )
        return AsyncPager(source, max_items)
