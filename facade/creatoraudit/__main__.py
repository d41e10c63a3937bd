"""Lets `python -m creatoraudit` do what `creatoraudit` does."""

from .cli import main

main()
