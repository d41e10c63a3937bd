"""Puts the cells of a notebook, with their output, where a page has a comment that names it.

Nothing is executed here; the tests execute the notebook and compare the output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_PLACE = re.compile(r"<!-- cells of (\S+\.ipynb) -->")


def markdown(notebook: Path) -> str:
    """The cells of a notebook as a MyST page has them."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return "\n\n".join(part for cell in cells for part in _parts(cell))


def _parts(cell: dict[str, Any]) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield source
        return
    yield _fenced("python", source)
    for output in cell["outputs"]:
        data = {kind: "".join(text) for kind, text in output.get("data", {}).items()}
        if "image/png" in data:
            image = data["image/png"].replace("\n", "")
            yield _fenced(
                "{raw} html", f'<img alt="The chart" src="data:image/png;base64,{image}">'
            )
        elif "text/html" in data:
            yield _fenced("{raw} html", data["text/html"])
        else:
            yield _fenced("text", data.get("text/plain") or "".join(output.get("text", "")))


def _fenced(language: str, text: str) -> str:
    return f"````{language}\n{text.rstrip()}\n````"


def _fill(app: Sphinx, page: str, source: list[str]) -> None:
    folder = Path(app.env.doc2path(page)).parent

    def cells(found: re.Match[str]) -> str:
        app.env.note_dependency(str(folder / found[1]))
        return markdown(folder / found[1])

    source[0] = _PLACE.sub(cells, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Let pages show notebooks."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
