"""Processes of Python that start in a hundredth of a second, because they are forks of a warm one.

Most of what a command line costs is the start of the interpreter and its imports. The command here
takes what `sys.executable` takes (`-P`, `-W`, `-m`, `-c`, a script) and is a process as well, with
streams, environment, folder and exit code of its own; it is forked from one that has imported the
package already, and nothing is kept from one to the next. Tests of how a process starts, imports or
ends by a signal use `sys.executable`, and so does this where Python has variables of its own in the
environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


@contextmanager
def warm_python() -> Iterator[list[str]]:
    """The first words of a command that runs Python, as long as this goes on."""
    if not hasattr(os, "fork"):
        yield [sys.executable]
        return
    # Not below tmp_path: the address of a socket is at most a hundred characters long.
    with tempfile.TemporaryDirectory(prefix="warm") as folder:
        address = str(Path(folder) / "socket")
        server = subprocess.Popen(
            [sys.executable, "-P", str(HERE / "warm_server.py"), address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with server:  # which closes its standard input, and that ends it
            assert server.stdout
            assert server.stdout.readline() == b"ready\n"
            settings = [f"{name}={os.environ[name]}" for name in os.environ if "PYTHON" in name]
            client = [str(HERE / "warm_client.py"), address, "\n".join(settings)]
            yield [sys.executable, "-I", "-S", *client, sys.executable]
