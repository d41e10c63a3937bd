"""Lets `python -m creatoraudit.cli` do what `creatoraudit` does."""

from __future__ import annotations

from . import main

main()
