"""One fault of an answer that does not keep the contract, and the exception it becomes."""

from typing import NamedTuple

from ..errors import ContractError
from .text import one_line


class Fault(NamedTuple):
    """What is wrong with which member."""

    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.path} {self.what}"


def contract_error(operation: str, fault: Fault, request_id: str | None) -> ContractError:
    """The exception for one fault."""
    where = one_line(str(fault), 300)
    return ContractError(
        f"{operation}: the answer does not keep the contract: {where}",
        path=fault.path,
        request_id=request_id,
    )
