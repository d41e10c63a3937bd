"""The directive `commands`: puts the command line's reference on a page."""

from __future__ import annotations

import command_pages
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Commands(SphinxDirective):
    """Puts the reference where it stands."""

    def run(self) -> list[nodes.Node]:
        """Parse the Markdown with the page's own parser."""
        if missing := command_pages.not_installed():
            raise self.error(f"the extras of {sorted(missing)} are not installed")
        lines = command_pages.page(command_pages.commands()).splitlines()
        holder = nodes.section()
        holder.document = self.state.document
        self.state.nested_parse(
            StringList(lines, source="the commands of creatoraudit"),
            self.content_offset,
            holder,
            match_titles=True,
        )
        return holder.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True}
