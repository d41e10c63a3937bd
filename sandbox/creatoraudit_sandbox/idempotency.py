"""Idempotency-Key on creates: the first result is kept in memory for ten minutes.

Results are kept per API key and operation. A replay repeats status, Location and body. The same key
with another body is a conflict. Only results are kept: a create that failed may be retried with its
key, and so may one whose resource was deleted since.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from .handlers import Call, Handler, Result
from .problems import Problem

KEPT_SECONDS: Final = 600
#: The documented operations that take the header.
OPERATIONS: Final = frozenset({"POST /accounts", "POST /videos", "POST /creators"})
_DELETES: Final = frozenset(
    {"DELETE /accounts/{account_id}", "DELETE /videos/{video_id}", "DELETE /creators/{creator_id}"}
)


@dataclass(frozen=True)
class _StoredResult:
    fingerprint: bytes
    result: Result
    until: int


class IdempotencyMemory:
    """Results of recent creates, by their Idempotency-Key."""

    def __init__(self) -> None:
        self._stored: dict[tuple[str, str, str], _StoredResult] = {}

    def run(self, handler: Handler, call: Call, header: str | None, raw: bytes) -> Result:
        """Handle a call, or repeat the earlier response to its key."""
        if call.operation in _DELETES:
            result = handler(call)
            self._free(*call.path.values())
            return result
        if call.operation not in OPERATIONS or header is None or header in ("", "null"):
            return handler(call)
        self._forget(call.now)
        slot = (call.key.secret if call.key else "", call.operation, header)
        fingerprint = hashlib.blake2b(raw, digest_size=16).digest()
        kept = self._stored.get(slot)
        if kept is None:
            result = handler(call)
            self._stored[slot] = _StoredResult(fingerprint, result, call.now + KEPT_SECONDS)
            return result
        if kept.fingerprint != fingerprint:
            raise Problem(
                "CONFLICT", "This Idempotency-Key was already used with another request body."
            )
        return kept.result

    def _free(self, resource_id: str) -> None:
        ending = f"/{resource_id.lower()}"
        for slot, kept in list(self._stored.items()):
            if kept.result.headers["Location"].endswith(ending):
                del self._stored[slot]

    def _forget(self, now: int) -> None:
        # Insertion order is the order of expiry, so that the oldest come first.
        for slot, kept in list(self._stored.items()):
            if kept.until > now:
                break
            del self._stored[slot]
