"""The logger `creatoraudit`, which `CREATORAUDIT_LOG=info` (or `debug`) shows on stderr."""

from __future__ import annotations

import logging
import os

from ..errors import ConfigurationError
from .text import one_line

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
