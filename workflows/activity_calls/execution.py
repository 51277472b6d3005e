"""Two ways to run a database activity; neither fails: both retry until the database answers."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from workflows.activity_options import (
    DATABASE_RETRY_POLICY,
    LOCAL_ACTIVITY_TIMEOUT,
    LOCAL_RETRY_POLICY,
    MANUAL_FAILURE_BACKOFF,
    TICKETS_QUEUE,
    WRITE_TIMEOUT,
)

Activities = TypeVar("Activities")
Argument = TypeVar("Argument")
Result = TypeVar("Result")


async def run_locally_with_fallback(
    method: Callable[[Activities, Argument], Awaitable[Result]], argument: Argument, summary: str
) -> Result:
    """Run a short query: a few quick local attempts, then a remote activity without end.

    Only for calls that return the same whenever they run: a worker that dies loses the local
    result, and the call is repeated, possibly after messages that have arrived meanwhile.
    """
    try:
        return await workflow.execute_local_activity_method(
            method,
            argument,
            start_to_close_timeout=LOCAL_ACTIVITY_TIMEOUT,
            schedule_to_close_timeout=LOCAL_ACTIVITY_TIMEOUT,
            retry_policy=LOCAL_RETRY_POLICY,
            summary=summary,
        )
    except FailureError as error:  # the last failure of a local activity is not wrapped
        if is_cancelled_exception(error):
            raise
    return await run_durably(method, argument, summary)


async def run_durably(
    method: Callable[[Activities, Argument], Awaitable[Result]], argument: Argument, summary: str
) -> Result:
    """Store a step as a remote activity: it is in the history before it is in the database.

    With a local activity it would be the other way round: after a crash, the history could
    diverge from what the database contains (docs/decisions). Retries have no end, add
    no events to the history and are visible in the Temporal UI.
    """
    while True:
        try:
            return await workflow.execute_activity_method(
                method,
                argument,
                task_queue=TICKETS_QUEUE,
                start_to_close_timeout=WRITE_TIMEOUT,
                retry_policy=DATABASE_RETRY_POLICY,
                summary=summary,
            )
        except FailureError as error:  # an operator failed it by hand
            if is_cancelled_exception(error):
                raise
        await workflow.sleep(MANUAL_FAILURE_BACKOFF, summary=f"before the next try: {summary}")
