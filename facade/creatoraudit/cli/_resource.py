"""Describes the resources in a table: accounts, videos, account videos and creators.

The table has names, columns and help texts of each resource. `_commands` makes commands from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen

from creatoraudit_api import operations

from .._core.arguments import resource_id
from .._core.urls import Reference, reference
from ._accounts import METAVAR
from ._click import Decorator
from ._options import from_contract
from ._output import Column, Shape

if TYPE_CHECKING:
    from creatoraudit import CreatorAudit
    from creatoraudit_api.operations import Operation

# Ids in the examples.
SAMPLE_ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
OTHER_ID = "7d9e1f20-5b6a-4c3d-9e8f-0a1b2c3d4e5f"


@frozen
class Resource:
    """One resource.

    Attributes:
        plural: Name of its command, such as `account-videos`.
        one: A single item, as a word in a sentence.
        model: Name of its model.
        columns: Columns of a table.
        paused: Name of the option for items that are not active.
        pauses: Effects of pausing and resuming, as sentences.
        empty: What to do when there are no items.
        change: An example of an update.
    """

    plural: str
    one: str
    model: str
    columns: Mapping[str, Column]
    paused: str
    pauses: tuple[str, str]
    empty: str
    change: str = "--active"

    def of(self, ca: CreatorAudit) -> Any:
        """The resource of the client. The four share methods, but no type."""
        return getattr(ca, self.plural.replace("-", "_"))

    def reference(self, text: str) -> Reference:
        """Read a typed reference: an id, or the handle of an account.

        Raises:
            UsageError: It is neither.
        """
        return reference(text) if self.plural == "accounts" else resource_id(text, "ID")

    @property
    def metavar(self) -> str:
        """The name of a reference in the usage line."""
        return METAVAR if self.plural == "accounts" else "ID"

    def operation(self, verb: str) -> Operation[Any]:
        """The operation of the contract for a verb."""
        name = self.plural if verb == "list" else self.one
        found: Operation[Any] = getattr(operations, f"{verb}_{name}".replace("-", "_"))
        return found

    @property
    def shape(self) -> Shape:
        """The fields of its rows."""
        model = getattr(import_module("creatoraudit_api.models"), self.model)
        return Shape(
            names=[name for name, _ in model.MEMBERS], columns=self.columns, empty=self.empty
        )

    def options(self, verb: str) -> Mapping[str, Decorator]:
        """Make options for the arguments of an operation."""
        operation = self.operation(verb)
        flags = {"is_active": f"--active/--{self.paused}"}
        says = {**_SAYS, "is_active": f"Active or {self.paused}."}
        if verb == "list":
            says |= {**_FILTERS, "is_active": f"Only those that are active, or {self.paused}."}
        return {
            name: from_contract(operation, name, says[name], flags.get(name))
            for name in (*operation.arguments, *operation.body_members)
            # The id is an argument of the command.
            if name in says and name != f"{self.one}_id"
        }


_FILTERS: Mapping[str, str] = {
    "platform": "One platform only.",
    "account_id": "Those of this account.",
    "creator_id": "Those linked to this creator.",
    "category": "Those with this label.",
    "q": "Those with this text, regardless of case.",
    "order_by": "Sort by this (default newest first, creators by name).",
    "order_direction": "Ascending or descending.",
}
_SAYS: Mapping[str, str] = {
    "platform": "Where it is; the URL of a post or profile says so itself.",
    "category": "A label of your own.",
    "metadata": "A tag of your own; repeatable.",
    "scrape_interval_hours": "Hours between refreshes (default 24).",
    "name": "A new name.",
}


def _accounts_in_all(value: object) -> str:
    return Column("").text(cast("Mapping[str, object]", value).get("total"))


def _from(title: str, width: int) -> Column:
    return Column(title, from_width=width)


_TIMES = {"is_active": _from("active", 120), "last_scrape_time": _from("refreshed", 140)}
_POST: Mapping[str, Column] = {
    "id": _from("id", 70),
    "platform": _from("platform", 50),
    "account_username": Column("account", flexible=True),
    "description": Column("caption", from_width=60, flexible=True),
    "view_count": Column("views", "right"),
    "like_count": Column("likes", "right", from_width=110),
    **_TIMES,
}
_TRACKING = ("Pause the tracking of {}.", "Take the tracking of {} up again.")

ACCOUNTS = Resource(
    plural="accounts",
    one="account",
    model="Account",
    columns={
        "id": _from("id", 70),
        "platform": _from("platform", 50),
        "username": Column("username", flexible=True),
        "follower_count": Column("followers", "right"),
        "view_count": Column("views", "right", from_width=90),
        "creator_name": Column("creator", from_width=110, flexible=True),
        **_TIMES,
    },
    paused="paused",
    pauses=_TRACKING,
    empty="No accounts are tracked here, or none pass the filters;"
    " track one: creatoraudit accounts track URL",
)
VIDEOS = Resource(
    plural="videos",
    one="video",
    model="Video",
    columns=_POST,
    paused="paused",
    pauses=_TRACKING,
    empty="No posts are tracked one by one here, or none pass the filters;"
    " track one: creatoraudit videos track URL",
)
ACCOUNT_VIDEOS = Resource(
    plural="account-videos",
    one="account-video",
    model="AccountVideo",
    columns=_POST,
    paused="paused",
    pauses=("", ""),
    empty="No posts came in through tracked accounts yet, or none pass the filters;"
    " track an account: creatoraudit accounts track URL",
)
CREATORS = Resource(
    plural="creators",
    one="creator",
    model="Creator",
    columns={
        "id": _from("id", 60),
        "name": Column("name", flexible=True),
        "accounts_summary": Column("accounts", "right", show=_accounts_in_all),
        "is_active": _from("active", 70),
    },
    paused="archived",
    pauses=("Archive {}.", "Take {} out of the archive."),
    empty="There are no creators here, or none pass the filters;"
    " make one: creatoraudit creators create NAME",
    change="--name Us",
)
