"""`ca.download` streams a response into a file, which appears only when it is complete."""

from __future__ import annotations

import contextlib
import gzip
import os
import stat
import threading
import time
import tracemalloc

import anyio
import httpx
import pytest

from creatoraudit import (
    AsyncCreatorAudit,
    ContractError,
    NetworkError,
    NotFoundError,
    RequestTimeoutError,
    UsageError,
)
from creatoraudit_api import operations
from support import windows
from support.answers import WHOAMI, problem
from support.server import Answer, Drip, Endless, Held, Reset, Stall, Truncated

CSV = operations.whoami._replace(value="bytes", accept="text/csv")
BODY = b"id,views\r\n" + b"1,2\r\n" * 100_000
OK = Answer(body=BODY, headers={"content-type": "text/csv; charset=utf-8"})
KEY = "key-of-tests"


def download(session, path, operation=CSV, **arguments):
    return session.do(lambda ca: ca.download(operation, path, **arguments))


def beside(path):
    """What lies in the folder of a file."""
    return sorted(one.name for one in path.parent.iterdir())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out" / "saved.csv"


@pytest.fixture(autouse=True)
def _folder(path):
    path.parent.mkdir()


def test_a_body_of_any_type_becomes_a_file(facade, serve, path):
    server = serve(OK, WHOAMI, Answer(204))
    ca = facade(server.url)
    saved = download(ca, str(path))
    assert path.read_bytes() == BODY
    assert saved[:3] == (path, len(BODY), "text/csv")
    assert saved.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert saved.request_id == "req-scripted"
    assert server.requests[0].headers["accept"] == "text/csv"
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    # A JSON operation, by name; and one that responds without a body or a type.
    assert download(ca, path, "whoami", overwrite=True).media_type == "application/json"
    assert path.read_bytes() == WHOAMI.content
    empty = download(ca, path, "delete_video", overwrite=True, video_id="1" * 8 + VIDEO[8:])
    assert (empty.size, path.read_bytes()) == (0, b"")
    assert beside(path) == ["saved.csv"]


VIDEO = "3c90c3cc-0d44-4b50-8888-8dd25736052a"


def test_a_response_that_names_no_type_has_none(facade, serve, path):
    server = serve(Answer(body=b"x", headers={"content-type": ""}))
    assert download(facade(server.url), path).media_type is None


@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip"])
def test_a_compressed_body_is_written_decompressed(facade, serve, path, coding):
    packed = BODY
    for _ in coding.split(","):
        packed = gzip.compress(packed)
    server = serve(Answer(body=packed, headers={"content-encoding": coding}))
    assert download(facade(server.url), path).size == len(BODY)
    assert path.read_bytes() == BODY


def test_a_body_of_a_client_that_reads_ahead_is_written_too(serve, path):
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=BODY))

    async def main():
        async with httpx.AsyncClient(transport=transport) as client:
            ca = AsyncCreatorAudit(KEY, base_url=serve().url, http_client=client)
            return await ca.download(CSV, path)

    assert anyio.run(main).size == len(BODY)


@windows.rights
def test_only_the_finished_file_can_be_read_by_others(facade, serve, path):
    held = Held(Answer(body=b"x"))
    server = serve(held, OK)
    ca = facade(server.url)
    seen = []

    def look():
        held.reached.wait()
        seen.extend((one.name, stat.S_IMODE(one.stat().st_mode)) for one in path.parent.iterdir())
        held.release.set()

    looking = threading.Thread(target=look)
    looking.start()
    download(ca, path)
    looking.join()
    ((name, mode),) = seen
    assert name != path.name
    assert mode == 0o600
    usual = path.with_name("usual")
    usual.touch()
    assert path.stat().st_mode == usual.stat().st_mode
    path.chmod(0o640)
    download(ca, path, overwrite=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


# --- what fails leaves nothing behind


def test_an_error_response_leaves_no_file_and_is_bounded(facade, serve, path):
    server = serve(problem(404, "NOT_FOUND"), Answer(404, body=b"x" * 3 * 2**20))
    ca = facade(server.url)
    with pytest.raises(NotFoundError) as caught:
        download(ca, path, max_bytes=5)
    assert caught.value.code == "NOT_FOUND"
    with pytest.raises(NotFoundError) as caught:
        download(ca, path)
    assert len(caught.value.body) <= 10_000
    assert beside(path) == []


BROKEN = {
    "connection in the middle": Truncated(OK),
    "reset": Reset(),
    "compression": Answer(body=gzip.compress(BODY)[:-9], headers={"content-encoding": "gzip"}),
    "state of the server": Answer(503, json={}),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_download_that_breaks_begins_anew(facade, serve, path, waits, how):
    server = serve(BROKEN[how], BROKEN[how], OK)
    assert download(facade(server.url), path).size == len(BODY)
    assert path.read_bytes() == BODY
    assert beside(path) == ["saved.csv"]
    assert len(waits) == 2


@pytest.mark.parametrize("how", ["connection in the middle", "compression"])
def test_no_half_file_is_ever_there(facade, serve, path, waits, how):
    seen = []
    path.write_bytes(b"old")
    ca = facade(
        serve(BROKEN[how], BROKEN[how]).url,
        max_retries=1,
        on_event=lambda event: seen.append((event.failure, path.read_bytes())),
    )
    with pytest.raises(NetworkError, match="after 2 tries"):
        download(ca, path, overwrite=True)
    assert [content for _, content in seen] == [b"old", b"old"]
    assert all(failure for failure, _ in seen)
    assert beside(path) == ["saved.csv"]
    assert len(waits) == 1


def test_what_may_have_been_carried_out_is_not_sent_again(facade, serve, path):
    server = serve(Truncated(OK))
    with pytest.raises(NetworkError, match="it was not retried"):
        download(facade(server.url), path, CSV._replace(repeatable=False))
    assert beside(path) == []


def slow(body, pieces):
    """The pieces of a body, one at a time."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body) * pieces}\r\n\r\n".encode()
    return Endless(head, body, 0.05)


@pytest.mark.parametrize("own", [False, True], ids=["our client", "the caller's client"])
def test_a_slow_but_steady_body_outlives_timeout_and_budget(facade, serve, path, own):
    client = httpx.Client() if facade.kind == "sync" else httpx.AsyncClient()
    ca = facade(
        serve(slow(b"0123456789", 25)).url,
        timeout=1,
        retry_budget=0.8,
        http_client=client if own else None,
    )
    began = time.monotonic()
    assert download(ca, path).size == 250
    assert time.monotonic() - began > 1
    facade.run(client.close if facade.kind == "sync" else client.aclose)


def test_the_time_of_a_body_leaves_the_budget_for_a_retry(facade, serve, path, waits):
    broken = Drip(Answer(body=b"x" * 220, declared=221))
    server = serve(broken, Answer(body=b"whole"))
    ca = facade(server.url, timeout=5, retry_budget=2)
    download(ca, path)
    assert path.read_bytes() == b"whole"
    assert len(waits) == 1


@pytest.mark.parametrize("own", [False, True], ids=["our client", "the caller's client"])
@pytest.mark.parametrize("options", [{"timeout": 1}, {"timeout": 1, "retry_budget": 0.8}])
def test_a_body_that_stalls_is_given_up(facade, serve, path, own, options):
    client = httpx.Client() if facade.kind == "sync" else httpx.AsyncClient()
    ca = facade(
        serve(Stall(after=OK)).url, max_retries=0, http_client=client if own else None, **options
    )
    with pytest.raises(RequestTimeoutError, match=r"the download stalled.*no data in 1 s"):
        download(ca, path)
    assert beside(path) == []
    facade.run(client.close if facade.kind == "sync" else client.aclose)


@pytest.mark.parametrize("gap", [0.01, 0])
def test_bytes_that_bring_no_content_do_not_count_as_data(facade, serve, path, gap):
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    member = b"14\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00" + b"\x00" * 8 + b"\r\n"
    ca = facade(serve(Endless(head, member, gap)).url, max_retries=0, timeout=0.3)
    with pytest.raises(RequestTimeoutError, match="the download stalled"):
        download(ca, path)
    assert beside(path) == []


def test_a_head_that_does_not_come_is_late_as_for_any_call(facade, serve, path):
    ca = facade(serve(Stall()).url, max_retries=0, timeout=9, retry_budget=1)
    with pytest.raises(RequestTimeoutError, match="the response took too long"):
        download(ca, path)
    assert beside(path) == []


@pytest.mark.parametrize(
    "step",
    [
        Answer(body=b"x" * 1001),
        Answer(body=gzip.compress(b"x" * 10**6), headers={"content-encoding": "gzip"}),
        Endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\n12345\r\n", 0),
    ],
    ids=["plain", "gzip", "endless"],
)
def test_a_body_beyond_max_bytes_breaks_off(facade, serve, path, step):
    ca = facade(serve(step, Answer(body=b"x" * 1000)).url, max_response_bytes=10)
    with pytest.raises(ContractError, match="larger than 1,000 bytes; max_bytes= allows more"):
        download(ca, path, max_bytes=1000)
    assert beside(path) == []
    assert download(ca, path, max_bytes=1000).size == 1000


def test_a_compression_that_was_not_requested_is_not_kept(facade, serve, path):
    ca = facade(serve(Answer(body=BODY, headers={"content-encoding": "br"})).url)
    with pytest.raises(ContractError, match="uses a compression that was not requested"):
        download(ca, path)
    assert beside(path) == []


def test_a_large_file_takes_little_memory(facade, serve, path):
    size = 64 * 2**20
    packed = Answer(body=gzip.compress(bytes(size), 1), headers={"content-encoding": "gzip"})
    ca = facade(serve(packed).url)
    tracemalloc.start()
    try:
        assert download(ca, path).size == size
        assert tracemalloc.get_traced_memory()[1] < size / 8
    finally:
        tracemalloc.stop()


def test_only_max_bytes_limits_a_download(facade, serve, path):
    body = b"[" + b"{}," * 3_000_000 + b"{}]"
    assert download(facade(serve(Answer(body=body)).url), path, "whoami").size == len(body)


@pytest.mark.parametrize("size", [0, 65_530])
def test_a_body_that_repeats_the_key_is_not_kept(facade, serve, path, size):
    key = "sk-0123456789abcdef"
    body = b" " * size + key.encode() + b" " * 100_000
    ca = facade(serve(Answer(body=body)).url, api_key=key)
    with pytest.raises(ContractError, match="repeats the API key"):
        download(ca, path)
    assert beside(path) == []


def test_a_short_key_and_no_key_are_looked_for_nowhere(facade, serve, path):
    server = serve(Answer(body=b"abc"), Answer(body=b"abc"))
    ca = facade(server.url, api_key="abc")
    assert download(ca, path).size == 3
    assert download(ca, path, "get_health", overwrite=True).size == 3
    assert "authorization" not in server.requests[1].headers


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"\x00\x00\xfe\xff\x00", b"\x00P\x00\xd8\x00"])
def test_bytes_that_begin_like_text_in_utf_16_are_not_text(facade, serve, body):
    ca = facade(serve(Answer(body=body)).url)
    assert ca.do(lambda ca: ca.call(CSV)).value == body


# --- files that are there, and files that cannot be


def test_a_file_that_exists_is_replaced_only_on_request(facade, serve, path):
    path.write_bytes(b"old")
    server = serve(OK)
    ca = facade(server.url)
    with pytest.raises(UsageError, match=r"saved.csv exists; pass overwrite=True to replace it"):
        download(ca, path)
    assert server.requests == []
    assert path.read_bytes() == b"old"
    download(ca, path, overwrite=True)
    assert path.read_bytes() == BODY


@windows.rights
def test_a_link_to_nothing_exists(facade, serve, path):
    path.symlink_to(path.with_name("nothing"))
    with pytest.raises(UsageError, match="exists"):
        download(facade(serve().url), path)


def no_links(*_args, **_kwargs):
    raise PermissionError("no links here")


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_file_that_came_meanwhile_is_kept(facade, serve, path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    ca = facade(serve(OK, OK).url, on_event=lambda _event: path.write_bytes(b"another's"))
    with pytest.raises(UsageError, match="exists; pass overwrite=True"):
        download(ca, path)
    assert path.read_bytes() == b"another's"
    assert beside(path) == ["saved.csv"]


def test_a_file_system_without_links_will_do(facade, serve, path, monkeypatch):
    monkeypatch.setattr(os, "link", no_links)
    download(facade(serve(OK).url), path)
    assert path.read_bytes() == BODY
    assert beside(path) == ["saved.csv"]


@windows.needed
@pytest.mark.usefixtures("like_windows")
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_on_windows_a_file_is_put_in_place_and_one_that_is_open_is_kept(
    facade, serve, path, monkeypatch, links
):
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    ca = facade(serve(OK, OK, OK).url)
    download(ca, path)
    path.write_bytes(b"old")
    with path.open("rb"), pytest.raises(PermissionError, match="another program has it") as refused:
        download(ca, path, overwrite=True)
    assert refused.value.filename == str(path)
    assert path.read_bytes() == b"old"
    download(ca, path, overwrite=True)
    assert path.read_bytes() == BODY
    assert beside(path) == ["saved.csv"]


def test_a_place_that_does_not_exist_is_reported_before_anything_is_sent(facade, serve, path):
    server = serve()
    ca = facade(server.url)
    with pytest.raises(FileNotFoundError):
        download(ca, path / "deeper" / "saved.csv")
    for folder in (path.parent, f"{path}/"):
        with pytest.raises(UsageError, match="is a folder; name a file in it"):
            download(ca, folder, overwrite=True)
    for name in ("", "saved\0.csv"):
        with pytest.raises(UsageError, match="path must be the name of a file or folder, not"):
            download(ca, name)
    with pytest.raises(UsageError, match="path must be a path, not int"):
        download(ca, 7)
    with pytest.raises(UsageError, match="max_bytes"):
        download(ca, path, max_bytes=0)
    with pytest.raises(UsageError, match="max_bytes= bounds a download"):
        download(ca, path, max_response_bytes=5)
    with pytest.raises(UsageError, match="has no argument 'limit'"):
        download(ca, path, limit=5)
    assert server.requests == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_disk_that_is_full_is_an_os_error(facade, serve, path):
    import resource

    server = serve(OK)
    events = []
    ca = facade(server.url, on_event=events.append)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large") as caught:
            download(ca, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.filename == str(path)
    assert [event.failure for event in events] == ["the file cannot be written"]
    assert len(server.requests) == 1
    assert beside(path) == []


# --- the policy of the client


def test_hooks_are_called_and_may_use_the_client(facade, serve, path):
    events = []
    server = serve(OK)
    ca = facade(server.url, concurrency=1, on_event=events.append, on_drift=events.append)
    download(ca, path)
    (event,) = events
    assert (event.operation, event.status, event.cached) == ("whoami", 200, False)


def test_the_cache_is_neither_asked_nor_filled(facade, serve, path):
    tagged = Answer(json=WHOAMI.json, headers={"etag": '"1"'})
    server = serve(tagged, tagged, tagged)
    ca = facade(server.url, cache=True)
    download(ca, path, "whoami")
    ca.do(lambda ca: ca.whoami())
    download(ca, path, "whoami", overwrite=True)
    assert all("if-none-match" not in request.headers for request in server.requests)


def test_a_slot_is_held_until_the_body_is_read(facade, serve, path):
    written = []

    def script(_request):
        sizes = 0
        for one in path.parent.iterdir():
            with contextlib.suppress(FileNotFoundError):  # it is moved to its place just now
                sizes += one.stat().st_size
        written.append(sizes)
        return slow(b"x" * 20_000, 5)

    ca = facade(serve(script).url, concurrency=1)
    other = path.with_name("other.csv")
    results = ca.gather(lambda ca: ca.download(CSV, path), lambda ca: ca.download(CSV, other))
    assert {one.size for one in results} == {100_000}
    assert written[0] == 0
    assert written[1] > 90_000  # all but what a buffer may hold


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("own", [False, True], ids=["our client", "the caller's client"])
def test_a_cancelled_download_leaves_nothing(serve, path, backend, own):
    server = serve(Stall(after=OK), OK)

    async def main():
        client = httpx.AsyncClient() if own else None
        async with AsyncCreatorAudit(KEY, base_url=server.url, http_client=client) as ca:
            with anyio.move_on_after(0.2) as scope:
                await ca.download(CSV, path)
            assert scope.cancelled_caught
            assert beside(path) == []
            assert (await ca.download(CSV, path)).size == len(BODY)
        if client is not None:
            await client.aclose()

    anyio.run(main, backend=backend)
