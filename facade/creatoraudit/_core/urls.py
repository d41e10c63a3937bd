"""Reads platform and profile from a pasted URL.

Only hosts of the two platforms are accepted, compared with the parsed host. The server resolves the
rest of a post's URL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit

from ..errors import UsageError
from .arguments import as_int, resource_id
from .lazy import LazyModule
from .text import one_line

if TYPE_CHECKING:
    from creatoraudit_api import models
else:  # the command line starts without the generated package
    models = LazyModule("creatoraudit_api.models")

_DOMAINS: dict[str, models.Platform] = {"instagram.com": "instagram", "tiktok.com": "tiktok"}
# Hosts below the domains that serve what the domain itself serves.
_SAME = frozenset({"", "www.", "m."})
# Hosts below the domains whose links lead to a post, as tiktok.com/t/... does.
_SHORT = frozenset({"vm.", "vt."})
# What comes before the id in the path of a post.
_POSTS: dict[models.Platform, frozenset[str]] = {
    "instagram": frozenset({"p", "reel", "reels", "tv"}),
    "tiktok": frozenset({"video", "photo", "v"}),
}
# First path segments that belong neither to a profile nor to a post.
_OTHERS: dict[models.Platform, frozenset[str]] = {
    "instagram": frozenset({"stories", "explore", "accounts", "direct", "about", "legal"}),
    "tiktok": frozenset({"tag", "music", "discover", "foryou", "search", "live", "login", "legal"}),
}
# Parts of a profile that have a URL of their own, all of them by platform.
_TABS: dict[models.Platform, frozenset[str]] = {
    "instagram": frozenset(
        {"reels", "tagged", "channel", "guides", "feed", "followers", "following", "live"}
    ),
    "tiktok": frozenset({"live", "shop", "reposts", "liked", "followers", "following"}),
}
_LOOKS = {
    "profile": "https://www.instagram.com/name/ or https://www.tiktok.com/@name",
    "post": "https://www.instagram.com/p/CODE/ or https://www.tiktok.com/@name/video/123",
}


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
    if (prefixed := _prefixed(text)) is not None:
        return Handle(*prefixed)
    if text.startswith("@") and len(text) > 1:
        return Handle(None, text[1:])
    if "/" in text and _parts(text) is not None:
        return Handle(*profile(text, None))
    return None


def _prefixed(text: str) -> tuple[models.Platform, str] | None:
    """Read `tiktok:@name`; None for any other text."""
    platform: models.Platform
    for platform in _DOMAINS.values():
        if text.casefold().startswith(f"{platform}:") and "/" not in text:
            name = text[len(platform) + 1 :].removeprefix("@")
            return (platform, name) if name else None
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


class _Pasted(NamedTuple):
    """A URL of one of the platforms, taken apart.

    Attributes:
        platform: The platform.
        host: What precedes the domain, such as `www.`.
        steps: The decoded segments of the path.
    """

    platform: models.Platform
    host: str
    steps: list[str]

    @property
    def words(self) -> list[str]:
        """The segments without regard to case, for comparison with words of the platform."""
        return [step.casefold() for step in self.steps]

    @property
    def username(self) -> str | None:
        """The username, if it is the URL of a profile or of a tab of one."""
        steps, words = self.steps, self.words
        if self.host not in _SAME or len(steps) not in (1, 2):
            return None
        if len(steps) == 2 and words[1] not in _TABS[self.platform]:
            return None
        if not steps[0].startswith("@"):
            reserved = _POSTS[self.platform] | _OTHERS[self.platform]
            if self.platform == "tiktok" or words[0] in reserved:
                return None
        name = steps[0].removeprefix("@")
        return name if _is(_USERNAME, name) else None

    @property
    def is_post(self) -> bool:
        """Whether it has the form of the URL of a post."""
        words = self.words
        if self.host in _SHORT or (self.platform == "tiktok" and words[:1] == ["t"]):
            return bool(words)
        return self.host in _SAME and not _POSTS[self.platform].isdisjoint(words[:-1])

    @property
    def may_be_post(self) -> bool:
        """Whether the server may find a post there: it knows more forms than this module."""
        if self.is_post:
            return True
        if self.host not in _SAME or len(self.words) < 2 or self.username is not None:
            return False
        return self.words[0] not in _OTHERS[self.platform]


def _parts(text: str) -> _Pasted | None:
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
            steps = [unquote(step) for step in parts.path.split("/") if step]
            return _Pasted(platform, host.removesuffix(domain), steps)
    return None


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
    text = one_line(identifier.strip(), 80)
    found = _parts(identifier.strip())
    if found is None:
        if platform is not None and "://" not in identifier:
            return platform
        raise UsageError(
            f"{text!r} is not an instagram.com or tiktok.com URL;"
            " pass platform= with an id or a shortcode"
        )
    if found.username is not None:
        raise UsageError(f"{text!r} is a profile, not a post; use accounts.track()")
    if not found.may_be_post:
        raise UsageError(f"{text!r} is not the URL of a post; one looks like {_LOOKS['post']}")
    return _agreed(found.platform, platform, text)


def _agreed(named: models.Platform, platform: models.Platform | None, text: str) -> models.Platform:
    if platform not in (None, named):
        raise UsageError(f"platform={platform!r} does not match {text!r}")
    return named


def profile(username_or_url: str, platform: models.Platform | None) -> tuple[models.Platform, str]:
    """Read platform and username from a handle with its platform or from a profile URL.

    Raises:
        UsageError: It is neither.
    """
    text = username_or_url.strip()
    shown = one_line(text, 80)
    found = _parts(text) if "/" in text else None
    if found is None:
        typed = _prefixed(text)
        if typed is not None:
            return _agreed(typed[0], platform, shown), typed[1]
        if platform is None or "/" in text:
            raise UsageError(f"{shown!r} is not a profile URL; pass platform= with a username")
        return platform, text.removeprefix("@")
    if found.username is None:
        remedy = f"one looks like {_LOOKS['profile']}"
        if found.is_post:
            remedy = "use videos.track() for a post"
        raise UsageError(f"{shown!r} is not a profile URL; {remedy}")
    return _agreed(found.platform, platform, shown), found.username
