"""The notebook of the documentation: executed, and its output compared with what it shows.

`CREATORAUDIT_UPDATE_DOCS=1` writes what came out into the notebook instead of comparing it.
"""

from __future__ import annotations

import copy
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from creatoraudit_sandbox import Sandbox
from support import pages

from .conftest import NOW

NOTEBOOK = pages.ROOT / "docs" / "guides" / "notebook.ipynb"
UPDATE = bool(os.environ.get("CREATORAUDIT_UPDATE_DOCS"))

sys.path.append(str(pages.ROOT / "docs" / "_extensions"))

import notebooks  # noqa: E402 - found through the line above


def shown(notebook: Any) -> list[list[dict[str, str]]]:
    """The output of each cell: of which kinds it is, and the plain texts among it."""
    return [
        [
            {
                kind: text if kind == "text/plain" else ""
                for kind, text in output.get("data", {"stream": ""}).items()
            }
            for output in cell.outputs
        ]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


# What Jupyter's own packages warn of is not ours to mend.
@pytest.mark.filterwarnings("ignore")
def test_notebook_runs_and_shows_what_it_shows_on_the_page(tmp_path: Path) -> None:
    # Here, not above: they are slow to import, and each worker collects this module.
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    kept = nbformat.read(NOTEBOOK, as_version=4)
    notebook = copy.deepcopy(kept)
    with Sandbox(now=NOW, rate_limit=0) as sandbox:
        env = {
            **os.environ,
            "CREATORAUDIT_API_KEY": sandbox.api_key,
            "CREATORAUDIT_BASE_URL": sandbox.base_url,
            "IPYTHONDIR": str(tmp_path / "ipython"),
            "MPLCONFIGDIR": str(tmp_path / "matplotlib"),
        }
        client = nbclient.NotebookClient(
            notebook, timeout=300, startup_timeout=240, record_timing=False
        )
        client.execute(cwd=str(tmp_path), env=env)
    if UPDATE:
        notebook.metadata = kept.metadata
        nbformat.write(notebook, NOTEBOOK)
    else:
        assert shown(notebook) == shown(kept)
    assert any("image/png" in output for cell in shown(notebook) for output in cell)


def test_page_has_the_cells_with_their_output() -> None:
    nbformat = pytest.importorskip("nbformat")
    text = notebooks.markdown(NOTEBOOK)
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        assert cell.source in text
    assert "<table" in text
    assert "data:image/png;base64," in text
