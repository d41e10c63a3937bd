"""Renders a result as Markdown for a chat tool.

It uses only what every chat tool shows: paragraphs, lists, bold, code spans and bare URLs, but no
tables or headings. Text from the API is in code spans, so that it cannot format, link or mention
anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from .._results.breakouts import Breakout, Breakouts
from . import _breakouts, _posts, _words
from ._digest import CREATOR_FIGURES, FIGURES, Digest

_LONGEST_CAPTION = 80  # a line of a chat


def render_markdown(result: Breakouts | Digest, *, made_at: dt.datetime | None = None) -> str:
    """Render a result as a message for a chat tool.

    Args:
        result: Result of `breakouts`, or a `Digest`.
        made_at: Time of the report, an aware datetime. Defaults to now.

    Returns:
        Markdown that ends with a line break.

    Raises:
        UsageError: `made_at` has no time zone.

    Example:
        >>> print(render_markdown(ca.breakouts(top=3)))
    """
    lines = _of_digest(result) if isinstance(result, Digest) else _of_breakouts(result)
    return "\n".join([*lines, "", f"_{_words.minute(_words.moment(made_at))}_", ""])


def _of_breakouts(result: Breakouts) -> Iterator[str]:
    yield f"**{_breakouts.headline(result)}**"
    yield ""
    if nothing := _breakouts.nothing(result):
        yield nothing
    for post in result:
        yield _post(post, result)
    yield ""
    skipped = result.skipped.total
    reasons = ", ".join(f"{count} {words}" for words, count in _breakouts.left_out(result))
    yield (
        f"{result.considered:,} posts considered, {skipped:,} left out"
        f"{f' ({reasons})' if reasons else ''}."
    )
    asked = "; ".join(f"{label.lower()}: {value}" for label, value in _breakouts.filters(result))
    yield f"{asked[:1].upper()}{asked[1:]}."


def _post(post: Breakout, result: Breakouts) -> str:
    video = post.video
    caption = _words.shown(video.description, _LONGEST_CAPTION)
    account = _words.shown(video.account_username, _words.LONGEST_NAME)
    address = _posts.address(video)
    relation = _breakouts.relation(post, result)
    if result.ranked_by == "outlier":
        relation += " the author’s median"
    parts = [
        f"{post.rank}. **{_words.gain(post.delta)}** views ({relation})",
        _words.code(account) if account else "",
        _words.code(caption) if caption else "",
        f"<{address}>" if address else "",
    ]
    return " · ".join(part for part in parts if part)


def _of_digest(digest: Digest) -> Iterator[str]:
    span = _words.days(digest.days)
    yield f"**The last {span}, compared with the {span} before**"
    yield ""
    for figure in digest.figures:
        yield (
            f"- {FIGURES[figure.name]}: **{_words.count(figure.current)}**"
            f" ({_words.change(figure.change_pct)}, before {_words.count(figure.previous)})"
        )
    yield ""
    yield "**Top creators**"
    yield ""
    for creator in digest.ranked:
        name = _words.shown(creator.name or creator.id, _words.LONGEST_NAME) or _words.NOTHING
        figures = [
            f"{CREATOR_FIGURES[name].lower()} {_words.count(figure)}"
            for name, figure in creator.figures.items()
        ]
        yield " · ".join([f"{creator.rank}. {_words.code(name)}", *figures])
    if not digest.creators:
        yield "No creators yet."
