"""The message for a chat tool: its content, and safe text from the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from creatoraudit import CreatorAudit, Skipped
from creatoraudit.report import Digest, render_markdown
from support import cases
from support.repeatable import given, settings
from support.reports import HOSTILE, MADE_AT, OVERVIEW, breakouts, digest, post

if TYPE_CHECKING:
    from markdown_it.token import Token

    from creatoraudit import Breakouts
    from creatoraudit_sandbox import Sandbox

# Tables and struck-out text on, as in most chat tools: there is more to fall for.
READER = MarkdownIt("gfm-like", {"linkify": False})
MORE_HOSTILE = (
    "`` ` ``` code ```",
    "a | b | c",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example|click>",
    "<!channel> <@U0123> <!subteam^S1>",
    "@everyone @here @someone",
    "**bold** _em_ ~~gone~~ ||spoiler||",
    "# heading",
    "\\",
    "`",
    "a\n\n# heading\n\n---\n\n- list\n\n```\n",
    "&lt;!channel&gt;",
)


def text_of(result: Breakouts | Digest) -> str:
    return render_markdown(result, made_at=MADE_AT)


def tokens(text: str) -> Iterator[Token]:
    for token in READER.parse(text):
        yield token
        yield from token.children or ()


def skeleton(text: str) -> list[str]:
    return [token.type for token in tokens(text)]


def test_breakouts_read_as_a_list() -> None:
    members = {"platform": "instagram", "shortcode": "C2c"}
    result = breakouts(
        post(1, **members),
        post(2, description=None, account_username=None, growth=None),
        considered=1300,
        skipped=Skipped(never_refreshed=1200, not_found=3),
    )
    assert text_of(result) == (
        "**The posts that gained the most views in 7 days**\n"
        "\n"
        "1. **+100** views (+50%) · `someone` · `caption 1` · <https://www.instagram.com/p/C2c/>\n"
        "2. **+100** views (–)\n"
        "\n"
        "1,300 posts considered, 1,203 left out (1,200 never refreshed, 3 not found by the deltas"
        " endpoint).\n"
        "Window: 7 days; ranked by: views gained; looked at: posts of tracked accounts;"
        " platform: all; least views: any; posts with less history: left out.\n"
        "\n"
        "Days 2026-06-08 to 2026-06-15 UTC.\n"
        "\n"
        "_2026-06-15 12:00 UTC_\n"
    )


def test_digest_reads_as_two_lists() -> None:
    creators = [{"id": "c1", "name": "One", "views": 10_000, "likes": 7}, {"id": "c2"}, {}]
    assert text_of(digest(OVERVIEW, *creators, period="30d")) == (
        "**The last 30 days, compared with the 30 days before**\n"
        "\n"
        "- Views: **1,234,567** (▲ +23.5%, before 1,000,000)\n"
        "- Engagement rate: **6.79** (▼ −9.5%, before 7.50)\n"
        "- Active accounts: **12** (■ 0%, before 12)\n"
        "- Posts of tracked accounts: **340** (▲ +13.3%, before 300)\n"
        "- Posts tracked one by one: **5** (–, before 0)\n"
        "\n"
        "**Top creators**\n"
        "\n"
        "1. `One` · views 10,000 · likes 7\n"
        "2. `c2`\n"
        "3. `–`\n"
        "\n"
        "Days 2026-05-16 to 2026-06-15 UTC.\n"
        "\n"
        "_2026-06-15 12:00 UTC_\n"
    )


def test_nothing_is_said_as_such() -> None:
    assert "No posts are tracked here" in text_of(breakouts(considered=0))
    assert "0 left out.\n" in text_of(breakouts(considered=0))
    assert "No creators yet." in text_of(digest(OVERVIEW))


def test_outliers_are_reported_in_their_unit() -> None:
    assert "(2.0× the author’s median)" in text_of(breakouts(post(1), ranked_by="outlier"))


def test_responses_of_a_world_read_as_lists(sandbox: Sandbox) -> None:
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        posts = text_of(ca.breakouts(top=25))
        week = text_of(Digest("7d", ca.overview(), ca.creators.top("7d", limit=5)))
    assert skeleton(posts).count("list_item_open") == 25
    assert skeleton(week).count("list_item_open") == 5 + 5


def message_with(text: str) -> str:
    members = dict.fromkeys(("description", "account_username", "platform", "external_id"), text)
    creator = {"id": text, "name": text, "views": 1}
    return text_of(breakouts(post(1, **members))) + text_of(digest(OVERVIEW, creator))


def hold_as_text(text: str) -> None:
    message = message_with(text)
    assert skeleton(message) == skeleton(message_with("a caption"))
    spans = [token.content for token in tokens(message) if token.type == "code_inline"]
    assert len(spans) == 3
    for span in spans:
        # What some chat tool obeys even there.
        assert not re.search(r"[<>@`|]", span)
        assert all(char.isprintable() or char == "\u200d" for char in span)
        assert span in message
    message.encode()


@pytest.mark.parametrize("text", HOSTILE + MORE_HOSTILE)
def test_hostile_text_is_a_code_span_and_nothing_else(text: str) -> None:
    hold_as_text(text)


@given(
    st.text(st.sampled_from("`<>@|\\[]()!*_#\n \t-~&;a\u202e\ud83d") | st.characters(), max_size=99)
)
@settings(max_examples=cases.amount(100, every=200))
def test_any_text_is_a_code_span_and_nothing_else(text: str) -> None:
    hold_as_text(f"x{text}")  # of no text there is no span


def test_long_caption_is_cut() -> None:
    assert f"`{'x' * 79}…`" in message_with("x" * 100_000)
