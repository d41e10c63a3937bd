"""Reports in a real browser: behaviour, layout, and accessibility for screen readers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from .conftest import Open

REPORTS = (
    *("breakouts", "many", "attacked", "huge", "empty"),
    *("digest", "attacked-digest", "huge-digest"),
)
WIDTHS = (320, 360, 768, 1280)

# For every element with text of its own: the contrast of its colour with what is painted below it.
# Canvas turns any notation of a colour into numbers.
CONTRASTS = """
() => {
  const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = colour => {
    paint.clearRect(0, 0, 1, 1); paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => [r, g, b]
    .map(n => n / 255).map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4)
    .reduce((sum, n, at) => sum + n * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = element => {
    for (let one = element; one; one = one.parentElement) {
      const colour = rgb(getComputedStyle(one).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility() || element.closest('title, desc')) continue;
    const style = getComputedStyle(element);
    const ink = rgb(element.closest('svg') ? style.fill : style.color);
    const [a, b] = [luminance(ink), luminance(ground(element))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), element.textContent.trim().slice(0, 40)]);
  }
  return found;
}
"""


@pytest.mark.parametrize("name", REPORTS)
def test_nothing_runs_and_nothing_is_loaded(
    name: str, reports: Mapping[str, Path], watch: Open
) -> None:
    seen = watch(reports[name])
    seen.page.keyboard.press("Tab")
    seen.page.mouse.move(640, 450)
    for summary in seen.page.query_selector_all("summary"):
        summary.click()
    assert seen.ran is None
    assert seen.violations == []
    assert seen.dialogs == []
    assert seen.console == []
    assert seen.requests == [reports[name].as_uri()]
    assert seen.page.query_selector_all("script, iframe, img, form, input, base, link") == []
    assert seen.page.is_visible("h1")


def test_what_a_notebook_shows_runs_nothing_and_loads_nothing(notebook: Path, watch: Open) -> None:
    seen = watch(notebook)
    assert seen.ran is None
    assert seen.dialogs == []
    assert seen.console == []
    assert seen.requests == [notebook.as_uri()]
    used = (
        "() => [...new Set([...document.body.querySelectorAll('*')].map(e => e.localName))].sort()"
    )
    assert seen.page.evaluate(used) == [
        *("caption", "h1", "table", "tbody", "td", "th", "tr"),
    ]
    assert "onerror" in seen.page.inner_text("body")


def test_watching_notices_what_it_looks_for(watch: Open, tmp_path: Path) -> None:
    policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
    attack = "<script>window.canary=1;alert(2)</script><img src=http://127.0.0.1:9/x.png>"
    for head in ("", policy):
        (tmp_path / "page.html").write_text(head + attack, encoding="utf-8")
        seen = watch(tmp_path / "page.html")
        assert seen.ran == (None if head else 1)
        assert seen.dialogs == ([] if head else ["2"])
        assert "http://127.0.0.1:9/x.png" in seen.requests  # an attempt is enough
        assert bool(seen.violations) is bool(head)
        assert seen.console


@pytest.mark.parametrize("name", REPORTS)
def test_links_lead_to_posts_only(name: str, reports: Mapping[str, Path], watch: Open) -> None:
    links = watch(reports[name]).page.eval_on_selector_all("a", "all => all.map(one => one.href)")
    for link in links:
        to = urlsplit(link)
        assert (to.scheme, to.hostname) in {
            ("https", "www.instagram.com"),
            ("https", "www.tiktok.com"),
        }
    assert bool(links) is (name in ("breakouts", "many", "huge"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", REPORTS)
def test_page_is_never_wider_than_the_screen(
    name: str, width: int, reports: Mapping[str, Path], watch: Open
) -> None:
    page = watch(reports[name], width).page
    assert page.evaluate("() => document.documentElement.scrollWidth") == width
    # Long captions are cut and piled-up accents clipped: a row stays a row.
    heights = page.eval_on_selector_all("tbody tr", "all => all.map(one => one.offsetHeight)")
    assert max(heights) < 450


@pytest.mark.parametrize("width", [*WIDTHS, 480, 640])
@pytest.mark.parametrize("name", ["breakouts", "digest"])
def test_no_card_is_alone_in_a_row(
    name: str, width: int, reports: Mapping[str, Path], watch: Open
) -> None:
    tops = watch(reports[name], width).page.eval_on_selector_all(
        ".remarks div", "all => all.map(one => one.offsetTop)"
    )
    assert len(tops) == 3
    assert len(set(tops)) in (1, 3)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize("name", REPORTS)
def test_text_stands_out_from_its_ground(
    name: str, scheme: Any, reports: Mapping[str, Path], watch: Open
) -> None:
    page = watch(reports[name]).page
    if scheme == "print":
        page.emulate_media(media="print", color_scheme="dark")
    else:
        page.emulate_media(color_scheme=scheme)
    ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert (
        ground
        == {
            "light": "rgb(245, 244, 241)",
            "dark": "rgb(16, 18, 22)",
            "print": "rgb(255, 255, 255)",
        }[scheme]
    )
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 10
    assert [one for one in contrasts if one[0] < 4.5] == []


# At 360 pixels a row is drawn as a card; it must not stop being a row for that.
@pytest.mark.parametrize("width", [360, 1280])
def test_breakouts_are_a_named_table_to_a_screen_reader(
    width: int, reports: Mapping[str, Path], watch: Open
) -> None:
    page = watch(reports["breakouts"], width).page
    headline = "The posts that gained the most views in 7 days"
    assert page.title() == headline
    assert page.get_by_role("heading", level=1).inner_text() == headline
    sections = page.get_by_role("heading", level=2).all_inner_texts()
    assert sections == ["Ranking", "How all posts are spread", "How this was made"]
    for section in sections:
        assert page.get_by_role("region", name=section, exact=True).count() == 1
    table = page.get_by_role("table", name=headline)
    assert table.get_by_role("row").count() == 11
    assert table.get_by_role("columnheader").all_text_contents() == [
        *("Rank", "Post", "Views gained", "Growth", "Views now", "30 days")
    ]
    assert table.get_by_role("rowheader").count() == 10
    assert table.get_by_role("cell").count() == 50
    assert table.get_by_role("link").count() == 10
    for rank in range(1, 11):
        # Exact: post 1 is not post 10. A picture is named by its title and description together.
        picture = table.get_by_role("row").nth(rank).get_by_role("img")
        assert picture.count() == 1
        # Some posts are younger than the picture is long.
        words = re.compile(rf"^Views of post {rank} \d+ days ago ")
        assert table.get_by_role("img", name=words).count() == 1
    assert page.get_by_role("img", name="Views gained: how many of the 1,200 posts").count() == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_digest_is_named_tables_to_a_screen_reader(
    width: int, reports: Mapping[str, Path], watch: Open
) -> None:
    page = watch(reports["digest"], width).page
    figures = page.get_by_role("table", name="Headline figures of the organization")
    assert figures.get_by_role("rowheader").all_text_contents() == [
        "Views",
        "Engagement rate",
        "Active accounts",
        "Posts of tracked accounts",
        "Posts tracked one by one",
    ]
    assert figures.get_by_role("columnheader").count() == 5
    assert figures.get_by_role("cell").count() == 20
    assert figures.get_by_role("img", name="Views compared").count() == 1
    creators = page.get_by_role("table", name="Creators that led")
    assert creators.get_by_role("row").count() == 6
    assert creators.get_by_role("rowheader").count() == 5


def test_every_link_can_be_reached_and_seen_by_keyboard(
    reports: Mapping[str, Path], watch: Open
) -> None:
    page = watch(reports["breakouts"]).page
    for _ in range(10):
        page.keyboard.press("Tab")
        focused = "() => [document.activeElement.tagName, getComputedStyle(document.activeElement)"
        assert page.evaluate(focused + ".outlineStyle]") == ["A", "solid"]


SCREENS: Mapping[str, Mapping[str, Any]] = {
    "desktop": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"width": 360, "device_scale_factor": 2, "is_mobile": True},
}


@pytest.mark.parametrize("name", ["breakouts", "digest", "attacked"])
@pytest.mark.parametrize("kind", SCREENS)
def test_pictures_are_kept(
    name: str, kind: str, reports: Mapping[str, Path], watch: Open, artifacts: Path
) -> None:
    page = watch(reports[name], **SCREENS[kind]).page
    target = artifacts / f"{name}-{kind}.png"
    page.screenshot(path=target, full_page=name != "attacked")
    assert target.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("name", "pages"), [("breakouts", 2), ("digest", 1)])
def test_print_fits_on_few_sheets(
    name: str, pages: int, reports: Mapping[str, Path], watch: Open, artifacts: Path
) -> None:
    page = watch(reports[name], color_scheme="dark").page
    printed = page.pdf(path=artifacts / f"{name}.pdf", format="A4")
    assert printed.count(b"/Type /Page\n") == pages
    page.emulate_media(media="print")
    assert not any(one.is_visible() for one in page.query_selector_all("details"))
