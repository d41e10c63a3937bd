"""Reports deviations from the contract in normal traffic to the `on_drift=` hook.

No deviation is an error by itself: the API may add members within v2, and unknown members are kept.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from creatoraudit_api.operations import OPERATIONS

from .contract import Kind, deviations, response_schema
from .request import PreparedRequest
from .response import RawResponse
from .text import one_line


class DriftRecord(NamedTuple):
    """A deviation from the contract that was found in normal traffic.

    Attributes:
        kind: `missing-member`, `wrong-container`, `wrong-type`, `unknown-enum-value` or
            `unknown-member`.
        operation: Name of the operation.
        location: JSON path; `[]` stands for any position, `{}` for any key of a map.
        detail: What was found, in words. Only values of enumerations are quoted.
        request_id: `X-Request-ID` of the response.
    """

    kind: Kind
    operation: str
    location: str
    detail: str
    request_id: str | None


OnDrift: TypeAlias = Callable[[DriftRecord], object]


class DriftWatch:
    """Finds deviations, each once per kind and location. `tell` is the caller's hook."""

    def __init__(self, tell: OnDrift) -> None:
        self.tell = tell
        self._told: set[tuple[Kind, str, str]] = set()

    def look(self, request: PreparedRequest, response: RawResponse) -> Iterator[DriftRecord]:
        """Compare one response with the contract; responses that are not JSON are skipped."""
        operation = OPERATIONS.get(request.operation)
        if operation is None or operation.value != "json" or not response.content:
            return
        try:
            payload = response.json()
        except ValueError:
            return
        schema = response_schema(operation, response.status_code)
        for found in deviations(schema, payload):
            known = (found.kind, request.operation, one_line(found.place.general, 200))
            if known not in self._told:
                self._told.add(known)
                yield DriftRecord(*known, one_line(found.what, 200), response.request_id)
