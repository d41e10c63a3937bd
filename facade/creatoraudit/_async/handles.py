"""Finds the tracked accounts of handles, creators and categories in the list of accounts.

The filter `q` of the list matches any part of a username, so whole usernames are compared here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from creatoraudit_api import operations as api

from .._core.arguments import resource_ids, several
from .._core.text import one_line
from .._core.urls import Handle, reference
from ..errors import NotFoundError, UsageError
from .pager import AsyncPageFetcher

if TYPE_CHECKING:
    from uuid import UUID

    from creatoraudit_api.models import Account

    from .._core.options import RequestCounter, RequestOptions
    from .operations import AsyncOperations

# More handles than this are looked up in the whole list instead of with one request each.
MOST_REQUESTS = 20
# Number of categories that a message names.
_SHOWN = 10


class AccountFilters(NamedTuple):
    """Filters by account, creator and category; an account must pass all that are given."""

    accounts: tuple[str, ...]
    creators: tuple[str, ...]
    categories: tuple[str, ...]

    @classmethod
    def of(
        cls,
        accounts: Iterable[UUID | str] | None,
        creators: Iterable[UUID | str] | None,
        categories: Iterable[str] | None,
    ) -> AccountFilters:
        """Make the filters from arguments.

        Raises:
            UsageError: An argument is not a list, an account is neither an id nor a handle, or a
                creator is not an id.
        """
        given = cls(
            tuple(str(one) for one in several(() if accounts is None else accounts)),
            tuple(resource_ids(() if creators is None else creators, "creators")),
            tuple(several(() if categories is None else categories)),
        )
        for one in given.accounts:
            reference(one)
        return given


async def accounts_of(
    operations: AsyncOperations,
    filters: AccountFilters,
    options: RequestOptions,
    counter: RequestCounter | None = None,
) -> frozenset[str] | None:
    """Find the ids of the accounts that pass the filters; None if no filter is given.

    Raises:
        NotFoundError: No tracked account has one of the handles or categories, or a creator does
            not exist.
    """
    sets: list[set[str]] = []
    if filters.accounts:
        references = [reference(one) for one in filters.accounts]
        handles = [one for one in references if isinstance(one, Handle)]
        known = await accounts_named(operations, handles, options, counter)
        ids = {one for one in references if isinstance(one, str)}
        for one, account in known.items():
            if account is None:
                raise unknown(one)
            ids.add(account.id)
        sets.append(ids)
    for name, values in (("creator_id", filters.creators), ("category", filters.categories)):
        found: set[str] = set()
        for value in values:
            chosen = {name: value}
            listed = await _listed(operations, chosen, options, counter)
            if not listed and (why := await why_nothing(operations, chosen, options, counter)):
                raise _not_found(why)
            found.update(one.id for some in listed.values() for one in some)
        if values:
            sets.append(found)
    return frozenset(set.intersection(*sets)) if sets else None


async def why_nothing(
    operations: AsyncOperations,
    filters: Mapping[str, object],
    options: RequestOptions,
    counter: RequestCounter | None = None,
) -> str:
    """Find out why nothing passes the filters of a list; empty if there is no special reason.

    Raises:
        NotFoundError: A filter names an account or a creator that does not exist.
    """
    for name in ("account_id", "creator_id"):
        if filters.get(name) is not None:
            operation = api.get_account if name == "account_id" else api.get_creator
            await operations.invoke(operation, {name: filters[name]}, options, counter=counter)
    category = filters.get("category")
    if category is None:
        return ""
    accounts = await _listed(operations, {}, options, counter)
    known = {str(one.category) for some in accounts.values() for one in some if one.category}
    return "" if category in known else _no_category(str(category), sorted(known))


def _no_category(category: str, known: list[str]) -> str:
    """Say that no account has a category, and which ones there are."""

    def shown(name: str) -> str:
        return repr(one_line(name, 60))

    said = f"no tracked account has the category {shown(category)}"
    if not known:
        return f"{said}, or any other"
    folded = {one.casefold(): one for one in known}
    near = get_close_matches(category.casefold(), folded, n=1)
    if near:
        said += f" (did you mean {shown(folded[near[0]])}?)"
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"{said}; there is {', '.join(map(shown, known[:_SHOWN]))}{more}"


async def accounts_named(
    operations: AsyncOperations,
    handles: Iterable[Handle],
    options: RequestOptions,
    counter: RequestCounter | None = None,
) -> Mapping[Handle, Account | None]:
    """Find the tracked account of each handle; None if no account is tracked.

    Raises:
        UsageError: A handle without a platform is tracked on more than one platform.
    """
    wanted = list(dict.fromkeys(handles))
    if len(wanted) <= MOST_REQUESTS:
        return {
            one: _chosen(
                one,
                await _listed(
                    operations, {"q": one.username, "platform": one.platform}, options, counter
                ),
            )
            for one in wanted
        }
    accounts = await _listed(operations, {}, options, counter) if wanted else {}
    return {one: _chosen(one, accounts) for one in wanted}


async def _listed(
    operations: AsyncOperations,
    filters: Mapping[str, object],
    options: RequestOptions,
    counter: RequestCounter | None,
) -> Mapping[str, list[Account]]:
    """List accounts and group them by case-folded username."""
    named: dict[str, list[Account]] = {}
    fetcher = AsyncPageFetcher(operations, api.list_accounts, filters, options)
    walk = fetcher.walk()
    while not walk.ended:
        page = (await fetcher.fetch_raw(walk, counter)).page()
        for account in page.items:
            named.setdefault(str(account.username).casefold(), []).append(account)
    return named


def _chosen(handle: Handle, named: Mapping[str, list[Account]]) -> Account | None:
    found = [
        account
        for account in named.get(handle.username.casefold(), ())
        if handle.platform in (None, account.platform)
    ]
    if len({account.platform for account in found}) > 1:
        spellings = " or ".join(f"{account.platform}:@{account.username}" for account in found)
        raise UsageError(f"{handle} is tracked on more than one platform; write {spellings}")
    return found[0] if found else None


def unknown(handle: Handle) -> NotFoundError:
    """Make the error for a handle that no tracked account has."""
    return _not_found(
        f"no tracked account is called {handle}; list the accounts to see usernames, or check that"
        " the key belongs to their organization"
    )


def _not_found(message: str) -> NotFoundError:
    return NotFoundError(message, status=404, headers={}, code="NOT_FOUND")
