"""All time-outs and retries, by name.

Nothing here gives up for good: a short first phase that ends is followed by a patient one. What
trying again cannot mend leaves its activity as non-retryable (see
`activities/error_interceptor.py`).
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError, is_cancelled_exception

T = TypeVar("T")

TICKETS_QUEUE: Final = "tickets"
PARTNER_QUEUE: Final = "partner-calls"
MAIL_QUEUE: Final = "mail"

ADMISSION_TIMEOUT: Final = timedelta(seconds=10)
"""How long a caller waits for the answer to a claim."""

LOCAL_RETRY_POLICY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0, maximum_attempts=4
)
LOCAL_ACTIVITY_TIMEOUT: Final = timedelta(seconds=2)
"""A short database call is a local activity for so long in all; longer, and it goes remote."""

UNLIMITED_RETRY_POLICY: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=5),
)
DATABASE_RETRY_POLICY: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
)
"""For our own database: tickets go on within a minute of its return."""
WRITE_TIMEOUT: Final = timedelta(seconds=30)
MANUAL_FAILURE_BACKOFF: Final = timedelta(minutes=5)
"""A write that an operator failed is tried again after so long: a ticket never ends by it."""

PENDING_OUTCOME_TIMEOUT: Final = timedelta(seconds=30)
"""A settlement that waits for what the partner has said asks again after so long."""

CALL_TIMEOUT: Final = timedelta(seconds=45)
"""Longer than any partner or mail server may take (25 s each) with our own reads and writes around
it; a call that died with its worker is repeated after it."""

BACKPRESSURE_ERRORS: Final = frozenset({"PartnerThrottled", "PartnerRateLimited"})
"""Failures of a call by which nothing is wrong; named, because their types stand in histories."""

ESCALATION_DELAY: Final = timedelta(minutes=10)
"""A delivery or a letter may fail for so long before the ticket asks for attention."""


CONTINUING: Final = "continuing"
"""The type of a request's refusal while a history is about to be continued: send it again."""
MAX_HISTORY_EVENTS: Final = 2_000
MAX_HISTORY_BYTES: Final = 2_000_000
"""Where a history is continued as a new one; Temporal warns at five times as much."""
MAX_CARRIED_SIGNAL_BYTES: Final = 256 * 1024
"""So much of waiting signals goes along; what is more is heard before."""
MAX_MESSAGES_PER_ACTIVATION: Final = 200
"""Messages of one activation: each is read and heard within the SDK's two seconds for all."""


async def run_locally_with_fallback(
    method: Callable[[Any, Any], Awaitable[T]], argument: object, summary: str
) -> T:
    """Run a short database call: a few quick local attempts, then remote and without end.

    For what is the same whenever it is asked: a worker that dies takes the local result with it,
    and the call is made anew from whatever has come meanwhile.
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
    except FailureError as error:  # the last failure of a local activity comes bare
        if is_cancelled_exception(error):
            raise
    return await run_durably(method, argument, summary)


async def run_durably(
    method: Callable[[Any, Any], Awaitable[T]], argument: object, summary: str
) -> T:
    """Write a step that follows from what has come: in the history first, then in the books.

    A local activity would be the other way round: after a crash the history could go another way
    than the books have gone already (docs/decisions/0041). It runs without end: its retries add no
    events to the history and show in the Temporal UI.
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
        except FailureError as error:  # failed by hand, from the command line
            if is_cancelled_exception(error):
                raise
        await workflow.sleep(MANUAL_FAILURE_BACKOFF, summary=f"before the next try: {summary}")


def is_history_long() -> bool:
    """Say whether the history should be continued as a new one: by its events, its size, or as the
    server says.
    """
    info = workflow.info()
    return (
        info.get_current_history_length() >= MAX_HISTORY_EVENTS
        or info.get_current_history_size() >= MAX_HISTORY_BYTES
        or info.is_continue_as_new_suggested()
    )
