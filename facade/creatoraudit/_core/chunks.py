"""Splitting many ids into requests, without I/O: each id once, in the order given."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from ..errors import UsageError
from .response import Reply

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


def several(ids: Iterable[T]) -> Iterable[T]:
    """The ids as they were given.

    Raises:
        UsageError: It is one id, or nothing to iterate over.
    """
    given: object = ids
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise UsageError(f"ids must be given as a list, even a single one, not {given!r:.60}")
    return ids


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
