"""The warm process: imports the package once, then forks for each client (`warm_client.py`).

Usage: warm_server.py SOCKET MODULE... It prints `ready`, and ends when its standard input does.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
import threading
import warnings
from pathlib import Path
from posix import _exit  # that of `os` may be measured, and what is measured is saved before

PYTHON = sys.executable


def warm(names: list[str]) -> None:
    """Import modules, and all below those that end with `.*`, but for what is not installed.

    `module:function:argument` calls a function too, for what it keeps; a folder is imported from.
    """
    for each in names:
        if Path(each).is_absolute():
            sys.path.append(each)
            continue
        name, *call = each.split(":")
        with contextlib.suppress(Exception):  # whoever needs it will tell
            found = importlib.import_module(name.removesuffix(".*"))
            if call:
                getattr(found, call[0])(*call[1:])
            if name.endswith(".*"):
                for module in pkgutil.walk_packages(found.__path__, f"{found.__name__}."):
                    if not module.name.endswith(".__main__"):
                        with contextlib.suppress(Exception):
                            importlib.import_module(module.name)


def received(client: socket.socket) -> tuple[list[str], list[int]]:
    """What a client asks for, and its three streams."""
    head, streams, _, _ = socket.recv_fds(client, 4, 3)
    if not head:
        raise ConnectionError("the client needs a process of its own")
    length = int.from_bytes(head, "big")
    message = b""
    while len(message) < length:
        message += client.recv(length - len(message))
    return message.decode("utf-8", "surrogateescape").split("\0"), streams


def become(parts: list[str], streams: list[int]) -> None:
    """Turn this fork into the process that was asked for, and run it."""
    folder, count, *words = parts
    arguments, variables = words[: int(count)], words[int(count) :]
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition("=")
        os.environ[name] = value
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.executable = str(Path(sys.argv[1]).with_name("python"))
    if "COVERAGE_PROCESS_CONFIG" in os.environ:
        import coverage

        coverage.process_startup()
    _open_streams()
    _run(arguments)


def _open_streams() -> None:
    """Standard streams as the interpreter opens them in UTF-8."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - to the end
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = open(  # noqa: SIM115 - to the end
            number,
            "w",
            buffering=1 if name == "stderr" or os.isatty(number) else -1,
            encoding="utf-8",
            errors="backslashreplace" if name == "stderr" else "surrogateescape",
            closefd=False,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _run(arguments: list[str]) -> None:
    """Do what Python does with these arguments."""
    safe = False
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word == "-P":
            safe = True
        elif word == "-B":
            sys.dont_write_bytecode = True
        elif word == "-W":
            warnings.simplefilter(words.pop(0))  # type: ignore[arg-type]  # as typed by -W
        elif word == "-m":
            sys.argv = words
            if not safe:
                sys.path.insert(0, str(Path.cwd()))
            runpy.run_module(words[0], run_name="__main__", alter_sys=True)
            return
        elif word in ("-c", "-"):
            code = words.pop(0) if word == "-c" else sys.stdin.read()
            sys.argv = [word, *words]
            if not safe:
                sys.path.insert(0, "")
            exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})
            return
        elif word.startswith("-"):
            os.execv(PYTHON, [PYTHON, *arguments])
        else:
            sys.argv = [word, *words]
            if not safe:
                sys.path.insert(0, str(Path(word).resolve().parent))
            runpy.run_path(word, run_name="__main__")
            return


def end(code: object) -> None:
    """End as Python does, but don't take the modules apart: that takes longer than most commands.

    What goes wrong now is left to Python, which knows what to say.
    """
    if code is None or isinstance(code, int):
        threading._shutdown()  # type: ignore[attr-defined]  # waits for threads
        atexit._run_exitfuncs()
        with contextlib.suppress(OSError):
            for stream in (sys.stdout, sys.stderr):
                if stream and not stream.closed:
                    stream.flush()
            _exit((code or 0) & 0xFF)
    raise SystemExit(code)


def main() -> None:
    """Serve until standard input ends."""
    warm(sys.argv[2:])
    gc.freeze()  # so that no fork copies what is there only to look through it
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(64)
    waiting: dict[int, socket.socket] = {}

    def reap(*_: object) -> None:
        while waiting:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with waiting.pop(pid) as client:
                code = os.waitstatus_to_exitcode(status)
                with contextlib.suppress(ConnectionError):  # nobody waits for it any more
                    client.sendall(code.to_bytes(4, "big", signed=True))

    signal.signal(signal.SIGCHLD, reap)
    print("ready", flush=True)  # noqa: T201 - to who started it
    with selectors.DefaultSelector() as ready:
        ready.register(0, selectors.EVENT_READ)
        ready.register(listener, selectors.EVENT_READ)
        while True:
            keys = {key.fd for key, _ in ready.select()}
            if 0 in keys:
                break
            client, _ = listener.accept()
            try:
                parts, streams = received(client)
            except ConnectionError:
                client.close()
                continue
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
            pid = os.fork()
            if pid == 0:
                ready.close()
                listener.close()
                for other in (client, *waiting.values()):
                    other.close()
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
                code: object = None
                try:
                    become(parts, streams)
                except SystemExit as ended:
                    code = ended.code
                end(code)
            client.sendall(pid.to_bytes(4, "big", signed=True))
            waiting[pid] = client
            for stream in streams:
                os.close(stream)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    for pid in waiting:
        os.kill(pid, signal.SIGKILL)


main()
