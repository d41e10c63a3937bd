"""Finds accounts by id, `@name`, `tiktok:@name` or profile URL.

Ids are used as they are. Handles are looked up in the list of tracked accounts, with one request
for each, or by walking the list once if there are many.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from .._core.urls import Handle, Reference, reference
from . import _safe
from ._click import shown

if TYPE_CHECKING:
    from creatoraudit import CreatorAudit
    from creatoraudit_api.models import Account

METAVAR = "ID|@NAME"
# The arguments by which a list can be filtered.
FILTERS = ("platform", "account_id", "creator_id", "category", "q", "is_active")


class Name(NamedTuple):
    """The display name of something that has an id."""

    platform: str | None
    username: str | None


def looked_up(ca: CreatorAudit, references: Iterable[Reference]) -> Mapping[Handle, Account | None]:
    """Look up the accounts of all handles among the references."""
    from .._sync.handles import accounts_named

    handles = [one for one in references if isinstance(one, Handle)]
    return accounts_named(ca._operations, handles, {}) if handles else {}


def account_ids(ca: CreatorAudit, references: Sequence[Reference]) -> dict[str, Name | None]:
    """The ids of all references, each once, with names for those given by handle.

    Raises:
        NotFoundError: No tracked account has one of the handles.
    """
    from .._sync.handles import unknown

    known = looked_up(ca, references)
    ids: dict[str, Name | None] = {}
    for one in references:
        if not isinstance(one, Handle):
            ids.setdefault(one, None)
            continue
        account = known[one]
        if account is None:
            raise unknown(one)
        ids[account.id] = Name(account.platform, account.username)
    return ids


def account_id(ca: CreatorAudit, text: str) -> str:
    """The id of one account.

    Raises:
        NotFoundError: No tracked account has this handle.
    """
    (found,) = account_ids(ca, [reference(text)])
    return found


def with_account(ca: CreatorAudit, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the account in the filters of a list, if there is one, by its id."""
    filters = dict(arguments)
    if filters.get("account_id") is not None:
        filters["account_id"] = account_id(ca, filters["account_id"])
    return filters


def nothing_passes(ca: CreatorAudit, what: str, filters: Mapping[str, Any]) -> str:
    """Say which filters of a list nothing passes, and why; empty if no filter is given.

    Raises:
        NotFoundError: A filter names an account or a creator that does not exist.
    """
    from .._sync.handles import why_nothing

    given = {name: filters[name] for name in FILTERS if filters.get(name) is not None}
    if not given:
        return ""
    why = why_nothing(ca._operations, given, {})
    said = passed_by_none(what, given)
    return f"{said}: {_safe.line(why)}" if why else said


def passed_by_none(what: str, names: Collection[str]) -> str:
    """Say that nothing passes the filters of these names; empty if none of them is given."""
    typed = " ".join(_typed(names))
    return _safe.line(f"No {what.replace('-', ' ')} pass the filters {typed}") if typed else ""


def _typed(names: Collection[str]) -> Iterator[str]:
    """Options of the running command as they were typed."""
    context = click.get_current_context()
    for option in context.command.params:
        value = context.params.get(option.name or "") if option.name in names else None
        if isinstance(value, bool):
            yield (option.opts if value else option.secondary_opts)[0]
        elif value is not None:
            for one in value if isinstance(value, tuple) else (value,):
                yield f"{shown(option)} {shlex.quote(str(one))}"


def names_in(ca: CreatorAudit, plural: str) -> dict[str, Name]:
    """The names of all items of a list, by id. Reports the number of requests on stderr."""
    requests = 0
    names: dict[str, Name] = {}
    pager = ca.accounts.list() if plural == "accounts" else ca.videos.list()
    pages: Iterator[Any] = pager.pages()
    for page in pages:
        requests += 1
        for item in page.items:
            username = item.username if plural == "accounts" else item.account_username
            names[item.id] = Name(item.platform, username)
    counted = "1 request" if requests == 1 else f"{requests:,} requests"
    click.echo(f"--with-names: read the list of {plural} in {counted}", err=True)
    return names
