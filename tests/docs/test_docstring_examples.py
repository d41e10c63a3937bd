"""The examples in docstrings, run against a sandbox; and what else each docstring has to say."""

from __future__ import annotations

import ast
import datetime as dt
import doctest
import inspect
import io
import re
import types
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

import creatoraudit
from creatoraudit import AsyncCreatorAudit, CreatorAudit, snapshot
from creatoraudit_sandbox import Sandbox
from support.docstrings import CLIENTS, DOCUMENTED, MODULES, WITH_EXAMPLE

NOW = "2026-06-15T12:00:00Z"
CHECK = doctest.OutputChecker()
# Lines of a docstring that open a part of it.
MISSPELT = re.compile(r"\s*(Arguments|Parameters|Return|Examples|Usage|Raise|Throws):")
PARTS = ("Args:", "Returns:", "Raises:", "Example:", "Attributes:")


every_one = pytest.mark.parametrize(
    "function",
    [function for _, function, _ in DOCUMENTED],
    ids=[name for name, _, _ in DOCUMENTED],
)


def names_of_examples(sandbox: Sandbox, of: str) -> dict[str, object]:
    """What the examples take as given: ids of things that are there."""
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        accounts = [one for one in ca.accounts.list() if one.last_scrape_time]
        free = next(one for one in accounts if one.creator_id is None)
        videos = [one for one in ca.videos.list() if one.last_scrape_time]
        creator = ca.creators.list().first()
        assert creator
        if of.endswith(".unlink"):
            ca.creators.link(creator.id, free.id)
    Path("creatoraudit.toml").write_text(
        f'[organizations.acme]\nkey = "env:CREATORAUDIT_API_KEY"\nbase_url = "{sandbox.base_url}"\n'
    )
    return {
        "account": free,
        "account_id": free.id,
        "account_ids": [one.id for one in accounts[:3]],
        "creator_id": creator.id,
        "ids": [one.id for one in videos[:3]],
        "units": snapshot.plan(what=["creators"], day=dt.date(2026, 6, 15)),
        "video": videos[0],
        "video_id": videos[0].id,
        "video_ids": [one.id for one in videos[:3]],
        **{name: getattr(module, name) for module in MODULES for name in module.__all__},
        "Path": Path,
        **{client.__name__: client for client in CLIENTS},
    }


@pytest.mark.parametrize(
    ("name", "function", "is_async"), WITH_EXAMPLE, ids=[name for name, _, _ in WITH_EXAMPLE]
)
def test_example_of_a_docstring_runs(
    name: str,
    function: Callable[..., object],
    is_async: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(function) or "")
    assert examples
    with Sandbox(7, 10, 20, now=NOW, rate_limit=0, refresh_delay=0) as sandbox:
        monkeypatch.setenv("CREATORAUDIT_API_KEY", sandbox.api_key)
        monkeypatch.setenv("CREATORAUDIT_BASE_URL", sandbox.base_url)
        given = names_of_examples(sandbox, name)
        anyio.run(partial(run_all, examples, given, is_async))


async def run_all(
    examples: list[doctest.Example], names: dict[str, object], is_async: bool
) -> None:
    if not is_async:
        with CreatorAudit() as ca:
            for example in examples:
                await run_one(example, names | {"ca": ca}, names)
    else:
        async with AsyncCreatorAudit() as ca:
            for example in examples:
                await run_one(example, names | {"ca": ca}, names)


async def run_one(
    example: doctest.Example, names: dict[str, Any], remembered: dict[str, object]
) -> None:
    code = compile(example.source, "docstring", "single", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with redirect_stdout(io.StringIO()) as out:
        result = types.FunctionType(code, names)()
        if inspect.iscoroutine(result):
            await result
    remembered.update({name: value for name, value in names.items() if name != "ca"})
    if example.want:
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        assert CHECK.check_output(example.want, out.getvalue(), flags), out.getvalue()


@every_one
def test_every_parameter_is_explained(function: Callable[..., object]) -> None:
    text = inspect.getdoc(function) or ""
    if refers_elsewhere(text):
        return
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name not in ("self", "options"):
            star = r"\*\*" if parameter.kind is parameter.VAR_KEYWORD else ""
            assert re.search(rf"^    {star}{parameter.name}: ", text, re.MULTILINE), parameter.name


@every_one
def test_parts_of_a_docstring_come_in_their_order(function: Callable[..., object]) -> None:
    lines = (inspect.getdoc(function) or "").splitlines()
    found = [line for line in lines if line in PARTS]
    assert found == [part for part in PARTS if part in found]
    # A part that is indented, or spelt otherwise, would be shown as prose.
    assert not [line for line in lines if line.strip() in PARTS and line not in PARTS]
    assert not [line for line in lines if MISSPELT.match(line)]


def refers_elsewhere(text: str) -> bool:
    """Whether a docstring leaves the arguments to that of another method."""
    return re.search(r"\b(Same as|Like|As) `|Send a raw request", text) is not None


def test_every_public_class_says_what_it_is_in_one_line() -> None:
    for name in creatoraudit.__all__:
        value = getattr(creatoraudit, name)
        if inspect.isclass(value):
            first = (inspect.getdoc(value) or "").splitlines()[0]
            assert first.endswith((".", "?")), name
