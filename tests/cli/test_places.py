"""Messages name the place that a setting was written in: an option, a variable or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from creatoraudit import CreatorAudit, CreatorAuditError
from support import answers
from support.server import Answer, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Here

    Said = Callable[[str, str], tuple[str, str, str]]

KEY = "made-up-key"
FILE = "[organizations.acme] in creatoraudit.toml"
# The places of key and base URL, by what they come from.
PLACES = {
    "options": ("--api-key", "--base-url"),
    "variables": ("CREATORAUDIT_API_KEY", "CREATORAUDIT_BASE_URL"),
    "file and variable": (f'env:ACME_KEY, "key" of {FILE}', f'"base_url" of {FILE}'),
    "two files": (f'file:secret, "key" of {FILE}', f'"base_url" of {FILE}'),
    "arguments": ("api_key=", "base_url="),
    "function": ("the function given as api_key=", "base_url="),
}
NOWHERE = "http://127.0.0.1:9/v2"


@pytest.fixture(params=PLACES)
def said(
    request: pytest.FixtureRequest, here: Here, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> Said:
    """Calls `whoami` with a key and a base URL from one source.

    Returns the message, and the places of key and base URL that it may name.
    """
    source: str = request.param

    def message(key: str, url: str) -> str:
        if source in ("arguments", "function"):
            given = key if source == "arguments" else lambda: key
            with pytest.raises(CreatorAuditError) as caught, CreatorAudit(given, base_url=url) as c:
                c.whoami()
            return str(caught.value)
        if source == "options":
            return here("whoami", "--api-key", key, "--base-url", url).complaint
        if source == "variables":
            monkeypatch.setenv("CREATORAUDIT_API_KEY", key)
            monkeypatch.setenv("CREATORAUDIT_BASE_URL", url)
            return here("whoami").complaint
        reference = "env:ACME_KEY" if "variable" in source else "file:secret"
        text = f'[organizations.acme]\nkey = "{reference}"\nbase_url = "{url}"\n'
        (inside / "creatoraudit.toml").write_text(text)
        (inside / "secret").write_text(key)
        monkeypatch.setenv("ACME_KEY", key)
        return here("whoami", "--org", "acme").complaint

    return lambda key, url: (message(key, url), *PLACES[source])


@pytest.mark.parametrize(
    "url",
    ["nonsense", "http://example.com/v2", "https://u:p@example.com", "https://example.com/?q=1"],
)
def test_bad_base_url_is_reported_with_its_place(said: Said, url: str) -> None:
    message, _, place = said(KEY, url)
    assert f"{place} " in message
    assert not others(place, message)


@pytest.mark.parametrize("key", ["two words", "Bearer made-up-key", "'made-up-key'"])
def test_key_that_cannot_be_one_is_reported_with_its_place(said: Said, key: str) -> None:
    message, place, _ = said(key, NOWHERE)
    assert f"(from {place})" in message
    assert "made-up-key" not in message
    assert not others(place, message)


def test_key_too_short_for_another_machine_is_reported_with_its_place(said: Said) -> None:
    message, place, _ = said("k", "https://api.example.com/v2")
    assert f"copy it again (from {place})" in message


def test_refused_key_is_reported_with_its_place(
    said: Said, serve: Callable[..., ScriptedServer]
) -> None:
    message, place, _ = said(KEY, serve(answers.problem(401, "UNAUTHORIZED")).url)
    assert f"; check the key in {place}" in message
    assert not others(place, message)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(302, headers={"location": "https://example.com"}), "not followed, check {}"),
        (answers.problem(404, "NOT_FOUND"), "probably lacks /v2; check {}"),
    ],
)
def test_response_of_another_server_names_the_place_of_the_base_url(
    said: Said, serve: Callable[..., ScriptedServer], answer: Answer, says: str
) -> None:
    message, _, place = said(KEY, serve(answer).url)
    assert says.format(place) in message
    assert not others(place, message)


@pytest.mark.usefixtures("waits")
def test_server_that_is_not_there_names_the_place_of_the_base_url(said: Said) -> None:
    message, _, place = said(KEY, NOWHERE)
    assert f"its proxy settings and {place}" in message
    assert not others(place, message)


@pytest.mark.usefixtures("waits")
def test_default_base_url_is_named_as_what_it_is(
    monkeypatch: pytest.MonkeyPatch, inside: Path
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (inside / "creatoraudit.toml").write_text('[organizations.acme]\nkey = "env:ACME_KEY"\n')
    monkeypatch.setenv("ACME_KEY", KEY)
    for client in (CreatorAudit(KEY), CreatorAudit.for_organization("acme")):
        with client, pytest.raises(CreatorAuditError, match=r"settings and the base URL$"):
            client.whoami()


@pytest.mark.parametrize(
    ("args", "set_to", "says"),
    [
        (("--api-key", ""), None, "--api-key is empty"),
        ((), " ", "CREATORAUDIT_API_KEY is empty"),
        ((), None, "set CREATORAUDIT_API_KEY, or pass --api-key"),
    ],
)
def test_missing_key_is_reported_with_the_place_that_is_empty(
    here: Here,
    monkeypatch: pytest.MonkeyPatch,
    args: tuple[str, ...],
    set_to: str | None,
    says: str,
) -> None:
    monkeypatch.delenv("CREATORAUDIT_API_KEY", raising=False)
    if set_to is not None:
        monkeypatch.setenv("CREATORAUDIT_API_KEY", set_to)
    assert says in here("whoami", "--base-url", NOWHERE, *args).complaint


def others(place: str, message: str) -> set[str]:
    """The places in a message that are not the right one."""
    known = {one for pair in PLACES.values() for one in pair}
    return {one for one in known if one in message and one not in place}
