"""Parses identifiers of posts: URLs of both platforms, numeric ids and Instagram shortcodes.

Each is converted to the numeric id of the platform; an Instagram shortcode is that number in base
64.
"""

from __future__ import annotations

import base64
import re
from typing import Final, NamedTuple

from .problems import Problem, invalid
from .world import INSTAGRAM

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,19}")
_CODE: Final = r"[B-Za-z0-9_-][A-Za-z0-9_-]{4,11}"
_SHORTCODE: Final = re.compile(_CODE)
_REST: Final = r"/?(?:[?#].*)?"
_INSTAGRAM_URL: Final = re.compile(
    rf"(?:https?://)?(?:www\.)?instagram\.com/(?:[\w.]+/)?(?:p|reel|reels|tv)/({_CODE}){_REST}",
    re.ASCII | re.DOTALL,
)
_TIKTOK_URL: Final = re.compile(
    rf"(?:https?://)?(?:www\.|m\.)?tiktok\.com/@([\w.]+)/video/([1-9][0-9]{{0,19}}){_REST}",
    re.ASCII | re.DOTALL,
)
_ACCEPTED: Final = (
    "must be an Instagram post URL, a numeric id or an Instagram shortcode",
    "must be a TikTok video URL or a numeric id",
)


class Identifier(NamedTuple):
    """A parsed identifier; only some URLs name the author."""

    external_id: str
    author: str | None


def parse(platform: int, identifier: str) -> Identifier:
    """Parse an identifier; 422 if it is not one of this platform."""
    if _NUMBER.fullmatch(identifier):
        return Identifier(identifier, None)
    if platform == INSTAGRAM:
        url = _INSTAGRAM_URL.fullmatch(identifier)
        code = url[1] if url else identifier
        if _SHORTCODE.fullmatch(code):
            return Identifier(_number(code), None)
    elif video := _TIKTOK_URL.fullmatch(identifier):
        return Identifier(video[2], video[1])
    raise _refusal(platform)


def shortcode(external_id: str) -> str:
    """The shortcode of an Instagram post."""
    # The alphabet is that of base64 for URLs, and nine bytes hold any number of twenty digits.
    raw = int(external_id).to_bytes(9, "big")
    return base64.urlsafe_b64encode(raw).decode().lstrip(_ALPHABET[0])


def _number(code: str) -> str:
    number = 0
    for character in code:
        number = number * 64 + _ALPHABET.index(character)
    return str(number)


def _refusal(platform: int) -> Problem:
    return invalid("identifier", _ACCEPTED[platform])
