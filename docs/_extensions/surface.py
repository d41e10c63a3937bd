"""Makes autodoc show the public surface by its public names.

A client's resources (`ca.videos` and so on) are classes without a public name of their own: what
people write is `ca.videos.list(...)`, and that is what the reference shows. So while the pages are
built, and only then, `CreatorAudit.videos` is the class behind it.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.environment import BuildEnvironment

import creatoraudit
from creatoraudit import AsyncCreatorAudit, CreatorAudit

CLIENTS = (CreatorAudit, AsyncCreatorAudit)
# Names in signatures that have no page: aliases, which the parameters' texts spell out, and the
# types of what is passed through.
_WITHOUT_A_PAGE = frozenset(
    {
        *("CacheSetting", "Day", "OrderDirection", "Framable", "KeySource", "MetricsPeriod"),
        *("AsyncKeySource", "CreatorOrder", "Period"),
        *("Platform", "Post", "RankBy", "Source", "Via", "AccountOrder", "VideoOrder", "Kind"),
        *("OnDrift", "OnEvent", "OnProgress", "AsyncClient", "Client", "Operation", "PageOf"),
        *(
            "Figure",
            "Format",
            "Id",
            "Ranked",
            "ReadModel",
            "Row",
            "RawResponse",
            "T",
            "T_co",
            "Tabular",
            "Unset",
        ),
        "What",
    }
)
_DOCS = re.compile(r"^Docs: (\S+)$")
_NAME = re.compile(r"(?<![`:\w])`([\w.]+)`(?![`_])")


def resources(client: type[CreatorAudit | AsyncCreatorAudit]) -> dict[str, type]:
    """The classes behind a client's resources, by the name they are reached by."""
    made = client("a-key", base_url="http://127.0.0.1:9/v2")
    names = [name for name, value in vars(client).items() if isinstance(value, cached_property)]
    return {name: type(getattr(made, name)) for name in names}


def _expose(app: Sphinx) -> None:
    del app
    for name in creatoraudit.__all__:
        value = getattr(creatoraudit, name)
        if isinstance(value, type) and value is not Any:
            value.__module__ = "creatoraudit"
    for client in CLIENTS:
        for name, resource in resources(client).items():
            # A class that is called otherwise would be shown as an alias, without its methods.
            resource.__module__ = "creatoraudit"
            resource.__name__ = name
            resource.__qualname__ = f"{client.__name__}.{name}"
            setattr(client, name, resource)


def _no_constructor(  # noqa: PLR0917 - the event's signature
    app: Sphinx,
    what: str,
    name: str,
    obj: object,
    options: object,
    signature: str | None,
    returns: str | None,
) -> tuple[str, str | None] | None:
    """Leave away how a class is made that nobody but this package makes."""
    del app, options, signature, obj
    makes_itself = name.rpartition(".")[2] in ("CreatorAudit", "AsyncCreatorAudit")
    return ("", returns) if what in ("class", "exception") and not makes_itself else None


def _linked(found: re.Match[str]) -> str:
    name = found[1]
    if name in creatoraudit.__all__:
        return f":py:obj:`{name} <creatoraudit.{name}>`"
    return f":py:mod:`{name}`" if name == "creatoraudit.errors" else found[0]


def _link(  # noqa: PLR0917 - the event's signature
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Link the public names in a docstring, and the page of the API's that it rests on."""
    del app, what, name, obj, options
    for number, line in enumerate(lines):
        if found := _DOCS.match(line.strip()):
            lines[number] = f"`The API's documentation <{found[1]}>`__"
        elif not line.lstrip().startswith((">>>", "...")):
            lines[number] = _NAME.sub(_linked, line)


def _resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contents: nodes.TextElement
) -> nodes.Element | None:
    """Find a public name that a signature spells short, or by the module it is written in."""
    if node.get("refdomain") != "py":
        return None
    name = str(node["reftarget"]).rpartition(".")[2]
    if name in _WITHOUT_A_PAGE:
        return contents
    if name not in creatoraudit.__all__:
        return None
    domain = env.domains["py"]
    assert isinstance(domain, PythonDomain)
    return domain.resolve_xref(
        env, node["refdoc"], app.builder, "obj", f"creatoraudit.{name}", node, contents
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("builder-inited", _expose)
    app.connect("autodoc-process-signature", _no_constructor)
    app.connect("autodoc-process-docstring", _link)
    app.connect("missing-reference", _resolve)
    return {"parallel_read_safe": True}
