"""Reads platform and profile from a pasted URL.

Only hosts of the two platforms are accepted, compared with the parsed host. The server resolves the
rest of a post's URL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from ..errors import UsageError
from .arguments import as_int, resource_id
from .lazy import LazyModule
from .text import one_line

if TYPE_CHECKING:
    from creatoraudit_api import models
else:  # the command line starts without the generated package
    models = LazyModule("creatoraudit_api.models")

_DOMAINS: dict[str, models.Platform] = {"instagram.com": "instagram", "tiktok.com": "tiktok"}
# What comes before the id in the path of a post.
_POSTS = frozenset({"p", "reel", "reels", "tv", "video", "photo"})
# First path segments of Instagram that are not a profile.
_NO_PROFILE = frozenset({"p", "reel", "reels", "tv", "stories", "explore", "accounts", "direct"})


_SHORTCODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_USERNAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.]{0,63}")
_DIGITS = re.compile(r"[0-9]{1,32}")


def post_url(
    platform: object, shortcode: object, username: object, external_id: object
) -> str | None:
    """The URL of a post on its platform; None if a part of it is not valid."""
    if platform == "instagram" and _is(_SHORTCODE, shortcode):
        return f"https://www.instagram.com/p/{shortcode}/"
    if platform == "tiktok" and _is(_USERNAME, username) and _is(_DIGITS, external_id):
        return f"https://www.tiktok.com/@{username}/video/{external_id}"
    return None


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


class Handle(NamedTuple):
    """A username, and its platform if that is known."""

    platform: models.Platform | None
    username: str

    def __str__(self) -> str:
        name = f"@{one_line(self.username, 80)}"
        return name if self.platform is None else f"{self.platform}:{name}"


def handle(text: str) -> Handle | None:
    """Read a handle from `@name`, `tiktok:@name` or a profile URL; None for any other text.

    Raises:
        UsageError: It is a URL of a platform, but not of a profile.
    """
    text = text.strip()
    platform: models.Platform
    for platform in _DOMAINS.values():
        if text.casefold().startswith(f"{platform}:") and "/" not in text:
            name = text[len(platform) + 1 :].removeprefix("@")
            return Handle(platform, name) if name else None
    if text.startswith("@") and len(text) > 1:
        return Handle(None, text[1:])
    if "/" in text and _parts(text) is not None:
        return Handle(*profile(text, None))
    return None


Reference: TypeAlias = "Handle | str"


def reference(text: str) -> Reference:
    """Read an account reference that a user typed: a handle or an id.

    Raises:
        UsageError: It is neither.
    """
    found = handle(text)
    if found is not None:
        return found
    try:
        return resource_id(text)
    except UsageError:
        raise UsageError(
            f"an account is given as its id, @name, tiktok:@name or a profile URL, not {text!r:.60}"
        ) from None


def _parts(text: str) -> tuple[models.Platform, list[str]] | None:
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


def _is_profile(platform: models.Platform, steps: list[str]) -> bool:
    """Whether a URL path on a platform belongs to a profile."""
    if len(steps) != 1:
        return False
    return steps[0].startswith("@") if platform == "tiktok" else steps[0] not in _NO_PROFILE


def text_of(name: str, value: object) -> str:
    """Return a URL, id or name as text; a numeric id may be a number.

    Raises:
        UsageError: It is neither text nor a whole number.
    """
    if isinstance(value, str):
        return value
    number = as_int(value)
    if number is None:
        raise UsageError(f"{name} must be a string, not {type(value).__name__}")
    return str(number)


def post_platform(identifier: str, platform: models.Platform | None) -> models.Platform:
    """The platform of a post: the given one, or the one in its URL.

    Raises:
        UsageError: No platform is given and `identifier` is not a URL of one.
    """
    found = _parts(identifier)
    if found is not None and _is_profile(*found):
        raise UsageError(
            f"{one_line(identifier, 80)!r} is a profile, not a post; use accounts.track()"
        )
    if platform is not None:
        return platform
    if found is None:
        raise UsageError(
            f"{one_line(identifier, 80)!r} is not an instagram.com or tiktok.com URL;"
            " pass platform= with an id or a shortcode"
        )
    return found[0]


def profile(username_or_url: str, platform: models.Platform | None) -> tuple[models.Platform, str]:
    """Read platform and username from a handle with its platform or from a profile URL.

    Raises:
        UsageError: It is neither.
    """
    text = username_or_url.strip()
    found = _parts(text) if "/" in text else None
    if found is None:
        if platform is None:
            raise UsageError(
                f"{one_line(text, 80)!r} is not a profile URL; pass platform= with a username"
            )
        return platform, text.removeprefix("@")
    named, steps = found
    if not _is_profile(named, steps):
        is_post = len(steps) > 1 and steps[-2] in _POSTS
        remedy = "use videos.track() for a post" if is_post else "one looks like"
        looks = (
            "" if is_post else " https://www.instagram.com/name/ or https://www.tiktok.com/@name"
        )
        raise UsageError(f"{one_line(text, 80)!r} is not a profile URL; {remedy}{looks}")
    name = steps[0]
    if platform is not None and platform != named:
        raise UsageError(f"platform={platform!r} does not match {one_line(text, 80)!r}")
    return named, name.removeprefix("@")
