# Derived from ../_async/__init__.py by scripts/unasync.py; change that file instead.
"""The client, written as source."""
