"""`creatoraudit api`: calls any endpoint, documented or not, with key, pacing and retries.

Endpoints of the contract are recognised by method and path, so that a create gets its
Idempotency-Key and a public endpoint needs no API key. Everything else is sent as typed.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast
from urllib.parse import parse_qsl

import click

from creatoraudit_api.operations import OPERATIONS, Operation

from .._core.response import payload_of
from .._results.pages import Walk
from ..errors import ContractError, CreatorAuditError
from . import _safe
from ._click import Command, OneOf, Whole, choice_option
from ._connect import Connection, connection_options
from ._options import examples, json_or_text, pairs
from ._output import resumable, write, write_json

if TYPE_CHECKING:
    from creatoraudit import CreatorAudit

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# A name with brackets, as `gh api` and forms take it; only the last ones may be empty.
_NESTED = re.compile(r"[^][]+(?:\[[^][]+\])*(?:\[\]|\[[^][]+\])")
_STEP = re.compile(r"[^][]+|(?<=\[)(?=\])")
_PARAMETER = re.compile(r"\{[^{}/]*\}")


def operation_at(method: str, path: str) -> Operation[Any] | None:
    """Find the operation with this method and path. Literal paths take precedence."""
    for operation in sorted(OPERATIONS.values(), key=lambda one: "{" in one.path):
        pattern = "[^/]+".join(map(re.escape, _PARAMETER.split(operation.path)))
        if operation.method == method and re.fullmatch(pattern, path):
            return operation
    return None


def _path(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Split the typed text into path and query.

    Raises:
        click.UsageError: It is not a path below the base URL.
    """
    if "://" in text:
        raise click.UsageError("PATH must be below the base URL, such as /accounts, not a URL")
    path, _, query = text.partition("?")
    path = "/" + path.strip("/")
    if {".", ".."} & set(path.split("/")):
        raise click.UsageError(f"PATH must not have . or .. in it, as {text!r:.60} has")
    return path, parse_qsl(query, keep_blank_values=True)


def _collected(given: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Collect values by name. A repeated name has a list of values."""
    collected: dict[str, Any] = {}
    for name, value in given:
        if name not in collected:
            collected[name] = value
        elif isinstance(collected[name], list):
            collected[name].append(value)
        else:
            collected[name] = [collected[name], value]
    return collected


def _body_of(given: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Make a body of fields. `a[b]=1` is a member within `a`, and `a[]=1` an item of a list.

    Raises:
        click.UsageError: A name is not closed, or meets another one that is no object or list.
    """
    body = _collected([(name, value) for name, value in given if "[" not in name])
    for name, value in given:
        if "[" not in name:
            continue
        if not _NESTED.fullmatch(name):
            raise click.UsageError(f"{name!r:.60} is not a name such as a[b] or a[]")
        *steps, last = _STEP.findall(name)
        at = cast("Any", body)
        for step, after in zip(steps, [*steps[1:], last], strict=True):
            kind: type[Any] = dict if after else list
            at = at.setdefault(step, kind())
            if not isinstance(at, kind):
                raise click.UsageError(f"{name!r:.60} does not go with the other fields")
        if last:
            if at.setdefault(last, value) != value:
                raise click.UsageError(f"{name!r:.60} is given twice; which one is meant?")
        else:
            at.append(value)
    return body


def _body_in(file: BinaryIO) -> object:
    try:
        body: object = json.loads(file.read())
    except ValueError as error:
        raise click.UsageError(f"--input {file.name} is not JSON: {error}") from None
    return body


class _Request:
    """A request to one endpoint."""

    def __init__(
        self, method: str, typed: str, fields: Sequence[str], body: BinaryIO | None
    ) -> None:
        self.method = method
        self.path, query = _path(typed)
        given = list(pairs(fields, "NAME=VALUE"))
        in_query = method == "GET" or body is not None
        self.params = _collected([*query, *given] if in_query else query)
        self.json: object = None
        if body is not None:
            self.json = _body_in(body)
        elif given and not in_query:
            self.json = _body_of([(name, json_or_text(value)) for name, value in given])
        self.operation = operation_at(method, self.path)

    def send(self, ca: CreatorAudit, cursor: str | None = None) -> Any:
        """Send the request and return the undecoded response."""
        operation, headers, extensions = self.operation, {}, {}
        if operation is not None:
            extensions = {"creatoraudit_operation": operation.name}
            if operation.idempotency_key:
                headers = {"Idempotency-Key": os.urandom(16).hex()}
        params = self.params if cursor is None else {**self.params, "cursor": cursor}
        return ca.request(
            self.method,
            self.path,
            params=params,
            headers=headers,
            json=self.json,
            extensions=extensions,
        )


def _pages(request: _Request, ca: CreatorAudit, most: int | None) -> Iterator[Sequence[Any]]:
    """Iterate over the items of each page of a list.

    Raises:
        ContractError: A response is not a page of a list.
    """
    name = f"{request.method} {request.path}"
    largest = request.operation.page_limit if request.operation is not None else None
    if largest is not None:
        request.params.setdefault("limit", min(largest, most or largest))
    walk = Walk(name, request.params.get("cursor"))
    while not walk.ended:
        at = walk.cursor
        try:
            items = _items_of(name, request.send(ca, at), walk)
        except CreatorAuditError as error:
            error.resume_cursor = at
            raise
        yield items


def _items_of(name: str, response: Any, walk: Walk) -> list[Any]:
    """Return the items of a page, and move the walk to the next page."""
    payload = payload_of(name, response)
    items = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(items, list) or not isinstance(payload.get("pagination"), dict):
        raise ContractError(
            f"{name} is not a list with pages; drop --paginate", request_id=response.request_id
        )
    walk.move(payload, response.request_id)
    return items


@click.command(
    cls=Command,
    epilog=examples(
        "creatoraudit api GET /health",
        "creatoraudit api GET /accounts -f platform=tiktok -f limit=5",
        "creatoraudit api GET /videos --paginate --limit 300 --format jsonl",
        'creatoraudit api POST /creators -f name="Competitor set"',
    ),
)
@click.argument("method", type=OneOf(_METHODS), metavar="METHOD")
@click.argument("path", metavar="PATH")
@click.option(
    "-f",
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=VALUE",
    help="Query parameter of a GET, else a member of the JSON body, where a value that is JSON is"
    " sent as such, NAME[KEY] stands in an object and NAME[] in a list; repeatable. With"
    " --input always a query parameter.",
)
@click.option(
    "--input",
    "body",
    type=click.File("rb"),
    metavar="FILE",
    help="Send the JSON in a file as the body; - is standard input.",
)
@click.option("--paginate", is_flag=True, help="Read all pages and print their items.")
@click.option(
    "--limit", "max_items", type=Whole(1), metavar="N", help="With --paginate: at most N items."
)
@choice_option(
    "--format",
    "form",
    of=["json", "jsonl"],
    says="jsonl is one JSON value per line; with --paginate one per item.",
)
@connection_options
def api(
    *,
    method: str,
    path: str,
    fields: tuple[str, ...],
    body: BinaryIO | None,
    paginate: bool,
    max_items: int | None,
    form: Literal["json", "jsonl"],
    **connection: object,
) -> None:
    """Call any endpoint of the API, also one that no other command knows.

    METHOD is GET, POST, PUT, PATCH or DELETE. PATH is below the base URL, such as /accounts. Key,
    retries, rate limit and error messages work as in every other command.
    """
    request = _Request(method, path, fields, body)
    if paginate and method != "GET":
        raise click.UsageError("--paginate goes with GET")
    if max_items is not None and not paginate:
        raise click.UsageError(
            "--limit goes with --paginate; for the API's own limit use -f limit=N"
        )
    with Connection.of(connection).client() as ca:
        if paginate:
            start = request.params.get("cursor")
            pages = resumable(_pages(request, ca, max_items), start, "-f cursor={}")
            _print_items(pages, max_items, form)
            return
        response = request.send(ca)
    _print_one(response, form)


def _print_items(pages: Iterator[Sequence[Any]], left: int | None, form: str) -> None:
    first = True
    for page in pages:
        items = page[:left]
        for item in items:
            if form == "jsonl":
                write(_safe.to_json(item, indent=None) + b"\n")
                continue
            write(b"[\n  " if first else b",\n  ")
            write(_safe.to_json(item).replace(b"\n", b"\n  "))
            first = False
        if left is not None and (left := left - len(items)) <= 0:
            break
    if form == "json":
        write(b"[]\n" if first else b"\n]\n")


def _print_one(response: Any, form: str) -> None:
    """Print a body. JSON, and text on a terminal, is made safe to show."""
    content: bytes = response.content
    if not content:
        return
    try:
        value: object = response.json()
    except ValueError:
        if sys.stdout.isatty():
            content = "".join(
                f"{_safe.line(line)}\n" for line in content.decode(errors="replace").splitlines()
            ).encode()
        write(content)
        return
    if form == "json":
        write_json(value)
    else:
        write(_safe.to_json(value, indent=None) + b"\n")
