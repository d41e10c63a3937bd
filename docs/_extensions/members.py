"""The directive `members`: what a model of the API has, read from openapi.json and its class.

Decides how a model looks on a page. Names and types come from the generated class, meanings and the
evidence for them from the contract.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import creatoraudit
from creatoraudit_api.types import ReadModel

_CONTRACT = json.loads((files("creatoraudit_api") / "openapi.json").read_text("utf-8"))
# Where the SDK's name of a model is not its schema's.
_SCHEMAS = {
    "Account": "AccountResponse",
    "Creator": "CreatorResponse",
    "Health": "HealthResponse",
    "Overview": "OverviewResponse",
    "Video": "VideoResponse",
}


def models() -> list[str]:
    """The public models."""
    found = [name for name in creatoraudit.__all__ if name != "__version__"]
    values = {name: getattr(creatoraudit, name) for name in found}
    return [
        name
        for name, value in values.items()
        if isinstance(value, type) and issubclass(value, ReadModel)
    ]


def page(name: str) -> str:
    """One model as Markdown."""
    cls: type[ReadModel] = getattr(creatoraudit, name)
    schema = _CONTRACT["components"]["schemas"][_SCHEMAS.get(name, name)]
    said = _members(schema)
    lines = [f"````{{py:class}} creatoraudit.{name}", _text(schema.get("description", "")), ""]
    if cls.MEMBERS:
        lines += ["| member | type | |", "| --- | --- | --- |"]
    for member, attribute in cls.MEMBERS:
        kind = str(cls.__annotations__[attribute]).replace("|", r"\|")
        kind = re.sub(r"\bdatetime\.datetime\b", "datetime", kind)
        meaning = _text(said.get(member, {}).get("description", ""))
        lines.append(f"| `{attribute}` | `{kind}` | {meaning} |")
    if not cls.MEMBERS:
        lines.append('No member is documented; read what is sent with `model["name"]`.')
    return "\n".join([*lines, "````"])


def _members(schema: dict[str, Any]) -> dict[str, Any]:
    """The properties of a schema with those it takes over from others."""
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= _members(part)
    if "$ref" in schema:
        found |= _members(_CONTRACT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return found


def _text(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|").replace("<", r"\<")


class Members(SphinxDirective):
    """Puts the table of one model where it stands."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse the Markdown with the page's own parser."""
        holder = nodes.container()
        lines = StringList(page(self.arguments[0]).splitlines(), source="openapi.json")
        self.state.nested_parse(lines, self.content_offset, holder)
        return holder.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("members", Members)
    return {"parallel_read_safe": True}
