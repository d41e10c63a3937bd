"""Fixtures of the tests that need the pinned generator and ruff."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.checkout import ROOT, Checkout, Node, mini_document


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


@pytest.fixture
def contract() -> Node:
    """The committed contract, to be changed at will."""
    document: Node = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture
def mini() -> Node:
    """A small document with one of everything the templates treat in a way of their own."""
    return mini_document()
