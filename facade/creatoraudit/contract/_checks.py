"""The checks that schemathesis lacks, registered with it when this module is imported.

Decides when an answer breaks the contract in ways a schema cannot say: ``undocumented_member``,
``documented_member_missing`` (over the whole run), ``header_presence``, ``cursor_walk`` and
``etag_revalidation``. They run beside the built-in checks wherever this module is loaded as, or by,
a hooks module. With CREATORAUDIT_CONTRACT_FACTS set to a file, everything found goes there, in
words that hold nothing of an answer but names; CREATORAUDIT_CONTRACT_BODIES=1 adds what
schemathesis says of a failure.

A check that asks again sends the request of its case once more, as it was but for what it is about.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import requests
import schemathesis
from schemathesis import Case, CheckContext, HookContext
from schemathesis.cli import handler
from schemathesis.cli.commands.run.handlers.base import EventHandler
from schemathesis.core.failures import CustomFailure, Failure
from schemathesis.core.transport import Response
from schemathesis.engine import events

from .._core.config import is_loopback
from .._core.text import one_line
from . import _walk
from ._facts import Facts, Finding
from ._failures import check_of, explain
from ._members import Tally, headers_of, operation_of, undocumented
from ._presence import absent

AnyCase: TypeAlias = "Case[Any]"

ENV_FACTS = "CREATORAUDIT_CONTRACT_FACTS"
ENV_BODIES = "CREATORAUDIT_CONTRACT_BODIES"
#: How many answers of an operation the checks that ask again look into.
LOOKS = 2
_LONGEST = 200

facts = Facts()
_tally = Tally()
_looks: Counter[tuple[str, str]] = Counter()


@cache
def _session() -> requests.Session:
    """What asks again; not made before it is needed, so that `_live` can say how it sends."""
    return requests.Session()


def _report(check: str, case: AnyCase, found: list[_walk.Flaw]) -> None:
    for member, problem, detail in found:
        named = one_line(member, _LONGEST)
        facts.add(Finding(check, case.operation.label, named, problem, detail))
    if found:
        raise AssertionError("\n".join(f"{member} {detail}" for member, _, detail in found))


def _body(response: Response | requests.Response) -> Any:
    """The decoded body; None where it is not JSON, which the check of media types tells."""
    try:
        return json.loads(response.content or b"null")
    except ValueError:
        return None


def _is_valid(case: AnyCase) -> bool:
    return case.meta is None or case.meta.generation.mode.is_positive


def _first_looks(check: str, response: Response, case: AnyCase) -> bool:
    """Whether this is one of the first good answers of an operation, worth asking again."""
    if case.method != "GET" or response.status_code != 200 or not _is_valid(case):
        return False
    _looks[check, case.operation.label] += 1
    return _looks[check, case.operation.label] <= LOOKS


def _again(
    response: Response, headers: Mapping[str, str], query: Mapping[str, str] | None = None
) -> requests.Response:
    """Send the request of an answer again, with other headers or another query."""
    sent = response.request
    url = urlsplit(str(sent.url))
    # Proxies named in the environment are not for this machine.
    session = _session()
    session.trust_env = not is_loopback(url.hostname or "")
    address = str(sent.url) if query is None else url._replace(query="").geturl()
    kept = {name: value for name, value in sent.headers.items() if name != "If-None-Match"}
    return session.get(
        address, params=query, headers=kept | dict(headers), timeout=30, allow_redirects=False
    )


@schemathesis.check
def undocumented_member(ctx: CheckContext, response: Response, case: AnyCase) -> None:
    """Fail on members the contract has no word of, and on nothing else about them."""
    del ctx
    places = undocumented(case.operation.label, response.status_code, _body(response))
    flaws = [_walk.Flaw(place, "undocumented", "is not documented") for place in places]
    _report("undocumented_member", case, flaws)


@schemathesis.check
class documented_member_missing:  # noqa: N801 - the name of the check, in the style of the others
    """Fail at the end of the run on documented members that no object carried."""

    def after_response(self, ctx: CheckContext, response: Response, case: AnyCase) -> None:
        """Take an answer into account."""
        del ctx
        _tally.note(case.operation.label, response.status_code, _body(response))

    def after_run(self, ctx: CheckContext) -> None:
        """Tell what never came."""
        del ctx
        missing = [(label, place) for label, place in _tally.missing()]
        for label, place in missing:
            detail = "was in no answer of the run"
            facts.add(Finding(type(self).__name__, label, place, "missing", detail))
        if missing:
            said = "\n".join(f"{label}: {place} was in no answer" for label, place in missing)
            raise AssertionError(said)


@schemathesis.check
def header_presence(ctx: CheckContext, response: Response, case: AnyCase) -> None:
    """Fail on answers without a header that the conventions of the API promise."""
    del ctx
    label, status = case.operation.label, response.status_code
    missing = absent(
        headers_of(label, status),
        response.headers,
        case.method,
        status,
        authenticated=operation_of(label).authenticated,
    )
    detail = f"is missing from an answer of {status}"
    flaws = [_walk.Flaw(name, str(status), detail) for name in missing]
    _report("header_presence", case, flaws)


@schemathesis.check
def cursor_walk(ctx: CheckContext, response: Response, case: AnyCase) -> None:
    """Fail when the pages of a list do not lead from its start to its end."""
    del ctx
    label = case.operation.label
    if not operation_of(label).paged or not _first_looks("cursor_walk", response, case):
        return

    def ask(query: Mapping[str, str]) -> tuple[int, Any]:
        page = _again(response, {}, query)
        body = _body(page)
        _tally.note(label, page.status_code, body)
        return page.status_code, body

    _report("cursor_walk", case, list(_walk.flaws(ask)))


@schemathesis.check
def etag_revalidation(ctx: CheckContext, response: Response, case: AnyCase) -> None:
    """Fail when an ETag that was just given does not lead to 304."""
    del ctx
    if not _first_looks("etag_revalidation", response, case):
        return
    etag = (response.headers.get("etag") or [""])[0]

    def ask(etag: str) -> tuple[int, str]:
        answer = _again(response, {"If-None-Match": etag})
        return answer.status_code, answer.headers.get("ETag", "")

    flaw = _walk.revalidation(etag, ask)
    _report("etag_revalidation", case, [] if flaw is None else [flaw])


@schemathesis.hook
def filter_failure(
    context: HookContext, failure: Failure, case: AnyCase, response: Response
) -> bool:
    """Note what a built-in check found; it stays a failure."""
    del context
    if not isinstance(failure, CustomFailure):  # ours have been noted
        check, label = check_of(failure), case.operation.label
        evidence = failure.message if os.environ.get(ENV_BODIES) else None
        for member, problem, detail in explain(failure, response):
            facts.add(Finding(check, label, member, problem, detail, evidence))
    return True


@schemathesis.hook
def after_call(context: HookContext, case: AnyCase, response: Response) -> None:
    """Count the answers of each operation."""
    del context
    facts.count(case.operation.label, response.status_code)


class _Keeper(EventHandler[Any]):
    """Writes the facts down when the run ends, however it ends."""

    def handle_event(self, ctx: Any, event: events.EngineEvent) -> None:
        """Note what kept the run from asking all it wanted to."""
        del ctx
        if isinstance(event, events.NonFatalError):
            facts.trouble(f"{event.label}: {event.info.title}")
        if isinstance(event, events.EngineFinished):
            facts.complete = True

    def shutdown(self, ctx: Any) -> None:
        """Write."""
        del ctx
        facts.write(Path(os.environ[ENV_FACTS]))


if os.environ.get(ENV_FACTS):
    handler()(_Keeper)
