"""Read lists as Arrow: the schema of a list, and its rows as record batches.

    from creatoraudit import CreatorAudit, arrow

    with CreatorAudit() as ca:
        for part in arrow.batches(ca, "videos", windows=[7]):
            print(part.batch.num_rows, part.next_cursor)

Needs the extra: `pip install 'creatoraudit[arrow]'`. To get a whole list as one table,
call `ca.videos.list().to_arrow()`. Libraries that read Arrow streams accept a list itself, for
example `polars.DataFrame(ca.videos.list())`.

The schema follows the contract, not the data: the members that the contract declares, in its order,
and `additional_members`, which holds all others as JSON. A value that does not have the type of its
column raises a `ContractError`; new members and new enumeration values do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

from ._core.arguments import resource_id
from ._core.lazy import LazyModule
from ._results.deltas import delta_row
from ._results.lists import ListName, kinds_of_list, windows_of_list
from ._results.pages import Page
from ._results.tables import arrow_schema, pyarrow
from .errors import CreatorAuditError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = LazyModule("pyarrow", optional=True)

__all__ = ["Batch", "List", "batches", "schema"]

List: TypeAlias = ListName


class Batch(NamedTuple):
    """A record batch of rows of a list.

    Attributes:
        batch: The rows, a `pyarrow.RecordBatch`.
        next_cursor: Cursor of the rows that follow. Pass it to `batches` as `cursor=` to resume
            there. None in the last batch.
    """

    batch: pa.RecordBatch
    next_cursor: str | None


class Client(Protocol):
    """The part of `CreatorAudit` that this module uses."""

    @property
    def videos(self) -> Any: ...  # Any: pyright does not match a cached_property with a protocol


def schema(what: List, windows: Iterable[int] = ()) -> pa.Schema:
    """Return the Arrow schema of a list. Sends no request.

    Args:
        what: `"accounts"`, `"videos"`, `"account-videos"` or `"creators"`.
        windows: For posts: look-back windows in days, 1 to 365, at most 10. Each adds a column
            `delta_<n>d` after those of the list.

    Returns:
        An Arrow schema of strings, 64-bit integers, doubles, booleans and timestamps (microseconds,
        UTC). Nested members are JSON text, and so is `additional_members`.

    Raises:
        ConfigurationError: pyarrow is not installed.
        UsageError: There is no such list, or a window is not valid for it.

    Example:
        >>> schema("videos", windows=[7]).names[-2:]
        ['additional_members', 'delta_7d']
    """
    return arrow_schema(kinds_of_list(what, windows_of_list(what, windows)))


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
    """Iterate over a list as record batches that share one schema.

    A batch ends where a page ends. If the list changes during iteration, it may repeat an item.

    Args:
        client: A `CreatorAudit`. It stays open.
        what: Same as for `schema`.
        rows: Most rows in a batch. Only a single page that is larger exceeds it.
        windows: Same as for `schema`. A post without a known delta has null there.
        via: How deltas are fetched: `"post"`, or `"get"` for a key that may not POST.
        cursor: Where to start: `next_cursor` of a batch or `resume_cursor` of an exception.
        **filters: Same as for the `list` method, for example `platform="tiktok"`.

    Raises:
        ConfigurationError: pyarrow is not installed.
        UsageError: An argument is wrong. Nothing was sent.
        ContractError: On iteration, if a value does not have the type of its column.
        CreatorAuditError: On iteration, as described in `creatoraudit.errors`, with
            `resume_cursor`.

    Example:
        >>> for part in batches(ca, "videos", platform="tiktok"):
        ...     print(part.batch.num_rows, part.next_cursor)
    """
    given: object = rows
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise UsageError(f"rows must be a whole number, 1 or more, not {given!r:.40}")
    if "max_items" in filters:
        raise UsageError(
            "batches takes whole pages; leave the loop early instead of passing max_items="
        )
    asked = windows_of_list(what, windows)
    fields = schema(what, asked)
    pages = getattr(client, what.replace("-", "_")).list(cursor=cursor, **filters).pages()
    if not isinstance(pages, Iterator):
        raise UsageError("batches takes a CreatorAudit; for an async list, await its to_arrow()")

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
    """Group pages into batches. A failure is raised after the batch of the pages before it."""
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


def _deltas(
    client: Client, ids: Iterable[str], windows: Sequence[int], via: Literal["post", "get"]
) -> Mapping[str, Mapping[str, object]]:
    """The deltas of the posts that have some, by id as spelled in the list."""
    asked: dict[str, str] = {}
    for one in ids:
        try:
            asked[one] = resource_id(one)
        except UsageError:  # not a UUID, so the server has no deltas for it
            continue
    found = client.videos.deltas(asked.values(), windows, via=via) if asked else {}
    return {one: delta_row(found[known]) for one, known in asked.items() if known in found}
