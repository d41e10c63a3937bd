"""Values that the contract names; others that the API sends stay plain values."""

from typing import Literal, TypeAlias

ErrorCode: TypeAlias = Literal[
    "BAD_REQUEST",
    "CONFLICT",
    "FORBIDDEN",
    "INSUFFICIENT_SCOPE",
    "INTERNAL_ERROR",
    "NOT_ACCEPTABLE",
    "NOT_FOUND",
    "QUOTA_EXCEEDED",
    "RATE_LIMITED",
    "SERVICE_UNAVAILABLE",
    "UNAUTHORIZED",
    "UNSUPPORTED_MEDIA_TYPE",
    "UPSTREAM_ERROR",
    "VALIDATION_ERROR",
]

ERROR_CODE_VALUES: frozenset[str] = frozenset(
    {
        "BAD_REQUEST",
        "CONFLICT",
        "FORBIDDEN",
        "INSUFFICIENT_SCOPE",
        "INTERNAL_ERROR",
        "NOT_ACCEPTABLE",
        "NOT_FOUND",
        "QUOTA_EXCEEDED",
        "RATE_LIMITED",
        "SERVICE_UNAVAILABLE",
        "UNAUTHORIZED",
        "UNSUPPORTED_MEDIA_TYPE",
        "UPSTREAM_ERROR",
        "VALIDATION_ERROR",
    }
)
