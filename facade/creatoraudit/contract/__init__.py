"""Does the API still keep the contract this release was built on?

    from creatoraudit.contract import check

    outcome = check(api_key="...", base_url="https://api.creatoraudit.com/v2")
    print(outcome.code)   # 0 kept, 1 drift, 2 could not be found out

`creatoraudit contract` is the same for a terminal and for CI. It needs schemathesis (`pip install
'creatoraudit[contract]'`), which runs in a process of its own: importing this package loads none of
it. What is asked and what counts as drift is decided in `_checks`; that nothing but reads goes out
in `_live` and `_wire`; what is told of an answer in `_facts`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._facts import Exchange, Facts, Finding
    from ._run import Outcome, check

# Loaded when used: the reader of documents in `openapi` works without the generated package.
_MODULES = {
    "Exchange": "_facts",
    "Facts": "_facts",
    "Finding": "_facts",
    "Outcome": "_run",
    "check": "_run",
}

__all__ = ["Exchange", "Facts", "Finding", "Outcome", "check"]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
