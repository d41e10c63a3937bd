"""The ASGI app: routes each documented path and adds the headers that every response needs.

A request is checked in this order: path, method, key, rate limit, scope, Accept, body, parameters,
and last the operation itself. `validation` checks parameters and bodies; `handlers` holds the
operations.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final
from urllib.parse import parse_qs, quote
from uuid import uuid4

import anyio
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from . import control, negotiate, texts, wire
from ._types import Json
from .clock import Clock
from .contract import BASE_PATH, Contract, Operation, numbered, operation_key, path_names
from .drift import Drifts
from .faults import Fault, Faults
from .handlers import ROUTES, Call, Result
from .idempotency import IdempotencyMemory
from .keys import ApiKey, require
from .organizations import Organization, Organizations
from .problems import MEDIA_TYPE, Problem
from .rate import RateLimiter
from .validation import MAX_BODY, Validator

#: POST operations that change nothing and therefore need no write scope.
READ_ONLY_POSTS: Final = frozenset(
    {
        "POST /videos/deltas",
        "POST /accounts/metrics",
        "POST /videos/metrics",
        "POST /account-videos/metrics",
    }
)
_REQUEST_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
_HOST: Final = re.compile(r"[A-Za-z0-9._~\[\]:-]{1,255}")
# Operations are recognized by method and path alone, because the document may change operationIds
# and the names of path parameters.
_BY_KEY: Final = {operation_key(*route.split(" ")): route for route in ROUTES}
_ALLOW: Final = {"Allow": "GET, POST"}
#: The header that marks responses as made up, so that reports can say so.
_MADE_UP: Final = "X-Sandbox"
_log = logging.getLogger("creatoraudit_sandbox")


class RequestLog:
    """Counts requests served, in total and per operation, e.g. ``log["GET /videos"]``."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """Total number of requests served."""
        return sum(self._counts.values())

    def __getitem__(self, operation: str) -> int:
        return self._counts[operation]

    def __len__(self) -> int:
        return self.total

    def counts(self) -> dict[str, int]:
        """Requests per method and path template."""
        return dict(self._counts)

    def add(self, operation: str) -> None:
        """Count one request."""
        self._counts[operation] += 1

    def clear(self) -> None:
        """Reset all counts to zero."""
        self._counts.clear()


@dataclass
class Services:
    """The parts of one sandbox."""

    contract: Contract
    organizations: Organizations
    clock: Clock
    rate: RateLimiter
    requests: RequestLog
    idempotency: IdempotencyMemory
    faults: Faults
    drifts: Drifts
    latency: float = 0.0
    jitter: float = 0.0
    account_quota: int | None = None

    def delay(self) -> float:
        """Delay of every response in seconds."""
        return self.latency + (self.jitter * random.random() if self.jitter else 0.0)


@dataclass(frozen=True)
class Served:
    """A documented operation with its validation, and the handler that serves it.

    ``route`` is its method and path in the sandbox; None if the sandbox does not serve it.
    """

    operation: Operation
    validator: Validator
    route: str | None

    @property
    def scope(self) -> str | None:
        """The scope that the key must have."""
        reads = self.operation.method == "GET" or self.route in READ_ONLY_POSTS
        return None if reads or not self.operation.secured else "write"

    def documented(self, path: Mapping[str, str]) -> dict[str, str]:
        """Path parameters by their names in the document."""
        return {name: path[f"p{i}"] for i, name in enumerate(self.operation.path_names)}

    def known(self, path: Mapping[str, str]) -> dict[str, str]:
        """Path parameters by their names in the handlers."""
        return {name: path[f"p{i}"] for i, name in enumerate(path_names(self.route or ""))}


class Resource:
    """One path: an ASGI app that responds to every method, documented or not."""

    def __init__(
        self, services: Services, path: str, operations: Mapping[str, Served], lock: threading.Lock
    ) -> None:
        self._services = services
        self._path = path
        self._operations = dict(operations)
        if "GET" in self._operations:
            self._operations["HEAD"] = self._operations["GET"]
        self._allow = ", ".join(sorted([*self._operations, "OPTIONS"]))
        self._lock = lock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        services = self._services
        inbox = wire.Inbox(receive)
        request = Request(scope, inbox)
        services.requests.add(f"{request.method} {self._path}")
        served = self._operations.get(request.method)
        faults = services.faults.striking(served.operation.id if served else None)
        delay = services.delay() + sum(services.faults.delay(fault) for fault in faults)
        if delay:
            await anyio.sleep(delay)
        if any(fault.drop == "start" for fault in faults):
            await wire.drop(scope, inbox)
            return
        try:
            response = await self._answer(request, served, faults)
            if "content-length" in request.headers or "transfer-encoding" in request.headers:
                await inbox.drain(waiting="expect" in request.headers)
        except ClientDisconnect:
            return
        await wire.send_response(response, faults, scope, inbox, send)

    async def _answer(
        self, request: Request, served: Served | None, faults: list[Fault]
    ) -> Response:
        services = self._services
        sent_id = request.headers.get("x-request-id", "")
        request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else uuid4().hex
        key, organization = services.organizations.find(request.headers.get("authorization"))
        try:
            for fault in faults:
                if failure := fault.problem():
                    raise failure
            result = await self._result(request, served, key, organization)
            body = result.body
            if served is not None and services.drifts:
                plain = texts.read(body)
                body = services.drifts.apply(served.operation, result.status, plain)
            response = _render(request, result, body)
        except Problem as problem:
            document: Json = problem.document(request.url.path, request_id)
            if served is not None:
                document = services.drifts.apply(served.operation, problem.status, document)
            html = any(fault.html and fault.status == problem.status for fault in faults)
            response = _page(problem) if html else _problem(problem, document)
        except ClientDisconnect:
            raise
        except Exception:  # noqa: BLE001 - every failure becomes a problem document
            _log.exception("request %s failed", request_id)
            cause = Problem("INTERNAL_ERROR", "The sandbox failed; its log has the cause.")
            response = _problem(cause, cause.document(request.url.path, request_id))
        headers = response.headers
        headers["X-Request-ID"] = request_id
        headers[_MADE_UP] = "true"
        headers["Date"] = formatdate(services.clock.now(), usegmt=True)
        # Health and meta have no rate limit and send no rate-limit headers.
        if served is None or served.operation.secured:
            headers.update(services.rate.headers(key))
        if served is not None:
            services.drifts.dress(served.operation, response)
        return response

    async def _result(
        self,
        request: Request,
        served: Served | None,
        key: ApiKey | None,
        organization: Organization,
    ) -> Result:
        services = self._services
        if served is None:
            if not self._operations:
                raise Problem("NOT_FOUND", "There is nothing at this path.")
            if request.method == "OPTIONS":
                return Result(status=204, headers={"Allow": self._allow})
            raise Problem(
                "BAD_REQUEST",
                f"{request.method} is not allowed here; use one of {self._allow}.",
                status=405,
                headers={"Allow": self._allow},
            )
        operation = served.operation
        if operation.secured:
            require(key, None)
            assert key is not None
            services.rate.count(key)
            require(key, served.scope)
        if served.route is None:
            raise Problem(
                "INTERNAL_ERROR",
                "The sandbox does not serve this operation yet:"
                f" {operation.method} {operation.path}.",
                status=501,
            )
        if not negotiate.accepts_json(request.headers.get("accept")):
            raise Problem(
                "NOT_ACCEPTABLE",
                "Responses are application/json, which the Accept header excludes.",
            )
        path = {name: str(value) for name, value in request.path_params.items()}
        if not served.validator.path_is_valid(served.documented(path)):
            raise Problem("NOT_FOUND", "There is no resource with this id.")
        raw = b""
        if operation.body is not None:
            if not negotiate.is_json(request.headers.get("content-type")):
                raise Problem("UNSUPPORTED_MEDIA_TYPE", "The body must be application/json.")
            raw = await wire.read(request, MAX_BODY)
        raw_query = services.drifts.query(operation, request.scope["query_string"])
        query = served.validator.query(raw_query)
        body = served.validator.body(raw) if operation.body is not None else {}
        origin = _origin(request)
        base_url = f"{origin}{BASE_PATH}"
        call = Call(
            organization=organization,
            operation=served.route,
            url=f"{origin}{quote(request.url.path, safe='/:@')}",
            base_url=base_url,
            now=int(services.clock.now()),
            path=served.known(path),
            query=query,
            sent=parse_qs(raw_query.decode("latin-1"), keep_blank_values=True),
            body=body,
            key=key,
            account_quota=services.account_quota,
        )
        with self._lock:
            return services.idempotency.run(
                ROUTES[served.route], call, request.headers.get("idempotency-key"), raw
            )


def _origin(request: Request) -> str:
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        server = request.scope.get("server") or ("127.0.0.1", None)
        host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
    return f"{request.url.scheme}://{host}"


def _render(request: Request, result: Result, body: texts.Body) -> Response:
    if body is None:
        return Response(status_code=result.status, headers=result.headers)
    content = texts.write(body)
    response = Response(content, result.status, result.headers, "application/json")
    if request.method in ("GET", "HEAD"):
        # SHA-256 is fast where the processor has instructions for it.
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        validators = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if negotiate.matches(request.headers.get("if-none-match"), etag):
            response = Response(status_code=304, headers=result.headers)
        response.headers.update(validators)
    return response


def _page(problem: Problem) -> Response:
    """The HTML error page of a gateway."""
    page = f"<html><body><h1>{problem.status} {problem.title}</h1></body></html>"
    return Response(page, problem.status, problem.headers, "text/html")


def _problem(problem: Problem, document: Json) -> Response:
    content = json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return Response(content, problem.status, problem.headers, MEDIA_TYPE)


class Control:
    """The control endpoint as an ASGI app."""

    def __init__(self, services: Services) -> None:
        self._clock = services.clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Return the time, or move it."""
        request = Request(scope, receive)
        try:
            control.admit(request)
            if request.method == "POST":
                body = control.advance(self._clock, await wire.read(request, MAX_BODY))
            elif request.method == "GET":
                body = control.show(self._clock)
            else:
                raise Problem("BAD_REQUEST", "Use GET or POST.", status=405, headers=_ALLOW)
            response = _render(request, Result(), body)
        except Problem as problem:
            response = _problem(problem, problem.document(request.url.path, uuid4().hex))
        await response(scope, receive, send)


def build(services: Services, *, with_control: bool = False) -> Starlette:
    """The app of one sandbox: each documented path under /v2, a problem document elsewhere."""
    lock = threading.Lock()
    paths: dict[str, dict[str, Served]] = {}
    names: dict[str, str] = {}
    for operation in services.contract.every:
        served = Served(
            operation, Validator(services.contract, operation), _BY_KEY.get(operation.key)
        )
        _, path = operation.key.split(" ", 1)
        names.setdefault(path, operation.path)
        paths.setdefault(path, {}).setdefault(operation.method, served)
    # Fixed paths come before those with parameters, or /creators/top would be a creator's.
    routes = [
        Route(f"{BASE_PATH}{numbered(names[path])}", Resource(services, names[path], served, lock))
        for path, served in sorted(paths.items(), key=lambda item: item[0].count("{}"))
    ]
    if with_control:
        routes.append(Route(control.PATH, Control(services)))
    routes.append(Route("/{rest:path}", Resource(services, "/*", {}, lock)))
    return Starlette(routes=routes)
