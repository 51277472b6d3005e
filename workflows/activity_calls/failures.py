"""What the failure of a remote activity means for its workflow."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeGuard

from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    TimeoutError,
    is_cancelled_exception,
)

from workflows.activity_options import BACKPRESSURE_ERRORS


@dataclass(frozen=True)
class Cancelled:
    """The workflow itself cancelled the activity."""


@dataclass(frozen=True)
class PermanentFailure:
    """A retry cannot help; `attention` is the code that the ticket shows."""

    attention: str | None


@dataclass(frozen=True)
class Backpressure:
    """Nothing failed: the call was throttled or rate limited, and comes again after `delay`."""

    delay: timedelta


@dataclass(frozen=True)
class TransientFailure:
    """The call failed, and is retried."""


ActivityFailure = Cancelled | PermanentFailure | Backpressure | TransientFailure


def classify(error: ActivityError) -> ActivityFailure:
    """Say what to do about `error`."""
    cause = error.cause
    if is_cancelled_exception(error):
        return Cancelled()
    if isinstance(cause, ApplicationError) and cause.non_retryable:
        return PermanentFailure(cause.type)
    if isinstance(cause, TimeoutError):
        # The first phase ended; what counts is why the last attempt was not yet successful.
        is_waiting = _is_backpressure(cause.cause)
        return Backpressure(timedelta(0)) if is_waiting else TransientFailure()
    if _is_backpressure(cause) and cause.next_retry_delay is not None:
        return Backpressure(cause.next_retry_delay)
    return TransientFailure()


def _is_backpressure(cause: BaseException | None) -> TypeGuard[ApplicationError]:
    return isinstance(cause, ApplicationError) and cause.type in BACKPRESSURE_ERRORS
