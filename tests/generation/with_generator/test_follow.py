"""scripts/follow.py where it regenerates: a document becomes the contract, or nothing changes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from support import warm
from support.checkout import ROOT, SCRIPTS, Checkout, Node

HOSTILE = "a`|<b>@all [c](d)\n# e\u202e"


def follow(
    checkout: Checkout, document: Node, *, as_yaml: bool = False
) -> subprocess.CompletedProcess[str]:
    checkout.with_generated()
    # The summary names the methods that a change affects.
    source = Path("facade", "creatoraudit", "_async")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / source, checkout.root / source, ignore=ignored)
    published = checkout.root / "new.json"
    text = yaml.safe_dump(document, sort_keys=False) if as_yaml else json.dumps(document)
    published.write_text(text, encoding="utf-8")
    return subprocess.run(
        [
            *(warm.python(warm.GENERATOR), str(SCRIPTS / "follow.py")),
            *("--from", "new.json", "--root", ".", "--summary", "summary.md"),
        ],
        cwd=checkout.root,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def summary(checkout: Checkout) -> str:
    return (checkout.root / "summary.md").read_text(encoding="utf-8")


def openapi(root: Path) -> Node:
    document: Node = json.loads((root / "openapi.json").read_text(encoding="utf-8"))
    return document


def test_a_new_document_becomes_the_contract_and_its_effects_are_told(
    checkout: Checkout, contract: Node
) -> None:
    contract["paths"]["/videos"]["get"]["parameters"][0]["schema"]["maximum"] = 100
    contract["info"]["title"] = HOSTILE
    contract["components"]["schemas"]["Unused"] = {"type": "object"}
    ran = follow(checkout, contract, as_yaml=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert openapi(checkout.root) == contract
    operations = (checkout.package / "operations.py").read_text(encoding="utf-8")
    assert "page_limit=100" in operations
    told = summary(checkout)
    assert "### API drift: 1 breaking" in told
    assert "- **request-bound-tightened**" in told
    assert "- `facade methods affected (2): breakouts, videos.list`" in told
    assert str(checkout.root) not in told
    assert "- `schemas that nothing refers to are not generated: Unused`" in told


def test_a_document_that_cannot_be_used_changes_nothing_and_its_names_do_nothing(
    checkout: Checkout, contract: Node
) -> None:
    contract["paths"] = {f"/{HOSTILE}": {"get": {"operationId": HOSTILE, "responses": {}}}}
    before = openapi(ROOT)
    ran = follow(checkout, contract)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert openapi(checkout.root) == before
    told = summary(checkout)
    assert "### The package cannot be generated; nothing has changed" in told
    assert "@all" not in told.replace("`", " ").split("###")[0]
    for line in told.splitlines():
        assert line.count("`") % 2 == 0, line
        outside = "".join(line.split("`")[::2])
        assert not set("<|@[]") & set(outside), line


@pytest.mark.parametrize(
    "servers",
    [None, [{"url": "/"}], [{"url": "https://api.creatoraudit.com"}], [{"url": "/v2/"}]],
)
def test_paths_that_begin_at_the_host_are_those_after_the_base_url(
    checkout: Checkout, contract: Node, servers: object
) -> None:
    contract["servers"] = servers
    contract["paths"] = {f"/v2{path}": item for path, item in contract["paths"].items()}
    ran = follow(checkout, contract)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert openapi(checkout.root) == openapi(ROOT)
    assert summary(checkout) == "`new.json` is the same as `openapi.json`.\n"


def test_another_host_is_told_although_paths_begin_at_it(
    checkout: Checkout, contract: Node
) -> None:
    contract["servers"] = [{"url": "https://eu.creatoraudit.com/"}]
    contract["paths"] = {f"/v2{path}": item for path, item in contract["paths"].items()}
    ran = follow(checkout, contract)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert openapi(checkout.root)["servers"] == [{"url": "https://eu.creatoraudit.com/v2"}]
    assert openapi(checkout.root)["paths"].keys() == openapi(ROOT)["paths"].keys()
    assert "**servers-changed**" in summary(checkout)


@pytest.mark.parametrize("servers", [7, [None], [{"url": 7}]])
def test_servers_that_are_none_are_no_traceback(
    checkout: Checkout, contract: Node, servers: object
) -> None:
    contract["servers"] = servers
    contract["paths"] = {"/v2/health": contract["paths"]["/health"]}
    ran = follow(checkout, contract)
    assert "Traceback" not in ran.stderr
