"""Models of responses: what survives decoding, what is refused, what comes out again."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

import creatoraudit_api
from creatoraudit_api import models
from creatoraudit_api.models import (
    Creator,
    Filters,
    OverviewEnvelope,
    SearchResponse,
    Video,
    VideoEnvelope,
    VideoPage,
    WindowedMetricsResponse,
    WindowedTotals,
)
from creatoraudit_api.types import ReadModel

UTC = dt.UTC
CONTRACT = json.loads(
    (Path(creatoraudit_api.__path__[0]) / "openapi.json").read_text(encoding="utf-8")
)
READ: list[type[ReadModel]] = [
    value
    for value in (getattr(models, name) for name in models.__all__)
    if isinstance(value, type) and issubclass(value, ReadModel)
]


def video(**members: Any) -> dict[str, Any]:
    return {"id": "v1", "platform": "tiktok", "external_id": "7", **members}


def test_a_value_the_contract_does_not_name_survives_as_its_plain_text() -> None:
    decoded = Video.from_dict(video(platform="threads"))
    assert decoded.platform == "threads"
    assert type(decoded.platform) is str
    assert decoded.to_dict()["platform"] == "threads"


def test_an_absent_member_is_none_whatever_default_the_contract_prints() -> None:
    assert Video.from_dict(video()).is_active is None
    assert Video.from_dict(video()).scrape_interval_hours is None


def test_null_and_absent_can_be_told_apart() -> None:
    decoded = Video.from_dict(video(description=None))
    assert decoded.description is None
    assert decoded.shortcode is None
    assert "description" in decoded.sent_members
    assert "shortcode" not in decoded.sent_members


def test_a_decoded_model_gives_back_exactly_what_was_sent() -> None:
    document = video(
        description=None, view_count=3, metadata={"a": [1, {"b": None}]}, brand_new={"x": [True]}
    )
    assert Video.from_dict(document).to_dict() == document


def test_a_model_built_by_hand_gives_the_members_that_have_a_value() -> None:
    built = Video(id="v1", platform="tiktok", external_id="7", view_count=0)
    assert built.to_dict() == {
        "id": "v1",
        "platform": "tiktok",
        "external_id": "7",
        "view_count": 0,
    }
    assert built.sent_members == frozenset()
    assert built == Video.from_dict(video(view_count=0))


def test_a_member_set_later_is_in_the_document() -> None:
    decoded = Video.from_dict(video())
    decoded.description = "new"
    assert attrs.evolve(decoded, view_count=5).to_dict() == video(description="new", view_count=5)


def test_unknown_members_are_kept_and_readable_by_name() -> None:
    decoded = Video.from_dict(video(engagement_score=0.5))
    assert decoded["engagement_score"] == 0.5
    assert "engagement_score" in decoded
    assert decoded.additional_properties == {"engagement_score": 0.5}
    with pytest.raises(KeyError, match="nothing"):
        decoded["nothing"]


def test_a_model_is_the_mapping_that_was_sent() -> None:
    sent = video(description=None, view_count=3, added_at="2026-03-01T00:00:00Z", brand_new=[1])
    decoded = Video.from_dict(sent)
    assert isinstance(decoded, Mapping)
    assert dict(decoded) == sent == json.loads(json.dumps(dict(decoded)))
    assert set(decoded) == set(sent)
    assert len(decoded) == len(sent)
    assert dict(decoded.items()) == sent
    assert list(decoded.values()) == [decoded[name] for name in decoded]
    assert "view_count" in decoded
    assert {**decoded} == sent
    match decoded:
        case {"view_count": count}:
            assert count == 3
        case _:
            pytest.fail("a model must match a mapping pattern")


@pytest.mark.parametrize("name", ["shortcode", "is_active", "added_at", "nothing"])
def test_a_member_that_was_not_sent_is_not_a_key(name: str) -> None:
    decoded = Video.from_dict(video(description=None))
    with pytest.raises(KeyError, match=name):
        decoded[name]
    assert name not in decoded
    assert decoded.get(name) is None
    assert decoded.get(name, "default") == "default"
    assert getattr(decoded, name, None) is None
    assert decoded["description"] is None
    assert decoded.get("description", "default") is None


def test_the_item_reads_the_same_whether_the_member_is_declared_or_not() -> None:
    sent: dict[str, Any] = {
        "since": "2026-03-01T00:00:00Z",
        "figures": {"total_views": 5},
        "tags": ["a", {"b": None}],
    }
    undeclared = Video.from_dict(video(**sent))
    declared = Video.from_dict(
        video(added_at=sent["since"], platform_data=sent["figures"], metadata={"x": sent["tags"]})
    )
    assert declared["added_at"] == undeclared["since"] == sent["since"]
    assert declared["platform_data"] == undeclared["figures"] == sent["figures"]
    overview = OverviewEnvelope.from_dict({"data": {"current": sent["figures"]}})
    assert overview["data"] == {"current": sent["figures"]}
    assert type(overview["data"]) is dict


def test_an_empty_model_is_true() -> None:
    assert Filters.from_dict({})
    assert len(Filters.from_dict({})) == 0
    assert bool(WindowedTotals())


def test_a_model_built_by_hand_is_a_mapping_of_what_was_set() -> None:
    built = Video(id="v1", platform="tiktok", external_id="7", view_count=0)
    assert dict(built) == built.to_dict()
    built.description = "new"
    built.additional_properties["later"] = 1
    assert dict(built) == built.to_dict()
    assert (built["description"], built["later"]) == ("new", 1)


def test_an_undeclared_value_under_a_declared_name_is_one_member() -> None:
    decoded = attrs.evolve(Video.from_dict(video()), additional_properties={"id": "v2"})
    assert decoded["id"] == decoded.to_dict()["id"] == "v2"
    assert sorted(decoded) == ["external_id", "id", "platform"]
    assert len(decoded) == 3


def test_a_model_equals_models_only_and_has_no_hash() -> None:
    decoded = Video.from_dict(video())
    assert decoded == Video.from_dict(video())
    assert decoded != video()
    with pytest.raises(TypeError, match="unhashable"):
        hash(decoded)


def test_the_repr_has_what_was_sent_and_cuts_what_is_long() -> None:
    sent = video(
        description="x" * 100_000,
        shortcode=None,
        platform_data={str(n): [[["deep"]]] for n in range(1000)},
        **{"brand\nnew": "\u202e<b>"},
    )
    shown = repr(Video.from_dict(sent))
    assert shown.startswith("Video(id='v1', platform='tiktok', external_id='7', description='xxx")
    assert "shortcode" not in shown
    assert "\u202e" not in shown
    assert len(shown) < 700
    page = {"data": [sent] * 20, "pagination": {"has_next": False, "limit": 200}}
    assert len(repr(VideoPage.from_dict(page))) < 3_000


@pytest.mark.parametrize(
    "attack",
    [
        "<script>x=1</script>",
        "\"><img src=x onerror='x=1'>",
        "</table><svg/onload=x>",
        "a&b",
        "\ud83d",
    ],
)
def test_what_a_notebook_shows_is_text_and_nothing_else(attack: str) -> None:
    sent = video(description=attack, metadata={attack: [attack]}, **{attack: attack})
    shown = Video.from_dict(sent)._repr_html_()
    tags = set(re.findall("<[^>]*>", shown))
    assert tags == {
        f"<{end}{tag}>" for tag in ("table", "caption", "tr", "td") for end in ("", "/")
    }
    assert "<" not in re.sub("</?(table|caption|tr|td)>", "", shown)
    assert shown.encode()
    assert "\u202e" not in Video.from_dict(video(description="\u202e"))._repr_html_()
    assert len(Video.from_dict(video(description="x" * 100_000))._repr_html_()) < 1_000


@pytest.mark.parametrize("cls", READ, ids=lambda cls: cls.__name__)
def test_no_member_hides_what_every_model_has(cls: type[ReadModel]) -> None:
    assert not {attribute for _, attribute in cls.MEMBERS} & {*dir(ReadModel)}
    assert dict(cls.MEMBERS) == cls.ATTRIBUTES


def test_items_of_one_page_may_differ_in_their_members() -> None:
    documents = [video(), video(a=1), video(b=2, description=None), video(a=3), video()]
    decoded = [Video.from_dict(document) for document in documents]
    assert [item.to_dict() for item in decoded] == documents
    assert [dict(item.additional_properties) for item in decoded] == [
        {},
        {"a": 1},
        {"b": 2},
        {"a": 3},
        {},
    ]


def test_what_is_remembered_of_keys_is_bounded() -> None:
    shapes = __import__("creatoraudit_api.models.video", fromlist=["_SHAPES"])._SHAPES
    for number in range(5_000):
        document = video(**{f"member_{number}": number})
        assert Video.from_dict(document).to_dict() == document
    assert len(shapes) <= 256


def test_models_do_not_share_their_unknown_members() -> None:
    one, other = Video.from_dict(video()), Video.from_dict(video())
    one.additional_properties["a"] = 1
    assert other.additional_properties == {}


@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        attrs.evolve,
        *(
            lambda model, protocol=protocol: pickle.loads(pickle.dumps(model, protocol))
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
def test_copies_keep_unknown_and_sent_members(copied: Any) -> None:
    page = VideoPage.from_dict(
        {
            "data": [video(description=None, brand_new=1, added_at="2026-03-01T00:00:00Z")],
            "pagination": {"has_next": False, "limit": 50, "next_cursor": None},
            "filters": {"platform": "tiktok"},
            "more": [1],
        }
    )
    twin = copied(page)
    assert twin == page
    assert twin.to_dict() == page.to_dict()
    assert twin.sent_members == page.sent_members
    assert twin.data[0].sent_members == page.data[0].sent_members
    assert twin.data[0]["brand_new"] == 1


def test_models_that_differ_in_an_unknown_member_are_not_equal() -> None:
    assert Video.from_dict(video(x=1)) != Video.from_dict(video(x=2))
    assert Video.from_dict(video(view_count=1)) != Video.from_dict(video(view_count=2))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2026-03-01T12:30:00Z", dt.datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01T12:30:00.123456Z", dt.datetime(2026, 3, 1, 12, 30, 0, 123456, UTC)),
        ("2026-03-01T12:30:00.1234567Z", dt.datetime(2026, 3, 1, 12, 30, 0, 123456, UTC)),
        ("2026-03-01T14:30:00+02:00", dt.datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01T12:30:00", dt.datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01 12:30:00", dt.datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01", dt.datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01t12:30:00z", dt.datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01T24:00:00Z", dt.datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-03-01T24:00:00", dt.datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
def test_a_timestamp_becomes_an_aware_datetime(sent: str, expected: dt.datetime) -> None:
    decoded = Video.from_dict(video(added_at=sent)).added_at
    assert decoded == expected
    assert decoded is not None
    assert decoded.tzinfo is not None


@pytest.mark.parametrize("sent", ["yesterday", "", "2026-13-01T00:00:00Z", "9999-12-31T24:00", 7])
def test_what_is_not_a_timestamp_stays_as_it_was_sent(sent: object) -> None:
    decoded = Video.from_dict(video(added_at=sent))
    assert decoded.added_at == sent
    assert decoded.to_dict() == video(added_at=sent)


def test_a_utc_timestamp_is_given_back_with_a_z_and_others_with_their_offset() -> None:
    sent = video(added_at="2026-03-01T12:30:00Z", updated_at="2026-03-01T12:30:00+02:00")
    assert Video.from_dict(sent).to_dict() == sent


@pytest.mark.parametrize(("member", "sent"), [("view_count", "many"), ("description", 5)])
def test_a_wrong_scalar_is_kept_as_sent(member: str, sent: object) -> None:
    assert getattr(Video.from_dict(video(**{member: sent})), member) == sent


@pytest.mark.parametrize("document", [None, [], "text", 5, True])
def test_what_is_not_an_object_is_refused(document: Any) -> None:
    with pytest.raises(TypeError, match="Video must be an object"):
        Video.from_dict(document)


@pytest.mark.parametrize("sent", [[], "text", 1])
def test_an_open_object_that_is_none_is_refused(sent: object) -> None:
    with pytest.raises(TypeError, match="an object"):
        Video.from_dict(video(metadata=sent))


@pytest.mark.parametrize("sent", [None, {}, "text", 3])
def test_a_required_list_that_is_none_is_refused(sent: object) -> None:
    with pytest.raises(TypeError, match="a list"):
        VideoPage.from_dict({"data": sent, "pagination": {"has_next": False, "limit": 1}})


@pytest.mark.parametrize("item", [None, [], "v1"])
def test_an_item_that_is_not_an_object_is_refused(item: object) -> None:
    with pytest.raises(TypeError, match="Video must be an object"):
        VideoPage.from_dict({"data": [item], "pagination": {"has_next": False, "limit": 1}})


@pytest.mark.parametrize("sent", [None, [], "text"])
def test_a_required_object_that_is_none_is_refused(sent: object) -> None:
    with pytest.raises(TypeError, match="Video must be an object"):
        VideoEnvelope.from_dict({"data": sent})


@pytest.mark.parametrize("member", ["id", "platform", "external_id"])
def test_a_missing_required_member_is_a_key_error_that_names_it(member: str) -> None:
    document = video()
    del document[member]
    with pytest.raises(KeyError, match=member):
        Video.from_dict(document)


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(TypeError) as refused:
        VideoEnvelope.from_dict({"data": "a stranger's text"})
    assert "stranger" not in str(refused.value)


def test_nullable_objects_decode_when_they_are_there() -> None:
    sent = {"data": {"current": {"total_views": 5}, "previous": None}}
    decoded = OverviewEnvelope.from_dict(sent)
    assert decoded.data.current is not None
    assert decoded.data.current.total_views == 5
    assert decoded.data.previous is None
    assert decoded.data.changes is None
    assert decoded.to_dict() == sent


def test_optional_lists_and_nested_objects_decode() -> None:
    sent: dict[str, Any] = {
        "data": {"accounts": [{"id": "a"}], "videos": []},
        "meta": {"effective_caps": {"accounts": 10}, "limit_per_section": 10},
    }
    decoded = SearchResponse.from_dict(sent)
    assert decoded.data.accounts is not None
    assert decoded.data.accounts[0].id == "a"
    assert decoded.data.creators is None
    assert decoded.meta.effective_caps is not None
    assert decoded.meta.effective_caps.accounts == 10
    assert decoded.to_dict() == sent


def test_a_map_of_models_is_a_dict_of_models() -> None:
    sent = {"data": {"v1": {"views": 3, "plays": None}}, "meta": {"not_found": ["v2", 5]}}
    decoded = WindowedMetricsResponse.from_dict(sent)
    assert isinstance(decoded.data["v1"], WindowedTotals)
    assert decoded.data["v1"].views == 3
    assert decoded.meta.not_found == ["v2", 5]
    assert decoded.to_dict() == sent


def test_a_model_without_declared_members_keeps_everything() -> None:
    decoded = Filters.from_dict({"platform": "tiktok", "q": None})
    assert decoded["platform"] == "tiktok"
    assert decoded.sent_members == {"platform", "q"}
    assert decoded.to_dict() == {"platform": "tiktok", "q": None}


def test_a_member_may_be_called_type() -> None:
    assert Creator.from_dict({"id": "c", "name": "n", "type": "creator"}).type == "creator"


def test_every_response_schema_has_a_model_with_its_members() -> None:
    described = {
        (frozenset(schema.get("properties", {})), frozenset(schema.get("required", [])))
        for name, schema in CONTRACT["components"]["schemas"].items()
        if not name.endswith("Request")
    }
    modelled = {(frozenset(name for name, _ in cls.MEMBERS), cls.REQUIRED) for cls in READ}
    assert described <= modelled
