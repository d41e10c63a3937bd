"""Hooks for a run against a live API: reads only, with ids that exist.

Loaded by schemathesis in a process of its own, which `_run` starts; it finds what it needs in the
environment. Three things each keep a write from happening, and any one would do: the configuration
of `_run` selects no other method and makes none up, the hooks here drop and refuse cases of another
method, and `_wire` lets only GET out of the process.
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
#: Only a cursor of the very list and a name of its own mean something here; a walk has a check.
NEVER_MADE_UP = ("cursor", "sort")
#: A path or a header that breaks the rules may never reach the API: what is in front of it refuses.
NEVER_INVALID = (ParameterLocation.PATH, ParameterLocation.HEADER)
#: One of so many valid cases keeps an id that was made up, for the answer to ids nobody knows.
UNKNOWN_EVERY = 4

# A parameter of a path and the list before it, whatever the parameter is called.
_PARAMETER = re.compile(r"(/[^/{}]+)/\{([^{}]*)\}")
_known: dict[str, list[Any]] = json.loads(os.environ[ENV_KNOWN])
_turns = itertools.count()


class _Out(_wire.ReadOnly):
    rules = _wire.Rules(
        base_url=os.environ[ENV_BASE_URL],
        key=ApiKey(os.environ[ENV_KEY]),
        rate=float(os.environ[ENV_RATE]),
        keep_bodies=bool(os.environ.get(_checks.ENV_BODIES)),
        note=_checks.facts.exchanges.append,
    )


# Every session made from now on, by whatever part of schemathesis, sends through this.
setattr(requests.sessions, "HTTPAdapter", _Out)  # noqa: B010 - types forbid the plain spelling


@schemathesis.hook
def filter_case(context: HookContext, case: AnyCase) -> bool:
    """Make no case that is not a read, nor one that a gateway may answer in the API's place."""
    del context
    strange = case.meta is not None and any(map(case.meta.is_negative_at, NEVER_INVALID))
    return case.method == "GET" and not strange


@schemathesis.hook
def before_call(context: HookContext, case: AnyCase, kwargs: dict[str, Any]) -> None:
    """Refuse what is not a read; give a valid case values that mean something to the API."""
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
    """The values, with ids that exist; `lists` are the lists that ids of a path come from."""
    known = {name: _known.get(lists.get(name, name)) for name in values or {}}
    return {
        name: ids[turn % len(ids)] if (ids := known[name]) else value
        for name, value in (values or {}).items()
    }
