"""The tree of refusals: what went wrong decides who tries again.

    TicketError
    ├── Unavailable              tried again without end, slower and slower
    │   ├── DatabaseUnavailable
    │   ├── MailServerUnavailable
    │   ├── PartnerUnavailable   network, time-out, 5xx, broken answer
    │   ├── PartnerThrottled     429, 503 with Retry-After: waits as long as it was told
    │   └── PartnerRateLimited    our own pace: others of this partner go first; nothing is wrong
    ├── Fault                    a person must mend it: not tried again, asks for attention
    │   ├── PartnerRejectedRequest
    │   ├── PartnerUnauthorised
    │   └── EmailUndeliverable
    ├── RunReplaced              another run leads the ticket now: this one must write nothing
    ├── TransitionConflict            the books hold another move: tried again, a person must look
    ├── RequestRejected           a message that cannot be taken; its sender is told the code
    └── InvalidConfiguration            a setting or a partner's file is wrong: the process ends at
    once

A partner's "no" and a refused claim are answers, not errors: they are return values.
"""

from datetime import timedelta
from typing import ClassVar


class TicketError(Exception):
    """Everything that this project raises on purpose."""


class TransientError(TicketError):
    """Something outside is away for now: tried again without end, after `retry_after` if given."""

    def __init__(self, message: str = "", retry_after: timedelta | None = None) -> None:
        """Keep when to try again; `None` leaves it to the caller's own retries."""
        super().__init__(message)
        self.retry_after = retry_after


class DatabaseUnavailable(TransientError):
    """PostgreSQL cannot be reached, or broke the connection."""


class MailServerUnavailable(TransientError):
    """The mail server cannot be reached, or refuses for now (4xx)."""


class PartnerUnavailable(TransientError):
    """The partner's server is away, slow, failing (5xx) or answers what cannot be read."""


class PartnerThrottled(TransientError):
    """The partner asked us to wait; `retry_after` says how long."""

    retry_after: timedelta

    def __init__(self, message: str, retry_after: timedelta) -> None:
        """Keep the time that the partner asked for."""
        super().__init__(message, retry_after)


class PartnerRateLimited(TransientError):
    """The partner's rate or concurrency is used up: the claim comes back after `retry_after`."""

    retry_after: timedelta

    def __init__(self, message: str, retry_after: timedelta) -> None:
        """Keep when the claim's turn comes."""
        super().__init__(message, retry_after)


class PermanentError(TicketError):
    """Trying again changes nothing; `attention` is the code that the ticket then shows."""

    attention: ClassVar[str]


class PartnerRejectedRequest(PermanentError):
    """The partner refuses our call as wrong (a 4xx that is neither 401, 403, 409 nor 429)."""

    attention = "partner_contract_fault"


class PartnerUnauthorised(PermanentError):
    """The partner does not accept our signature (401, 403)."""

    attention = "partner_unauthorised"


class EmailUndeliverable(PermanentError):
    """The mail server will never take this letter for this address (5xx)."""

    attention = "mail_undeliverable"


class RunReplaced(TicketError):
    """A step of a run whose ticket was taken up by another: what it still does counts no more."""

    def __init__(self, number: str) -> None:
        """Name the ticket."""
        super().__init__(f"{number}: another run leads this ticket")


class TransitionConflict(TicketError):
    """The books hold another move at this place, as after a workflow was reset to before it."""

    def __init__(self, number: str, seq: int) -> None:
        """Name the place."""
        super().__init__(f"{number}: the books hold another move {seq}")


class RequestRejected(TicketError):
    """A message cannot be taken: `code` for programs, `field` and `expected` for people."""

    def __init__(self, code: str, field: str | None = None, expected: str = "") -> None:
        """Name what is wrong, where, and what was expected instead."""
        super().__init__(": ".join(part for part in (code, field, expected) if part))
        self.code = code
        self.field = field
        self.expected = expected


class InvalidConfiguration(TicketError):
    """A setting or a partner's file is wrong: names the file, the key and what was expected."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        """Keep all three for the line that the operator reads."""
        super().__init__(f"{file}: {key}: {expected}")
        self.file = file
        self.key = key
        self.expected = expected
