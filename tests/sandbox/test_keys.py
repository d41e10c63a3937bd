"""Keys and their permissions."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from creatoraudit_sandbox import Sandbox

from .conftest import Api


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer nobody", "Basic c2VjcmV0", "nobody"]
)
def test_missing_or_unknown_key_is_unauthorized(api: Api, authorization: str) -> None:
    answer = api.get("/whoami", headers={"Authorization": authorization})
    assert code(answer) == (401, "UNAUTHORIZED")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_scheme_is_read_without_regard_to_case(api: Api) -> None:
    answer = api.get("/whoami", headers={"Authorization": f"bearer {api.sandbox.api_key}"})
    assert answer.status_code == 200


def test_disabled_key_is_forbidden(api: Api) -> None:
    answer = api.get("/whoami", headers={"Authorization": f"Bearer {api.sandbox.inactive_key}"})
    assert code(answer) == (403, "FORBIDDEN")


def test_key_without_subscription_is_forbidden(api: Api) -> None:
    answer = api.get("/whoami", headers={"Authorization": f"Bearer {api.sandbox.unpaid_key}"})
    assert code(answer) == (403, "FORBIDDEN")


def test_read_key_cannot_write(api: Api) -> None:
    with Api(api.sandbox, api.sandbox.read_key) as reader:
        answer = reader.post("/videos", json={"platform": "tiktok", "identifier": "712345"})
        assert code(answer) == (403, "INSUFFICIENT_SCOPE")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/videos/deltas", {"video_ids": ["3c90c3cc-0d44-4b50-8888-8dd25736052a"]}),
        ("/videos/metrics", {"video_ids": ["3c90c3cc-0d44-4b50-8888-8dd25736052a"]}),
        ("/accounts/metrics", {"account_ids": ["3c90c3cc-0d44-4b50-8888-8dd25736052a"]}),
        ("/account-videos/metrics", {"tiktok_video_ids": [1]}),
    ],
)
def test_post_that_only_reads_needs_no_write_scope(
    api: Api, path: str, body: dict[str, object]
) -> None:
    with Api(api.sandbox, api.sandbox.read_key) as reader:
        assert reader.post(path, json=body).status_code == 200


def test_write_key_can_write(fresh: Api) -> None:
    with Api(fresh.sandbox, fresh.sandbox.write_key) as writer:
        assert writer.post("/creators", json={"name": "Set"}).status_code == 201


def test_health_and_meta_need_no_key_and_tell_no_limits(api: Api) -> None:
    for path in ("/health", "/meta"):
        answer = httpx.get(api.sandbox.base_url + path, trust_env=False)
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith("x-ratelimit")]


def test_keys_follow_from_the_seed(start: Callable[..., Api]) -> None:
    first, again, other = (start(seed=seed).sandbox for seed in (1, 1, 2))
    assert (first.api_key, first.read_key) == (again.api_key, again.read_key)
    assert first.api_key != other.api_key


def test_admin_key_can_be_chosen(start: Callable[..., Api]) -> None:
    assert start(api_key="my-key").get("/whoami").status_code == 200


def test_key_that_cannot_be_a_header_is_refused_without_being_shown() -> None:
    with pytest.raises(ValueError, match="visible ASCII") as refusal:
        Sandbox(api_key="secret\n")
    assert "secret" not in str(refusal.value)


def test_account_quota_is_enforced(start: Callable[..., Api]) -> None:
    api = start(accounts=2, account_quota=3)
    body = {"platform": "tiktok", "username": "third"}
    assert api.post("/accounts", json=body).status_code == 201
    assert code(api.post("/accounts", json=body | {"username": "fourth"})) == (
        403,
        "QUOTA_EXCEEDED",
    )
