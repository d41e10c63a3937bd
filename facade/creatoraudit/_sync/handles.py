# Derived from ../_async/handles.py by scripts/unasync.py; change that file instead.
"""From handles and profile URLs to tracked accounts, by the list of accounts.

The list's filter `q` matches any part of a username, so what comes is compared as a whole here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from creatoraudit_api import operations

from .._core.urls import Handle
from ..errors import NotFoundError, UsageError
from .pager import PageFetcher, Pager

if TYPE_CHECKING:
    from creatoraudit_api.models import Account

    from .._core.options import RequestOptions
    from .operations import Operations

# More handles than this are looked up by one walk of the whole list instead of a request each.
MOST_REQUESTS = 20


def accounts_named(
    sending: Operations, handles: Iterable[Handle], options: RequestOptions
) -> Mapping[Handle, Account | None]:
    """The tracked account of each handle; None where there is none.

    Raises:
        UsageError: A handle without a platform is tracked on more than one.
    """
    wanted = list(dict.fromkeys(handles))
    if len(wanted) <= MOST_REQUESTS:
        return {
            one: _chosen(
                one,
                _listed(sending, {"q": one.username, "platform": one.platform}, options),
            )
            for one in wanted
        }
    accounts = _listed(sending, {}, options)
    return {one: _chosen(one, accounts) for one in wanted}


def _listed(
    sending: Operations, filters: Mapping[str, object], options: RequestOptions
) -> Mapping[str, list[Account]]:
    """The accounts of a list, by their usernames regardless of case."""
    named: dict[str, list[Account]] = {}
    fetcher = PageFetcher(sending, operations.list_accounts, filters, options)
    for account in Pager(fetcher):
        if isinstance(account.username, str):
            named.setdefault(account.username.casefold(), []).append(account)
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
    """What to raise where an account is needed and none is tracked under that handle."""
    return NotFoundError(
        f"no tracked account is called {handle}; list them to see their usernames, or check that"
        " the key belongs to their organization",
        status=404,
        headers={},
        code="NOT_FOUND",
    )
