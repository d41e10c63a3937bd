"""Every public method of the client, found by looking at it, with arguments that fit its signature.

A test that has to hold for all methods walks `METHODS`, so a method added tomorrow is tested
tomorrow. The only thing written down here is what a parameter of some name may look like.
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

# They take any operation by name, so they would expose one that no method is written for.
GENERIC = frozenset({"call", "download", "paginate", "batch", "request"})
# No requests, or none of their own.
LIFE = frozenset({"close", "aclose", "for_organization"})
# What fits a parameter of that name, wherever it occurs.
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
# Not required, yet nothing would be sent without them.
ALSO = frozenset({"instagram"})
CHANGE = {"is_active": False}


@dataclass(frozen=True)
class Method:
    """One public method.

    Attributes:
        name: As it is written after `ca.`, with the choice of `via=` where there is one.
        shape: Whether it returns a value or something to iterate over.
        arguments: Arguments that fit.
        options: Name of the options it takes, `RequestOptions` or `CreateOptions`; None without.
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
        """Call it, and read what it returns to the end."""
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
