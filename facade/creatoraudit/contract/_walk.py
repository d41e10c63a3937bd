"""Checks that take several requests: walking a list page by page, and revalidation by ETag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

#: Small enough that most lists have several pages, which is enough to detect a loop.
PAGE, PAGES = 3, 5
#: Number of tries, since a resource may change between two requests.
TRIES = 3
#: Statuses that say nothing about the resource.
BUSY = frozenset({429, 500, 502, 503, 504})


class Flaw(NamedTuple):
    """A problem in a walk: the member at fault, the problem in one word, and the detail."""

    member: str
    problem: str
    detail: str


#: Fetches a page with these query parameters; returns its status and decoded body.
Ask: TypeAlias = Callable[[Mapping[str, str]], tuple[int, Any]]


def flaws(ask: Ask) -> Iterator[Flaw]:
    """Walk the first pages of a list, up to the first problem."""
    query = {"limit": str(PAGE), "include_total": "true"}
    cursors: set[str] = set()
    seen: set[str] = set()
    items = 0
    for number in range(1, PAGES + 1):
        status, body = ask(query)
        if status != 200:
            # Other checks report a first page that fails.
            if number > 1 and status == 422:
                detail = f"is refused with {status} on page {number}"
                yield Flaw("$.pagination.next_cursor", "refused", detail)
            return
        page, pagination = _parts(body)
        if page is None or pagination is None:
            return
        items += len(page)
        problem = _page_flaw(page, pagination, seen, cursors)
        if problem is not None:
            yield problem
            return
        cursor = pagination.get("next_cursor")
        if not isinstance(cursor, str):
            yield from _end_flaw(pagination, items)
            return
        cursors.add(cursor)
        query["cursor"] = cursor


def _parts(body: Any) -> tuple[list[Any] | None, dict[str, Any] | None]:
    """Items and pagination of a page; None for invalid ones, which the schema check reports."""
    if not isinstance(body, dict):
        return None, None
    page, pagination = body.get("data"), body.get("pagination")
    return (
        page if isinstance(page, list) else None,
        pagination if isinstance(pagination, dict) else None,
    )


def _page_flaw(
    page: list[Any], pagination: dict[str, Any], seen: set[str], cursors: set[str]
) -> Flaw | None:
    named = [item.get("id") for item in page if isinstance(item, dict)]
    ids = [one for one in named if isinstance(one, str)]
    cursor, has_next = pagination.get("next_cursor"), pagination.get("has_next")
    if len(page) > PAGE:
        return Flaw(
            "$.data", "over-limit", f"holds more items than the limit of {PAGE} that was sent"
        )
    if cursor in cursors:
        return Flaw("$.pagination.next_cursor", "repeated", "is repeated, so paging never ends")
    if seen.intersection(ids):
        return Flaw("$.data[].id", "repeated", "repeats an item of an earlier page")
    if has_next is True and cursor is None:
        return Flaw(
            "$.pagination.next_cursor", "absent", "is null or missing although has_next is true"
        )
    if has_next is False and cursor is not None:
        return Flaw("$.pagination.has_next", "false", "is false although there is a next_cursor")
    seen.update(ids)
    return None


def _end_flaw(pagination: dict[str, Any], items: int) -> Iterator[Flaw]:
    total = pagination.get("total_count")
    if isinstance(total, int) and not isinstance(total, bool) and total > items:
        yield Flaw(
            "$.pagination.has_next",
            "early-end",
            f"ends the walk after {items} items of a list that has more",
        )


def revalidation(etag: str, ask: Callable[[str], tuple[int, str]]) -> Flaw | None:
    """Check that an ETag leads to 304; returns what is wrong, if anything.

    Args:
        etag: ETag of the response; empty if there was none, which another check reports.
        ask: Sends a request with If-None-Match; returns the status and ETag of its response.
    """
    for _ in range(TRIES if etag else 0):
        status, new = ask(etag)
        if status == 304 or status in BUSY:
            return None
        if status != 200 or new == etag:
            return Flaw("ETag", str(status), f"sent back as If-None-Match gives {status}, not 304")
        etag = new
    detail = "changes with every response, so it never leads to 304"
    return Flaw("ETag", "changes", detail) if etag else None
