"""`on_drift`: deviations from the contract are reported once, and break nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from creatoraudit import ContractError, CreatorAuditError, DriftRecord
from creatoraudit._core.contract import merged
from support.answers import deltas, one, page, video, video_id
from support.server import Answer


def watched(facade: Any, url: str) -> tuple[Any, list[DriftRecord]]:
    records: list[DriftRecord] = []
    return facade(url, max_retries=0, on_drift=records.append), records


def said(records: list[DriftRecord]) -> list[tuple[str, str, str]]:
    return [(record.kind, record.operation, record.location) for record in records]


DRIFTS = {
    "an unknown member": ({"mood": "calm"}, ("unknown-member", "$.data.mood")),
    "an unknown platform": ({"platform": "threads"}, ("unknown-enum-value", "$.data.platform")),
    "a number as text": ({"view_count": "12"}, ("wrong-type", "$.data.view_count")),
    "a boolean as number": ({"view_count": True}, ("wrong-type", "$.data.view_count")),
    "null where none is allowed": ({"id": None}, ("wrong-type", "$.data.id")),
    "a text where an object belongs": (
        {"platform_data": "x"},
        ("wrong-container", "$.data.platform_data"),
    ),
    "a missing required member": ({"external_id": ...}, ("missing-member", "$.data.external_id")),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_each_drift_is_reported_with_operation_and_location(facade, serve, name: str) -> None:
    change, (kind, location) = DRIFTS[name]
    client, records = watched(facade, serve(one(video(1, **change))).url)
    with suppress(ContractError):
        client.do(lambda ca: ca.videos.get(video_id(1)))
    assert said(records) == [(kind, "get_video", location)]
    assert records[0].request_id == "req-scripted"


def test_a_response_that_keeps_the_contract_tells_nothing(facade, serve) -> None:
    client, records = watched(facade, serve(one(video(1, duration=12))).url)
    client.do(lambda ca: ca.videos.get(video_id(1)))
    assert records == []


def test_a_whole_number_may_be_written_with_a_point(facade, serve) -> None:
    client, records = watched(facade, serve(one(video(1, view_count=12.0))).url)
    client.do(lambda ca: ca.videos.get(video_id(1)))
    assert records == []


def test_of_several_forms_the_closest_is_compared(facade, serve) -> None:
    creator = {"id": video_id(1), "name": "n", "accounts_summary": {"total": "3"}}
    client, records = watched(facade, serve(one(creator)).url)
    client.do(lambda ca: ca.creators.get(video_id(1)))
    assert said(records) == [
        ("wrong-type", "get_creator", "$.data.accounts_summary.total"),
    ]


def test_a_deviation_is_reported_once_however_often_it_is_met(facade, serve) -> None:
    items = [video(number, mood="calm") for number in range(3)]
    client, records = watched(facade, serve(page(items, "c"), page(items)).url)
    assert len(client.collect(lambda ca: ca.videos.list())) == 6
    assert said(records) == [("unknown-member", "list_videos", "$.data[].mood")]


def test_keys_of_a_map_are_left_open_in_the_location(facade, serve) -> None:
    answer = deltas({video_id(1): {"7d": 1.5}, video_id(2): {"7d": 1.5}})
    client, records = watched(facade, serve(answer).url)
    with pytest.raises(ContractError):
        client.do(lambda ca: ca.videos.deltas([video_id(1)], windows=[7]))
    assert said(records) == [("wrong-type", "batch_video_deltas", "$.data.{}.{}")]


def test_an_unknown_error_code_is_reported_and_the_error_raised(facade, serve) -> None:
    problem = {"type": "t", "title": "t", "status": 403, "detail": "d", "code": "BLOCKED"}
    answer = Answer(403, json=problem, headers={"content-type": "application/problem+json"})
    client, records = watched(facade, serve(answer).url)
    with pytest.raises(CreatorAuditError):
        client.do(lambda ca: ca.whoami())
    assert said(records) == [("unknown-enum-value", "whoami", "$.code")]


def test_what_is_not_json_or_no_operation_is_left_to_others(facade, serve) -> None:
    html = Answer(200, body=b"<html>", headers={"content-type": "text/html"})
    client, records = watched(facade, serve(html, Answer(200, json={"a": 1}), Answer(204)).url)
    with pytest.raises(ContractError):
        client.do(lambda ca: ca.whoami())
    client.do(lambda ca: ca.request("GET", "/anything"))
    client.do(lambda ca: ca.videos.delete(video_id(1)))
    assert records == []


def test_a_strangers_text_is_escaped_in_the_record(facade, serve) -> None:
    client, records = watched(facade, serve(one(video(1, platform="\x1b[2J\n"))).url)
    client.do(lambda ca: ca.videos.get(video_id(1)))
    assert records[0].detail.isprintable()


def test_parts_of_a_schema_are_put_together():
    text, number = {"type": "string"}, {"type": "integer"}
    parts = [
        {"type": "object", "required": ["id"], "properties": {"id": text, "views": number}},
        {"type": "array", "required": ["views"], "properties": {"views": text, "likes": number}},
    ]
    assert merged({"title": "Video", "allOf": parts}) == {
        "title": "Video",
        "type": "object",
        "required": ["id", "views"],
        "properties": {"id": text, "views": number, "likes": number},
    }
