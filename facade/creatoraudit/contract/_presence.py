"""The headers that a response must have, by the conventions of the API.

The API's documentation declares response headers and never marks one as required, so `openapi.json`
does not either. It says in prose where each header is present, and so does this module.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator


def _promised(method: str, status: int, *, authenticated: bool) -> Iterator[str]:
    """The headers of a response by the conventions; any other header may be missing."""
    yield "x-request-id"
    # A refused key has no limit; the headers of a 304 are not documented.
    if authenticated and status not in (304, 401):
        yield from ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    if status == 429:  # not with 503, which may come from a gateway in front of the API
        yield "retry-after"
    if status == 201:
        yield "location"
    if status == 200 and method == "GET":
        yield from ("link", "etag", "cache-control")


def absent(
    declared: Collection[str],
    sent: Collection[str],
    method: str,
    status: int,
    *,
    authenticated: bool,
) -> Iterator[str]:
    """The missing headers: declared by the document, demanded by a convention, and not sent.

    Args:
        declared: Names in the document, for this operation and status.
        sent: Names of the headers of the response.
        method: Method of the request.
        status: Status of the response.
        authenticated: Whether the operation needs a key.
    """
    promised = {*_promised(method, status, authenticated=authenticated)}
    missing = promised - {name.lower() for name in sent}
    yield from (name for name in declared if name.lower() in missing)
