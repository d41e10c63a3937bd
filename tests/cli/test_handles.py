"""Accounts by handle, wherever one is expected; and batches of changes that can be run again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from creatoraudit import CreatorAudit, NotFoundError
from support import answers
from support.server import Answer, Request, ScriptedServer, Step

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

    from .conftest import Cli, Here

Serve = Callable[..., ScriptedServer]
UNKNOWN = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")


def account(number: int, username: str, platform: str = "tiktok") -> dict[str, Any]:
    return {"id": answers.video_id(number), "platform": platform, "username": username}


@pytest.fixture
def listing(serve: Serve) -> Callable[..., ScriptedServer]:
    """Starts a server that filters accounts as the API does: any part of a username matches."""

    def start(*accounts: dict[str, Any]) -> ScriptedServer:
        def answer(request: Request) -> Step:
            if request.path == "/accounts":
                (q,) = request.query.get("q", [""])
                (platform,) = request.query.get("platform", [""])
                cursor = int(request.query.get("cursor", ["0"])[0])
                found = [
                    one
                    for one in accounts
                    if q.lower() in one["username"].lower() and platform in one["platform"]
                ]
                more = str(cursor + 1) if cursor + 1 < len(found) else None
                return answers.page(found[cursor : cursor + 1], cursor=more)
            return answers.one({**accounts[0], "id": request.path.rpartition("/")[2]})

        return serve(answer)

    return start


@pytest.mark.parametrize(
    "typed",
    [
        "@Salt",
        "@SALT",
        "tiktok:@salt",
        "TikTok:salt",
        "https://www.tiktok.com/@salt",
        answers.video_id(3),
        answers.video_id(3).upper(),
    ],
)
def test_account_is_found_by_whatever_people_call_it(
    here: Here, listing: Callable[..., ScriptedServer], typed: str
) -> None:
    api = listing(account(1, "saltlab"), account(2, "seasalt"), account(3, "Salt"))
    ran = here("accounts", "get", typed, "--fields", "id", "--format", "jsonl", at=api)
    assert ran.jsonl == [{"id": answers.video_id(3)}]


def test_name_on_two_platforms_is_answered_with_both_spellings(
    here: Here, listing: Callable[..., ScriptedServer]
) -> None:
    api = listing(account(1, "salt"), account(2, "Salt", "instagram"))
    ran = here("accounts", "pause", "@salt", at=api)
    assert ran.code == 2
    assert "write tiktok:@salt or instagram:@Salt" in ran.complaint
    assert {one.method for one in api.requests} == {"GET"}
    assert here("accounts", "get", "instagram:@salt", at=api).code == 0


@pytest.mark.parametrize(
    "args",
    [
        ("accounts", "get", "@nobody"),
        ("accounts", "update", "@nobody", "--paused"),
        ("metrics", "accounts", "@nobody"),
        ("creators", "link", UNKNOWN, "@nobody"),
        ("videos", "list", "--account-id", "@nobody"),
        ("export", "videos", "--account-id", "@nobody"),
    ],
)
def test_name_that_nobody_has_ends_with_1_wherever_it_stands(
    here: Here, listing: Callable[..., ScriptedServer], args: tuple[str, ...]
) -> None:
    ran = here(*args, at=listing(account(1, "nobody.else")))
    assert ran.code == 1
    assert "no tracked account is called @nobody" in ran.complaint


def test_handles_reach_every_command_that_takes_an_account(
    here: Here, own: Sandbox, client: CreatorAudit, tmp_path: Path
) -> None:
    one = client.accounts.track("by.handle", platform="tiktok")
    creator = client.creators.create("Handles").id
    name = "tiktok:@by.handle"
    paused = here("accounts", "pause", name, "--fields", "is_active", "--format", "jsonl", at=own)
    assert paused.jsonl == [{"is_active": False}]
    updated = here("accounts", "update", name, "--active", "--format", "json", at=own)
    assert updated.json["is_active"] is True
    linked = here("creators", "link", creator, name, "--format", "json", at=own)
    assert linked.json["account_id"] == one.id
    assert (
        here("creators", "unlink", creator, name, "--format", "json", at=own).json["id"] == one.id
    )
    listed = here("videos", "list", "--account-id", name, "--format", "jsonl", at=own)
    assert listed.jsonl == [v.to_dict() for v in client.videos.list(account_id=one.id)]
    file = tmp_path / "v.csv"
    ran = here("export", "videos", "--account-id", name, "--out", str(file), at=own)
    assert (ran.code, file.exists()) == (0, True)


def test_many_handles_are_looked_up_by_one_walk(
    here: Here, listing: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    accounts = [account(n, f"user{n}") for n in range(25)]
    api = listing(*accounts)
    file = tmp_path / "names.txt"
    file.write_text("".join(f"@user{n}\n" for n in range(21)))
    ran = here("accounts", "pause", "--file", str(file), "--format", "jsonl", at=api)
    assert len(ran.jsonl) == 21
    assert len([one for one in api.requests if one.method == "GET"]) == 25  # pages of one


def test_rows_asked_by_handle_carry_their_names_and_others_can(
    here: Here, sandbox: Sandbox
) -> None:
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        first, second = list(ca.accounts.list(max_items=2))
        video = next(one for one in ca.videos.list() if one.last_scrape_time)
    name = f"{first.platform}:@{first.username}"
    asked = ("metrics", "accounts", name, second.id, "--format", "json")
    rows = here(*asked, at=sandbox).json
    assert [(row["id"], row["username"]) for row in rows] == [
        (first.id, first.username),
        (second.id, None),
    ]
    named = here(*asked, "--with-names", at=sandbox)
    assert [row["platform"] for row in named.json] == [first.platform, second.platform]
    assert named.err == "--with-names: read the list of accounts in 1 request\n"
    assert (
        "username" not in here("metrics", "accounts", second.id, "--format", "csv", at=sandbox).out
    )
    for command in (("metrics", "videos"), ("deltas",)):
        ran = here(*command, video.id, "--with-names", "--format", "json", at=sandbox)
        assert ran.json[0]["username"] == video.account_username
        assert "the list of videos in 2 requests" in ran.err


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("accounts", "get", "nobody"), "an account is given as its id, @name, tiktok:@name"),
        (("accounts", "get", "https://www.tiktok.com/@a/video/1"), "use creatoraudit videos track"),
        (("accounts", "delete", "@x", "--yes"), "with --yes give ids, not @x"),
        (("videos", "track", "https://www.tiktok.com/@x"), "use creatoraudit accounts track"),
        (("videos", "track", "https://instagram.com/x/"), "use creatoraudit accounts track"),
        (
            ("accounts", "track", "https://www.instagram.com/reel/C2"),
            "use creatoraudit videos track",
        ),
    ],
)
def test_mistake_with_a_name_is_reported_before_anything_is_sent(
    here: Here, own: Sandbox, typed: tuple[str, ...], says: str
) -> None:
    before = own.requests.total
    ran = here(*typed, at=own)
    assert (ran.code, says in ran.complaint) == (2, True)
    assert own.requests.total == before


@pytest.mark.parametrize(
    ("plural", "verb"),
    [
        (plural, verb)
        for plural in ("accounts", "videos", "creators")
        for verb in ("delete", "pause", "resume")
    ],
)
def test_batch_that_is_run_again_continues_after_what_is_gone(
    here: Here, own: Sandbox, inside: Path, plural: str, verb: str
) -> None:
    with CreatorAudit(own.api_key, base_url=own.base_url) as client:
        if plural == "creators":
            keep, gone = (client.creators.create(name).id for name in ("keep", "gone"))
        elif plural == "accounts":
            made = (client.accounts.track(f"{n}.{verb}", platform="tiktok") for n in ("a", "b"))
            keep, gone = (one.id for one in made)
        else:
            keep, gone = (one.id for one in list(client.videos.list())[-2:])
        getattr(client, plural).delete(gone)
    file = inside / "ids.txt"
    file.write_text(f"{gone}\n{keep}\n")
    yes = ("--yes",) if verb == "delete" else ()
    ran = here(plural, verb, "--file", str(file), *yes, "--format", "jsonl", at=own)
    assert ran.code == 0
    assert f"1 {plural[:-1]} not there, 1 done" in ran.err
    if verb == "delete":
        assert ran.jsonl == [
            {"id": gone, "outcome": "not there"},
            {"id": keep, "outcome": "deleted"},
        ]
        none = here(plural, verb, "--file", str(file), *yes, "--format", "jsonl", at=own)
        assert none.code == 1
        assert f"none of these 2 {plural} is there; check that the key belongs to" in none.err
    else:
        assert [one["id"] for one in ran.jsonl] == [keep]
        assert f"not there: {gone}" in ran.err


@pytest.mark.parametrize(
    "answer", [Answer(404, body=b"<h1>Not here</h1>"), answers.problem(404, "NO_SUCH_ROUTE")]
)
@pytest.mark.parametrize("verb", ["delete", "pause", "resume"])
def test_404_of_something_else_stops_a_batch_at_once(
    here: Here, serve: Serve, verb: str, answer: Answer
) -> None:
    api = serve(answer)
    yes = ("--yes",) if verb == "delete" else ()
    ran = here("accounts", verb, UNKNOWN, answers.video_id(1), *yes, at=api)
    assert ran.code == 1
    assert f"0 of 2 accounts done; stopped at {UNKNOWN}" in ran.err
    assert len(api.requests) == 1


@posix
@pytest.mark.parametrize(
    ("answer", "code", "many"), [("y", 0, False), ("n", 1, False), ("y", 0, True)]
)
def test_what_is_deleted_is_shown_before_it_is_asked_about(
    cli: Cli, own: Sandbox, answer: str, code: int, many: bool
) -> None:
    pexpect = pytest.importorskip("pexpect")
    client = CreatorAudit(own.api_key, base_url=own.base_url)
    doomed = client.accounts.track(f"doomed.{answer}{many}", platform="tiktok")
    others = [answers.video_id(n) for n in range(25 if many else 1)]
    typed = [f"tiktok:@{doomed.username}", "tiktok:@never.was", *others]
    program, *rest = cli.command("accounts", "delete", *typed)
    child = pexpect.spawn(program, rest, env=cli.environment(own), encoding="utf-8", timeout=20)
    child.expect_exact(f"{doomed.id} tiktok {doomed.username}")
    child.expect_exact("tiktok:@never.was not there")
    child.expect_exact(f"{others[0]} not there")
    child.expect_exact(f"Delete {len(typed)} accounts?")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    if answer == "y":
        with pytest.raises(NotFoundError):
            client.accounts.get(doomed.id)
    else:
        client.accounts.delete(doomed.id)
    client.close()
