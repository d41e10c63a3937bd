"""A local CreatorAudit v2 server, for developing before there is a key, for tests, and for CI.

`Sandbox` runs it in a thread of the calling process; ``creatoraudit sandbox`` in the foreground.
Requests are checked against openapi.json itself and answered over real HTTP from a world that
follows from a seed.
"""

from __future__ import annotations

try:
    from .organizations import Organization
    from .server import Sandbox
except ModuleNotFoundError as error:
    if error.name is None or error.name.startswith(__name__):
        raise
    raise ModuleNotFoundError(
        f"the sandbox needs {error.name}: pip install 'creatoraudit[sandbox]'", name=error.name
    ) from error

__all__ = ["Organization", "Sandbox"]
