"""Faults as data, and a server in front of a sandbox that breaks chosen requests.

All other requests are forwarded unchanged, so a test sees the effect of a fault on a job that would
otherwise succeed. Faults have names in `FAULTS`, so that tables of operations and faults can be
combined.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from .server import (
    Answer,
    Drip,
    Raw,
    Request,
    Reset,
    ScriptedServer,
    Stall,
    Step,
    Truncated,
    with_answer,
)

_HTML = b"<!doctype html><title>Please sign in</title><h1>Please sign in</h1>"
_HTML_HEADERS = {"content-type": "text/html"}
_HOP_BY_HOP = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive"})


def _problem(status: int, code: str, **headers: str) -> Answer:
    return Answer(
        status,
        json={"type": "about:blank", "title": code.title(), "status": status, "code": code},
        headers={
            "content-type": "application/problem+json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )


@dataclass(frozen=True)
class Fault:
    """A fault of one request.

    Attributes:
        step: The response that the client gets.
        carried_out: Whether the request was carried out nevertheless. Then the step spoils the real
            response if it can.
        retried: Whether a repeatable call succeeds if the fault happens once.
        shows: Name of the exception if the fault lasts; None if there is none.
    """

    step: Step
    carried_out: bool
    retried: bool
    shows: str


FAULTS: Mapping[str, Fault] = {
    "reset before it was read": Fault(Reset(unread=True), False, True, "NetworkError"),
    "reset after it was read": Fault(Reset(), False, True, "NetworkError"),
    "answer lost": Fault(Reset(carried_out=True), True, True, "NetworkError"),
    "closed without a word": Fault(Raw(b""), False, True, "NetworkError"),
    "no HTTP": Fault(Raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), False, True, "NetworkError"),
    "truncated body": Fault(Truncated(), True, True, "NetworkError"),
    "stall": Fault(Stall(), False, True, "RequestTimeoutError"),
    "stall in the body": Fault(
        Stall(after=Answer(json={"data": []})), True, True, "RequestTimeoutError"
    ),
    "dripping body": Fault(Drip(), True, True, "RequestTimeoutError"),
    "HTML with 200": Fault(
        Answer(200, body=_HTML, headers=_HTML_HEADERS), False, False, "ContractError"
    ),
    "HTML with 404": Fault(
        Answer(404, body=_HTML, headers=_HTML_HEADERS), False, False, "NotFoundError"
    ),
    "HTML with 502": Fault(
        Answer(502, body=_HTML, headers=_HTML_HEADERS), False, True, "UpstreamError"
    ),
    "invalid JSON": Fault(Answer(200, body=b'{"data": [1, 2'), False, False, "ContractError"),
    "a JSON scalar": Fault(Answer(200, body=b'"ok"'), False, False, "ContractError"),
    "400": Fault(_problem(400, "BAD_REQUEST"), False, False, "BadRequestError"),
    "401": Fault(_problem(401, "UNAUTHORIZED"), False, False, "UnauthorizedError"),
    "403": Fault(_problem(403, "FORBIDDEN"), False, False, "ForbiddenError"),
    "409": Fault(_problem(409, "CONFLICT"), False, False, "ConflictError"),
    "418": Fault(_problem(418, "TEAPOT"), False, False, "APIError"),
    "422": Fault(_problem(422, "VALIDATION_ERROR"), False, False, "ValidationError"),
    "429": Fault(_problem(429, "RATE_LIMITED", retry_after="2"), False, True, "RateLimitedError"),
    "500": Fault(_problem(500, "INTERNAL_ERROR"), False, False, "InternalError"),
    "503": Fault(_problem(503, "SERVICE_UNAVAILABLE"), False, True, "ServiceUnavailableError"),
    "504": Fault(Answer(504, body=_HTML, headers=_HTML_HEADERS), False, True, "ServerError"),
    "520": Fault(Answer(520, body=b""), False, True, "ServerError"),
    "redirect": Fault(
        Answer(302, body=b"", headers={"location": "https://login.example/"}),
        False,
        False,
        "APIError",
    ),
}


@dataclass(frozen=True)
class Injection:
    """The requests that a fault hits.

    Attributes:
        fault: Its name in `FAULTS`.
        number: The request to break, counted from 1; None for all.
        path: Count and break only requests for this path below /v2.
        method: Count and break only requests with this method.
    """

    fault: str
    number: int | None = None
    path: str | None = None
    method: str | None = None

    def concerns(self, request: Request) -> bool:
        """Whether a request counts."""
        return self.path in (None, request.path) and self.method in (None, request.method)


class FaultyProxy(ScriptedServer):
    """A server that forwards to a sandbox, except for the requests that a fault hits."""

    def __init__(
        self, upstream: str, *injections: Injection, bound: socket.socket | None = None
    ) -> None:
        self._upstream = urlsplit(upstream).netloc
        self._injections = injections
        self._counts = [0] * len(injections)
        self._counting = threading.Lock()
        self.forwarded: list[Request] = []
        self.injected: list[str] = []
        super().__init__(self._step, bound=bound)

    def _step(self, request: Request) -> Step:
        name = self._chosen(request)
        if name is None:
            return self._forward(request)
        self.injected.append(name)
        fault = FAULTS[name]
        if not fault.carried_out:
            return fault.step
        return with_answer(fault.step, self._forward(request))

    def _chosen(self, request: Request) -> str | None:
        chosen: str | None = None
        with self._counting:
            for position, injection in enumerate(self._injections):
                if injection.concerns(request):
                    self._counts[position] += 1
                    if chosen is None and injection.number in (None, self._counts[position]):
                        chosen = injection.fault
        return chosen

    def _forward(self, request: Request) -> Answer:
        self.forwarded.append(request)
        connection = HTTPConnection(self._upstream, timeout=30)
        try:
            connection.putrequest(
                request.method, request.target, skip_host=True, skip_accept_encoding=True
            )
            for name, value in request.headers.items():
                connection.putheader(name, value)
            connection.endheaders(request.body or None)
            answer = connection.getresponse()
            return Answer(
                answer.status,
                body=answer.read(),
                headers={
                    name: value
                    for name, value in answer.getheaders()
                    if name.lower() not in _HOP_BY_HOP
                },
            )
        finally:
            connection.close()
