"""The key shows nowhere: the client is driven into every failure, and all it leaves is searched."""

from __future__ import annotations

import base64
import copy
import io
import logging
import pickle
import traceback

import pytest

from creatoraudit import (
    AsyncCreatorAudit,
    ConfigurationError,
    CreatorAudit,
    CreatorAuditError,
    contract,
)
from support.answers import WHOAMI, page, problem, video, video_id
from support.faults import FAULTS
from support.server import Answer, Reset

KEY = "cak_live_Zq7RmWv2XtB9"
# The key as it may be disguised: as it is, reversed by no one, in base64 of a header.
TRACES = (KEY, KEY[4:], base64.b64encode(KEY.encode()).decode().rstrip("="))


@pytest.fixture
def logs():
    """All that any logger says, at every level, with httpx's and httpcore's own."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    names = [None, "creatoraudit", "httpx", "httpcore"]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def locals_of(error, seen=None):
    """Representations of every local variable along an exception, its causes and contexts."""
    seen = set() if seen is None else seen
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if "/tests/" in frame.f_code.co_filename.replace("\\", "/"):
            continue  # the tests know the key
        for name, value in list(frame.f_locals.items()):
            yield f"{frame.f_code.co_filename}:{frame.f_code.co_name}:{name}={value!r}"
            state = getattr(value, "__dict__", None)
            if state:
                yield f"{frame.f_code.co_name}:{name}.__dict__={state!r}"
    for inner in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        yield from locals_of(inner, seen)


def assert_clean(error):
    texts = [
        str(error),
        repr(error),
        repr(error.args),
        repr(vars(error)),
        "".join(traceback.format_exception(error)),
        "".join(
            traceback.TracebackException.from_exception(
                error, capture_locals=False, compact=False
            ).format()
        ),
        repr(copy.deepcopy(error)),
        pickle.dumps(error).decode("latin-1"),
        *locals_of(error),
    ]
    for text in texts:
        for trace in TRACES:
            assert trace not in text, text[:2000]


CALLS = {
    "whoami": lambda ca: ca.whoami(),
    "list": lambda ca: ca.videos.list().to_list(),
    "deltas": lambda ca: ca.videos.deltas([video_id(1)]),
    "create": lambda ca: ca.call("create_creator", name="x"),
    "breakouts": lambda ca: ca.breakouts(),
    "request": lambda ca: ca.request("DELETE", "/x"),
    "refused": lambda ca: ca.videos.get("no id"),
    "unsendable": lambda ca: ca.whoami(extra_headers={"x": "a\nb"}),
    "unencodable": lambda ca: ca.call("create_creator", name=object()),
}


@pytest.mark.filterwarnings("ignore:Async generator 'http:ResourceWarning")
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.usefixtures("waits")
def test_no_failure_shows_the_key(facade, serve, logs, call):
    if call in ("refused", "unsendable", "unencodable"):
        steps = [Reset()]
    else:
        # A raw request decodes nothing, so it finds no fault with what keeps no contract.
        steps = [
            fault.step
            for fault in FAULTS.values()
            if call != "request" or fault.shows != "ContractError"
        ]
    for step in steps:
        server = serve(lambda _, step=step: step)
        ca = facade(server.url, KEY, timeout=0.03, retry_budget=0.04, max_retries=1)
        with pytest.raises(CreatorAuditError) as caught:
            ca.do(CALLS[call])
        assert_clean(caught.value)
        for request in server.requests:
            assert request.headers["authorization"] == f"Bearer {KEY}"
    for trace in TRACES:
        assert trace not in logs.getvalue()


def test_a_good_call_shows_no_key_either(facade, serve, logs):
    seen = []
    server = serve(WHOAMI, page([video(1)]))
    ca = facade(server.url, KEY, on_event=seen.append)
    reply = ca.do(lambda ca: ca.call("whoami"))
    pager = ca.do(lambda ca: ca.videos.list())
    (item,) = ca.collect(lambda _: pager)
    shown = [repr(one) for one in (reply, pager, item, ca.client, *seen)]
    sender = ca.client._operations._sender
    shown += [repr(vars(one)) for one in (ca.client, sender, sender._transport)]
    shown.append(repr(sender._keys))
    shown.append(logs.getvalue())
    for text in shown:
        assert KEY not in text
    assert "whoami GET /whoami try 1: 200" in logs.getvalue()


@pytest.mark.parametrize("cls", [CreatorAudit, AsyncCreatorAudit])
@pytest.mark.parametrize(
    "key", [KEY + "\nx", KEY + "é", "x\x00" + KEY, 7], ids=["newline", "accent", "nul", "number"]
)
def test_a_refused_key_leaves_no_trace(cls, key, monkeypatch):
    with pytest.raises(ConfigurationError) as caught:
        cls(key, base_url="http://127.0.0.1:1")
    assert_clean(caught.value)
    if isinstance(key, str) and "\x00" not in key:
        monkeypatch.setenv("CREATORAUDIT_API_KEY", key)
        with pytest.raises(ConfigurationError) as caught:
            cls(base_url="http://127.0.0.1:1")
        assert_clean(caught.value)


@pytest.mark.parametrize("cls", [CreatorAudit, AsyncCreatorAudit])
@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "ftp://x"},
        {"base_url": "https://user@api.example"},
        {"base_url": "http://127.0.0.1:1", "timeout": -1},
        {"base_url": "http://127.0.0.1:1", "http_client": object()},
    ],
    ids=lambda wrong: next(reversed(wrong)),
)
def test_another_setting_that_is_refused_does_not_show_the_key(cls, wrong, monkeypatch):
    monkeypatch.setenv("CREATORAUDIT_API_KEY", KEY)
    with pytest.raises(ConfigurationError) as caught:
        cls(KEY, **wrong)
    assert_clean(caught.value)
    with pytest.raises(ConfigurationError) as caught:
        cls(**wrong)
    assert_clean(caught.value)


def test_a_callables_refused_key_leaves_no_trace(facade, serve):
    ca = facade(serve().url, lambda: KEY + "\n\nx")
    with pytest.raises(ConfigurationError) as caught:
        ca.do(lambda ca: ca.whoami())
    assert_clean(caught.value)


def test_what_the_server_echoes_of_the_key_is_the_servers_doing_but_is_not_logged(
    facade, serve, logs
):
    echo = Answer(401, json={"code": "UNAUTHORIZED", "detail": "bad key"}, headers={"x-key": KEY})
    with pytest.raises(CreatorAuditError) as caught:
        facade(serve(echo).url, KEY).do(lambda ca: ca.whoami())
    assert KEY not in str(caught.value)
    own = [line for line in logs.getvalue().splitlines() if line.startswith("whoami ")]
    assert own
    assert not any(KEY in line for line in own)


def test_errors_of_a_walk_and_a_batch_show_no_key(facade, serve):
    server = serve(page([video(1)], "c"), problem(500))
    ca = facade(server.url, KEY)
    with pytest.raises(CreatorAuditError) as caught:
        ca.collect(lambda ca: ca.videos.list())
    assert_clean(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [{"base_url": "ftp://x"}, {"base_url": "http://api.example.com"}, {"api_key": KEY + "\n1"}],
)
def test_a_contract_check_that_cannot_be_made_shows_no_key(wrong):
    with pytest.raises(ConfigurationError) as caught:
        contract.check(**{"api_key": KEY, **wrong})
    assert_clean(caught.value)
