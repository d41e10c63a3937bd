"""Looking up operations in the generated table."""

from __future__ import annotations

from typing import Any, TypeVar, overload

from creatoraudit_api.operations import OPERATIONS, Operation

from ..errors import UsageError
from .text import one_line

T = TypeVar("T")


@overload
def find(operation: Operation[T]) -> Operation[T]: ...
@overload
def find(operation: str) -> Operation[Any]: ...
@overload
def find(operation: Operation[T] | str) -> Operation[T] | Operation[Any]: ...
def find(operation: Operation[Any] | str) -> Operation[Any]:
    """The operation meant by an object of the table or by its name.

    Raises:
        UsageError: There is none of that name.
    """
    if not isinstance(operation, str):
        return operation
    try:
        return OPERATIONS[operation]
    except KeyError:
        import difflib  # noqa: PLC0415 - needed only for this message

        close = difflib.get_close_matches(operation, OPERATIONS, n=3)
        meant = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UsageError(f"there is no operation {one_line(operation, 60)!r}{meant}") from None


def id_list_of(operation: Operation[object], name: str | None) -> tuple[str, int]:
    """The argument of `operation` that takes many ids, and how many at once.

    Raises:
        UsageError: It takes none, or several and `name` chooses none of them.
    """
    lists = operation.id_lists
    if not lists or operation.batch_size is None:
        raise UsageError(f"{operation.name} takes no list of ids, so it cannot be batched")
    if name is None and len(lists) > 1:
        raise UsageError(f"{operation.name} takes several lists; choose id_list= from {lists}")
    chosen = next(iter(lists)) if name is None else name
    if chosen not in lists:
        raise UsageError(f"{operation.name} has no id list {chosen!r}; it takes {lists}")
    return chosen, operation.batch_size
