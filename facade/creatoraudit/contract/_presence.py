"""The headers that a response must have, by the conventions of the API.

The API's documentation declares response headers and never marks one as required, so `openapi.json`
does not either. It says in prose where each header is present; this table encodes that prose.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple


class Convention(NamedTuple):
    """Which responses must have some headers."""

    headers: tuple[str, ...]
    statuses: frozenset[int] | None = None
    """None for every status."""
    not_with: frozenset[int] = frozenset()
    method: str | None = None
    authenticated: bool = False
    """Whether only operations that need a key have it."""

    def applies(self, method: str, status: int, *, authenticated: bool) -> bool:
        """Whether a response must have the header."""
        return (
            (self.statuses is None or status in self.statuses)
            and status not in self.not_with
            and self.method in (None, method)
            and (authenticated or not self.authenticated)
        )


_OK, _CREATED, _NOT_MODIFIED, _UNAUTHORIZED, _TOO_MANY = 200, 201, 304, 401, 429

CONVENTIONS: Final = (
    Convention(("X-Request-ID",)),
    Convention(
        ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
        # A refused key has no limit; the headers of a 304 are not documented.
        not_with=frozenset({_NOT_MODIFIED, _UNAUTHORIZED}),
        authenticated=True,
    ),
    # Not with 503, which may come from a gateway in front of the API.
    Convention(("Retry-After",), frozenset({_TOO_MANY})),
    Convention(("Location",), frozenset({_CREATED})),
    Convention(("Link", "ETag", "Cache-Control"), frozenset({_OK}), method="GET"),
)
"""All conventions; a header that is not listed may be missing from any response."""


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
    came = {name.lower() for name in sent}
    demanded = {
        name.lower()
        for convention in CONVENTIONS
        if convention.applies(method, status, authenticated=authenticated)
        for name in convention.headers
    }
    yield from (name for name in declared if name.lower() in demanded - came)
