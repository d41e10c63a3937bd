"""Processes of Python that start in a hundredth of a second, because they are forks of a warm one.

Most of what a command line costs is the start of the interpreter and its imports. The command here
takes what `sys.executable` takes (`-P`, `-W`, `-m`, `-c`, a script) and is a process as well, with
streams, environment, folder and exit code of its own; it is forked from one that has imported the
package already, and nothing is kept from one to the next. So are the processes that it starts by
`sys.executable`. Tests of how a process starts, imports or
ends by a signal use `sys.executable`, and so does this where Python has variables of its own in the
environment. The processes of a run share the warm ones.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from support import measure

HERE = Path(__file__).parent
# What a process has imported when it is forked; `.*` stands for all modules of a package, a call
# may follow a module, and a folder is one to import from. Not what imports pyarrow, polars or
# pandas: those start threads, which a fork would lose.
LIBRARIES = (
    "anyio._backends._asyncio",
    "coverage",
    "h11",
    "httpcore",
    "httpx",
    "jinja2",
    "msgspec",
    "trio",
)
PACKAGE = (
    *LIBRARIES,
    *("rich.live", "rich.progress", "rich.table", "rich._emoji_codes"),
    *(
        "creatoraudit.cli.*",
        "creatoraudit._core.*",
        "creatoraudit._results.*",
        "creatoraudit._sync.*",
    ),
    *("creatoraudit.export", "creatoraudit.report", "creatoraudit_api.*"),
    *("creatoraudit_sandbox.cli", "uvicorn.loops.asyncio", "uvicorn.protocols.http.h11_impl"),
)
# Not our own hooks of schemathesis: importing them is what a run begins with.
CONTRACT = (
    *(*PACKAGE, "creatoraudit.contract._run", "schemathesis.*", "pyrate_limiter", "requests"),
    # Tables of characters: making them takes longer than all imports.
    *(f"hypothesis.internal.charmap:intervals_from_codec:{codec}" for codec in ("utf-8", "ascii")),
    "hypothesis.internal.charmap:charmap",
)
# Not what imports creatoraudit_api: each checkout has its own.
GENERATOR = (
    *(*LIBRARIES, "openapi_python_client.cli", "yaml"),
    *(str(HERE.parents[1] / "scripts"), "generation.package", "generation.changes"),
    *("generation.validation", "openapi_spec_validator", "creatoraudit_sandbox.*"),
    *("uvicorn.loops.asyncio", "uvicorn.protocols.http.h11_impl"),
)


# Tells the processes of a run in which folder the programs are, one for each set of modules.
_SHARED = "WARM_PROCESSES"
_SETS = (PACKAGE, CONTRACT, GENERATOR)
_ends = ExitStack()


def python(imported: tuple[str, ...] = PACKAGE) -> str:
    """The program to start instead of `sys.executable`; `close` has to be called in the end."""
    start()
    return str(_program(imported)) if _SHARED in os.environ else sys.executable


def start() -> None:
    """Start what is forked later by this process and those that it starts, unless it runs."""
    if _SHARED in os.environ or not hasattr(os, "fork"):
        return
    # Not below tmp_path: the address of a socket is at most a hundred characters long.
    os.environ[_SHARED] = _ends.enter_context(tempfile.TemporaryDirectory(prefix="warm"))
    _ends.callback(os.environ.pop, _SHARED)
    settings = "\n".join(f"{name}={os.environ[name]}" for name in os.environ if "PYTHON" in name)
    served = []
    for imported in _SETS:
        program = _program(imported)
        address = program.with_name("socket")
        program.parent.mkdir()
        client = (str(HERE / "warm_client.py"), str(address), settings, sys.executable)
        words = (sys.executable, "-I", "-S", *client)
        program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        program.chmod(0o755)
        served.append("\n".join((str(address), *imported)))
    server = subprocess.Popen(
        [sys.executable, "-P", str(HERE / "warm_server.py"), *served],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=measure.unmeasured(),  # its forks are, as far as they are to be
    )
    _ends.enter_context(server)  # which closes its standard input, and that ends it
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"


def close() -> None:
    """End the warm processes, if this process started them."""
    _ends.close()


def _program(imported: tuple[str, ...]) -> Path:
    return Path(os.environ[_SHARED]) / str(_SETS.index(imported)) / "python"
