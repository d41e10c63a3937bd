"""Faults on the wire, byte by byte, in place of a good response.

Each fault is made from the good response, so it can spoil it at any point, and has a name for
tables of tests. The server has carried out the request by then.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias

from .faults import FaultyProxy
from .server import Answer, Connection, Endless, Request, Step

KEY = "key-that-must-not-be-seen-anywhere"
# Property of a test report that says how a job ended under a fault.
RAW = "raw fault matrix"
Ending: TypeAlias = Literal["close", "reset", "stall", "keep"]
ENDINGS: tuple[Ending, ...] = ("close", "reset", "stall")
Spoil: TypeAlias = Callable[[Answer], Step]
MIB = 2**20


@dataclass(frozen=True)
class Bytes:
    """Any bytes, and what happens to the connection afterwards."""

    data: bytes
    end: Ending = "close"

    def play(self, connection: Connection) -> bool:
        connection.send(self.data)
        if self.end == "keep":
            return True
        if self.end == "stall":
            connection.wait()
        if self.end == "reset":
            connection.reset()
        else:
            connection.close()
        return False


@dataclass(frozen=True)
class Fault:
    """One way to spoil a response.

    Attributes:
        spoil: Makes the bytes to send from the good response.
        any_result: Whether a call may accept it as another good response.
        slow: Whether it ends only on a timeout.
        large: Whether its content takes much memory.
    """

    spoil: Spoil
    any_result: bool = False
    slow: bool = False
    large: bool = False


def _raw(data: bytes, end: Ending = "close") -> Spoil:
    return lambda _good: Bytes(data, end)


def _head(line: bytes = b"HTTP/1.1 200 OK", *headers: bytes) -> bytes:
    return b"\r\n".join([line, *headers, b"", b""])


def _framed(*headers: bytes, line: bytes = b"HTTP/1.1 200 OK", end: Ending = "close") -> Spoil:
    """The good content with another head."""

    def spoil(good: Answer) -> Step:
        given = [one.replace(b"{length}", b"%d" % len(good.content)) for one in headers]
        return Bytes(_head(line, *given) + good.content, end)

    return spoil


def _with(*headers: bytes) -> Spoil:
    """The good response with more headers."""
    length = b"Content-Length: {length}"
    return _framed(b"Content-Type: application/json", length, *headers, end="keep")


def _body(content: bytes, *headers: bytes, line: bytes = b"HTTP/1.1 200 OK") -> Spoil:
    size = b"Content-Length: %d" % len(content)
    return _raw(_head(line, b"Content-Type: application/json", size, *headers) + content, "keep")


def _lazily(make: Callable[[], bytes], *headers: bytes) -> Spoil:
    """A body that is too large to exist before it is sent."""

    def spoil(good: Answer) -> Step:
        return _body(make(), *headers)(good)

    return spoil


def _changed(change: Callable[[Any], Any]) -> Spoil:
    """The good response with changed JSON."""

    def spoil(good: Answer) -> Step:
        return Answer(body=json.dumps(change(json.loads(good.content))).encode())

    return spoil


def _page(**members: Any) -> Spoil:
    def change(body: Any) -> Any:
        if "pagination" in body:
            body["pagination"] |= members
        return body

    return _changed(change)


def _cut(part: float, end: Ending) -> Spoil:
    """The good response, cut at some point."""

    def spoil(good: Answer) -> Step:
        data = good.head + good.content
        return Bytes(data[: int(len(data) * part)], end)

    return spoil


def _packed(pack: Callable[[bytes], bytes], codings: bytes) -> Spoil:
    """The good content, compressed, or with a wrong compression header."""

    def spoil(good: Answer) -> Step:
        content = pack(good.content)
        size = b"Content-Length: %d" % len(content)
        return Bytes(_head(b"HTTP/1.1 200 OK", b"Content-Encoding: " + codings, size) + content)

    return spoil


def _chunked(encode: Callable[[bytes], bytes]) -> Spoil:
    def spoil(good: Answer) -> Step:
        head = _head(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked")
        return Bytes(head + encode(good.content))

    return spoil


STATUS_LINES = [
    b"",
    b"\r\n",
    b"\n\n\n",
    b"\0" * 100,
    b"\xff" * 100,
    b"200 OK",
    b"HTTP/1.1",
    b"HTTP/1.1 ",
    b"HTTP/1.1 20",
    b"HTTP/1.1 2000 OK",
    b"HTTP/1.1 -20 OK",
    b"HTTP/1.1 2x0 OK",
    b"HTTP/1.1 000 OK",
    b"HTTP/1.1 099 OK",
    b"HTTP/1.1 999 OK",
    b"HTTP/0.9 200 OK",
    b"HTTP/2 200 OK",
    b"HTTP/3.0 200 OK",
    b"HTTP/11 200 OK",
    b"http/1.1 200 ok",
    b"HTTP /1.1 200 OK",
    b"HTTP/1.1\t200\tOK",
    b"HTTP/1.1  200 OK",
    b" HTTP/1.1 200 OK",
    b"HTTP/1.1 200 " + b"O" * 200_000,
    b"HTTP/1.1 200 \x1b[31mred",
    b"HTTP/1.1 200 \xc3\xa4",
    b"GET / HTTP/1.1",
    b"ICY 200 OK",
    b"SSH-2.0-OpenSSH_9.9",
    b"220 mail ESMTP",
    b"\x16\x03\x01\x02\x00\x01",
    b"\x15\x03\x03\x00\x02\x02\x28",
    b"PRI * HTTP/2.0\r\n\r\nSM",
    b"<!doctype html><title>Sign in</title>",
    b"{}",
]

HEADERS = [
    b"Content-Length: -1",
    b"Content-Length: +5",
    b"Content-Length: 1e3",
    b"Content-Length: 0x10",
    b"Content-Length: ",
    b"Content-Length: 99999999999999999999999999",
    b"Content-Length: 1, 2",
    b"Content-Length: 5\r\nContent-Length: 6",
    b"Content-Length: \xd9\xa1",
    b"Content-Length: 5;5",
    b"Transfer-Encoding: chunked\r\nContent-Length: {length}",
    b"Transfer-Encoding: gzip",
    b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding: identity",
    b"Transfer-Encoding: \0",
    b"Transfer-Encoding: xchunked",
    b"No colon here",
    b": no name",
    b"Sp ace: x",
    b"Nul\0: x",
    b"X: nul\0in value",
    b"X: cr\rin value",
    b"X: \xff\xfe",
    b"\xc3\xa4: x",
    b" folded first",
    b"X: y\r\n folded",
    b"X: y\r\n\tfolded",
    b"A" * 70_000 + b": x",
    b"X: " + b"a" * 90_000,
    b"X: " + b"a" * 300_000,
    b"\r\n".join([b"X: y"] * 20_000),
    b"\r\n".join([b"X: y"] * 60_000),
    b"Connection: close, keep-alive, \0",
    b"Connection: upgrade\r\nUpgrade: h2c",
    b"Set-Cookie: =;=;=",
    b"Set-Cookie: a=b; Expires=never; Max-Age=x",
    b"\r\n".join([b"Set-Cookie: c=" + b"d" * 30] * 2_000),
]

HARMLESS_HEADERS = [
    b"Content-Type: ",
    b"Content-Type: text/html",
    b"Content-Type: \xff",
    b"Content-Type: a/b; charset=\xe4",
    b"Content-Type: application/json; charset=utf-7",
    b"Date: never",
    b"Date: Fri, 31 Feb 2026 25:61:61 GMT",
    b"X-RateLimit-Remaining: -1",
    b"X-RateLimit-Remaining: nan",
    b"X-RateLimit-Remaining: " + b"9" * 400,
    b"X-RateLimit-Limit: 1e400",
    b"X-RateLimit-Reset: -1e9",
    b"X-RateLimit-Reset: tomorrow",
    b"Retry-After: 0",
    b"ETag: ",
    b"ETag: W/",
    b'ETag: "\xff"',
    b"ETag: " + b"e" * 50_000,
    b"X-Request-ID: \x1b]0;x\x07",
    b"X-Request-ID: " + b"r" * 50_000,
    b"X-Request-ID: " + KEY.encode(),
    b"Location: http://[::1",
    b"Link: <x>; rel=next",
    b"Deprecation: ?1",
    b"Sunset: x",
    b"Cache-Control: max-age=nan",
    b"Vary: *",
    b"Age: -1",
    b"Content-Disposition: ?",
]

LOCATIONS = [
    b"",
    b"/",
    b"//evil.example",
    b"http://[::1",
    b"http://\xff",
    b"http://" + b"a" * 70_000,
    b"%00x",
    b"javascript:alert(1)",
    b"http://user:" + KEY.encode() + b"@evil.example/",
    b"http://xn--a.example",
    b"http://a" + b".b" * 200,
    b"ftp://x",
    b"?q",
    b"#",
    b"http://evil.example:99999",
]

RETRY_AFTER = [
    b"0",
    b"-1",
    b"1",
    b"0.001",
    b"1e400",
    b"nan",
    b"inf",
    b"9" * 400,
    b"soon",
    b"",
    b"\xd9\xa1",
    b"Thu, 01 Jan 1970 00:00:00 GMT",
    b"Fri, 31 Dec 9999 23:59:59 GMT",
    b"Mon, 99 Foo 2026 00:00:00",
    b"0x10",
    b"1,2",
    b"1_000",
]

DEEP = b'{"data":' * 5_000 + b"1" + b"}" * 5_000
MANY = b"{" + b",".join(b'"%d":1' % number for number in range(50_000)) + b"}"
CONTENTS: Mapping[str, bytes] = {
    "nothing": b"",
    "blank": b" \n\t",
    "null": b"null",
    "true": b"true",
    "number": b"1",
    "text": b'"x"',
    "list": b"[]",
    "object": b"{}",
    "NaN": b"NaN",
    "minus infinity": b'{"data": -Infinity}',
    "1e400": b'{"data": 1e400}',
    "long integer": b'{"data": ' + b"9" * 5_000 + b"}",
    "huge integer": b'{"data": ' + b"9" * 500_000 + b"}",
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": DEEP,
    "unclosed": b"[" * 100_000,
    "invalid UTF-8": b'{"data": "\xff"}',
    "half a character": b'{"data": "\xc3',
    "BOM": b"\xef\xbb\xbf{}",
    "UTF-16": '{"data": []}'.encode("utf-16"),
    "UTF-32": '{"data": []}'.encode("utf-32"),
    "lone surrogate": b'{"data": "\\ud800"}',
    "twice the same": b'{"data": [], "data": {}}',
    "trailing": b"{}{}",
    "comment": b"/* */ {}",
    "single quotes": b"{'data': 1}",
    "NUL": b'{"data": "\0"}',
    "data null": b'{"data": null}',
    "data text": b'{"data": "x"}',
    "data of nulls": b'{"data": [null]}',
    "data of lists": b'{"data": [[]]}',
    "empty names": b'{"": {"": []}}',
    "HTML": b"<!doctype html><title>Sign in</title>",
    "key echoed": b'{"detail": "' + KEY.encode() + b'"}',
    "key as a name": b'{"' + KEY.encode() + b'": 1}',
    "key in data": b'{"data": [{"id": "' + KEY.encode() + b'"}], "pagination": {"has_next": 1}}',
    "proto": b'{"__proto__": {"__class__": 1}, "data": []}',
    "many names": MANY,
}

LARGE: Mapping[str, Callable[[], bytes]] = {
    "blank": lambda: b" " * 9 * MIB,
    "objects": lambda: b"[" + b"{}," * 2_700_000 + b"{}]",
    "lists": lambda: b"[" + b"[]," * 2_700_000 + b"[]]",
    "numbers": lambda: b"[" + b"1.5," * 2_000_000 + b"1]",
    "one text": lambda: b'{"data": "' + b"x" * 8_000_000 + b'"}',
    "one wide text": lambda: b'{"data": "' + "\U0001f600".encode() * 2_000_000 + b'"}',
}


@cache
def _bomb(wbits: int) -> bytes:
    """Two hundred MiB of blanks, compressed without holding them in memory."""
    packer = zlib.compressobj(1, wbits=wbits)
    blanks = b" " * MIB
    return b"".join(packer.compress(blanks) for _ in range(200)) + packer.flush()


BOMBS: Mapping[str, tuple[Callable[[], bytes], bytes]] = {
    "gzip": (lambda: _bomb(31), b"gzip"),
    "deflate": (lambda: _bomb(15), b"deflate"),
    "bare deflate": (lambda: _bomb(-15), b"deflate"),
    "gzip in gzip": (lambda: gzip.compress(_bomb(31)), b"gzip, gzip"),
}

STATUSES = [
    *(100, 102, 201, 202, 203, 204, 205, 206, 207, 226, 300, 301, 302, 303, 304, 305, 307, 308),
    *(400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417),
    *(418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 506),
    *(507, 508, 510, 511, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530, 599, 600, 700, 999),
]

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "status line": (b"HTTP/1.1 2", b"0"),
    "header": (OK + b"X: ", b"a"),
    "headers": (OK, b"X: y\r\n"),
    "early hints": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "content": (OK + b"Content-Length: 99999\r\n\r\n", b" "),
    "to the end": (OK + b"\r\n", b" "),
    "chunks": (CHUNKED, b"1\r\n \r\n"),
    "chunk size": (CHUNKED, b"0"),
    "chunk extension": (CHUNKED + b"1;", b"a"),
    "trailers": (CHUNKED + b"0\r\n", b"X: y\r\n"),
    "gzip name": (OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08" + b"\0" * 6, b"a"),
    "silence": (b"", b""),
}

CHUNKS: Mapping[str, Callable[[bytes], bytes]] = {
    "no end": lambda c: b"%x\r\n%b\r\n" % (len(c), c),
    "no last line": lambda c: b"%x\r\n%b\r\n0\r\n" % (len(c), c),
    "size too large": lambda c: b"%x\r\n%b\r\n0\r\n\r\n" % (len(c) + 9, c),
    "size too small": lambda c: b"%x\r\n%b\r\n0\r\n\r\n" % (max(len(c) - 1, 1), c),
    "negative size": lambda c: b"-%x\r\n%b\r\n0\r\n\r\n" % (len(c), c),
    "no hex": lambda c: b"xyz\r\n%b\r\n0\r\n\r\n" % c,
    "huge size": lambda c: b"f" * 30 + b"\r\n%b" % c,
    "empty size": lambda c: b"\r\n%b\r\n0\r\n\r\n" % c,
    "prefix": lambda c: b"0x%x\r\n%b\r\n0\r\n\r\n" % (len(c), c),
    "line feeds": lambda c: b"%x\n%b\n0\n\n" % (len(c), c),
    "extension": lambda c: b'%x;a="b\r\n%b\r\n0\r\n\r\n' % (len(c), c),
    "bad trailer": lambda c: b"%x\r\n%b\r\n0\r\nno colon\r\n\r\n" % (len(c), c),
    "not chunked": lambda c: c,
    "padding behind": lambda c: b"%x\r\n%b\r\n0\r\n\r\nmore" % (len(c), c),
}
CODINGS: Mapping[str, tuple[Callable[[bytes], bytes], bytes]] = {
    "gzip that is none": (lambda c: c, b"gzip"),
    "deflate that is none": (lambda c: c, b"deflate"),
    "gzip cut": (lambda c: gzip.compress(c)[:-5], b"gzip"),
    "gzip of nothing": (lambda _: b"", b"gzip"),
    "gzip with another sum": (lambda c: gzip.compress(c)[:-8] + b"\0" * 8, b"gzip"),
    "gzip and garbage": (lambda c: gzip.compress(c) + b"\1garbage", b"gzip"),
    "gzip and half a member": (lambda c: gzip.compress(c) + b"\x1f\x8b", b"gzip"),
    "gzip header only": (lambda _: b"\x1f\x8b\x08", b"gzip"),
    "deflate cut": (lambda c: zlib.compress(c)[:-5], b"deflate"),
    "deflate with a dictionary": (lambda c: b"x\xbb" + b"\0" * 4 + c, b"deflate"),
    "br": (lambda c: c, b"br"),
    "zstd": (lambda c: c, b"zstd"),
    "unknown": (lambda c: c, b"x\xff"),
    "ten times": (gzip.compress, b"gzip," * 10),
    "a blank": (lambda c: c, b" , ,"),
}


CURSORS: list[Any] = [
    *(None, "", 7, True, [], {}, "x" * 200_000, "\ud800", "same", "a\r\nb: c", "\0"),
]


def _numbered(name: str, faults: Iterable[Fault]) -> dict[str, Fault]:
    return {f"{name} {number}": fault for number, fault in enumerate(faults)}


def _failed(status: int, *headers: bytes, content: bytes = b"") -> Fault:
    return Fault(_body(content, *headers, line=b"HTTP/1.1 %d Whatever" % status))


def _endless(first: bytes, again: bytes) -> Fault:
    return Fault(lambda _good: Endless(first, again), slow=True)


FAULTS: Mapping[str, Fault] = {
    **_numbered("status line", (Fault(_raw(line + b"\r\n\r\n")) for line in STATUS_LINES)),
    **_numbered("header", (Fault(_framed(header)) for header in HEADERS)),
    **_numbered("harmless header", (Fault(_with(header)) for header in HARMLESS_HEADERS)),
    **{
        f"cut at {part:.1%}, {end}": Fault(_cut(part, end), slow=end == "stall")
        for part in (0.001, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999)
        for end in ENDINGS
    },
    **{f"content: {name}": Fault(_body(one), any_result=True) for name, one in CONTENTS.items()},
    **{f"large: {name}": Fault(_lazily(make), large=True) for name, make in LARGE.items()},
    **{
        f"bomb: {name}": Fault(_lazily(make, b"Content-Encoding: " + codings), large=True)
        for name, (make, codings) in BOMBS.items()
    },
    **{f"chunks: {name}": Fault(_chunked(encode)) for name, encode in CHUNKS.items()},
    **{f"coding: {name}": Fault(_packed(*how)) for name, how in CODINGS.items()},
    **{
        f"status {one}": Fault(_failed(one).spoil, any_result=200 <= one < 300, slow=one < 200)
        for one in STATUSES
    },
    **_numbered("location", (_failed(302, b"Location: " + one) for one in LOCATIONS)),
    **_numbered("retry-after", (_failed(429, b"Retry-After: " + one) for one in RETRY_AFTER)),
    **{
        f"failure: {name}": _failed(422 if len(name) % 2 else 503, content=one)
        for name, one in CONTENTS.items()
    },
    **{f"endless: {name}": _endless(*how) for name, how in ENDLESS.items()},
    **_numbered(
        "cursor",
        (Fault(_page(has_next=True, next_cursor=one), any_result=True) for one in CURSORS),
    ),
    **_numbered(
        "has_next",
        (Fault(_page(has_next=one), any_result=True) for one in (None, 1, "true", [], 0)),
    ),
}


class RawProxy(FaultyProxy):
    """Forwards to a sandbox, and spoils all responses from a request number on, from 1."""

    def __init__(self, upstream: str, api_key: str, fault: Fault, *, first: int) -> None:
        self._fault = fault
        self._first = first
        self._api_key = api_key
        self._seen = 0
        super().__init__(upstream)

    def _step(self, request: Request) -> Step:
        with self._counting:
            self._seen += 1
            due = self._seen >= self._first
        headers = {**request.headers, "authorization": f"Bearer {self._api_key}"}
        good = self._forward(
            Request(request.method, request.target, headers, request.body, request.connection)
        )
        return self._fault.spoil(good) if due else good
