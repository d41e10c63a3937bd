"""The operations of a document, by a key that survives renamed path parameters.

The key is the method and the path with blanked parameter names, such as `GET /videos/{}`. The names
table, the generated table, the contract checks, the drift report and the sandbox all use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ..._core.naming import operation_key
from ._document import Document, DocumentRefused, Place

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The HTTP methods, which are the members of a path item that hold operations."""


class Operation(NamedTuple):
    """One operation of a document."""

    method: str
    path: str
    item: Place
    place: Place

    @property
    def label(self) -> str:
        """Method and path as the document writes them."""
        return f"{self.method.upper()} {self.path}"

    @property
    def key(self) -> str:
        """Method and path with blanked parameter names."""
        return operation_key(self.method, self.path)


def operations(
    document: Document, unreadable: list[DocumentRefused] | None = None
) -> dict[str, Operation]:
    """The operations of a document by their key.

    Args:
        document: The document.
        unreadable: Collects what is wrong with paths that cannot be read, instead of raising it.

    Raises:
        DocumentRefused: A path is not an object, or two paths differ in parameter names only.
    """
    found: dict[str, Operation] = {}
    for path, each in document.top.each("paths"):
        if path.startswith("x-"):
            continue
        try:
            item = each.resolved()
            # OpenAPI 3.2 has one more method, and room for any other.
            known = ((method, item.get(method)) for method in (*METHODS, "query"))
            for method, place in (*known, *item.each("additionalOperations")):
                if place is None:
                    continue
                operation = Operation(method, path, item, place)
                if operation.key in found:
                    place.refuse("is also the operation of a path with other parameter names")
                found[operation.key] = operation
        except DocumentRefused as refused:
            if unreadable is None:
                raise
            unreadable.append(refused)
    return found


def is_success(status: str) -> bool:
    """Whether a response key stands for success: a 2xx status, or `2XX`."""
    return len(status) == 3 and status[0] == "2"


def unprefixed(root: Mapping[str, Any], prefix: str) -> Mapping[str, Any]:
    """Remove `prefix` (`/v2`) from all paths of the document, if every path begins with it.

    Some documents write the path of the server into `servers`, others into every path.
    """
    paths = root.get("paths")
    if not prefix or not isinstance(paths, dict) or not paths:
        return root
    names = [path for path in paths if not path.startswith("x-")]
    if not names or not all(path.startswith(f"{prefix}/") for path in names):
        return root
    shorter = {path.removeprefix(prefix): item for path, item in paths.items()}
    return {**root, "paths": shorter}
