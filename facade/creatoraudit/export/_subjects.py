"""Defines what can be exported: the lists, and the rows for their items.

The columns come from the generated models, so they always follow the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict
from uuid import UUID

from attrs import field, frozen

from creatoraudit_api import operations
from creatoraudit_api.models import OrderDirection, Platform, WindowedTotals

from .._core.arguments import period_arguments
from .._core.text import one_line
from .._results.columns import Kind, Row, kinds_of
from .._results.deltas import DEFAULT_WINDOWS, delta_kinds, delta_row
from .._results.lists import LISTS, kinds_of_list
from .._results.metrics import Metrics
from .._results.pages import PageOf
from .._sync.deltas import DeltasJob, Via
from .._sync.metrics import MetricsJob
from ..errors import UsageError
from ._names import WHATS, Source, What

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .._sync.operations import Operations

Ask: TypeAlias = Callable[[Sequence[str]], Mapping[str, Row]]

_METRICS: Mapping[str, tuple[Operation[object], str]] = {
    "videos": (operations.batch_video_metrics, "video_ids"),
    "accounts": (operations.batch_account_metrics, "account_ids"),
}
# The lists of each kind of figures, the default first, and its options beside filters.
_FIGURES: Mapping[str, tuple[tuple[Source, ...], frozenset[str]]] = {
    "deltas": (
        ("videos", "account-videos"),
        frozenset({"source", "windows", "via", "with_counts"}),
    ),
    "metrics": (
        ("videos", "accounts"),
        frozenset({"source", "period", "start_date", "end_date"}),
    ),
}
# The period of totals, as resolved by the server.
_SPAN: Mapping[str, Kind] = {
    "period": "string",
    "start_date": "string",
    "end_date": "string",
    "days": "integer",
}
# Columns that identify an item whose figures are exported, and say how fresh they are.
_DESCRIBING = (
    *("id", "platform", "external_id", "username", "account_id", "account_username"),
    *("creator_id", "last_scrape_time"),
)


class ListFilters(TypedDict, total=False):
    """Filters of a list: the named arguments of its `list` method.

    Attributes:
        platform: `"instagram"` or `"tiktok"`.
        q: Only items that contain this text, regardless of case.
        is_active: Only active (True) or only paused (False) items.
        account_id: Only posts of this account.
        creator_id: Only accounts that are linked to this creator.
        category: Only accounts of this category.
        order_by: Field to sort by.
        order_direction: `"asc"` or `"desc"`.
        sort: Older form: one signed field name.
    """

    platform: Platform
    q: str
    is_active: bool
    account_id: UUID | str
    creator_id: UUID | str
    category: str
    order_by: str
    order_direction: OrderDirection
    sort: str


@frozen
class Subject:
    """The subject of an export.

    Attributes:
        operation: The list that is walked.
        columns: The kind of each column.
        asked: Settings beside the list and its filters that identify the export.
        asker: For figures: makes the function that fetches them for ids, given a client's
            operations. It refuses options that are not valid.
    """

    operation: Operation[PageOf[object]]
    columns: Mapping[str, Kind]
    asked: Mapping[str, object] = field(factory=dict)
    asker: Callable[[Operations], Ask] | None = None


def subject_of(what: str, options: Mapping[str, Any]) -> Subject:
    """The subject for a name and its options beside filters, which are None if not given.

    Raises:
        UsageError: The subject does not exist, or does not take one of the options.
    """
    if what not in WHATS:
        raise UsageError(f"what must be one of {', '.join(WHATS)}, not {one_line(str(what), 40)!r}")
    sources, taken = _FIGURES.get(what, ((), frozenset()))
    for name, value in options.items():
        if value is not None and name not in taken:
            goes_with = " and ".join(one for one, (_, names) in _FIGURES.items() if name in names)
            raise UsageError(f"{name} goes with {goes_with}, not with {what}")
    if not sources:
        return Subject(LISTS[what], kinds_of_list(what))
    source = options.get("source") or sources[0]
    if source not in sources:
        raise UsageError(f"{what} come from {' or '.join(sources)}, not from {source}")
    return (_deltas if what == "deltas" else _metrics)(source, options)


def columns(
    what: What,
    *,
    source: Source | None = None,
    windows: Iterable[int] | None = None,
    with_counts: bool = False,
) -> Mapping[str, Kind]:
    """The columns of an exported file, in order, with the kind of each.

    Args:
        what: As for `export`.
        source: As for `export`.
        windows: As for `export`.
        with_counts: As for `export`.

    Returns:
        For each column `"string"`, `"integer"` (64 bits), `"number"`, `"boolean"`, `"datetime"`
        (microseconds, UTC) or `"json"` (JSON as text). They follow the contract; undeclared
        members are in the last column, `additional_members`.

    Raises:
        UsageError: The subject does not exist, or does not take one of the options.

    Example:
        >>> columns("deltas", windows=[7])["delta_7d"]
        'integer'
    """
    options = {"source": source, "windows": windows, "with_counts": with_counts or None}
    return subject_of(what, options).columns


def rows_of(
    items: Sequence[Row], subject: Subject, found: Mapping[str, Row] | None
) -> Sequence[Row]:
    """Convert items to rows: the items themselves, or a row with figures for each of them."""
    if found is None:
        return items
    described = [name for name in subject.columns if name in _DESCRIBING or _counts(name)]
    rows: list[Row] = []
    for item in items:
        figures = found.get(str(item.get("id")))
        row: Row = {name: item.get(name) for name in described} | {"found": figures is not None}
        # Twice, because an undeclared member of the figures must not look like one of the item.
        rows.append({**row, **(figures or {}), **row})
    return rows


def _counts(name: str) -> bool:
    """Whether a member of a post is one of its current counts, such as `view_count`."""
    return name.endswith("_count")


def _figures(source: str, figures: Mapping[str, Kind]) -> dict[str, Kind]:
    known = kinds_of_list(source)
    described: dict[str, Kind] = {name: known[name] for name in _DESCRIBING if name in known}
    found: dict[str, Kind] = {"found": "boolean"}
    return {**described, **found, **figures}


def _deltas(source: str, options: Mapping[str, Any]) -> Subject:
    given = options.get("windows")
    windows = list(dict.fromkeys(DEFAULT_WINDOWS if given is None else given))
    via: Via = options.get("via") or "post"

    def asker(operations: Operations) -> Ask:
        job = DeltasJob(operations, windows, via, {})
        return lambda ids: {
            one: delta_row(changes) for one, changes in job.fetch(ids).by_id.items()
        }

    figures = delta_kinds(windows)
    asked: dict[str, object] = {"source": source, "windows": windows}
    if options.get("with_counts"):
        figures |= {name: kind for name, kind in kinds_of_list(source).items() if _counts(name)}
        asked["with_counts"] = True
    return Subject(LISTS[source], _figures(source, figures), asked, asker)


def _metrics(source: str, options: Mapping[str, Any]) -> Subject:
    operation, id_list = _METRICS[source]
    span = period_arguments(
        operation, options.get("period"), options.get("start_date"), options.get("end_date")
    )

    def asker(operations: Operations) -> Ask:
        job = MetricsJob(operations, operation, id_list, span, {})

        def ask(ids: Sequence[str]) -> Mapping[str, Row]:
            answer = job.stream(ids).collect(Metrics.merged)
            resolved = {name: getattr(answer, name) for name in _SPAN}
            return {
                one: {**resolved, **own.to_dict(), **resolved} for one, own in answer.by_id.items()
            }

        return ask

    return Subject(
        LISTS[source],
        _figures(source, {**_SPAN, **kinds_of(WindowedTotals.__name__)}),
        {"source": source, **span},
        asker,
    )
