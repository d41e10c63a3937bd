from __future__ import annotations

from typing import Any

from ...client import AsyncSupportsRequest, SupportsRequest
from ...client import answer as _answer
from ...models.health import Health
from ...operations import get_health as _operation
from ...types import Response


def get_kwargs() -> dict[str, Any]:
    """Keyword arguments of httpx's `request` for this call."""
    return _operation.get_kwargs()


def decode(status_code: int, payload: Any) -> Health:
    """Decode the body of a successful response."""
    return Health.from_dict(payload)


def sync_detailed(*, client: SupportsRequest) -> Response[Health]:
    """Check health

    Tells whether the service is alive. Works without a key and is not rate limited.
    """
    return _answer(client.request(**get_kwargs()), decode)


async def asyncio_detailed(*, client: AsyncSupportsRequest) -> Response[Health]:
    """Check health

    Tells whether the service is alive. Works without a key and is not rate limited.
    """
    return _answer(await client.request(**get_kwargs()), decode)
