"""The gateway's Temporal client: updates, checks, and how it learns whether a workflow started."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, Final

from temporalio.api.workflowservice.v1 import StartWorkflowExecutionResponse
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateWithStartInput,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.postgres.database import Postgres
from domain.codes import RefusalCode
from domain.errors import DatabaseUnavailable, TransientError
from domain.tickets.changes.request_result import RequestResult
from gateway.http.problems import Problem
from process.temporal import connection_options
from workflows.activity_options import ADMISSION_TIMEOUT
from workflows.temporal_errors import is_workflow_not_found, unavailable_as_transient
from workflows.ticket.history_limits import CONTINUING

DESCRIBE_TIMEOUT: Final = timedelta(seconds=2)
"""For checking whether a workflow exists whose update did not return in time."""
_CONTINUE_AS_NEW_PAUSE_SECONDS: Final = 0.1
_started_flags: ContextVar[list[bool] | None] = ContextVar("started_flags", default=None)


class StartDetectionInterceptor(Interceptor):
    """Records whether an Update-With-Start started a workflow: the SDK does not return that."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Intercept the client's calls."""
        return _StartDetector(next)


class _StartDetector(OutboundInterceptor):
    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        original = input._on_start
        started = _started_flags.get()

        def on_start(response: StartWorkflowExecutionResponse) -> None:
            if started is not None:
                started.append(response.started)
            original(response)

        input._on_start = on_start
        return await super().start_update_with_start_workflow(input)


@contextmanager
def detect_starts() -> Iterator[list[bool]]:
    """Yield the list to which calls append whether they started a workflow."""
    started: list[bool] = []
    token = _started_flags.set(started)
    try:
        yield started
    finally:
        _started_flags.reset(token)


async def connect() -> Client:
    """Create a client from the SDK's environment configuration; it connects on first use."""
    return await Client.connect(
        **connection_options(),
        lazy=True,
        data_converter=pydantic_data_converter,
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


async def check_database(postgres: Postgres) -> None:
    """Raise `DatabaseUnavailable` unless the database responds soon and accepts writes."""
    try:
        async with asyncio.timeout(DESCRIBE_TIMEOUT.total_seconds()):
            if await postgres.value("takes_writes"):
                return
            await postgres.expire()
    except TimeoutError:
        raise DatabaseUnavailable("PostgreSQL: no answer") from None
    raise DatabaseUnavailable("PostgreSQL: read-only")


async def execute_update(
    client: Client, number: str, update: str, request: Mapping[str, Any]
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
    handle: WorkflowHandle[Any, Any], update: str, request: Mapping[str, Any]
) -> RequestResult:
    """Repeat an update that was refused because the workflow was continuing as new."""
    while True:
        try:
            result: RequestResult = await handle.execute_update(
                update, request, result_type=RequestResult, rpc_timeout=ADMISSION_TIMEOUT
            )
        except WorkflowUpdateFailedError as error:
            if _code(error) != CONTINUING:
                raise
            await asyncio.sleep(_CONTINUE_AS_NEW_PAUSE_SECONDS)
        else:
            return result


def _code(error: WorkflowUpdateFailedError) -> str:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        return cause.type
    return RefusalCode.ACTION_NOT_ALLOWED


def _problems(error: WorkflowUpdateFailedError) -> Mapping[str, str]:
    cause = error.cause
    details = cause.details if isinstance(cause, ApplicationError) else ()
    return details[0] if details and isinstance(details[0], Mapping) else {}


async def check_temporal(client: Client) -> bool:
    """Say whether Temporal responds."""
    with suppress(RPCError, RuntimeError):
        return await client.service_client.check_health(timeout=DESCRIBE_TIMEOUT)
    return False
