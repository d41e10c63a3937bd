"""Does the API keep the contract this release was built on? Asked with schemathesis."""

from __future__ import annotations

from ._facts import Exchange, Facts, Finding

__all__ = ["Exchange", "Facts", "Finding"]
