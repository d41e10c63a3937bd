"""Stands for a process that is forked elsewhere: hands over its open streams, takes the exit code.

Usage: warm_client.py SOCKET SETTINGS PYTHON ARGUMENT... Where the environment sets something of
Python's own that is not in SETTINGS, it becomes PYTHON instead, which reads that when it starts.
It imports next to nothing, as its start is most of what a warm process costs.
"""

import os
import sys
from _signal import SIG_DFL, SIGINT, SIGTERM, signal
from _socket import AF_UNIX, SCM_RIGHTS, SOCK_STREAM, SOL_SOCKET, socket


def integer(server: socket) -> int:
    """The next number that the server sends."""
    data = server.recv(4)
    if len(data) < 4:
        sys.exit("the warm process is gone")
    return int.from_bytes(data, "big", signed=True)


address, known, python, *arguments = sys.argv[1:]
variables = [f"{name}={value}" for name, value in os.environ.items()]
settings = {one for one in variables if one.startswith("PYTHON")}
if not settings <= {*known.split("\n"), "PYTHONUTF8=1"}:
    os.execv(python, [python, *arguments])

server = socket(AF_UNIX, SOCK_STREAM)
server.connect(address)
folder = os.getcwd()  # noqa: PTH109 - pathlib takes longer than all of this
# Python has none where the stream is closed.
given = [n for n, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)) if stream]
numbers = "".join(map(str, given))
message = "\0".join([numbers, folder, str(len(arguments)), *arguments, *variables])
content = message.encode("utf-8", "surrogateescape")
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in given)
server.sendmsg([len(content).to_bytes(4, "big")], [(SOL_SOCKET, SCM_RIGHTS, streams)])
sent = 0
while sent < len(content):
    sent += server.send(content[sent:])
pid = integer(server)
for number in (SIGINT, SIGTERM):
    signal(number, lambda number, _: os.kill(pid, number))
status = integer(server)
if status < 0:  # ended by a signal
    if -status in (SIGINT, SIGTERM):
        signal(-status, SIG_DFL)
    os.kill(os.getpid(), -status)
os._exit(status)
