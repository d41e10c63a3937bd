"""Liveness, service description and the key check."""

from __future__ import annotations

from ._base import Call, Result, single


def get_health(call: Call) -> Result:
    """Report that the server is up."""
    del call
    return single({"type": "health", "status": "ok"})


def get_meta(call: Call) -> Result:
    """Describe the service."""
    return single(
        {
            "type": "api_meta",
            "api_version": "v2",
            "status": "current",
            "docs_url": f"{call.base_url}/docs",
            "openapi_url": f"{call.base_url}/openapi.json",
            "whoami_url": f"{call.base_url}/whoami",
            "deprecation": None,
            "sunset": None,
        }
    )


def whoami(call: Call) -> Result:
    """Return the organization and the key."""
    return single(
        {
            "type": "whoami",
            "organization_id": call.organization.id,
            "api_key_name": call.key.name if call.key else "",
        }
    )
