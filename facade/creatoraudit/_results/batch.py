"""Splits many ids into requests and reports which ids of a failed batch are done."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from .._core.response import Reply
from ..errors import (
    APIError,
    ContractError,
    CreatorAuditError,
    NetworkError,
)

H = TypeVar("H", bound=Hashable)
T = TypeVar("T")

REQUEST_TIMEOUT = 408
SERVER_ERRORS = 500


class BatchPart(NamedTuple, Generic[T]):
    """The response to one request of a batch.

    Attributes:
        ids: The ids of this request, in the order given.
        reply: The decoded response.
    """

    ids: Sequence[str | int]
    reply: Reply[T]


def once(values: Iterable[H]) -> Iterator[H]:
    """Yield each value once."""
    seen: set[H] = set()
    for value in values:
        if value not in seen:
            seen.add(value)
            yield value


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of `size` values; the last one may be shorter."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def tell_ids(
    error: CreatorAuditError,
    *,
    done: Sequence[Any],
    ended: Sequence[tuple[Sequence[Any], BaseException | None]],
    rest: Iterable[Sequence[Any]],
    repeatable: bool,
    all_arrived_done: bool,
) -> None:
    """Record on an exception which ids are done, pending and unknown after a failed batch.

    Args:
        error: The first failure.
        done: Ids of the parts that were yielded.
        ended: The requests that ended after that, each with its exception or None.
        rest: Ids of the requests that were not sent.
        repeatable: Whether sending a request twice does no harm.
        all_arrived_done: Whether a part that arrived counts as done before it is yielded.
    """
    finished: list[Any] = [*done]
    pending: list[Any] = []
    unknown: list[Any] = []
    for ids, why in ended:
        if why is None:
            (finished if all_arrived_done else pending).extend(ids)
        else:
            again = repeatable or not _may_have_been_carried_out(why)
            (pending if again else unknown).extend(ids)
    error.done_ids = tuple(finished)
    error.pending_ids = (*pending, *(one for ids in rest for one in ids))
    error.unknown_ids = tuple(unknown)


def _may_have_been_carried_out(error: BaseException) -> bool:
    if isinstance(error, NetworkError):
        return error.written
    if isinstance(error, APIError):
        return error.status >= SERVER_ERRORS or error.status == REQUEST_TIMEOUT
    return isinstance(error, ContractError)
