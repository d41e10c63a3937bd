"""Reading answers: status to exception, bytes to JSON, JSON to models.

Decides what counts as success and turns everything a decoder can stumble over into ContractError.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

from ..errors import APIError, ContractError, error_for
from .fault import Fault, contract_error
from .outcome import RawResponse
from .retry import seconds_asked
from .text import one_line

if TYPE_CHECKING:
    from creatoraudit_api.operations import Operation

    from .request import PreparedRequest

T_co = TypeVar("T_co", covariant=True)

# What a generated decoder raises for a body that it cannot take apart.
UNDECODABLE = (KeyError, TypeError, AttributeError, ValueError)


class Reply(NamedTuple, Generic[T_co]):
    """An answer with its raw side.

    Attributes:
        value: The decoded body; None where the operation answers without one.
        status: HTTP status.
        headers: Headers, looked up regardless of case.
        request_id: `X-Request-ID` of the answer.
    """

    value: T_co
    status: int
    headers: Mapping[str, str]
    request_id: str | None


def error_of(request: "PreparedRequest", sent: RawResponse) -> APIError | None:
    """The exception an answer stands for, or None when it is a success."""
    if 200 <= sent.status_code < 300:
        return None
    problem: object = None
    if sent.content:
        try:
            problem = sent.json()
        except ValueError:
            problem = None
    host = None
    if 300 <= sent.status_code < 400 and "location" in sent.headers:
        try:
            host = urlsplit(sent.headers["location"]).netloc.rpartition("@")[2] or "the same host"
        except ValueError:
            host = "an unreadable place"
    return error_for(
        operation=request.operation,
        status=sent.status_code,
        headers=sent.headers,
        problem=problem,
        retry_after=seconds_asked(sent.headers),
        redirect_host=host,
    )


def payload_of(operation: str, sent: RawResponse) -> Any:
    """The JSON of a success answer; None when it has no body.

    Raises:
        ContractError: The body is not JSON.
    """
    if not sent.content:
        return None
    try:
        return sent.json()
    except ValueError as error:
        why = str(error)
    kind = one_line(sent.headers.get("content-type", "no content type"), 60)
    raise ContractError(
        f"{operation}: answered {sent.status_code} with a body that is not JSON ({kind}: {why}); "
        "is there a proxy or a login page in between?",
        request_id=sent.request_id,
    )


def decode(operation: "Operation[T_co]", sent: RawResponse) -> Reply[T_co]:
    """Decode a success answer.

    Raises:
        ContractError: It lacks what the contract requires; `path` names the member.
    """
    return decode_payload(operation, sent, payload_of(operation.name, sent))


def decode_payload(operation: "Operation[T_co]", sent: RawResponse, payload: Any) -> Reply[T_co]:
    """Decode a success answer whose JSON was read before.

    Raises:
        ContractError: It lacks what the contract requires; `path` names the member.
    """
    try:
        value = operation.decode(sent.status_code, payload)
    except UNDECODABLE as error:
        fault = fault_of(operation, sent.status_code, payload, error)
    else:
        return Reply(value, sent.status_code, sent.headers, sent.request_id)
    if payload is None and not sent.content:
        fault = Fault("$", "is empty where a JSON body belongs")
    raise contract_error(operation.name, fault, sent.request_id)


def fault_of(operation: "Operation[T_co]", status: int, payload: Any, error: Exception) -> Fault:
    """Why a payload could not be decoded."""
    from .contract import first_fault  # noqa: PLC0415 - needed only after a failure

    fault = first_fault(operation, status, payload)
    return fault or Fault("$", f"cannot be decoded ({type(error).__name__}: {error})")
