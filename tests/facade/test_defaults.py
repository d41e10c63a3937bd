"""The defaults of everything public: to change one is a change that users notice."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import pytest

from creatoraudit import AsyncCreatorAudit, CreatorAudit, export, frames, report

# All but None; UNSET stands for "not sent".
DEFAULTS: dict[str, dict[str, Any]] = {
    "client": {"timeout": 30.0, "max_retries": 4, "retry_budget": 150.0, "concurrency": 8},
    "client.breakouts": {
        "window": 7,
        "top": 10,
        "by": "views",
        "source": "account-videos",
        "include_partial": False,
        "via": "post",
    },
    "client.download": {"overwrite": False},
    "client.accounts.track": {"category": "UNSET", "scrape_interval_hours": "UNSET"},
    "client.accounts.update": {"is_active": "UNSET"},
    "client.accounts.wait_until_refreshed": {"timeout": 300.0, "poll": 2.0},
    "client.videos.deltas": {"windows": (1, 7, 14, 30), "via": "post"},
    "client.videos.stream_deltas": {"windows": (1, 7, 14, 30), "via": "post"},
    "client.videos.track": {
        "metadata": "UNSET",
        "is_active": "UNSET",
        "scrape_interval_hours": "UNSET",
    },
    "client.videos.update": {"is_active": "UNSET"},
    "client.videos.wait_until_refreshed": {"timeout": 300.0, "poll": 2.0},
    "client.account_videos.metrics": {"instagram": (), "tiktok": ()},
    "client.account_videos.stream_metrics": {"instagram": (), "tiktok": ()},
    "client.creators.create": {"is_active": "UNSET", "metadata": "UNSET"},
    "client.creators.update": {"name": "UNSET", "is_active": "UNSET", "metadata": "UNSET"},
}
MODULES: dict[str, dict[str, Any]] = {
    "export.columns": {"with_counts": False},
    "export.export": {
        "out": ".",
        "raw": False,
        "excel": False,
        "with_counts": False,
        "overwrite": False,
        "restart": False,
    },
    "frames.to_pandas": {"expand": False},
    "frames.to_polars": {"expand": False},
}


def functions(owner: str, holder: object) -> Iterator[tuple[str, Any]]:
    for name in sorted(dir(holder)):
        value = inspect.getattr_static(holder, name)
        if isinstance(value, types.FunctionType) and (name == "__init__" or name[0] != "_"):
            yield owner if name == "__init__" else f"{owner}.{name}", value


def defaults(found: Iterator[tuple[str, Any]]) -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = {}
    for name, function in found:
        for parameter in inspect.signature(function).parameters.values():
            value = parameter.default
            if value is not parameter.empty and value is not None:
                shown = "UNSET" if type(value).__name__ == "Unset" else value
                table.setdefault(name, {})[parameter.name] = shown
    return table


@pytest.mark.parametrize("client", [CreatorAudit, AsyncCreatorAudit])
def test_defaults_of_a_client_and_its_methods(client: type) -> None:
    made = client("a-key", base_url="http://127.0.0.1:9/v2")
    table = defaults(functions("client", client))
    for name, value in vars(client).items():
        if isinstance(value, cached_property):
            resource = type(getattr(made, name))
            found = functions(f"client.{name}", resource)
            table |= defaults(one for one in found if one[0] != f"client.{name}")
    assert table == DEFAULTS


def test_defaults_of_functions() -> None:
    found = (
        (f"{module.__name__.rpartition('.')[2]}.{name}", getattr(module, name))
        for module in (export, frames, report)
        for name in module.__all__
        if isinstance(getattr(module, name), types.FunctionType)
    )
    assert defaults(found) == MODULES
