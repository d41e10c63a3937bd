"""Compares two OpenAPI documents from the point of view of a client made from the first."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .._baseline import Baseline, Verdict
from ..openapi import (
    Document,
    DocumentRefused,
    below,
    bundled,
    check_depth,
    load,
    structured,
    unprefixed,
)
from ._operations import compare
from ._rules import RULES, Level, Rule
from ._walk import Difference

__all__ = ["RULES", "Difference", "Drift", "Level", "Rule", "compare", "drift"]


class Drift(NamedTuple):
    """Result of a comparison of two documents: the differences, sorted by the baseline.

    Attributes:
        old: Name of the document that the client was made from.
        new: Name of the document it was compared with.
        verdict: The differences, sorted into new, accepted and expired ones.
    """

    old: str
    new: str
    verdict: Verdict[Difference]

    @property
    def differences(self) -> list[Difference]:
        """The differences that count, most important first."""
        return sorted(self.verdict.counting, key=lambda each: each.order)

    def reaches(self, level: Level) -> bool:
        """Whether a difference that counts has this level or a higher one."""
        return any(each.rule.level >= level for each in self.verdict.counting)


def drift(
    old: str | os.PathLike[str] | Mapping[str, Any] | Document,
    new: str | os.PathLike[str] | Mapping[str, Any] | Document,
    *,
    baseline: Baseline | str | os.PathLike[str] | None = None,
) -> Drift:
    """Compare two OpenAPI documents from the point of view of a client made from the old one.

    Args:
        old: The document that the client was made from: a file, or the decoded document.
        new: The document to compare it with.
        baseline: Accepted differences, which do not count: a file, or a `Baseline`.

    Returns:
        The differences, each with its rule, level, location and the operations it concerns.

    Raises:
        BaselineError: The baseline cannot be read.
        DocumentRefused: A document cannot be read or compared.

    Example:
        >>> from creatoraudit.contract import drift
        >>> was = {"openapi": "3.1.0", "paths": {"/videos": {"get": {"responses": {}}}}}
        >>> for each in drift(was, {"openapi": "3.1.0", "paths": {}}).differences:
        ...     print(each.rule.level.name, each.sentence)
        BREAKING The operation "GET /videos" is gone.
    """
    accepted = baseline if isinstance(baseline, Baseline) else _accepted(baseline)
    base, head = _document(old, "old"), _document(new, "new")
    try:
        differences = _compared(base, head)
    except RecursionError:
        raise DocumentRefused("one of the documents is nested too deeply") from None
    return Drift(base.name, head.name, accepted.judge(differences))


def _accepted(baseline: str | os.PathLike[str] | None) -> Baseline:
    return Baseline() if baseline is None else Baseline.load(os.fspath(baseline))


def _document(given: str | os.PathLike[str] | Mapping[str, Any] | Document, name: str) -> Document:
    if isinstance(given, Document):
        document = given
    elif isinstance(given, Mapping):
        check_depth(given)
        document = Document(name, given)
    else:
        document = bundled(load(os.fspath(given)), Path(given).parent)
    return Document(document.name, structured(document.root))


def _compared(base: Document, head: Document) -> list[Difference]:
    """Compare two documents, of which one may include the path of the servers in its paths."""
    for prefix in sorted({*_server_paths(base), *_server_paths(head)}):
        short = [Document(each.name, unprefixed(each.root, prefix)) for each in (base, head)]
        shortened = [
            one.root is not each.root for one, each in zip(short, (base, head), strict=True)
        ]
        if any(shortened) and not all(shortened):
            side = "base" if shortened[0] else "head"
            return [_longer(each, side, prefix) for each in compare(*short)]
    return compare(base, head)


def _longer(difference: Difference, side: str, prefix: str) -> Difference:
    """The difference with its location as in the original document."""
    if difference.document != side or not difference.location.startswith("/paths/"):
        return difference
    path = difference.location.removeprefix("/paths/")
    return difference._replace(location=f"{below('/paths', prefix)}{path}")


def _server_paths(document: Document) -> list[str]:
    """The paths of a document's servers, except the root."""
    servers = document.root.get("servers")
    paths = []
    for server in servers if isinstance(servers, list) else []:
        url = server.get("url") if isinstance(server, dict) else None
        try:
            paths.append(urlsplit(url).path.rstrip("/") if isinstance(url, str) else "")
        except ValueError:
            continue
    return [path for path in paths if path]
