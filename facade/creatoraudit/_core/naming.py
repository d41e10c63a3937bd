"""Names operations by method and path with blanked parameter names.

`GET /videos/{}` is the key of the names table, the generated table, the contract checks, baselines,
the drift report and the sandbox alike, so renaming a path parameter changes nothing.
"""

from __future__ import annotations

import re
from typing import Final

_PARAMETER_NAME: Final = re.compile(r"\{[^{}]*\}")


def blanked(path: str) -> str:
    """A path without the names of its parameters: `/videos/{}`."""
    return _PARAMETER_NAME.sub("{}", path)


def operation_key(method: str, path: str) -> str:
    """The key of an operation: `GET /videos/{}` for any name of the path parameter."""
    return f"{method.upper()} {blanked(path)}"


def key_of(label: str) -> str:
    """The key of an operation that is written as method and path: `GET /videos/{id}`."""
    method, _, path = label.partition(" ")
    return operation_key(method, path)
