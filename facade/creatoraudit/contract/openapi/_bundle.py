"""Bundles a document: copies the files that it refers to into it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Final

from ._document import Document
from ._quoting import inert
from ._reading import MOST_BYTES, tree

HOLDER: Final = "x-bundled"
_DATA: Final = frozenset({"example", "examples", "default", "enum", "const"})


def bundled(document: Document, folder: Path) -> Document:
    """Return the document with referenced files under `x-bundled`, and references to them.

    A reference to a URL stays as it is: it is not followed, and concerns only the operations that
    need it.

    Args:
        document: The document; it is not changed.
        folder: The folder of its file. Only files in or below it are read.

    Raises:
        DocumentRefused: A reference leads out of the folder, or not to a document.
    """
    bundle = _Bundle(document, folder.resolve())
    root = copy.deepcopy(dict(document.root))
    bundle.rewrite(root, bundle.folder, None)
    if not bundle.held:
        return document
    root[HOLDER] = bundle.held
    return Document(document.name, root)


class _Bundle:
    """The files read so far, by their path relative to the folder."""

    def __init__(self, document: Document, folder: Path) -> None:
        self.document = document
        self.folder = folder
        self.held: dict[str, Any] = {}

    def rewrite(self, node: Any, folder: Path, inside: str | None) -> None:
        """Rewrite all references at or below a node to point into the document."""
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                target = one.get("$ref")
                if isinstance(target, str):
                    one["$ref"] = self._into(target, folder, inside)
                waiting += [value for key, value in one.items() if key not in _DATA]
            elif isinstance(one, list):
                waiting += one

    def _into(self, target: str, folder: Path, inside: str | None) -> str:
        path, _, fragment = target.partition("#")
        if not path:
            return target if inside is None else f"#/{HOLDER}/{inside}{fragment}"
        if "://" in path or path.startswith("//"):
            return target
        file = (folder / path).resolve()
        if not file.is_relative_to(self.folder):
            self.document.refuse(f"refers to {inert(target)}, which is not beside the document")
        name = file.relative_to(self.folder).as_posix()
        escaped = name.replace("~", "~0").replace("/", "~1")
        if name not in self.held:
            try:
                with file.open("rb") as opened:
                    content = opened.read(MOST_BYTES + 1)
            except (OSError, ValueError):
                self.document.refuse(f"refers to {inert(target)}, which cannot be read")
            self.held[name] = tree(content, name)
            self.rewrite(self.held[name], file.parent, escaped)
        return f"#/{HOLDER}/{escaped}{fragment}"
