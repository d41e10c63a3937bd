"""Any generated operation, by name or object: what the resources are made of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from creatoraudit_api.types import UNSET

from .._chunks import BatchPart
from .._operations import find, id_list_of
from .._options import CreateOptions, RequestOptions
from .._pages import PageOf
from .._prepare import Wire, prepare
from .._reply import Reply, Sent
from ..errors import UsageError
from .batch import AsyncMapped, AsyncParts
from .pager import AsyncPager
from .source import AsyncPageSource

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .core import AsyncCore

T = TypeVar("T")
_OPTIONS = frozenset(CreateOptions.__annotations__)


def _split(values: Mapping[str, object]) -> tuple[CreateOptions, dict[str, object]]:
    """Separate options from an operation's own arguments; no argument has an option's name."""
    options = {name: value for name, value in values.items() if name in _OPTIONS}
    rest = {name: value for name, value in values.items() if name not in _OPTIONS}
    return cast("CreateOptions", options), rest


class AsyncCaller:
    """Calls, pages and batches for every operation of the contract."""

    _core: AsyncCore

    @overload
    async def call(self, operation: Operation[T], **arguments: object) -> Reply[T]: ...
    @overload
    async def call(self, operation: str, **arguments: object) -> Reply[object]: ...
    async def call(self, operation: Operation[Any] | str, **arguments: object) -> Reply[Any]:
        """Call any operation of the contract.

        Args:
            operation: From `creatoraudit_api.operations`, or its name, such as `"get_video"`.
            **arguments: The operation's own arguments and body members by name, and any of
                `timeout`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`,
                `idempotency_key`.

        Returns:
            The decoded value with status, headers and request id.

        Raises:
            UsageError: An argument is unknown, missing or out of bounds; nothing was sent.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> reply = await ca.call("whoami")
            >>> reply.status
            200
        """
        found = find(operation)
        options, own = _split(arguments)
        return await self._invoke(found, own, options, strict=True)

    @overload
    def paginate(self, operation: Operation[PageOf[T]], **arguments: object) -> AsyncPager[T]: ...
    @overload
    def paginate(self, operation: str, **arguments: object) -> AsyncPager[object]: ...
    def paginate(self, operation: Operation[Any] | str, **arguments: object) -> AsyncPager[Any]:
        """Walk the pages of any list operation; nothing is sent before the first iteration.

        Args:
            operation: From `creatoraudit_api.operations`, or its name, such as `"list_videos"`.
            **arguments: As for `call`, and `max_items` to end the walk early.

        Raises:
            UsageError: The operation is not paged, or an argument is wrong.

        Example:
            >>> async for video in ca.paginate("list_videos", limit=200):
            ...     print(video.id)
        """
        found = find(operation)
        if not found.paged:
            raise UsageError(f"{found.name} is not paged; use call()")
        options, own = _split(arguments)
        max_items = cast("int | None", own.pop("max_items", None))
        return AsyncPager(self._pages(found, own, options, strict=True), max_items)

    @overload
    def batch(
        self, operation: Operation[T], ids: Iterable[str] | Iterable[int], **arguments: object
    ) -> AsyncIterator[BatchPart[T]]: ...
    @overload
    def batch(
        self, operation: str, ids: Iterable[str] | Iterable[int], **arguments: object
    ) -> AsyncIterator[BatchPart[object]]: ...
    def batch(
        self, operation: Operation[Any] | str, ids: Iterable[Any], **arguments: object
    ) -> AsyncIterator[BatchPart[Any]]:
        """Ask any batch operation about any number of ids.

        The ids are split at the contract's bound, asked once each, and the answers come in order.

        Args:
            operation: From `creatoraudit_api.operations`, or its name.
            ids: Ids; repeated ones are asked once.
            **arguments: As for `call`; `id_list` chooses the list where the operation takes two,
                and `concurrency` how many requests run side by side (the client's when absent).

        Raises:
            UsageError: The operation is no batch, or an argument is wrong.
            CreatorAuditError: On iteration, with `done_ids` and `pending_ids`.

        Example:
            >>> async for part in ca.batch("batch_video_metrics", ids, period="7d"):
            ...     print(len(part.ids), part.reply.status)
        """
        found = find(operation)
        options, own = _split(arguments)
        name, size = id_list_of(found, cast("str | None", own.pop("id_list", None)))
        at_once = cast("int", own.pop("concurrency", self._core.settings.concurrency))

        async def ask(part: list[Any]) -> Reply[Any]:
            return await self._invoke(found, {**own, name: part}, options, strict=True)

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
    ) -> Sent:
        """Send a raw request under the client's whole policy: key, pacing, retries, errors.

        `url` is relative to the base URL. This is what lets the generated functions take the client
        itself as their `client=`. A method other than GET is not sent twice unless the generated
        function says that this does no harm.

        Returns:
            The answer: `status_code`, `headers`, `content`, `json()`.
        """
        if not url.startswith("/"):
            raise UsageError("url must be a path below the base URL, starting with /")
        name = (extensions or {}).get("creatoraudit_operation")
        known = None if name is None else find(cast("str", name))
        wire = Wire(
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
        return await self._core.send(wire, {})

    async def _invoke(
        self,
        operation: Operation[T],
        arguments: Mapping[str, object],
        options: RequestOptions,
        *,
        strict: bool = False,
    ) -> Reply[T]:
        wire = prepare(operation, arguments, options, strict=strict)
        return await self._core.call(operation, wire, options, None)

    async def _change(
        self,
        operation: Operation[T],
        path: Mapping[str, object],
        changes: Mapping[str, object],
        options: RequestOptions,
    ) -> Reply[T]:
        if all(value is UNSET for value in changes.values()) and not options.get("extra_body"):
            raise UsageError(
                f"{operation.name}: nothing to change; pass {', '.join(changes)} or extra_body="
            )
        return await self._invoke(operation, {**path, **changes}, options)

    def _pages(
        self,
        operation: Operation[PageOf[T]],
        arguments: Mapping[str, object],
        options: RequestOptions,
        *,
        strict: bool = False,
    ) -> AsyncPageSource[T]:
        own = {**arguments}
        if own.get("limit") is None:
            own["limit"] = operation.page_limit
        wire = prepare(operation, own, options, strict=strict)
        cursor = cast("str | None", own.get("cursor"))
        return AsyncPageSource(self._core, operation, wire, options, cursor)
