"""The public surface: its names, the cost of imports, and the equality of both clients."""

from __future__ import annotations

import ast
import functools
import inspect
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import creatoraudit
from creatoraudit import AsyncCreatorAudit, AsyncPager, CreatorAudit, Pager
from creatoraudit_api import models

PACKAGE = Path(creatoraudit.__file__).parent


def python(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_all_is_exactly_the_public_names():
    assert len(set(creatoraudit.__all__)) == len(creatoraudit.__all__)
    assert set(chain(*creatoraudit._HOMES.values())) <= set(creatoraudit.__all__)
    for name in creatoraudit.__all__:
        assert getattr(creatoraudit, name) is getattr(creatoraudit, name)
    assert dir(creatoraudit) == sorted(creatoraudit.__all__)


def test_type_checkers_see_the_same_names():
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    seen = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module not in ("__future__", "typing")
        for alias in node.names
    }
    assert "*" in seen  # the errors, which are listed once, in their own module
    own = seen - {"import_module", "errors", "*"}
    assert set(creatoraudit.__all__) == own | set(creatoraudit.errors.__all__)


def test_public_errors_are_all_that_their_module_defines():
    defined = {
        name
        for name, value in vars(creatoraudit.errors).items()
        if inspect.isclass(value) and value.__module__ == "creatoraudit.errors"
    }
    assert set(creatoraudit.errors.__all__) == defined


def test_enums_are_those_of_the_generated_package():
    hints = get_type_hints(CreatorAudit().videos.list)
    assert hints["order_by"] == models.VideoOrder | None
    assert hints["order_direction"] == models.OrderDirection | None
    assert get_type_hints(CreatorAudit().accounts.list)["order_by"] == models.AccountOrder | None
    assert get_type_hints(CreatorAudit.overview)["period"] == models.Period | None
    pinned = json.loads((Path(__file__).parents[2] / "scripts" / "names.json").read_text())["enums"]
    for name in ("Platform", "Period", "MetricsPeriod", "VideoOrder", "AccountOrder"):
        assert sorted(get_args(getattr(models, name))) == pinned[name]


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'creatoraudit' has no attribute 'Nothing'"):
        creatoraudit.Nothing  # noqa: B018 - reading it is the test


def test_every_public_object_is_documented():
    for name in creatoraudit.__all__:
        value = getattr(creatoraudit, name)
        if inspect.isclass(value):
            assert value.__doc__, name


HEAVY = [
    *("httpx", "attrs", "attr", "anyio", "dateutil", "click", "rich", "starlette", "uvicorn"),
    *("ssl", "asyncio", "trio", "creatoraudit_api", "creatoraudit_sandbox", "pandas", "polars"),
]


def test_importing_the_package_imports_nothing_else():
    code = "import sys; before = set(sys.modules); import creatoraudit; print(*sys.modules)"
    assert not set(python(code)) & set(HEAVY)


def test_naming_the_errors_does_not_load_the_network():
    code = "import sys; from creatoraudit import APIError, NetworkError; print(*sys.modules)"
    assert not set(python(code)) & set(HEAVY) - {"attrs", "attr", "creatoraudit_api"}


def test_a_client_needs_no_extra():
    code = (
        "import sys; from creatoraudit import CreatorAudit, AsyncCreatorAudit;"
        "CreatorAudit('k', base_url='http://127.0.0.1:1').close(); print(*sys.modules)"
    )
    # Not click, rich and trio: httpx takes them along where they are installed.
    extras = {"starlette", "uvicorn", "jsonschema_rs", "pandas", "polars"}
    assert not set(python(code)) & (extras | {"creatoraudit_sandbox"})


def test_only_one_module_imports_httpx():
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^\s*(import|from) httpx", path.read_text("utf-8"), re.MULTILINE)
    }
    assert found == {"_core/http.py"}


def test_only_the_command_line_may_know_the_sandbox():
    found = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if "creatoraudit_sandbox" in path.read_text("utf-8")
    }
    assert found <= {"cli"}


def test_every_module_says_what_it_is_for():
    for path in PACKAGE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), path


def test_all_modules_import():
    for module in pkgutil.walk_packages([str(PACKAGE)], "creatoraudit."):
        # Those need extras or do something, and have tests of their own.
        if not re.search(r"\.(__main__|cli|contract|frames)\b", module.name):
            __import__(module.name)


# --- sync and async are one


def surface(cls):
    names = [name for name in dir(cls) if not name.startswith("_")]
    return {name: inspect.getattr_static(cls, name) for name in names}


def as_sync(text: str) -> str:
    text = re.sub(r"\bAsync(?=[A-Z])", "", text)
    return text.replace("_async", "_sync")


KEY = "key-of-tests"
PAIRS = [(CreatorAudit, AsyncCreatorAudit), (Pager, AsyncPager)] + [
    (
        type(getattr(CreatorAudit("key-of-tests"), name)),
        type(getattr(AsyncCreatorAudit("key-of-tests"), name)),
    )
    for name in ("accounts", "videos", "account_videos", "creators")
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0].__name__)
def test_both_clients_have_the_same_methods_with_the_same_signatures(pair):
    sync, asynchronous = (surface(cls) for cls in pair)
    renamed = {"aclose": "close"}
    assert set(sync) == {renamed.get(name, name) for name in asynchronous}
    for name, method in asynchronous.items():
        twin = sync[renamed.get(name, name)]
        if not inspect.isfunction(method):
            assert type(method) is type(twin)
            continue
        ours, theirs = inspect.signature(twin), inspect.signature(method)
        assert str(ours) == as_sync(str(theirs))
        assert twin.__doc__
        assert not inspect.iscoroutinefunction(twin)


@pytest.mark.parametrize("pair", PAIRS[:1], ids=["client"])
def test_both_constructors_take_the_same_settings(pair):
    sync, asynchronous = (str(inspect.signature(cls.__init__)) for cls in pair)
    assert sync == as_sync(asynchronous)


def test_the_derived_half_does_not_speak_of_what_only_the_async_one_has():
    package = Path(creatoraudit.__file__).parent
    by_hand = {"io.py"}
    for path in (package / "_sync").glob("*.py"):
        if path.name not in by_hand:
            found = re.findall(r"(?i)event loop|asyncio|\btrio\b|\bawait\b", path.read_text())
            assert found == [], path.name


# A folder may import what stands at or above its own line.
LAYERS = [
    {"_version"},
    {"errors"},
    {"_core"},
    {"_results"},
    {"frames", "arrow"},
    {"_async", "_sync"},
    {""},
    {"contract", "export", "report", "snapshot"},
    {"cli", "__main__"},
]


def imports_of(path: Path) -> Iterator[str]:
    """Modules of the facade that a module imports, those for type checkers only included."""
    own = path.relative_to(PACKAGE).with_suffix("").parts
    package = own[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            start = package[: len(package) - node.level + 1]
            module = (*start, *(node.module.split(".") if node.module else ()))
            for alias in node.names:
                inner = PACKAGE.joinpath(*module, alias.name)
                is_module = inner.with_suffix(".py").exists() or (inner / "__init__.py").exists()
                yield ".".join((*module, alias.name) if is_module else module)


@functools.cache
def graph() -> dict[str, set[str]]:
    """What each module of the facade imports."""
    return {
        ".".join(
            part for part in path.relative_to(PACKAGE).with_suffix("").parts if part != "__init__"
        ): set(imports_of(path))
        for path in PACKAGE.rglob("*.py")
    }


def test_imports_point_one_way():
    level = {name: number for number, names in enumerate(LAYERS) for name in names}
    upwards = [
        f"{module} imports {target}"
        for module, targets in graph().items()
        for target in targets
        if level[target.partition(".")[0]] > level[module.partition(".")[0]]
        and module.partition(".")[0] not in ("", "errors")
    ]
    assert upwards == []


def test_no_import_goes_round_in_a_circle():
    remaining = {name: targets - {name, ""} for name, targets in graph().items() if name}
    while free := [name for name, targets in remaining.items() if not targets & remaining.keys()]:
        for name in free:
            del remaining[name]
    assert sorted(remaining) == []


def test_a_list_passes_at_most_fifteen_files_before_its_first_item(sandbox):
    passed: set[str] = set()

    def note(frame, event, _argument):
        if event == "call" and Path(frame.f_code.co_filename).is_relative_to(PACKAGE):
            passed.add(frame.f_code.co_filename)

    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        assert ca.videos.list().first()
        sys.setprofile(note)
        try:
            assert ca.videos.list().first()
        finally:
            sys.setprofile(None)
    assert 0 < len(passed) <= 15, sorted(passed)
