"""Starts and stops a sandbox: `Sandbox` for tests and notebooks, and the server behind `cli`."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict

import uvicorn
from starlette.applications import Starlette

from . import app as application
from .clock import Clock
from .contract import BASE_PATH, load
from .drift import Drifts
from .faults import Faults
from .idempotency import IdempotencyMemory
from .organizations import Organization, Organizations, write_config
from .own_world import OwnWorld, read
from .protocol import Interruptible, Protocol
from .rate import RateLimiter
from .schema import POST_TABLES
from .store import Store
from .world import DEFAULT_SEED, World

#: Default number of posts found through each account.
POSTS_PER_ACCOUNT = 30
_SIGNAL_DELAY = 0.2
#: Seconds that running requests may take to finish when the server stops.
_GRACE = 2.0
#: How often it is looked whether they have, in seconds.
_LAST_ANSWERS = 0.005


class Server(uvicorn.Server):
    """A uvicorn server that reports when it is ready, ignores signals and stops at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._stopped = asyncio.Event()
        self._wake: Callable[[], object] | None = None

    def stop(self) -> None:
        """Stop once running requests finish; may be called from any thread or signal handler."""
        self.should_exit = True
        if self._wake is not None:
            with suppress(RuntimeError):  # the loop may already be closed
                self._wake()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then set `ready`."""
        loop = asyncio.get_running_loop()
        self._wake = partial(loop.call_soon_threadsafe, self._stopped.set)
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Sleep until stopped, not until the next tick.

        It still wakes up now and then: a signal that another thread receives does not interrupt the
        loop, and its handler runs only when the main thread runs.
        """
        while not self.should_exit:
            with suppress(TimeoutError):
                async with asyncio.timeout(_SIGNAL_DELAY):
                    await self._stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as uvicorn does, but without its pause, and cancel slow requests without logging."""
        last_call = asyncio.get_running_loop().call_later(_GRACE, self._cut_off)
        try:
            for server in self.servers:
                server.close()
            for listener in sockets or []:
                listener.close()
            state = self.server_state
            for connection in list(state.connections):
                connection.shutdown()
            while state.connections or state.tasks:  # noqa: ASYNC110  # nobody tells when they end
                await asyncio.sleep(_LAST_ANSWERS)
            for server in self.servers:
                await server.wait_closed()
        finally:
            last_call.cancel()

    def _cut_off(self) -> None:
        for request in self.server_state.tasks:
            request.cancel()
        for connection in list(self.server_state.connections):
            # A connection whose client has stopped reading would never close by itself.
            connection.transport.abort()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: the command handles signals, and a thread receives none."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Open a listening socket; raises OSError if the address is in use or not local."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Name the protocol: asyncio disables Nagle's algorithm only for sockets with an explicit TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there, the option would share a port that is in use
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except BaseException:
        listener.close()
        raise
    return listener


def server_for(app: Starlette) -> Server:
    """A server that adds no headers of its own to responses and logs only warnings."""
    config = uvicorn.Config(
        Interruptible(app),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    return Server(config)


def url_of(listener: socket.socket) -> str:
    """The base URL of a listening socket; an address that means "any" is shown as loopback."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        address = ipaddress.ip_address("::1" if address.version == 6 else "127.0.0.1")
    shown = f"[{address}]" if address.version == 6 else str(address)
    return f"http://{shown}:{port}{BASE_PATH}"


class Options(TypedDict, total=False):
    """The keyword arguments of `Sandbox`, for functions that pass them on."""

    seed: int
    accounts: int
    videos: int
    account_videos: int | None
    now: datetime | str | None
    api_key: str | None
    latency_ms: float
    rate_limit: int
    rate_window: float
    host: str
    port: int
    data: str | None
    refresh_delay: float
    account_quota: int | None
    jitter_ms: float
    faults: Sequence[str]
    drift: Sequence[str]
    control: bool
    organizations: int
    world: Mapping[str, Any] | str | os.PathLike[str] | None


class Sandbox:
    """A local CreatorAudit v2 server with a deterministic world, as a context manager.

        with Sandbox(now="2026-06-15T12:00:00Z") as sandbox:
            ca = CreatorAudit(sandbox.api_key, base_url=sandbox.base_url)

    Args:
        seed: Seed of the world; the same seed and instant give the same world.
        accounts: Number of tracked accounts at the start.
        videos: Number of posts tracked one by one at the start.
        account_videos: Number of posts found through the accounts. Defaults to 30 per account.
        now: Instant to freeze the clock at, an aware datetime or ISO 8601 text. Defaults to the
            real time, running.
        api_key: The admin key. Defaults to one derived from the seed.
        latency_ms: Delay of each response in milliseconds.
        rate_limit: Requests per rate-limit window and key; 0 for no limit.
        rate_window: Length of the rate-limit window in seconds.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        data: File that stores the data. Defaults to memory.
        refresh_delay: Seconds between tracking something and its first refresh.
        account_quota: Maximum number of tracked accounts. Defaults to no limit.
        jitter_ms: Maximum random latency to add, in milliseconds.
        faults: Faults to start with, e.g. ``["status=503,rate=0.05"]``.
        drift: Differences from openapi.json, e.g. ``["remove=VideoResponse.view_count"]``.
        control: Whether ``/control/clock`` can move the clock over HTTP.
        organizations: Number of organizations, each with its own keys and world. The sizes above
            apply to each world.
        world: Your own world instead of the made-up one: a mapping of accounts, posts and their
            counts at instants, or a TOML or JSON file with one. The sizes above are then ignored.

    Raises:
        ValueError: An argument is out of bounds; the message says which.
        OSError: The data file cannot be used, or, on start, the address cannot be listened on.

    The server runs in a thread from `start` (or entering the context) to `close`. You can call
    `app` in process without starting the server.
    """

    def __init__(
        self,
        seed: int = DEFAULT_SEED,
        accounts: int = 40,
        videos: int = 400,
        *,
        account_videos: int | None = None,
        now: datetime | str | None = None,
        api_key: str | None = None,
        latency_ms: float = 0,
        rate_limit: int = 600,
        rate_window: float = 60,
        host: str = "127.0.0.1",
        port: int = 0,
        data: str | None = None,
        refresh_delay: float = 1.0,
        account_quota: int | None = None,
        jitter_ms: float = 0,
        faults: Sequence[str] = (),
        drift: Sequence[str] = (),
        control: bool = False,
        organizations: int = 1,
        world: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    ) -> None:
        self._address = (host, port)
        self._clock = Clock(now)
        if account_videos is None:
            account_videos = accounts * POSTS_PER_ACCOUNT
        if data is not None and organizations > 1:
            raise ValueError("a data file stores only one organization")
        sizes = (accounts, account_videos, videos)
        start = int(self._clock.now())

        told = read(Path(world)) if isinstance(world, str | os.PathLike) else world

        def make(own_seed: int | str) -> Store:
            if told is not None:
                made: World = OwnWorld(own_seed, start, told)
            else:
                made = World(own_seed, start, *sizes)
            return Store(made, data, refresh_delay)

        self.requests = application.RequestLog()
        rate = RateLimiter(self._clock, rate_limit, rate_window)
        contract = load()
        #: Faults on demand; `add` and `clear` them at any time.
        self.faults = Faults(seed, contract.operations)
        #: Differences from openapi.json on demand; `add` and `clear` them at any time.
        self.drift = Drifts(contract)
        for fault in faults:
            self.faults.add(fault)
        for departure in drift:
            self.drift.add(departure)
        self._organizations = Organizations(seed, organizations, api_key, make)
        self._first = self._organizations.every[0]
        self._store = self._first.store
        self._services = application.Services(
            contract=contract,
            organizations=self._organizations,
            clock=self._clock,
            rate=rate,
            requests=self.requests,
            idempotency=IdempotencyMemory(),
            faults=self.faults,
            drifts=self.drift,
            latency=latency_ms / 1000,
            jitter=jitter_ms / 1000,
            account_quota=account_quota,
        )
        self.app: Starlette = application.build(self._services, with_control=control)
        self._base_url: str | None = None
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def api_key(self) -> str:
        """The key with the admin scope."""
        return self._first.keys.admin.secret

    @property
    def write_key(self) -> str:
        """A key with the write scope."""
        return self._first.keys.write.secret

    @property
    def read_key(self) -> str:
        """A key with the read scope."""
        return self._first.keys.read.secret

    @property
    def inactive_key(self) -> str:
        """A disabled key."""
        return self._first.keys.inactive.secret

    @property
    def unpaid_key(self) -> str:
        """A key without an active subscription."""
        return self._first.keys.unpaid.secret

    @property
    def organizations(self) -> tuple[Organization, ...]:
        """The organizations, each with its ``name``, ``id`` and ``api_key``.

        The keys of the sandbox itself belong to the first.
        """
        return self._organizations.every

    def write_config(self, path: str | os.PathLike[str]) -> None:
        """Write a ``creatoraudit.toml`` that names the organizations while the sandbox runs.

        Their keys go into files in the folder ``keys`` next to it, which only you can read.

        Raises:
            FileExistsError: The file exists and was not written by a sandbox.
        """
        write_config(Path(path), self.organizations, self.base_url)

    @property
    def base_url(self) -> str:
        """The base URL of the server, ending in ``/v2``."""
        if self._base_url is None:
            raise RuntimeError("the sandbox is not running; use it as a context manager")
        return self._base_url

    @property
    def breakout_ids(self) -> Mapping[str, frozenset[str]]:
        """Ids of the breakout posts, by list (``videos``, ``account_videos``)."""
        return {table: self._store.breakout_ids(table) for table in POST_TABLES}

    @property
    def ids(self) -> Mapping[str, str]:
        """Ids of the accounts and posts of your own world, by their names in it."""
        return self._store.world.ids

    def now(self) -> float:
        """The sandbox's time in epoch seconds."""
        return self._clock.now()

    def advance(self, seconds: float) -> None:
        """Move the clock forwards; refreshes that fall due happen before the next response."""
        self._clock.advance(seconds)

    def listen(self) -> socket.socket:
        """Bind the address; `base_url` is available from then on."""
        listener = bind(*self._address)
        self._base_url = url_of(listener)
        return listener

    def start(self) -> Self:
        """Serve from a thread of its own; returns once connections are accepted."""
        try:
            listener = self.listen()
        except BaseException:
            self.close()
            raise
        server = server_for(self.app)
        thread = threading.Thread(
            target=server.run, args=([listener],), name="creatoraudit-sandbox", daemon=True
        )
        thread.start()
        server.ready.wait()
        self._server, self._thread = server, thread
        return self

    def close(self) -> None:
        """Stop serving and discard the world, unless it is in a file. May be called twice."""
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join()
            self._server = self._thread = None
        self._organizations.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
