"""Requests and decoded responses of generated operations, with a real httpx client."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from creatoraudit_api.api.accounts import delete_account
from creatoraudit_api.api.analytics import batch_video_metrics, creator_analytics
from creatoraudit_api.api.creators import link_account, list_creators
from creatoraudit_api.api.videos import (
    batch_video_deltas,
    get_video,
    get_video_deltas,
    list_videos,
    track_video,
)
from creatoraudit_api.models import TrackVideoRequest, VideoDeltasRequest, VideoEnvelope, VideoPage
from creatoraudit_api.types import JSON, UNSET

PAGE = {"data": [], "pagination": {"has_next": False, "limit": 50}}
VIDEO = {"data": {"id": "v1", "platform": "tiktok", "external_id": "7"}}
Answer = Callable[[httpx.Request], httpx.Response]


def answering(status: int, body: Any = None, seen: list[httpx.Request] | None = None) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        content = b"" if body is None else json.dumps(body).encode()
        return httpx.Response(status, content=content, headers={"X-Request-ID": "r1"})

    return answer


def client(answer: Answer) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://127.0.0.1/v2")


def test_a_call_sends_what_was_given_and_nothing_else() -> None:
    seen: list[httpx.Request] = []
    with client(answering(200, PAGE, seen)) as http:
        response = list_videos.sync_detailed(
            client=http, limit=5, platform="tiktok", is_active=True, cursor=None, q=UNSET
        )
    assert str(seen[0].url) == "http://127.0.0.1/v2/videos?limit=5&platform=tiktok&is_active=true"
    assert seen[0].extensions["creatoraudit_operation"] == "list_videos"
    assert isinstance(response.value, VideoPage)
    assert response.status_code == 200
    assert type(response.status_code) is int
    assert response.headers["x-request-id"] == "r1"
    assert json.loads(response.content) == PAGE


def test_the_async_call_is_the_same() -> None:
    seen: list[httpx.Request] = []

    async def call() -> Any:
        transport = httpx.MockTransport(answering(200, PAGE, seen))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/v2") as http:
            return await list_videos.asyncio_detailed(client=http, limit=5)

    assert isinstance(asyncio.run(call()).value, VideoPage)
    assert str(seen[0].url) == "http://127.0.0.1/v2/videos?limit=5"


def test_an_id_cannot_leave_its_place_in_the_path() -> None:
    seen: list[httpx.Request] = []
    with client(answering(200, VIDEO, seen)) as http:
        get_video.sync_detailed("a/b?c#d%2F", client=http)
    assert seen[0].url.raw_path == b"/v2/videos/a%2Fb%3Fc%23d%252F"


def test_path_arguments_go_where_they_belong() -> None:
    assert link_account.get_kwargs("c1", account_id="a1")["url"] == "/creators/c1/accounts/a1"


def test_lists_become_repeated_keys() -> None:
    seen: list[httpx.Request] = []
    with client(answering(200, {"data": {}, "meta": {}}, seen)) as http:
        get_video_deltas.sync_detailed(client=http, video_ids=("a", "b"), windows=[7])
    assert seen[0].url.params.multi_items() == [
        ("video_ids", "a"),
        ("video_ids", "b"),
        ("windows", "7"),
    ]


def test_dates_become_text_in_the_query() -> None:
    kwargs = creator_analytics.get_kwargs(
        "c1", start_date=dt.date(2026, 3, 1), end_date="2026-03-31"
    )
    assert kwargs["params"] == {"start_date": "2026-03-01", "end_date": "2026-03-31"}


def test_a_body_is_a_model_or_a_mapping_that_is_passed_on() -> None:
    mapping: dict[str, JSON] = {"video_ids": ["v1"], "anything": None}
    assert batch_video_deltas.get_kwargs(body=mapping)["json"] is mapping
    model = VideoDeltasRequest(video_ids=["v1"])
    assert batch_video_deltas.get_kwargs(body=model)["json"] == {"video_ids": ["v1"]}


def test_the_idempotency_key_is_a_header_when_there_is_one() -> None:
    body = TrackVideoRequest(platform="tiktok", identifier="x")
    kwargs = track_video.get_kwargs(body=body, idempotency_key="k1")
    assert kwargs["headers"] == {"Idempotency-Key": "k1"}
    assert track_video.get_kwargs(body=body, idempotency_key=None)["headers"] == {}
    assert track_video.get_kwargs(body=body)["headers"] == {}


def test_headers_the_core_owns_are_not_arguments() -> None:
    with pytest.raises(TypeError, match="if_none_match"):
        get_video.get_kwargs("v1", if_none_match="x")  # type: ignore[call-arg]  # the point


@pytest.mark.parametrize("status", [400, 404, 429, 500, 520, 304])
def test_errors_are_not_decoded_here(status: int) -> None:
    with client(answering(status, "not what a page looks like")) as http:
        response = list_creators.sync_detailed(client=http)
    assert response.value is None
    assert response.status_code == status


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_any_success_is_decoded_as_the_declared_one(status: int) -> None:
    with client(answering(status, VIDEO)) as http:
        response = track_video.sync_detailed(client=http, body={"a": 1})
    assert isinstance(response.value, VideoEnvelope)


def test_a_success_without_a_body_has_no_value() -> None:
    with client(answering(204)) as http:
        assert delete_account.sync_detailed("a1", client=http).value is None
        assert list_creators.sync_detailed(client=http).value is None


def test_deltas_are_left_to_the_check_that_knows_both_shapes() -> None:
    for data in ({"v1": {"7d": 5}}, [{"id": "v1", "views": 5}]):
        assert batch_video_deltas.decode(200, {"data": data, "meta": {}}).data == data


def test_totals_are_decoded() -> None:
    decoded = batch_video_metrics.decode(200, {"data": {"v1": {"views": 5}}, "meta": {}})
    assert decoded.data["v1"].views == 5
