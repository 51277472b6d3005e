"""All time-outs and retries, by name.

Nothing here gives up for good: a short first phase that ends is followed by a patient one. What
trying again cannot mend leaves its activity as non-retryable (see `activities/failures.py`).
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

T = TypeVar("T")

TICKETS_QUEUE: Final = "tickets"
PARTNER_QUEUE: Final = "partner-calls"
MAIL_QUEUE: Final = "mail"

ADMISSION_PATIENCE: Final = timedelta(seconds=10)
"""How long a caller waits for the answer to a claim."""

QUICKLY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0, maximum_attempts=4
)
QUICK_SECONDS: Final = timedelta(seconds=2)
"""A short database write is a local activity for so long in all; longer, and it goes remote."""

WITHOUT_END: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=5),
)
WRITE_TIMEOUT: Final = timedelta(seconds=30)
CALL_TIMEOUT: Final = timedelta(seconds=30)
"""Longer than any partner's own time-out and than a whole conversation with the mail server; a call
that died with its worker is repeated after it."""

UNNOTICED: Final = timedelta(minutes=10)
"""A delivery or a letter may fail for so long before the ticket asks for attention."""


async def durably(method: Callable[[Any, Any], Awaitable[T]], argument: object, summary: str) -> T:
    """Run a short idempotent write: a few quick local attempts, then remote and without end.

    The remote activity's retries add no events to the history and show in the Temporal UI.
    """
    try:
        return await workflow.execute_local_activity_method(
            method,
            argument,
            start_to_close_timeout=QUICK_SECONDS,
            schedule_to_close_timeout=QUICK_SECONDS,
            retry_policy=QUICKLY,
            summary=summary,
        )
    except ActivityError as error:
        if is_cancelled_exception(error):
            raise
    return await workflow.execute_activity_method(
        method,
        argument,
        task_queue=TICKETS_QUEUE,
        start_to_close_timeout=WRITE_TIMEOUT,
        retry_policy=WITHOUT_END,
        summary=summary,
    )
