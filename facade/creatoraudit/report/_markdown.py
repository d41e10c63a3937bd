"""Renders a result as Markdown for a chat tool.

It uses only what every chat tool shows: paragraphs, lists, bold, code spans and bare URLs, but no
tables or headings. Text from the API is in code spans, so that it cannot format, link or mention
anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from .._results.breakouts import Breakout, Breakouts
from . import _breakouts, _words
from ._digest import CREATOR_FIGURES, FIGURES, Digest
from ._provenance import MADE_UP, Provenance

_LONGEST_CAPTION = 80  # a line of a chat


def render_markdown(
    result: Breakouts | Digest,
    *,
    made_at: dt.datetime | None = None,
    provenance: Provenance | None = None,
) -> str:
    """Render a result as a message for a chat tool.

    Args:
        result: Result of `breakouts`, or a `Digest`.
        made_at: Time of the report, an aware datetime. Defaults to the time of `provenance`, or
            to now.
        provenance: Whose figures they are, and whether they are made up.

    Returns:
        Markdown that ends with a line break.

    Raises:
        UsageError: `made_at` has no time zone.

    Example:
        >>> print(render_markdown(ca.breakouts(top=3)))
    """
    about = provenance or Provenance()
    moment = _words.moment(made_at or about.as_of)
    covers: _words.Days | None
    if isinstance(result, Digest):
        heading, lines, covers = _heading(result), _of_digest(result), result.covers(moment)
    else:
        heading, lines, covers = _breakouts.headline(result), _of_breakouts(result), result.covers
    made_up = ["", f"**{MADE_UP}**"] if about.made_up else []
    below = "; ".join(_about(about, covers))
    closing = [f"{below[:1].upper()}{below[1:]}.", ""] if below else []
    return "\n".join(
        [f"**{heading}**", *made_up, "", *lines, "", *closing, f"_{_words.minute(moment)}_", ""]
    )


def _about(about: Provenance, covers: _words.Days | None) -> Iterator[str]:
    for label, name in about.parts:
        yield f"{label} {_words.code(name)}"
    if covers:
        yield f"days {_words.span(covers)}"


def _heading(digest: Digest) -> str:
    span = _words.days(digest.days)
    return f"The last {span}, compared with the {span} before"


def _of_breakouts(result: Breakouts) -> Iterator[str]:
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
    relation = _breakouts.relation(post, result)
    if result.ranked_by == "outlier":
        relation += " the author’s median"
    parts = [
        f"{post.rank}. **{_words.gain(post.delta)}** views ({relation})",
        _words.code(account) if account else "",
        _words.code(caption) if caption else "",
        f"<{post.url}>" if post.url else "",
    ]
    return " · ".join(part for part in parts if part)


def _of_digest(digest: Digest) -> Iterator[str]:
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
