# Derived from ../_async/creators.py by scripts/unasync.py; change that file instead.
"""Creators: groups of accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack
from uuid import UUID

from creatoraudit_api import models, operations
from creatoraudit_api.models import CreatorOrder, OrderDirection, Period
from creatoraudit_api.types import JSON, UNSET, Unset

from .._core.arguments import Day, day_arguments
from .._core.options import CreateOptions, RequestOptions
from .._results.creators import CreatorFigures, Link, figures
from .._results.tables import ItemList
from .operations import Operations
from .pager import PageFetcher, Pager

CREATED = 201


class Creators:
    """Groups of accounts, their links, figures and ranking."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def list(
        self,
        *,
        is_active: bool | None = None,
        order_by: CreatorOrder | None = None,
        order_direction: OrderDirection | None = None,
        sort: str | None = None,
        include_total: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> Pager[models.Creator]:
        """List creators with totals over their accounts. Nothing is sent until you iterate.

        Args:
            is_active: Only active (True) or only archived (False) creators.
            order_by: Field to sort by. `"name"` is the only one.
            order_direction: Direction of `order_by`. Defaults to ascending.
            sort: Older form: `name` or `-name`. `order_by` wins.
            include_total: Ask for `total_count` in each page; the server then has to count.
            limit: Items per page, 1 to 200. Defaults to 200.
            cursor: Where to start: `resume_cursor` of an exception or `next_cursor` of a page.
            max_items: Stop after this many items.
            **options: See `RequestOptions`.

        Returns:
            A pager of `Creator`.

        Raises:
            UsageError: An argument is out of bounds.
            CreatorAuditError: On iteration, as described in `creatoraudit.errors`.

        Example:
            >>> for creator in ca.creators.list(is_active=True):
            ...     print(creator.name)

        Docs: https://docs.creatoraudit.com/api-reference/creators/list-creators
        """
        arguments = {
            "is_active": is_active,
            "order_by": order_by,
            "order_direction": order_direction,
            "sort": sort,
            "include_total": include_total,
            "limit": limit,
            "cursor": cursor,
        }
        fetcher = PageFetcher(self._operations, operations.list_creators, arguments, options)
        return Pager(fetcher, max_items)

    def get(self, creator_id: UUID | str, **options: Unpack[RequestOptions]) -> models.Creator:
        """Read one creator.

        Args:
            creator_id: Its id, a UUID.
            **options: See `RequestOptions`.

        Raises:
            UsageError: The id is not a UUID.
            NotFoundError: The organization has no such creator.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> creator = ca.creators.get(creator_id)

        Docs: https://docs.creatoraudit.com/migration
        """
        reply = self._operations.invoke(operations.get_creator, {"creator_id": creator_id}, options)
        return reply.value.data

    def create(
        self,
        name: str,
        *,
        is_active: bool | Unset | None = UNSET,
        metadata: Mapping[str, JSON] | Unset | None = UNSET,
        **options: Unpack[CreateOptions],
    ) -> models.Creator:
        """Create a creator. Add accounts to it with `link`.

        All tries carry the same Idempotency-Key, but the API documents that as best effort: a
        duplicate is still possible.

        Args:
            name: Its name, 1 to 255 characters.
            is_active: False to create it archived.
            metadata: Your own tags: at most 20, with at most 255 characters each.
            **options: See `CreateOptions`.

        Returns:
            The creator.

        Raises:
            UsageError: The name is out of bounds.
            ConflictError: The current state does not allow it.
            InsufficientScopeError: The key lacks the write scope.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> rivals = ca.creators.create("Competitor set")

        Docs: https://docs.creatoraudit.com/api-reference/creators/create-a-creator
        """
        arguments = {"name": name, "is_active": is_active, "metadata": metadata}
        reply = self._operations.invoke(operations.create_creator, arguments, options)
        return reply.value.data

    def update(
        self,
        creator_id: UUID | str,
        *,
        name: str | Unset | None = UNSET,
        is_active: bool | Unset | None = UNSET,
        metadata: Mapping[str, JSON] | Unset | None = UNSET,
        **options: Unpack[RequestOptions],
    ) -> models.Creator:
        """Rename, activate, archive or retag a creator.

        A member that you do not pass stays as it is; None is sent as null.

        Args:
            creator_id: Its id, a UUID.
            name: New name, 1 to 255 characters.
            is_active: True to activate, False to archive. The guides say that its accounts follow.
            metadata: Tags that replace all current ones.
            **options: See `RequestOptions`.

        Returns:
            The updated creator.

        Raises:
            UsageError: The id is not a UUID, or there is nothing to change.
            NotFoundError: The organization has no such creator.
            InsufficientScopeError: The key lacks the write scope.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> ca.creators.update(creator_id, name="Rivals 2027")

        Docs: https://docs.creatoraudit.com/api-reference/creators/update-a-creator
        """
        reply = self._operations.change(
            operations.update_creator,
            {"creator_id": creator_id},
            {"name": name, "is_active": is_active, "metadata": metadata},
            options,
        )
        return reply.value.data

    def pause(self, creator_id: UUID | str, **options: Unpack[RequestOptions]) -> models.Creator:
        """Archive a creator. Same as `update(..., is_active=False)`.

        Example:
            >>> ca.creators.pause(creator_id)

        Docs: https://docs.creatoraudit.com/concepts
        """
        return self._switch(creator_id, options, is_active=False)

    def resume(self, creator_id: UUID | str, **options: Unpack[RequestOptions]) -> models.Creator:
        """Activate a creator. Same as `update(..., is_active=True)`.

        Example:
            >>> ca.creators.resume(creator_id)

        Docs: https://docs.creatoraudit.com/concepts
        """
        return self._switch(creator_id, options, is_active=True)

    def _switch(
        self, creator_id: UUID | str, options: RequestOptions, *, is_active: bool
    ) -> models.Creator:
        path, changes = {"creator_id": creator_id}, {"is_active": is_active}
        operation = operations.update_creator
        return (self._operations.change(operation, path, changes, options)).value.data

    def delete(self, creator_id: UUID | str, **options: Unpack[RequestOptions]) -> None:
        """Delete a creator. The API does not document what happens to its accounts.

        Args:
            creator_id: Its id, a UUID.
            **options: See `RequestOptions`.

        Raises:
            UsageError: The id is not a UUID.
            NotFoundError: The organization has no such creator.
            InsufficientScopeError: The key lacks the write scope.
            NetworkError: No response arrived. The request may have been carried out, so it is
                not retried.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> ca.creators.delete(creator_id)

        Docs: https://docs.creatoraudit.com/migration
        """
        self._operations.invoke(operations.delete_creator, {"creator_id": creator_id}, options)

    def link(
        self,
        creator_id: UUID | str,
        account_id: UUID | str,
        **options: Unpack[RequestOptions],
    ) -> Link:
        """Link a tracked account to a creator. Repeating the call does no harm.

        Args:
            creator_id: The creator's id, a UUID.
            account_id: The account's id, a UUID.
            **options: See `RequestOptions`.

        Returns:
            The link. `created` is True if this call made it, False if it existed already.

        Raises:
            UsageError: An id is not a UUID.
            NotFoundError: The organization has no such creator or account.
            ConflictError: The account belongs to another creator; unlink it there first.
            InsufficientScopeError: The key lacks the write scope.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> (ca.creators.link(creator_id, account_id)).created

        Docs: https://docs.creatoraudit.com/api-reference/creators/link-an-account-to-a-creator
        """
        ids = {"creator_id": creator_id, "account_id": account_id}
        reply = self._operations.invoke(operations.link_account, ids, options)
        return Link(created=reply.status == CREATED, record=reply.value.data)

    def unlink(
        self,
        creator_id: UUID | str,
        account_id: UUID | str,
        **options: Unpack[RequestOptions],
    ) -> None:
        """Unlink an account from a creator.

        Args:
            creator_id: The creator's id, a UUID.
            account_id: The account's id, a UUID.
            **options: See `RequestOptions`.

        Raises:
            UsageError: An id is not a UUID.
            NotFoundError: The organization has no such creator or account.
            InsufficientScopeError: The key lacks the write scope.
            NetworkError: No response arrived. The request may have been carried out, so it is
                not retried.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> ca.creators.unlink(creator_id, account_id)

        Docs: https://docs.creatoraudit.com/migration
        """
        ids = {"creator_id": creator_id, "account_id": account_id}
        self._operations.invoke(operations.unlink_account, ids, options)

    def top(
        self,
        period: Period | None = None,
        *,
        limit: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> Sequence[models.TopCreator]:
        """List the top creators of a period, best first.

        Args:
            period: `"7d"`, `"30d"` or `"90d"`. Defaults to the server's default.
            limit: Number of creators, 1 to 25. Defaults to 10.
            **options: See `RequestOptions`.

        Returns:
            Objects with an `id`. Read other members by name, such as `creator["name"]`.

        Raises:
            UsageError: An argument is out of bounds.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> [creator.id for creator in ca.creators.top("30d", limit=5)]

        Docs: https://docs.creatoraudit.com/tutorials/creator-leaderboard
        """
        arguments = {"period": period, "limit": limit}
        reply = self._operations.invoke(operations.top_creators, arguments, options)
        return ItemList(reply.value.data, "TopCreator")

    def analytics(
        self,
        creator_id: UUID | str,
        start_date: Day | None = None,
        end_date: Day | None = None,
        **options: Unpack[RequestOptions],
    ) -> CreatorFigures:
        """Read the figures of a creator between two days, summed over its accounts.

        Args:
            creator_id: Its id, a UUID.
            start_date: First UTC day, included: a date, an aware datetime or an ISO 8601 string.
            end_date: Last UTC day, included.
            **options: See `RequestOptions`.

        Returns:
            One row per day, or a single row if the server sends a total. Members are as sent.

        Raises:
            UsageError: The id is not a UUID, or the days are not valid.
            NotFoundError: The organization has no such creator.
            ContractError: The response is neither a list of objects nor an object.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> for day in ca.creators.analytics(creator_id, "2026-05-16", "2026-06-15"):
            ...     print(day["date"], day["views"])

        Docs: https://docs.creatoraudit.com/tutorials/creator-leaderboard
        """
        arguments = {"creator_id": creator_id, **day_arguments(start_date, end_date)}
        operation = operations.creator_analytics
        reply = self._operations.invoke(operation, arguments, options)
        return figures(reply.value.data, operation.name, reply.request_id)
