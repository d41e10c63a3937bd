"""Imports of the generated package: nothing before it is used, and never the facade."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import creatoraudit_api
from creatoraudit_api import models

PACKAGE = Path(creatoraudit_api.__path__[0])


def loaded_after(code: str) -> set[str]:
    """Modules an interpreter has loaded after some code."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_one_model_does_not_import_the_others() -> None:
    loaded = loaded_after("from creatoraudit_api.models import Video")
    assert {m for m in loaded if m.startswith("creatoraudit_api.models.")} == {
        "creatoraudit_api.models.video",
        "creatoraudit_api.models.platform",
    }


def test_the_table_imports_no_model_and_no_operation() -> None:
    loaded = loaded_after("import creatoraudit_api.operations")
    ours = {module for module in loaded if module.startswith("creatoraudit_api")}
    assert ours == {
        f"creatoraudit_api{module}" for module in ("", ".types", ".requests", ".operations")
    }
    assert not loaded & {"httpx", "dateutil", "creatoraudit"}


def test_an_operation_imports_only_what_it_decodes() -> None:
    loaded = loaded_after(
        "from creatoraudit_api.operations import get_video\n"
        "get_video.decode(200, {'data': {'id': 'v', 'platform': 'x', 'external_id': 'e'}})"
    )
    found = {m for m in loaded if m.startswith("creatoraudit_api.models.")}
    assert found == {
        "creatoraudit_api.models.platform",
        "creatoraudit_api.models.video",
        "creatoraudit_api.models.video_envelope",
    }
    assert not loaded & {"httpx", "dateutil", "creatoraudit"}


def test_dateutil_waits_for_the_first_unusual_timestamp() -> None:
    code = "from creatoraudit_api.types import timestamp; timestamp({!r})"
    assert "dateutil" not in loaded_after(code.format("2026-03-01T00:00:00Z"))
    assert "dateutil" in loaded_after(code.format("2026-03-01t00:00:00z"))


def test_models_lists_what_it_has_and_refuses_what_it_has_not() -> None:
    assert set(models.__all__) <= set(dir(models))
    for name in models.__all__:
        assert getattr(models, name) is not None
    with pytest.raises(AttributeError, match="Nothing"):
        models.Nothing  # type: ignore[attr-defined]  # noqa: B018  # the point of the test


def test_generated_code_imports_the_standard_library_and_attrs_only() -> None:
    allowed = sys.stdlib_module_names | {"attrs"}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed, path
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                assert str(node.module).split(".")[0] in allowed, path


def test_the_package_is_marked_as_typed_and_carries_the_contract_and_its_stamp() -> None:
    assert (PACKAGE / "py.typed").is_file()
    assert json.loads((PACKAGE / "openapi.json").read_text(encoding="utf-8"))["openapi"]
    stamp = json.loads((PACKAGE / "stamp.json").read_text(encoding="utf-8"))
    assert set(stamp) == {
        "contract",
        "names",
        "overlay",
        "templates",
        "openapi-python-client",
        "ruff",
    }
