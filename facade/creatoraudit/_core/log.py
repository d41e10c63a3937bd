"""The logger `creatoraudit`, which `CREATORAUDIT_LOG=info` (or `debug`) shows on stderr.

The libraries that carry our requests log whole URLs and headers. While they carry one of ours they
are kept silent; what else a program does with them is logged as ever.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..errors import ConfigurationError
from .text import one_line

ENV_LOG = "CREATORAUDIT_LOG"
_LIBRARIES = (
    *("httpx", "httpx2", "hpack.hpack", "hpack.table"),
    *(f"httpcore.{name}" for name in ("connection", "http11", "http2", "proxy", "socks")),
)

logger = logging.getLogger("creatoraudit")
logger.addHandler(logging.NullHandler())

_carrying: ContextVar[bool] = ContextVar("creatoraudit_carrying", default=False)


def _not_ours(_record: logging.LogRecord) -> bool:
    return not _carrying.get()


for _name in _LIBRARIES:
    logging.getLogger(_name).addFilter(_not_ours)


@contextmanager
def libraries_silenced() -> Iterator[None]:
    """Keep the libraries below from logging what they carry for us."""
    before = _carrying.get()
    _carrying.set(True)
    try:
        yield
    finally:
        _carrying.set(before)


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
