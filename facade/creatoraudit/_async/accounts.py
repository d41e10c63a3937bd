"""Tracked accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Unpack
from uuid import UUID

from creatoraudit_api import models, operations
from creatoraudit_api.models import AccountOrder, MetricsPeriod, OrderDirection, Platform
from creatoraudit_api.types import UNSET, Unset

from .._core.arguments import Day, period_arguments, resource_id, resource_ids
from .._core.options import CreateOptions, RequestOptions, WaitOptions
from .._core.urls import profile, text_of
from .._results.metrics import Metrics
from .batch import AsyncParts
from .metrics import AsyncMetricsJob
from .operations import AsyncOperations
from .pager import AsyncPageFetcher, AsyncPager
from .wait import wait_until_refreshed


class AsyncAccounts:
    """Tracked Instagram and TikTok profiles."""

    def __init__(self, operations: AsyncOperations) -> None:
        self._operations = operations

    def list(
        self,
        *,
        platform: Platform | None = None,
        creator_id: UUID | str | None = None,
        category: str | None = None,
        is_active: bool | None = None,
        q: str | None = None,
        order_by: AccountOrder | None = None,
        order_direction: OrderDirection | None = None,
        sort: str | None = None,
        include_total: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[models.Account]:
        """List tracked accounts. Nothing is sent until you iterate.

        An account is listed only if it matches every filter.

        Args:
            platform: Only accounts of this platform.
            creator_id: Only accounts that are linked to this creator.
            category: Only accounts of this category.
            is_active: Only active (True) or only paused (False) accounts.
            q: Only accounts whose username contains this text, regardless of case.
            order_by: Field to sort by. Defaults to newest added first.
            order_direction: Direction of `order_by`. Defaults to the server's default.
            sort: Older form: one signed field name, such as `-added_at`. `order_by` wins.
            include_total: Ask for `total_count` in each page; the server then has to count.
            limit: Items per page, 1 to 200. Defaults to 200.
            cursor: Where to start: `resume_cursor` of an exception or `next_cursor` of a page.
            max_items: Stop after this many items.
            **options: See `RequestOptions`.

        Returns:
            A pager of `Account`.

        Raises:
            UsageError: An argument is out of bounds.
            ValidationError: On iteration, for example for a cursor of another filter or sort.
            CreatorAuditError: On iteration, as described in `creatoraudit.errors`.

        Example:
            >>> async for account in ca.accounts.list(platform="instagram", max_items=3):
            ...     print(account.username, account.follower_count)

        Docs: https://docs.creatoraudit.com/api-reference/accounts/list-tracked-accounts
        """
        arguments = {
            "platform": platform,
            "creator_id": creator_id,
            "category": category,
            "is_active": is_active,
            "q": q,
            "order_by": order_by,
            "order_direction": order_direction,
            "sort": sort,
            "include_total": include_total,
            "limit": limit,
            "cursor": cursor,
        }
        fetcher = AsyncPageFetcher(self._operations, operations.list_accounts, arguments, options)
        return AsyncPager(fetcher, max_items)

    async def get(
        self, account_id: UUID | str, **options: Unpack[RequestOptions]
    ) -> models.Account:
        """Read one tracked account.

        Args:
            account_id: Its id, a UUID.
            **options: See `RequestOptions`.

        Raises:
            UsageError: The id is not a UUID.
            NotFoundError: The organization has no such account.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> account = await ca.accounts.get(account_id)

        Docs: https://docs.creatoraudit.com/data-freshness
        """
        reply = await self._operations.invoke(
            operations.get_account, {"account_id": account_id}, options
        )
        return reply.value.data

    async def track(
        self,
        username: str,
        *,
        platform: Platform | None = None,
        category: str | Unset | None = UNSET,
        scrape_interval_hours: int | Unset | None = UNSET,
        **options: Unpack[CreateOptions],
    ) -> models.Account:
        """Start tracking a profile.

        The account exists at once; its first figures follow within seconds (see
        `wait_until_refreshed`). All tries carry the same Idempotency-Key, but the API
        documents that as best effort: a duplicate is still possible, and a ConflictError after a
        retry may mean that the first try succeeded.

        Args:
            username: A profile URL or a handle. A URL tells the platform.
            platform: Platform of the profile. Required with a handle.
            category: Your own label.
            scrape_interval_hours: Hours between refreshes. Defaults to 24.
            **options: See `CreateOptions`.

        Returns:
            The account; `last_scrape_time` is None until the first refresh.

        Raises:
            UsageError: `username` is not a profile URL and `platform` is missing.
            ConflictError: The current state does not allow it, for example a duplicate.
            QuotaExceededError: The organization's account cap is used up.
            InsufficientScopeError: The key lacks the write scope.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> account = await ca.accounts.track("https://www.tiktok.com/@creatoraudit")

        Docs: https://docs.creatoraudit.com/api-reference/accounts/track-an-account.md
        """
        where, name = profile(text_of("username", username), platform)
        arguments = {
            "platform": where,
            "username": name,
            "category": category,
            "scrape_interval_hours": scrape_interval_hours,
        }
        reply = await self._operations.invoke(operations.track_account, arguments, options)
        return reply.value.data

    async def update(
        self,
        account_id: UUID | str,
        *,
        is_active: bool | Unset | None = UNSET,
        **options: Unpack[RequestOptions],
    ) -> models.Account:
        """Change settings of a tracked account.

        Only `is_active` is documented; send other members with `extra_body=`. A member that you
        do not pass stays as it is; None is sent as null.

        Args:
            account_id: Its id, a UUID.
            is_active: True to resume tracking, False to pause it.
            **options: See `RequestOptions`.

        Returns:
            The updated account.

        Raises:
            UsageError: The id is not a UUID, or there is nothing to change.
            NotFoundError: The organization has no such account.
            InsufficientScopeError: The key lacks the write scope.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> await ca.accounts.update(account_id, extra_body={"scrape_interval_hours": 12})

        Docs: https://docs.creatoraudit.com/migration
        """
        reply = await self._operations.change(
            operations.update_account, {"account_id": account_id}, {"is_active": is_active}, options
        )
        return reply.value.data

    async def pause(
        self, account_id: UUID | str, **options: Unpack[RequestOptions]
    ) -> models.Account:
        """Pause tracking an account. Same as `update(..., is_active=False)`.

        Example:
            >>> await ca.accounts.pause(account_id)

        Docs: https://docs.creatoraudit.com/migration
        """
        return await self._switch(account_id, options, is_active=False)

    async def resume(
        self, account_id: UUID | str, **options: Unpack[RequestOptions]
    ) -> models.Account:
        """Resume tracking an account. Same as `update(..., is_active=True)`.

        Example:
            >>> await ca.accounts.resume(account_id)

        Docs: https://docs.creatoraudit.com/migration
        """
        return await self._switch(account_id, options, is_active=True)

    async def _switch(
        self, account_id: UUID | str, options: RequestOptions, *, is_active: bool
    ) -> models.Account:
        path, changes = {"account_id": account_id}, {"is_active": is_active}
        operation = operations.update_account
        return (await self._operations.change(operation, path, changes, options)).value.data

    async def delete(self, account_id: UUID | str, **options: Unpack[RequestOptions]) -> None:
        """Stop tracking an account.

        Args:
            account_id: Its id, a UUID.
            **options: See `RequestOptions`.

        Raises:
            UsageError: The id is not a UUID.
            NotFoundError: The organization has no such account.
            InsufficientScopeError: The key lacks the write scope.
            NetworkError: No response arrived. The request may have been carried out, so it is
                not retried.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> await ca.accounts.delete(account_id)

        Docs: https://docs.creatoraudit.com/migration
        """
        await self._operations.invoke(
            operations.delete_account, {"account_id": account_id}, options
        )

    async def metrics(
        self,
        account_ids: Iterable[UUID | str],
        *,
        period: MetricsPeriod | None = None,
        start_date: Day | None = None,
        end_date: Day | None = None,
        **options: Unpack[RequestOptions],
    ) -> Metrics:
        """Fetch the totals of many accounts over a period.

        Pass any number of ids. They are split into requests of 200 that run side by side; each id
        is sent once.
        The API documents neither the limit nor the body for accounts; both follow the operation
        for videos.

        Args:
            account_ids: Ids, UUIDs.
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
            >>> totals = await ca.accounts.metrics([account.id], period="7d")
            >>> totals[account.id].views

        Docs: https://docs.creatoraudit.com/limits-and-quotas
        """
        parts = self.stream_metrics(
            account_ids, period=period, start_date=start_date, end_date=end_date, **options
        )
        return await parts.collect(Metrics.merged)

    def stream_metrics(
        self,
        account_ids: Iterable[UUID | str],
        *,
        period: MetricsPeriod | None = None,
        start_date: Day | None = None,
        end_date: Day | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncParts[Metrics]:
        """Like `metrics`, but yield one `Metrics` per request as it arrives, in the order given.

        Example:
            >>> async for part in ca.accounts.stream_metrics(account_ids):
            ...     print(len(part))

        Docs: https://docs.creatoraudit.com/limits-and-quotas
        """
        operation = operations.batch_account_metrics
        span = period_arguments(operation, period, start_date, end_date)
        job = AsyncMetricsJob(self._operations, operation, "account_ids", span, options)
        return job.stream(resource_ids(account_ids, "account_id"))

    async def wait_until_refreshed(
        self,
        account_id: UUID | str,
        *,
        timeout: float = 300.0,
        poll: float = 2.0,
        after: dt.datetime | None = None,
        **options: Unpack[WaitOptions],
    ) -> models.Account:
        """Wait for the first refresh of a tracked account, or for the next one.

        Reads the account at growing intervals. Nothing else is changed or blocked.

        Args:
            account_id: Its id, a UUID.
            timeout: Seconds to wait at most, more than 0. The last read may take 5 seconds longer.
            poll: Seconds before the second read, more than 0. Each further pause is 1.5 times as
                long, up to a minute.
            after: Wait for a refresh later than this aware datetime. Defaults to the first refresh.
            **options: See `WaitOptions`; they apply to each read.

        Returns:
            The account as read last, with `last_scrape_time` set.

        Raises:
            WaitTimeout: It was not refreshed in time; `last` is the account as read last.
            UsageError: A number is not positive, or `after` has no time zone.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> account = await ca.accounts.wait_until_refreshed(account.id, timeout=60)

        Docs: https://docs.creatoraudit.com/data-freshness
        """
        one = resource_id(account_id, "account_id")

        async def read(seconds: float) -> models.Account:
            options["retry_budget"] = seconds
            return await self.get(one, **options)

        budget = options.get("retry_budget", self._operations.settings.retry_budget)
        return await wait_until_refreshed(
            read, one, budget=budget, timeout=timeout, poll=poll, after=after
        )
