"""The control endpoint: moves the clock of a sandbox that runs in another process.

It is outside of /v2, is off by default, and serves programs on this machine only: it refuses a Host
that is not loopback and any Origin header (which browsers send).
"""

from __future__ import annotations

import ipaddress
import math
from typing import Final

from starlette.requests import Request

from ._types import JsonObject
from .clock import Clock, iso
from .problems import Problem, invalid
from .validation import parse_json

PATH: Final = "/control/clock"


def admit(request: Request) -> None:
    """Refuse a request that may come from elsewhere, or from a page in a browser."""
    if "origin" in request.headers:
        raise Problem("FORBIDDEN", "Browsers must not use the control endpoint.")
    host = request.headers.get("host", "")
    name = host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]
    if not _is_loopback(name.strip("[]")):
        raise Problem("FORBIDDEN", "The control endpoint serves this machine only.")


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def advance(clock: Clock, raw: bytes) -> JsonObject:
    """Move the clock by the ``seconds`` of a body and return the new time."""
    body = parse_json(raw)
    seconds = body.get("seconds") if isinstance(body, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise invalid("seconds", "must be a number")
    if not 0 <= seconds <= 10**10 or not math.isfinite(seconds):
        raise invalid("seconds", "must be between 0 and 10000000000")
    clock.advance(seconds)
    return show(clock)


def show(clock: Clock) -> JsonObject:
    """The sandbox's time."""
    return {"data": {"now": iso(int(clock.now()))}}
