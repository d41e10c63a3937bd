"""API keys of an organization: their scopes, states and authorization checks.

Keys are derived from the seed, so that a script gets the same ones each time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from .problems import Problem

SCOPES: Final = ("read", "write", "admin")


@dataclass(frozen=True)
class ApiKey:
    """A key with its scope (admin implies write, write implies read) and its state."""

    secret: str = field(repr=False)
    name: str
    scope: str
    active: bool = True
    subscription_active: bool = True

    def allows(self, scope: str) -> bool:
        """Whether the key has the given scope."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope)


class KeyRing:
    """The keys of one organization: admin, write, read, disabled and without a subscription."""

    def __init__(self, seed: int | str, admin: str | None = None) -> None:
        if admin is not None and (not admin or any(not "!" <= c <= "~" for c in admin)):
            raise ValueError("an API key consists of visible ASCII characters")

        def secret(name: str) -> str:
            tail = hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=12).hexdigest()
            return f"sandbox_{name}_{tail}"

        self.admin = ApiKey(admin or secret("admin"), "Sandbox admin key", "admin")
        self.write = ApiKey(secret("write"), "Sandbox write key", "write")
        self.read = ApiKey(secret("read"), "Sandbox read key", "read")
        self.inactive = ApiKey(secret("inactive"), "Disabled key", "admin", active=False)
        self.unpaid = ApiKey(
            secret("unpaid"), "Key without subscription", "admin", subscription_active=False
        )
        self.every = (self.admin, self.write, self.read, self.inactive, self.unpaid)


def bearer(authorization: str | None) -> str:
    """The token of an Authorization header; empty if there is none."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def require(key: ApiKey | None, scope: str | None) -> ApiKey:
    """Refuse a request whose key is unknown, not active, or lacks the scope."""
    if key is None:
        raise Problem(
            "UNAUTHORIZED",
            "The API key is missing or invalid. Send it as `Authorization: Bearer <key>`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if not key.active:
        raise Problem("FORBIDDEN", "This API key is not active.")
    if not key.subscription_active:
        raise Problem("FORBIDDEN", "The subscription of this organization is not active.")
    if scope is not None and not key.allows(scope):
        raise Problem("INSUFFICIENT_SCOPE", f"This operation needs a key with the {scope} scope.")
    return key
