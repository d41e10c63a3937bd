"""``python -m creatoraudit_sandbox``: the ``sandbox`` command by itself."""

from __future__ import annotations

from .cli import sandbox

if __name__ == "__main__":
    sandbox(prog_name="python -m creatoraudit_sandbox")
