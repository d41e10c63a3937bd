"""Cached responses: always confirmed by the server, separate for each key, and private."""

from __future__ import annotations

import gzip
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from creatoraudit import (
    APIError,
    ConfigurationError,
    NotFoundError,
    ServiceUnavailableError,
    UsageError,
)
from support import windows
from support.answers import one, page, problem, video, video_id
from support.server import Answer

KEY = "sk-very-secret-key"
FRESH = {"etag": '"v1"', "cache-control": "private, no-cache"}


def kept(number=1, etag='"v1"', **headers):
    return Answer(json={"data": video(number)}, headers={**FRESH, "etag": etag, **headers})


def unchanged(etag='"v1"'):
    return Answer(304, headers={"etag": etag, "x-request-id": "req-304"})


def get(ca, number=1, **options):
    return ca.do(lambda ca: ca.videos.get(video_id(number), **options))


def conditions(server):
    return [request.headers.get("if-none-match") for request in server.requests]


@pytest.fixture(params=["memory", "disk"])
def cache(request, tmp_path):
    return True if request.param == "memory" else tmp_path / "answers.db"


def test_an_unchanged_response_is_confirmed_and_its_kept_body_stands_in(facade, serve, cache):
    server = serve(kept(), unchanged(), unchanged())
    events = []
    ca = facade(server.url, cache=cache, on_event=events.append)
    first, again, third = get(ca), get(ca), get(ca)
    assert first == again == third
    assert conditions(server) == [None, '"v1"', '"v1"']
    assert [event.cached for event in events] == [False, True, True]
    assert [event.status for event in events] == [200, 200, 200]


def test_no_kept_body_is_used_without_asking_the_server(facade, serve, cache, waits):
    """A cache that answers for a server that is down would show yesterday's figures as today's."""
    down = problem(503, "SERVICE_UNAVAILABLE")
    ca = facade(serve(kept(), down, down).url, cache=cache, max_retries=1)
    get(ca)
    with pytest.raises(ServiceUnavailableError):
        get(ca)
    assert len(waits) == 1


def test_a_changed_response_replaces_the_kept_one(facade, serve, cache):
    server = serve(kept(), kept(2, '"v2"'), unchanged('"v2"'))
    ca = facade(server.url, cache=cache)
    assert [get(ca).external_id for _ in range(3)] == ["1", "2", "2"]
    assert conditions(server) == [None, '"v1"', '"v2"']


def test_kept_responses_of_one_key_are_not_used_for_another(facade, serve, cache):
    server = serve(kept(1), kept(2), unchanged())
    mine = facade(server.url, "key-one", cache=cache)
    yours = facade(server.url, "key-two", cache=cache)
    assert get(mine).external_id == "1"
    assert get(yours).external_id == "2"
    assert get(mine).external_id == "1"
    assert conditions(server) == [None, None, '"v1"']


def test_a_key_that_changes_takes_its_responses_along(facade, serve, cache):
    keys = iter(["key-one", "key-two", "key-one"])
    server = serve(kept(1), kept(2), unchanged())
    ca = facade(server.url, lambda: next(keys), cache=cache)
    assert [get(ca).external_id for _ in range(3)] == ["1", "2", "1"]
    assert conditions(server) == [None, None, '"v1"']


def test_requests_that_differ_are_kept_apart(facade, serve, cache):
    server = serve(*(kept(number) for number in range(1, 5)))
    ca = facade(server.url, cache=cache)
    get(ca, 1)
    get(ca, 2)
    get(ca, 1, extra_query={"fields": "id"})
    get(ca, 1, extra_headers={"Accept-Language": "de"})
    assert conditions(server) == [None] * 4


def test_servers_are_kept_apart(facade, serve, tmp_path):
    one_server, other = serve(kept(1)), serve(kept(2))
    path = tmp_path / "answers.db"
    get(facade(one_server.url, cache=path))
    get(facade(other.url, cache=path))
    assert conditions(other) == [None]


@pytest.mark.parametrize(
    "answer",
    [
        one(video(1)),
        kept(etag="*"),
        kept(etag=""),
        kept(etag='"caf\xe9"'),
        kept(**{"cache-control": "no-store"}),
        kept(**{"cache-control": "private, No-Store"}),
    ],
    ids=["no ETag", "asterisk", "empty ETag", "ETag beyond ASCII", "no-store", "No-Store"],
)
def test_what_may_not_be_kept_is_not(facade, serve, cache, answer):
    server = serve(answer, one(video(1)))
    ca = facade(server.url, cache=cache)
    get(ca)
    get(ca)
    assert conditions(server) == [None, None]


@pytest.mark.parametrize(
    "etag", ['W/"abc"', 'w/"abc"', '"abc-gzip"', 'W/"abc;gzip"', "unquoted", '""']
)
def test_any_form_of_etag_that_can_be_sent_back_confirms_a_kept_response(
    facade, serve, cache, etag
):
    """A proxy that compresses makes ETags weak, or marks them."""
    server = serve(kept(etag=etag), unchanged(etag), unchanged(etag.removeprefix("W/")))
    ca = facade(server.url, cache=cache)
    assert [get(ca).external_id for _ in range(3)] == ["1", "1", "1"]
    assert conditions(server) == [None, etag, etag]


@pytest.mark.parametrize("memory", [":memory:", Path(":memory:")])
def test_special_name_of_a_cache_in_memory_leaves_no_file(
    facade, serve, tmp_path, monkeypatch, memory
):
    monkeypatch.chdir(tmp_path)
    ca = facade(serve(kept(), unchanged()).url, cache=memory)
    assert get(ca) == get(ca)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["~/answers.db", Path("~/answers.db"), b"~/answers.db"])
def test_home_in_the_name_of_a_cache_is_expanded(facade, serve, tmp_path, monkeypatch, name):
    for home in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(home, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    get(facade(serve(kept()).url, cache=name))
    assert (tmp_path / "answers.db").exists()
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize(
    "setting",
    [7, ["answers.db"], object(), "~nobody-of-that-name/answers.db", "", "a\0.db", "\ud800.db"],
)
def test_setting_of_the_cache_that_is_not_a_file_is_refused(facade, setting):
    with pytest.raises(ConfigurationError, match="cache="):
        facade("http://127.0.0.1:9/v2", cache=setting)


def test_a_body_that_was_cut_short_is_not_kept(facade, serve, cache, waits):
    """Confirmed by a 304 it would fail every later call."""
    half = gzip.compress(kept().content)[:-20]
    cut = Answer(body=half, headers={**FRESH, "content-encoding": "gzip"})
    server = serve(cut, kept())
    assert get(facade(server.url, cache=cache)).external_id == "1"
    assert conditions(server) == [None, None]
    assert len(waits) == 1


def test_text_that_utf8_cannot_carry_is_refused_with_a_cache_too(facade, serve, cache):
    ca = facade(serve().url, cache=cache)
    with pytest.raises(UsageError, match="cannot be sent"):
        ca.collect(lambda ca: ca.videos.list(q="\ud800"))


def test_errors_and_writes_are_not_kept(facade, serve, cache):
    missing = problem(404, "NOT_FOUND", headers=FRESH)
    changed = Answer(json={"data": video(1)}, headers=FRESH)
    server = serve(missing, changed, changed)
    ca = facade(server.url, cache=cache)
    with pytest.raises(NotFoundError):
        get(ca)
    for _ in range(2):
        ca.do(lambda ca: ca.videos.update(video_id(1), is_active=True))
    assert conditions(server) == [None] * 3


def test_a_condition_of_the_callers_own_is_left_alone(facade, serve, cache):
    server = serve(kept(), kept())
    ca = facade(server.url, cache=cache)
    get(ca)
    get(ca, extra_headers={"If-None-Match": '"mine"'})
    assert conditions(server) == [None, '"mine"']


def test_pages_are_kept_one_by_one(facade, serve, cache):
    def respond(request):
        tag = f'"{request.target}"'
        if request.headers.get("if-none-match") == tag:
            return unchanged(tag)
        more = "cursor" not in request.query
        answer = page([video(1 if more else 2)], "next" if more else None)
        return Answer(json=answer.json, headers={"etag": tag})

    server = serve(respond)
    ca = facade(server.url, cache=cache)
    first = ca.collect(lambda ca: ca.videos.list())
    again = ca.collect(lambda ca: ca.videos.list())
    assert first == again
    assert [one.external_id for one in again] == ["1", "2"]
    assert [condition is None for condition in conditions(server)] == [True, True, False, False]


def test_a_304_that_was_not_asked_for_is_not_a_success(facade, serve):
    ca = facade(serve(unchanged()).url)
    with pytest.raises(APIError, match="neither success nor error") as refused:
        get(ca)
    assert refused.value.status == 304


def test_the_sandboxs_responses_are_confirmed(facade, sandbox, cache):
    events = []
    ca = facade(sandbox.base_url, sandbox.api_key, cache=cache, on_event=events.append)
    first = ca.collect(lambda ca: ca.account_videos.list())
    again = ca.collect(lambda ca: ca.account_videos.list())
    assert first == again
    half = len(events) // 2
    assert [event.cached for event in events] == [False] * half + [True] * half


def test_the_file_is_its_owners_and_holds_no_key(facade, serve, tmp_path):
    path = tmp_path / "answers.db"
    server = serve(kept(), unchanged())
    ca = facade(server.url, KEY, cache=str(path))
    get(ca)
    written = sorted(tmp_path.iterdir())
    assert path in written
    for file in written:
        assert os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
        assert KEY.encode() not in file.read_bytes()
        assert b"Bearer" not in file.read_bytes()
    get(ca)
    ca.close()
    assert KEY.encode() not in path.read_bytes()


@windows.rights
def test_a_file_others_could_read_is_closed_to_them(facade, serve, tmp_path):
    path = tmp_path / "answers.db"
    path.touch(0o644)
    get(facade(serve(kept()).url, cache=path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_file_serves_the_next_run(facade, serve, tmp_path):
    path = tmp_path / "answers.db"
    server = serve(kept(), unchanged())
    first = facade(server.url, cache=path)
    get(first)
    first.close()
    assert get(facade(server.url, cache=path)).external_id == "1"
    assert conditions(server) == [None, '"v1"']


PROCESS = """
import sys
from creatoraudit import CreatorAudit
with CreatorAudit("key-of-tests", base_url=sys.argv[1], cache=sys.argv[2]) as ca:
    for number in range(40):
        video = ca.videos.get("00000000-0000-4000-8000-%012d" % (number % 8 + 1))
        assert int(video.external_id) == number % 8 + 1, video
"""


def test_two_processes_share_a_file(serve, tmp_path):
    def respond(request):
        number = int(request.path[-12:])
        tag = f'"{number}"'
        asked = request.headers.get("if-none-match")
        assert asked in (None, tag)
        return unchanged(tag) if asked == tag else kept(number, tag)

    server = serve(respond)
    command = [sys.executable, "-c", PROCESS, server.url, str(tmp_path / "answers.db")]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    errors = [process.communicate(timeout=240)[1] for process in running]
    assert errors == ["", ""]
    asked = conditions(server)
    assert len(asked) == 80
    assert asked.count(None) <= 2 * 8


def test_a_file_that_is_busy_or_broken_costs_no_response(facade, serve, tmp_path):
    """The cache saves time; it is no reason for a call to fail."""
    path = tmp_path / "answers.db"
    server = serve(kept(), kept(), kept())
    ca = facade(server.url, cache=path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert get(ca).external_id == "1"
    other.execute("DROP TABLE kept")
    other.execute("COMMIT")
    other.close()
    assert get(ca).external_id == "1"
    assert get(ca).external_id == "1"
    assert conditions(server) == [None, None, None]


@pytest.mark.parametrize("where", ["folder", "missing folder"])
def test_a_file_that_cannot_be_used_is_refused(facade, tmp_path, where):
    path = tmp_path if where == "folder" else tmp_path / "missing" / "answers.db"
    with pytest.raises(ConfigurationError, match="cache="):
        facade("http://127.0.0.1:9/v2", cache=path)


LINKS = [pytest.param(kind, marks=windows.rights) for kind in ("link", "pipe")]


@pytest.mark.parametrize("kind", ["short text", "long text", "database", *LINKS])
def test_foreign_file_as_a_cache_is_refused_as_it_was(facade, tmp_path, kind):
    """Neither its content nor its permissions change."""
    path = tmp_path / "notmine.txt"
    if kind == "database":
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE notes (text)")
        other.close()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_text("mine " * (1 if kind == "short text" else 1000))
    path.chmod(0o644)
    given = path
    if kind == "link":
        given = tmp_path / "link.db"
        given.symlink_to(path)
    before = path.stat(), None if kind == "pipe" else path.read_bytes()
    with pytest.raises(ConfigurationError, match="cache="):
        facade("http://127.0.0.1:9/v2", cache=given)
    after = path.stat(), None if kind == "pipe" else path.read_bytes()
    assert after[1] == before[1]
    assert after[0].st_mode == before[0].st_mode
    assert after[0].st_mtime_ns == before[0].st_mtime_ns
    assert sorted(tmp_path.iterdir()) == sorted({path, given})
