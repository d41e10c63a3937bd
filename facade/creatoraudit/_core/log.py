"""What is logged: an allow-list, one line per try.

The logger is `creatoraudit`. A line names operation, method, path, status, time, request id and the
server's reason for a refusal, never a query, a header or another body, so no data can slip in.
`CREATORAUDIT_LOG=info` (or `debug`) shows it on stderr without further set-up.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from .text import one_line

if TYPE_CHECKING:
    from .events import RequestEvent
    from .request import PreparedRequest

ENV_LOG = "CREATORAUDIT_LOG"

logger = logging.getLogger("creatoraudit")
logger.addHandler(logging.NullHandler())


def from_environment() -> None:
    """Show the log on stderr if `CREATORAUDIT_LOG` says so.

    Raises:
        ConfigurationError: It names no level.
    """
    wanted = os.environ.get(ENV_LOG, "").strip().lower()
    if not wanted:
        return
    if wanted not in ("info", "debug"):
        raise ConfigurationError(f"{ENV_LOG} must be info or debug, not {one_line(wanted, 20)!r}")
    logger.setLevel(wanted.upper())
    if all(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
        shown = logging.StreamHandler()
        shown.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(shown)


def tried(event: RequestEvent) -> None:
    """Log one try."""
    if not logger.isEnabledFor(logging.INFO):
        return
    ended = event.failure or f"{event.status} request_id={one_line(event.request_id or '-', 128)}"
    logger.info(
        "%s %s %s try %d: %s in %.0f ms%s",
        event.operation,
        event.method,
        one_line(event.path, 200),
        event.attempt,
        ended,
        event.seconds * 1000,
        f": {event.reason}" if event.reason else "",
    )


def waits(request: PreparedRequest, seconds: float, why: str, *, long: bool = False) -> None:
    """Log a wait; one that takes long is worth knowing."""
    level = logging.INFO if long else logging.DEBUG
    logger.log(level, "%s waits %.2f s: %s", request.operation, seconds, why)
