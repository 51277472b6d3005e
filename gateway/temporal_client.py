"""The gateway's Temporal client: updates, checks, and how it learns whether a workflow started."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.codes import RefusalCode
from domain.errors import TransientError
from domain.tickets.changes.request_result import RequestResult
from gateway.http.problems import Problem
from gateway.json_types import JsonMapping
from gateway.start_detection import StartDetectionInterceptor
from process.temporal import connection_options
from workflows.activity_options import ADMISSION_TIMEOUT
from workflows.data_converter import CLIENT_CONVERTER
from workflows.temporal_errors import is_workflow_not_found, unavailable_as_transient
from workflows.ticket.history_limits import CONTINUING

DESCRIBE_TIMEOUT: Final = timedelta(seconds=2)
"""For checking whether a workflow exists whose update did not return in time."""
_UPDATE_PAUSE_SECONDS: Final = 0.1
_LOST_UPDATES: Final = 5
"""A workflow whose tasks fail again and again loses every update: the caller should know soon."""


async def connect() -> Client:
    """Create a client from the SDK's environment configuration; it connects on first use."""
    return await Client.connect(
        **connection_options(),
        lazy=True,
        data_converter=CLIENT_CONVERTER,
        interceptors=[StartDetectionInterceptor()],
    )


async def workflow_exists(client: Client, number: str) -> bool:
    """Say whether a ticket was ever started under the number, as long as Temporal remembers it.

    Raises `TransientError` or `RPCError` while Temporal is unavailable.
    """
    try:
        with unavailable_as_transient():
            await client.get_workflow_handle(number).describe(rpc_timeout=DESCRIBE_TIMEOUT)
    except RPCError as error:
        if is_workflow_not_found(error):
            return False
        raise
    return True


async def execute_update(
    client: Client, number: str, update: str, request: JsonMapping
) -> RequestResult:
    """Send an update to a ticket and return its result; a repeated `request_id` gets the same one.

    Raises `Problem` with the code of a refusal, and `TransientError` or `RPCError` if there is no
    result in time.
    """
    handle = client.get_workflow_handle(number)
    try:
        with unavailable_as_transient():
            async with asyncio.timeout(ADMISSION_TIMEOUT.total_seconds()):
                return await _execute_until_taken(handle, update, request)
    except WorkflowUpdateFailedError as error:
        code = _code(error)
        if code not in set(RefusalCode):  # an error of Temporal: the workflow was terminated
            raise TransientError(f"Temporal: {code}") from None
        raise Problem(RefusalCode(code), _problems(error)) from None


async def _execute_until_taken(
    handle: WorkflowHandle[Any, Any], update: str, request: JsonMapping
) -> RequestResult:
    """Repeat an update that was refused because the workflow was continuing as new, or that was
    lost with its workflow task: a signal that came meanwhile makes the server repeat that task.
    """
    lost = 0
    while True:
        try:
            result: RequestResult = await handle.execute_update(
                update, request, result_type=RequestResult, rpc_timeout=ADMISSION_TIMEOUT
            )
        except WorkflowUpdateFailedError as error:
            if _code(error) != CONTINUING:
                raise
        except RPCError as error:
            lost += 1
            if error.status is not RPCStatusCode.FAILED_PRECONDITION or lost > _LOST_UPDATES:
                raise
        else:
            return result
        await asyncio.sleep(_UPDATE_PAUSE_SECONDS)


def _code(error: WorkflowUpdateFailedError) -> str:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        return cause.type
    return RefusalCode.ACTION_NOT_ALLOWED


def _problems(error: WorkflowUpdateFailedError) -> Mapping[str, str]:
    cause = error.cause
    details = cause.details if isinstance(cause, ApplicationError) else ()
    return details[0] if details and isinstance(details[0], Mapping) else {}
