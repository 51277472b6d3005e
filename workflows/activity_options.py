"""All time-outs, retry policies and task queues of activities, by name.

Nothing gives up permanently: a short first phase is followed by one without end. What a retry
cannot repair fails its activity as non-retryable (see `activities/error_interceptor.py`).
"""

from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy

TICKETS_QUEUE: Final = "tickets"
PARTNER_QUEUE: Final = "partner-calls"
MAIL_QUEUE: Final = "mail"

ADMISSION_TIMEOUT: Final = timedelta(seconds=10)
"""How long a caller waits for the result of a claim."""

LOCAL_RETRY_POLICY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0, maximum_attempts=4
)
LOCAL_ACTIVITY_TIMEOUT: Final = timedelta(seconds=2)
"""A short database call is a local activity for this long in all, and a remote one afterwards."""

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
"""For our own database: tickets go on within a minute after an outage."""
WRITE_TIMEOUT: Final = timedelta(seconds=30)
MANUAL_FAILURE_BACKOFF: Final = timedelta(minutes=5)
"""A database call that an operator failed by hand is repeated after this time."""

PENDING_OUTCOME_TIMEOUT: Final = timedelta(seconds=30)
"""A settlement that waits for an outcome of the partner is tried again after this time."""

CALL_TIMEOUT: Final = timedelta(seconds=45)
"""Longer than any call to a partner or a mail server (25 s) with our own queries around it. A call
whose worker died is repeated after this time."""

BACKPRESSURE_ERRORS: Final = frozenset({"PartnerThrottled", "PartnerRateLimited"})
"""Failures that only delay a call; literal, because histories contain these names."""

ESCALATION_DELAY: Final = timedelta(minutes=10)
"""A delivery or an e-mail may fail for this long before the ticket needs attention."""
