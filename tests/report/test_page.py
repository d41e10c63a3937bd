"""The HTML page: its content, accessibility, and safety."""

from __future__ import annotations

import datetime as dt
import re
import string
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import strategies as st

from creatoraudit import ConfigurationError, CreatorAudit, Reply, Skipped, UsageError
from creatoraudit.report import Digest, Provenance, _html, render_html, render_markdown
from creatoraudit_api.models import WhoAmIEnvelope
from support import cases
from support.markup import Element, parse
from support.repeatable import given, settings
from support.reports import HOSTILE, MADE_AT, OVERVIEW, breakouts, digest, post

if TYPE_CHECKING:
    from creatoraudit import Breakouts
    from creatoraudit_sandbox import Sandbox

# Nothing else is on a page, so that there is no need to know what each other element could do.
_ELEMENTS = """
    html head meta title style body header main footer section p h1 h2 dl div dt dd strong span
    table caption thead tbody tr th td a bdi time figure figcaption ul li details summary
    svg desc defs pattern rect g path polygon polyline line circle text
"""
_ATTRIBUTES = """
    lang charset http-equiv content name class id role scope datetime href rel style
    aria-labelledby aria-hidden focusable data-label viewbox preserveaspectratio
    x y x1 x2 y1 y2 cx cy r d width height points fill transform text-anchor
    patternunits patterntransform
"""
ELEMENTS, ATTRIBUTES = frozenset(_ELEMENTS.split()), frozenset(_ATTRIBUTES.split())


@pytest.fixture(scope="module")
def answers_of_a_world(sandbox: Sandbox) -> Mapping[str, Breakouts | Digest]:
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        return {
            "views": ca.breakouts(),
            "growth": ca.breakouts(by="growth", source="both", platform="tiktok", min_views=1000),
            "outlier": ca.breakouts(by="outlier", window=90, top=200, include_partial=True),
            "nothing": ca.breakouts(min_views=10**15),
            "digest": Digest("30d", ca.overview("30d"), ca.creators.top("30d", limit=5)),
        }


CASES = ("views", "growth", "outlier", "nothing", "digest")


def page_of(result: Breakouts | Digest) -> Element:
    return parse(render_html(result, made_at=MADE_AT))


@pytest.fixture(params=CASES)
def page(request: pytest.FixtureRequest, answers_of_a_world: Mapping[str, Any]) -> Element:
    return page_of(answers_of_a_world[request.param])


def hold_to_the_list(page: Element) -> None:
    for element in page.all():
        assert element.name in ELEMENTS, element
        assert set(element.attributes) <= ATTRIBUTES, element
        style = element.attributes.get("style")
        assert style is None or re.fullmatch(r"width:[0-9.]+%", style)
        fill = element.attributes.get("fill")
        assert fill is None or re.fullmatch(r"url\(#[a-z0-9-]+\)", fill)
    for link in page.all("a"):
        assert link.attributes["rel"] == "noopener noreferrer nofollow"
        to = urlsplit(link.attributes["href"] or "")
        assert (to.scheme, to.netloc) in {
            ("https", "www.instagram.com"),
            ("https", "www.tiktok.com"),
        }
        assert (to.query, to.fragment) == ("", "")
    # Other addresses are words, if anything: what is loaded or followed has an attribute.
    assert "url(" not in page.one("style").text
    assert "@import" not in page.one("style").text


def test_page_has_only_what_can_do_nothing(page: Element) -> None:
    hold_to_the_list(page)


def test_page_forbids_what_it_does_not_do(page: Element) -> None:
    head = page.one("head")
    elements = [one for one in head.content if isinstance(one, Element)]
    # First, or it would not hold for what is before it.
    assert elements[0].attributes == {"charset": "utf-8"}
    assert elements[1].attributes["http-equiv"] == "Content-Security-Policy"
    policy = elements[1].attributes["content"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; ")


def test_page_is_ready_for_phones_and_screen_readers(page: Element) -> None:
    assert page.one("html").attributes["lang"] == "en"
    (viewport,) = page.all("meta", name_="viewport")
    assert viewport.attributes["content"] == "width=device-width, initial-scale=1"
    assert page.one("h1").text == page.one("head").one("title").text
    for table in page.all("table"):
        first = next(one for one in table.content if isinstance(one, Element))
        assert first.name == "caption"
        assert first.text
    for heading in page.all("th"):
        assert heading.attributes["scope"] in ("col", "row")
        assert heading.text
    ids = [one.attributes["id"] for one in page.all() if "id" in one.attributes]
    named = {one.attributes["id"]: one.text for one in page.all() if "id" in one.attributes}
    assert len(ids) == len(set(ids))
    for picture in page.all("svg"):
        if picture.attributes.get("aria-hidden") == "true":
            continue
        assert picture.attributes["role"] == "img"
        told_by = (picture.attributes["aria-labelledby"] or "").split()
        assert len(told_by) == 2
        assert all(named[one] for one in told_by)
    for section in page.all("section"):
        assert named[section.attributes["aria-labelledby"] or ""]


def rows(table: Element) -> Iterator[list[str]]:
    for row in table.one("tbody").all("tr"):
        yield [one.text for one in row.content if isinstance(one, Element)]


@pytest.mark.parametrize("case", ["views", "growth", "outlier"])
def test_every_post_has_its_row(case: str, answers_of_a_world: Mapping[str, Any]) -> None:
    result = answers_of_a_world[case]
    table = page_of(result).one("table", class_="ranking")
    found = list(rows(table))
    assert len(found) == len(result) > 0
    for post_, (rank, named, gained, relation, views, course) in zip(result, found, strict=True):
        assert rank == str(post_.rank)
        assert f"@{post_.video.account_username}" in named
        assert named.endswith({"instagram": "Instagram", "tiktok": "TikTok"}[post_.video.platform])
        assert gained == f"{post_.delta:+,}".replace("-", "−")
        figure = post_.outlier if case == "outlier" else post_.growth
        assert (relation == "–") == (figure is None)
        assert views == f"{post_.video.view_count:,}"
        assert f"{post_.video.view_count:,}" in course


def test_page_tells_what_was_asked_and_what_was_left_out(
    answers_of_a_world: Mapping[str, Any],
) -> None:
    result = answers_of_a_world["growth"]
    page = page_of(result)
    left_out, asked = (
        dict(rows(table)) for table in page.one("div", class_="columns").all("table")
    )
    assert asked == {
        "Window": "7 days",
        "Ranked by": "views gained, in relation to the views before",
        "Looked at": "posts of tracked accounts, and posts tracked one by one",
        "Platform": "TikTok",
        "Least views": "1,000",
        "Posts with less history": "left out",
        "Requests": str(result.requests),
    }
    assert left_out["Considered"] == f"{result.considered:,}"
    assert left_out["Left out"] == f"{result.skipped.total:,}"
    assert left_out["refreshed only once"] == str(result.skipped.single_refresh)
    assert page.one("time").attributes["datetime"] == "2026-06-15T12:00:00+00:00"
    assert page.one("time").text == "2026-06-15 12:00 UTC"


def height_of(bar: Element) -> float:
    return float(bar.attributes["height"] or 0)


def test_distribution_has_all_posts_and_marks_the_shown_ones(
    answers_of_a_world: Mapping[str, Any],
) -> None:
    for case in ("views", "growth", "outlier"):
        result = answers_of_a_world[case]
        page = page_of(result)
        table = page.one("details").one("table")
        sizes = [(int(size), int(marked)) for _, size, marked in rows(table)]
        assert sum(size for size, _ in sizes) == len(result.values)
        figure = "delta" if case == "views" else case
        known = [one for one in result if getattr(one, figure) is not None]
        assert sum(marked for _, marked in sizes) == len(known)
        drawn = page.one("svg", class_="histogram")
        assert len(list(drawn.all("rect", class_="bin"))) == sum(size > 0 for size, _ in sizes)
        counts = [int(one.text) for one in drawn.all("text", class_="count")]
        assert counts == [marked for _, marked in sizes if marked]
        tall = {one.attributes["x"]: height_of(one) for one in drawn.all("rect", class_="bin")}
        parts = list(drawn.all("rect", class_="marked"))
        assert len(parts) == len(counts)
        assert all(0 < height_of(one) <= tall[one.attributes["x"]] for one in parts)


def test_median_and_ticks_stand_where_their_values_are() -> None:
    page = page_of(breakouts(post(1), values=[1, 10, 100]))
    drawn = page.one("svg", class_="histogram")
    # Seven bins, from 1, 2, 5, 10, 20, 50 and 100.
    assert drawn.one("line", class_="median").attributes["x1"] == str(round(720 / 7 * 3, 1))
    ticks = [(one.text, one.attributes["x"]) for one in drawn.all("text", class_="tick")]
    median, *labels = ticks
    assert median == ("median", str(round(720 / 7 * 3, 1)))
    assert labels == [("1", "0.0"), ("10", "308.6"), ("100", "617.1")]


def test_digest_has_every_figure_with_the_one_before_and_the_change() -> None:
    creators = [
        {"id": "c1", "name": "One", "views": 10, "likes": 2.5, "mood": 9, "followers": "many"},
        {"id": "c2", "views": 5, "comments": True},
    ]
    page = page_of(digest(OVERVIEW, *creators))
    figures = list(rows(page.one("table", class_="figures")))
    assert [row[:4] for row in figures] == [
        ["Views", "1,234,567", "1,000,000", "▲ +23.5%"],
        ["Engagement rate", "6.79", "7.50", "▼ −9.5%"],
        ["Active accounts", "12", "12", "■ 0%"],
        ["Posts of tracked accounts", "340", "300", "▲ +13.3%"],
        ["Posts tracked one by one", "5", "0", "–"],
    ]
    assert figures[0][4] == "Views compared 1,234,567 now, 1,000,000 before"
    assert list(rows(page.one("table", class_="creators"))) == [
        ["1", "One", "10", "2.50"],
        ["2", "c2", "5", "–"],
    ]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
ENORMOUS = st.sampled_from([10**400, -(10**400), 1e308, 5e-324, float("nan"), float("-inf"), 2**63])


@given(st.data())
@settings(max_examples=cases.amount(50, every=100))
def test_whatever_stands_in_place_of_a_figure_is_a_digest_anyway(data: st.DataObject) -> None:
    def changed(members: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: data.draw(ANYTHING | ENORMOUS) for name in members}

    overview = {name: changed(OVERVIEW[name]) for name in ("current", "previous", "changes")}
    creator = changed(dict.fromkeys(("id", "name", "views", "likes", "engagement_rate")))
    page = page_of(digest(overview, creator, {"id": "c2", "views": 1}))
    hold_to_the_list(page)
    assert len(list(rows(page.one("table", class_="figures")))) == 5
    figures = page_of(digest(overview)).one("table", class_="figures").text
    assert not re.search(r"\b(nan|inf|None)\b", figures)
    assert max(map(len, figures.split())) <= len("+999,999,999,999.00")


SHOWN = ("platform", "external_id", "shortcode", "description", "account_username", "view_count")


@given(st.data())
@settings(max_examples=cases.amount(50, every=100))
def test_whatever_stands_in_place_of_a_member_is_a_post_anyway(data: st.DataObject) -> None:
    members = {name: data.draw(ANYTHING | ENORMOUS) for name in (*SHOWN, "first_scrape_time")}
    result = breakouts(post(1, **members))
    page = page_of(result)
    hold_to_the_list(page)
    assert len(list(rows(page.one("table", class_="ranking")))) == 1
    assert "\n1. **+100**" in render_markdown(result)


def test_digest_without_anything_is_a_page_of_dashes() -> None:
    page = page_of(digest({"current": None, "changes": {"total_views_pct": "much"}}))
    for _, now, before, change, _ in rows(page.one("table", class_="figures")):
        assert (now, before, change) == ("–", "–", "–")
    assert "No creators yet." in page.one("main").text


def test_creator_without_name_or_figures_is_still_ranked() -> None:
    page = page_of(digest(OVERVIEW, {"name": 7}, {"id": "c2", "name": ""}))
    assert list(rows(page.one("table", class_="creators"))) == [["1", "(no name)"], ["2", "c2"]]


HARMLESS = "a caption"


def skeleton(page: Element) -> list[tuple[str, frozenset[str]]]:
    """Elements in order, links left out: they come and go with what they are built from."""
    return [(one.name, frozenset(one.attributes)) for one in page.all() if one.name != "a"]


def page_with(text: str) -> Element:
    members = dict.fromkeys(
        ("description", "account_username", "platform", "shortcode", "external_id"), text
    )
    return page_of(breakouts(post(1, **members), post(2, platform="instagram", shortcode=text)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_and_nothing_else(text: str) -> None:
    page = page_with(text)
    hold_to_the_list(page)
    assert skeleton(page) == skeleton(page_with(HARMLESS))
    for element in page.all():
        if element.name != "style":
            assert all(char.isprintable() or char in "\n\u200d" for char in element.text)


@given(st.text(st.characters(), max_size=300))
@settings(max_examples=cases.amount(30, every=60))
def test_any_text_is_text_and_nothing_else(text: str) -> None:
    page = page_with(f"x{text}")  # of no text there is nothing to compare
    hold_to_the_list(page)
    assert skeleton(page) == skeleton(page_with(HARMLESS))
    render_html(breakouts(post(1, description=text))).encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_name_of_a_creator_is_text_and_nothing_else(text: str) -> None:
    page = page_of(digest(OVERVIEW, {"id": text, "name": text, text: 1}))
    hold_to_the_list(page)
    assert skeleton(page) == skeleton(page_of(digest(OVERVIEW, {"id": "c1", "name": HARMLESS})))


def test_hostile_text_is_shown_and_not_dropped() -> None:
    page = page_with("<b>\u202ebold\x1b[2J</b> & co")
    (first, _) = rows(page.one("table", class_="ranking"))
    assert r"<b>\u202ebold\x1b[2J</b> & co" in first[1]


def test_long_caption_is_cut_and_costs_nothing() -> None:
    long = breakouts(post(1, description="x" * 100_000, account_username="y" * 100_000))
    page = render_html(long)
    assert "x" * 159 + "…" in page
    assert "x" * 160 not in page
    assert "y" * 60 not in page
    assert len(page) < 25_000


def test_caption_that_continues_after_much_white_space_is_cut_visibly() -> None:
    (row, _) = rows(page_with("begins" + " " * 5000 + "ends").one("table", class_="ranking"))
    assert "begins…" in row[1]


def test_family_of_emoji_stays_together_and_nothing_else_is_joined() -> None:
    page = page_with("👩‍👩‍👧 🏳️‍🌈 a\u200db")
    (first, _) = rows(page.one("table", class_="ranking"))
    assert "👩‍👩‍👧 🏳️‍🌈 a\\u200db" in first[1]


def test_right_to_left_text_keeps_to_its_place() -> None:
    page = page_with("مرحبا")
    for name in ("caption", "author"):
        for element in page.one("table", class_="ranking").all("span", class_=name):
            assert list(element.all("bdi"))


@pytest.mark.parametrize(
    ("members", "address"),
    [
        (
            {"platform": "instagram", "shortcode": "C2c-eQ_Vgm"},
            "https://www.instagram.com/p/C2c-eQ_Vgm/",
        ),
        (
            {"platform": "tiktok", "account_username": "some.one_1", "external_id": "7345"},
            "https://www.tiktok.com/@some.one_1/video/7345",
        ),
        ({"platform": "instagram", "shortcode": None}, None),
        ({"platform": "instagram", "shortcode": "../../evil"}, None),
        ({"platform": "instagram", "shortcode": "a?b"}, None),
        ({"platform": "instagram", "shortcode": "a\n"}, None),
        ({"platform": "instagram", "shortcode": "ä"}, None),
        ({"platform": "instagram", "shortcode": 7}, None),
        ({"platform": "tiktok", "account_username": "a/b", "external_id": "7"}, None),
        ({"platform": "tiktok", "account_username": "..", "external_id": "7"}, None),
        ({"platform": "tiktok", "account_username": "a@evil.example", "external_id": "7"}, None),
        ({"platform": "tiktok", "account_username": None, "external_id": "7"}, None),
        ({"platform": "tiktok", "account_username": "a", "external_id": "٧"}, None),
        ({"platform": "tiktok", "account_username": "a", "external_id": "7#x"}, None),
        ({"platform": "youtube", "account_username": "a", "external_id": "7"}, None),
    ],
)
def test_link_is_built_from_sound_parts_or_not_at_all(
    members: Mapping[str, Any], address: str | None
) -> None:
    page = page_of(breakouts(post(1, **members)))
    assert [link.attributes["href"] for link in page.all("a")] == ([address] if address else [])
    assert "caption 1" in page.one("table", class_="ranking").text


def test_post_that_says_nothing_has_a_row_of_dashes() -> None:
    members = ("description", "account_username", "platform", "view_count", "growth")
    silent = post(1, **dict.fromkeys(members))
    (row,) = rows(page_of(breakouts(silent)).one("table", class_="ranking"))
    assert row[:5] == ["1", "(no caption)", "+100", "–", "–"]
    assert "30 days ago −150" in row[5]


def course_of(page: Element) -> str:
    return page.one("table", class_="ranking").one("desc").text


def test_course_says_what_the_line_shows() -> None:
    page = page_of(breakouts(post(1, view_count=1000)))
    assert course_of(page) == (
        "30 days ago 850, 14 days ago 880, 7 days ago 900, 1 day ago 995, now 1,000"
    )
    line = page.one("polyline").attributes["points"] or ""
    xs, ys = zip(*((float(n) for n in point.split(",")) for point in line.split()), strict=True)
    assert (xs[0], xs[-1], ys[0], ys[-1]) == (0, 132, 36, 0)
    shaded = page.one("table", class_="ranking").one("rect", class_="window")
    assert float(shaded.attributes["x"] or 0) == xs[2]  # 7 days ago, as the line has it
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys, reverse=True)


def test_course_begins_where_the_history_does() -> None:
    for since, told in {
        "2026-06-04T12:00:00Z": "10 days ago 850, 7 days ago 900, 1 day ago 995, now 1,000",
        "2026-06-14T12:00:00Z": "less than a day ago 850, now 1,000",
        "2026-06-15T00:00:00Z": "30 days ago 850, 14 days ago 880, 7 days ago 900, 1 day ago 995,"
        " now 1,000",
    }.items():
        one = post(
            1, view_count=1000, first_scrape_time=since, last_scrape_time="2026-06-15T00:00:00Z"
        )
        assert course_of(page_of(breakouts(one))) == told


def test_course_that_stands_still_or_falls_is_a_line_too() -> None:
    still = page_of(breakouts(post(1, deltas={"7d": 0})))
    assert still.one("polyline").attributes["points"] == "101.2,0.0 132.0,0.0"
    falling = page_of(breakouts(post(1, deltas={"7d": -50})))
    assert falling.one("polyline").attributes["points"] == "101.2,0.0 132.0,36.0"
    assert "−50" in falling.one("table", class_="ranking").text


def remarks_of(page: Element) -> dict[str, str]:
    return {one.one("dt").text: one.one("dd").text for one in page.one("dl").all("div")}


def test_remarks_put_the_posts_in_relation_to_all() -> None:
    page = page_of(breakouts(post(1), post(2), values=[100, 100, 40, 10, -5]))
    assert remarks_of(page) == {
        "Views gained": "+200 by the 2 posts below",
        "Share of all": "80% of the 250 views gained",
        "Median post": "+40 of 5 ranked posts",
    }


@pytest.mark.parametrize(("by", "median"), [("growth", "+50%"), ("outlier", "0.5×")])
def test_remarks_of_other_rankings_are_in_their_unit(by: str, median: str) -> None:
    page = page_of(breakouts(post(1), values=[0.5], ranked_by=by))
    assert remarks_of(page) == {
        "Views gained": "+100 by the post below",
        "Median post": f"{median} the only ranked post",
    }


def test_losses_have_no_share() -> None:
    page = page_of(breakouts(post(1, deltas={"7d": -3}), values=[-3]))
    assert list(remarks_of(page)) == ["Views gained", "Median post"]
    assert [cell for cell in next(rows(page.one("details"))) if cell] == ["under 1", "1", "1"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"considered": 0}, "No posts are tracked here"),
        ({"considered": 3, "skipped": Skipped(never_refreshed=3)}, "the reasons are below"),
        ({"considered": 3, "skipped": Skipped(not_found=3)}, "the source videos instead"),
        (
            {"considered": 3, "skipped": Skipped(not_found=3), "source": "videos"},
            "reasons are below",
        ),
    ],
)
def test_page_without_posts_says_why(members: Mapping[str, Any], said: str) -> None:
    page = page_of(breakouts(**members))
    assert said in page.one("p", class_="nothing").text
    assert not list(page.all("figure"))


def test_page_needs_an_aware_time_and_takes_now_for_none() -> None:
    with pytest.raises(UsageError, match="without a zone"):
        render_html(breakouts(), made_at=dt.datetime(2026, 6, 15))  # noqa: DTZ001 - that is the case
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    made_at = parse(render_html(breakouts())).one("time").attributes["datetime"] or ""
    assert before <= dt.datetime.fromisoformat(made_at) <= dt.datetime.now(dt.UTC)


def test_time_of_another_zone_is_reported_in_utc() -> None:
    elsewhere = dt.datetime(2026, 6, 15, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert parse(render_html(breakouts(), made_at=elsewhere)).one("time").text == (
        "2026-06-14 23:00 UTC"
    )


def test_without_jinja2_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    _html._templates.cache_clear()
    with pytest.raises(ConfigurationError, match=r"pip install 'creatoraudit\[cli\]'"):
        render_html(breakouts())


STYLE = Path(_html.__file__).parent / "templates" / "style.css"


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(share * one for share, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_colours_have_the_contrast_of_wcag_aa(scheme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]+);", blocks[scheme]))
    for text in ("ink", "soft", "accent", "up", "down"):
        for ground in ("page", "card"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    # What is drawn needs 3, and the marked part of a bar is told from the rest by its hatching too.
    for drawn in ("accent", "bin"):
        assert contrast(colours[drawn], colours["card"]) >= 3, drawn
    assert set(string.hexdigits) >= {one for colour in colours.values() for one in colour[1:]}


def test_names_of_organization_and_key_are_strangers_text() -> None:
    for hostile in HOSTILE:
        about = Provenance(hostile, hostile, hostile, made_up=True)
        hold_to_the_list(parse(render_html(breakouts(post(1)), provenance=about)))
        text = render_markdown(digest(OVERVIEW), provenance=about, made_at=MADE_AT)
        assert text.count("`") == 6


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Jun 2026 12:00:00 GMT"])
def test_reply_without_a_date_has_no_time(date: str | None) -> None:
    me = WhoAmIEnvelope.from_dict({"data": {"type": "whoami", "organization_id": "o"}})
    about = Provenance.of(Reply(me, 200, {} if date is None else {"date": date}, None))
    assert (about.organization_id, about.api_key_name, about.as_of) == ("o", None, None)


def test_days_covered_are_those_before_the_refreshes_of_the_posts() -> None:
    strange = [
        {"last_scrape_time": time}
        for time in ("0001-01-02T00:00:00Z", "9999-12-31T23:59:59-12:00", None)
    ]
    seen = {"last_scrape_time": "2026-06-13T23:30:00-02:00"}
    result = breakouts(*(post(n, **members) for n, members in enumerate([seen, *strange], 1)))
    assert result.covers == (dt.date(2026, 6, 7), dt.date(2026, 6, 14))
    assert result[1:].covers is None


def test_provenance_of_another_operation_is_refused() -> None:
    with pytest.raises(UsageError, match="whoami"):
        Provenance.of(Reply("text", 200, {}, None))
