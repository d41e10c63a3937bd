"""The directive `drift-rules`: every rule of the drift report, read from its table."""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from creatoraudit.contract._drift import RULES


def page() -> str:
    """The rules as a Markdown table."""
    rows = (
        f"| `{rule.id}` | {rule.level.name.lower()} | {rule.sentence} |" for rule in RULES.values()
    )
    return "\n".join(["| rule | level | |", "| --- | --- | --- |", *rows])


class Rules(SphinxDirective):
    """Puts the table where it stands."""

    def run(self) -> list[nodes.Node]:
        """Parse the Markdown with the page's own parser."""
        holder = nodes.container()
        lines = StringList(page().splitlines(), source="contract/_drift/_rules.py")
        self.state.nested_parse(lines, self.content_offset, holder)
        return holder.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("drift-rules", Rules)
    return {"parallel_read_safe": True}
