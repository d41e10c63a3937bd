"""Rows of a unit: each once, of one attempt, with their deltas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from creatoraudit import ContractError, ValidationError
from creatoraudit.snapshot import Receipt, plan, run
from support import answers
from support.server import Reset

from .conftest import Api, Tenant, files, posts, rows

Start = Callable[..., Api]


def landed(started: Api, what: str, root: Path) -> Receipt:
    (unit,) = plan(started.config, [what], [1, 7])  # type: ignore[list-item]  # a list's name
    return run(unit, root, max_retries=0)


def test_an_item_that_the_list_repeats_is_kept_once(api: Start, tmp_path: Path) -> None:
    tenant = Tenant("o-1", {"videos": [posts(0, 4), posts(2, 4), posts(5, 3)]})
    receipt = landed(api(acme=tenant), "videos", tmp_path)
    assert (receipt.rows, receipt.duplicates) == (8, 3)
    assert [row["view_count"] for row in rows(tmp_path, "videos")] == list(range(1000, 1008))


def test_a_list_that_changes_between_attempts_is_never_mixed(api: Start, tmp_path: Path) -> None:
    tenant = Tenant("o-1", {"videos": [posts(0, 3), posts(3, 3), posts(6, 3)]})
    started = api(acme=tenant)
    tenant.steps["/videos"] = lambda one: Reset() if one.query.get("cursor") == ["2"] else None
    with pytest.raises(Exception, match="list_videos"):
        landed(started, "videos", tmp_path)
    tenant.steps.clear()
    tenant.lists["videos"] = [posts(100, 3), posts(3, 1, view_count=5)]
    receipt = landed(started, "videos", tmp_path)
    assert receipt.rows == 4
    assert sorted(row["view_count"] for row in rows(tmp_path, "videos")) == [5, 1100, 1101, 1102]


@pytest.mark.parametrize(
    ("totals", "moved"),
    [
        ([99, 99], False),
        ([99, 104], False),
        ([104, 90], False),
        ([100, 100], True),
        ([98, 98], True),
        ([None, 98], True),
    ],
)
def test_rows_outside_of_the_two_totals_are_marked(
    api: Start, tmp_path: Path, totals: list[int | None], moved: bool
) -> None:
    pages = [posts(0, 33), posts(33, 33), posts(66, 33)]
    tenant = Tenant("o-1", {"videos": pages}, totals=[*totals])
    receipt = landed(api(acme=tenant), "videos", tmp_path)
    assert (receipt.total_first, receipt.total_last) == tuple(totals)
    assert receipt.moved is moved
    assert receipt.rows == 99


@pytest.mark.parametrize("totals", [[101, 101], [200, 101], [101, None]])
def test_a_unit_that_lacks_rows_fails(api: Start, tmp_path: Path, totals: list[int | None]) -> None:
    pages = [posts(0, 33), posts(33, 33), posts(66, 33)]
    tenant = Tenant("o-1", {"videos": pages}, totals=[*totals])
    with pytest.raises(ContractError, match="rows are missing"):
        landed(api(acme=tenant), "videos", tmp_path / "history")
    assert [one.name for one in files(tmp_path / "history") if "part" in one.name] == []


def test_a_server_that_tells_no_totals_is_noted(api: Start, tmp_path: Path) -> None:
    tenant = Tenant("o-1", {"videos": [posts(0, 3), posts(3, 3)]}, totals=[None, None])
    receipt = landed(api(acme=tenant), "videos", tmp_path)
    assert (receipt.rows, receipt.moved) == (6, False)
    assert "does not say how long the list is" in receipt.notes[0]


def test_a_list_of_one_page_has_one_length(api: Start, tmp_path: Path) -> None:
    started = api(acme=Tenant("o-1", {"accounts": [[{"id": answers.video_id(1)}]]}))
    receipt = landed(started, "accounts", tmp_path)
    assert (receipt.total_first, receipt.total_last, receipt.requests) == (1, 1, 2)
    assert len(started.requests("/accounts")) == 1


def test_posts_without_deltas_have_null(api: Start, tmp_path: Path) -> None:
    unknown = answers.video_id(1)
    tenant = Tenant("o-1", {"videos": [posts(0, 3)]}, known=lambda one: one != unknown)
    receipt = landed(api(acme=tenant), "videos", tmp_path)
    assert (receipt.not_found, receipt.notes) == (1, ())
    found = {row["id"]: (row["delta_1d"], row["delta_7d"]) for row in rows(tmp_path, "videos")}
    assert found == {
        answers.video_id(0): (1, 7),
        unknown: (None, None),
        answers.video_id(2): (1, 7),
    }


def test_a_key_that_may_not_post_gets_deltas_by_get(api: Start, tmp_path: Path) -> None:
    tenant = Tenant("o-1", {"videos": [posts(0, 120), posts(120, 60)]})
    refusal = answers.problem(403, "INSUFFICIENT_SCOPE")
    tenant.steps["/videos/deltas"] = lambda one: refusal if one.method == "POST" else None
    started = api(acme=tenant)
    receipt = landed(started, "videos", tmp_path)
    assert receipt.via == "get"
    assert receipt.notes == ("the key may not POST, so deltas were fetched by GET",)
    assert {row["delta_7d"] for row in rows(tmp_path, "videos")} == {7}
    asked = [one for one in started.requests("/videos/deltas") if one.method == "GET"]
    assert len(asked) == 4
    tenant.steps["/videos/deltas"] = lambda _: refusal
    with pytest.raises(Exception, match="INSUFFICIENT_SCOPE"):
        landed(started, "videos", tmp_path / "other")


def test_account_videos_that_no_batch_knows_are_not_asked_about_further(
    api: Start, tmp_path: Path
) -> None:
    pages = [posts(number, 200) for number in range(0, 1600, 200)]
    tenant = Tenant("o-1", {"account-videos": pages}, known=lambda _: False)
    started = api(acme=tenant)
    receipt = landed(started, "account-videos", tmp_path)
    assert len(started.requests("/videos/deltas")) == 5
    assert (receipt.rows, receipt.not_found) == (1600, 1000)
    assert "knew none of the ids in 5 batches" in receipt.notes[0]
    assert {row["delta_7d"] for row in rows(tmp_path, "account-videos")} == {None}


def test_account_videos_of_which_one_is_known_are_all_asked_about(
    api: Start, tmp_path: Path
) -> None:
    pages = [posts(number, 200) for number in range(0, 1400, 200)]
    known = answers.video_id(850)
    tenant = Tenant("o-1", {"account-videos": pages}, known=lambda one: one == known)
    started = api(acme=tenant)
    receipt = landed(started, "account-videos", tmp_path)
    assert len(started.requests("/videos/deltas")) == 7
    assert (receipt.not_found, receipt.notes) == (1399, ())
    assert sum(row["delta_7d"] or 0 for row in rows(tmp_path, "account-videos")) == 7


def test_account_videos_whose_ids_are_refused_have_null(api: Start, tmp_path: Path) -> None:
    tenant = Tenant("o-1", {"account-videos": [posts(0, 3)]})
    tenant.steps["/videos/deltas"] = lambda _: answers.problem(422, "VALIDATION_ERROR")
    tenant.lists["videos"] = tenant.lists["account-videos"]
    started = api(acme=tenant)
    receipt = landed(started, "account-videos", tmp_path)
    assert receipt.notes == ("deltas are null: the endpoint knows none of the ids",)
    with pytest.raises(ValidationError):
        landed(started, "videos", tmp_path)


def test_ids_that_are_not_uuids_are_not_sent(api: Start, tmp_path: Path) -> None:
    items = [{**post, "id": str(number)} for number, post in enumerate(posts(0, 3))]
    started = api(acme=Tenant("o-1", {"account-videos": [items]}))
    receipt = landed(started, "account-videos", tmp_path)
    assert (receipt.rows, receipt.via) == (3, None)
    assert receipt.notes == ("deltas are null: the endpoint knows none of the ids",)
    assert started.requests("/videos/deltas") == []


def test_empty_lists_land_with_all_columns(api: Start, tmp_path: Path) -> None:
    receipt = landed(api(acme=Tenant("o-1")), "videos", tmp_path)
    assert (receipt.rows, receipt.total_first, receipt.moved) == (0, 0, False)
    assert rows(tmp_path, "videos") == []


def test_a_list_of_several_row_groups_is_complete(
    api: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creatoraudit.snapshot._part.GROUP_ROWS", 500)
    pages = [posts(number, 200) for number in range(0, 1200, 200)]
    receipt = landed(api(acme=Tenant("o-1", {"videos": pages})), "videos", tmp_path)
    assert receipt.rows == 1200
    assert {row["view_count"] for row in rows(tmp_path, "videos")} == set(range(1000, 2200))


def test_a_long_list_is_read_per_platform_side_by_side(api: Start, tmp_path: Path) -> None:
    both = {"tiktok": posts(0, 60), "instagram": posts(60, 60, platform="instagram")}
    tenant = Tenant("o-1")

    def page(request):
        chosen = request.query.get("platform", [None])[0]
        items = both[chosen] if chosen else [*both["tiktok"], *both["instagram"]]
        start = int(request.query.get("cursor", ["0"])[0])
        following = str(start + 10) if start + 10 < len(items) else None
        filters = {"platform": chosen} if chosen else {}
        return answers.page(
            items[start : start + 10], following, filters=filters, total_count=len(items)
        )

    tenant.steps["/videos"] = page
    started = api(acme=tenant)
    receipt = landed(started, "videos", tmp_path)
    assert (receipt.rows, receipt.duplicates) == (120, 0)
    assert (receipt.total_first, receipt.total_last) == (120, 120)
    asked = [one.query.get("platform", [""])[0] for one in started.requests("/videos")]
    assert (asked.count("tiktok"), asked.count("instagram"), asked.count("")) == (6, 6, 2)
