"""Requests per second of the sandbox and of Prism's mock server, side by side.

    npm install --prefix /tmp/prism @stoplight/prism-cli
    python benchmarks/sandbox_and_prism.py --prism /tmp/prism/node_modules/.bin/prism

Prism answers with canned examples, the sandbox with figures from its world; one process each. Both
are asked in turns by the same client over the same number of connections, so that they share
whatever else the machine does.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
ROUNDS = 5
_numbers = itertools.count(10**12)


@dataclass(frozen=True)
class Server:
    """Where a server listens, and the key to send."""

    name: str
    host: str
    port: int
    prefix: str
    key: str


@dataclass(frozen=True)
class Job:
    """One kind of request; ``body`` makes a new one each time."""

    name: str
    method: str
    path: str
    status: int
    body: Callable[[], object] | None = None


def _jobs(ids: list[str]) -> list[Job]:
    return [
        Job("whoami", "GET", "/whoami", 200),
        Job(
            "create a creator",
            "POST",
            "/creators",
            201,
            lambda: {"name": f"Set {next(_numbers)}"},
        ),
        Job(
            "track a video",
            "POST",
            "/videos",
            201,
            lambda: {"platform": "tiktok", "identifier": str(next(_numbers))},
        ),
        Job("list 50 videos", "GET", "/videos?limit=50", 200),
        Job("list 200 videos", "GET", "/videos?limit=200", 200),
        Job("deltas of 200", "POST", "/videos/deltas", 200, lambda: {"video_ids": ids}),
        Job("overview", "GET", "/overview", 200),
    ]


def _request(server: Server, job: Job) -> bytes:
    body = b"" if job.body is None else json.dumps(job.body()).encode()
    head = (
        f"{job.method} {server.prefix}{job.path} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n"
        f"Authorization: Bearer {server.key}\r\nAccept: application/json\r\n"
    )
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def _read(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = [int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")]
    if length:
        await reader.readexactly(length[0])
    elif b"transfer-encoding: chunked" in lines:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readuntil(b"\r\n")
    return int(lines[0].split()[1])


async def _ask(server: Server, job: Job, count: int) -> None:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        for _ in range(count):
            writer.write(_request(server, job))
            status = await _read(reader)
            if status != job.status:
                raise SystemExit(f"{server.name} answered {status} to {job.name}")
    finally:
        writer.close()


async def _round(server: Server, job: Job, requests: int, connections: int) -> float:
    begun = time.perf_counter()
    await asyncio.gather(*(_ask(server, job, requests // connections) for _ in range(connections)))
    return requests // connections * connections / (time.perf_counter() - begun)


@contextmanager
def _child(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield child
    finally:
        child.terminate()
        child.wait()


@contextmanager
def _sandbox() -> Iterator[Server]:
    command = [sys.executable, "-m", "creatoraudit_sandbox", "--port", "0", "--rate-limit", "0"]
    with _child(command) as child:
        assert child.stdout
        values = [child.stdout.readline().strip().split("=", 1)[1] for _ in range(2)]
        url = urlsplit(values[0])
        assert url.hostname
        assert url.port
        yield Server("sandbox", url.hostname, url.port, url.path, values[1])


@contextmanager
def _prism(executable: str, port: int) -> Iterator[Server]:
    options = ["--multiprocess", "false", "--verboseLevel", "warn", "--port", str(port)]
    with _child([executable, "mock", str(ROOT / "openapi.json"), *options]):
        server = Server("prism", "127.0.0.1", port, "", "any")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with closing(HTTPConnection(server.host, server.port)) as probe:
                try:
                    probe.request("GET", "/health")
                    probe.getresponse().read()
                except OSError:
                    time.sleep(0.1)
                else:
                    yield server
                    return
        raise SystemExit("prism did not start")


def _ids(server: Server) -> list[str]:
    with closing(HTTPConnection(server.host, server.port)) as connection:
        headers = {"Authorization": f"Bearer {server.key}"}
        connection.request("GET", f"{server.prefix}/account-videos?limit=200", headers=headers)
        return [item["id"] for item in json.load(connection.getresponse())["data"]]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--prism", required=True, help="the prism executable")
    parser.add_argument("--prism-port", type=int, default=4010)
    parser.add_argument("--requests", type=int, default=800, help="per job and round")
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    with _sandbox() as sandbox, _prism(options.prism, options.prism_port) as prism:
        sys.stdout.write(f"{'requests per second':20}{'sandbox':>10}{'prism':>10}\n")
        for job in _jobs(_ids(sandbox)):
            rates: dict[str, list[float]] = {"sandbox": [], "prism": []}
            for _ in range(ROUNDS):
                for server in (sandbox, prism):
                    rate = _round(server, job, options.requests, options.connections)
                    rates[server.name].append(asyncio.run(rate))
            ours, theirs = (median(rates[name]) for name in ("sandbox", "prism"))
            sys.stdout.write(f"{job.name:20}{ours:10.0f}{theirs:10.0f}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
