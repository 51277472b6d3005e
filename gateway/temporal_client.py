"""The gateway's side of Temporal: claims are filed, tickets are asked; nothing waits for ever."""

import asyncio
import os
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
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.postgres.database import Postgres
from domain.errors import DatabaseUnavailable, TransientError
from domain.tickets.ticket import RequestResult
from gateway.http.problems import STATUS, Problem, is_workflow_not_found
from secret_settings import with_secret_files
from workflows.activity_options import ADMISSION_TIMEOUT, CONTINUING

DESCRIBE_TIMEOUT: Final = timedelta(seconds=2)
"""How long it may take to see whether what was not answered in time has begun at all."""
_CONTINUE_AS_NEW_PAUSE_SECONDS: Final = 0.1
_started_flags: ContextVar[list[bool] | None] = ContextVar("_began", default=None)


class StartDetectionInterceptor(Interceptor):
    """Notes whether an Update-With-Start began a workflow or found one; the SDK does not tell."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Stand before the client's calls."""
        return _StartDetector(next)


class _StartDetector(OutboundInterceptor):
    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        go_on = input._on_start
        started = _started_flags.get()

        def on_start(response: StartWorkflowExecutionResponse) -> None:
            if started is not None:
                started.append(response.started)
            go_on(response)

        input._on_start = on_start
        return await super().start_update_with_start_workflow(input)


@contextmanager
def detect_starts() -> Iterator[list[bool]]:
    """Give the list in which calls meanwhile note whether they began a workflow."""
    started: list[bool] = []
    token = _started_flags.set(started)
    try:
        yield started
    finally:
        _started_flags.reset(token)


async def connect() -> Client:
    """Make a client as the SDK's environment configuration says; it connects when it is used."""
    told = with_secret_files(os.environ)
    config: dict[str, Any] = {**ClientConfig.load_client_connect_config(override_env_vars=told)}
    config.setdefault("target_host", "localhost:7233")
    return await Client.connect(
        **config,
        lazy=True,
        data_converter=pydantic_data_converter,
        interceptors=[StartDetectionInterceptor()],
    )


async def workflow_exists(client: Client, number: str) -> bool:
    """Say whether a ticket was ever started under the number, as long as Temporal remembers it.

    Raises `TransientError` or `RPCError` while Temporal is away.
    """
    try:
        await client.get_workflow_handle(number).describe(rpc_timeout=DESCRIBE_TIMEOUT)
    except RPCError as error:
        if is_workflow_not_found(error):
            return False
        raise
    except RuntimeError as error:
        raise TransientError(f"Temporal: {type(error).__name__}") from None
    return True


async def check_database(postgres: Postgres) -> None:
    """Raise `DatabaseUnavailable` unless the database answers soon, and can be written."""
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
    """Send an update to a ticket and return its answer; repeated under one `request_id`, the same.

    Raises `Problem` with the code of a refusal, `unknown_ticket` where none runs under the number,
    `TransientError` or `RPCError` where nobody answers in time.
    """
    handle = client.get_workflow_handle(number)
    try:
        async with asyncio.timeout(ADMISSION_TIMEOUT.total_seconds()):
            return await _execute_until_taken(handle, update, request)
    except WorkflowUpdateFailedError as error:
        refusal = _refusal(error)
        if refusal.code not in STATUS:  # Temporal's own word: the workflow was ended by hand
            raise TransientError(f"Temporal: {refusal.code}") from None
        raise refusal from None
    except (TimeoutError, RuntimeError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise TransientError(f"Temporal: {type(error).__name__}") from None


async def _execute_until_taken(
    handle: WorkflowHandle[Any, Any], update: str, request: Mapping[str, Any]
) -> RequestResult:
    """Ask again where the ticket's history is just being continued: the next one takes it."""
    while True:
        try:
            answer: RequestResult = await handle.execute_update(
                update, request, result_type=RequestResult, rpc_timeout=ADMISSION_TIMEOUT
            )
        except WorkflowUpdateFailedError as error:
            if _refusal(error).code != CONTINUING:
                raise
            await asyncio.sleep(_CONTINUE_AS_NEW_PAUSE_SECONDS)
        else:
            return answer


def _refusal(error: WorkflowUpdateFailedError) -> Problem:
    cause = error.cause
    code = (
        cause.type if isinstance(cause, ApplicationError) and cause.type else "action_not_allowed"
    )
    problems = cause.details[0] if isinstance(cause, ApplicationError) and cause.details else {}
    return Problem(code, problems if isinstance(problems, Mapping) else {})


async def send_signal(client: Client, number: str, signal: str, message: Mapping[str, Any]) -> bool:
    """Signal a ticket; `False` where none runs under the number.

    Raises `TransientError` or `RPCError` while Temporal is away.
    """
    try:
        await client.get_workflow_handle(number).signal(signal, message)
    except RPCError as error:
        if is_workflow_not_found(error):
            return False
        raise
    except RuntimeError as error:
        raise TransientError(f"Temporal: {type(error).__name__}") from None
    return True


async def check_temporal(client: Client) -> bool:
    """Say whether Temporal answers."""
    with suppress(RPCError, RuntimeError):
        return await client.service_client.check_health(timeout=DESCRIBE_TIMEOUT)
    return False
