"""Many organizations in one sandbox: each has an id, keys, a rate window and a world of its own."""

from __future__ import annotations

import json
import stat
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from creatoraudit_sandbox import Sandbox, organizations

from .conftest import Api
from .test_process import SMALL, run, serving

DEFAULT_ID = "0b3f2c14-9a6d-4f1e-8b2a-1c2d3e4f5a6b"
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX rights")


def whoami(api: Api) -> str:
    answer = api.get("/whoami")
    assert answer.status_code == 200
    return str(answer.json()["data"]["organization_id"])


def test_default_seed_keeps_its_organization(api: Api) -> None:
    assert whoami(api) == DEFAULT_ID


def test_other_seeds_are_other_organizations(start: Callable[..., Api]) -> None:
    ids = [whoami(start(seed=seed)) for seed in (1, 2, 1, 7)]
    assert ids[0] == ids[2]
    assert len(set(ids)) == 3
    assert ids[3] == DEFAULT_ID


def test_each_organization_has_an_id_keys_and_a_world(start: Callable[..., Api]) -> None:
    sandbox = start(organizations=12).sandbox
    assert [each.name for each in sandbox.organizations[::11]] == ["org-01", "org-12"]
    assert len({each.api_key for each in sandbox.organizations}) == 12
    posts: set[str] = set()
    for each in sandbox.organizations:
        with Api(sandbox, each.api_key) as api:
            assert whoami(api) == each.id
            posts |= {video["id"] for video in api.walk("/videos")}
    assert len(posts) == 12 * 20


def test_first_organization_is_that_of_a_sandbox_with_one(start: Callable[..., Api]) -> None:
    alone, first = start(), start(organizations=3)
    assert first.sandbox.api_key == alone.sandbox.api_key
    assert first.walk("/videos") == alone.walk("/videos")


def test_changes_and_cursors_stay_in_their_organization(start: Callable[..., Api]) -> None:
    mine = start(organizations=2)
    with Api(mine.sandbox, mine.sandbox.organizations[1].api_key) as theirs:
        before = theirs.walk("/creators")
        made = mine.post("/creators", json={"name": "x"}).json()["data"]
        assert theirs.walk("/creators") == before
        assert theirs.get(f"/creators/{made['id']}").status_code == 404
        cursor = mine.get("/videos?limit=2").json()["pagination"]["next_cursor"]
        assert theirs.get(f"/videos?limit=2&cursor={cursor}").status_code == 422


def test_each_organization_has_a_rate_window_and_read_only_keys(start: Callable[..., Api]) -> None:
    mine = start(organizations=2, rate_limit=1, rate_window=3600)
    other = mine.sandbox.organizations[1]
    with Api(mine.sandbox, other.api_key) as theirs:
        assert [mine.get("/whoami").status_code for _ in "12"] == [200, 429]
        assert [theirs.get("/whoami").status_code for _ in "12"] == [200, 429]
    with Api(mine.sandbox, other.read_key) as reader:
        assert reader.post("/creators", json={"name": "x"}).status_code == 403
    with Api(mine.sandbox, other.write_key) as writer:
        assert writer.post("/creators", json={"name": "x"}).status_code == 201


def test_worlds_that_were_dropped_come_back_as_they_were(
    start: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organizations, "_MOST_ROOM", 2000)
    sandbox = start(organizations=6).sandbox
    keys = [each.api_key for each in sandbox.organizations]

    def worlds() -> list[Any]:
        found = []
        for key in keys:
            with Api(sandbox, key) as api:
                found.append([api.walk(path) for path in ("/videos", "/account-videos")])
        return found

    before = worlds()
    with Api(sandbox, keys[2]) as changed:
        changed.delete(f"/videos/{before[2][0][0]['id']}")
        before[2][0] = changed.walk("/videos")
    assert len(before[2][0]) == 19
    assert worlds() == before
    assert len(sandbox._organizations._worlds._loaded) < 6


def test_arguments_that_make_no_organizations_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one organization"):
        Sandbox(organizations=0)
    with pytest.raises(ValueError, match="stores only one organization"):
        Sandbox(organizations=2, data=str(tmp_path / "x.db"))


# ------------------------------------------------------------------------------------ the config


def test_config_names_the_organizations_and_where_their_keys_are(tmp_path: Path) -> None:
    config = tmp_path / "creatoraudit.toml"
    options = ("--organizations", "3", "--write-config", str(config))
    ids = set()
    for _ in "12":  # a second run takes the place of the first
        with serving(*options) as (_, url, key):
            written = tomllib.loads(config.read_text(encoding="utf-8"))["organizations"]
            assert list(written) == ["org-1", "org-2", "org-3"]
            for name, each in written.items():
                assert each == {"key": f"file:keys/{name}", "base_url": url}
                secret = (tmp_path / "keys" / name).read_text(encoding="utf-8")
                headers = {"Authorization": f"Bearer {secret}"}
                answer = httpx.get(f"{url}/whoami", headers=headers).json()
                ids.add(answer["data"]["organization_id"])
            assert key == (tmp_path / "keys/org-1").read_text(encoding="utf-8")
            assert key not in config.read_text(encoding="utf-8")
    assert len(ids) == 3
    assert {path.name for path in tmp_path.rglob("*")} == {"creatoraudit.toml", "keys", *written}


@posix
def test_keys_beside_a_config_are_their_owners_alone(tmp_path: Path) -> None:
    with Sandbox(organizations=2, accounts=0, videos=0) as sandbox:
        sandbox.write_config(tmp_path / "creatoraudit.toml")
    rights = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "keys", *(tmp_path / "keys").iterdir())
    }
    assert rights == {"keys": 0o700, "org-1": 0o600, "org-2": 0o600}


def test_file_that_cannot_be_replaced_leaves_no_part_of_another(tmp_path: Path) -> None:
    config = tmp_path / "creatoraudit.toml"
    with Sandbox(accounts=0, videos=0) as sandbox:
        sandbox.write_config(config)
        key = tmp_path / "keys" / "org-1"
        key.unlink()
        key.mkdir()
        with pytest.raises(OSError, match="org-1"):
            sandbox.write_config(config)
    assert list(key.parent.iterdir()) == [key]


@posix
def test_keys_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (tmp_path / "keys").symlink_to(theirs)
    result = run(*SMALL, "--write-config", str(tmp_path / "creatoraudit.toml"))
    assert (result.returncode, len(result.stderr.splitlines())) == (1, 1)
    assert list(theirs.iterdir()) == []


@pytest.mark.parametrize("name", ["creatoraudit.toml", "keys/org-1", "keys"])
def test_file_that_no_sandbox_wrote_is_left_alone(tmp_path: Path, name: str) -> None:
    theirs = tmp_path / name
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("mine", encoding="utf-8")
    result = run(*SMALL, "--write-config", str(tmp_path / "creatoraudit.toml"))
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert theirs.name in result.stderr
    assert theirs.read_text(encoding="utf-8") == "mine"
    assert json.dumps(sorted(path.name for path in tmp_path.iterdir())) in (
        '["creatoraudit.toml"]',
        '["keys"]',
    )
