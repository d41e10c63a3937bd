# Derived from ../_async/account_videos.py by scripts/unasync.py; change that file instead.
"""Posts found through tracked accounts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Unpack

from creatoraudit_api import models, operations
from creatoraudit_api.models import MetricsPeriod, Platform

from .._core.arguments import Day, as_int, period_arguments, several
from .._core.options import RequestOptions
from .._results.metrics import AccountVideoMetrics
from ..errors import UsageError
from .batch import Chunk, Parts
from .metrics import MetricsJob
from .operations import Operations
from .pager import PageFetcher, Pager


class AccountVideos:
    """Posts that were found through tracked accounts."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def list(
        self,
        *,
        platform: Platform | None = None,
        include_total: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> Pager[models.AccountVideo]:
        """List posts found through tracked accounts. Nothing is sent until you iterate.

        Args:
            platform: Only posts of this platform. The API documentation only implies this filter;
                the `filters` of a page say whether the server applied it.
            include_total: Ask for `total_count` in each page; the server then has to count.
            limit: Items per page, 1 to 200. Defaults to 200.
            cursor: Where to start: `resume_cursor` of an exception or `next_cursor` of a page.
            max_items: Stop after this many items.
            **options: See `RequestOptions`.

        Returns:
            A pager of `AccountVideo`.

        Raises:
            UsageError: An argument is out of bounds.
            CreatorAuditError: On iteration, as described in `creatoraudit.errors`.

        Example:
            >>> newest = ca.account_videos.list().first()

        Docs: https://docs.creatoraudit.com/tutorials/viral-posts
        """
        arguments = {
            "platform": platform,
            "include_total": include_total,
            "limit": limit,
            "cursor": cursor,
        }
        fetcher = PageFetcher(self._operations, operations.list_account_videos, arguments, options)
        return Pager(fetcher, max_items)

    def metrics(
        self,
        *,
        instagram: Iterable[int] = (),
        tiktok: Iterable[int] = (),
        period: MetricsPeriod | None = None,
        start_date: Day | None = None,
        end_date: Day | None = None,
        **options: Unpack[RequestOptions],
    ) -> AccountVideoMetrics:
        """Fetch the totals of many account videos over a period.

        Integer ids of the two platforms may be equal, so each platform has its own requests and
        each row of the result names platform and id. Pass any number of ids. They are split into
        requests of 200 that run side by side; each id is sent once. The API does not document where
        these ids come from.

        Args:
            instagram: Internal integer ids of Instagram posts.
            tiktok: Internal integer ids of TikTok videos.
            period: `"7d"`, `"30d"` (the server's default) or `"90d"`; or pass both days.
            start_date: First UTC day, included: a date, an aware datetime or an ISO 8601 string.
            end_date: Last UTC day, included.
            **options: See `RequestOptions`.

        Returns:
            Rows in the order of the ids, Instagram first, and `not_found`.

        Raises:
            UsageError: An id is not an integer, or the period is not valid. Nothing was sent.
            ContractError: The response is not a map of totals.
            CreatorAuditError: As described in `creatoraudit.errors`, with `done_ids` and
                `pending_ids` of the platform whose request failed.

        Example:
            >>> for row in ca.account_videos.metrics(tiktok=[712345], period="7d"):
            ...     print(row.platform, row.id, row.totals.views)

        Docs: https://docs.creatoraudit.com/api-reference/analytics/batch-windowed-account-video-metrics
        """
        parts = self.stream_metrics(
            instagram=instagram,
            tiktok=tiktok,
            period=period,
            start_date=start_date,
            end_date=end_date,
            **options,
        )
        return parts.collect(AccountVideoMetrics.merged)

    def stream_metrics(
        self,
        *,
        instagram: Iterable[int] = (),
        tiktok: Iterable[int] = (),
        period: MetricsPeriod | None = None,
        start_date: Day | None = None,
        end_date: Day | None = None,
        **options: Unpack[RequestOptions],
    ) -> Parts[AccountVideoMetrics]:
        """Like `metrics`, but yield one `AccountVideoMetrics` per request as it arrives.

        Example:
            >>> for part in ca.account_videos.stream_metrics(tiktok=[712345]):
            ...     print(len(part))

        Docs: https://docs.creatoraudit.com/api-reference/analytics/batch-windowed-account-video-metrics
        """
        operation = operations.batch_account_video_metrics
        span = period_arguments(operation, period, start_date, end_date)
        lists: tuple[tuple[Platform, str, list[int]], ...] = (
            ("instagram", "instagram_post_ids", _integers(instagram, "instagram")),
            ("tiktok", "tiktok_video_ids", _integers(tiktok, "tiktok")),
        )

        def chunks(
            platform: Platform, id_list: str, ids: list[int]
        ) -> Iterable[Chunk[AccountVideoMetrics]]:
            job = MetricsJob(self._operations, operation, id_list, span, options)

            def ask(part: list[int]) -> AccountVideoMetrics:
                return AccountVideoMetrics.of(platform, job.ask(part))

            return job.chunks(ids, ask)

        return Parts(
            chain.from_iterable(chunks(*one) for one in lists),
            concurrency=self._operations.side_by_side(),
            repeatable=True,
        )


def _integers(ids: Iterable[int], name: str) -> list[int]:
    checked: list[int] = []
    given: Iterable[object] = several(ids)
    for one in given:
        number = as_int(one)
        if number is None:
            raise UsageError(f"{name} takes internal integer ids, not {one!r:.60}")
        checked.append(number)
    return checked
