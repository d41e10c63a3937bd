"""Hooks for a run against a live API: reads only, with ids that exist.

schemathesis loads it in a separate process, which `_run` starts and configures by environment
variables. Three safeguards each prevent writes: the configuration of `_run` selects only GET, the
hooks here drop and refuse other methods, and `_wire` lets only GET out of the process.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import requests
import schemathesis
from schemathesis import Case, HookContext
from schemathesis.core.parameters import ParameterLocation

from .._core.key import ENV_KEY, ApiKey
from . import _checks, _wire

AnyCase: TypeAlias = "Case[Any]"

ENV_BASE_URL = "CREATORAUDIT_CONTRACT_BASE_URL"
ENV_RATE = "CREATORAUDIT_CONTRACT_RATE"
ENV_KNOWN = "CREATORAUDIT_CONTRACT_KNOWN"
#: Random cursors and columns mean nothing to the API; `cursor_walk` tests real ones.
NEVER_MADE_UP = ("cursor", "sort")
#: A gateway may refuse an invalid path or header before it reaches the API.
NEVER_INVALID = (ParameterLocation.PATH, ParameterLocation.HEADER)
#: One in this many valid cases keeps a random id, to test the response to unknown ids.
UNKNOWN_EVERY = 4

# A path parameter and the list before it, whatever the name of the parameter.
_PARAMETER = re.compile(r"(/[^/{}]+)/\{([^{}]*)\}")
_known: dict[str, list[Any]] = json.loads(os.environ[ENV_KNOWN])
_turns = itertools.count()


class _Adapter(_wire.ReadOnly):
    rules = _wire.Rules(
        base_url=os.environ[ENV_BASE_URL],
        key=ApiKey(os.environ[ENV_KEY]),
        rate=float(os.environ[ENV_RATE]),
        keep_bodies=bool(os.environ.get(_checks.ENV_BODIES)),
        note=_checks.facts.exchanges.append,
    )


# Every session that schemathesis makes from now on sends through this.
setattr(requests.sessions, "HTTPAdapter", _Adapter)  # noqa: B010 - types forbid the plain spelling


@schemathesis.hook
def filter_case(context: HookContext, case: AnyCase) -> bool:
    """Skip cases that are not reads, or that a gateway may answer instead of the API."""
    del context
    strange = case.meta is not None and any(map(case.meta.is_negative_at, NEVER_INVALID))
    return case.method == "GET" and not strange


@schemathesis.hook
def before_call(context: HookContext, case: AnyCase, kwargs: dict[str, Any]) -> None:
    """Refuse cases that are not reads; put real values into valid cases."""
    del context, kwargs
    if case.method != "GET":
        raise _wire.RefusedRequestError(f"{case.method} is not a read")
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    turn = next(_turns)
    if turn % UNKNOWN_EVERY:
        lists = {name: before for before, name in _PARAMETER.findall(case.operation.path)}
        case.path_parameters = _meaningful(case.path_parameters, turn, lists)
    query = _meaningful(case.query, turn, {})
    case.query = {name: value for name, value in query.items() if name not in NEVER_MADE_UP}


def _meaningful(
    values: dict[str, Any] | None, turn: int, lists: Mapping[str, str]
) -> dict[str, Any]:
    """Replace values by ids that exist; `lists` names the list for each path parameter."""
    known = {name: _known.get(lists.get(name, name)) for name in values or {}}
    return {
        name: ids[turn % len(ids)] if (ids := known[name]) else value
        for name, value in (values or {}).items()
    }
