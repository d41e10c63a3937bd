"""Splitting many ids into requests: each id once, in the order given."""

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
    """The answer for some of the ids of a batch.

    Attributes:
        ids: The ids this request asked about, in the order given.
        reply: The answer.
    """

    ids: Sequence[str | int]
    reply: Reply[T]


def once(values: Iterable[H]) -> Iterator[H]:
    """The values without repetitions, lazily."""
    seen: set[H] = set()
    for value in values:
        if value not in seen:
            seen.add(value)
            yield value


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` values, the last one perhaps shorter."""
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
    """Tell which ids a failed batch is done with, which to ask again, and which not to.

    Args:
        error: The first failure.
        done: Ids of the parts that were handed out.
        ended: The requests that have ended since, each with what it failed with.
        rest: Ids of the requests that were not sent.
        repeatable: Whether a second request does no harm.
        all_arrived_done: Whether what arrived counts as done although it was not handed out.
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
