"""Finds the header that carries the key of each operation, if it needs one.

The key is sent only in a header, because a URL would reach logs. Bearer tokens (also those of OAuth
2 and OpenID Connect) and API keys in a header are supported; operations that accept neither are
left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .document import LeftOut, Node, Unsupported

if TYPE_CHECKING:
    from .names import Names

_BEARER = ("Authorization", "Bearer ")


class Authentication(NamedTuple):
    """The header that carries the key, and the prefix before the key."""

    header: str
    prefix: str


def authentication(
    document: Node, operation: Node, key: str, left_out: LeftOut, names: Names
) -> Authentication | None:
    """The authentication of one operation; None if it needs no key.

    Raises:
        Unsupported: No alternative is supported.
    """
    found = _documented(document, operation, key, left_out)
    if found is None and key in names.operations and key not in names.keyless:
        if names.insist_on_key:
            return Authentication(*_BEARER)
        left_out.note("WARNING, the document no longer requires a key, so none is sent", key)
    return found


def _documented(
    document: Node, operation: Node, key: str, left_out: LeftOut
) -> Authentication | None:
    alternatives = operation.get("security", document.get("security", []))
    if not isinstance(alternatives, list) or not all(isinstance(one, dict) for one in alternatives):
        raise Unsupported("`security` is not a list of requirements")
    if not alternatives or {} in alternatives:
        return None
    schemes: Node = document["components"].get("securitySchemes", {})
    refused: list[str] = []
    for needs in alternatives:
        found = [_of(name, schemes, refused) for name in needs]
        if len(found) == 1 and found[0] is not None:
            return found[0]
        if len(found) > 1:
            refused.append(f"{' with '.join(needs)} (several at once)")
    if not refused:
        left_out.note("security schemes that are not described; the key is sent as a bearer", key)
        return Authentication(*_BEARER)
    raise Unsupported(
        f"needs {' or '.join(dict.fromkeys(refused))}, but a key is sent in one header only",
        remedy="ask the vendor for a key in a header",
    )


def _of(name: str, schemes: Node, refused: list[str]) -> Authentication | None:
    scheme = schemes.get(name)
    if not isinstance(scheme, dict):
        return None
    kind, where = scheme.get("type"), scheme.get("in")
    if kind in ("oauth2", "openIdConnect"):
        return Authentication(*_BEARER)
    if kind == "http" and str(scheme.get("scheme")).lower() == "bearer":
        return Authentication(*_BEARER)
    header = scheme.get("name")
    if kind == "apiKey" and where == "header" and isinstance(header, str) and header.strip():
        return Authentication(header.strip(), "")
    what = {"apiKey": f"a key in the {where}", "http": f"{scheme.get('scheme')} credentials"}
    refused.append(f"{what.get(str(kind), f'a scheme of type {kind}')} ({name})")
    return None
