"""Any generated operation, by name or object: what the resources are made of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from creatoraudit_api.types import UNSET

from .._core.options import CreateOptions, RequestOptions
from .._core.request import PreparedRequest, find, id_list_of, prepare
from .._core.response import RawResponse, Reply
from .._results.batch import BatchPart
from .._results.pages import PageOf
from ..errors import UsageError
from .batch import AsyncMapped, AsyncParts
from .pager import AsyncPager
from .source import AsyncPageFetcher

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .sender import AsyncSender

T = TypeVar("T")
_OPTIONS = frozenset(CreateOptions.__annotations__)


def _split(values: Mapping[str, object]) -> tuple[CreateOptions, dict[str, object]]:
    """Separate options from an operation's own arguments; no argument has an option's name."""
    options = {name: value for name, value in values.items() if name in _OPTIONS}
    rest = {name: value for name, value in values.items() if name not in _OPTIONS}
    return cast("CreateOptions", options), rest


class AsyncOperations:
    """Calls, pages and batches for every operation of the contract."""

    def __init__(self, sender: AsyncSender) -> None:
        self.sender = sender

    async def call(
        self, operation: Operation[Any] | str, arguments: Mapping[str, object]
    ) -> Reply[Any]:
        """Call any operation of the contract."""
        found = find(operation)
        options, own = _split(arguments)
        return await self.invoke(found, own, options, strict=True)

    def paginate(
        self, operation: Operation[Any] | str, arguments: Mapping[str, object]
    ) -> AsyncPager[Any]:
        """Walk the pages of any list operation."""
        found = find(operation)
        if not found.paged:
            raise UsageError(f"{found.name} is not paged; use call()")
        options, own = _split(arguments)
        max_items = cast("int | None", own.pop("max_items", None))
        return AsyncPager(self.pages(found, own, options, strict=True), max_items)

    def batch(
        self,
        operation: Operation[Any] | str,
        ids: Iterable[Any],
        arguments: Mapping[str, object],
    ) -> AsyncIterator[BatchPart[Any]]:
        """Ask any batch operation about any number of ids."""
        found = find(operation)
        options, own = _split(arguments)
        name, size = id_list_of(found, cast("str | None", own.pop("id_list", None)))
        at_once = cast("int", own.pop("concurrency", self.sender.settings.concurrency))

        async def ask(part: list[Any]) -> Reply[Any]:
            return await self.invoke(found, {**own, name: part}, options, strict=True)

        parts = AsyncParts(ask, ids, size=size, concurrency=at_once)
        return AsyncMapped(parts, lambda part: BatchPart(*part))

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> RawResponse:
        """Send a raw request under the client's whole policy."""
        if not url.startswith("/"):
            raise UsageError("url must be a path below the base URL, starting with /")
        name = (extensions or {}).get("creatoraudit_operation")
        known = None if name is None else find(cast("str", name))
        request = PreparedRequest(
            operation=f"{method} {url.partition('?')[0]}" if known is None else known.name,
            method=method.upper(),
            url=url,
            params=params or {},
            headers=headers or {},
            json=json,
            repeatable=method.upper() in ("GET", "HEAD") if known is None else known.repeatable,
            keyed=known is not None
            and known.idempotency_key
            and any(name.lower() == "idempotency-key" for name in headers or {}),
            authenticated=known is None or known.authenticated,
        )
        return await self.sender.send(request, {})

    async def invoke(
        self,
        operation: Operation[T],
        arguments: Mapping[str, object],
        options: RequestOptions,
        *,
        strict: bool = False,
    ) -> Reply[T]:
        """Call with the arguments and the options apart."""
        request = prepare(operation, arguments, options, strict=strict)
        return await self.sender.call(operation, request, options, None)

    async def change(
        self,
        operation: Operation[T],
        path: Mapping[str, object],
        changes: Mapping[str, object],
        options: RequestOptions,
    ) -> Reply[T]:
        """Call a PATCH, unless there is nothing to change."""
        if all(value is UNSET for value in changes.values()) and not options.get("extra_body"):
            raise UsageError(
                f"{operation.name}: nothing to change; pass {', '.join(changes)} or extra_body="
            )
        return await self.invoke(operation, {**path, **changes}, options)

    def pages(
        self,
        operation: Operation[PageOf[T]],
        arguments: Mapping[str, object],
        options: RequestOptions,
        *,
        strict: bool = False,
    ) -> AsyncPageFetcher[T]:
        """The pages of a list, as large as the contract allows unless told otherwise."""
        own = {**arguments}
        if own.get("limit") is None:
            own["limit"] = operation.page_limit
        request = prepare(operation, own, options, strict=strict)
        cursor = cast("str | None", own.get("cursor"))
        return AsyncPageFetcher(self.sender, operation, request, options, cursor)
