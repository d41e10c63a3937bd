"""Lists as Arrow: the schema of a list, and its rows as record batches.

    from creatoraudit import CreatorAudit, arrow

    with CreatorAudit() as ca:
        for part in arrow.batches(ca, "videos", windows=[7]):
            print(part.batch.num_rows, part.next_cursor)

Needs the extra: `pip install 'creatoraudit[arrow]'`. A whole list is a table by
`ca.videos.list().to_arrow()`, and whatever reads Arrow streams takes a list itself:
`polars.DataFrame(ca.videos.list())`.

The schema follows the contract and never the data: the members that the contract declares, in its
order, and `additional_members`, JSON of all others. A value of another type than its column's ends
the walk with a `ContractError`; new members and new values of an enumeration never do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias, get_args

from creatoraudit_api import operations

from ._core.arguments import resource_id
from ._core.lazy import LazyModule
from ._core.text import one_line
from ._results.columns import Kind, kinds_of
from ._results.deltas import checked_windows, delta_row
from ._results.pages import Page
from ._results.tables import arrow_schema, pyarrow
from .errors import CreatorAuditError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = LazyModule("pyarrow", optional=True)

__all__ = ["Batch", "List", "batches", "schema"]

List: TypeAlias = Literal["accounts", "videos", "account-videos", "creators"]

_OPERATIONS: Mapping[str, operations.Operation[Any]] = {
    "accounts": operations.list_accounts,
    "videos": operations.list_videos,
    "account-videos": operations.list_account_videos,
    "creators": operations.list_creators,
}
_WITH_DELTAS = ("videos", "account-videos")


class Batch(NamedTuple):
    """Some rows of a list.

    Attributes:
        batch: The rows, a `pyarrow.RecordBatch`.
        next_cursor: Where the list goes on behind them: pass it to `batches` as `cursor=` to resume
            there. None behind the last ones.
    """

    batch: pa.RecordBatch
    next_cursor: str | None


class Client(Protocol):
    """A `CreatorAudit`, as far as it is used here."""

    @property
    def videos(self) -> Any: ...  # no protocol: pyright takes a cached_property for none


def schema(what: List, windows: Iterable[int] = ()) -> pa.Schema:
    """The columns of a list. Nothing is asked of the API.

    Args:
        what: `"accounts"`, `"videos"`, `"account-videos"` or `"creators"`.
        windows: For posts: look-back windows in days, 1 to 365, at most 10; each adds a column
            `delta_<n>d` behind those of the list.

    Returns:
        An Arrow schema of strings, 64-bit integers, doubles, booleans and timestamps (microseconds,
        UTC). Nested members are JSON text, and so is `additional_members`.

    Raises:
        ConfigurationError: pyarrow is not installed.
        UsageError: There is no such list, or it has no such windows.

    Example:
        >>> schema("videos", windows=[7]).names[-2:]
        ['additional_members', 'delta_7d']
    """
    return arrow_schema(_kinds(what, _windows(what, windows)))


def batches(
    client: Client,
    what: List,
    rows: int = 10_000,
    windows: Iterable[int] = (),
    *,
    via: Literal["post", "get"] = "post",
    cursor: str | None = None,
    **filters: Any,
) -> Iterator[Batch]:
    """Walk a list and give its rows as record batches of one schema.

    A batch ends where a page ends. A list that changes while it is walked may repeat an item.

    Args:
        client: Where from; a `CreatorAudit`. It is used, not closed.
        what: As for `schema`.
        rows: Rows of a batch at most; more only where a single page has more.
        windows: As for `schema`. A post whose change is not known has null there.
        via: How changes are asked for: `"post"`, or `"get"` for a key that may not POST.
        cursor: Where to begin: the `next_cursor` of a batch or the `resume_cursor` of an exception.
        **filters: As for the `list` method, for example `platform="tiktok"`.

    Raises:
        ConfigurationError: pyarrow is not installed.
        UsageError: An argument is wrong; nothing was sent.
        ContractError: On iteration: a value is not of its column's type.
        CreatorAuditError: On iteration, as described in `creatoraudit.errors`, with
            `resume_cursor`.

    Example:
        >>> for part in batches(ca, "videos", platform="tiktok"):
        ...     print(part.batch.num_rows, part.next_cursor)
    """
    given: object = rows
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise UsageError(f"rows must be a whole number from 1 on, not {given!r:.40}")
    if "max_items" in filters:
        raise UsageError("batches take whole pages; leave the loop instead of passing max_items=")
    asked = _windows(what, windows)
    fields = schema(what, asked)
    pages = getattr(client, what.replace("-", "_")).list(cursor=cursor, **filters).pages()
    if not isinstance(pages, Iterator):
        raise UsageError("batches takes a CreatorAudit; of an async list, await its to_arrow()")

    def finished(group: Sequence[_Part]) -> Batch:
        library = pyarrow()
        table = library.Table.from_batches([part.batch for part in group])
        if asked:
            ids = [one for part in group for one in part.ids]
            try:
                found = _deltas(client, ids, asked, via)
            except CreatorAuditError as error:
                error.resume_cursor = group[0].cursor
                raise
            for name in fields.names[len(table.schema.names) :]:
                values = [found.get(one, {}).get(name) for one in ids]
                table = table.append_column(name, library.array(values, library.int64()))
        whole = table.combine_chunks().to_batches()
        batch = whole[0] if whole else library.RecordBatch.from_pylist([], fields)
        return Batch(batch, group[-1].next_cursor)

    return _walk(pages, rows, finished)


class _Part(NamedTuple):
    """The rows of one page."""

    batch: pa.RecordBatch
    ids: Sequence[str]
    cursor: str | None
    next_cursor: str | None


def _walk(
    pages: Iterator[Page[Any]], rows: int, finished: Callable[[Sequence[_Part]], Batch]
) -> Iterator[Batch]:
    """Put pages together; what arrived before a failure is given before the failure is raised."""
    group: list[_Part] = []
    size = 0
    failure: CreatorAuditError | None = None
    ended = False
    while not ended:
        part = None
        try:
            page = next(pages, None)
            part = None if page is None else _part(page)
        except CreatorAuditError as error:
            failure = error
        ended = part is None
        coming = 0 if part is None else len(part.batch)
        if group and (ended or size + coming > rows):
            yield finished(group)
            group, size = [], 0
        if part is not None:
            group.append(part)
            size += coming
        if size >= rows:
            yield finished(group)
            group, size = [], 0
    if failure is not None:
        raise failure


def _part(page: Page[Any]) -> _Part:
    table = page._table()
    ids = [str(row.get("id")) for row in table.rows]
    at = None if table.origin is None else table.origin.cursor
    return _Part(table.to_batch(), ids, at, page.next_cursor)


def _kinds(what: str, windows: Sequence[int]) -> Mapping[str, Kind]:
    deltas: dict[str, Kind] = dict.fromkeys([f"delta_{days}d" for days in windows], "integer")
    return {**kinds_of(_OPERATIONS[what].item or ""), **deltas}


def _windows(what: str, windows: Iterable[int]) -> tuple[int, ...]:
    if what not in _OPERATIONS:
        known = ", ".join(get_args(List))
        raise UsageError(f"what must be one of {known}, not {one_line(str(what), 40)!r}")
    given: object = windows
    if isinstance(given, (tuple, list)) and not given:
        return ()
    if what not in _WITH_DELTAS:
        raise UsageError(f"windows goes with {' and '.join(_WITH_DELTAS)}, not with {what}")
    bounds = operations.batch_video_deltas.bounds["windows"]
    return checked_windows(
        windows, bounds.item_minimum or 1, bounds.item_maximum or 365, bounds.max_items or 10
    )


def _deltas(
    client: Client, ids: Iterable[str], windows: Sequence[int], via: Literal["post", "get"]
) -> Mapping[str, Mapping[str, object]]:
    """The changes of the posts that have one, by id as the list spells it."""
    asked: dict[str, str] = {}
    for one in ids:
        try:
            asked[one] = resource_id(one)
        except UsageError:  # an id of the server's own kind, which it takes for no post's
            continue
    found = client.videos.deltas(asked.values(), windows, via=via) if asked else {}
    return {one: delta_row(found[known]) for one, known in asked.items() if known in found}
