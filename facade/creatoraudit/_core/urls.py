"""What a pasted URL says about platform and profile.

Only hosts of the two platforms count, compared on the parsed host. What a post's URL names beyond
its platform is left to the server, which resolves it.
"""

from __future__ import annotations

from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from ..errors import UsageError
from .text import one_line

Platform: TypeAlias = Literal["instagram", "tiktok"]

_DOMAINS: dict[str, Platform] = {"instagram.com": "instagram", "tiktok.com": "tiktok"}
# First path segments of Instagram that are no profile.
_NO_PROFILE = frozenset({"p", "reel", "reels", "tv", "stories", "explore", "accounts", "direct"})


def _parts(text: str) -> tuple[Platform, list[str]] | None:
    candidate = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(candidate)
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    for domain, platform in _DOMAINS.items():
        if host == domain or host.endswith(f".{domain}"):
            return platform, [step for step in parts.path.split("/") if step]
    return None


def post_platform(identifier: str, platform: Platform | None) -> Platform:
    """The platform of a post: the one given, else the one its URL names.

    Raises:
        UsageError: None was given and `identifier` is no URL of a platform.
    """
    if platform is not None:
        return platform
    found = _parts(identifier)
    if found is None:
        raise UsageError(
            f"{one_line(identifier, 80)!r} is no instagram.com or tiktok.com URL;"
            " pass platform= with an id or a shortcode"
        )
    return found[0]


def profile(username_or_url: str, platform: Platform | None) -> tuple[Platform, str]:
    """Platform and username of a profile, from a handle with its platform or from a profile URL.

    Raises:
        UsageError: It is neither.
    """
    text = username_or_url.strip()
    found = _parts(text) if "/" in text else None
    if found is None:
        if platform is None:
            raise UsageError(
                f"{one_line(text, 80)!r} is no profile URL; pass platform= with a username"
            )
        return platform, text.removeprefix("@")
    named, steps = found
    name = steps[0] if steps else ""
    is_profile = name.startswith("@") if named == "tiktok" else name not in _NO_PROFILE
    if not name or not is_profile or len(steps) > 1:
        raise UsageError(
            f"{one_line(text, 80)!r} is no profile URL; one looks like"
            " https://www.instagram.com/name/ or https://www.tiktok.com/@name"
        )
    if platform is not None and platform != named:
        raise UsageError(f"platform={platform!r} does not fit {one_line(text, 80)!r}")
    return named, name.removeprefix("@")
