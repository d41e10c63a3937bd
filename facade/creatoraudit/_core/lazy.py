"""Modules that are imported when one of their names is first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class LazyModule:
    """Stands for a module in annotations, so that these can be read at run time.

    Args:
        name: The module's full name.
        optional: Whether it belongs to an extra. Where that is not installed, each of its names is
            `Any`.
    """

    def __init__(self, name: str, *, optional: bool = False) -> None:
        self._name = name
        self._optional = optional

    def __getattr__(self, name: str) -> Any:
        try:
            module = import_module(self._name)
        except ImportError:
            if self._optional:
                return Any
            raise
        return getattr(module, name)
