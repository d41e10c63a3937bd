"""Creators: groups of accounts, their links and their ranking."""

from __future__ import annotations

import json
from typing import Final

from .. import views
from .._types import Json, JsonObject
from ..database import Row
from ..problems import not_found
from ..rows import CreatorRow
from ..texts import write
from . import periods
from ._base import Call, Filters, Result, Sorting, conflict, created, find, page, single, tags

_MOST_RANKED: Final = 10
_SORTING: Final = Sorting(("name",), descending=False)


def list_creators(call: Call) -> Result:
    """List creators by name."""
    filters = Filters(call)
    filters.is_active()
    return page(
        call,
        "creators",
        filters,
        _SORTING,
        lambda rows: [write(each) for each in _shown(call, call.store.rows("creators", rows))],
    )


def _shown(call: Call, rows: list[Row]) -> list[JsonObject]:
    linked = call.store.linked_accounts([row["n"] for row in rows])
    return [views.creator(row, linked.get(row["n"], [])) for row in rows]


def get_creator(call: Call) -> Result:
    """Return one creator."""
    return single(_shown(call, [find(call, "creators")])[0])


def create_creator(call: Call) -> Result:
    """Create a creator; names need not be unique."""
    store, body = call.store, call.body
    with store.write():
        n = store.next_row("creators")
        row = CreatorRow(
            n,
            store.world.new_id("creator", n),
            str(call.required("name")),
            int(body.get("is_active") is not False),
            _written(tags(body)),
        )
        store.add("creators", row)
    shown = store.get("creators", row.id)
    assert shown is not None
    return created(_shown(call, [shown])[0], f"{call.base_url}/creators/{row.id}")


def _written(metadata: Json) -> str | None:
    return None if metadata is None else json.dumps(metadata)


def update_creator(call: Call) -> Result:
    """Rename, activate, archive or re-tag a creator.

    A null name or is_active changes nothing; null metadata removes all tags. Changing is_active
    does the same to every linked account.
    """
    row = find(call, "creators")
    store, body = call.store, call.body
    changes: dict[str, str | int | None] = {}
    name, active = body.get("name"), body.get("is_active")
    if isinstance(name, str):
        changes["name"] = name
    if "metadata" in body:
        changes["metadata"] = _written(tags(body))
    if isinstance(active, bool):
        changes["is_active"] = int(active)
    with store.write():
        if changes:
            store.set("creators", row["n"], **changes)
        if isinstance(active, bool):
            for account in store.accounts_of(row["n"]):
                store.activate("accounts", account, active, call.now)
    return get_creator(call)


def delete_creator(call: Call) -> Result:
    """Delete a creator; its accounts stay, unlinked."""
    row = find(call, "creators")
    with call.store.write():
        call.store.remove_creator(row["n"])
    return Result(status=204)


def link_account(call: Call) -> Result:
    """Link an account: 201, then 200; 409 when it belongs to another creator."""
    creator, account = find(call, "creators"), find(call, "accounts")
    record: JsonObject = {"creator_id": creator["id"], "account_id": account["id"]}
    if account["creator"] == creator["n"]:
        return single(record)
    if account["creator"] is not None:
        raise conflict("This account is linked to another creator; unlink it there first.")
    with call.store.write():
        call.store.set("accounts", account["n"], creator=creator["n"])
    location = f"{call.base_url}/creators/{creator['id']}/accounts/{account['id']}"
    return created(record, location)


def unlink_account(call: Call) -> Result:
    """Unlink an account; 404 when it is not linked to this creator."""
    creator, account = find(call, "creators"), find(call, "accounts")
    if account["creator"] != creator["n"]:
        raise not_found("Link")
    with call.store.write():
        call.store.set("accounts", account["n"], creator=None)
    return Result(status=204)


def top_creators(call: Call) -> Result:
    """Creators by the views their accounts' posts gained in the period, then by name."""
    span = periods.preset(call.text("period") or "7d", call.now)
    gained = call.store.figures.views_by_creator(span.start, span.end)
    rows = call.store.creators()
    ranked = sorted(rows, key=lambda row: (-gained.get(row["n"], 0), row["name"], row["n"]))
    data: list[Json] = [
        {"id": row["id"], "name": row["name"], "rank": rank, "views": gained.get(row["n"], 0)}
        for rank, row in enumerate(ranked[: call.integer("limit", _MOST_RANKED)], start=1)
    ]
    return Result({"data": data})
