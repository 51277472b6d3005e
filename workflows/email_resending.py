"""Letters that were given up: sent again by an operator, to a corrected address if need be."""

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.emails import EmailActivities, OutgoingEmailRef
from adapters.postgres.database import Postgres
from domain.claims.claim import Contact
from domain.errors import EmailUndeliverable, MailServerUnavailable

SENT = "sent"


async def resend_emails(
    postgres: Postgres,
    client: Client,
    letters: EmailActivities,
    number: str,
    address: str | None = None,
) -> dict[str, str]:
    """Send each letter of a ticket that has not left, in order; return what became of it by its
    key: `sent`, or why not.

    Each goes out under the Message-ID that it always had. `address` takes the place of the one the
    ticket knows, or stands in where the database keeps none (a claim that was not accepted). When
    all have left, `mail_undeliverable` goes away.
    """
    contact = None
    if address and not await postgres.value("correct_address", number=number, email=address):
        contact = Contact(email=address)
    became: dict[str, str] = {}
    for key in await postgres.value("letters_not_sent", number=number) or []:
        try:
            await letters.send(OutgoingEmailRef(number=number, key=key, contact=contact))
            became[key] = SENT
        except (EmailUndeliverable, MailServerUnavailable) as error:
            became[key] = str(error)
    if set(became.values()) <= {SENT}:
        await _clear_attention(postgres, client, number)
    return became


async def _clear_attention(postgres: Postgres, client: Client, number: str) -> None:
    """Tell the ticket's workflow, which writes it down; one that has ended leaves it to us."""
    try:
        await client.get_workflow_handle(number).signal("emails_sent")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await postgres.run("mail_is_out", number=number)
