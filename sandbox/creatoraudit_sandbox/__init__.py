"""A local CreatorAudit v2 server, for developing before there is a key, for tests, and for CI.

`Sandbox` runs it in a thread of the calling process; ``creatoraudit sandbox`` in the foreground.
Requests are checked against openapi.json itself and answered over real HTTP from a world that
follows from a seed.
"""

from __future__ import annotations

from .organizations import Organization
from .server import Sandbox

__all__ = ["Organization", "Sandbox"]
