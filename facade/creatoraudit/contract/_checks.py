"""The checks that schemathesis lacks, registered with it when this module is imported.

They find contract breaks that a schema cannot express: ``undocumented_member``,
``documented_member_missing`` (over the whole run), ``header_presence``, ``cursor_walk`` and
``etag_revalidation``. They run beside the built-in checks wherever a hooks module imports
this one, or is this one. If CREATORAUDIT_CONTRACT_FACTS names a file, all findings are written to
it, without response data except names; CREATORAUDIT_CONTRACT_BODIES=1 adds what schemathesis says.

Some checks repeat the request of a case, changing only the headers or parameters that they test.
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
from ._members import MemberCounts, headers_of, operation_of, undocumented
from ._presence import absent

AnyCase: TypeAlias = "Case[Any]"

ENV_FACTS = "CREATORAUDIT_CONTRACT_FACTS"
ENV_BODIES = "CREATORAUDIT_CONTRACT_BODIES"
#: Maximum number of responses per operation that are requested again.
MOST_REPEATED = 2
_LONGEST = 200

facts = Facts()
_member_counts = MemberCounts()
_repeated: Counter[tuple[str, str]] = Counter()


@cache
def _session() -> requests.Session:
    """The session that repeats requests; made on first use, after `_live` has configured it."""
    return requests.Session()


def _report(check: str, case: AnyCase, found: list[_walk.Flaw]) -> None:
    for member, problem, detail in found:
        named = one_line(member, _LONGEST)
        facts.add(Finding(check, case.operation.label, named, problem, detail))
    if found:
        raise AssertionError("\n".join(f"{member} {detail}" for member, _, detail in found))


def _body(response: Response | requests.Response) -> Any:
    """The decoded body; None if it is not JSON, which the media type check reports."""
    try:
        return json.loads(response.content or b"null")
    except ValueError:
        return None


def _is_valid(case: AnyCase) -> bool:
    return case.meta is None or case.meta.generation.mode.is_positive


def _is_early_success(check: str, response: Response, case: AnyCase) -> bool:
    """Whether this is one of the first successes of an operation: only those are repeated."""
    if case.method != "GET" or response.status_code != 200 or not _is_valid(case):
        return False
    _repeated[check, case.operation.label] += 1
    return _repeated[check, case.operation.label] <= MOST_REPEATED


def _again(
    response: Response, headers: Mapping[str, str], query: Mapping[str, str] | None = None
) -> requests.Response:
    """Repeat the request of a response, with other headers or another query."""
    sent = response.request
    url = urlsplit(str(sent.url))
    # Proxies from the environment do not apply to this machine.
    session = _session()
    session.trust_env = not is_loopback(url.hostname or "")
    address = str(sent.url) if query is None else url._replace(query="").geturl()
    kept = {name: value for name, value in sent.headers.items() if name != "If-None-Match"}
    return session.get(
        address, params=query, headers=kept | dict(headers), timeout=30, allow_redirects=False
    )


@schemathesis.check
def undocumented_member(ctx: CheckContext, response: Response, case: AnyCase) -> None:
    """Fail on undocumented members."""
    del ctx
    places = undocumented(case.operation.label, response.status_code, _body(response))
    flaws = [_walk.Flaw(place, "undocumented", "is not documented") for place in places]
    _report("undocumented_member", case, flaws)


@schemathesis.check
class documented_member_missing:  # noqa: N801 - the name of the check, in the style of the others
    """Fail at the end of the run on documented members that no object had."""

    def after_response(self, ctx: CheckContext, response: Response, case: AnyCase) -> None:
        """Record the members of a response."""
        del ctx
        _member_counts.note(case.operation.label, response.status_code, _body(response))

    def after_run(self, ctx: CheckContext) -> None:
        """Report the documented members that no object had."""
        del ctx
        missing = [(label, place) for label, place in _member_counts.missing()]
        for label, place in missing:
            detail = "was in no response of the run"
            facts.add(Finding(type(self).__name__, label, place, "missing", detail))
        if missing:
            said = "\n".join(f"{label}: {place} was in no response" for label, place in missing)
            raise AssertionError(said)


@schemathesis.check
def header_presence(ctx: CheckContext, response: Response, case: AnyCase) -> None:
    """Fail on responses without a header that the conventions of the API promise."""
    del ctx
    label, status = case.operation.label, response.status_code
    missing = absent(
        headers_of(label, status),
        response.headers,
        case.method,
        status,
        authenticated=operation_of(label).authenticated,
    )
    detail = f"is missing from a {status} response"
    flaws = [_walk.Flaw(name, str(status), detail) for name in missing]
    _report("header_presence", case, flaws)


@schemathesis.check
def cursor_walk(ctx: CheckContext, response: Response, case: AnyCase) -> None:
    """Fail when following the cursors of a list does not lead to its end."""
    del ctx
    label = case.operation.label
    if not operation_of(label).paged or not _is_early_success("cursor_walk", response, case):
        return

    def ask(query: Mapping[str, str]) -> tuple[int, Any]:
        page = _again(response, {}, query)
        body = _body(page)
        _member_counts.note(label, page.status_code, body)
        return page.status_code, body

    _report("cursor_walk", case, list(_walk.flaws(ask)))


@schemathesis.check
def etag_revalidation(ctx: CheckContext, response: Response, case: AnyCase) -> None:
    """Fail when sending back a fresh ETag does not give 304."""
    del ctx
    if not _is_early_success("etag_revalidation", response, case):
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
    """Record what a built-in check found; it stays a failure."""
    del context
    if not isinstance(failure, CustomFailure):  # ours are already recorded
        check, label = check_of(failure), case.operation.label
        evidence = failure.message if os.environ.get(ENV_BODIES) else None
        for member, problem, detail in explain(failure, response):
            facts.add(Finding(check, label, member, problem, detail, evidence))
    return True


@schemathesis.hook
def after_call(context: HookContext, case: AnyCase, response: Response) -> None:
    """Count the responses of each operation."""
    del context
    facts.count(case.operation.label, response.status_code)


class _FactsWriter(EventHandler[Any]):
    """Writes the facts to the file when the run ends, even if it fails."""

    def handle_event(self, ctx: Any, event: events.EngineEvent) -> None:
        """Record errors that kept the run from testing everything."""
        del ctx
        if isinstance(event, events.NonFatalError):
            facts.trouble(f"{event.label}: {event.info.title}")
        if isinstance(event, events.EngineFinished):
            facts.complete = True

    def shutdown(self, ctx: Any) -> None:
        """Write the file."""
        del ctx
        facts.write(Path(os.environ[ENV_FACTS]))


if os.environ.get(ENV_FACTS):
    handler()(_FactsWriter)
