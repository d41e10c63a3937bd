"""URLs of profiles and posts as people paste them: what is accepted, and what is refused."""

from __future__ import annotations

import pytest

from creatoraudit import UsageError
from creatoraudit._core.urls import Handle, post_platform, profile, reference

INSTAGRAM = [
    "https://www.instagram.com/some.one/",
    "https://instagram.com/some.one",
    "http://m.instagram.com/some.one",
    "instagram.com/some.one",
    "www.instagram.com/some.one/",
    "HTTPS://WWW.Instagram.COM/some.one/",
    "https://www.instagram.com./some.one",
    "https://www.instagram.com//some.one//",
    "https://www.instagram.com/some.one/?hl=en&igsh=MzRl%3D%3D#top",
    "https://www.instagram.com/some.one/reels/",
    "https://www.instagram.com/some.one/Reels?hl=en",
    "https://www.instagram.com/some.one/tagged/",
    "https://www.instagram.com/some.one/channel/",
    "https://www.instagram.com/some.one/followers/",
    "https://www.instagram.com/%40some.one/",
    "  https://www.instagram.com/some%2Eone/\n",
]
TIKTOK = [
    "https://www.tiktok.com/@some.one",
    "https://m.tiktok.com/@some.one/",
    "tiktok.com/@some.one",
    "https://www.tiktok.com/%40some.one",
    "https://www.TikTok.com/@some.one?lang=en",
    "https://www.tiktok.com/@some.one?is_from_webapp=1&sender_device=pc#x",
    "https://www.tiktok.com/@some.one/live",
    "https://www.tiktok.com/@some.one/shop?lang=de-DE",
    "https://www.tiktok.com/@some.one/Reposts",
    "tiktok:@some.one",
    "TikTok:some.one",
]
POSTS = [
    ("https://www.instagram.com/p/Cabc_-1/", "instagram"),
    ("https://www.instagram.com/reel/Cabc/?igsh=1", "instagram"),
    ("instagram.com/reels/Cabc", "instagram"),
    ("http://m.instagram.com/tv/Cabc#x", "instagram"),
    ("https://www.instagram.com/some.one/p/Cabc/", "instagram"),
    ("https://www.instagram.com/some.one/reel/Cabc/", "instagram"),
    ("HTTPS://WWW.INSTAGRAM.COM/P/Cabc/", "instagram"),
    ("https://www.tiktok.com/@some.one/video/712345", "tiktok"),
    ("https://www.tiktok.com/%40some.one/photo/712345?lang=en", "tiktok"),
    ("m.tiktok.com/v/712345.html", "tiktok"),
    ("https://vm.tiktok.com/ZMabc/", "tiktok"),
    ("vt.tiktok.com/ZMabc", "tiktok"),
    ("https://www.tiktok.com/t/ZMabc/", "tiktok"),
]
# Forms that are not known here; the server decides.
PERHAPS_POSTS = [
    ("https://www.instagram.com/share/BAabc/", "instagram"),
    ("https://www.tiktok.com/embed/712345", "tiktok"),
]
NEITHER = [
    "https://www.instagram.com/",
    "instagram.com",
    "https://www.instagram.com/p/",
    "https://www.instagram.com/reels/",
    "https://www.instagram.com/explore/tags/food/",
    "https://www.instagram.com/stories/some.one/1/",
    "https://www.instagram.com/accounts/login/?next=/some.one/",
    "https://help.instagram.com/some.one",
    "https://l.instagram.com/?u=https%3A%2F%2Fexample.com",
    "https://www.instagram.com/some%2Fone",
    "https://www.instagram.com/some%20one",
    "https://www.tiktok.com/",
    "https://www.tiktok.com/some.one",
    "https://www.tiktok.com/@",
    "https://www.tiktok.com/tag/food",
    "https://www.tiktok.com/music/song-1",
    "https://www.tiktok.com/foryou?lang=en",
    "https://www.tiktok.com/live",
    "https://vm.tiktok.com/",
    "https://ads.tiktok.com/@some.one",
]
FOREIGN = [
    "https://instagram.com.example.com/some.one",
    "https://example.com/@some.one",
    "https://some.one@example.com/instagram.com/x",
    "https://notinstagram.com/some.one",
    "ftp://instagram.com/some.one",
    "javascript://instagram.com/some.one",
    "https://[::1/some.one",
]


@pytest.mark.parametrize(
    ("text", "platform"),
    [*((one, "instagram") for one in INSTAGRAM), *((one, "tiktok") for one in TIKTOK)],
)
def test_profile_is_read_however_it_is_pasted(text: str, platform: str) -> None:
    assert profile(text, None) == (platform, "some.one")
    assert reference(text) == Handle(platform, "some.one")  # type: ignore[arg-type]  # any text
    if not text.casefold().startswith("tiktok:"):
        with pytest.raises(UsageError, match=r"is a profile, not a post; use accounts.track\(\)"):
            post_platform(text, None)


@pytest.mark.parametrize(("text", "platform"), POSTS)
def test_post_is_recognised_and_is_no_profile(text: str, platform: str) -> None:
    assert post_platform(text, None) == platform
    for read in (lambda: profile(text, None), lambda: reference(text)):
        with pytest.raises(UsageError, match=r"use videos.track\(\) for a post"):
            read()


@pytest.mark.parametrize(("text", "platform"), PERHAPS_POSTS)
def test_unknown_form_may_be_a_post_but_is_no_profile(text: str, platform: str) -> None:
    assert post_platform(text, None) == platform
    with pytest.raises(UsageError, match=r"one looks like https://www.instagram.com/name/"):
        profile(text, None)


@pytest.mark.parametrize("text", NEITHER)
def test_url_that_can_be_neither_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not the URL of a post; one looks like .*/p/CODE/"):
        post_platform(text, None)
    if "/" in text:
        with pytest.raises(UsageError, match=r"is not a profile URL; one looks like .*/name/"):
            profile(text, None)


@pytest.mark.parametrize("platform", [None, "instagram"])
@pytest.mark.parametrize("text", FOREIGN)
def test_url_of_another_site_is_refused_with_and_without_a_platform(
    text: str, platform: object
) -> None:
    with pytest.raises(UsageError, match=r"is not an instagram.com or tiktok.com URL"):
        post_platform(text, platform)  # type: ignore[arg-type]  # any text
    with pytest.raises(UsageError, match="is not a profile URL"):
        profile(text, platform)  # type: ignore[arg-type]  # any text
    with pytest.raises(UsageError, match="an account is given as"):
        reference(text)


@pytest.mark.parametrize("text", [TIKTOK[0], TIKTOK[-1], "https://www.tiktok.com/@x/video/1"])
def test_platform_that_does_not_match_is_refused(text: str) -> None:
    read = post_platform if "video" in text else profile
    with pytest.raises(UsageError, match="platform='instagram' does not match"):
        read(text, "instagram")


@pytest.mark.parametrize("text", ["some.one", "@some.one", " @some.one "])
def test_handle_without_a_platform_needs_one(text: str) -> None:
    assert profile(text, "tiktok") == ("tiktok", "some.one")
    with pytest.raises(UsageError, match="pass platform= with a username"):
        profile(text, None)


@pytest.mark.parametrize("text", ["7204018326", "C2creQPoVgm"])
def test_bare_id_of_a_post_needs_a_platform(text: str) -> None:
    assert post_platform(text, "instagram") == "instagram"
    with pytest.raises(UsageError, match="pass platform= with an id or a shortcode"):
        post_platform(text, None)
