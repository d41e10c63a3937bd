"""Lists every public method of the client, with arguments that fit its signature.

A test that must hold for all methods iterates over `METHODS`, so new methods are tested as well.
Only the values for parameter names are written here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from creatoraudit import CreatorAudit

from .answers import video_id
from .driver import Session

Shape: TypeAlias = Literal["value", "items"]

# They call any operation by name, so they would hide an operation without a method.
GENERIC = frozenset({"call", "download", "paginate", "batch", "request"})
# They send no requests of their own.
LIFE = frozenset({"close", "aclose", "for_organization"})
# Values for parameters, by name.
FITTING: Mapping[str, Any] = {
    "account_id": video_id(1),
    "creator_id": video_id(2),
    "video_id": video_id(3),
    "account_ids": [video_id(1), video_id(4)],
    "video_ids": [video_id(3), video_id(5)],
    "instagram": [1],
    "identifier": "https://www.tiktok.com/@someone/video/712345",
    "username": "https://www.instagram.com/someone/",
    "name": "Someone",
    "q": "some",
}
# Optional arguments without which nothing would be sent.
ALSO = frozenset({"instagram"})
CHANGE = {"is_active": False}


@dataclass(frozen=True)
class Method:
    """One public method.

    Attributes:
        name: Name after `ca.`, with the value of `via=` if there is a choice.
        shape: Whether it returns a value or something to iterate over.
        arguments: Arguments that fit.
        options: Name of its options type, `RequestOptions` or `CreateOptions`; None if it has none.
    """

    name: str
    shape: Shape
    options: str | None
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def of(self, client: Any) -> Callable[..., Any]:
        """The method of a client of either kind."""
        found: Callable[..., Any] = client
        for step in self.name.partition(" ")[0].split("."):
            found = getattr(found, step)
        return found

    def run(self, session: Session, **options: Any) -> Any:
        """Call the method and read its result to the end."""
        values = {**self.arguments, **options}
        if self.shape == "items":
            return session.collect(lambda client: self.of(client)(**values))
        return session.do(lambda client: self.of(client)(**values))


def _public(owner: object) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, found in inspect.getmembers(owner, inspect.ismethod):
        if not name.startswith("_"):
            yield name, found


def _methods_of(prefix: str, owner: object) -> Iterator[Method]:
    for name, found in _public(owner):
        if not prefix and name in GENERIC | LIFE:
            continue
        signature = inspect.signature(found)
        arguments: dict[str, Any] = {}
        options: str | None = None
        for parameter in signature.parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                options = str(parameter.annotation).removeprefix("Unpack[").removesuffix("]")
            elif parameter.default is parameter.empty or parameter.name in ALSO:
                arguments[parameter.name] = FITTING[parameter.name]
        if name == "update":
            arguments |= CHANGE
        returned = str(signature.return_annotation)
        shape: Shape = "items" if returned.startswith(("Pager[", "Parts[")) else "value"
        yield Method(prefix + name, shape, options, arguments)
        if "via" in signature.parameters:
            yield Method(f"{prefix}{name} via=get", shape, options, {**arguments, "via": "get"})


def _all() -> tuple[Method, ...]:
    with CreatorAudit("key-of-tests", base_url="http://127.0.0.1:9/v2") as client:
        found = list(_methods_of("", client))
        for name, member in inspect.getmembers(client):
            if not name.startswith("_") and not inspect.ismethod(member):
                found += _methods_of(f"{name}.", member)
    return tuple(found)


METHODS = _all()
