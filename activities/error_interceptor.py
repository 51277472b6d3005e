"""Translates the errors of `domain/errors.py` into Temporal's, in one place for all activities."""

import asyncio
import logging
from datetime import timedelta
from typing import Any, Final

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from domain.error_location import error_location
from domain.errors import DatabaseUnavailable, PermanentError, TransientError

MAX_DATABASE_DELAY: Final = timedelta(minutes=1)
"""Tickets go on within this time after an outage of our own database, also with an activity whose
retry policy waits longer for a partner or the mail server."""
ATTEMPTS_UNTIL_MAX_DELAY: Final = 6
"""A policy that doubles one second waits longer than that after more attempts."""
LOGGED_ATTEMPTS: Final = frozenset({1, 10, 100})


class ErrorTranslationInterceptor(Interceptor):
    """Translates the errors of adapters; any other exception is a programming error, and is
    retried.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap every activity."""
        return _ErrorTranslator(super().intercept_activity(next))


class _ErrorTranslator(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except TransientError as error:
            raise _transient_error(error) from None
        except PermanentError as error:
            raise ApplicationError(str(error), type=error.attention, non_retryable=True) from None
        except (ApplicationError, asyncio.CancelledError):
            raise
        except Exception as error:
            name = type(error).__name__
            raise ApplicationError(f"internal error: {error_location(error)}", type=name) from None


def _transient_error(error: TransientError) -> ApplicationError:
    """Return a benign failure: if it lasts, the ticket itself needs attention."""
    return ApplicationError(
        str(error),
        type=type(error).__name__,
        category=ApplicationErrorCategory.BENIGN,
        next_retry_delay=_retry_delay(error),
    )


def _retry_delay(error: TransientError) -> timedelta | None:
    """Return when to retry; `None` leaves it to the activity's retry policy."""
    is_late = activity.info().attempt > ATTEMPTS_UNTIL_MAX_DELAY
    if isinstance(error, DatabaseUnavailable) and is_late:
        return MAX_DATABASE_DELAY
    return error.retry_after


class RetryLogFilter(logging.Filter):
    """Logs a failing activity at its attempts 1, 10 and 100, and at every 1,000th."""

    def filter(self, _record: logging.LogRecord) -> bool:
        """Return whether to log a record of the current attempt."""
        if not activity.in_activity():
            return True
        attempt = activity.info().attempt
        return attempt in LOGGED_ATTEMPTS or attempt % 1000 == 0
