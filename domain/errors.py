"""Exceptions that this project raises, and who retries after them.

    TicketError
    ├── TransientError            retried without end, with growing pauses
    │   ├── DatabaseUnavailable
    │   ├── MailServerUnavailable
    │   ├── PartnerUnavailable    network error, time-out, 5xx, invalid response
    │   ├── PartnerThrottled      429, or 503 with Retry-After: retried after the requested time
    │   └── PartnerRateLimited    our own limit is reached; not a failure
    ├── PermanentError            not retried: raises an attention flag for a person
    │   ├── PartnerRejectedRequest
    │   ├── PartnerUnauthorised
    │   └── EmailUndeliverable
    ├── WebhooksRefused           the platform takes no more webhooks
    ├── RunReplaced               another workflow run owns the ticket: this one must not write
    ├── TransitionConflict        another transition is stored: retried until a person resolves it
    ├── RequestRejected           an invalid message; its sender gets the code
    └── InvalidConfiguration      the process exits at once

A partner's rejection and a refused claim are results, not errors: they are return values.
"""

from datetime import timedelta
from typing import ClassVar


class TicketError(Exception):
    """Base class of all exceptions of this project."""


class TransientError(TicketError):
    """A dependency is unavailable; retried after `retry_after`, or as the caller's policy says."""

    def __init__(self, message: str = "", retry_after: timedelta | None = None) -> None:
        """`retry_after`: when to retry; `None` leaves it to the caller's retry policy."""
        super().__init__(message)
        self.retry_after = retry_after


class DatabaseUnavailable(TransientError):
    """PostgreSQL cannot be reached, or closed the connection."""


class MailServerUnavailable(TransientError):
    """The mail server cannot be reached, or rejects temporarily (4xx)."""


class PartnerUnavailable(TransientError):
    """The partner's server is unreachable, slow, failing (5xx), or its response is invalid."""


class PartnerThrottled(TransientError):
    """The partner asked us to retry after `retry_after`."""

    retry_after: timedelta

    def __init__(self, message: str, retry_after: timedelta) -> None:
        """`retry_after`: as the partner requested."""
        super().__init__(message, retry_after)


class PartnerRateLimited(TransientError):
    """The partner's configured rate or concurrency is used up; retry after `retry_after`."""

    retry_after: timedelta

    def __init__(self, message: str, retry_after: timedelta) -> None:
        """`retry_after`: until the claim's reserved slot."""
        super().__init__(message, retry_after)


class PermanentError(TicketError):
    """A retry cannot succeed; `attention` is the flag that the ticket then shows."""

    attention: ClassVar[str]


class PartnerRejectedRequest(PermanentError):
    """The partner rejects our request (4xx other than 401, 403, 409 and 429)."""

    attention = "partner_contract_fault"


class PartnerUnauthorised(PermanentError):
    """The partner rejects our signature (401, 403)."""

    attention = "partner_unauthorised"


class EmailUndeliverable(PermanentError):
    """The mail server permanently rejects this e-mail or its recipient (5xx)."""

    attention = "mail_undeliverable"


class WebhooksRefused(TicketError):
    """The platform answered a webhook with 410: it takes no more of them."""


class RunReplaced(TicketError):
    """Another workflow run has resumed the ticket: the changes of this one are rejected."""

    def __init__(self, number: str) -> None:
        """`number`: of the ticket."""
        super().__init__(f"{number}: another run owns this ticket")


class TransitionConflict(TicketError):
    """Another transition is stored under this number, as after a workflow reset."""

    def __init__(self, number: str, seq: int) -> None:
        """`seq`: the number of the transition."""
        super().__init__(f"{number}: another transition {seq} is stored")


class RequestRejected(TicketError):
    """An invalid message: `code` is for programs, `field` and `expected` are for people."""

    def __init__(self, code: str, field: str | None = None, expected: str = "") -> None:
        """`field`: the invalid field; `expected`: what it should be."""
        super().__init__(": ".join(part for part in (code, field, expected) if part))
        self.code = code
        self.field = field
        self.expected = expected


class InvalidConfiguration(TicketError):
    """An invalid setting or partner file."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        """`key`: the invalid key of `file`; `expected`: what it should be, for the operator."""
        super().__init__(f"{file}: {key}: {expected}")
        self.file = file
        self.key = key
        self.expected = expected
