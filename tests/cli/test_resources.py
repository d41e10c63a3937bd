"""`creatoraudit accounts|videos|account-videos|creators`: what each verb prints and changes."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from creatoraudit import CreatorAudit, NotFoundError
from support import answers
from support.server import Held

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox
    from support.server import ScriptedServer

    from .conftest import Cli, Here

LISTS = ("accounts", "videos", "account-videos", "creators")
MANAGED = ("accounts", "videos", "creators")
UNKNOWN = "3c90c3cc-0d44-4b50-8888-8dd25736052a"


def listed(ca: CreatorAudit, plural: str, **filters: Any) -> list[dict[str, Any]]:
    resource = getattr(ca, plural.replace("-", "_"))
    return [one.to_dict() for one in resource.list(**filters)]


@pytest.mark.parametrize("plural", LISTS)
def test_every_list_prints_the_same_items_in_every_form(
    here: Here, own: Sandbox, client: CreatorAudit, plural: str
) -> None:
    expected = listed(client, plural)
    assert here(plural, "list", "--format", "json", at=own).json == expected
    assert here(plural, "list", "--format", "jsonl", at=own).jsonl == expected
    rows = here(plural, "list", "--format", "csv", at=own).csv
    assert [row["id"] for row in rows] == [one["id"] for one in expected]
    assert list(rows[0]) == list(expected[0])
    table = here(plural, "list", at=own)
    assert (table.code, table.err) == (0, "")
    lines = table.out.splitlines()[2:]
    assert [line.split()[0] for line in lines] == [one["id"] for one in expected]


def test_csv_spells_truth_and_nested_members_as_json(here: Here, own: Sandbox) -> None:
    (row,) = here("creators", "list", "--limit", "1", "--format", "csv", at=own).csv
    assert row["is_active"] == "true"
    assert json.loads(row["accounts_summary"])["total"] >= 0
    assert row["metadata"] == ""


def test_filters_and_sort_reach_the_api(here: Here, own: Sandbox, client: CreatorAudit) -> None:
    options = ["--platform", "tiktok", "--active", "--order-by", "follower_count"]
    ran = here(
        *("accounts", "list", *options, "--order-direction", "asc", "--q", "a"),
        *("--format", "json"),
        at=own,
    )
    expected = listed(
        client,
        "accounts",
        platform="tiktok",
        is_active=True,
        q="a",
        order_by="follower_count",
        order_direction="asc",
    )
    assert ran.json == expected
    assert expected


def test_limit_is_how_many_are_printed_and_page_size_how_many_are_asked_for(
    here: Here, own: Sandbox
) -> None:
    def requests(*options: str) -> tuple[int, int]:
        before = own.requests["GET /videos"]
        ran = here("videos", "list", *options, "--format", "jsonl", at=own)
        return len(ran.jsonl), own.requests["GET /videos"] - before

    assert requests("--limit", "3") == (3, 1)
    assert requests("--max-items", "3") == (3, 1)  # its former name
    assert requests("--limit", "10", "--page-size", "4") == (10, 3)
    assert requests("--page-size", "20") == (30, 2)
    assert "--max-items" not in here("videos", "list", "--help").out


@pytest.mark.parametrize("option", ["--limit", "--max-items", "--page-size"])
def test_call_without_ids_is_wrong_usage(here: Here, own: Sandbox, option: str) -> None:
    assert f"{option} must be " in here("videos", "list", option, "0", at=own).complaint


@pytest.mark.parametrize(
    "members",
    [
        {"errors": [{"field": "limit", "message": "too big"}]},
        {"errors": [{"field": "q", "message": "no"}, {"field": "limit", "message": "too big"}]},
        {"detail": "limit must be at most 100"},
    ],
)
def test_complaint_of_the_api_about_its_limit_names_the_page_size(
    here: Here, serve: Callable[..., ScriptedServer], members: dict[str, Any]
) -> None:
    ran = here("videos", "list", at=serve(answers.problem(422, "VALIDATION_ERROR", **members)))
    assert ran.code == 1
    assert re.search(r"--page-size(: too big| must be at most 100)", ran.complaint)


@pytest.mark.parametrize(
    ("plural", "hint"),
    [
        ("accounts", "creatoraudit accounts track URL"),
        ("videos", "creatoraudit videos track URL"),
        ("account-videos", "creatoraudit accounts track URL"),
        ("creators", "creatoraudit creators create NAME"),
    ],
)
def test_empty_organization_shows_what_to_do(
    here: Here, serve: Callable[..., ScriptedServer], plural: str, hint: str
) -> None:
    api = serve(lambda _: answers.page([]))
    outputs = {
        form: here(plural, "list", "--format", form, at=api)
        for form in ("table", "json", "jsonl", "csv")
    }
    assert {ran.code for ran in outputs.values()} == {0}
    assert all(hint in ran.err for ran in outputs.values())
    assert (outputs["table"].out, outputs["jsonl"].out) == ("", "")
    assert outputs["json"].json == []
    assert outputs["csv"].out.startswith("id,")
    assert len(outputs["csv"].out.splitlines()) == 1


@pytest.mark.parametrize("form", ["jsonl", "csv", "json"])
def test_rows_are_printed_before_the_next_page_is_there(
    cli: Cli, serve: Callable[..., ScriptedServer], form: str
) -> None:
    second = Held(answers.page([answers.video(2)]))
    api = serve(answers.page([answers.video(1)], cursor="more"), second)
    command = cli.start("videos", "list", "--format", form, at=api)
    assert command.stdout
    first = b""
    while answers.video_id(1).encode() not in first:
        first += command.stdout.readline()
    assert not second.release.is_set()
    second.release.set()
    rest = command.stdout.read()
    assert command.wait(240) == 0
    assert answers.video_id(2).encode() in rest
    if form == "json":
        ids = [one["id"] for one in json.loads(first + rest)]
        assert ids == [answers.video_id(1), answers.video_id(2)]


@pytest.mark.parametrize("form", ["table", "jsonl", "json"])
def test_list_that_fails_on_the_way_keeps_what_it_has_and_says_how_to_resume(
    here: Here, serve: Callable[..., ScriptedServer], form: str
) -> None:
    api = serve(answers.page([answers.video(1)], cursor="c 2"), answers.problem(404, "NOT_FOUND"))
    ran = here("videos", "list", "--format", form, at=api)
    assert ran.code == 1
    assert answers.video_id(1) in ran.out
    go_on, line = ran.err.splitlines()
    assert go_on.endswith("--cursor 'c 2'")
    assert line.startswith("creatoraudit: list_videos: 404")
    if form == "json":
        with pytest.raises(json.JSONDecodeError):
            json.loads(ran.out)


def test_cursor_that_is_hostile_is_inert(here: Here, serve: Callable[..., ScriptedServer]) -> None:
    first = answers.page([answers.video(1)], cursor="c\x1b[2J\u202e")
    ran = here("videos", "list", at=serve(first, answers.problem(404, "NOT_FOUND")))
    assert r"--cursor 'c\x1b[2J\u202e'" in ran.err
    assert all(char.isprintable() or char == "\n" for char in ran.err)


def test_cursor_option_resumes_at_that_page(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(answers.page([answers.video(2)]))
    here("videos", "list", "--cursor", "c 2", "--format", "jsonl", at=api)
    assert api.requests[0].query["cursor"] == ["c 2"]


def test_list_that_fails_at_once_has_no_cursor_to_offer(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(answers.problem(403, "FORBIDDEN"), answers.problem(422, "VALIDATION_ERROR"))
    without = here("videos", "list", at=api)
    assert "403 FORBIDDEN" in without.complaint
    bogus = here("videos", "list", "--cursor", "bogus", at=api)
    assert "422 VALIDATION_ERROR" in bogus.complaint
    assert (len(without.err.splitlines()), len(bogus.err.splitlines())) == (1, 1)


def test_long_table_comes_in_parts(here: Here, serve: Callable[..., ScriptedServer]) -> None:
    pages = [
        answers.page([answers.video(page * 150 + n) for n in range(150)], cursor=cursor)
        for page, cursor in enumerate(["a", "b", None])
    ]
    ran = here("videos", "list", at=serve(*pages))
    headings = [line for line in ran.out.splitlines() if line.startswith("id ")]
    assert len(headings) == 2
    assert ran.out.count("@") == 0
    assert all(answers.video_id(n) in ran.out for n in range(450))


@pytest.mark.parametrize("plural", MANAGED)
def test_get_prints_every_member_of_the_resource(
    here: Here, own: Sandbox, client: CreatorAudit, plural: str
) -> None:
    expected = listed(client, plural, max_items=1)[0]
    assert here(plural, "get", expected["id"], "--format", "json", at=own).json == expected
    (row,) = here(plural, "get", expected["id"], "--format", "csv", at=own).csv
    assert row["id"] == expected["id"]
    table = here(plural, "get", expected["id"], at=own).out
    assert [line.split()[0] for line in table.splitlines()[2:]] == list(expected)


def test_fields_choose_and_order_the_members(here: Here, own: Sandbox) -> None:
    chosen = ("--fields", "platform, id,scrape_interval_hours", "--limit", "2")
    rows = here("videos", "list", *chosen, "--format", "json", at=own).json
    assert [list(row) for row in rows] == [["platform", "id", "scrape_interval_hours"]] * 2
    table = here("videos", "list", *chosen, at=own).out.splitlines()
    assert table[0].split() == ["platform", "id", "scrape_interval_hours"]
    assert table[2].split() == [str(value) for value in rows[0].values()]
    one = here("videos", "get", rows[0]["id"], "--fields", "id", at=own).out.splitlines()
    assert one[2].split() == ["id", rows[0]["id"]]


def test_unknown_field_is_refused_before_anything_is_sent(here: Here, own: Sandbox) -> None:
    before = own.requests.total
    for args in (("videos", "list"), ("videos", "get", UNKNOWN), ("creators", "create", "X")):
        complaint = here(*args, "--fields", "id,mood", at=own).complaint
        assert "--fields knows no 'mood'; there is: id, " in complaint
    assert own.requests.total == before


def test_member_newer_than_this_release_is_in_json(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(lambda _: answers.page([answers.video(1, mood="new")]))
    assert here("videos", "list", "--format", "json", at=api).json[0]["mood"] == "new"


@pytest.mark.parametrize("plural", MANAGED)
def test_pause_update_and_resume(
    here: Here, own: Sandbox, client: CreatorAudit, plural: str
) -> None:
    chosen = listed(client, plural, max_items=2)
    ids = [one["id"] for one in chosen]
    paused = "archived" if plural == "creators" else "paused"

    def states() -> list[Any]:
        return [getattr(client, plural).get(one).is_active for one in ids]

    ran = here(plural, "pause", *ids, "--format", "jsonl", at=own)
    assert [(one["id"], one["is_active"]) for one in ran.jsonl] == [(one, False) for one in ids]
    assert states() == [False, False]
    assert here(plural, "resume", *ids, at=own).code == 0
    assert states() == [True, True]
    changed = here(plural, "update", ids[0], f"--{paused}", "--format", "json", at=own)
    assert changed.json["is_active"] is False
    assert states() == [False, True]
    here(plural, "update", ids[0], "--active", at=own)
    assert states() == [True, True]


@pytest.mark.parametrize("plural", MANAGED)
def test_update_takes_the_id_of_what_it_is_about_only_once(here: Here, plural: str) -> None:
    option = f"--{plural.removesuffix('s')}-id"
    ran = here(plural, "update", UNKNOWN, option, UNKNOWN)
    assert ran.code == 2
    assert option in ran.err
    assert "o such option" in ran.err


def test_update_sends_other_members_as_json_or_text(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(answers.one({"id": UNKNOWN}))
    here(
        *("accounts", "update", UNKNOWN, "--set", "scrape_interval_hours=12"),
        *("--set", "category=food", "--set", "note=a=b", "--set", "flags=[true]"),
        at=api,
    )
    (request,) = api.requests
    assert request.json == {
        "scrape_interval_hours": 12,
        "category": "food",
        "note": "a=b",
        "flags": [True],
    }


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("accounts", "update", UNKNOWN), "nothing to change; add --active, --paused or --set"),
        (("creators", "update", UNKNOWN), "nothing to change; add --active, --archived or --set"),
        (("accounts", "update", UNKNOWN, "--set", "x"), "'x' is not NAME=VALUE"),
        (("creators", "create", "X", "--metadata", "=y"), "'=y' is not KEY=VALUE"),
        (("videos", "get", "nope"), "ID must be a UUID such as"),
        (("creators", "pause", "nope"), "must be a UUID such as"),
        (("creators", "link", UNKNOWN, "nope"), "an account is given as its id, @name"),
        (("accounts", "list", "--creator-id", "nope"), "--creator-id must be a UUID such as"),
        (("accounts", "pause"), "no ids; give some, or --file FILE"),
        (("accounts", "delete", UNKNOWN), "delete 1 account? Nobody can be asked here; add --yes"),
        (("videos", "list", "--raw"), "--raw goes with --format csv"),
        (("breakouts", "--window", "0"), "--window must be between 1 and 365, not 0"),
        (("breakouts", "--min-views", "-1"), "--min-views must be at least 0, not -1"),
        (("export", "videos", "--out", "-", "--format", "parquet"), "does not go with parquet"),
        (("export", "videos", "--out", "s3://bucket/x.csv"), "'s3://bucket/x.csv' is a URL"),
        (
            ("export", "videos", "--out", "a.xlsx"),
            "a.xlsx has no suffix that names a format",
        ),
        (("breakouts", "--top", "0"), "--top must be between 1 and"),
        (("export", "accounts", "--window", "7"), "--window goes with deltas, not with accounts"),
        (("export", "accounts", "--order-by", "x"), "--order-by must be one of added_at"),
    ],
)
def test_mistake_is_one_line_and_nothing_is_sent(
    here: Here, own: Sandbox, args: tuple[str, ...], says: str
) -> None:
    before = own.requests.total
    ran = here(*args, at=own)
    assert ran.code == 2
    assert says in ran.complaint
    assert own.requests.total == before


def test_unknown_id_says_what_to_check(here: Here, own: Sandbox) -> None:
    ran = here("videos", "get", UNKNOWN, at=own)
    assert ran.code == 1
    assert "404 NOT_FOUND" in ran.complaint
    assert "check the id" in ran.complaint


def test_ids_come_from_a_file_too(
    here: Here, own: Sandbox, client: CreatorAudit, tmp_path: Path
) -> None:
    first, second = (one["id"] for one in listed(client, "videos", max_items=2))
    file = tmp_path / "ids.txt"
    file.write_bytes(f"\ufeffid\r\n# mine\r\n\r\n  {first.upper()}  \r\n{second}".encode())
    ran = here("videos", "pause", "--file", str(file), "--fields", "id", "--format", "csv", at=own)
    assert ran.out.split() == ["id", first, second]
    again = here("videos", "resume", "--file", "-", "--format", "jsonl", at=own, stdin=first)
    assert [one["is_active"] for one in again.jsonl] == [True]


def test_line_that_is_not_an_id_is_named_and_nothing_is_sent(
    here: Here, own: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "ids.txt"
    file.write_text(f"{UNKNOWN}\n\nid\n")
    before = own.requests.total
    complaint = here("videos", "pause", "--file", str(file), at=own).complaint
    assert "ids.txt, line 3: " in complaint
    assert "must be a UUID" in complaint
    file.write_bytes(b"\xff\xfei\x00d\x00")
    complaint = here("videos", "pause", "--file", str(file), at=own).complaint
    assert "ids.txt, line 1 is not UTF-8 text; save the file as UTF-8" in complaint
    assert own.requests.total == before


def test_several_ids_stop_at_the_one_that_fails_and_say_where(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(answers.one(answers.video(1)), answers.problem(403, "FORBIDDEN"))
    ran = here("videos", "pause", answers.video_id(1), UNKNOWN, at=api)
    assert ran.code == 1
    assert answers.video_id(1) in ran.out
    where, why = ran.err.splitlines()
    assert where == f"1 of 2 videos done; stopped at {UNKNOWN}"
    assert "403 FORBIDDEN" in why


@pytest.mark.parametrize("plural", MANAGED)
def test_delete_removes_the_resource(
    here: Here, own: Sandbox, client: CreatorAudit, plural: str
) -> None:
    doomed = listed(client, plural)[-1]["id"]
    ran = here(plural, "delete", doomed, "--yes", "--format", "jsonl", at=own)
    assert ran.jsonl == [{"id": doomed, "outcome": "deleted"}]
    with pytest.raises(NotFoundError):
        getattr(client, plural).get(doomed)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_delete_asks_on_a_terminal(
    cli: Cli, own: Sandbox, client: CreatorAudit, answer: str, code: int
) -> None:
    pexpect = pytest.importorskip("pexpect")
    doomed = listed(client, "videos")[-1]["id"]
    program, *rest = cli.command("videos", "delete", doomed, anew=True)
    child = pexpect.spawn(program, rest, env=cli.environment(own), encoding="utf-8", timeout=240)
    child.expect_exact("Delete 1 video?")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    left = {one["id"] for one in listed(client, "videos")}
    assert (doomed in left) is (answer == "n")


def test_creator_is_made_linked_and_unlinked(
    here: Here, own: Sandbox, client: CreatorAudit
) -> None:
    made = here(
        *("creators", "create", "Rivals", "--metadata", "brand=acme", "--archived"),
        *("--format", "json"),
        at=own,
    ).json
    assert (made["name"], made["metadata"], made["is_active"]) == (
        "Rivals",
        {"brand": "acme"},
        False,
    )
    renamed = here(
        *("creators", "update", made["id"], "--name", "Rivals 2027", "--format", "json"), at=own
    )
    assert renamed.json["name"] == "Rivals 2027"
    account = next(one for one in client.accounts.list() if one.creator_id is None).id
    link = ("creators", "link", made["id"], account, "--format", "json")
    assert here(*link, at=own).json == {
        "creator_id": made["id"],
        "account_id": account,
        "created": True,
    }
    assert here(*link, at=own).json["created"] is False
    assert client.accounts.get(account).creator_id == made["id"]
    ran = here("creators", "unlink", made["id"], account, "--format", "json", at=own)
    assert ran.json == {"id": account, "outcome": "unlinked"}
    assert client.accounts.get(account).creator_id is None


def test_creator_without_a_summary_is_a_dash(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    pages = [answers.page([{"id": UNKNOWN, "name": "X", "accounts_summary": None}])]
    ran = here("creators", "list", at=serve(*pages))
    assert ran.out.splitlines()[2].split() == [UNKNOWN, "X", "–", "–"]


HOSTILE = "=cmd|' /C calc'!A0 [b]x[/b] [/i]\x1b]0;owned\x07\x1b[2J\u202egnp.exe\r\nfake"


def test_strangers_text_is_inert_in_every_form(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(
        lambda _: answers.page(
            [answers.video(1, description=HOSTILE, account_username="@" + HOSTILE, view_count=-5)]
        )
    )
    for form in ("table", "json", "jsonl", "csv"):
        ran = here("videos", "list", "--format", form, at=api)
        assert ran.code == 0
        assert all(char.isprintable() or char == "\n" for char in ran.out)
        if form == "csv":
            (row,) = ran.csv
            assert row["description"].startswith("'=cmd")
            assert row["account_username"].startswith("'@=cmd")
            assert row["view_count"] == "-5"


def test_raw_csv_is_the_text_as_it_came(here: Here, serve: Callable[..., ScriptedServer]) -> None:
    api = serve(answers.page([answers.video(1, description=HOSTILE, shortcode="\ud83d")]))
    ran = here("videos", "list", "--format", "csv", "--raw", at=api)
    (row,) = csv.DictReader(io.StringIO(ran.out, newline=""))
    assert row["description"] == HOSTILE
    assert row["shortcode"] == "\ufffd"


def test_list_and_export_write_the_same_csv(
    here: Here, serve: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    texts = ["=1", "two\nlines", 'say "hi", you', "x;=1+1;y", "  @SUM", "7204018326900000124", ""]
    posts = [answers.video(n, description=text, metadata={"a": 1}) for n, text in enumerate(texts)]
    api = serve(lambda r: answers.WHOAMI if r.path == "/whoami" else answers.page(posts))
    file = tmp_path / "x.csv"
    for options in ((), ("--raw",), ("--excel",)):
        here("export", "videos", "--out", str(file), "--overwrite", *options, at=api)
        (names, *rows) = csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline=""))
        fields = ",".join(names[:-1]).removeprefix("\ufeff")
        ran = here("videos", "list", "--format", "csv", "--fields", fields, *options, at=api)
        (listed, *lines) = csv.reader(io.StringIO(ran.out, newline=""))
        assert listed == names[:-1]
        assert lines == [row[:-1] for row in rows]


def test_export_from_a_sandbox_that_ends_with_it_is_never_resumed(
    here: Here, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    partial = tmp_path / "a.csv.partial"
    partial.mkdir(mode=0o700)
    (partial / "joined").mkdir()  # stands in the way of the file that is joined
    ran = here("export", "accounts", "--out", str(file), "--sandbox")
    assert ran.code == 1
    assert "the server of --sandbox ends with its command" in ran.complaint
    assert "run the same" not in ran.complaint
    (partial / "joined").rmdir()
    again = here("export", "accounts", "--out", str(file), "--sandbox")
    assert (again.code, "add --restart" in again.complaint) == (2, True)
    assert here("export", "accounts", "--out", str(file), "--sandbox", "--restart").code == 0


@pytest.mark.parametrize("form", ["table", "json"])
def test_export_says_what_it_wrote_where_it_is_told(
    here: Here, own: Sandbox, tmp_path: Path, form: str
) -> None:
    file = tmp_path / "a.csv"
    ran = here("export", "accounts", "--out", str(file), "--receipt", form, at=own)
    assert (ran.code, ran.err) == (0, "")
    if form == "json":
        assert ran.json["bytes"] == file.stat().st_size
        assert ran.json["path"] == str(file)
    else:
        assert f"bytes      {file.stat().st_size}" in ran.out.splitlines()
