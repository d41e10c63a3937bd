"""Regeneration in place: no change without a cause, and no incomplete tree."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.checkout import Checkout, Node


def test_a_stale_tree_fails_the_check_with_a_readable_diff(checkout: Checkout) -> None:
    checkout.with_generated()
    stale = checkout.package / "models" / "video.py"
    stale.write_text(stale.read_text(encoding="utf-8").replace("shortcode", "short_code"))
    (checkout.package / "stray.py").write_text("x = 1\n", encoding="utf-8")
    (checkout.package / "py.typed").unlink()
    before = checkout.files()
    ran = checkout.regenerate("--check")
    assert ran.code == 1
    assert "-    short_code: str | None = None" in ran.out
    assert "+    shortcode: str | None = None" in ran.out
    assert "present/stray.py -> absent" in ran.out
    assert "absent -> regenerated/py.typed" in ran.out
    assert checkout.files() == before


def test_regenerating_restores_what_was_changed_and_removes_strays(checkout: Checkout) -> None:
    committed = checkout.with_generated().files()
    (checkout.package / "stray.py").write_text("x = 1\n", encoding="utf-8")
    (checkout.package / "client.py").unlink()
    assert checkout.regenerate().code == 0
    assert checkout.files() == committed


def test_neither_the_hash_seed_nor_settings_of_a_surrounding_project_change_a_byte(
    checkout: Checkout,
) -> None:
    checkout.with_generated()
    settings = "[tool.ruff]\nline-length = 40\n[tool.ruff.lint]\nselect = ['ALL']\n"
    (checkout.root / "pyproject.toml").write_text(settings, encoding="utf-8")
    # `nox -s regenerate-check` begins with another seed.
    ran = checkout.regenerate("--check", hash_seed="4242")
    assert ran.code == 0, ran.out
    assert "30 operations" in ran.out


def test_a_new_contract_becomes_the_contract(
    checkout: Checkout, contract: Node, tmp_path: Path
) -> None:
    checkout.with_generated()
    deltas = contract["components"]["schemas"]["VideoDeltasRequest"]["properties"]["video_ids"]
    deltas["maxItems"] = 100
    for place in ("/videos", "/accounts"):
        contract["paths"][place]["get"]["parameters"][0]["schema"]["maximum"] = 150
    new = tmp_path / "new.json"
    new.write_text(json.dumps(contract), encoding="utf-8")
    assert checkout.regenerate("--from", str(new)).code == 0
    assert (checkout.root / "openapi.json").read_bytes() == new.read_bytes()
    assert (checkout.package / "openapi.json").read_bytes() == new.read_bytes()
    code = (
        "from creatoraudit_api.operations import OPERATIONS as o;"
        "print(o['batch_video_deltas'].batch_size, o['list_videos'].page_limit)"
    )
    assert checkout.python(code) == "100 150"
    assert checkout.regenerate("--check").code == 0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """URL of a folder served on loopback."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # not our name
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_contract_can_come_from_a_url(
    checkout: Checkout, mini: Node, served: str, tmp_path: Path
) -> None:
    (tmp_path / "mini.json").write_text(json.dumps(mini), encoding="utf-8")
    checkout.data("overlay.json", {})
    ran = checkout.with_generated().regenerate("--from", f"{served}/mini.json")
    assert ran.code == 0, ran.err
    assert "models of names.json that the contract does not have: Account, " in ran.out
    missing = checkout.regenerate("--from", f"{served}/nothing.json")
    assert missing.code == 1
    assert "404" in missing.err


def test_check_and_from_exclude_each_other(checkout: Checkout) -> None:
    assert checkout.with_generated().regenerate("--check", "--from", "x.json").code == 2


def test_the_stamp_names_what_the_tree_was_made_of(checkout: Checkout) -> None:
    checkout.with_generated()
    stamp = json.loads((checkout.package / "stamp.json").read_text(encoding="utf-8"))
    template = checkout.scripts / "templates" / "api_init.py.jinja"
    template.write_text('"""Other words."""\n', encoding="utf-8")
    assert checkout.regenerate().code == 0
    changed = json.loads((checkout.package / "stamp.json").read_text(encoding="utf-8"))
    assert {key for key in stamp if stamp[key] != changed[key]} == {"templates"}
