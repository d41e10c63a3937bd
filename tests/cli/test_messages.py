"""Error messages name what was typed, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from creatoraudit import ConfigurationError, CreatorAudit, UsageError
from creatoraudit._core import clock
from support import answers, extras
from support.server import Answer, ScriptedServer, Stall

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

    from .conftest import Here

KEY = "made-up-key"
ID = answers.video_id(1)


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        (lambda ca: ca.videos.list(platfrom="tiktok"), "platform"),
        (lambda ca: ca.breakouts(windows=7), "window"),
        (lambda ca: ca.breakouts(acounts=["@a"]), "accounts"),
        (lambda ca: ca.accounts.track("@a", platform="tiktok", categry="x"), "category"),
        (lambda ca: ca.call("list_accounts", pltform="tiktok"), "platform"),
        (lambda ca: ca.whoami(time_out=3), "timeout"),
    ],
)
def test_unknown_argument_names_the_one_that_was_meant(
    call: Callable[[CreatorAudit], Any], meant: str
) -> None:
    with (
        CreatorAudit(KEY, base_url="http://127.0.0.1:9/v2") as ca,
        pytest.raises(UsageError, match=rf"did you mean (\w+ or )?{meant}( or \w+)?\?"),
    ):
        call(ca)


def test_argument_unlike_any_other_gets_no_suggestion() -> None:
    with (
        CreatorAudit(KEY, base_url="http://127.0.0.1:9/v2") as ca,
        pytest.raises(UsageError, match="no argument 'xyzzy'; besides its own arguments it takes"),
    ):
        ca.breakouts(xyzzy=1)


@pytest.mark.parametrize("key", ["Bearer abcdefgh12345678", "bearer x" * 3])
def test_key_with_the_word_bearer_says_to_drop_it(here: Here, own: Sandbox, key: str) -> None:
    with pytest.raises(ConfigurationError, match='begins with "Bearer"; drop that word'):
        CreatorAudit(key)
    ran = here("whoami", "--api-key", key, at=own)
    assert (ran.code, "drop that word" in ran.complaint) == (2, True)
    assert "abcdefgh" not in ran.complaint


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("Authorization: Bearer abcdefgh", 'begins with "Authorization: Bearer"; drop that'),
        ("authorization:abcdefgh", 'begins with "Authorization"; drop that word'),
        ("bearer: abcdefgh", 'begins with "Bearer"; drop that word'),
        ("export CREATORAUDIT_API_KEY=abcdefgh", '"export CREATORAUDIT_API_KEY="; drop that'),
        ('"abcdefgh"', "is in quotes; drop them"),
        ("'abcdefgh'", "is in quotes; drop them"),
        ("`abcdefgh`", "is in quotes; drop them"),
    ],
)
def test_what_was_copied_with_a_key_is_named(key: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        CreatorAudit(key)
    assert says in str(caught.value)
    assert "abcdefgh" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "args"),
    extras.table(
        [
            ("whoami", ""),
            ("videos list", ""),
            ("account-videos list", ""),
            ("creators create", "Us"),
            ("accounts get", f"{ID} --format json"),
            ("accounts track", "https://www.tiktok.com/@a"),
            ("breakouts", ""),
            ("deltas", ID),
            ("metrics accounts", ID),
            ("digest", ""),
            ("leaderboard", "--all"),
            ("search", "a"),
            ("export", "videos --out -"),
            ("api", "GET /videos"),
            ("contract", "--rate 0"),
        ]
    ),
)
def test_missing_key_names_the_command_that_was_typed(here: Here, words: str, args: str) -> None:
    ran = here(*words.split(), *args.split(), "--base-url", "http://127.0.0.1:9/v2")
    assert ran.code == 2
    said = f"{words} needs an API key: set CREATORAUDIT_API_KEY, or pass --api-key ("
    assert said in ran.out + ran.err


def test_wrong_base_url_names_the_missing_v2(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(answers.problem(404, "NOT_FOUND"))
    complaint = here("whoami", at=api).complaint
    assert "the base URL probably lacks /v2; check CREATORAUDIT_BASE_URL" in complaint


@pytest.mark.usefixtures("waits")
def test_response_that_takes_too_long_names_the_option(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(lambda _: Stall())
    ran = here("creators", "create", "X", "--timeout", "0.2", at=api)
    assert (ran.code, "give it more time with --timeout" in ran.err) == (1, True)


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(("timeout", "code"), [("200", 1), ("300", 0), ("3000", 0)])
def test_long_timeout_is_not_cut_short(
    here: Here, serve: Callable[..., ScriptedServer], timeout: str, code: int
) -> None:
    def late(_: object) -> Answer:
        clock.skip(250)
        return answers.WHOAMI

    ran = here("whoami", "--timeout", timeout, at=serve(late, late))
    assert ran.code == code
    assert code == 0 or "give it more time with --timeout" in ran.err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("export", "creators", "--account-id", answers.video_id(1)), "no argument '--account-id'"),
        (("export", "creators", "--category", "x"), "list_creators has no argument"),
        (("breakouts", "--window", "0"), "--window must be between 1 and 365, not 0"),
        (("digest", "--top", "0"), "--top must be between 1 and 25, not 0"),
        (("videos", "list", "--page-size", "0"), "--page-size must be between 1 and 200, not 0"),
        (("whoami", "--timeout", "0"), "--timeout must be a number of seconds, more than 0"),
        (("whoami", "--timeout", "soon"), "--timeout must be a number of seconds, more than 0"),
        (("whoami", "--concurrency", "many"), "--concurrency must be a whole number, not 'many'"),
        (("metrics", "accounts", "x", "--period", "7"), "--period must be one of "),
        (("breakouts", "--seen", ""), "--seen must be the name of a file, not ''"),
        (("whoami", "--org", "acme", "--config", ""), "--config must be the name of a file"),
        (("snapshot", "views", "x", "--out", ""), "--out must be the name of a folder, not ''"),
        (("export", "videos", "--out", ""), "--out must be the name of a file or folder, not ''"),
        (("whoami", "--base-url", ""), "--base-url '' is not an http(s) URL"),
    ],
)
def test_one_kind_of_mistake_is_reported_in_one_way(
    here: Here, own: Sandbox, args: tuple[str, ...], says: str
) -> None:
    before = own.requests.total
    ran = here(*args, at=own)
    assert (ran.code, own.requests.total) == (2, before)
    assert says in ran.complaint
    assert len(ran.err.splitlines()) == 1
