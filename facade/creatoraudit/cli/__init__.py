"""The `creatoraudit` command: its entry point, which works in a bare installation too.

Without the libraries of the `cli` extra, it prints only the version and which extra to install.
Everything else is in `_app`, which is imported if they are installed.
"""

from __future__ import annotations

import sys

from .._version import __version__
from . import _streams
from ._extras import missing

__all__ = ["main"]


def main() -> None:
    """Run the command line on `sys.argv` and end the process with its exit code.

    0 done, 1 the API, the network or some of the work failed, 2 wrong usage or a missing extra, 130
    interrupted.
    """
    _streams.prepare()
    if sys.argv[1:] == ["--version"]:
        sys.exit(_version())
    if line := missing("cli"):
        sys.exit(_refuse(line))
    try:
        from ._app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        # Ctrl-C while the libraries are being imported, before `run` can handle it.
        print("creatoraudit: interrupted", file=sys.stderr)  # noqa: T201 - click may not be there
        code = 130
    sys.exit(code)


def _version() -> int:
    try:
        print(f"creatoraudit {__version__}", flush=True)  # noqa: T201 - click may not be installed
    except OSError as error:
        _streams.give_up_output()
        _refuse(f"creatoraudit: standard output: {_streams.why(error)}")
        return 1
    return 0


def _refuse(line: str) -> int:
    print(line, file=sys.stderr)  # noqa: T201 - click may not be installed
    return 2
