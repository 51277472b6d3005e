"""The first attempt to send the e-mails of a step, within the activity that stored it.

Almost every e-mail is sent this way, and costs the workflow no activity. What is left is sent by
the activity `send_email`, which retries without end.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from activities.emails import EmailActivities, OutgoingEmailRef
from adapters.postgres.database import Database
from adapters.postgres.tickets.email_queue import unsent_keys
from domain.errors import EmailUndeliverable, TransientError
from domain.tickets.changes.emails import OutgoingEmail

TIMEOUT_SECONDS: Final = 5.0
"""For all e-mails of a step; the step waits for them."""
PAUSE_SECONDS: Final = 30.0
"""After a failure no first attempt is made for this time, so that a slow mail server does not
delay every step."""


class FirstAttempt:
    """Sends e-mails that were just stored, if the mail server is available."""

    def __init__(
        self, database: Database, emails: EmailActivities, clock: Callable[[], float]
    ) -> None:
        """Send by `emails`; `clock` counts seconds and never steps back."""
        self._database = database
        self._emails = emails
        self._clock = clock
        self._paused_until = float("-inf")

    async def send(self, number: str, emails: Iterable[OutgoingEmail]) -> tuple[str, ...]:
        """Send the e-mails of a step in order; return the keys of those that were sent.

        Sends nothing while earlier e-mails of the ticket are unsent: members get them in order.
        """
        keys = [email.key for email in emails]
        sent: list[str] = []
        if not keys or self._clock() < self._paused_until:
            return ()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                if not set(await unsent_keys(self._database, number)) <= set(keys):
                    return ()
                for key in keys:
                    await self._emails.send(OutgoingEmailRef(number=number, key=key))
                    sent.append(key)
        except EmailUndeliverable:
            pass  # `send_email` fails in the same way, and its failure is escalated
        except (TransientError, TimeoutError):
            self._paused_until = self._clock() + PAUSE_SECONDS
        return tuple(sent)
