"""`creatoraudit metrics`, `leaderboard` and `search`: figures by id, by creator, and hits."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from creatoraudit import CreatorAudit
from support import answers
from support.server import Answer, Request, ScriptedServer, Step

if TYPE_CHECKING:
    from creatoraudit_sandbox import Sandbox

    from .conftest import Here

FIGURES = ("views", "plays", "likes", "comments", "shares", "engagement")
UNKNOWN = "3c90c3cc-0d44-4b50-8888-8dd25736052a"


@pytest.fixture
def ca(sandbox: Sandbox) -> Iterator[CreatorAudit]:
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as client:
        yield client


@pytest.mark.parametrize("plural", ["accounts", "videos"])
def test_metrics_are_printed_for_ids(
    here: Here, sandbox: Sandbox, ca: CreatorAudit, plural: str
) -> None:
    resource = getattr(ca, plural)
    ids = [one.id for one in resource.list(max_items=3)]
    expected = resource.metrics(ids, period="7d")
    rows = [{"id": one, **totals.to_dict()} for one, totals in expected.items()]
    asked = ("metrics", plural, *ids, ids[0].upper(), "--period", "7d")
    assert here(*asked, "--format", "json", at=sandbox).json == rows
    table = here(*asked, at=sandbox).out.splitlines()
    assert table[2].split()[:2] == [ids[0], f"{rows[0]['views']:,}"]


def test_metrics_take_a_first_and_a_last_day(
    here: Here, sandbox: Sandbox, ca: CreatorAudit
) -> None:
    (one,) = [one.id for one in ca.videos.list(max_items=1, order_by="create_time")]
    days = ("2026-06-01", "2026-06-14")
    ran = here(
        *("metrics", "videos", one, "--start-date", days[0], "--end-date", days[1]),
        *("--format", "csv"),
        at=sandbox,
    )
    expected = ca.videos.metrics([one], start_date=days[0], end_date=days[1])[one].to_dict()
    assert {name: ran.csv[0][name] for name in FIGURES} == {
        name: str(expected[name]) for name in FIGURES
    }


def test_any_number_of_ids_comes_through_a_pipe(here: Here, sandbox: Sandbox) -> None:
    listed = here("videos", "list", "--fields", "id", "--format", "csv", at=sandbox)
    before = sandbox.requests["POST /videos/metrics"]
    ran = here(
        "metrics", "videos", "--file", "-", "--format", "jsonl", at=sandbox, stdin=listed.out
    )
    assert [row["id"] for row in ran.jsonl] == [row["id"] for row in listed.csv]
    assert len(ran.jsonl) == 400
    assert sandbox.requests["POST /videos/metrics"] == before + 2


def test_ids_that_are_not_found_are_named(
    here: Here, sandbox: Sandbox, ca: CreatorAudit, tmp_path: Path
) -> None:
    unknown = [answers.video_id(n) for n in range(4)]
    file = tmp_path / "ids.txt"
    file.write_text("\n".join(unknown[1:]))
    known = next(iter(ca.videos.list(max_items=1))).id
    ran = here(
        *("metrics", "videos", known, unknown[0], "--file", str(file), "--format", "jsonl"),
        at=sandbox,
    )
    assert [row["id"] for row in ran.jsonl] == [known]
    assert (ran.code, ran.err) == (0, f"4 of 5 not found: {', '.join(unknown[:3])}, ...\n")
    few = here("metrics", "videos", unknown[0], "--format", "json", at=sandbox)
    assert (few.code, few.json, few.err) == (1, [], f"1 of 1 not found: {unknown[0]}\n")


def test_ids_without_figures_are_counted(here: Here, serve: Callable[..., ScriptedServer]) -> None:
    api = serve(Answer(json={"data": {}, "meta": {"not_found": []}}))
    ran = here("metrics", "accounts", UNKNOWN, at=api)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "1 of 1 have no figures for this period\n"


def test_metrics_of_account_videos_take_the_platforms_numbers(
    here: Here, sandbox: Sandbox, ca: CreatorAudit
) -> None:
    post = next(one for one in ca.account_videos.list() if one.platform == "instagram")
    assert post.platform_data
    number = post.platform_data["internal_id"]
    assert isinstance(number, int)
    ran = here(
        *("metrics", "account-videos", "--platform", "instagram", str(number), "999999999"),
        *("--format", "json"),
        at=sandbox,
    )
    (expected,) = ca.account_videos.metrics(instagram=[number])
    assert ran.json == [{"platform": "instagram", "id": number, **expected.totals.to_dict()}]
    assert ran.err == "1 of 2 not found: 999999999\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("videos",), "no ids; give some, or --file FILE"),
        (
            ("videos", UNKNOWN, "--start-date", "1.1.2026", "--end-date", "2026-01-31"),
            "--start-date must be a day such as 2026-06-14",
        ),
        (
            ("videos", UNKNOWN, "--start-date", "2026-01-01"),
            "--start-date and --end-date belong together",
        ),
        (
            ("videos", UNKNOWN, "--period", "7d", "--end-date", "2026-01-01"),
            "pass either --period 7d or --start-date",
        ),
        (("account-videos", "1"), "missing option '--platform'"),
        (("account-videos", UNKNOWN, "--platform", "tiktok"), "id is a whole number, not '3c90"),
        (("videos", "--file", os.devnull), f"there are no ids in {os.devnull}; it takes one per"),
    ],
)
def test_mistake_is_one_line_and_nothing_is_sent(
    here: Here, sandbox: Sandbox, args: tuple[str, ...], says: str
) -> None:
    before = sandbox.requests.total
    ran = here("metrics", *args, at=sandbox)
    assert ran.code == 2
    assert says in (ran.complaint if args[0] != "account-videos" else ran.err)
    assert sandbox.requests.total == before


@pytest.mark.parametrize("days", [7, 30])
def test_leaderboard_sums_the_days_up_to_the_servers_today(
    here: Here, sandbox: Sandbox, ca: CreatorAudit, days: int
) -> None:
    ran = here("leaderboard", "--period", f"{days}d", "--format", "json", at=sandbox)
    today = dt.date(2026, 6, 15)
    expected = []
    for top in ca.creators.top(f"{days}d"):
        rows: Any = ca.creators.analytics(top.id, today - dt.timedelta(days=days - 1), today).rows
        totals = {name: sum(row[name] for row in rows) for name in FIGURES if name in rows[0]}
        expected.append((top.id, totals, rows[-1]["followers"]))
    expected.sort(key=lambda one: (-one[1]["views"], one[0]))
    assert [row["rank"] for row in ran.json] == list(range(1, len(expected) + 1))
    for row, (creator, totals, followers) in zip(ran.json, expected, strict=True):
        engagement = totals["likes"] + totals["comments"] + totals["shares"]
        assert row["id"] == creator
        assert {name: row[name] for name in totals} == totals
        assert row["engagement_rate"] == pytest.approx(100 * engagement / totals["views"])
        assert row["followers"] == followers


def test_leaderboard_by_engagement_over_the_whole_roster(
    here: Here, sandbox: Sandbox, ca: CreatorAudit
) -> None:
    ran = here("leaderboard", "--all", "--by", "engagement", "--format", "json", at=sandbox)
    rates = [row["engagement_rate"] for row in ran.json]
    assert rates == sorted(rates, reverse=True)
    assert {row["id"] for row in ran.json} == {one.id for one in ca.creators.list()}
    best = here("leaderboard", "--all", "--by", "engagement", "--top", "2", at=sandbox)
    lines = best.out.splitlines()[2:]
    assert len(lines) == 2
    assert f"{rates[0]:.2f}%" in lines[0]
    assert ran.json[0]["name"] in lines[0]


def test_leaderboard_asks_side_by_side_but_no_more_than_allowed(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    together = threading.Barrier(2, timeout=30)
    waiting: list[str] = []
    most: list[int] = []

    def answer(request: Request) -> Step:
        if request.path == "/whoami":
            return answers.WHOAMI
        if request.path == "/creators":
            return answers.page([{"id": answers.video_id(n), "name": str(n)} for n in range(6)])
        waiting.append(request.path)
        most.append(len(waiting))
        together.wait()  # for the other one: there must be two, and there never are three
        waiting.remove(request.path)
        return Answer(json={"data": []})

    args = ("leaderboard", "--all", "--concurrency", "2", "--format", "json")
    assert len(here(*args, at=serve(answer)).json) == 6
    assert max(most) == 2
    assert "--concurrency must be at least 1" in here(*args[:2], "--concurrency", "0").complaint


def test_top_beyond_what_the_api_gives_names_the_way_out(here: Here, sandbox: Sandbox) -> None:
    ran = here("leaderboard", "--top", "26", at=sandbox)
    assert ran.code == 2
    assert "--top goes up to 25; with --all to any number" in ran.complaint


def test_creator_without_figures_comes_last_and_is_not_a_zero(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    days = {
        "a": [{"views": 5, "likes": 1, "comments": 0, "shares": 0, "followers": 7}, {"views": 1}],
        "b": [],
        "c": [{"views": 0, "likes": 2}],
        "d": None,
    }

    def answer(request: Request) -> Step:
        match request.path.split("/")[1:]:
            case ["whoami"]:
                return answers.WHOAMI
            case ["creators", "top"]:
                return Answer(json={"data": [{"id": ids[one]} for one in days] + [{"name": "?"}]})
            case [_, creator, "analytics"]:
                rows = days[next(one for one in days if ids[one] == creator)]
                if rows is None:
                    return answers.problem(404, "NOT_FOUND")
                return Answer(json={"data": rows})
        raise AssertionError(request.target)

    ids = {one: answers.video_id(n) for n, one in enumerate(days)}
    ran = here("leaderboard", "--by", "engagement", "--format", "json", at=serve(answer))
    assert [(row["id"], row["views"], row["engagement_rate"]) for row in ran.json] == [
        (ids["a"], 6, pytest.approx(100 / 6)),
        (ids["b"], None, None),
        (ids["c"], 0, None),
        (ids["d"], None, None),
    ]
    assert [row["followers"] for row in ran.json] == [7, None, None, None]


def test_leaderboard_of_nobody_says_what_to_do(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    ran = here("leaderboard", "--all", at=serve(answers.WHOAMI, answers.page([])))
    assert (ran.code, ran.out) == (0, "")
    assert "creatoraudit creators create NAME" in ran.err


def test_search_prints_results_of_every_section(
    here: Here, sandbox: Sandbox, ca: CreatorAudit
) -> None:
    found = ca.search("lab", limit=3).data
    ran = here("search", "lab", "--limit", "3", "--format", "json", at=sandbox)
    assert [(row["section"], row["id"], row["name"]) for row in ran.json] == [
        *(("accounts", one.id, one.username) for one in found.accounts or ()),
        *(("creators", one.id, one.name) for one in found.creators or ()),
        *(("videos", one.id, one.caption) for one in found.videos or ()),
    ]
    assert {row["section"] for row in ran.json} >= {"accounts", "creators"}
    assert here("search", "lab", at=sandbox).out.startswith("section ")


def test_search_without_results_says_so(here: Here, sandbox: Sandbox) -> None:
    ran = here("search", "no such text anywhere", at=sandbox)
    assert (ran.code, ran.out) == (0, "")
    assert "Nothing has this text" in ran.err
    assert (
        "--limit must be between 1 and 25"
        in here("search", "x", "--limit", "26", at=sandbox).complaint
    )


def test_server_that_allows_fewer_results_is_followed(
    here: Here, serve: Callable[..., ScriptedServer]
) -> None:
    caps = {"accounts": 5, "creators": 10, "videos": None, "\x1b[2J": 1}
    meta = [{"effective_caps": caps}, {}]
    data = {"accounts": [], "creators": None, "videos": []}
    api = serve(*(Answer(json={"data": data, "meta": one}) for one in meta))
    ran = here("search", "x", "--limit", "10", at=api)
    assert ran.err.splitlines()[1:] == [
        "the server shows 5 accounts at most",
        r"the server shows 1 \x1b[2J at most",
    ]
    assert len(here("search", "x", "--limit", "10", at=api).err.splitlines()) == 1


def test_deltas_are_printed_for_ids(here: Here, sandbox: Sandbox, ca: CreatorAudit) -> None:
    ids = [one.id for one in ca.videos.list(max_items=3)]
    expected = ca.videos.deltas(ids, windows=[7, 30])
    asked = ("deltas", *ids, ids[0].upper(), "--window", "7", "--window", "30", "--window", "7")
    assert here(*asked, "--format", "json", at=sandbox).json == [
        {"id": one, **{f"delta_{name}": value for name, value in expected[one].items()}}
        for one in ids
    ]
    table = here("deltas", ids[0], at=sandbox).out.splitlines()
    assert table[0].split() == [
        "id",
        *["Δviews", "1d", "Δviews", "7d", "Δviews", "14d", "Δviews", "30d"],
    ]
    some = here("deltas", ids[0], UNKNOWN, "--via", "get", "--format", "jsonl", at=sandbox)
    assert [row["id"] for row in some.jsonl] == [ids[0]]
    assert (some.code, some.err) == (0, f"1 of 2 not found: {UNKNOWN}\n")
    assert here("deltas", UNKNOWN, at=sandbox).code == 1


def test_analytics_of_a_creator(here: Here, sandbox: Sandbox, ca: CreatorAudit) -> None:
    one = next(iter(ca.creators.list(max_items=1))).id
    days = ("--start-date", "2026-06-01", "--end-date", "2026-06-03")
    ran = here("creators", "analytics", one, *days, "--format", "json", at=sandbox)
    assert ran.json == list(ca.creators.analytics(one, "2026-06-01", "2026-06-03"))
    assert "2026-06-01" in here("creators", "analytics", one, *days, at=sandbox).out
    unknown = here("creators", "analytics", UNKNOWN, *days, at=sandbox)
    assert (unknown.code, "404 NOT_FOUND" in unknown.complaint) == (1, True)
    turned = here("creators", "analytics", one, *days[:3], "2026-05-01", at=sandbox)
    assert (turned.code, "--start-date" in turned.complaint) == (2, True)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("videos", "deltas"), "use: creatoraudit deltas ID..."),
        (("videos", "metrics"), "use: creatoraudit metrics videos ID..."),
        (("videos", "delet"), "there is no command 'delet'"),
        (("creators", "unlinc"), "did you mean 'link'?"),
        (("creators", "top"), "use: creatoraudit leaderboard"),
        (("health",), "use: creatoraudit api GET /health"),
        (("metrics", "video"), "did you mean 'videos'?"),
    ],
)
def test_mistyped_command_is_never_answered_with_one_that_destroys(
    here: Here, typed: tuple[str, ...], says: str
) -> None:
    complaint = here(*typed).complaint
    assert says in complaint
    assert "delete" not in complaint
    assert "unlink'" not in complaint
