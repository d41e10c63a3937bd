"""Splitting many ids into requests: each id once, in the order given."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from .._core.response import Reply

H = TypeVar("H", bound=Hashable)
T = TypeVar("T")


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
