"""Annotations can be read at run time, and cost nothing before."""

from __future__ import annotations

import inspect
import pkgutil
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

import creatoraudit
from creatoraudit import AsyncCreatorAudit, CreatorAudit, Reply, Video
from creatoraudit._core.lazy import LazyModule

# Every module that people import; the contract checks need an extra.
MODULES = [
    *("creatoraudit", "creatoraudit_api.operations", "creatoraudit_api.types"),
    "creatoraudit_sandbox",
    *(
        f"creatoraudit.{module.name}"
        for module in pkgutil.iter_modules(creatoraudit.__path__)
        if not module.name.startswith("_") and module.name not in ("cli", "contract")
    ),
]
KEY = "a-key-for-tests"


def clients():
    yield CreatorAudit(KEY, base_url="http://127.0.0.1:9/v2")
    yield AsyncCreatorAudit(KEY, base_url="http://127.0.0.1:9/v2")


def members(name: str, value: object) -> Iterator[tuple[str, Callable[..., object]]]:
    """A class or function, and the public methods of a class."""
    if inspect.isroutine(value):
        yield name, value
    elif inspect.isclass(value) and value.__module__.startswith("creatoraudit"):
        yield name, value
        for attribute in dir(value):
            if attribute == "__init__" or not attribute.startswith("_"):
                method = inspect.getattr_static(value, attribute)
                method = getattr(method, "func", getattr(method, "fget", method))
                method = getattr(method, "__func__", method)
                if inspect.isfunction(method):
                    yield f"{name}.{attribute}", method


def public() -> Iterator[tuple[str, Callable[..., object]]]:
    """Everything that people call."""
    for module in map(import_module, MODULES):
        for name in getattr(module, "__all__", []):
            yield from members(f"{module.__name__}.{name}", getattr(module, name))
    for client in clients():
        for name in ("accounts", "videos", "account_videos", "creators"):
            yield from members(f"{type(client).__name__}.{name}", type(getattr(client, name)))


PUBLIC = dict(public())


def test_every_public_callable_is_asked():
    assert len(PUBLIC) > 250
    for name in ("search", "videos.list", "creators.top", "accounts.track", "breakouts", "call"):
        asked = {f"{cls}.{name}" for cls in ("CreatorAudit", "AsyncCreatorAudit")}
        assert asked <= {one.removeprefix("creatoraudit.") for one in PUBLIC}


def unresolved(function: Callable[..., object]) -> str:
    try:
        typing.get_type_hints(function, include_extras=True)
    except (AttributeError, NameError, TypeError) as error:
        return repr(error)
    return ""


def test_annotations_of_every_public_callable_resolve():
    assert {name: told for name, one in PUBLIC.items() if (told := unresolved(one))} == {}


def test_they_resolve_to_what_the_checkers_see():
    for client in clients():
        assert typing.get_type_hints(client.videos.get)["return"] is Video
        assert typing.get_type_hints(client.search)["return"] is creatoraudit.SearchResponse
        assert typing.get_type_hints(client.breakouts)["return"] is creatoraudit.Breakouts
        assert typing.get_type_hints(client.call)["return"] == Reply[typing.Any]
        listed = typing.get_type_hints(client.videos.list)["return"]
        assert typing.get_args(listed) == (Video,)


def test_making_a_client_reads_no_annotation():
    code = (
        "import sys; from creatoraudit import CreatorAudit;"
        "CreatorAudit('k', base_url='http://127.0.0.1:9/v2').close(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # Not attrs: httpx takes it along where trio is installed.
    heavy = {"dateutil", "creatoraudit_api.models", "creatoraudit._sync.types"}
    assert not set(done.stdout.split()) & heavy


def test_names_of_an_extra_that_is_not_installed_are_any():
    assert LazyModule("no_such_module_of_an_extra", optional=True).DataFrame is typing.Any
    with pytest.raises(ModuleNotFoundError):
        LazyModule("no_such_module_of_ours").Name  # noqa: B018 - reading it is the test
