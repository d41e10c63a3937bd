"""The command in the foreground, and start and stop of the server."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from creatoraudit_sandbox import Sandbox
from support import warm

from .conftest import Api

SMALL = ("--accounts", "2", "--videos", "5", "--port", "0")
COMMAND = [sys.executable, "-P", "-m", "creatoraudit_sandbox"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The command as a child: the process, its base URL and its key."""
    with subprocess.Popen(
        [*COMMAND, *SMALL, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        try:
            url, key = (child.stdout.readline().strip().split("=", 1)[1] for _ in range(2))
            yield child, url, key
        finally:
            child.kill()


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [warm.python(), *COMMAND[1:], *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_two_export_lines_and_nothing_else_go_to_stdout() -> None:
    result = run(*SMALL, "--until-stdin-closes")
    assert result.returncode == 0
    url, key = result.stdout.splitlines()
    assert re.fullmatch(r"export CREATORAUDIT_BASE_URL=http://127\.0\.0\.1:\d+/v2", url)
    assert re.fullmatch(r"export CREATORAUDIT_API_KEY=sandbox_admin_[0-9a-f]{24}", key)


def test_server_accepts_connections_once_the_lines_are_out() -> None:
    with serving() as (_, url, key):
        answer = httpx.get(f"{url}/whoami", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200


def test_options_reach_the_server() -> None:
    options = ("--api-key", "k y'", "--now", "2026-06-15T12:00:00Z", "--rate-limit", "5")
    result = run(*SMALL, *options, "--until-stdin-closes")
    assert result.returncode == 2
    assert "visible ASCII" in result.stderr
    assert "k y" not in result.stderr
    more = ("--api-key", "k'y", "--seed", "3", "--refresh-delay", "0")
    with serving(*options[2:], *more) as (_, url, key):
        assert key == "'k'\"'\"'y'"
        answer = httpx.get(f"{url}/whoami", headers={"Authorization": "Bearer k'y"})
        assert answer.headers["X-RateLimit-Limit"] == "5"
        assert answer.headers["Date"] == "Mon, 15 Jun 2026 12:00:00 GMT"
        own = {"headers": {"Authorization": "Bearer k'y"}}
        new = {"platform": "tiktok", "username": "some.creator"}
        account = httpx.post(f"{url}/accounts", json=new, **own).json()["data"]
        account = httpx.get(f"{url}/accounts/{account['id']}", **own).json()["data"]
        assert account["last_scrape_time"] == "2026-06-15T12:00:00Z"


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_signal_ends_the_server_quietly(number: signal.Signals, code: int) -> None:
    with serving() as (child, _, _key):
        child.send_signal(number)
        assert child.wait(10) == code
        assert child.stderr
        assert "Traceback" not in child.stderr.read()


def http_request(head: str, key: str, body: str = "") -> bytes:
    lines = (f"{head} HTTP/1.1", "Host: x", f"Authorization: Bearer {key}", "", body)
    return "\r\n".join(lines).encode()


def upload(key: str) -> bytes:
    head = "POST /v2/creators HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99"
    return f"{head}\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n{{".encode()


LONG_PAGE = "GET /v2/account-videos?limit=200"
UNDER_WAY = {
    "held back": (("--latency-ms", "60000"), lambda key: http_request("GET /v2/whoami", key)),
    "slow body": (("--fault", "slow=10"), lambda key: http_request(LONG_PAGE, key)),
    "not read": ((), lambda key: http_request(LONG_PAGE, key) * 200),
    "half a body": ((), upload),
    "half a head": ((), lambda key: upload(key)[:40]),
    "dropped": (("--fault", "drop=body"), lambda key: http_request(LONG_PAGE, key)),
}


@posix
@pytest.mark.parametrize(("name", "times"), [*((name, 1) for name in UNDER_WAY), ("held back", 2)])
def test_interrupt_amid_a_request_ends_the_server_quietly(name: str, times: int) -> None:
    options, request = UNDER_WAY[name]
    with serving(*options, "--account-videos", "200", "--control") as (child, url, key):
        address = urlsplit(url)
        assert address.hostname
        assert address.port
        with socket.create_connection((address.hostname, address.port)) as raw:
            raw.sendall(request(key))
            # The server answers in order: once it is asked for something else, it has that too.
            httpx.get(f"http://{address.netloc}/control/clock")
            for _ in range(times):
                child.send_signal(signal.SIGINT)
            assert child.wait(20) == 130
        assert child.stderr
        assert child.stderr.read().splitlines()[1:] == []


def test_closing_a_sandbox_amid_a_request_logs_nothing(
    start: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    api = start(latency_ms=60_000, control=True)
    address = urlsplit(str(api.base_url))
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port)) as raw:
        raw.sendall(http_request("GET /v2/whoami", api.sandbox.api_key))
        httpx.get(f"http://{address.netloc}/control/clock")
        api.sandbox.close()
        with suppress(ConnectionResetError):
            assert raw.recv(4096) == b""
    assert api.sandbox.requests["GET /whoami"] == 1
    assert caplog.records == []


def test_closed_stdin_ends_the_server() -> None:
    with serving("--until-stdin-closes") as (child, _, _key):
        assert child.stdin
        child.stdin.close()
        assert child.wait(10) == 0


def test_port_in_use_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("--accounts", "1", "--videos", "1", "--port", str(port))
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert str(port) in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--now", "soon"),
        ("--port", "70000"),
        ("--videos", "-1"),
        ("--rate-window", "0"),
        ("--seed", "x"),
        ("--nonsense",),
    ],
)
def test_wrong_options_are_usage_errors(options: tuple[str, ...]) -> None:
    result = run(*SMALL, *options)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


# ------------------------------------------------------------------------------------ data file


@posix
def test_killed_server_loses_no_acknowledged_write(tmp_path: Path) -> None:
    data = str(tmp_path / "sandbox.db")
    acknowledged: list[str] = []
    with serving("--data", data, "--rate-limit", "0") as (child, url, key):
        headers = {"Authorization": f"Bearer {key}"}
        killer = threading.Timer(0.4, child.kill)
        with httpx.Client(headers=headers) as client:
            try:
                for n in range(1, 100_000):
                    body = {"platform": "tiktok", "identifier": str(n)}
                    answer = client.post(f"{url}/videos", json=body)
                    assert answer.status_code == 201
                    acknowledged.append(answer.json()["data"]["id"])
                    if n == 1:
                        killer.start()
            except httpx.TransportError:
                pass
        killer.join()
    assert acknowledged
    with Sandbox(data=data, rate_limit=0) as again, Api(again) as api:
        kept = {v["id"] for v in api.walk("/videos")}
        assert set(acknowledged) <= kept


def test_data_file_keeps_the_world(tmp_path: Path) -> None:
    data = str(tmp_path / "sandbox.db")
    with Sandbox(data=data, accounts=3, videos=9) as sandbox, Api(sandbox) as api:
        url = api.post("/creators", json={"name": "kept"}).json()["data"]["id"]
        before = api.walk("/videos")
    with Sandbox(data=data) as sandbox, Api(sandbox) as api:
        assert api.get(f"/creators/{url}").json()["data"]["name"] == "kept"
        assert api.walk("/videos") == before


def test_data_file_of_another_seed_is_refused(tmp_path: Path) -> None:
    data = str(tmp_path / "sandbox.db")
    Sandbox(data=data, accounts=1, videos=1).close()
    with pytest.raises(ValueError, match="belongs to seed 7"):
        Sandbox(seed=8, data=data)


def test_data_file_of_another_version_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "sandbox.db"
    Sandbox(data=str(data), accounts=1, videos=1).close()
    with closing(sqlite3.connect(data)) as db, db:
        db.execute("UPDATE settings SET value = '0' WHERE name = 'version'")
    with pytest.raises(ValueError, match="another version of the sandbox"):
        Sandbox(data=str(data))


def test_address_in_use_is_an_error_of_the_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        sandbox = Sandbox(port=taken.getsockname()[1], accounts=0, videos=0)
        with pytest.raises(OSError, match="in use"):
            sandbox.start()


def test_file_that_is_not_a_data_file_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, " * 100, encoding="utf-8")
    result = run(*SMALL, "--data", str(path))
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "notes.txt" in result.stderr
    assert path.read_text(encoding="utf-8").startswith("these are my notes")


@posix
@pytest.mark.parametrize("before", [None, 0o644, 0o666])
def test_data_files_are_their_owners_alone(tmp_path: Path, before: int | None) -> None:
    data = tmp_path / "sandbox.db"
    if before is not None:
        data.touch()
        data.chmod(before)
    old = os.umask(0)
    try:
        with Sandbox(data=str(data), accounts=1, videos=1) as sandbox, Api(sandbox) as api:
            assert api.post("/creators", json={"name": "x"}).status_code == 201
            files = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    finally:
        os.umask(old)
    assert "sandbox.db-wal" in files
    assert set(files.values()) == {0o600}


@posix
@pytest.mark.parametrize("name", ["", "-wal", "-shm", "-journal"])
def test_data_file_that_is_a_link_is_refused(tmp_path: Path, name: str) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    data = tmp_path / "sandbox.db"
    Path(f"{data}{name}").symlink_to(target)
    result = run(*SMALL, "--data", str(data))
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert f"sandbox.db{name}" in result.stderr
    assert target.read_text() == "mine"


def test_data_folder_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    result = run(*SMALL, "--data", str(tmp_path / "none" / "sandbox.db"))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1


# ------------------------------------------------------------------------------------ many at once


def test_fifty_clients_at_once_get_no_server_error_and_lose_no_update(fresh: Api) -> None:
    def work(number: int) -> list[int]:
        with Api(fresh.sandbox) as api:
            codes = []
            for step in range(3):
                body = {"platform": "tiktok", "identifier": str(1 + number * 10 + step)}
                codes.append(api.post("/videos", json=body).status_code)
                codes.append(api.get("/videos?limit=20").status_code)
                codes.append(api.post("/videos", json={**body, "identifier": "777"}).status_code)
            return codes

    with ThreadPoolExecutor(50) as pool:
        codes = [code for result in pool.map(work, range(50)) for code in result]
    assert {code for code in codes if code not in (200, 201, 409)} == set()
    assert codes.count(201) == 50 * 3 + 1
    assert len(fresh.walk("/videos")) == 20 + 50 * 3 + 1


# ------------------------------------------------------------------------------------ Sandbox


def test_address_is_loopback_and_free_again_afterwards() -> None:
    with Sandbox(accounts=0, videos=0) as sandbox:
        port = httpx.URL(sandbox.base_url).port
        assert sandbox.base_url == f"http://127.0.0.1:{port}/v2"
    assert port
    socket.create_server(("127.0.0.1", port)).close()


def test_base_url_is_known_only_while_it_runs() -> None:
    sandbox = Sandbox(accounts=0, videos=0)
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.base_url
    sandbox.close()
    sandbox.close()


def test_requests_are_counted_by_operation(fresh: Api) -> None:
    requests = fresh.sandbox.requests
    fresh.get("/videos?limit=1")
    fresh.get("/videos/none")
    fresh.get("/videos/none")
    assert requests["GET /videos"] == 1
    assert requests.counts() == {"GET /videos": 1, "GET /videos/{video_id}": 2}
    assert requests.total == 3
    requests.clear()
    assert requests.total == 0


def test_app_answers_in_process_without_a_port() -> None:
    sandbox = Sandbox(accounts=1, videos=1)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox/v2") as client:
            headers = {"Authorization": f"Bearer {sandbox.api_key}"}
            return await client.get("/videos", headers=headers)

    answer = anyio.run(ask)
    sandbox.close()
    assert answer.status_code == 200
    assert answer.headers["Link"].startswith("<http://sandbox/v2/videos>")


def test_latency_holds_answers_back(start: Callable[..., Api]) -> None:
    api = start(latency_ms=60)
    assert api.get("/health").elapsed.total_seconds() >= 0.06


def test_keys_do_not_show_in_a_repr(fresh: Api) -> None:
    from creatoraudit_sandbox.keys import KeyRing

    ring = KeyRing(7)
    assert ring.admin.secret not in repr(ring.admin)
    assert fresh.sandbox.api_key not in repr(fresh.sandbox)


def test_command_is_a_module_of_its_own() -> None:
    assert "Serve a local CreatorAudit API" in run("--help").stdout
