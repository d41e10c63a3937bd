"""Reports to share: a self-contained HTML page, or Markdown for chat tools.

    from creatoraudit import CreatorAudit
    from creatoraudit.report import Digest, Provenance, render_html, render_markdown

    with CreatorAudit() as ca:
        page = render_html(ca.breakouts(window=7), provenance=Provenance.of(ca.call("whoami")))
        text = render_markdown(Digest("7d", ca.overview("7d"), ca.creators.top("7d", limit=5)))

A page needs Jinja2 (`pip install 'creatoraudit[cli]'`); Markdown needs nothing. Both take a result,
so they work with the sync and the async client.
"""

from __future__ import annotations

from ._digest import Digest
from ._html import render_html
from ._markdown import render_markdown
from ._provenance import Provenance

__all__ = ["Digest", "Provenance", "render_html", "render_markdown"]
