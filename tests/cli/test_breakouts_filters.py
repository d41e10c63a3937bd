"""Filters of `breakouts`: by account, by post, and by posts that were seen before."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from creatoraudit import CreatorAudit, NotFoundError, UsageError
from creatoraudit.cli._output import Column, Linked, write_table
from support import answers
from support.server import Request, ScriptedServer, Step

if TYPE_CHECKING:
    from .conftest import Here

FOOD, PETS = "00000000-0000-4000-9000-000000000001", "00000000-0000-4000-9000-000000000002"
SET = "00000000-0000-4000-9000-000000000009"
ACCOUNTS = [
    {"id": FOOD, "platform": "tiktok", "username": "food"},
    {"id": PETS, "platform": "instagram", "username": "pets"},
]


@pytest.fixture
def api(serve: Callable[..., ScriptedServer]) -> ScriptedServer:
    """Two accounts of five posts each, and one post of nobody; post n gains n * 100 views."""

    def post(number: int) -> dict[str, Any]:
        owner = None if number == 11 else FOOD if number <= 5 else PETS
        platform = "instagram" if owner == PETS else "tiktok"
        return answers.video(
            number,
            account_id=owner,
            platform=platform,
            shortcode=f"C{number}" if platform == "instagram" else None,
            view_count=10_000,
            create_time=f"2026-06-{number:02}T12:00:00Z",
        )

    def answer(request: Request) -> Step:
        if request.path == "/videos/deltas":
            windows = request.json["windows"]
            return answers.deltas(
                {
                    one: {f"{days}d": int(one[-12:]) * 100 for days in windows}
                    for one in request.json["video_ids"]
                },
                windows=windows,
            )
        if request.path == "/accounts":
            query: Mapping[str, list[str]] = request.query
            if query.get("category", ["food"]) != ["food"] or query.get("creator_id") == [FOOD]:
                return answers.page([])
            only = [one for one in ACCOUNTS if one["username"] in query.get("q", ["food pets"])[0]]
            return answers.page(only[:1] if "category" in query else only)
        if request.path.startswith("/accounts/"):
            return answers.one({"type": "account", **ACCOUNTS[1]})
        return answers.page([post(number) for number in range(1, 12)])

    return serve(answer)


@pytest.fixture
def ca(api: ScriptedServer) -> CreatorAudit:
    return CreatorAudit("made-up-key", base_url=api.url)


def numbers(posts: Any) -> list[int]:
    return [int(post.video.id[-12:]) for post in posts]


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"accounts": [FOOD]}, [5, 4, 3, 2, 1]),
        ({"accounts": ["@food"]}, [5, 4, 3, 2, 1]),
        ({"accounts": ["instagram:@pets"]}, [10, 9, 8, 7, 6]),
        ({"accounts": ["https://www.tiktok.com/@food", PETS]}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"categories": ["food"]}, [5, 4, 3, 2, 1]),
        ({"creators": [SET], "categories": ["food"]}, [5, 4, 3, 2, 1]),
        ({"accounts": [PETS], "categories": ["food"]}, []),
    ],
)
def test_filter_by_account_holds_before_deltas_are_asked(
    api: ScriptedServer, ca: CreatorAudit, filters: dict[str, Any], shown: list[int]
) -> None:
    with ca:
        result = ca.breakouts(top=20, **filters)
    assert numbers(result) == shown
    assert result.skipped.no_account == 1
    assert result.considered == len(shown) + 1
    assert result.requests == len(api.requests)
    asked = [len(one.json["video_ids"]) for one in api.requests if one.path == "/videos/deltas"]
    assert sum(asked) == len(shown)


def test_name_that_nobody_has_is_not_found(ca: CreatorAudit) -> None:
    with ca, pytest.raises(NotFoundError, match="no tracked account is called @nobody"):
        ca.breakouts(accounts=["@nobody"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"accounts": "@food"}, "must be a list"),
        ({"accounts": ["food"]}, "an account is given as its id, @name"),
        ({"creators": ["x"]}, "creators must be a UUID"),
        ({"published_since": "yesterday"}, "published_since must be a day"),
        ({"min_growth": 0}, "min_growth must be more than 0"),
        ({"min_growth": "much"}, "min_growth must be a number"),
    ],
)
def test_filter_that_cannot_be_right_is_refused_before_anything_is_sent(
    api: ScriptedServer, ca: CreatorAudit, arguments: dict[str, Any], says: str
) -> None:
    with ca, pytest.raises(UsageError, match=says):
        ca.breakouts(**arguments)
    assert api.requests == []


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ({"published_since": "2026-06-09"}, [11, 10, 9]),
        ({"published_since": "2026-06-09T13:00:00+00:00"}, [11, 10, 9]),
        ({"min_growth": 0.1}, [11, 10]),
        ({"min_growth": 0.1, "published_since": "2026-06-11"}, [11]),
    ],
)
def test_what_is_shown_never_changes_an_authors_median(
    ca: CreatorAudit, arguments: dict[str, Any], shown: list[int]
) -> None:
    with ca:
        every = {post.video.id: post.outlier for post in ca.breakouts(top=20, by="outlier")}
        result = ca.breakouts(top=20, by="outlier", **arguments)
    assert sorted(numbers(result), reverse=True) == shown
    assert {post.video.id: post.outlier for post in result}.items() <= every.items()
    assert result.considered == 11


def test_post_says_where_it_is_whose_it_is_and_how_it_stands(
    here: Here, api: ScriptedServer, ca: CreatorAudit
) -> None:
    expected = {
        "url": "https://www.instagram.com/p/C10/",
        "shortcode": "C10",
        "account_id": PETS,
        "view_count": 10_000,
        "create_time": "2026-06-10T12:00:00Z",
    }
    args = ("breakouts", "--account", "@pets", "--top", "1")
    (post,) = here(*args, "--format", "json", at=api).json["breakouts"]
    (row,) = here(*args, "--format", "csv", at=api).csv
    (line,) = here(*args, "--format", "jsonl", at=api).jsonl
    assert post.items() >= expected.items()
    assert line.items() >= expected.items()
    assert row.items() >= {name: str(value) for name, value in expected.items()}.items()
    with ca:
        frame = ca.breakouts(accounts=["@pets"], top=1).to_pandas()
    assert frame["url"][0] == expected["url"]
    assert frame["view_count"][0] == 10_000


def test_options_reach_the_breakouts_job(here: Here, api: ScriptedServer) -> None:
    def ids(*options: str) -> list[int]:
        ran = here("breakouts", *options, "--format", "jsonl", at=api)
        assert ran.code == 0, ran.err
        return [int(one["id"][-12:]) for one in ran.jsonl]

    assert ids("--category", "food") == [5, 4, 3, 2, 1]
    assert ids("--creator", SET, "--account", "@food") == [5, 4, 3, 2, 1]
    assert ids("--min-growth", "10%") == ids("--min-growth", "10") == [11, 10]
    assert ids("--published-since", "2026-06-11") == [11]
    wrong = here("breakouts", "--min-growth", "much", at=api)
    assert "--min-growth must be a percentage such as 50%" in wrong.complaint
    assert here("breakouts", "--account", "@nobody", at=api).code == 1


def test_seen_posts_are_shown_once(here: Here, api: ScriptedServer, tmp_path: Path) -> None:
    seen = tmp_path / "seen.json"
    args = ("breakouts", "--seen", str(seen), "--exit-code", "--format", "jsonl")

    def run(*more: str) -> tuple[int, list[int]]:
        ran = here(*args, *more, at=api)
        return ran.code, [int(one["id"][-12:]) for one in ran.jsonl]

    assert run("--top", "2") == (3, [11, 10])
    assert run("--top", "3") == (3, [9])
    assert run("--top", "3") == (0, [])
    assert len(json.loads(seen.read_text())["ids"]) == 3


@pytest.mark.parametrize("content", ["[]", "{}", "not json", '{"kind": "other", "ids": []}'])
def test_file_of_another_kind_is_left_alone(
    here: Here, api: ScriptedServer, tmp_path: Path, content: str
) -> None:
    seen = tmp_path / "notes.txt"
    seen.write_text(content)
    ran = here("breakouts", "--seen", str(seen), at=api)
    assert (ran.code, "is not a file of seen posts" in ran.complaint) == (2, True)
    assert seen.read_text() == content
    nowhere = here("breakouts", "--seen", str(tmp_path / "no" / "seen.json"), at=api)
    assert "there is no folder" in nowhere.complaint
    assert api.requests == []


def test_nothing_is_remembered_of_what_could_not_be_printed(
    here: Here, api: ScriptedServer, tmp_path: Path
) -> None:
    seen = tmp_path / "seen.json"
    ran = here("breakouts", "--seen", str(seen), "--account", "@nobody", at=api)
    assert ran.code == 1
    assert not seen.exists()


def test_caption_leads_to_its_post_where_a_terminal_can_show_links(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    write_table([Column("caption")], [[Linked("a\x1b[2Jb", "https://www.tiktok.com/@a/video/1")]])
    shown = capsys.readouterr().out
    assert "https://www.tiktok.com/@a/video/1" in shown
    assert r"a\x1b[2Jb" in shown
    monkeypatch.delenv("FORCE_HYPERLINK")
    monkeypatch.setenv("TERM_PROGRAM", "unheard-of")
    write_table([Column("caption")], [[Linked("text", "https://www.tiktok.com/@a/video/1")]])
    assert "tiktok.com" not in capsys.readouterr().out
