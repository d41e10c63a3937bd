"""Error responses become exceptions: their class, attributes and message."""

from __future__ import annotations

import copy
import gc
import pickle

import pytest

import creatoraudit
from creatoraudit import (
    APIError,
    BadRequestError,
    ConflictError,
    ContractError,
    CreatorAuditError,
    ForbiddenError,
    InsufficientScopeError,
    InternalError,
    NetworkError,
    NotAcceptableError,
    NotFoundError,
    QuotaExceededError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    ServiceUnavailableError,
    UnauthorizedError,
    UnsupportedMediaTypeError,
    UpstreamError,
    ValidationError,
    WaitTimeout,
    errors,
)
from support.answers import WHOAMI, one, page, problem, video, video_id
from support.server import Answer, Raw, Trickled

CLASSES = {
    (400, "BAD_REQUEST"): BadRequestError,
    (401, "UNAUTHORIZED"): UnauthorizedError,
    (403, "FORBIDDEN"): ForbiddenError,
    (403, "INSUFFICIENT_SCOPE"): InsufficientScopeError,
    (403, "QUOTA_EXCEEDED"): QuotaExceededError,
    (404, "NOT_FOUND"): NotFoundError,
    (406, "NOT_ACCEPTABLE"): NotAcceptableError,
    (409, "CONFLICT"): ConflictError,
    (415, "UNSUPPORTED_MEDIA_TYPE"): UnsupportedMediaTypeError,
    (422, "VALIDATION_ERROR"): ValidationError,
    (429, "RATE_LIMITED"): RateLimitedError,
    (500, "INTERNAL_ERROR"): InternalError,
    (502, "UPSTREAM_ERROR"): UpstreamError,
    (503, "SERVICE_UNAVAILABLE"): ServiceUnavailableError,
    # Unknown codes and statuses fall back on what is known of them.
    (403, "SOMETHING_NEW"): ForbiddenError,
    (404, None): NotFoundError,
    (418, "TEAPOT"): APIError,
    (451, None): APIError,
    (504, None): ServerError,
    (520, "CDN"): ServerError,
    (599, None): ServerError,
    (304, None): APIError,
    # A code refines its status, it does not overrule it.
    (500, "INSUFFICIENT_SCOPE"): InternalError,
    (404, "QUOTA_EXCEEDED"): NotFoundError,
    (403, "insufficient_scope"): ForbiddenError,
}


@pytest.mark.parametrize(("status", "code"), CLASSES)
def test_status_and_code_choose_the_class(facade, serve, status, code):
    ca = facade(serve(problem(status, code)).url, max_retries=0)
    with pytest.raises(APIError) as caught:
        ca.do(lambda ca: ca.whoami())
    assert type(caught.value) is CLASSES[status, code]
    assert caught.value.status == status
    assert caught.value.code == (code if status != 304 else None)


def test_all_that_the_problem_document_says_is_kept(facade, serve):
    entries = [{"field": "limit", "message": "must be at most 200"}, {"field": "q"}, "odd", None]
    answer = problem(
        422,
        "VALIDATION_ERROR",
        errors=entries,
        request_id="in-the-body",
        headers={"retry-after": "3", "X-Custom": "yes"},
    )
    with pytest.raises(ValidationError) as caught:
        facade(serve(answer).url).do(lambda ca: ca.whoami())
    error = caught.value
    assert error.title == "A title"
    assert error.detail == "What went wrong."
    assert error.type == "urn:creatoraudit:error:validation_error"
    assert error.instance == "/v2/somewhere"
    assert list(error.errors) == entries[:2]
    assert error.retry_after == 3
    assert error.headers["x-CUSTOM"] == "yes"
    assert error.request_id == "req-scripted"
    assert str(error) == (
        "whoami: 422 VALIDATION_ERROR: What went wrong"
        " [limit: must be at most 200, q: ?]; asked to wait 3 s (request id req-scripted)"
    )


def test_only_the_first_three_refused_members_are_printed(facade, serve):
    entries = [{"field": f"f{n}", "message": "no"} for n in range(5)]
    with pytest.raises(ValidationError, match=r"\[f0: no, f1: no, f2: no, \.\.\.\]") as caught:
        facade(serve(problem(422, errors=entries)).url).do(lambda ca: ca.whoami())
    assert len(caught.value.errors) == 5


def test_the_request_id_may_come_from_the_body(facade, serve):
    raw = b'{"detail": "x", "request_id": "in-the-body"}'
    head = b"HTTP/1.1 500 Oops\r\ncontent-length: %d\r\n\r\n" % len(raw)
    with pytest.raises(InternalError) as caught:
        facade(serve(Raw(head + raw)).url).do(lambda ca: ca.whoami())
    assert caught.value.request_id == "in-the-body"


BODIES = {
    "HTML": b"<html><h1>Bad gateway</h1></html>",
    "nothing": b"",
    "half a document": b'{"code": "UNAUTH',
    "a list": b'["UNAUTHORIZED"]',
    "null": b"null",
    "numbers": b'{"code": 7, "title": 1, "detail": [], "errors": {}, "request_id": 9}',
    "not UTF-8": b'{"detail": "\xff"}',
    "deeply nested": b"[" * 50_000,
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("status", "cls"), [(401, UnauthorizedError), (500, InternalError)])
def test_an_error_page_of_anyone_becomes_the_right_class(facade, serve, body, status, cls):
    answer = Answer(status, body=BODIES[body], headers={"content-type": "text/html"})
    with pytest.raises(cls) as caught:
        facade(serve(answer).url, max_retries=0).do(lambda ca: ca.whoami())
    assert "the response is not a problem document" in str(caught.value)
    assert caught.value.code is None
    assert caught.value.errors == []


HOSTILE = "\x1b[31mred\x07\r\nforged: line\u202ebidi\u2028\x9b\ud800"


def test_a_strangers_text_in_a_message_is_escaped_and_cut(facade, serve):
    answer = problem(
        422,
        HOSTILE,
        detail=HOSTILE + "A" * 5000,
        title=HOSTILE,
        errors=[{"field": HOSTILE, "message": HOSTILE * 100}],
    )
    with pytest.raises(ValidationError) as caught:
        facade(serve(answer).url).do(lambda ca: ca.whoami())
    shown = str(caught.value)
    assert shown.isprintable()
    assert len(shown) < 800
    assert caught.value.detail == HOSTILE + "A" * 5000
    assert r"\x1b[31m" in shown


def test_a_strangers_member_names_are_escaped_in_contract_errors(facade, serve):
    ca = facade(
        serve(Answer(json={"data": {HOSTILE: 1}, "meta": {}})).url,
    )
    with pytest.raises(ContractError) as caught:
        ca.do(lambda ca: ca.videos.deltas([video_id(1)]))
    assert str(caught.value).isprintable()


def test_a_strangers_request_id_is_escaped_and_cut(facade, serve):
    answer = problem(404, headers={"x-request-id": "\x80\x85" + "r" * 4000})
    with pytest.raises(NotFoundError) as caught:
        facade(serve(answer).url).do(lambda ca: ca.whoami())
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


REDIRECTS = {
    "https://login.example/sign-in?next=1": "redirected to login.example;",
    "http://user:secret@other.example:8080/x": "redirected to other.example:8080;",
    "/v3/whoami": "redirected to the same host;",
    "//evil.example": "redirected to evil.example;",
    "http://[broken": "redirected to an unreadable URL;",
}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", REDIRECTS)
def test_a_redirect_is_not_followed_and_its_host_is_named(facade, serve, status, location):
    server = serve(Answer(status, headers={"location": location}))
    with pytest.raises(APIError) as caught:
        facade(server.url).do(lambda ca: ca.whoami())
    assert REDIRECTS[location] in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "check base_url=" in str(caught.value)
    assert len(server.requests) == 1


def test_a_redirect_to_nowhere_is_one_printable_line_too(facade, serve):
    server = serve(Answer(302, headers={"location": "https://\x9b31m.example/"}))
    with pytest.raises(CreatorAuditError) as caught:
        facade(server.url, max_retries=0).do(lambda ca: ca.whoami())
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("location", ["mailto:me", "http://xn--/", "https://ex\xe4mple..com/"])
def test_a_redirect_that_httpx_cannot_read_is_reported_and_not_tried_again(facade, serve, location):
    server = serve(Answer(302, headers={"location": location}))
    with pytest.raises(NetworkError, match="redirects to an unreadable URL") as caught:
        facade(server.url).do(lambda ca: ca.whoami())
    assert caught.value.written
    assert len(server.requests) == 1


def test_the_key_never_reaches_a_host_that_a_redirect_names(facade, serve):
    target = serve()
    server = serve(Answer(307, headers={"location": f"{target.url}/whoami"}))
    with pytest.raises(APIError):
        facade(server.url).do(lambda ca: ca.whoami())
    assert target.requests == []


def test_a_304_that_was_not_requested_is_an_error(facade, serve):
    ca = facade(serve(Answer(304)).url)
    with pytest.raises(APIError, match="neither success nor error"):
        ca.do(lambda ca: ca.whoami(extra_headers={"If-None-Match": '"x"'}))


HINTS = {
    (401, "UNAUTHORIZED"): "check the key in api_key=",
    (403, "INSUFFICIENT_SCOPE"): "use a key with the write scope",
    (403, "QUOTA_EXCEEDED"): "raise the cap first",
    (429, "RATE_LIMITED"): "lower concurrency=",
}


@pytest.mark.parametrize(("status", "code"), HINTS)
def test_a_message_says_what_to_do_next(facade, serve, status, code):
    ca = facade(serve(problem(status, code)).url, max_retries=0)
    with pytest.raises(APIError) as caught:
        ca.do(lambda ca: ca.whoami())
    assert HINTS[status, code] in str(caught.value)


@pytest.mark.parametrize("name", ["inactive_key", "unpaid_key"])
def test_keys_that_do_not_count_are_forbidden(facade, sandbox, name):
    with pytest.raises(ForbiddenError) as caught:
        facade(sandbox.base_url, getattr(sandbox, name)).do(lambda ca: ca.whoami())
    assert caught.value.code == "FORBIDDEN"
    assert caught.value.request_id


def test_an_unknown_key_is_unauthorized(facade, sandbox):
    with pytest.raises(UnauthorizedError, match="check the key"):
        facade(sandbox.base_url, "nobody").do(lambda ca: ca.whoami())


def test_an_unknown_id_is_not_found(facade, sandbox):
    with pytest.raises(NotFoundError, match="get_video: 404 NOT_FOUND"):
        facade(sandbox.base_url, sandbox.api_key).do(lambda ca: ca.videos.get(video_id(1)))


# --- success answers that do not keep the contract

BROKEN = {
    "HTML": (Answer(body=b"<html>", headers={"content-type": "text/html"}), "$"),
    "nothing": (Answer(), "$"),
    "204": (Answer(204), "$"),
    "half": (Answer(body=b'{"data": {'), "$"),
    "infinity": (Answer(body=b'{"data": Infinity}'), "$"),
    "an endless number": (Answer(body=b'{"data": ' + b"9" * 5000 + b"}"), "$"),
    "data missing": (Answer(json={}), "$.data"),
    "data null": (Answer(json={"data": None}), "$.data"),
    "data a list": (Answer(json={"data": []}), "$.data"),
    "id missing": (one(video(1, id=...)), "$.data.id"),
    "a scalar": (Answer(json=7), "$"),
    "a string": (Answer(json="ok"), "$"),
    "true": (Answer(json=True), "$"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_success_that_breaks_the_contract_names_the_member(facade, serve, case):
    answer, path = BROKEN[case]
    with pytest.raises(ContractError, match="get_video") as caught:
        facade(serve(answer).url).do(lambda ca: ca.videos.get(video_id(1)))
    assert caught.value.path == path
    assert caught.value.request_id == "req-scripted"


def test_a_login_page_with_200_says_so(facade, serve):
    answer = Answer(body=b"<html>", headers={"content-type": "text/html; charset=utf-8"})
    with pytest.raises(ContractError, match=r"not JSON \(text/html.*proxy or a login page"):
        facade(serve(answer).url).do(lambda ca: ca.whoami())


def test_what_v2_may_add_does_not_break_anything(facade, serve):
    body = video(
        1,
        platform="threads",
        media_type="HOLOGRAM",
        view_count="many",
        is_active="yes",
        added_at="yesterday",
        brand_new={"deep": [1]},
    )
    answer = Answer(299, json={"data": body, "more": 1})
    got = facade(serve(answer).url).do(lambda ca: ca.videos.get(video_id(1)))
    assert (got.platform, got.media_type, got.view_count) == ("threads", "HOLOGRAM", "many")
    assert (got.is_active, got.added_at) == ("yes", "yesterday")
    assert got["brand_new"] == {"deep": [1]}
    assert got.share_count is None
    assert "share_count" not in got.sent_members


def test_timestamps_are_aware_however_they_are_written(facade, serve):
    body = video(
        1, added_at="2026-05-01T00:00:00.123456789Z", last_scrape_time="2026-05-01T02:00+02:00"
    )
    got = facade(serve(one(body)).url).do(lambda ca: ca.videos.get(video_id(1)))
    assert got.added_at.utcoffset().total_seconds() == 0
    assert got.last_scrape_time.isoformat() == "2026-05-01T02:00:00+02:00"


def test_a_body_in_the_smallest_pieces_is_read(facade, serve):
    ca = facade(serve(Trickled(WHOAMI, 1)).url)
    assert ca.do(lambda ca: ca.whoami()).api_key_name == "tests"


def test_a_body_that_cannot_be_decompressed_is_an_error_of_ours(facade, serve):
    bad = Answer(body=b"this is no gzip", headers={"content-encoding": "gzip"})
    with pytest.raises(NetworkError, match="whoami: ") as caught:
        facade(serve(bad).url, max_retries=0).do(lambda ca: ca.whoami())
    del caught
    gc.collect()


# --- exceptions as objects


def through_a_pickle(error):
    return pickle.loads(pickle.dumps(error))


def some_errors():
    headers = {"x-request-id": "r"}
    api = {
        cls: cls("m", status=400, headers=headers, code="C", retry_after=1.5, request_id="r")
        for cls in vars(errors).values()
        if isinstance(cls, type) and issubclass(cls, APIError)
    }
    return [
        *api.values(),
        CreatorAuditError("m"),
        NetworkError("m", written=True, cause="c"),
        RequestTimeoutError("m", written=False, cause="c"),
        ContractError("m", path="$.data", request_id="r"),
        WaitTimeout("m", last={"id": 1}),
    ]


@pytest.mark.parametrize("error", some_errors(), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_exceptions_survive_copies_and_processes(error, copied):
    error.resume_cursor = "c"
    error.done_ids = ("a",)
    error.add_note("seen in a test")
    twin = copied(error)
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)
    assert twin.args == error.args


def test_an_exception_of_a_real_call_survives_a_process_boundary(facade, sandbox):
    with pytest.raises(NotFoundError) as caught:
        facade(sandbox.base_url, sandbox.api_key).do(lambda ca: ca.videos.get(video_id(1)))
    twin = pickle.loads(pickle.dumps(caught.value))
    assert twin.headers["X-Request-ID"] == caught.value.request_id == twin.request_id
    assert copy.deepcopy(caught.value).headers["x-request-id"] == twin.request_id


def test_every_exception_is_ours_and_none_is_httpxs():
    named = {getattr(creatoraudit, name) for name in errors.__all__}
    defined = {
        cls
        for cls in vars(errors).values()
        if isinstance(cls, type) and issubclass(cls, BaseException)
    }
    assert named == defined
    for cls in named:
        assert issubclass(cls, CreatorAuditError)
        assert not any(base.__module__.startswith(("httpx", "httpcore")) for base in cls.__mro__)
        assert cls.__doc__


def test_the_tree_at_the_top_of_the_module_is_the_tree():
    lines = errors.__doc__.split("    CreatorAuditError\n")[1].split("\n\n")[0].splitlines()
    drawn = {}
    stack = ["CreatorAuditError"]
    for line in lines:
        depth = (len(line) - len(line.lstrip(" │├└─"))) // 4 - 1
        name = line.strip(" │├└─").split()[0]
        stack[depth:] = [name]
        drawn[name] = stack[depth - 1]
    for name, parent in drawn.items():
        assert getattr(errors, parent) in getattr(errors, name).__bases__
    assert set(drawn) | {"CreatorAuditError"} == set(errors.__all__)


def test_no_exception_drags_the_network_librarys_along(facade, serve):
    server = serve()
    server.close()
    with pytest.raises(NetworkError) as caught:
        facade(server.url, max_retries=0).do(lambda ca: ca.whoami())
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_walks_error_is_the_same_object_with_a_cursor(facade, serve):
    ca = facade(serve(page([video(1)], "c"), problem(404, "NOT_FOUND")).url)
    with pytest.raises(NotFoundError) as caught:
        ca.collect(lambda ca: ca.videos.list())
    assert caught.value.resume_cursor == "c"
