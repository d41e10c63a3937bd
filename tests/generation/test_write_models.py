"""Models of request bodies: omitted members, null, and values that become text."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from typing import Any

import attrs
import pytest

from creatoraudit_api.models import (
    AccountVideoMetricsRequest,
    CreateCreatorRequest,
    TrackVideoRequest,
    UpdateCreatorRequest,
    VideoDeltasRequest,
)
from creatoraudit_api.types import UNSET, Unset


def test_what_is_not_given_is_not_sent_whatever_default_the_contract_prints() -> None:
    assert TrackVideoRequest(platform="tiktok", identifier="x").to_dict() == {
        "platform": "tiktok",
        "identifier": "x",
    }
    assert UpdateCreatorRequest().to_dict() == {}


def test_none_is_sent_as_null() -> None:
    assert UpdateCreatorRequest(metadata=None, is_active=False).to_dict() == {
        "metadata": None,
        "is_active": False,
    }


def test_dates_become_text_and_text_stays() -> None:
    body = AccountVideoMetricsRequest(
        instagram_post_ids=(1, 2), start_date=dt.date(2026, 3, 1), end_date="2026-03-31"
    )
    assert body.to_dict() == {
        "instagram_post_ids": [1, 2],
        "start_date": "2026-03-01",
        "end_date": "2026-03-31",
    }


def test_members_the_contract_does_not_know_can_be_sent() -> None:
    body = CreateCreatorRequest(name="n", additional_properties={"color": "red"})
    assert body.to_dict() == {"name": "n", "color": "red"}


def test_values_the_contract_does_not_name_can_be_sent() -> None:
    assert TrackVideoRequest(platform="threads", identifier="x").to_dict()["platform"] == "threads"


def test_required_members_are_required() -> None:
    with pytest.raises(TypeError, match="identifier"):
        TrackVideoRequest(platform="tiktok")  # type: ignore[call-arg]  # the point of the test


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, attrs.evolve, lambda body: pickle.loads(pickle.dumps(body))],
)
def test_copies_still_leave_out_what_was_not_given(copied: Any) -> None:
    body = VideoDeltasRequest(video_ids=["v1"])
    assert copied(body) == body
    assert copied(body).to_dict() == {"video_ids": ["v1"]}


def test_unset_is_one_false_value_through_every_copy() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    assert isinstance(UNSET, Unset)
    assert copy.copy(UNSET) is UNSET
    assert copy.deepcopy({"a": UNSET})["a"] is UNSET
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET
