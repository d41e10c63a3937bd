"""Modules that are imported when one of their names is first used."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from ..errors import ConfigurationError


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


def installed(library: str, extra: str | None = None) -> Any:
    """Import a library of an extra, which has its name unless another one is given.

    Raises:
        ConfigurationError: It is not installed.
    """
    try:
        return import_module(library)
    except ImportError:
        raise ConfigurationError(
            f"{library} is not installed; run: pip install 'creatoraudit[{extra or library}]'"
        ) from None


def attribute(package: str, homes: Mapping[str, Sequence[str]], name: str) -> object:
    """Import a name of a package from its module, for the `__getattr__` of the package.

    Args:
        package: Full name of the package.
        homes: The names in each module, which is relative to the package.
        name: The name that is looked for.

    Raises:
        AttributeError: The package has no such name.
    """
    home = next((module for module, names in homes.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    value: object = getattr(import_module(home, package), name)
    setattr(sys.modules[package], name, value)
    return value
