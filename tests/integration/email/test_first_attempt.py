"""E-mails of a step are sent by the activity that stores it, if the mail server is available."""

from dataclasses import dataclass

import pytest

from activities.emails import EmailActivities, OutgoingEmailRef
from activities.first_attempt import PAUSE_SECONDS, FirstAttempt
from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import SmtpMailer
from adapters.postgres.database import Database
from adapters.postgres.tickets.email_queue import unsent_keys
from domain.tickets.changes.emails import OutgoingEmail
from tests.support.servers.smtp_server import SENDER, SmtpRecorder
from tests.support.ticket_store import SERVICE, TicketStore


@dataclass
class Clock:
    """A clock that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


@dataclass
class Sender:
    """A ticket with its confirmation unsent, and what sends its e-mails."""

    database: Database
    number: str
    emails: tuple[OutgoingEmail, ...]
    clock: Clock
    activities: EmailActivities
    first_attempt: FirstAttempt

    async def send(self) -> tuple[str, ...]:
        """Make the first attempt for the ticket's e-mails."""
        return await self.first_attempt.send(self.number, self.emails)

    async def unsent(self) -> list[str]:
        """The keys of the e-mails that are not marked as sent."""
        return await unsent_keys(self.database, self.number)


@pytest.fixture
async def sender(database: Database, smtp: SmtpRecorder) -> Sender:
    store = TicketStore(database)
    await store.register_link()
    admission = await store.file()
    activities = EmailActivities(
        database, EmailRenderer(SERVICE), SmtpMailer(smtp.url, SENDER, SERVICE)
    )
    clock = Clock()
    first_attempt = FirstAttempt(database, activities, clock)
    number, emails = admission.result.number, admission.emails
    return Sender(database, number, emails, clock, activities, first_attempt)


async def test_an_email_is_sent_and_marked_at_once(sender: Sender, smtp: SmtpRecorder) -> None:
    (email,) = sender.emails
    assert await sender.send() == (email.key,)
    assert (len(smtp.raw), await sender.unsent()) == (1, [])


async def test_a_repeated_step_sends_no_email_twice(sender: Sender, smtp: SmtpRecorder) -> None:
    """Its worker was killed before Temporal had the result."""
    assert await sender.send() == await sender.send()
    assert len(smtp.raw) == 1


async def test_an_unavailable_server_leaves_the_email_and_pauses_first_attempts(
    sender: Sender, smtp: SmtpRecorder
) -> None:
    smtp.at_sender = "451 4.3.0 try later"
    assert await sender.send() == ()
    smtp.at_sender = ""
    assert await sender.send() == ()
    assert (smtp.raw, len(await sender.unsent())) == ([], 1)
    sender.clock.now += PAUSE_SECONDS
    assert len(await sender.send()) == 1


async def test_an_undeliverable_email_is_left_to_its_activity_without_a_pause(
    sender: Sender, smtp: SmtpRecorder
) -> None:
    smtp.at_recipient = "550 5.1.1 no such user"
    assert await sender.send() == ()
    smtp.at_recipient = ""
    assert len(await sender.send()) == 1


async def test_nothing_is_sent_while_an_earlier_email_is_unsent(
    sender: Sender, smtp: SmtpRecorder
) -> None:
    (confirmation,) = sender.emails
    later = confirmation.model_copy(update={"key": "2-later"})
    assert await sender.first_attempt.send(sender.number, [later]) == ()
    await sender.activities.send(OutgoingEmailRef(number=sender.number, key=confirmation.key))
    assert (len(smtp.raw), await sender.unsent()) == (1, [])
