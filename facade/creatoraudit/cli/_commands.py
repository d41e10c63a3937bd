"""`creatoraudit accounts|videos|account-videos|creators ...`: one implementation per verb.

This module implements the verbs and their output. The differences between the resources are in the
table of `_resource`, and the limits of the API in the table of the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from . import _options
from ._accounts import METAVAR, account_id, nothing_passes, with_account
from ._analytics import analytics
from ._changes import OUTCOMES, each
from ._click import Group, Renamed, Whole, in_options
from ._connect import Connection
from ._options import command, examples, from_contract, given
from ._output import Column, Output, Shape, counting, resumable
from ._resource import ACCOUNT_VIDEOS, ACCOUNTS, CREATORS, OTHER_ID, SAMPLE_ID, VIDEOS, Resource
from ._track import track

if TYPE_CHECKING:
    from creatoraudit import CreatorAudit
    from creatoraudit_api.types import ReadModel

_PAGING = (
    click.option(
        "--limit",
        "--max-items",
        "max_items",
        cls=Renamed,
        type=Whole(1),
        metavar="N",
        help="Print at most N; default all.",
    ),
    click.option(
        "--cursor", metavar="CURSOR", help="Resume a list that failed, with the cursor it printed."
    ),
)
_LINK = Shape(
    names=("creator_id", "account_id", "created"),
    columns={
        "creator_id": Column("creator"),
        "account_id": Column("account"),
        "created": Column("linked just now"),
    },
)


def _list(resource: Resource) -> click.Command:
    filters = resource.options("list")
    operation = resource.operation("list")
    most = operation.page_limit or 1

    def run(
        to: Output,
        max_items: int | None,
        limit: int | None,
        cursor: str | None,
        **options: object,
    ) -> None:
        with (
            to.rows(resource.shape) as rows,
            Connection.of(options).client() as ca,
            counting(resource.plural, beside_rows=True) as done,
        ):
            chosen = with_account(ca, given(options, tuple(filters)))
            pager = resource.of(ca).list(
                limit=limit or min(max_items or most, most), cursor=cursor, **chosen
            )
            left = max_items
            for page in resumable(pager.pages(), cursor, "--cursor {}"):
                items = page.items[:left]
                rows.write(item.to_dict() for item in items)
                done.advance(len(items))
                if left is not None and (left := left - len(items)) == 0:
                    break
                if page.has_next:
                    done.expect(lambda: _at_most(max_items, pager.total_count()))
            if not rows.any:
                rows.explain(nothing_passes(ca, resource.plural, chosen))

    name = resource.plural
    return command(
        "list",
        f"List {name.replace('-', ' ')}.",
        (
            f"creatoraudit {name} list --limit 20",
            f"creatoraudit {name} list --format csv > {name}.csv",
            *(
                [f"creatoraudit {name} list --account-id {OTHER_ID}"]
                if "account_id" in filters
                else []
            ),
        ),
        run,
        *filters.values(),
        *_PAGING,
        from_contract(
            operation,
            "limit",
            "Items per request; default as many as possible.",
            "--page-size",
        ),
    )


def _at_most(most: int | None, total: int | None) -> int | None:
    return total if total is None or most is None else min(most, total)


def _get(resource: Resource) -> click.Command:
    def run(to: Output, one: str, **options: object) -> None:
        show = to.one(resource.shape)
        with Connection.of(options).client() as ca:
            found: ReadModel = resource.of(ca).get(_id_of(ca, resource, one))
        show(found.to_dict())

    return command(
        "get",
        f"Show one {resource.one} with all its members.",
        (
            f"creatoraudit {resource.plural} get {SAMPLE_ID}",
            f"creatoraudit {resource.plural} get {SAMPLE_ID} --format json",
        ),
        run,
        click.argument("one", metavar=resource.metavar),
    )


def _create(resource: Resource) -> click.Command:
    # The name is an argument, because every creator needs one.
    settings = {n: option for n, option in resource.options("create").items() if n != "name"}

    def run(to: Output, name: str, **options: object) -> None:
        show = to.one(resource.shape)
        with Connection.of(options).client() as ca:
            made: ReadModel = resource.of(ca).create(name, **given(options, tuple(settings)))
        show(made.to_dict())

    return command(
        "create",
        f"Make a {resource.one}; accounts join it with link.",
        (
            f'creatoraudit {resource.plural} create "Competitor set"',
            f'creatoraudit {resource.plural} create "Summer 2026" --metadata brand=acme',
        ),
        run,
        click.argument("name", metavar="NAME"),
        *settings.values(),
    )


def _update(resource: Resource) -> click.Command:
    settings = resource.options("update")

    def run(to: Output, one: str, others: dict[str, object] | None, **options: object) -> None:
        changes = given(options, tuple(settings))
        if not changes and not others:
            raise click.UsageError(f"nothing to change; add --active, --{resource.paused} or --set")
        if twice := sorted(changes.keys() & (others or {}).keys()):
            option = in_options(f"{twice[0]}=")
            raise click.UsageError(
                f"{option} and --set {twice[0]} are given together; which one is meant?"
            )
        show = to.one(resource.shape)
        with Connection.of(options).client() as ca:
            chosen = _id_of(ca, resource, one)
            changed: ReadModel = resource.of(ca).update(chosen, **changes, extra_body=others or {})
        show(changed.to_dict())

    return command(
        "update",
        f"Change settings of one {resource.one}.",
        (
            f"creatoraudit {resource.plural} update {SAMPLE_ID} --{resource.paused}",
            f"creatoraudit {resource.plural} update {SAMPLE_ID} {resource.change}",
        ),
        run,
        click.argument("one", metavar=resource.metavar),
        *settings.values(),
        click.option(
            "--set",
            "others",
            multiple=True,
            callback=_options.members,
            metavar="NAME=VALUE",
            help="Send another member, which the documentation does not name; repeatable. A value"
            " that is JSON is sent as such, any other as text.",
        ),
    )


def _id_of(ca: CreatorAudit, resource: Resource, typed: str) -> str:
    return account_id(ca, typed) if resource.plural == "accounts" else typed


def _link(to: Output, creator: str, account: str, **options: object) -> None:
    show = to.one(_LINK)
    with Connection.of(options).client() as ca:
        account = account_id(ca, account)
        link = ca.creators.link(creator, account)
    show({"creator_id": creator, "account_id": account, "created": link.created})


def _unlink(to: Output, creator: str, account: str, **options: object) -> None:
    show = to.one(OUTCOMES)
    with Connection.of(options).client() as ca:
        account = account_id(ca, account)
        ca.creators.unlink(creator, account)
    show({"id": account, "outcome": "unlinked"})


def _pair(verb: str, says: str, run: Callable[..., object]) -> click.Command:
    return command(
        verb,
        says,
        (f"creatoraudit creators {verb} {SAMPLE_ID} @acme",),
        run,
        click.argument("creator", metavar="CREATOR_ID"),
        click.argument("account", metavar=f"ACCOUNT_{METAVAR}"),
    )


def _managed(resource: Resource) -> tuple[click.Command, ...]:
    pause, resume = (says.format(f"{resource.plural}") for says in resource.pauses)
    return (
        _list(resource),
        _get(resource),
        _update(resource),
        each(resource, "pause", pause),
        each(resource, "resume", resume),
        each(resource, "delete", f"Delete {resource.plural}.", OUTCOMES),
    )


# Words that people try below a resource, with the right command.
_ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "accounts": {
        "metrics": "creatoraudit metrics accounts ID...",
        "export": "creatoraudit export accounts",
        "create": "creatoraudit accounts track URL",
        "add": "creatoraudit accounts track URL",
    },
    "videos": {
        "deltas": "creatoraudit deltas ID...",
        "metrics": "creatoraudit metrics videos ID...",
        "export": "creatoraudit export videos",
        "create": "creatoraudit videos track URL",
        "add": "creatoraudit videos track URL",
    },
    "account-videos": {
        "deltas": "creatoraudit deltas ID...",
        "metrics": "creatoraudit metrics account-videos ID...",
        "export": "creatoraudit export account-videos",
        "track": "creatoraudit accounts track URL",
    },
    "creators": {
        "top": "creatoraudit leaderboard",
        "export": "creatoraudit export creators",
        "track": "creatoraudit creators create NAME",
        "add": "creatoraudit creators create NAME",
    },
}


def _group(resource: Resource, says: str, *commands: click.Command) -> click.Group:
    return Group(
        resource.plural,
        elsewhere=_ELSEWHERE.get(resource.plural),
        commands={one.name or "": one for one in commands},
        help=says,
        epilog=examples(f"creatoraudit {resource.plural} list --limit 20"),
    )


accounts = _group(
    ACCOUNTS,
    "Instagram and TikTok profiles under tracking.",
    *_managed(ACCOUNTS),
    track(ACCOUNTS),
)
videos = _group(VIDEOS, "Posts that are tracked one by one.", *_managed(VIDEOS), track(VIDEOS))
account_videos = _group(
    ACCOUNT_VIDEOS, "Posts that were found through tracked accounts.", _list(ACCOUNT_VIDEOS)
)
creators = _group(
    CREATORS,
    "Groups of accounts.",
    *_managed(CREATORS),
    _create(CREATORS),
    analytics,
    _pair("link", "Make an account part of a creator; a repetition does no harm.", _link),
    _pair("unlink", "Take an account out of a creator.", _unlink),
)
