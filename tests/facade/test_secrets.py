"""The key appears nowhere: the client is driven into every failure, and all output is searched."""

from __future__ import annotations

import base64
import copy
import functools
import html
import io
import json
import logging
import pickle
import traceback
from dataclasses import replace
from urllib.parse import quote

import anyio
import anyio.lowlevel
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


def test_a_successful_call_shows_no_key_either(facade, serve, logs):
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


HARD = "ab+c/d=e<&\"9\\~x'"


SPELLINGS = {
    "as it is": str,
    "upper case": str.upper,
    "percent-encoded": lambda key: quote(key, safe=""),
    "every character percent-encoded": lambda key: "".join(f"%{ord(one):02x}" for one in key),
    "percent-encoded twice": lambda key: quote(quote(key, safe=""), safe=""),
    "JSON escapes": lambda key: "".join(f"\\u{ord(one):04x}" for one in key),
    "JSON": lambda key: json.dumps(key)[1:-1],
    "JSON in JSON": lambda key: json.dumps(json.dumps(key))[3:-3],
    "JSON in JSON in JSON": lambda key: json.dumps(json.dumps(json.dumps(key)))[7:-7],
    "escaped slashes in JSON": lambda key: json.dumps(json.dumps(key)[1:-1].replace("/", "\\/"))[
        1:-1
    ],
    "HTML": html.escape,
    "HTML by number": lambda key: "".join(f"&#{ord(one)};" for one in key),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64 of a header": lambda key: base64.b64encode(f"Bearer {key}".encode()).decode(),
    "base64 of a login": lambda key: base64.urlsafe_b64encode(f"x:{key}:y".encode()).decode(),
    "hexadecimal": lambda key: key.encode().hex(),
}


def echoes(spelt):
    """Answers that hold a spelling of the key in every place there is."""
    text = f"bad key {spelt}!"
    yield Answer(401, body=f'{{"detail": "{text}"}}'.encode())
    yield Answer(422, body=f'{{"detail": [{{"loc": ["{spelt}"], "msg": "{text}"}}]}}'.encode())
    yield Answer(422, body=f'{{"errors": {{"{spelt}": ["{text}"]}}}}'.encode())
    yield Answer(500, body=f"<html><title>{text}</title>".encode())
    yield Answer(500, body=text.encode())
    yield Answer(302, headers={"location": f"https://elsewhere.example/{spelt}"})
    yield Answer(400, json={"code": spelt, "title": text, "type": text, "instance": text})
    yield Answer(429, headers={"x-key": text, f"x-{spelt}"[:200]: "1", "x-request-id": spelt})
    yield Answer(200, body=f'{{"data": "{text}", "{spelt}": 1}}'.encode())
    yield Answer(200, body=text.encode(), headers={"content-type": spelt, "x-request-id": spelt})


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("key", [KEY, HARD], ids=["plain", "hard"])
def test_echoed_key_is_replaced_in_everything_that_leaves(facade, serve, logs, spelling, key):
    spelt = SPELLINGS[spelling](key)
    name = "".join(one if one.isalnum() or one in "-_" else "-" for one in spelt)
    for answer in echoes(spelt):
        if not (answer.body or b"").startswith(b"<") and '"' in spelt:
            continue  # it would end the JSON text that it stands in
        headers = {
            one if spelt not in one else f"x-{name}": text for one, text in answer.headers.items()
        }
        events = []
        server = serve(replace(answer, headers=headers))
        ca = facade(server.url, key, max_retries=0, on_event=events.append)
        with pytest.raises(CreatorAuditError) as caught:
            ca.do(lambda ca: ca.whoami())
        error = caught.value
        shown = [str(error), repr(vars(error)), repr(events), pickle.dumps(error).decode("latin-1")]
        shown += [repr(dict(getattr(error, "headers", {}))), str(getattr(error, "body", ""))]
        for text in shown:
            assert spelt.lower() not in text.lower(), (answer, text)
            assert key.lower() not in text.lower()
    assert key not in logs.getvalue()


def test_echoed_key_is_replaced_in_what_a_success_gives(facade, serve):
    body = f'{{"data": {{"organization_id": "{KEY}", "api_key_name": "x{quote(KEY)}y"}}}}'
    ca = facade(serve(Answer(body=body.encode(), headers={"x-key": KEY})).url, KEY)
    reply = ca.do(lambda ca: ca.call("whoami"))
    assert reply.value.data.organization_id == "****"
    assert reply.value.data.api_key_name == "x****y"
    assert reply.headers["X-Key"] == "****"
    assert KEY not in repr(reply)


@pytest.mark.parametrize("others", [0, 1, 63, 64, 1_000])
def test_escaped_key_is_replaced_after_any_number_of_other_escapes(facade, serve, others):
    spelt = "\\n" * others + "".join(f"\\u{ord(one):04x}" for one in KEY)
    body = f'{{"data": {{"organization_id": "o", "api_key_name": "{spelt}"}}}}'
    ca = facade(serve(Answer(body=body.encode())).url, KEY)
    assert ca.do(lambda ca: ca.whoami()).api_key_name == "\n" * others + "****"


def test_echoed_key_is_replaced_in_another_encoding_of_text_too(facade, serve):
    body = json.dumps({"detail": f"bad key {KEY}!"}).encode("utf-16")
    with pytest.raises(CreatorAuditError, match=r"bad key \*\*\*\*!") as caught:
        facade(serve(Answer(401, body=body)).url, KEY).do(lambda ca: ca.whoami())
    assert KEY not in repr(vars(caught.value))


@pytest.mark.parametrize(("before", "shared"), [(0, 0), (1, 2), (2, 3)])
def test_no_character_of_an_echoed_key_in_base64_is_left(facade, serve, before, shared):
    """But for the one that holds bits of the byte before the key too."""
    text = base64.b64encode(b"x" * before + KEY.encode()).decode()
    ca = facade(serve(Answer(401, json={"detail": f"<{text}>"})).url, KEY)
    with pytest.raises(CreatorAuditError) as caught:
        ca.do(lambda ca: ca.whoami())
    assert f"<{text[:shared]}****" in str(caught.value)


def test_echoed_key_of_a_callable_is_replaced_as_it_changes(facade, serve):
    keys = iter(["key-number-one", "key-number-two"])
    server = serve(lambda request: Answer(401, json={"detail": request.headers["authorization"]}))
    ca = facade(server.url, lambda: next(keys))
    for _ in range(2):
        with pytest.raises(CreatorAuditError, match=r"Bearer \*\*\*\*"):
            ca.do(lambda ca: ca.whoami())


def test_short_key_is_not_replaced_on_loopback(facade, serve):
    echo = Answer(401, json={"detail": "wrong"})
    with pytest.raises(CreatorAuditError, match="wrong"):
        facade(serve(echo).url, "wrong").do(lambda ca: ca.whoami())


@pytest.mark.parametrize("key", ["x", "1234567", " 1234567\n"])
def test_short_key_is_refused_off_loopback(facade, monkeypatch, key):
    with pytest.raises(ConfigurationError, match="fewer than 8 characters") as caught:
        facade("https://api.example/v2", key)
    assert_clean(caught.value)
    with pytest.raises(ConfigurationError, match="fewer than 8 characters"):
        facade("https://127.0.0.1.example/v2", lambda: key).do(lambda ca: ca.whoami())
    with pytest.raises(ConfigurationError, match="fewer than 8 characters"):
        contract.check(base_url="https://api.example/v2", api_key=key)
    monkeypatch.setenv("CREATORAUDIT_API_KEY", key)
    with pytest.raises(ConfigurationError, match="fewer than 8 characters"):
        facade(api_key=None)


# --- keys that a program's own async function gives


async def from_a_vault():
    await anyio.lowlevel.checkpoint()
    return KEY


class Vault:
    async def __call__(self):
        return await from_a_vault()


ASYNC_SOURCES = [from_a_vault, Vault(), functools.partial(from_a_vault)]


@pytest.mark.parametrize("source", ASYNC_SOURCES, ids=["function", "object", "partial"])
def test_async_function_gives_the_key_of_an_async_client_and_is_refused_by_a_sync_one(
    facade, serve, source
):
    server = serve(WHOAMI)
    if facade.kind == "sync":
        with pytest.raises(ConfigurationError, match="async function"):
            facade(server.url, source)
        return
    facade(server.url, source).do(lambda ca: ca.whoami())
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_async_function_that_does_not_look_like_one_is_refused_at_the_first_call(facade, serve):
    ca = facade(serve(WHOAMI).url, lambda: from_a_vault())  # noqa: PLW0108 - the point of it
    if facade.kind == "sync":
        with pytest.raises(ConfigurationError, match="async function"):
            ca.do(lambda ca: ca.whoami())
    else:
        ca.do(lambda ca: ca.whoami())


def test_async_function_that_gives_no_key_leaves_no_trace(facade, serve):
    async def wrong():
        return KEY + "\n\nx"

    if facade.kind == "sync":
        return
    ca = facade(serve().url, wrong)
    with pytest.raises(ConfigurationError) as caught:
        ca.do(lambda ca: ca.whoami())
    assert_clean(caught.value)


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
