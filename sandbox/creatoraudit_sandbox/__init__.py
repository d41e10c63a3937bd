"""A local CreatorAudit v2 server for tests, CI and development without an API key.

`Sandbox` runs it in a thread of the calling process; ``creatoraudit sandbox`` runs it in the
foreground. It validates requests against openapi.json and serves made-up data, derived from a seed,
over HTTP.
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
