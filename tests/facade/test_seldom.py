"""What happens seldom: files that are not there yet, schemas in parts, bodies cut short, waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from creatoraudit import AsyncCreatorAudit, ConfigurationError, ContractError, CreatorAudit
from creatoraudit._core.contract import merged
from creatoraudit._sync import io
from support.server import Answer

ID = "00000000-0000-4000-8000-000000000001"
KEPT = {"etag": '"a"'}


def test_a_body_cut_short_is_not_kept(facade, serve):
    server = serve(Answer(body=b'{"data": {', headers=KEPT), Answer(body=b"{", headers=KEPT))
    ca = facade(server.url, cache=True, max_retries=0)
    for _ in range(2):
        with pytest.raises(ContractError):
            ca.do(lambda ca: ca.whoami())
    assert ["if-none-match" in one.headers for one in server.requests] == [False, False]


def test_analytics_that_are_neither_list_nor_object_break_the_contract(facade, serve):
    ca = facade(serve(Answer(json={"data": "many"})).url)
    with pytest.raises(ContractError, match="is neither a list of objects nor an object"):
        ca.do(lambda ca: ca.creators.analytics(ID, "2026-06-01", "2026-06-03"))


def test_tls_keys_are_logged_into_a_file_that_is_not_there_yet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    with CreatorAudit("key-of-tests", base_url="https://api.example/v2"):
        assert keys.exists()


def test_a_schema_in_parts_is_put_together():
    """As `allOf` is in documents that the package can be regenerated from."""
    part = {"required": ["a"], "properties": {"a": {"type": "string"}, "b": {}}, "title": "A"}
    whole = {
        "allOf": [part, {"allOf": [{"required": ["c"]}]}],
        "properties": {"b": {"type": "null"}},
    }
    assert merged(whole) == {
        "title": "A",
        "required": ["a", "c"],
        "properties": {"a": {"type": "string"}, "b": {"type": "null"}},
    }


def test_a_wait_takes_its_time():
    io.sleep(0.001)


@pytest.mark.parametrize("client", [CreatorAudit, AsyncCreatorAudit])
def test_an_organization_needs_no_key_or_address_besides(client, tmp_path, monkeypatch):
    config = tmp_path / "creatoraudit.toml"
    config.write_text(
        '[organizations.acme]\nkey = "env:ACME_KEY"\nbase_url = "http://127.0.0.1:9/v2"\n'
    )
    monkeypatch.setenv("ACME_KEY", "key-of-tests")
    assert "127.0.0.1:9" in repr(client.for_organization("acme", config=config))
    with pytest.raises(ConfigurationError, match="do not pass base_url="):
        client.for_organization("acme", config=config, base_url="x")
