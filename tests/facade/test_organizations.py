"""The file that names organizations: its validation, and clients made from it."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from creatoraudit import (
    AsyncCreatorAudit,
    ConfigurationError,
    CreatorAudit,
    Organizations,
    UsageError,
)
from support import answers
from support.server import ScriptedServer

KEY = "made-up-key-of-acme"
DEFAULT = "https://api.creatoraudit.com/v2"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with a home of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_key_is_looked_up_where_the_file_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(
        folder / "conf" / "creatoraudit.toml",
        '[organizations.acme]\nkey = "env:ACME_KEY"\n'
        '[organizations.glo-bex_2]\nkey = "file:secrets/globex"\n'
        'base_url = "https://staging.example.com/v2"\n',
    )
    write(folder / "conf" / "secrets" / "globex", "second-key\n")
    monkeypatch.setenv("ACME_KEY", KEY)
    found = Organizations.load(file)
    assert list(found) == ["acme", "glo-bex_2"]
    assert len(found) == 2
    assert "acme" in found
    assert (found["acme"].key(), found["acme"].base_url) == (KEY, DEFAULT)
    assert found["glo-bex_2"].key() == "second-key"
    assert found["glo-bex_2"].base_url == "https://staging.example.com/v2"
    for shown in (repr(found), repr(found["acme"]), pickle.dumps(found["acme"]).decode("latin-1")):
        assert KEY not in shown


def test_file_of_the_folder_comes_before_that_of_the_user_and_they_are_not_merged(
    folder: Path,
) -> None:
    with pytest.raises(ConfigurationError, match="no file names your organizations"):
        Organizations.load()
    own = folder / "home" / ".config" / "creatoraudit" / "config.toml"
    write(own, '[organizations.mine]\nkey = "env:MINE"\n')
    assert list(Organizations.load()) == ["mine"]
    write(folder / "creatoraudit.toml", '[organizations.acme]\nkey = "env:ACME"\n')
    assert list(Organizations.load()) == ["acme"]
    assert list(Organizations.load("~/.config/creatoraudit/config.toml")) == ["mine"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[organizations.acme]\nkey = "file:a\\u0000"\n', "a key does not belong in this file"),
        (f'[organizations.acme]\nkey = "{KEY}"\n', "a key does not belong in this file"),
        ('[organizations.acme]\nkey = "env:"\n', "a key does not belong in this file"),
        ('[organizations.acme]\nkey = "env:NO=PE"\n', "a key does not belong in this file"),
        ('[organizations.acme]\nkey = "file:"\n', "a key does not belong in this file"),
        ("[organizations.acme]\n", "needs a string as key"),
        ("[organizations.acme]\nkey = 5\n", "needs a string as key"),
        (
            '[organizations.acme]\nkey = "env:A"\nbase_url = 5\n',
            r'"base_url" of \[organizations.acme\] in .*creatoraudit.toml must be a URL',
        ),
        ('[organizations.acme]\napi_key = "x"\n', 'has the unknown member "api_key"; it takes'),
        ("[organizations]\nacme = 5\n", "acme is not a table; it takes"),
        ('[organizations.Acme]\nkey = "env:A"\n', "a name is up to 63 lower-case letters"),
        ('[organizations."a b"]\nkey = "env:A"\n', "a name is up to 63 lower-case letters"),
        (f'[organizations.{"a" * 64}]\nkey = "env:A"\n', "a name is up to 63 lower-case letters"),
        ("key = 5\n", "the unknown member 'key'"),
        ("", "no organizations"),
        ("[organizations", "is not a TOML file"),
        ("organizations = 5\n", "no organizations"),
    ],
)
def test_file_that_says_something_else_is_refused_with_the_way_out(
    folder: Path, text: str, says: str
) -> None:
    file = write(folder / "creatoraudit.toml", text)
    with pytest.raises(ConfigurationError, match=says) as refused:
        Organizations.load()
    assert str(file.name) in str(refused.value)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("env:NOT_SET_ANYWHERE", "the environment variable NOT_SET_ANYWHERE is not set"),
        ("file:missing", "missing cannot be read: No such file"),
        ("file:empty", "empty is empty"),
        ("file:binary", "binary cannot be read: it is not UTF-8 text"),
    ],
)
@pytest.mark.parametrize("client", [CreatorAudit, AsyncCreatorAudit])
def test_key_that_is_not_there_is_said_before_the_first_call(
    folder: Path, reference: str, says: str, client: type[CreatorAudit]
) -> None:
    write(folder / "creatoraudit.toml", f'[organizations.acme]\nkey = "{reference}"\n')
    write(folder / "empty", " \n")
    (folder / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match=says):
        client.for_organization("acme")


def test_files_may_begin_with_the_mark_that_windows_writes(
    folder: Path, serve: Callable[..., ScriptedServer]
) -> None:
    api = serve(lambda _: answers.WHOAMI)
    text = f'[organizations.acme]\r\nkey = "file:acme.key"\r\nbase_url = "{api.url}"\r\n'
    (folder / "creatoraudit.toml").write_text(text, encoding="utf-8-sig", newline="")
    (folder / "acme.key").write_text(f"{KEY}\r\n", encoding="utf-8-sig", newline="")
    with CreatorAudit.for_organization("acme", max_retries=0) as ca:
        ca.whoami()
    assert api.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_file_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    endless, config = tmp_path / "endless", tmp_path / "creatoraudit.toml"
    config.write_text('[organizations.acme]\nkey = "file:endless"\n')
    endless.touch()
    os.truncate(endless, 2**27)
    with pytest.raises(ConfigurationError, match="endless cannot be read: File too large"):
        Organizations.load(config)["acme"].key()
    with pytest.raises(ConfigurationError, match="endless cannot be read: File too large"):
        Organizations.load(endless)


@pytest.mark.parametrize("path", ["", "a\0", "\ud800"])
def test_path_that_no_file_can_have_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="config must be the name of a file or folder, not"):
        Organizations.load(path)


def test_home_that_nobody_knows_is_left_as_it_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may run as a user that has no entry, and sets no HOME."""
    for name in ("HOME", "USERPROFILE", "HOMEPATH"):
        monkeypatch.delenv(name, raising=False)
    if sys.platform != "win32":
        monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    with pytest.raises(ConfigurationError, match=r"neither creatoraudit.toml here nor ~"):
        Organizations.load()
    write(folder / "creatoraudit.toml", '[organizations.acme]\nkey = "file:~nosuchuser/key"\n')
    with pytest.raises(ConfigurationError, match=r"~nosuchuser.key cannot be read: No such file"):
        Organizations.load()["acme"].key()


def test_client_of_an_organization_ignores_the_environment(
    folder: Path, serve: Callable[..., ScriptedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = serve(lambda _: answers.WHOAMI)
    file = write(
        folder / "creatoraudit.toml",
        f'[organizations.acme]\nkey = "file:acme.key"\nbase_url = "{api.url}"\n'
        '[organizations.live]\nkey = "file:acme.key"\n',
    )
    key = write(folder / "acme.key", KEY)
    monkeypatch.setenv("CREATORAUDIT_API_KEY", "of-somebody-else")
    monkeypatch.setenv("CREATORAUDIT_BASE_URL", "http://127.0.0.1:9/v2")
    with CreatorAudit.for_organization("acme", config=file, max_retries=0) as ca:
        ca.whoami()
        key.write_text("rotated-key")
        ca.whoami()
    assert [one.headers["authorization"] for one in api.requests] == [
        f"Bearer {KEY}",
        "Bearer rotated-key",
    ]
    assert DEFAULT in repr(CreatorAudit.for_organization("live"))
    with pytest.raises(ConfigurationError, match="has no organization 'other'; it has: acme, live"):
        CreatorAudit.for_organization("other")
    for taken in ("api_key", "base_url"):
        with pytest.raises(ConfigurationError, match=f"do not pass {taken}="):
            CreatorAudit.for_organization("acme", **{taken: "x"})
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Organizations.load(folder / "none.toml")
