"""Bundles a document: copies the files that it refers to into it."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from ._document import Document, DocumentRefused, below
from ._reading import MOST_BYTES, tree
from ._schemas import DATA, NAMES

HOLDER: Final = "x-bundled"
_HELD: Final = f"/{HOLDER}"


def bundled(document: Document, folder: Path) -> Document:
    """Return the document with referenced files under `x-bundled`, and references to them.

    A reference that leads to a URL, out of the folder, or to no document stays as it is: only the
    operations that use it fail.

    Args:
        document: The document; it is not changed.
        folder: The folder of its file. Only files in or below it are read.
    """
    bundle = _Bundle(folder.resolve())
    root = copy.deepcopy(dict(document.root))
    bundle.rewrite(root, bundle.folder, None)
    if not bundle.held:
        return document
    root[HOLDER] = bundle.held
    return Document(document.name, root)


class _Bundle:
    """The files read so far, by their path relative to the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held: dict[str, Any] = {}
        self.unreadable: set[str] = set()

    def rewrite(self, node: Any, folder: Path, inside: str | None) -> None:
        """Rewrite all references at or below a node to point into the document."""
        waiting: list[tuple[Any, bool]] = [(node, False)]
        while waiting:
            one, named = waiting.pop()
            if isinstance(one, dict):
                target = one.get("$ref")
                if isinstance(target, str):
                    one["$ref"] = self._into(target, folder, inside)
                waiting += [
                    (value, not named and key in NAMES)
                    for key, value in one.items()
                    if named or key not in DATA
                ]
            elif isinstance(one, list):
                waiting += [(value, False) for value in one]

    def _into(self, target: str, folder: Path, inside: str | None) -> str:
        path, _, fragment = target.partition("#")
        if not path:
            return target if inside is None else f"#{below(_HELD, inside)}{fragment}"
        if "://" in path or path.startswith("//"):
            return target
        try:
            file = Path(
                os.path.realpath(folder / unquote(path))
            )  # `resolve` raises if a link leads around
            name = file.relative_to(self.folder).as_posix()
        except (OSError, ValueError):
            return target
        if name not in self.held and name not in self.unreadable:
            self._hold(name, file)
        if name in self.unreadable:
            return target
        return f"#{below(_HELD, name)}{fragment}"

    def _hold(self, name: str, file: Path) -> None:
        try:
            with file.open("rb") as opened:
                content = tree(opened.read(MOST_BYTES + 1), name)
        except (OSError, ValueError, DocumentRefused):
            content = None
        if not isinstance(content, dict | list):
            self.unreadable.add(name)
            return
        self.held[name] = content
        self.rewrite(content, file.parent, name)
