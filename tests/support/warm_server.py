"""Warm processes: each imports some modules once, then forks for its clients (`warm_client.py`).

Usage: warm_server.py "SOCKET\nMODULE\nMODULE..." ... It prints `ready` when clients can come, and
ends when its standard input does. What nobody asks for is not imported.
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
    """What a client asks for, and its streams, as many as are open."""
    head, streams, _, _ = socket.recv_fds(client, 4, 3)
    if not head:
        raise ConnectionError("the client is gone")
    length = int.from_bytes(head, "big")
    message = b""
    while len(message) < length:
        message += client.recv(length - len(message))
    return message.decode("utf-8", "surrogateescape").split("\0"), streams


def become(program: str, parts: list[str], streams: list[int]) -> None:
    """Turn this fork into the process that was asked for, and run it.

    `program` is what it starts other processes of Python with.
    """
    numbers, folder, count, *words = parts
    arguments, variables = words[: int(count)], words[int(count) :]
    for number in range(3):
        os.close(number)
    for number, stream in zip(numbers, streams, strict=True):
        os.dup2(stream, int(number))
        os.close(stream)
    _open_streams(numbers)
    os.chdir(folder)
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition("=")
        os.environ[name] = value
    sys.executable = program
    if "COVERAGE_PROCESS_CONFIG" in os.environ:
        import coverage

        coverage.process_startup()
    _run(arguments)


def _open_streams(numbers: str) -> None:
    """Standard streams as the interpreter opens them in UTF-8; none for those that are closed."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = None
        if str(number) in numbers:
            stream = open(  # noqa: SIM115 - to the end
                number,
                "w" if number else "r",
                buffering=1 if name == "stderr" or (number and os.isatty(number)) else -1,
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


def reap(waiting: dict[int, socket.socket]) -> None:
    """Tell the clients of forks that have ended how these ended."""
    while waiting:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with waiting.pop(pid) as client, contextlib.suppress(ConnectionError):
            # Unless nobody waits for it any more.
            client.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))


def serve(listener: socket.socket) -> None:
    """Fork for each client, until standard input ends."""
    program = str(Path(listener.getsockname()).with_name("python"))
    # A handler alone would not do: a signal just before a wait does not end that wait.
    ended, wake = socket.socketpair()
    ended.setblocking(False)
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as ready:
        for one in (0, listener, ended):
            ready.register(one, selectors.EVENT_READ)
        while True:
            changed = {key.fileobj for key, _ in ready.select()}
            if 0 in changed:
                break
            if ended in changed:
                ended.recv(4096)
                reap(waiting)
            if listener not in changed:
                continue
            client, _ = listener.accept()
            try:
                parts, streams = received(client)
            except ConnectionError:
                client.close()
                continue
            pid = os.fork()
            if pid == 0:
                gc.set_threshold(10_000, 10, 100)  # most forks are short
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                ready.close()
                for other in (listener, ended, wake, client, *waiting.values()):
                    other.close()
                code: object = None
                try:
                    become(program, parts, streams)
                except SystemExit as stopped:
                    code = stopped.code
                end(code)
            waiting[pid] = client
            with contextlib.suppress(ConnectionError):
                client.sendall(pid.to_bytes(4, "big", signed=True))
            for stream in streams:
                os.close(stream)
    for pid in waiting:
        os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Wait for the first client of each socket, and let a fork of this process serve it."""
    imported: dict[socket.socket, list[str]] = {}
    for each in sys.argv[1:]:
        address, *modules = each.split("\n")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address)
        listener.listen(64)
        imported[listener] = modules
    print("ready", flush=True)  # noqa: T201 - to who started it
    with selectors.DefaultSelector() as ready:
        for one in (0, *imported):
            ready.register(one, selectors.EVENT_READ)
        while 0 not in (changed := {key.fileobj for key, _ in ready.select()}):
            for listener in imported.keys() & changed:
                ready.unregister(listener)
                if os.fork() == 0:
                    ready.close()
                    for other in imported.keys() - {listener}:
                        other.close()
                    warm(imported[listener])
                    gc.freeze()  # so that no fork copies what is there only to look through it
                    serve(listener)
                    _exit(0)
                del imported[listener]
                listener.close()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


main()
