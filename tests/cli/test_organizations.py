"""`--org` and `creatoraudit organizations`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support import answers
from support.server import Request, ScriptedServer, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Here


@pytest.fixture
def api(
    serve: Callable[..., ScriptedServer], inside: Path, monkeypatch: pytest.MonkeyPatch
) -> ScriptedServer:
    """A server that knows whose key it is given, and a file that names three organizations."""
    known = {"key-of-acme": "org-1", "key-of-globex": "org-2", "second-of-acme": "org-1"}

    def answer(request: Request) -> Step:
        key = request.headers["authorization"].removeprefix("Bearer ")
        if key not in known:
            return answers.problem(401, "UNAUTHORIZED")
        whoami = {"type": "api_key", "organization_id": known[key], "api_key_name": "tests"}
        return answers.one(whoami)

    started = serve(answer)
    monkeypatch.setenv("ACME_KEY", "key-of-acme")
    monkeypatch.setenv("CREATORAUDIT_API_KEY", "of-somebody-else")
    monkeypatch.setenv("CREATORAUDIT_BASE_URL", "http://127.0.0.1:9/v2")
    text = (
        f'[organizations.acme]\nkey = "env:ACME_KEY"\nbase_url = "{started.url}"\n'
        f'[organizations.globex]\nkey = "file:globex"\nbase_url = "{started.url}"\n'
    )
    (inside / "creatoraudit.toml").write_text(text)
    (inside / "globex").write_text("key-of-globex")
    return started


def test_organization_chooses_key_and_server(here: Here, api: ScriptedServer) -> None:
    ran = here("whoami", "--org", "globex", "--format", "json")
    assert ran.json["organization_id"] == "org-2"
    other = here("api", "GET", "/whoami", "--org", "acme", "--config", "creatoraudit.toml")
    assert other.json["data"]["organization_id"] == "org-1"
    assert len(api.requests) == 2


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--org", "acme", "--api-key", "x"), "--org does not go with --api-key"),
        (("--org", "acme", "--base-url", "http://x"), "--org does not go with --base-url"),
        (("--org", "acme", "--sandbox"), "--org does not go with --sandbox"),
        (("--org", "nobody"), "has no organization 'nobody'; it has: acme, globex"),
        (("--org", "acme", "--config", "none.toml"), "none.toml cannot be read"),
        (("--config", "creatoraudit.toml"), "--config goes with --org"),
        (("--api-key", "a", "--api-key", "b"), "--api-key is given twice"),
    ],
)
def test_mistake_is_reported_before_anything_is_sent(
    here: Here, args: tuple[str, ...], says: str
) -> None:
    ran = here("whoami", *args)
    assert (ran.code, says in ran.complaint) == (2, True)


@pytest.mark.usefixtures("api")
def test_organizations_are_listed_and_their_keys_checked(here: Here, inside: Path) -> None:
    ran = here("organizations", "--format", "json")
    assert ran.code == 0
    assert [(row["name"], row["organization_id"], row["problem"]) for row in ran.json] == [
        ("acme", "org-1", None),
        ("globex", "org-2", None),
    ]
    (inside / "globex").write_text("unknown-key")
    wrong = here("organizations", "--format", "json")
    assert wrong.code == 1
    assert "401 UNAUTHORIZED" in wrong.json[1]["problem"]
    assert "unknown-key" not in wrong.out + wrong.err
    (inside / "globex").write_text("second-of-acme")
    same = here("organizations", "--format", "json")
    assert same.code == 1
    assert [row["problem"] for row in same.json] == [
        "the same organization as globex",
        "the same organization as acme",
    ]


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("one two", "organization 'globex': the API key has U+0020 at character 4"),
        (
            "Bearer abcdefgh",
            "organization 'globex': the API key begins with \"Bearer\"; drop that word",
        ),
        ("'abcdefgh'", "organization 'globex': the API key is in quotes; drop them"),
        ("\n\n", "no key for the organization 'globex'"),
    ],
)
def test_key_that_cannot_be_one_is_told_in_full_with_its_file(
    here: Here, inside: Path, content: str, says: str
) -> None:
    (inside / "globex").write_text(content)
    ran = here("organizations")
    told = " ".join(ran.out.split())
    assert ran.code == 1
    assert says in told
    assert (
        "API key" not in says
        or '(from file:globex, "key" of [organizations.globex] in creatoraudit.toml)' in told
    )
    assert "abcdefgh" not in told
    assert "--api-key" not in told


@pytest.mark.parametrize("member", ["kye", "base_uri", "api_key"])
def test_member_of_the_file_is_named_as_it_stands_there(
    here: Here, inside: Path, member: str
) -> None:
    (inside / "creatoraudit.toml").write_text(f'[organizations.acme]\n{member} = "x"\n')
    ran = here("organizations")
    said = f'has the unknown member "{member}"; it takes the members "key" and "base_url"'
    assert (ran.code, said in ran.complaint) == (2, True)
