"""Bodies as callers give them, for operations of every kind that a contract can have."""

from __future__ import annotations

import io
import json
import os

import pytest

from creatoraudit import CreatorAudit, NetworkError, RateLimitedError, ServerError, UsageError
from creatoraudit_api import operations
from creatoraudit_api.models import UpdateVideoRequest
from creatoraudit_api.types import UNSET
from support.answers import one, problem, video
from support.server import Answer, Reset

OK = Answer(204)
MULTIPART, FORM = "multipart/form-data", "application/x-www-form-urlencoded"


def sending(*types, **changes):
    """An operation that takes a body of some media types."""
    own = {"method": "POST", "path": "/things", "arguments": {}, "required": frozenset()}
    return operations.delete_video._replace(**{**own, "body_types": types, **changes})


def sent(facade, server, operation, **arguments):
    ca = facade(server.url, max_retries=2)
    ca.do(lambda ca: ca.call(operation, **arguments))
    return server.requests[-1]


@pytest.mark.parametrize(
    "body",
    [[1, "é", None], {"a": {"b": []}}, "text", 7, False, None, UpdateVideoRequest(is_active=True)],
)
def test_any_json_value_is_a_whole_body(facade, serve, body):
    request = sent(facade, serve(OK), sending("application/json"), body=body)
    expected = body.to_dict() if isinstance(body, UpdateVideoRequest) else body
    assert request.json == expected
    assert request.headers["content-type"] == "application/json"


def test_a_json_type_of_its_own_is_named(facade, serve):
    for body in ({"a": 1}, None):
        server = serve(OK)
        request = sent(facade, server, sending("application/merge-patch+json"), body=body)
        assert request.json == body
        assert request.headers["content-type"] == "application/merge-patch+json"


def test_members_have_their_own_names_on_the_wire(facade, serve):
    operation = sending(
        "application/json",
        body="object",
        body_members=("timeout_", "name"),
        wire_names={"timeout_": "timeout"},
        bounds={name: operations.Bound(kind="any") for name in ("timeout_", "name")},
    )
    request = sent(facade, serve(OK), operation, timeout_=5, name="n", timeout=9.0)
    assert request.json == {"timeout": 5, "name": "n"}
    request = sent(facade, serve(OK), operation, body={"name": "n"}, extra_body={"x": 1})
    assert request.json == {"name": "n", "x": 1}


def test_an_optional_body_is_sent_when_there_is_something_in_it(facade, serve):
    optional = operations.update_video._replace(body_required=False)
    answer = one(video(1))
    video_id = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
    request = sent(facade, serve(answer), optional, video_id=video_id, is_active=False)
    assert request.json == {"is_active": False}
    assert sent(facade, serve(answer), optional, video_id=video_id).body == b""


def test_a_body_that_is_not_set_is_none_also_where_no_body_is_taken(facade, serve):
    assert sent(facade, serve(OK), sending(), body=UNSET).body == b""


@pytest.mark.parametrize(
    ("kind", "body", "content"),
    [
        ("text/plain", "ü", "ü".encode()),
        ("text/csv", b"a,b", b"a,b"),
        ("application/octet-stream", bytearray(b"\0x"), b"\0x"),
        ("application/xml", "<a/>", b"<a/>"),
        ("image/png", memoryview(b"png"), b"png"),
        ("application/octet-stream", io.BytesIO, b""),
    ],
)
def test_text_and_bytes_are_sent_as_they_are(facade, serve, kind, body, content):
    body = body(b"a file") if body is io.BytesIO else body
    request = sent(facade, serve(OK), sending(kind), body=body)
    assert request.body == (content or b"a file")
    assert request.headers["content-type"].startswith(kind)


def test_a_form_has_fields(facade, serve):
    operation = sending(FORM, body="object", body_members=("a",), bounds=ANY_A)
    request = sent(facade, serve(OK), operation, data={"a": [1, True], "b": {"c": 1}, "n": None})
    assert request.body == b"a=1&a=true&b=%7B%22c%22%3A1%7D"
    assert sent(facade, serve(OK), operation, a="x y").body == b"a=x+y"
    assert sent(facade, serve(OK), operation, body={"a": [{"b": 1}]}).body == b"a=%7B%22b%22%3A1%7D"


STYLED = {
    "comma": (("comma", ""), [1, 2], b"a=1%2C2"),
    "spaces": (("spaceDelimited", ""), ["x", "y"], b"a=x+y"),
    "pipes": (("pipeDelimited", ""), ["x", "y"], b"a=x%7Cy"),
    "deep object": (
        ("deepObject", ""),
        {"b": 1, "c": {"d": True}},
        b"a%5Bb%5D=1&a%5Bc%5D%5Bd%5D=true",
    ),
    "exploded object": (("form", ""), {"b": 1, "c": [2, 3]}, b"b=1&c=2&c=3"),
    "exploded list": (("form", ""), [1, 2], b"a=1&a=2"),
    "JSON text": (("", "application/json"), "x", b"a=%22x%22"),
    "plain text": (("", "text/plain"), {"b": 1}, b"a=b%2C1"),
}


@pytest.mark.parametrize("name", STYLED)
def test_a_member_of_a_form_is_written_in_its_declared_style(serve, name):
    encoding, value, body = STYLED[name]
    operation = sending(FORM, encodings={FORM: {"a": encoding}})
    with CreatorAudit("made-up-key", base_url=(server := serve(OK)).url) as ca:
        ca.call(operation, data={"a": value})
    assert server.requests[-1].body == body


def test_parts_of_a_multipart_form_have_their_declared_styles_and_media_types(serve):
    own = {"a": ("", "text/csv"), "b": ("comma", ""), "file": ("", "image/png")}
    operation = sending(MULTIPART, encodings={MULTIPART: own})
    with CreatorAudit("made-up-key", base_url=(server := serve(OK)).url) as ca:
        files = {"file": [b"x", ("y.txt", b"y", "text/plain")]}
        ca.call(operation, data={"a": "1,2", "b": [1, 2], "c": {"d": 1}}, files=files)
    for part in (
        b'name="a"\r\nContent-Type: text/csv\r\n\r\n1,2\r\n',
        b'name="b"\r\n\r\n1,2\r\n',
        b'name="c"\r\nContent-Type: application/json\r\n\r\n{"d":1}\r\n',
        b'filename="file"\r\nContent-Type: image/png\r\n\r\nx\r\n',
        b'filename="y.txt"\r\nContent-Type: text/plain\r\n\r\ny\r\n',
    ):
        assert part in server.requests[-1].body


ANY_A = {"a": operations.Bound(kind="any")}


def test_a_multipart_form_has_files_and_fields(facade, serve, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"from a path")
    operation = sending(
        MULTIPART, body="object", body_members=("file", "a"), files=("file",),
        bounds={"file": operations.Bound(kind="string"), **ANY_A},
    )  # fmt: skip
    with path.open("rb") as opened:
        opened.seek(5)
        request = sent(
            facade,
            serve(OK),
            operation,
            files={
                "one": [b"bytes", bytearray(b"more"), "text"],
                "two": path,
                "three": opened,
                "four": ("name.txt", io.BytesIO(b"named"), "text/plain"),
                "five": io.BytesIO(b"five"),
            },
            data={"a": 1},
        )
    assert request.headers["content-type"].startswith(MULTIPART)
    for part in (
        b'name="a"\r\n\r\n1\r\n',
        b'name="one"; filename="one"\r\nContent-Type: application/octet-stream\r\n\r\nbytes\r\n',
        b"\r\n\r\nmore\r\n",
        b"\r\n\r\ntext\r\n",
        b'name="two"; filename="picture.png"\r\nContent-Type: image/png\r\n\r\nfrom a path\r\n',
        b'name="three"; filename="picture.png"\r\nContent-Type: image/png\r\n\r\na path\r\n',
        b'name="four"; filename="name.txt"\r\nContent-Type: text/plain\r\n\r\nnamed\r\n',
    ):
        assert part in request.body
    request = sent(facade, serve(OK), operation, file=b"by name", a="x")
    assert b'name="file"' in request.body
    assert b'name="a"\r\n\r\nx\r\n' in request.body
    assert MULTIPART in sent(facade, serve(OK), operation, data={"a": 1}).headers["content-type"]


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ({"b": [1]}, [b'Content-Type: application/json\r\n\r\n{"b":[1]}']),
        ([{"b": "é"}, {}], ['Content-Type: application/json\r\n\r\n{"b":"é"}'.encode(), b"\n{}"]),
        ([[1], 2], [b"Content-Type: application/json\r\n\r\n[1]", b'name="a"\r\n\r\n2']),
        (["x", True], [b'name="a"\r\n\r\nx', b'name="a"\r\n\r\ntrue']),
    ],
)
def test_json_in_a_part_of_a_form_is_declared_as_such(facade, serve, value, parts):
    request = sent(facade, serve(OK), sending(MULTIPART), data={"a": value, "none": None})
    assert request.body.count(b'form-data; name="a"') == max(len(parts), 1)
    assert b'name="none"' not in request.body
    assert b"filename" not in request.body
    for part in parts:
        assert part + b"\r\n--" in request.body


def test_of_two_media_types_what_is_given_decides(facade, serve):
    both = sending("application/json", MULTIPART, FORM)
    assert sent(facade, serve(OK), both, body={"a": 1}).json == {"a": 1}
    assert b"by file" in sent(facade, serve(OK), both, files={"a": b"by file"}).body
    assert sent(facade, serve(OK), both, data={"a": 1}).body == b"a=1"


HALF = "a\ud800"
REFUSED = {
    "a body and a member": (
        sending("application/json", body="object", body_members=("a",), bounds=ANY_A),
        {"body": {}, "a": 1},
        "body= is the whole body, so a= cannot be passed with it",
    ),
    "a body and data": (sending(FORM), {"body": {}, "data": {}}, "so data= cannot be passed"),
    "a body for none": (sending(), {"body": None}, "takes no body, so body= cannot be sent"),
    "files for none": (sending(), {"files": {"a": b""}}, "so files= cannot be sent"),
    "files for JSON": (sending("application/json"), {"files": {"a": b""}}, "takes no files"),
    "data for JSON": (sending("application/json"), {"data": {}}, "application/json as body="),
    "a form that is a list": (sending(FORM), {"body": [1]}, "body= must be a mapping here"),
    "files that are a list": (sending(MULTIPART), {"files": [1]}, "files= must be a mapping"),
    "a file that is a number": (sending(MULTIPART), {"files": {"a": 7}}, "files['a'] must be"),
    "a file of text": (sending(MULTIPART), {"files": {"a": io.StringIO("x")}}, "in binary mode"),
    "a number for bytes": (sending("image/png"), {"body": 7}, "it must be text, bytes or a binary"),
    "nothing": (
        sending("application/json", body_required=True), {}, "needs body=, its application/json"
    ),
    "an object": (sending("application/json"), {"body": object()}, "body is of type object"),
    "half a character": (sending("text/plain"), {"body": HALF}, "body= has half a character"),
    "half a character in a file": (
        sending(MULTIPART),
        {"files": {"a": HALF}},
        "files['a'] has half a character",
    ),
    "half a character in a form": (sending(FORM), {"data": {"a": HALF}}, "cannot be sent"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_body_that_cannot_be_right_is_refused_before_it_is_sent(facade, serve, case):
    operation, arguments, message = REFUSED[case]
    ca = facade(serve().url)
    with pytest.raises(UsageError) as caught:
        ca.do(lambda ca: ca.call(operation, **arguments))
    assert message in str(caught.value)


class Pipe(io.RawIOBase):
    """A stream that cannot be rewound."""

    def __init__(self, content):
        self._content = content

    def readable(self):
        return True

    def readinto(self, buffer):
        count = min(len(buffer), len(self._content))
        buffer[:count], self._content = self._content[:count], self._content[count:]
        return count


@pytest.mark.parametrize("kind", ["image/png", MULTIPART])
def test_a_retry_sends_a_file_from_where_it_stood(facade, serve, kind):
    file = io.BytesIO(b"skipped, sent")
    file.seek(9)
    server = serve(problem(429, headers={"Retry-After": "0"}), OK)
    arguments = {"body": file} if kind == "image/png" else {"files": {"a": file}}
    sent(facade, server, sending(kind), **arguments)
    first, second = server.requests
    assert b"skipped" not in first.body + second.body
    assert b"sent" in first.body
    assert b"sent" in second.body
    assert second.headers["content-length"]


@pytest.mark.parametrize("step", [problem(503), problem(429), Reset()])
def test_a_stream_that_cannot_be_rewound_is_sent_once(facade, serve, step):
    server = serve(step)
    ca = facade(server.url, max_retries=3)
    operation = sending(MULTIPART, repeatable=True)
    with pytest.raises((ServerError, NetworkError, RateLimitedError)):
        ca.do(lambda ca: ca.call(operation, files={"a": Pipe(b"stream")}))
    assert len(server.requests) == 1


def test_an_operation_that_the_contract_no_longer_has_says_so(facade, serve):
    gone = operations.whoami._replace(method="")
    ca = facade(serve().url)
    with pytest.raises(UsageError, match="no longer has whoami"):
        ca.do(lambda ca: ca.call(gone))


def test_the_declared_media_type_decides_the_value(facade, serve):
    for kind, value in (("text", "a,b"), ("bytes", b"a,b")):
        operation = sending(value=kind, accept="text/csv")
        server = serve(Answer(200, body=b"a,b", headers={"Content-Type": "application/json"}))
        ca = facade(server.url, on_drift=print)
        assert ca.do(lambda ca, op=operation: ca.call(op)).value == value
        assert server.requests[0].headers["accept"] == "text/csv"


TEXTS = {
    "UTF-8": ("zu groß €".encode(), "text/csv"),
    "UTF-8 with a mark": ("zu groß €".encode("utf-8-sig"), "text/csv"),
    "UTF-8 called Latin-1": ("zu groß €".encode(), "text/csv; charset=ISO-8859-1"),
    "Windows called Latin-1": ("zu groß €".encode("cp1252"), "text/csv; charset=iso-8859-1"),
    "Latin-9": ("zu groß €".encode("iso-8859-15"), 'text/csv; charset="ISO-8859-15"; header=x'),
    "UTF-16 by its mark": ("zu groß €".encode("utf-16"), "text/csv"),
    "UTF-16 called Latin-1": ("zu groß €".encode("utf-16"), "text/csv; charset=iso-8859-1"),
    "UTF-16 by its name": ("zu groß €".encode("utf-16-be"), "text/csv; charset=UTF-16BE"),
    "GB 18030": ("zu groß €".encode("gb18030"), "text/csv;charset=gb18030"),
}


@pytest.mark.parametrize(("body", "kind"), TEXTS.values(), ids=TEXTS)
def test_text_is_read_in_the_encoding_it_is_in(facade, serve, body, kind):
    server = serve(Answer(200, body=body, headers={"Content-Type": kind}))
    ca = facade(server.url)
    operation = sending(value="text", accept="text/csv")
    assert ca.do(lambda ca: ca.call(operation)).value == "zu groß €"


@pytest.mark.parametrize("charset", ["unicode_escape", "base64", "windows-0", "idna", "\ufffd"])
def test_an_encoding_that_is_none_of_characters_leaves_replacements(facade, serve, charset):
    kind = f"text/csv; charset={charset}".encode().decode("latin-1")
    server = serve(Answer(200, body=b"a\xff", headers={"Content-Type": kind}))
    ca = facade(server.url)
    operation = sending(value="text", accept="text/csv")
    assert ca.do(lambda ca: ca.call(operation)).value == "a\ufffd"


def test_the_key_travels_in_the_header_that_the_contract_says(facade, serve):
    server = serve(OK, OK)
    ca = facade(server.url, api_key="a-key")
    ca.do(lambda ca: ca.call(sending(key_header=("X-API-Key", ""))))
    ca.do(lambda ca: ca.call(sending()))
    by_header, by_bearer = server.requests
    assert by_header.headers["x-api-key"] == "a-key"
    assert "authorization" not in by_header.headers
    assert by_bearer.headers["authorization"] == "Bearer a-key"
    own = sending(key_header=("X-API-Key", ""))
    with pytest.raises(UsageError, match="the key goes into api_key="):
        ca.do(lambda ca: ca.call(own, extra_headers={"x-api-key": "b"}))


def test_an_operation_that_was_left_out_says_why(facade, serve, monkeypatch):
    monkeypatch.setitem(operations.LEFT_OUT, "get_events", "a stream of events")
    ca = facade(serve().url)
    with pytest.raises(UsageError, match=r"left out of this release \(a stream.*ca\.request\(\)"):
        ca.do(lambda ca: ca.call("get_events"))


class Reader:
    """The least that a file has."""

    def __init__(self):
        self.read = io.BytesIO(b"least").read


def test_a_reader_without_a_position_is_a_body(facade, serve):
    assert sent(facade, serve(OK), sending("image/png"), body=Reader()).body == b"least"


def test_a_pipe_of_the_system_is_a_body(facade, serve):
    reading, writing = os.pipe()
    os.write(writing, json.dumps({"a": 1}).encode())
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        request = sent(facade, serve(OK), sending("application/octet-stream"), body=pipe)
    assert request.headers["transfer-encoding"] == "chunked"
