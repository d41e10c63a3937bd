"""Calls any generated operation, by name or object. Every request passes through here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from creatoraudit_api.types import UNSET

from .._core.arguments import number
from .._core.config import Settings
from .._core.download import Destination, Downloaded
from .._core.options import RequestCounter, RequestOptions, split_options
from .._core.request import BEARER, PreparedRequest, find, prepare
from .._core.request_body import consumed_once, free_body
from .._core.response import RawResponse, Read, Reply, decode
from ..errors import UsageError
from .io import off_loop
from .sender import AsyncSender

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

T = TypeVar("T")


class AsyncOperations:
    """Calls the operations of the contract with the sender of one client."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    @property
    def settings(self) -> Settings:
        """The settings of the client."""
        return self._sender.settings

    async def invoke(
        self,
        operation: Operation[T],
        arguments: Mapping[str, object],
        options: RequestOptions,
        *,
        read: Read[T] | None = None,
        strict: bool = False,
        counter: RequestCounter | None = None,
    ) -> Reply[T]:
        """Prepare, send and decode one request.

        `read` extracts the value if it is not the operation's own model; `strict` refuses arguments
        that the operation does not know; `counter` counts the tries.
        """
        request = prepare(operation, arguments, options, strict=strict)
        return decode(operation, await self._sender.send(request, options, counter), read)

    async def call(
        self, operation: Operation[Any] | str, arguments: Mapping[str, object]
    ) -> Reply[Any]:
        """Call any operation of the contract."""
        options, own = split_options(arguments)
        return await self.invoke(find(operation), own, options, strict=True)

    async def download(
        self,
        operation: Operation[Any] | str,
        path: object,
        arguments: Mapping[str, object],
        *,
        overwrite: bool,
        max_bytes: object,
    ) -> Downloaded:
        """Stream what any operation of the contract responds with into a file."""
        options, own = split_options(arguments)
        if options.get("max_response_bytes") is not None:
            raise UsageError("max_bytes= bounds a download, not max_response_bytes=")
        request = prepare(find(operation), own, options, strict=True)
        into = Destination.of(path, overwrite=overwrite, max_bytes=max_bytes)
        try:
            sent = await self._sender.send(request._replace(into=into), options)
            return await off_loop(into.finish, sent.headers, sent.request_id)
        finally:
            into.discard()

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

    def side_by_side(self, wanted: object = None) -> int:
        """Number of requests of one job in flight: the wanted one, at most the client's.

        Raises:
            UsageError: `wanted` is not a whole number of 1 or more.
        """
        most = self.settings.concurrency
        if wanted is None:
            return most
        return min(cast("int", number("concurrency", wanted)), most)

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        bodies: Mapping[str, Any],
        extensions: Mapping[str, Any] | None = None,
    ) -> RawResponse:
        """Send a raw request with the client's key, pacing, retries and errors."""
        if not url.startswith("/"):
            raise UsageError("url must be a path below the base URL, starting with /")
        name = (extensions or {}).get("creatoraudit_operation")
        known = None if name is None else find(cast("str", name))
        given = {kind: body for kind, body in bodies.items() if body is not None}
        # A generated function has written its body already.
        made = given if known is not None else free_body(method.upper(), url, given, headers or {})
        request = PreparedRequest(
            operation=f"{method} {url.partition('?')[0]}" if known is None else known.name,
            method=method.upper(),
            url=url,
            params=params or {},
            headers=made.get("headers", headers) or {},
            json=made.get("json"),
            form=made.get("data"),
            parts=made.get("files"),
            content=made.get("content"),
            once=consumed_once(made),
            repeatable=method.upper() in ("GET", "HEAD") if known is None else known.repeatable,
            keyed=known is not None
            and known.idempotency_key
            and any(name.lower() == "idempotency-key" for name in headers or {}),
            authenticated=known is None or known.authenticated,
            key_header=(known and known.key_header) or BEARER,
        )
        return await self._sender.send(request, {})
