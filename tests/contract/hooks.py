"""What schemathesis needs to know about the sandbox: ids that exist, and a tally of the answers.

Loaded by schemathesis itself (SCHEMATHESIS_HOOKS), for `test_conformance`. Valid cases get ids that
exist instead of random ones, or most of them would end in 404 and test nothing.
"""

from __future__ import annotations

import itertools
import json
import os
import urllib.request
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias
from urllib.error import HTTPError

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.core.transport import Response

import_module("creatoraudit.contract._checks")  # it registers our own checks

AnyCase: TypeAlias = "Case[Any]"
_URL = os.environ["CREATORAUDIT_BASE_URL"]
_KEY = os.environ["CREATORAUDIT_API_KEY"]
_TALLY = Path(os.environ["CREATORAUDIT_CONFORMANCE_TALLY"])
_LISTS = {"video_id": "/videos", "account_id": "/accounts", "creator_id": "/creators"}
_ID_LISTS = {"video_ids": ("/videos", "/account-videos"), "account_ids": ("/accounts",)}
_numbers = itertools.count(10**12)
_seen: set[object] = set()


def _request(method: str, path: str, body: object = None) -> Any:
    request = urllib.request.Request(
        _URL + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {_KEY}", "Content-Type": "application/json"},
    )
    # Whatever proxies the environment names, the sandbox is on loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request) as answer:
        return json.load(answer)


def _create(name: str) -> str:
    """A new resource, for a case that takes it away."""
    number = next(_numbers)
    path, body = {
        "video_id": ("/videos", {"platform": "tiktok", "identifier": str(number)}),
        "account_id": ("/accounts", {"platform": "tiktok", "username": f"conformance{number}"}),
        "creator_id": ("/creators", {"name": f"Conformance {number}"}),
    }[name]
    return str(_request("POST", path, body)["data"]["id"])


@cache
def _known(path: str) -> tuple[str, ...]:
    """Ids that exist and are never taken away; a list that has drifted may show none."""
    body = _request("GET", f"{path}?limit=25")
    listed = body.get("data", []) if isinstance(body, dict) else body
    return tuple(item["id"] for item in listed)


def _ids_for(operation: str, names: list[str], turn: int) -> dict[str, str]:
    if operation.startswith(("delete_", "link_", "unlink_")):
        return {name: _create(name) for name in names}
    known = {name: _known(_LISTS[name]) for name in names}
    return {name: ids[turn % len(ids)] for name, ids in known.items()}


def _link(ids: dict[str, Any]) -> None:
    """Link what is to be unlinked, unless one of the two is gone or linked elsewhere."""
    with suppress(HTTPError):
        _request("PUT", f"/creators/{ids['creator_id']}/accounts/{ids['account_id']}")


def _operation(case: AnyCase) -> str:
    return str(case.operation.definition.raw["operationId"])


def _is_valid(case: AnyCase) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(context: HookContext, case: AnyCase, kwargs: dict[str, Any]) -> None:
    """Give a valid case ids that exist, unless it has one from an earlier answer."""
    del context, kwargs
    if _operation(case).startswith("delete_"):
        # An invalid case may succeed, and have an id that schemathesis remembers from a list.
        for name, value in (case.path_parameters or {}).items():
            if name in _LISTS and value in _known(_LISTS[name]):
                case.path_parameters[name] = _create(name)
    if not _is_valid(case) or case.meta is None:
        return
    stateful = case.meta.phase.name == "stateful"
    names = [
        name
        for name, value in (case.path_parameters or {}).items()
        if name in _LISTS and not (stateful and value in _seen)
    ]
    if names:
        ids = _ids_for(_operation(case), names, next(_numbers))
        case.path_parameters = {**case.path_parameters, **ids}
    if _operation(case) == "unlink_account":
        _link(case.path_parameters)
    body = case.body
    if isinstance(body, dict):
        for member, paths in _ID_LISTS.items():
            sent = body.get(member)
            if isinstance(sent, list) and len(sent) < 150:
                sent.extend(one for path in paths for one in _known(path))
    if _operation(case) == "search" and not stateful:
        case.query["q"] = "e"  # random text is found nowhere


@schemathesis.hook
def after_call(context: HookContext, case: AnyCase, response: Response) -> None:
    """Note what was answered to a valid case, and which ids the answers told."""
    del context
    if response.status_code == 201:
        _seen.add(response.json()["data"].get("id"))
    if not _is_valid(case):
        return
    fields: list[str] = []
    if response.status_code == 422:
        fields = [error["field"] for error in response.json()["errors"]]
    entry = {
        "operation": _operation(case),
        "stateful": case.meta is not None and case.meta.phase.name == "stateful",
        "status": response.status_code,
        "fields": fields,
    }
    with _TALLY.open("a", encoding="utf-8") as tally:
        tally.write(json.dumps(entry) + "\n")
