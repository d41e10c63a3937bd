"""The summary of a regeneration: effects of a new contract on the facade."""

from __future__ import annotations

import json
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def summary() -> Any:
    """`changes` over the committed contract and an edited copy of it."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from generation import changes as module
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    document = json.loads((ROOT / "openapi.json").read_text("utf-8"))
    names = json.loads((ROOT / "scripts" / "names.json").read_text("utf-8"))

    def summarised(edit: Any) -> list[str]:
        edited = deepcopy(document)
        edit(edited)
        old, new = (json.dumps(one).encode() for one in (document, edited))
        lines: list[str] = module.changes(old, new, names, ROOT)
        return lines

    return summarised


def test_an_unchanged_contract_changes_nothing(summary: Any) -> None:
    assert summary(dict.copy) == []


def test_a_new_operation_is_named_and_has_no_facade_method(summary: Any) -> None:
    def edit(document: Any) -> None:
        document["paths"]["/account-videos/{id}"] = {"get": document["paths"]["/whoami"]["get"]}

    assert summary(edit) == [
        "added operations (1): GET /account-videos/{}",
        "operations without a facade method (1): GET /account-videos/{}",
    ]


def test_a_removed_operation_names_the_methods_it_leaves_behind(summary: Any) -> None:
    def edit(document: Any) -> None:
        del document["paths"]["/account-videos"]["get"]

    assert summary(edit) == [
        "removed operations (1): GET /account-videos",
        "facade methods affected (2): account_videos.list, breakouts",
    ]


def test_a_changed_member_names_every_method_that_sees_it(summary: Any) -> None:
    def edit(document: Any) -> None:
        del document["components"]["schemas"]["WhoAmI"]["properties"]["api_key_name"]

    assert summary(edit) == [
        "changed operations (1): GET /whoami",
        "facade methods affected (1): whoami",
    ]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/videos/metrics", "videos.metrics, videos.stream_metrics"),
        ("/accounts/metrics", "accounts.metrics, accounts.stream_metrics"),
        ("/account-videos/metrics", "account_videos.metrics, account_videos.stream_metrics"),
    ],
)
def test_private_methods_stand_for_the_public_ones_that_use_them(
    summary: Any, path: str, methods: str
) -> None:
    def edit(document: Any) -> None:
        del document["paths"][path]

    removed, affected = summary(edit)
    assert removed == f"removed operations (1): POST {path}"
    assert affected == f"facade methods affected (2): {methods}"


def test_a_base_path_in_every_path_is_not_a_change(summary: Any) -> None:
    def edit(document: Any) -> None:
        document["paths"] = {f"/v2{path}": item for path, item in document["paths"].items()}

    assert summary(edit) == []
