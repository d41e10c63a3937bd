"""Results in a console and a notebook: compact, and text from the API has no effect."""

from __future__ import annotations

import re

import pytest

from creatoraudit import (
    AccountVideoMetrics,
    CreatorAudit,
    CreatorFigures,
    Metrics,
    Page,
    Video,
    VideoDeltas,
    WindowedTotals,
)
from creatoraudit.report import Digest
from creatoraudit_api.types import html_table
from support.answers import page, video, video_id

TAGS = re.compile("</?(table|caption|tr|td|th)>")
HOSTILE = '<script>x=1</script>"><img src=x onerror=x>\u202e'
TOTALS = WindowedTotals.from_dict({"views": 5})


def html(result):
    shown = result._repr_html_()
    assert "<" not in TAGS.sub("", shown)
    assert shown.encode().isascii() or "\u202e" not in shown
    return TAGS.sub(" ", shown)


@pytest.fixture(scope="module")
def results(sandbox):
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        ids = [one.id for one in ca.videos.list(max_items=30)]
        creators = ca.creators.top()
        return {
            "breakouts": ca.breakouts(window=7, top=20),
            "deltas": ca.videos.deltas([*ids, video_id(9)], [7, 30]),
            "metrics": ca.videos.metrics(ids, period="7d"),
            "page": next(ca.videos.list().pages()),
            "list": ca.videos.list(max_items=30).to_list(),
            "top": creators,
            "figures": ca.creators.analytics(creators[0].id),
            "digest": Digest("7d", ca.overview("7d"), creators),
        }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("breakouts", r"<Breakouts of 7 days by views: 20 posts, 1,200 considered>"),
        ("deltas", "<VideoDeltas of 30 posts over 7, 30 days, 1 not found>"),
        ("metrics", "<Metrics of 30 ids, 2026-06-09 to 2026-06-15>"),
        ("figures", r"<CreatorFigures: \d+ rows>"),
        ("digest", "<Digest of 7d: Views .*, Posts tracked one by one 400 .*>"),
    ],
)
def test_a_repr_says_what_there_is(results, name, said):
    assert re.match(said, repr(results[name]))
    assert len(repr(results[name])) < 1_000


def test_the_repr_of_breakouts_names_the_first_posts(results):
    found = results["breakouts"]
    lines = repr(found).splitlines()
    assert lines[1].startswith(f"  1: {found[0].delta:+,} views, {found[0].video.platform} @")
    assert lines[-1] == "  ..."
    assert len(lines) == 12
    assert len(repr(found[:3]).splitlines()) == 4
    assert found[0].video.id in repr(found[0])


def test_results_without_rows_say_so_too():
    assert repr(VideoDeltas()) == "<VideoDeltas of 0 posts over 1, 7, 14, 30 days>"
    assert repr(Metrics()) == "<Metrics of 0 ids>"
    assert repr(AccountVideoMetrics()) == "<AccountVideoMetrics of 0 posts>"
    assert repr(CreatorFigures(({},), total=True)) == "<CreatorFigures: the whole span>"
    assert "0 posts" in html(VideoDeltas())


@pytest.mark.parametrize(
    "name", ["breakouts", "deltas", "metrics", "page", "list", "top", "digest"]
)
def test_a_notebook_shows_a_small_table(results, name):
    shown = html(results[name])
    assert len(shown) < 6_000
    assert shown.count("\n") == 0


def test_a_notebook_shows_the_first_rows_and_the_columns_that_have_a_value(results):
    shown = html(results["deltas"])
    assert "the first 10 rows and 3 columns" in shown
    assert " delta_30d " in shown
    whole = html(Metrics(by_id={"a": TOTALS}))
    assert " views " in whole
    assert " plays " not in whole
    assert "first" not in whole
    names = html(results["top"])
    assert " rank " in names
    assert "additional_members" not in names


def test_hostile_text_stays_text(results):
    one = Video.from_dict(
        video(1, description=HOSTILE, account_username=HOSTILE, **{HOSTILE: HOSTILE})
    )
    listed = Page(
        [one], next_cursor=None, has_next=False, total_count=None, filters={}, request_id=None
    )
    found = results["breakouts"]
    from attrs import evolve

    post = evolve(found[0], video=one)
    digest = results["digest"]
    creator = type(digest.creators[0]).from_dict({"id": HOSTILE, "name": HOSTILE, "views": 1})
    for result in (listed, post, evolve(found, posts=(post,)), evolve(digest, creators=[creator])):
        assert "&lt;script&gt;" in result._repr_html_()
        assert html(result)
        assert "\u202e" not in repr(result)
    assert "\u202e" not in html_table("\u202e", [("\u202e", None, 5)], ("\u202e",))


def test_a_list_that_is_only_shown_asks_nothing(facade, serve):
    server = serve(page([]))
    pager = facade(server.url).client.videos.list()
    assert not hasattr(pager, "_repr_html_")
    assert server.requests == []
